// SPDX-License-Identifier: Apache-2.0
import { Stack } from 'aws-cdk-lib';
import { versioningFindings } from './destination';
import { objectLock } from './object-lock';
import { policyTooLong } from './policy-size';
import { nameOf } from '../app/bucket';
import { accountRegionalName } from '../app/bucket-name';
import { finalProperties } from '../app/rendered';
import { SourceAnchor } from '../flows/source';
import { Finding, aboutRule, error, warning } from '../messages/finding';

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
