// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Delivery } from './log-bucket';
import { LogProducerSpec } from './spec';
import { defaultEncryption } from '../app/encryption';
import { keyPointer, sameKey } from '../app/key';
import { awaitsLookup } from '../app/lookup';
import { bucketsLoggingTo, finalProperties } from '../app/rendered';
import { logsTo } from '../checks/access-logs';
import { severalPolicies, tooLong } from '../checks/policy-size';
import { asList, asRecord, same } from '../documents/intrinsics';
import { BUCKET_POLICY_LIMIT } from '../documents/size';
import { BucketFacts, EncryptionFacts } from '../flows/facts';
import { readBucket } from '../flows/read-facts';
import { SourceAnchor } from '../flows/source';
import { Findings, error } from '../messages/finding';
import { Mistake } from '../messages/mistake';

/** What a service could not deliver into, of a bucket as it will be in the template. */
export function logBucketFindings(cfn: s3.CfnBucket, deliveries: readonly Delivery[]): Findings {
  const bucket = readBucket(cfn);
  const { name, policies, partition, properties } = bucket;
  const found = (id: string, wrong: Mistake | undefined) => wrong && error(id, wrong);
  const instead = 'spread the accounts or logged buckets over several buckets with logs';
  return [
    severalPolicies(bucket),
    policies.map(({ document }) => tooLong(`the policy of ${name}`, document, BUCKET_POLICY_LIMIT, partition, instead)),
    deliveries.map(({ spec, key }) => [
      found('logBucketName', nameMistake(name, spec, properties?.BucketName ?? properties?.BucketNamePrefix)),
      found('logBucketEncryption', encryptionMistake(bucket, spec, key)),
      found('logBucketLocked', lockMistake(bucket, spec)),
      found('logKeyUnknown', forgottenKey(name, cfn, spec)),
      found('logFormDiffers', formMistake(name, cfn, spec)),
      spec.kind.endsWith('ServerAccessLogs') &&
        logsTo(bucket, bucket) &&
        error('logBucketLogsToItself', logsToItself(name)),
    ]),
  ];
}

/** @param name as a property has it: text, an intrinsic, or undefined when CloudFormation makes one */
export function nameMistake(bucket: string, spec: LogProducerSpec, name: unknown): Mistake | undefined {
  if (typeof name === 'string' && awaitsLookup(name)) {
    return undefined;
  }
  const { start = '', dots } = spec.bucketName;
  const known = knownStart(name);
  const length = Math.min(start.length, known?.length ?? 0);
  const wrongStart = start !== '' && (known === undefined || known.slice(0, length) !== start.slice(0, length));
  if (wrongStart || (start !== '' && typeof name === 'string' && !name.startsWith(start))) {
    return {
      saw: `${spec.title} into ${bucket}, which ${name === undefined ? 'has no name of its own' : `is called ${JSON.stringify(name)}`}`,
      because: `the service takes buckets only whose name starts with '${start}' (${spec.page})`,
      instead: `give the bucket a bucketName that starts with '${start}'`,
    };
  }
  return !dots && known?.includes('.')
    ? {
        saw: `${spec.title} into ${bucket}, which is called ${JSON.stringify(name)}`,
        because: `the service takes buckets only whose name has no dot (${spec.page})`,
        instead: 'give the bucket a bucketName of lower case letters, digits and hyphens',
      }
    : undefined;
}

/** What a name begins with for certain; '' when an intrinsic does not say, undefined when there is no name. */
function knownStart(name: unknown): string | undefined {
  if (typeof name === 'string' || name === undefined) {
    return name;
  }
  const { 'Fn::Join': join, 'Fn::Sub': sub } = asRecord(name) ?? {};
  const [first] = asList(Array.isArray(join) ? join[1]?.[0] : Array.isArray(sub) ? sub[0] : sub);
  return typeof first === 'string' ? first.split('${')[0] : '';
}

function encryptionMistake(
  { name, properties, encryption }: BucketFacts,
  spec: LogProducerSpec,
  keyTakenCareOf: boolean,
): Mistake | undefined {
  const byDefault = asList(properties?.BucketEncryption?.ServerSideEncryptionConfiguration)
    .map((rule) => asRecord(rule)?.ServerSideEncryptionByDefault)
    .find((found) => found !== undefined);
  const algorithm = byDefault?.SSEAlgorithm;
  if (algorithm !== 'aws:kms' && algorithm !== 'aws:kms:dsse') {
    return undefined; // SSE-S3, or an intrinsic decides
  }
  const saw = (what: string) => `${spec.title} into ${name}, which is encrypted with ${what}`;
  if (!spec.keyUses) {
    return {
      saw: saw(`KMS (${algorithm})`),
      because: `the service supports encryption with SSE-S3 only (${spec.page})`,
      instead:
        'use BucketEncryption.S3_MANAGED for this bucket; replicas of its objects will be encrypted with SSE-S3, too',
    };
  }
  const keyId = byDefault.KMSMasterKeyID;
  const managed = keyId === undefined || /(^|:)alias\/aws\/s3$/.test(String(keyId));
  if (spec.keyByArnOnly && managed) {
    return {
      saw: saw('the AWS managed key aws/s3'),
      because: 'the delivery service may not use that key, and would leave logs that nobody can read',
      instead: 'use BucketEncryption.S3_MANAGED, or KMS with a kms.Key as encryptionKey',
    };
  }
  if (spec.keyByArnOnly && !namesKeyByArn(encryption!, keyId)) {
    return {
      saw: saw(`a key that is named ${JSON.stringify(keyId)}`),
      because: 'the delivery service needs the full ARN of the key, not its id or an alias',
      instead: 'name the key by its ARN, as s3.Bucket does with a kms.Key as encryptionKey (attrArn of a CfnKey)',
    };
  }
  return keyTakenCareOf || managed
    ? undefined
    : {
        saw: saw(`the key ${JSON.stringify(keyId)}, set after the producer was let in`),
        because: 'the policy of that key does not allow the service to use it, so nothing could be delivered',
        instead: 'set the encryption of the bucket before, in its props',
      };
}

/** False only when it is certainly an id or an alias. */
function namesKeyByArn({ kind, key }: EncryptionFacts, keyId: unknown): boolean {
  return typeof keyId === 'string'
    ? /^arn:[^:]+:kms:[^:]*:\d{12}:key\//.test(keyId)
    : kind !== 'alias' && (key?.reference === undefined || !same(key.reference, keyId));
}

function lockMistake({ name, objectLock }: BucketFacts, spec: LogProducerSpec): Mistake | undefined {
  return spec.objectLock || objectLock !== true
    ? undefined
    : {
        saw: `${spec.title} into ${name}, which has Object Lock`,
        because: `the service does not deliver into a bucket with Object Lock or a default retention (${spec.page})`,
        instead:
          'have the logs delivered into a bucket without Object Lock, and give Object Lock to the bucket that it is replicated to',
      };
}

/** The rules of a source were made before it was known that a service encrypts with a key of its own. */
function forgottenKey(
  bucket: string,
  cfn: s3.CfnBucket,
  { title, encryptionKey }: LogProducerSpec,
): Mistake | undefined {
  const rules = SourceAnchor.find(cfn)?.rules ?? [];
  const pointer = encryptionKey && keyPointer(encryptionKey);
  const encryption = pointer && defaultEncryption(cfn);
  if (!pointer || !encryption || ('key' in encryption && sameKey(encryption.key, pointer))) {
    return undefined;
  }
  const knows = (keys: readonly kms.IKeyRef[] = []) => keys.some((key) => sameKey(keyPointer(key), pointer));
  return rules.every(({ options }) => knows(options.sourceKeys))
    ? undefined
    : {
        saw: `${title} into ${bucket} with an encryptionKey that its replication does not know`,
        because: 'S3 would not replicate what is encrypted with that key',
        instead:
          'give the LogProducer in producers, call allowDeliveryTo() before the bucket is replicated, or name the key in sourceKeys',
      };
}

/** Which form access logs have is configured at the logged buckets. */
function formMistake(bucket: string, cfn: s3.CfnBucket, spec: LogProducerSpec): Mistake | undefined {
  const other =
    spec.kind === 'PartitionedServerAccessLogs'
      ? bucketsLoggingTo(cfn).find(
          (logged) =>
            asRecord(finalProperties(logged).LoggingConfiguration?.TargetObjectKeyFormat)?.SimplePrefix !== undefined ||
            finalProperties(logged).LoggingConfiguration?.TargetObjectKeyFormat === undefined,
        )
      : undefined;
  return (
    other && {
      saw: `partitioned access logs into ${bucket}, and '${other.node.path}' that logs into it in the simple form`,
      because: 'keys of the simple form say neither account, region nor bucket',
      instead: 'set TargetObjectKeyFormat.partitionedPrefix() on the logged bucket, or omit partitioned',
    }
  );
}

export function logsToItself(bucket: string): Mistake {
  return {
    saw: `${bucket} writes its server access logs to itself`,
    because: 'every log that arrives causes another one',
    instead: 'have its logs delivered into another bucket, or do not log it',
  };
}
