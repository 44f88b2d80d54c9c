// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms, Duration, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ReplicasFromOptions } from './replicas-from-options';
import { BucketEnd, nameOf } from '../app/bucket';
import { defaultEncryption } from '../app/encryption';
import { compare, shown } from '../app/environment';
import { keyPointer, regionOfKey, unusableKey } from '../app/key';
import { isLocked } from '../app/object-lock';
import { Mistake, mistake } from '../messages/mistake';
import { Grantee } from '../permissions/destination-statements';
import { checkRoleName, checkRolePath } from '../permissions/role-input';
import { checkKnownRole } from '../permissions/role-name';

/** Who is meant. Throws when that is not clear, or when it could not work. */
export function checkGrant(at: IConstruct, end: BucketEnd, options: ReplicasFromOptions): Grantee {
  const { rolePath = '/', roleName } = options;
  checkRoleName(at, 'roleName', roleName);
  checkRoleName(at, 'roleNamePrefix', options.roleNamePrefix);
  checkRolePath(at, rolePath);
  checkKnownRole(at, { roleName: roleName ?? options.roleNamePrefix ?? '', rolePath });
  const grantee = granteeOf(options, rolePath);
  const wrong =
    grantee === undefined
      ? {
          saw: `replicas from ${described(options)}`,
          because:
            'a grant is for one role of one account, or for roles of one organization with a common prefix, or of accounts',
          instead: 'give account and roleName, or organizationId and roleNamePrefix, or accounts and roleNamePrefix',
        }
      : (accountMistake(end, options) ?? encryptionMistake(end, options) ?? retentionMistake(end, options));
  if (wrong || grantee === undefined) {
    throw mistake(at, wrong!);
  }
  return grantee;
}

function granteeOf(options: ReplicasFromOptions, rolePath: string): Grantee | undefined {
  const { account, accounts, roleName, organizationId, roleNamePrefix } = options;
  if (whoIsNamed(options).length !== 2) {
    return undefined;
  }
  if (account !== undefined && roleName !== undefined) {
    return { account, roleName, rolePath };
  }
  if (roleNamePrefix === undefined) {
    return undefined;
  }
  if (accounts !== undefined) {
    return { accounts: [...new Set(accounts)].sort(), roleNamePrefix, rolePath };
  }
  return organizationId === undefined ? undefined : { organizationId, roleNamePrefix, rolePath };
}

function whoIsNamed(options: ReplicasFromOptions): Array<[prop: string, value: string]> {
  const { account, accounts, roleName, organizationId, roleNamePrefix } = options;
  const given = { account, accounts: accounts?.join(', '), roleName, organizationId, roleNamePrefix };
  return Object.entries(given).flatMap(([prop, value]) => (value === undefined ? [] : [[prop, value]]));
}

const described = (options: ReplicasFromOptions) =>
  whoIsNamed(options)
    .map(([prop, value]) => `${prop} '${value}'`)
    .join(', ') || 'nobody';

function accountMistake(end: BucketEnd, options: ReplicasFromOptions): Mistake | undefined {
  const { account, accounts, organizationId } = options;
  if (accounts?.length === 0) {
    return {
      saw: 'replicas from accounts, of which there are none',
      because: 'a grant is for somebody',
      instead: 'give the numbers of the accounts, or leave the grant out',
    };
  }
  for (const number of accounts ?? (account === undefined ? [] : [account])) {
    if (!/^\d{12}$/.test(number)) {
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
        instead: accounts ? 'leave it out of accounts' : 'leave the grant out',
      };
    }
  }
  return organizationId === undefined || /^o-[a-z0-9]{10,32}$/.test(organizationId)
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
          'S3 encrypts replicas of other accounts with customer managed keys of the region and account of the bucket, whose own policy lets the role in',
        instead: 'encrypt the bucket with a kms.Key, or give the key that rules name for replicas as encryptionKey',
      }
    : undefined;
}

/** S3 encrypts with keys of the bucket's own region, and policies of keys of a third account are not meant. */
function strangeKey(end: BucketEnd, key: kms.IKeyRef): string | undefined {
  const pointer = keyPointer(key);
  const literal = 'arn' in pointer && !Token.isUnresolved(pointer.arn) ? pointer.arn.split(':') : [];
  const region = regionOfKey(pointer);
  const account = 'cfn' in pointer ? Stack.of(pointer.cfn).account : literal[4];
  if (region !== undefined && compare(region, end.region) === 'different') {
    return `of region ${shown(region)} for a bucket in ${shown(end.region)}`;
  }
  return account !== undefined && compare(account, end.account) === 'different'
    ? `of account ${shown(account)} for a bucket of ${shown(end.account)}`
    : undefined;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html */
function retentionMistake(end: BucketEnd, options: ReplicasFromOptions): Mistake | undefined {
  const { minimumRetention, maximumRetention } = options;
  const given = [minimumRetention, maximumRetention].filter((it) => it !== undefined);
  if (given.length === 0) {
    return undefined;
  }
  if (end.cfn && isLocked(end.cfn) === false) {
    return {
      saw: `a retention of replicas in ${nameOf(end)}, which has no Object Lock`,
      because: 'replicas are retained by Object Lock only, so all or none of them would be refused',
      instead: 'set objectLockEnabled: true on the bucket, or leave the retention out',
    };
  }
  const days = given.map((it) => it.toDays({ integral: false }));
  const order = minimumRetention && maximumRetention && days[0] > days[1];
  return order || days.some((it) => !Number.isInteger(it) || it < 1)
    ? {
        saw: `retention ${[minimumRetention, maximumRetention].map((it: Duration | undefined) => (it ? `${it.toDays({ integral: false })} days` : 'open')).join(' to ')}`,
        because: 'S3 compares whole days, and no replica would be accepted',
        instead: 'give whole days of at least 1, the minimum not above the maximum',
      }
    : undefined;
}
