import { aws_s3 as s3, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { deployedStack } from './environment';
import { hashOf } from './hash';
import { createReplicatedBucket } from './replicated-bucket';
import type { LogProducer } from '../log-producer';
import { ReplicatedBucketOptions } from '../replicated-bucket-options';

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
