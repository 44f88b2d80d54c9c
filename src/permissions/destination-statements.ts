// SPDX-License-Identifier: Apache-2.0
import { Aws } from 'aws-cdk-lib';
import { ACTIONS, neededAtDestination } from './actions';
import { objectsOf } from './prefixes';
import { RoleOfAccount } from './role-name';
import { Statement } from './role-statements';
import { arnByName } from '../app/bucket-name';
import { hashOf } from '../app/hash';

/** Roles whose names start alike, of an organization or of some accounts. */
type RolesByPrefix = { readonly roleNamePrefix: string; readonly rolePath: string } & (
  { readonly organizationId: string } | { readonly accounts: readonly string[] }
);

/** Who may write replicas. */
export type Grantee = RoleOfAccount | RolesByPrefix;

/** What replication needs of a destination that is in another account. ARNs and regions may be tokens. */
export interface Grant {
  readonly grantee: Grantee;
  readonly destinationArn: string;
  /** What the keys begin with that may be written; `{account}` is the account of the role, and `['']` is every key. */
  readonly keyPrefixes: readonly string[];
  readonly deleteMarkers: boolean;
  /** Whether the owner of a replica has to be changed to the account of the bucket. */
  readonly ownerOverride: boolean;
  /** Whether replicas are accepted over TLS only. */
  readonly enforceSSL: boolean;
}

/** A statement of a resource policy. */
export interface ResourceStatement extends Omit<Statement, 'Condition'> {
  readonly Principal: '*' | { readonly AWS: string | string[] };
  readonly Condition: { readonly [operator: string]: { readonly [key: string]: string | number | string[] } };
}

/**
 * The statement of the bucket policy.
 *
 * The role is named in a condition and not as the principal: S3 refuses a policy that names a role which does not exist
 * yet, and one that was deleted and made again would be another principal.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function bucketStatement(grant: Grant, actions = neededAtDestination(grant)): ResourceStatement {
  const { grantee, keyPrefixes, enforceSSL, destinationArn } = grant;
  return {
    // two grants for one role that differ are two statements
    Sid: `ReplicasFrom${suffix(grantee, [actions, enforceSSL, keyPrefixes])}`,
    Effect: 'Allow',
    Principal: principal(grantee),
    Action: actions,
    Resource: objectsOf(destinationArn, keyPrefixes),
    Condition: { ...who(grantee), ...(enforceSSL ? { Bool: { 'aws:SecureTransport': 'true' } } : {}) },
  };
}

/**
 * The statement of the key policy: through S3 of the key's region, and for objects of the bucket where its name is
 * known. (Without a name the policy of the key would refer to the bucket, which refers to the key.) With an S3 Bucket Key
 * the context is the bucket, and says nothing of the object's key.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
export function keyStatement(
  { grantee, keyPrefixes }: Pick<Grant, 'grantee' | 'keyPrefixes'>,
  region: string,
  whose: string,
  bucketName?: string,
): ResourceStatement {
  const bucketArn = bucketName === undefined ? undefined : arnByName(bucketName);
  return {
    Sid: `ReplicasFrom${suffix(grantee, bucketName === undefined ? region : [whose, keyPrefixes])}`,
    Effect: 'Allow',
    Principal: principal(grantee),
    Action: ACTIONS.replicaKey,
    Resource: ['*'],
    Condition: {
      ...who(grantee),
      StringEquals: { ...who(grantee).StringEquals, 'kms:ViaService': `s3.${region}.${Aws.URL_SUFFIX}` },
      ...(bucketArn === undefined
        ? {}
        : { StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucketArn, ...objectsOf(bucketArn, keyPrefixes)] } }),
    },
  };
}

function principal(grantee: Grantee): ResourceStatement['Principal'] {
  const root = (account: string) => `arn:${Aws.PARTITION}:iam::${account}:root`;
  if ('account' in grantee) {
    return { AWS: root(grantee.account) };
  }
  return 'accounts' in grantee ? { AWS: grantee.accounts.map(root) } : '*';
}

/** A principal `*` is no public access as long as the organization is a fixed value. */
function who(grantee: Grantee): ResourceStatement['Condition'] {
  const roles = (account: string, rest: string) =>
    `arn:${Aws.PARTITION}:iam::${account}:role${grantee.rolePath}${rest}`;
  return 'account' in grantee
    ? { ArnEquals: { 'aws:PrincipalArn': roles(grantee.account, grantee.roleName) } }
    : {
        ...('accounts' in grantee ? {} : { StringEquals: { 'aws:PrincipalOrgID': grantee.organizationId } }),
        ArnLike: { 'aws:PrincipalArn': roles('*', `${grantee.roleNamePrefix}*`) },
        // the asterisk covers slashes too
        ArnNotLike: { 'aws:PrincipalArn': roles('*', '*/*') },
      };
}

/** The id of a statement has letters and digits only, and is unique in its policy. */
function suffix(grantee: Grantee, what: unknown): string {
  const name = 'account' in grantee ? grantee.account : 'accounts' in grantee ? 'Accounts' : 'Organization';
  return `${name}${hashOf([grantee, what], 8)}`;
}
