// SPDX-License-Identifier: Apache-2.0
import { same } from '../documents/intrinsics';
import { BucketFacts, ReplicationFacts, RuleFacts } from '../flows/facts';
import { Findings, error, warning } from '../messages/finding';

/** The limit of S3 for a replication configuration, in bytes. */
const MAX_CONFIGURATION = 2 * 1024 * 1024;

/**
 * For an event of Lambda, of 256 KB, which has the rules twice in an update.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_HANDLED = 100 * 1024;

/**
 * Property overrides, later assignments and aspects come after us; details of a rule may be overridden, a rule may not
 * be lost.
 */
export function replaced({ source, role, rules, handled }: ReplicationFacts): Findings {
  if (handled !== undefined) {
    return replacedLater(source);
  }
  if (rules.length === 0) {
    return [];
  }
  const configuration = source.properties?.ReplicationConfiguration;
  const found: any[] = Array.isArray(configuration?.Rules) ? configuration.Rules : [];
  const pairs = rules.map((rule) => ({ rule, now: found.find((candidate) => same(candidate?.Id, rule.id)) }));
  const missing = pairs.filter(({ rule, now }) => !same(now?.Destination?.Bucket, rule.destinationArn)).length;
  const changed = pairs
    .filter(({ rule, now }) => {
      const { Filter, Destination } = now ?? {};
      return !same(
        [
          Filter?.Prefix ?? Filter?.And?.Prefix ?? '',
          Destination?.Bucket,
          Destination?.EncryptionConfiguration?.ReplicaKmsKeyID,
        ],
        [rule.prefix, rule.destinationArn, rule.replicaKeyArn],
      );
    })
    .map(({ now }) => now);
  if (same(configuration?.Role, role.reference?.arn) && changed.length === 0 && found.length === rules.length) {
    return [];
  }
  const what =
    missing === 0 && changed.length > 0 ? JSON.stringify(changed) : `${missing} of ${rules.length} rules are missing`;
  return error('configurationReplaced', {
    saw: `the replication configuration of the source ${source.name} is not the one of its BucketReplication (${what})`,
    because: 'a property override, an assignment or an aspect replaced it later, and its role lacks the permissions',
    instead: 'remove that, and add rules with BucketReplication.of(bucket).addRule()',
  });
}

function replacedLater({ name, properties }: BucketFacts): Findings {
  return (
    properties?.ReplicationConfiguration !== undefined &&
    error('handledRulesReplaced', {
      saw: `a replication configuration in the template of ${name}, whose rules a custom resource writes`,
      because: 'CloudFormation replaces all rules of a bucket when it writes those of the template, and nobody is told',
      instead: 'remove that, and add rules with BucketReplication.of(bucket).addRule()',
    })
  );
}

export function renamed({ source: { name, bucketName }, nameForPermissions }: ReplicationFacts): Findings {
  return nameForPermissions === undefined || same(nameForPermissions, bucketName)
    ? undefined
    : error('sourceRenamed', {
        saw:
          `the name of the source ${name} ${bucketName === undefined ? 'was removed' : `changed to ${JSON.stringify(bucketName)}`} ` +
          'after replication was set up',
        because: 'the permissions of the replication role name the bucket as it was called then',
        instead: 'set the name before, in the props of the bucket',
      });
}

/** A name that is text is written as it is in the end; where it goes, or becomes an intrinsic, others cannot follow. */
export function destinationRenamed({ name, bucketName, nameForOthers }: BucketFacts): Findings {
  return nameForOthers === undefined || same(nameForOthers, bucketName)
    ? undefined
    : error('destinationRenamed', {
        saw:
          `the name of destination ${name} ` +
          `${bucketName === undefined ? 'was removed' : `changed to ${JSON.stringify(bucketName)}`} ` +
          'after it was named in rules or policies',
        because: `they name the bucket ${JSON.stringify(nameForOthers)}`,
        instead: 'give it a literal bucketName, or set the name before, in the props of the bucket',
      });
}

/** An aspect may give the same name to both. */
export function namedAlike({ destination }: RuleFacts, { source: { bucketName } }: ReplicationFacts): Findings {
  return (
    typeof bucketName === 'string' &&
    bucketName === destination.bucketName &&
    error('destinationNamedAsSource', {
      saw: `destination ${destination.name} has the name of the source, '${bucketName}', in the end`,
      because: 'the name of a bucket is unique over all regions and accounts of a partition',
      instead: 'give one of the two another name, or none',
    })
  );
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationConfiguration.html */
export function configurationTooLarge({ source, handled }: ReplicationFacts): Findings {
  const size = handled ?? Buffer.byteLength(JSON.stringify(source.properties?.ReplicationConfiguration ?? ''));
  const limit = handled === undefined ? MAX_CONFIGURATION : MAX_HANDLED;
  return size <= limit
    ? undefined
    : error('configurationTooLarge', {
        saw: `a replication configuration of about ${size} bytes for the source ${source.name}`,
        because: `${handled === undefined ? 'S3 takes' : 'the custom resource that writes them takes'} at most ${limit} bytes`,
        instead: 'use fewer rules, or shorter prefixes and tags',
      });
}

/** A bucket with a condition of the template may not be there; CloudFormation then refuses what refers to it. */
export function conditions({ destination: { name, condition } }: RuleFacts, { source }: ReplicationFacts): Findings {
  if (condition === undefined || condition === source.condition) {
    return [];
  }
  return source.condition === undefined
    ? [
        error('destinationMayNotExist', {
          saw: `destination ${name} exists only under the condition '${condition}', the source ${source.name} always`,
          because: 'CloudFormation refuses a reference to a resource that is not created',
          instead: 'give both buckets the same condition, or none',
        }),
      ]
    : [
        warning(
          'destinationMayNotExist',
          `The destination ${name} exists under the condition '${condition}', the source ${source.name} under '${source.condition}': ` +
            'CloudFormation refuses the source when the destination is not created. Give both the same condition, ' +
            'or acknowledge this when that of the source implies the other',
        ),
      ];
}
