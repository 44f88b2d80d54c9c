// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { DestinationAnchor, isLocked, SourceAnchor } from './anchors';
import { accountRegionalName, nameOf } from './bucket-end';
import { partitionOf } from './environment';
import { aboutRule, error, Finding, warning } from './finding';
import { grantDenies } from './grant-denies';
import { grantErrors } from './grant-size';
import { finalProperties, isIntrinsic } from './policy-lookup';
import { policySize, ROLE_POLICY_LIMIT } from './policy-size';

/** The limit of S3 for a replication configuration, in bytes. */
const MAX_CONFIGURATION = 2 * 1024 * 1024;

/** What S3 needs of the buckets themselves, and whether what we wrote is still there. */
export function configurationFindings(anchor: SourceAnchor): Finding[] {
  const rendered = finalProperties(anchor.bucket);
  return [
    ...overwritten(anchor, rendered),
    ...versioningFindings(anchor.bucket, rendered, 'source'),
    ...renamed(anchor, rendered),
    ...objectLock(anchor),
    ...policyTooLong(anchor),
    ...configurationTooLarge(rendered),
    ...conditions(anchor),
  ];
}

/**
 * Property overrides, later assignments and aspects come after us; details of a rule may be overridden, a rule may not
 * be lost.
 */
function overwritten(anchor: SourceAnchor, rendered: Record<string, any>): Finding[] {
  const written = anchor.configuration();
  if (written === undefined) {
    return [];
  }
  const stack = Stack.of(anchor);
  const found = rendered.ReplicationConfiguration;
  const rules: any[] = Array.isArray(found?.Rules) ? found.Rules : [];
  const ours = stack.resolve(written);
  const access = (filter: any, destination: any, key: any) =>
    JSON.stringify([filter?.Prefix ?? filter?.And?.Prefix ?? '', destination, key]);
  const theirs = ours.rules.map((rule: any) => rules.find((it) => same(it?.Id, rule.id)));
  const missing = theirs.filter(
    (it: any, index: number) => !same(it?.Destination?.Bucket, ours.rules[index].destination.bucket),
  ).length;
  const changed = theirs.filter((it: any, index: number) => {
    const { filter, destination } = ours.rules[index];
    const before = access(pascal(filter), destination.bucket, destination.encryptionConfiguration?.replicaKmsKeyId);
    return (
      access(it?.Filter, it?.Destination?.Bucket, it?.Destination?.EncryptionConfiguration?.ReplicaKmsKeyID) !== before
    );
  });
  if (same(found?.Role, ours.role) && changed.length === 0 && rules.length === anchor.rules.length) {
    return [];
  }
  const what =
    missing === 0 && changed.length > 0
      ? JSON.stringify(changed)
      : `${missing} of ${anchor.rules.length} rules are missing`;
  return [
    error({
      saw: `the replication configuration of the bucket is not the one of its BucketReplication (${what})`,
      because:
        'something replaced it later (a property override, an assignment to replicationConfiguration, or an aspect), and its role lacks the permissions',
      instead: 'remove that, and add rules with BucketReplication.of(bucket).addRule()',
    }),
  ];
}

/** The filter of the L1 in the form of the template, as far as permissions depend on it. */
function pascal(filter: any): unknown {
  return { Prefix: filter.prefix, And: { Prefix: filter.and?.prefix } };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html */
function versioningFindings(bucket: s3.CfnBucket, rendered: Record<string, any>, which: string): Finding[] {
  const configured = rendered.VersioningConfiguration;
  const status = configured?.Status;
  return isIntrinsic(configured) || isIntrinsic(status) || status === 'Enabled'
    ? []
    : [
        error({
          saw: `versioning of the ${which} '${bucket.node.path}' is ${status === undefined ? 'not set' : `'${status}'`}`,
          because:
            'it was changed after replication was set up, and S3 replicates between buckets with versioning enabled only',
          instead: 'remove what changes it (a property override, a later assignment, or an aspect)',
        }),
      ];
}

/** For the validation of a destination, which sees each destination once, however many sources it has. */
export function destinationErrors(bucket: s3.CfnBucket): string[] {
  return [
    ...versioningFindings(bucket, finalProperties(bucket), 'destination').map(({ text }) => text),
    ...(DestinationAnchor.find(bucket)?.grants.length ? [...grantErrors(bucket), ...grantDenies(bucket)] : []),
  ];
}

function renamed(anchor: SourceAnchor, rendered: Record<string, any>): Finding[] {
  const { givenName } = anchor;
  const stack = Stack.of(anchor);
  const { BucketName, BucketNamePrefix, BucketNamespace } = rendered;
  const name = BucketName ?? stack.resolve(accountRegionalName(stack, BucketNamePrefix, BucketNamespace));
  return givenName === undefined || same(stack.resolve(givenName), name)
    ? []
    : [
        error({
          saw: `the name of the source bucket ${name === undefined ? 'was removed' : `changed to ${JSON.stringify(name)}`} after replication was set up`,
          because: 'the permissions of the replication role name the bucket as it was called then',
          instead: 'set the name before, in the props of the bucket',
        }),
      ];
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html */
function objectLock(anchor: SourceAnchor): Finding[] {
  if (isLocked(anchor.bucket) !== true) {
    return [];
  }
  return anchor.rules.flatMap((rule) => {
    const { destination } = rule;
    if (!destination.cfn) {
      return aboutRule(rule, [
        warning(
          'objectLockOfImportedDestination',
          `The source has Object Lock, and whether ${nameOf(destination)} has it cannot be seen from here: without it S3 accepts the rule and no object ever ` +
            'arrives (DstBucketObjectLockConfigMissing). Check with `aws s3api get-object-lock-configuration`, then acknowledge this',
        ),
      ]);
    }
    return isLocked(destination.cfn) !== false
      ? []
      : [
          error({
            saw: `the source has Object Lock and destination ${nameOf(destination)} has not`,
            because: 'S3 accepts such a rule and then fails every object (DstBucketObjectLockConfigMissing)',
            instead: 'set objectLockEnabled: true on the destination',
          }),
        ];
  });
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
function policyTooLong(anchor: SourceAnchor): Finding[] {
  const stack = Stack.of(anchor);
  const size = policySize(
    { Version: '2012-10-17', Statement: stack.resolve(anchor.permissions()) },
    partitionOf(stack.region),
  );
  return size <= ROLE_POLICY_LIMIT
    ? []
    : [
        error({
          saw: `permissions of about ${size} characters for ${anchor.rules.length} rules`,
          because: `the inline policies of a role have at most ${ROLE_POLICY_LIMIT} characters, and S3 takes one role for a bucket`,
          instead:
            'let fewer rules do: shorter prefixes that cover several (about 33 to 50 fit), or one KMS key for several destinations of a region',
        }),
      ];
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationConfiguration.html */
function configurationTooLarge(rendered: Record<string, any>): Finding[] {
  const size = Buffer.byteLength(JSON.stringify(rendered.ReplicationConfiguration ?? ''));
  return size <= MAX_CONFIGURATION
    ? []
    : [
        error({
          saw: `a replication configuration of about ${size} bytes`,
          because: `S3 takes at most ${MAX_CONFIGURATION} bytes`,
          instead: 'use fewer rules, or shorter prefixes and tags',
        }),
      ];
}

/** A bucket with a condition of the template may not be there; CloudFormation then refuses what refers to it. */
function conditions(anchor: SourceAnchor): Finding[] {
  const own = anchor.bucket.cfnOptions.condition;
  return anchor.rules.flatMap((rule) => {
    const { destination } = rule;
    const condition = destination.cfn?.cfnOptions.condition;
    if (condition === undefined || condition === own) {
      return [];
    }
    const name = nameOf(destination);
    return own === undefined
      ? [
          error({
            saw: `destination ${name} exists only under the condition '${condition.node.path}', the source always`,
            because: 'CloudFormation refuses a reference to a resource that is not created',
            instead: 'give both buckets the same condition, or none',
          }),
        ]
      : aboutRule(rule, [
          warning(
            'destinationMayNotExist',
            `The destination ${name} exists under the condition '${condition.node.path}', the source under '${own.node.path}': CloudFormation refuses the ` +
              'source when the destination is not created. Give both the same condition, or acknowledge this when that of the source implies the other',
          ),
        ]);
  });
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
