// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, CfnResource, Stack } from 'aws-cdk-lib';
import { BucketEnd, bucketEnd, nameOf } from '../app/bucket';
import { DefaultEncryption, defaultEncryption, usesKms } from '../app/encryption';
import { compare } from '../app/environment';
import { KeyPointer, regionOfKey, unusableArn, whyUnreachable, wrongRegion } from '../app/key';
import { finalProperties } from '../app/rendered';
import { propertyOverrides } from '../app/resource';
import { SourceAnchor } from '../flows/source';
import { Finding, aboutRule, error, warning } from '../messages/finding';
import { AddedRule } from '../rules/added-rule';
import { RuleKeys, ruleKeys } from '../rules/rule-keys';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html */
export function encryptionFindings(anchor: SourceAnchor): Finding[] {
  const encryption = defaultEncryption(anchor.bucket);
  const named = anchor.rules.every(({ options }) => options.sourceKeys?.length && options.destinationKey !== undefined);
  return [
    ...(anchor.rules.length === 0 ? [] : named ? overridingKey(anchor) : unreadable(anchor, encryption)),
    ...(encryption.kind === 'aws/s3' && anchor.rules.length > 0
      ? [
          warning(
            'sourceUsesAwsManagedKey',
            'The source is encrypted with the AWS managed key aws/s3, whose ARN is not known at synthesis: the replication role gets no permission to decrypt with it, ' +
              'which should do because the policy of that key lets S3 use it for the account, but nobody has tried. Encrypt the source with a customer managed key, or test and acknowledge this',
          ),
        ]
      : []),
    ...anchor.rules.flatMap((rule) => {
      const keys = ruleKeys(anchor.bucket, rule);
      return aboutRule(rule, [...ruleFindings(anchor, encryption, rule, keys), ...unfitKeys(anchor, rule, keys)]);
    }),
  ];
}

/** Keys that cannot be read from the source; naming them on the rules makes up for it. */
function unreadable(anchor: SourceAnchor, encryption: DefaultEncryption): Finding[] {
  if (encryption.kind === 'alias' && anchor.rules.some(({ options }) => !options.sourceKeys?.length)) {
    return [
      error({
        saw: `the source is encrypted with the alias '${encryption.alias}'`,
        because:
          'the role needs permission for the key itself, and which key an alias points to is not known at synthesis',
        instead: 'encrypt the bucket with the key, or name the key in sourceKeys of every rule',
      }),
    ];
  }
  if (encryption.kind === 'unknown') {
    return [
      warning(
        'sourceEncryptionUnknown',
        'How the source is encrypted is not known at synthesis: objects that are encrypted with KMS are skipped unless sourceKeys and destinationKey are named on the rules. Name them, or acknowledge this',
      ),
    ];
  }
  return overridesEncryption(anchor.bucket)
    ? [
        error({
          saw: 'a property override of BucketEncryption on the source',
          because:
            'keys are read from the property itself, so permissions for the key in the override would be missing',
          instead: 'set the property bucketEncryption, or name sourceKeys and destinationKey on every rule',
        }),
      ]
    : [];
}

/** A key that only a property override names is not among those that the role may decrypt with. */
function overridingKey({ bucket, rules }: SourceAnchor): Finding[] {
  const byDefault = Object.values<any>(
    finalProperties(bucket).BucketEncryption?.ServerSideEncryptionConfiguration ?? {},
  ).find((rule) => rule?.ServerSideEncryptionByDefault)?.ServerSideEncryptionByDefault;
  const key = JSON.stringify(byDefault?.KMSMasterKeyID);
  const namesIt = ({ options }: AddedRule) =>
    options.sourceKeys!.some(({ keyRef }) =>
      Stack.of(bucket)
        .resolve([keyRef.keyArn, keyRef.keyId])
        .some((name: unknown) => JSON.stringify(name) === key),
    );
  return !overridesEncryption(bucket) || key === undefined || rules.every(namesIt)
    ? []
    : [
        warning(
          'sourceKeyOverridden',
          'A property override of BucketEncryption gives the source a key that is not among the sourceKeys of every rule: objects encrypted with a key that the role may not use fail to replicate. ' +
            'Set the property bucketEncryption instead, name the key in sourceKeys, or acknowledge this if it is named there in another form',
        ),
      ];
}

function ruleFindings(
  { bucket }: SourceAnchor,
  encryption: DefaultEncryption,
  rule: AddedRule,
  keys: RuleKeys,
): Finding[] {
  const name = nameOf(rule.destination);
  const ofDestination = rule.destination.cfn && defaultEncryption(rule.destination.cfn);
  if (keys.replicatesKmsObjects && keys.replicaKey === undefined) {
    return [
      error({
        saw: `the source is encrypted with ${usesKms(encryption) ? encryption.kind : 'KMS (sourceKeys)'}, and ${describeMissing(bucket, ofDestination, name, rule.destination.account)}`,
        because:
          'S3 takes a rule for objects that are encrypted with KMS only with the ARN of a customer managed key for their replicas',
        instead:
          'set destinationKey on the rule, or encrypt the destination bucket with a kms.Key of its own region (encryption: BucketEncryption.KMS for one that a pair creates; Bucket.fromBucketAttributes() takes the encryptionKey of an imported one)',
      }),
    ];
  }
  if (
    rule.destination.cfn &&
    rule.options.destinationKey === undefined &&
    keys.replicatesKmsObjects &&
    overridesEncryption(rule.destination.cfn)
  ) {
    return [
      error({
        saw: `a property override of BucketEncryption on destination ${name}`,
        because: 'the key for the replicas is read from the property itself',
        instead: 'set the property bucketEncryption, or name destinationKey on the rule',
      }),
    ];
  }
  if (!keys.replicatesKmsObjects && ofDestination && usesKms(ofDestination)) {
    return [
      warning(
        'replicasKeepSseS3',
        `Objects of the source are encrypted with SSE-S3, and so will their replicas be, although the default encryption of ${name} is ${ofDestination.kind}: ` +
          'S3 does not apply the default of the destination to replicas. Encrypt the source with KMS to have replicas encrypted with KMS, or acknowledge this',
      ),
    ];
  }
  if (rule.options.destinationKey && encryption.kind === 'SSE-S3' && !rule.options.sourceKeys?.length) {
    return [
      warning(
        'destinationKeyWithoutSourceKey',
        `destinationKey encrypts replicas of objects which are encrypted with KMS only; the source is encrypted with SSE-S3, so the replicas in ${name} are too. ` +
          'Name the keys of single objects in sourceKeys (without it the role cannot decrypt them), or leave out destinationKey, or acknowledge this',
      ),
    ];
  }
  return [];
}

function unfitKeys(anchor: SourceAnchor, rule: AddedRule, keys: RuleKeys): Finding[] {
  return keys.replicatesKmsObjects
    ? [
        ...keys.sourceKeys.flatMap((key) => keyFindings(bucketEnd(anchor.bucket), key)),
        ...(keys.replicaKey ? keyFindings(rule.destination, keys.replicaKey) : []),
      ]
    : [];
}

/** Keys as they are in the end; a key that nothing is encrypted with does not matter. */
function keyFindings(bucket: BucketEnd, key: KeyPointer): Finding[] {
  const problem = 'cfn' in key ? unfit(key.cfn) : unusableArn(bucket.stack, key.arn);
  const name = 'cfn' in key ? `'${key.cfn.node.path}' ` : '';
  if (problem !== undefined) {
    return [
      error({
        saw: `the key ${name}of ${nameOf(bucket)} ${problem}`,
        because: 'S3 replicates with symmetric KMS keys that are enabled, and permissions name a key by its ARN',
        instead: 'use a customer managed key like that, a kms.Key or Key.fromKeyArn() with its key ARN',
      }),
    ];
  }
  const region = regionOfKey(key);
  return region !== undefined && compare(region, bucket.region) === 'different'
    ? [error(wrongRegion(region, bucket))]
    : [];
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html */
function unfit(key: CfnResource): string | undefined {
  const { Enabled, KeySpec, KeyUsage } = finalProperties(key);
  if (Enabled === false || Enabled === 'false') {
    return 'is disabled';
  }
  const kind = [
    [KeySpec, 'SYMMETRIC_DEFAULT'],
    [KeyUsage, 'ENCRYPT_DECRYPT'],
  ].find(([actual, needed]) => typeof actual === 'string' && actual !== needed);
  return kind && `is not a symmetric encryption key (${kind[0]})`;
}

function describeMissing(
  source: s3.CfnBucket,
  encryption: DefaultEncryption | undefined,
  name: string,
  owner: string,
): string {
  switch (encryption?.kind) {
    case undefined:
      return `no key is known for ${name}`;
    case 'aws/s3':
      return `destination ${name} with the AWS managed key aws/s3, which cannot be named in a rule`;
    case 'alias':
      return `destination ${name} with the alias '${encryption.alias}', which may point to another key tomorrow`;
    case 'SSE-KMS':
    case 'DSSE-KMS':
      return `the key of destination ${name} is ${whyUnreachable(Stack.of(source), encryption.key, owner)}, where the source cannot refer to it`;
    default:
      return `destination ${name} has no KMS key`;
  }
}

/** Whether property overrides change how the bucket is encrypted by default; other settings do not matter here. */
function overridesEncryption(bucket: s3.CfnBucket): boolean {
  if (!('BucketEncryption' in propertyOverrides(bucket))) {
    return false;
  }
  const byDefault = (rules: any) => Object.values(rules ?? {}).map((rule: any) => rule?.ServerSideEncryptionByDefault);
  const rendered = byDefault(finalProperties(bucket).BucketEncryption?.ServerSideEncryptionConfiguration);
  const property = Stack.of(bucket).resolve(bucket.bucketEncryption)?.serverSideEncryptionConfiguration;
  const known = (Array.isArray(property) ? property : []).map((rule) => rule?.serverSideEncryptionByDefault);
  const texts = (key: unknown, algorithm: unknown) => JSON.stringify([key, algorithm]);
  const before = known.find((it) => it !== undefined);
  const after = rendered.find((it) => it !== undefined);
  return texts(before?.kmsMasterKeyId, before?.sseAlgorithm) !== texts(after?.KMSMasterKeyID, after?.SSEAlgorithm);
}
