// SPDX-License-Identifier: Apache-2.0
import { asList } from '../documents/intrinsics';
import { BucketFacts, ReplicationFacts, RuleFacts } from '../flows/facts';
import { Findings, warning } from '../messages/finding';

export function noRules({ source, rules }: ReplicationFacts): Findings {
  return rules.length > 0
    ? undefined
    : warning(
        'noRules',
        `There is no rule for the source ${source.name}, so nothing is replicated. ` +
          'Add rules with addRule(), or acknowledge this, for example while you take replication down',
      );
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/disable-replication.html */
export function disabled({ id, enabled }: RuleFacts): Findings {
  return enabled
    ? undefined
    : warning(
        'disabledRulesDoNotCatchUp',
        `The rule ${typeof id === 'string' ? `'${id}'` : 'with an ID unknown at synthesis'} is disabled. ` +
          'Objects written while a rule is disabled are not replicated when it is enabled again; S3 Batch Replication can copy them. ' +
          'Remove `enabled: false`, or acknowledge this',
      );
}

export function oddPrefix({ prefix }: RuleFacts): Findings {
  return typeof prefix !== 'string' || !/^[/*]|\*$|^s3:|^arn:/.test(prefix)
    ? undefined
    : warning(
        'literalPrefix',
        `The prefix '${prefix}' is compared literally with the keys in the bucket: they rarely begin with a slash, 's3:' or 'arn:', ` +
          'and `*` matches nothing but itself. Write how the keys begin, or acknowledge this if yours do so',
      );
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-for-metadata-changes.html */
export function oneWayModifications(
  { replicaModifications, destination: { name, path } }: RuleFacts,
  { source }: ReplicationFacts,
): Findings {
  return (
    replicaModifications &&
    !source.receivesFrom.includes(path) &&
    warning(
      'replicaModificationsOneWay',
      `replicaModifications does nothing in one direction: it replicates changes of metadata that are made to replicas, ` +
        `and no rule of this app replicates from ${name} to the source. ` +
        'Remove it, or acknowledge this if another app has that rule',
    )
  );
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html */
export function archivedBothWays(
  { storageClass, destination: { name, path } }: RuleFacts,
  { source }: ReplicationFacts,
): Findings {
  return (
    (storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE') &&
    source.receivesFrom.includes(path) &&
    warning(
      'archivedBothWays',
      `Replicas from ${source.name} to ${name} have the storage class ${storageClass}, and the two replicate to each other: ` +
        'who reads there has to restore them first, which takes minutes to hours. ' +
        'Use GLACIER_IR or a class without retrieval, or acknowledge this if nobody reads there',
    )
  );
}

/**
 * S3 looks at the tags once, when the object is written; the result of a scan comes later.
 *
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/supported-s3-features-malware-protection-s3.html
 */
export function scanResult({ tags }: RuleFacts): Findings {
  return (
    tags.includes('GuardDutyMalwareScanStatus') &&
    warning(
      'scanResultComesTooLate',
      "The filter names the tag 'GuardDutyMalwareScanStatus', which GuardDuty adds when it has scanned an object: " +
        'S3 looks at the tags when the object is written, so the rule never applies. ' +
        'Remove the tag from the filter, or acknowledge this if your writers set it themselves',
    )
  );
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html */
export function chained({ source: { name, receivesFrom }, rules }: ReplicationFacts): Findings {
  const lost = receivesFrom.filter((origin) =>
    rules.some(({ destination }) => destination.path !== origin && !destination.receivesFrom.includes(origin)),
  );
  return (
    lost.length > 0 &&
    warning(
      'replicasAreNotReplicated',
      `The source ${name} receives replicas of ${lost.map((path) => `'${path}'`).join(', ')}, ` +
        'and S3 does not replicate replicas again. Add a rule from there to each destination, ' +
        'or acknowledge this if only objects written here are to be replicated',
    )
  );
}

/**
 * Expirations are not replicated, and a replica is as old as its source object.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html
 */
export function expiration({ destination }: RuleFacts, { source }: ReplicationFacts): Findings {
  const found = source.properties?.LifecycleConfiguration?.Rules;
  const rules: any[] = Array.isArray(found) ? found : [];
  const expires = rules.some(
    (rule) => rule?.Status !== 'Disabled' && Object.keys(rule ?? {}).some((key) => /Expiration/.test(key)),
  );
  return !expires || !destination.properties || destination.properties.LifecycleConfiguration !== undefined
    ? undefined
    : warning(
        'expirationIsNotReplicated',
        `The source ${source.name} expires objects and ${destination.name} has no lifecycle rules: ` +
          'S3 does not replicate what lifecycle rules do, so replicas stay for ever. ' +
          'Give the destination lifecycle rules of its own, or acknowledge this if it is meant to keep everything',
      );
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html */
export function sseC({ destination }: RuleFacts, { source }: ReplicationFacts): Findings {
  const allows = ({ properties }: BucketFacts): boolean => {
    const rules = properties?.BucketEncryption?.ServerSideEncryptionConfiguration;
    const types = (Array.isArray(rules) ? rules : [])
      .map((rule) => rule?.BlockedEncryptionTypes?.EncryptionType)
      .find((type) => type !== undefined);
    return asList(types).includes('NONE');
  };
  return !destination.properties || !allows(source) || allows(destination)
    ? undefined
    : warning(
        'destinationBlocksSseC',
        `The source ${source.name} allows SSE-C and ${destination.name} blocks it (new buckets do so by default): ` +
          'objects encrypted with SSE-C fail to replicate. ' +
          'Allow SSE-C at the destination too, or block it at the source, or acknowledge this if no such object is written',
      );
}
