// SPDX-License-Identifier: Apache-2.0
import { wrongRegion } from '../app/key';
import { same } from '../documents/intrinsics';
import { BucketFacts, EncryptionFacts, KeyFacts, ReplicationFacts, RuleFacts } from '../flows/facts';
import { Findings, error, warning } from '../messages/finding';

const UNKNOWN = { kind: 'unknown', usesKms: false, overridden: false } as const;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html */
export function sourceEncryption({ source, rules }: ReplicationFacts): Findings {
  const { encryption = UNKNOWN } = source;
  if (rules.length === 0) {
    return [];
  }
  const named = rules.every((rule) => rule.namedSourceKeys.length > 0 && rule.namesReplicaKey);
  return [
    named ? overriddenKey(encryption, rules) : unreadable(encryption, rules),
    encryption.kind === 'aws/s3' &&
      warning(
        'sourceUsesAwsManagedKey',
        'The source is encrypted with the AWS managed key aws/s3, whose ARN is not known at synthesis: the replication role gets no permission to decrypt with it, ' +
          'which should do because the policy of that key lets S3 use it for the account, but nobody has tried. Encrypt the source with a customer managed key, or test and acknowledge this',
      ),
  ];
}

/** Keys that cannot be read from the source; naming them on the rules makes up for it. */
function unreadable({ kind, alias, overridden }: EncryptionFacts, rules: readonly RuleFacts[]): Findings {
  if (kind === 'alias' && rules.some(({ namedSourceKeys }) => namedSourceKeys.length === 0)) {
    return error('sourceEncryptedByAlias', {
      saw: `the source is encrypted with the alias '${alias}'`,
      because:
        'the role needs permission for the key itself, and which key an alias points to is not known at synthesis',
      instead: 'encrypt the bucket with the key, or name the key in sourceKeys of every rule',
    });
  }
  if (kind === 'unknown') {
    return warning(
      'sourceEncryptionUnknown',
      'How the source is encrypted is not known at synthesis: objects that are encrypted with KMS are skipped unless sourceKeys and destinationKey are named on the rules. Name them, or acknowledge this',
    );
  }
  return overridden
    ? error('sourceEncryptionOverridden', {
        saw: 'a property override of BucketEncryption on the source',
        because: 'keys are read from the property itself, so permissions for the key in the override would be missing',
        instead: 'set the property bucketEncryption, or name sourceKeys and destinationKey on every rule',
      })
    : undefined;
}

/** A key that only a property override names is not among those that the role may decrypt with. */
function overriddenKey({ overridden, keyId }: EncryptionFacts, rules: readonly RuleFacts[]): Findings {
  const isNamed = ({ namedSourceKeys }: RuleFacts) => namedSourceKeys.some((name) => same(name, keyId));
  return !overridden || keyId === undefined || rules.every(isNamed)
    ? undefined
    : warning(
        'sourceKeyOverridden',
        'A property override of BucketEncryption gives the source a key that is not among the sourceKeys of every rule: objects encrypted with a key that the role may not use fail to replicate. ' +
          'Set the property bucketEncryption instead, name the key in sourceKeys, or acknowledge this if it is named there in another form',
      );
}

/** Whether the rule has the key that it needs, and needs the key that it has. */
export function replicaKey(rule: RuleFacts, { source: { encryption = UNKNOWN } }: ReplicationFacts): Findings {
  const { destination, replicatesKmsObjects } = rule;
  const { name, encryption: ofDestination } = destination;
  if (replicatesKmsObjects && rule.replicaKey === undefined) {
    return error('replicaKeyMissing', {
      saw: `the source is encrypted with ${encryption.usesKms ? encryption.kind : 'KMS (sourceKeys)'}, and ${describeMissing(rule)}`,
      because:
        'S3 takes a rule for objects that are encrypted with KMS only with the ARN of a customer managed key for their replicas',
      instead:
        'set destinationKey on the rule, or encrypt the destination bucket with a kms.Key of its own region (encryption: BucketEncryption.KMS for one that a pair creates; Bucket.fromBucketAttributes() takes the encryptionKey of an imported one)',
    });
  }
  if (!rule.namesReplicaKey && replicatesKmsObjects && ofDestination?.overridden) {
    return error('destinationEncryptionOverridden', {
      saw: `a property override of BucketEncryption on destination ${name}`,
      because: 'the key for the replicas is read from the property itself',
      instead: 'set the property bucketEncryption, or name destinationKey on the rule',
    });
  }
  if (!replicatesKmsObjects && ofDestination?.usesKms) {
    return warning(
      'replicasKeepSseS3',
      `Objects of the source are encrypted with SSE-S3, and so will their replicas be, although the default encryption of ${name} is ${ofDestination.kind}: ` +
        'S3 does not apply the default of the destination to replicas. Encrypt the source with KMS to have replicas encrypted with KMS, or acknowledge this',
    );
  }
  return rule.namesReplicaKey && encryption.kind === 'SSE-S3' && rule.namedSourceKeys.length === 0
    ? warning(
        'destinationKeyWithoutSourceKey',
        `destinationKey encrypts replicas of objects which are encrypted with KMS only; the source is encrypted with SSE-S3, so the replicas in ${name} are too. ` +
          'Name the keys of single objects in sourceKeys (without it the role cannot decrypt them), or leave out destinationKey, or acknowledge this',
      )
    : undefined;
}

/** Replicas of other apps: nobody else looks at the key that they would be encrypted with. */
export function grantedEncryption({ name, encryption, grants }: BucketFacts): Findings {
  const keyless = grants.some(({ explicit, keys }) => explicit && keys.length === 0);
  return (
    keyless &&
    (encryption?.kind === 'aws/s3' || encryption?.kind === 'alias') &&
    error('grantedKeyUnusable', {
      saw: `the default encryption of ${name} was changed to ${encryption.kind === 'alias' ? `the alias '${encryption.alias}'` : 'the AWS managed key aws/s3'} after replicasFrom()`,
      because: 'S3 encrypts replicas of other accounts with customer managed keys, whose own policy lets the role in',
      instead: 'encrypt the bucket with a kms.Key, or give encryptionKey to replicasFrom()',
    })
  );
}

function describeMissing({ destination: { name, encryption }, foreign, keyOutOfReach }: RuleFacts): string {
  switch (encryption?.kind) {
    case undefined:
      return `no key is known for ${name}`;
    case 'aws/s3':
      return `destination ${name} with the AWS managed key aws/s3, ${foreign ? 'which another account cannot use' : 'with which replication is not known to work'}`;
    case 'alias':
      return `destination ${name} with the alias '${encryption.alias}', which may point to another key tomorrow`;
    case 'SSE-KMS':
    case 'DSSE-KMS':
      return `the key of destination ${name} is ${keyOutOfReach}, where the source cannot refer to it`;
    default:
      return `destination ${name} has no KMS key`;
  }
}

/** Keys as they are in the end; a key that nothing is encrypted with does not matter. */
export function unfitKeys(rule: RuleFacts, { source }: ReplicationFacts): Findings {
  return [
    rule.sourceKeys.map((key) => unfitKey(source, key)),
    rule.replicaKey && unfitKey(rule.destination, rule.replicaKey),
  ];
}

function unfitKey({ name, region, properties }: BucketFacts, key: KeyFacts): Findings {
  const problem = key.unusable ?? (key.properties && unfit(key.properties));
  if (problem !== undefined) {
    return error('keyUnusable', {
      saw: `the key ${key.path === undefined ? '' : `'${key.path}' `}of ${name} ${problem}`,
      because: 'S3 replicates with symmetric KMS keys that are enabled, and permissions name a key by its ARN',
      instead: 'use a customer managed key like that, a kms.Key or Key.fromKeyArn() with its key ARN',
    });
  }
  return region !== undefined && key.region !== undefined && key.region !== region
    ? error('keyInWrongRegion', wrongRegion(key.region, name, region, properties !== undefined))
    : undefined;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html */
function unfit({ Enabled, KeySpec, KeyUsage }: NonNullable<KeyFacts['properties']>): string | undefined {
  if (Enabled === false || Enabled === 'false') {
    return 'is disabled';
  }
  const kind = [
    [KeySpec, 'SYMMETRIC_DEFAULT'],
    [KeyUsage, 'ENCRYPT_DECRYPT'],
  ].find(([actual, needed]) => typeof actual === 'string' && actual !== needed);
  return kind && `is not a symmetric encryption key (${kind[0]})`;
}
