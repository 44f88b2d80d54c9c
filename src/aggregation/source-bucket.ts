// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms, aws_s3 as s3, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { definedBucket } from '../app/bucket';
import { hashOf } from '../app/hash';
import { keyPointer, sameKey } from '../app/key';
import { deployedStack } from '../app/stacks';
import { createReplicatedBucket } from '../buckets/replicated-bucket';
import { ReplicatedBucketOptions } from '../buckets/replicated-bucket-options';
import { LogBucket } from '../producers/log-bucket';
import { LogProducer } from '../producers/log-producer';

/** A bucket for logs of these producers: SSE-S3, which every service can write, unless a key is given. */
export function createLogBucket(
  scope: Construct,
  id: string,
  producers: readonly LogProducer[],
  options: ReplicatedBucketOptions = {},
  retention?: Duration,
): s3.IBucket {
  const encryption = options.encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED;
  const wanted = producers.map(({ _spec }) => _spec.bucketName.start).find((start) => start !== undefined);
  const named = options.bucketName !== undefined || options.bucketNamePrefix !== undefined;
  const made = wanted === undefined || named ? {} : { bucketName: bucketNameFrom(scope, id, wanted) };
  const expire = retention === undefined ? [] : [{ expiration: retention, noncurrentVersionExpiration: retention }];
  return createReplicatedBucket(
    scope,
    id,
    { encryption, keepKey: false },
    {
      ...options,
      ...made,
      lifecycleRules: [...expire, ...(options.lifecycleRules ?? [])],
    },
  ).bucket;
}

/** For a service that demands how the name begins; account and region may be open. */
function bucketNameFrom(scope: Construct, id: string, start: string): string {
  const { stackName, account, region } = deployedStack(Stack.of(scope));
  return `${start}${account}-${region}-${hashOf([stackName, scope.node.path, id], 8)}`;
}

/** The keys that services encrypt their logs with by themselves, whatever the default encryption of the bucket is. */
export function keysOfProducers(
  producers: readonly LogProducer[],
  bucket: s3.IBucketRef | undefined,
  others: readonly kms.IKeyRef[] = [],
): kms.IKeyRef[] | undefined {
  const cfn = bucket && definedBucket(bucket);
  const known = (cfn && LogBucket.find(cfn)?.deliveries) ?? [];
  const specs = [...producers.map(({ _spec }) => _spec), ...known.map(({ spec }) => spec)];
  const keys = [...others, ...specs.flatMap(({ encryptionKey }) => encryptionKey ?? [])];
  const distinct = keys.filter(
    (key, i) => keys.findIndex((other) => sameKey(keyPointer(other), keyPointer(key))) === i,
  );
  return distinct.length === 0 ? undefined : distinct;
}
