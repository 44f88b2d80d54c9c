// SPDX-License-Identifier: Apache-2.0
import { Aws } from 'aws-cdk-lib';
import { ACTIONS } from './actions';
import { inPolicy, widest } from './prefixes';

/** A statement of an identity policy, in the form of the policy language. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string[];
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: string | string[] } };
}

/** A statement whose conditions, if it has some, are equalities. */
export const allowing = (
  Sid: string,
  Action: readonly string[],
  Resource: string[],
  StringEquals?: { readonly [key: string]: string },
): Statement => ({ Sid, Effect: 'Allow', Action, Resource, ...(StringEquals && { Condition: { StringEquals } }) });

/** What one rule needs permission for. ARNs and regions may be tokens. */
export interface RuleAccess {
  /** '' when the rule is not limited to a prefix; tags do not limit permissions. */
  readonly prefix: string;
  readonly destinationArn: string;
  readonly destinationAccount: string;
  /** Keys that objects of the source are encrypted with. */
  readonly sourceKeys: readonly KeyAccess[];
  /** Key that replicas are encrypted with. */
  readonly replicaKey?: KeyAccess;
  /** Whether the account of the destination becomes the owner of replicas. */
  readonly ownerOverride?: boolean;
}

export interface KeyAccess {
  readonly arn: string;
  /** S3 uses the key from there. */
  readonly region: string;
}

export interface SourceAccess {
  readonly sourceArn: string;
  readonly objectLock: boolean;
  readonly rules: readonly RuleAccess[];
  /** Let the keys of one region share a statement, to stay within the size limit of a role. */
  readonly mergeKeys?: boolean;
}

/**
 * The statements of the replication role's identity policy: what AWS documents, narrowed to the rules' prefixes.
 * docs/permissions.md explains each one with its source.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html (s3:ResourceAccount)
 */
export function statements(access: SourceAccess): Statement[] {
  const objects = (arn: string, rules: readonly RuleAccess[]) =>
    widest(rules.map((rule) => rule.prefix)).map((prefix) => `${arn}/${inPolicy(prefix)}*`);
  const replicas = (rules: readonly RuleAccess[]) =>
    [...groupBy(rules, (rule) => rule.destinationArn)].flatMap(([arn, ofBucket]) => objects(arn, ofBucket));
  // not where the name was taken over by somebody else; fails open where S3 does not send the key
  const whose = (rules: readonly RuleAccess[]) => {
    const accounts = [...new Set(rules.map((rule) => rule.destinationAccount))].sort();
    return { StringEqualsIfExists: { 's3:ResourceAccount': accounts.length === 1 ? accounts[0] : accounts } };
  };
  const overriding = access.rules.filter((rule) => rule.ownerOverride);
  const readConfiguration: Statement = {
    Sid: 'ReadReplicationConfiguration',
    Effect: 'Allow',
    Action: ACTIONS.configuration,
    Resource: [access.sourceArn],
  };
  if (access.rules.length === 0) {
    // never empty: a policy resource that goes with the last rule would be left behind when it is retained
    return [readConfiguration];
  }
  return [
    readConfiguration,
    {
      Sid: 'ReadSourceObjects',
      Effect: 'Allow',
      Action: [...ACTIONS.objects, ...ACTIONS.annotations, ...(access.objectLock ? ACTIONS.objectLock : [])],
      Resource: objects(access.sourceArn, access.rules),
    },
    {
      Sid: 'WriteReplicas',
      Effect: 'Allow',
      Action: ACTIONS.replicas,
      Resource: replicas(access.rules),
      Condition: whose(access.rules),
    },
    ...(overriding.length > 0
      ? [
          {
            Sid: 'OwnReplicas',
            Effect: 'Allow' as const,
            Action: ACTIONS.ownerOverride,
            Resource: replicas(overriding),
            Condition: whose(overriding),
          },
        ]
      : []),
    ...keyStatements(
      'DecryptSourceObjects',
      ACTIONS.sourceKey,
      access.rules.flatMap(({ sourceKeys, prefix }) =>
        sourceKeys.map((key) => ({ ...key, bucketArn: access.sourceArn, prefix })),
      ),
      access,
    ),
    ...keyStatements(
      'EncryptReplicas',
      ACTIONS.replicaKey,
      access.rules.flatMap(({ replicaKey, destinationArn, prefix }) =>
        replicaKey ? [{ ...replicaKey, bucketArn: destinationArn, prefix }] : [],
      ),
      access,
    ),
  ];
}

interface KeyUse extends KeyAccess {
  readonly bucketArn: string;
  readonly prefix: string;
}

/**
 * Only through S3 of the key's region, and only for objects of the bucket: the encryption context of S3 is the ARN of
 * the object, or of the bucket when the object uses an S3 Bucket Key; a bucket can hold objects of both kinds.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
function keyStatements(
  sid: string,
  actions: readonly string[],
  uses: readonly KeyUse[],
  { mergeKeys }: SourceAccess,
): Statement[] {
  const groups = [...groupBy(uses, (use) => (mergeKeys ? use.region : `${use.region} ${use.arn}`)).values()];
  return groups.map((group, index) => ({
    Sid: groups.length === 1 ? sid : `${sid}${index + 1}`,
    Effect: 'Allow',
    Action: actions,
    Resource: [...new Set(group.map((use) => use.arn))],
    Condition: {
      StringEquals: { 'kms:ViaService': `s3.${group[0].region}.${Aws.URL_SUFFIX}` },
      StringLike: {
        'kms:EncryptionContext:aws:s3:arn': [...groupBy(group, (use) => use.bucketArn)].flatMap(([arn, ofBucket]) => [
          arn,
          ...widest(ofBucket.map((use) => use.prefix)).map((prefix) => `${arn}/${inPolicy(prefix)}*`),
        ]),
      },
    },
  }));
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    group ? group.push(item) : groups.set(key(item), [item]);
  }
  return groups;
}
