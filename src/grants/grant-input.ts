// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ReplicasFromOptions } from './replicas-from-options';
import { BucketEnd, nameOf } from '../app/bucket';
import { defaultEncryption } from '../app/encryption';
import { compare, shown } from '../app/environment';
import { keyPointer, regionOfKey, unusableKey } from '../app/key';
import { hasForm } from '../app/lookup';
import { Mistake, mistake } from '../messages/mistake';
import { Grantee } from '../permissions/destination-statements';
import { saysAccount } from '../permissions/prefixes';
import { checkRoleName, checkRolesMeant, checkRolePath } from '../permissions/role-input';
import { checkKnownRole } from '../permissions/role-name';

/** Throws when it is not clear who is meant, or when it could not work. */
export function checkGrant(at: IConstruct, end: BucketEnd, grantee: Grantee, options: ReplicasFromOptions): void {
  const [prop, name] =
    'account' in grantee ? ['roleName', grantee.roleName] : ['roleNamePrefix', grantee.roleNamePrefix];
  checkRoleName(at, prop, name);
  checkRolePath(at, grantee.rolePath);
  checkKnownRole(at, { roleName: name, rolePath: grantee.rolePath });
  if ('roleNamePrefix' in grantee) {
    checkRolesMeant(at, name);
  }
  const wrong =
    accountMistake(end, grantee) ??
    keyPrefixMistake(options.keyPrefixes, !('account' in grantee)) ??
    encryptionMistake(end, options);
  if (wrong) {
    throw mistake(at, wrong);
  }
}

function accountMistake(end: BucketEnd, grantee: Grantee): Mistake | undefined {
  if ('organizationId' in grantee) {
    return organizationMistake(grantee.organizationId);
  }
  const accounts = 'accounts' in grantee ? grantee.accounts : [grantee.account];
  if (accounts.length === 0) {
    return {
      saw: 'replicas from an empty list of accounts',
      because: 'a grant needs at least one account',
      instead: 'give the numbers of the accounts, or leave the grant out',
    };
  }
  for (const number of accounts) {
    if (!hasForm(/^\d{12}$/, number)) {
      return {
        saw: `account ${Token.isUnresolved(number) ? 'that is not known at synthesis' : `'${number}'`}`,
        because: 'policies name another account by its 12 digits',
        instead: "write the number of the account, for example '111111111111'",
      };
    }
    if (number === end.account) {
      return {
        saw: `replicas from account '${number}', which is the account of ${nameOf(end)}`,
        because: 'within one account the permissions of the role are enough',
        instead: 'accounts' in grantee ? 'leave it out of accounts' : 'leave the grant out',
      };
    }
  }
  return undefined;
}

/** @param many whether there are several accounts that must not write over each other's objects */
export function keyPrefixMistake(keyPrefixes: readonly string[] | undefined, many: boolean): Mistake | undefined {
  if (keyPrefixes?.length === 0) {
    return {
      saw: 'keyPrefixes without any',
      because: 'no key could be written',
      instead: 'omit keyPrefixes, or say what keys begin with',
    };
  }
  for (const prefix of keyPrefixes ?? []) {
    if (Token.isUnresolved(prefix) || prefix.startsWith('/') || /[{}]/.test(prefix.split('{account}').join(''))) {
      return {
        saw: `keyPrefixes with ${Token.isUnresolved(prefix) ? 'one that is not known at synthesis' : `'${prefix}'`}`,
        because: 'keys begin without a slash, and {account} is all that is filled in',
        instead: "write it like 'alb/AWSLogs/{account}/'",
      };
    }
    if (many && !saysAccount(prefix)) {
      return {
        saw: `keyPrefixes with '${prefix}' for roles of several accounts`,
        because: 'each of them could put newer versions over the objects of another',
        instead: `write the account into it, for example '${prefix}{account}/', or let one role in with ReplicaGrantee.role()`,
      };
    }
  }
  return undefined;
}

function organizationMistake(organizationId: string): Mistake | undefined {
  return hasForm(/^o-[a-z0-9]{10,32}$/, organizationId)
    ? undefined
    : {
        saw: `organizationId ${Token.isUnresolved(organizationId) ? 'that is not known at synthesis' : `'${organizationId}'`}`,
        because: 'a policy for everybody is public unless it names an organization by its fixed id',
        instead: "write the id of the organization, for example 'o-a1b2c3d4e5'",
      };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html */
function encryptionMistake(end: BucketEnd, { encryptionKey }: ReplicasFromOptions): Mistake | undefined {
  const encryption = end.cfn && defaultEncryption(end.cfn);
  const problem = encryptionKey && (unusableKey(encryptionKey) ?? strangeKey(end, encryptionKey));
  const managed = encryptionKey === undefined && (encryption?.kind === 'aws/s3' || encryption?.kind === 'alias');
  return problem || managed
    ? {
        saw: problem
          ? `encryptionKey '${encryptionKey.node.path}' ${problem}`
          : `${nameOf(end)} with the ${encryption!.kind === 'alias' ? 'alias of a key' : 'AWS managed key aws/s3'} as default encryption`,
        because:
          'S3 encrypts replicas of other accounts with customer managed keys of the region of the bucket, ' +
          'whose own policy lets the role in',
        instead: 'encrypt the bucket with a kms.Key, or give the key that rules name for replicas as encryptionKey',
      }
    : undefined;
}

/** S3 encrypts with keys of the bucket's own region. */
function strangeKey(end: BucketEnd, key: kms.IKeyRef): string | undefined {
  const region = regionOfKey(keyPointer(key));
  return region !== undefined && compare(region, end.region) === 'different'
    ? `of region ${shown(region)} for a bucket in ${shown(end.region)}`
    : undefined;
}
