// SPDX-License-Identifier: Apache-2.0
import { wrongRegion } from '../app/key';
import { same } from '../documents/intrinsics';
import { BucketFacts, EncryptionFacts, KeyFacts, ReplicationFacts, RuleFacts } from '../flows/facts';
import { Findings, error, warning } from '../messages/finding';

const UNKNOWN = { kind: 'unknown', usesKms: false, overridden: false } as const;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html */
export function sourceEncryption({ source, rules }: ReplicationFacts): Findings {
  const { encryption = UNKNOWN, name } = source;
  if (rules.length === 0) {
    return [];
  }
  const named = rules.every((rule) => rule.namedSourceKeys.length > 0 && rule.namesReplicaKey);
  return [
    named ? overriddenKey(source, rules) : unreadable(source, rules),
    encryption.kind === 'aws/s3' &&
      warning(
        'sourceUsesAwsManagedKey',
        `The source ${name} is encrypted with the AWS managed key aws/s3. Its ARN is not known at synthesis, ` +
          'so the replication role gets no permission to decrypt with it, and it is not known whether S3 then replicates. ' +
          'Encrypt the source with a customer managed key, or test this and acknowledge it',
      ),
  ];
}

/** Keys that cannot be read from the source; naming them on the rules makes up for it. */
function unreadable({ name, encryption = UNKNOWN }: BucketFacts, rules: readonly RuleFacts[]): Findings {
  const { kind, alias, overridden }: EncryptionFacts = encryption;
  if (kind === 'alias' && rules.some(({ namedSourceKeys }) => namedSourceKeys.length === 0)) {
    return error('sourceEncryptedByAlias', {
      saw: `the source ${name} is encrypted with the alias '${alias}'`,
      because: 'the role needs permission for the key itself, and the key behind an alias is not known at synthesis',
      instead: 'encrypt the bucket with the key, or name the key in sourceKeys of every rule',
    });
  }
  if (kind === 'unknown') {
    return warning(
      'sourceEncryptionUnknown',
      `How the source ${name} is encrypted is not known at synthesis. S3 skips objects that are encrypted with KMS ` +
        'unless the rules name sourceKeys and destinationKey. Name them, or acknowledge this',
    );
  }
  return overridden
    ? error('sourceEncryptionOverridden', {
        saw: `a property override of BucketEncryption on the source ${name}`,
        because:
          'keys are read from the property itself, so the role would lack permissions for the key in the override',
        instead: 'set the property bucketEncryption, or name sourceKeys and destinationKey on every rule',
      })
    : undefined;
}

/** A key that only a property override names is not among those that the role may decrypt with. */
function overriddenKey({ name, encryption = UNKNOWN }: BucketFacts, rules: readonly RuleFacts[]): Findings {
  const { overridden, keyId }: EncryptionFacts = encryption;
  const isNamed = ({ namedSourceKeys }: RuleFacts) => namedSourceKeys.some((key) => same(key, keyId));
  return !overridden || keyId === undefined || rules.every(isNamed)
    ? undefined
    : warning(
        'sourceKeyOverridden',
        `A property override gives the source ${name} a key that is not among the sourceKeys of every rule. ` +
          'Objects fail to replicate when the role may not decrypt them. Set the property bucketEncryption instead, ' +
          'name the key in sourceKeys, or acknowledge this if it is named there in another form',
      );
}

/** Whether the rule has the key that it needs, and needs the key that it has. */
export function replicaKey(rule: RuleFacts, { source }: ReplicationFacts): Findings {
  const { encryption = UNKNOWN } = source;
  const { destination, replicatesKmsObjects } = rule;
  const { name, encryption: ofDestination } = destination;
  if (replicatesKmsObjects && rule.replicaKey === undefined) {
    return error('replicaKeyMissing', {
      saw:
        `the source ${source.name} is encrypted with ${encryption.usesKms ? encryption.kind : 'KMS (sourceKeys)'}, ` +
        `and ${describeMissing(rule)}`,
      because: 'S3 takes a rule for KMS objects only with the ARN of a customer managed key for their replicas',
      instead: `set destinationKey on the rule, or ${keyForDestination(destination)}`,
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
      `Objects of the source ${source.name} are encrypted with SSE-S3, and so are their replicas: ` +
        `S3 does not apply the default encryption of ${name} (${ofDestination.kind}) to them. ` +
        'Encrypt the source with KMS to have replicas encrypted with KMS, or acknowledge this',
    );
  }
  return rule.namesReplicaKey && encryption.kind === 'SSE-S3' && rule.namedSourceKeys.length === 0
    ? warning(
        'destinationKeyWithoutSourceKey',
        `destinationKey encrypts replicas of KMS objects only; the source ${source.name} is encrypted with SSE-S3, ` +
          `so the replicas in ${name} are too. ` +
          'Name the keys of single objects in sourceKeys, omit destinationKey, or acknowledge this',
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
      saw:
        `the default encryption of ${name} was changed to ` +
        `${encryption.kind === 'alias' ? `the alias '${encryption.alias}'` : 'the AWS managed key aws/s3'} after replicasFrom()`,
      because: 'S3 encrypts replicas of other accounts with customer managed keys, whose own policy lets the role in',
      instead: 'encrypt the bucket with a kms.Key, or give encryptionKey to replicasFrom()',
    })
  );
}

function keyForDestination({ properties }: BucketFacts): string {
  return properties
    ? 'encrypt the destination with a kms.Key of its region (encryption: BucketEncryption.KMS on the construct that creates it)'
    : 'give the key as encryptionKey in Bucket.fromBucketAttributes()';
}

function describeMissing({ destination: { name, encryption }, foreign, keyOutOfReach }: RuleFacts): string {
  switch (encryption?.kind) {
    case undefined:
      return `no key is known for ${name}`;
    case 'aws/s3':
      return (
        `destination ${name} with the AWS managed key aws/s3, ` +
        `${foreign ? 'which another account cannot use' : 'with which replication is not known to work'}`
      );
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
