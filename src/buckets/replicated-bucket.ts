// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms, aws_s3 as s3, CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { CreatedBucketOptions } from './created-bucket-options';
import { warnOfEarlyTransitions } from './lifecycle';
import { ReplicatedBucketOptions } from './replicated-bucket-options';
import { definedBucket } from '../app/bucket';
import { deployAfter } from '../app/deploy-order';
import { defaultEncryption } from '../app/encryption';
import { given } from '../app/given';
import { keepLike } from '../app/keep-like';
import { isLocked } from '../app/object-lock';
import { waitFor } from '../app/references';
import { definedResource } from '../app/resource';
import { deployedStack, sameStage } from '../app/stacks';

/** What says how buckets are created; the source may be one that has no L2. */
export interface PairInput extends CreatedBucketOptions {
  readonly source?: s3.IBucketRef;
  readonly destination?: s3.IBucket;
  readonly destinationRegion?: string;
  readonly destinationStack?: Stack;
  readonly sourceOptions?: ReplicatedBucketOptions;
  readonly destinationOptions?: ReplicatedBucketOptions;
  readonly keepEncryptionKeys?: boolean;
  readonly autoDeleteObjects?: boolean;
}

type Named =
  'source' | 'destination' | 'destinationRegion' | 'destinationStack' | 'sourceOptions' | 'destinationOptions';

/** How the construct calls what a pair has, for messages; the buckets that it makes are named by it, too. */
export type PairWords = { readonly [prop in Named]: string };

export const PAIR: PairWords = {
  source: 'source',
  destination: 'destination',
  destinationRegion: 'destinationRegion',
  destinationStack: 'destinationStack',
  sourceOptions: 'sourceOptions',
  destinationOptions: 'destinationOptions',
};

/** What both buckets of a pair have in common. */
export interface BucketSettings extends CreatedBucketOptions {
  readonly encryption: s3.BucketEncryption.KMS | s3.BucketEncryption.S3_MANAGED;
  readonly keepKey: boolean;
  readonly autoDeleteObjects?: boolean;
}

/**
 * Follows the bucket that the user brings where the props say nothing: S3 wants both ends alike in Object Lock and KMS.
 */
export function bucketSettings(props: PairInput): BucketSettings {
  const source = props.source && definedBucket(props.source);
  const destination = props.destination && definedBucket(props.destination);
  const keyGiven =
    props.sourceOptions?.encryptionKey !== undefined || props.destinationOptions?.encryptionKey !== undefined;
  const broughtKms =
    [source, destination].some((bucket) => bucket && 'key' in defaultEncryption(bucket)) ||
    props.destination?.encryptionKey !== undefined;
  const usual = keyGiven || broughtKms ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED;
  const locked = props.objectLockDefaultRetention !== undefined || (source !== undefined && isLocked(source) === true);
  return {
    encryption: (props.encryption as BucketSettings['encryption'] | undefined) ?? usual,
    keepKey: props.keepEncryptionKeys ?? false,
    removalPolicy: props.removalPolicy,
    autoDeleteObjects: props.autoDeleteObjects,
    objectLockEnabled: props.objectLockEnabled ?? (locked ? true : undefined),
    objectLockDefaultRetention: props.objectLockDefaultRetention,
  };
}

export interface ReplicatedBucket {
  readonly bucket: s3.IBucket;
  /** Keys that objects of the bucket may be encrypted with although its default encryption is another one. */
  readonly formerKeys: kms.IKey[];
}

export function createReplicatedBucket(
  scope: Construct,
  id: string,
  settings: BucketSettings,
  options: ReplicatedBucketOptions = {},
): ReplicatedBucket {
  const kmsByDefault = settings.encryption === s3.BucketEncryption.KMS;
  const created = settings.keepKey || (kmsByDefault && !options.encryptionKey) ? keyIn(scope) : undefined;
  const keys = [options.encryptionKey, created].filter((key) => key !== undefined);
  const props: s3.BucketProps = given({
    bucketName: options.bucketName,
    bucketNamePrefix: options.bucketNamePrefix,
    bucketNamespace: options.bucketNamePrefix === undefined ? undefined : s3.BucketNamespace.ACCOUNT_REGIONAL,
    versioned: true,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: settings.encryption,
    encryptionKey: kmsByDefault ? keys[0] : undefined,
    // fewer requests to KMS, at no loss of isolation: the bucket is the only user of the context
    bucketKeyEnabled: kmsByDefault ? true : undefined,
    objectLockEnabled: settings.objectLockEnabled,
    objectLockDefaultRetention: settings.objectLockDefaultRetention,
    lifecycleRules: options.lifecycleRules?.length ? options.lifecycleRules : undefined,
    serverAccessLogsBucket: options.serverAccessLogsBucket,
    serverAccessLogsPrefix: options.serverAccessLogsPrefix,
    // a first deployment that is rolled back must leave nothing behind, least of all a name that is then taken
    removalPolicy: settings.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    autoDeleteObjects: settings.autoDeleteObjects,
  });
  const bucket = new s3.Bucket(scope, id, props);
  warnOfEarlyTransitions(bucket, options.lifecycleRules);
  const policy = bucket.policy && definedResource(bucket.policy, 'AWS::S3::BucketPolicy');
  if (policy) {
    // a bucket that outlives its stack goes on receiving replicas, which its policy may have to allow
    keepLike(definedBucket(bucket)!, policy);
  }
  const used = { serverAccessLogsBucket: options.serverAccessLogsBucket, encryptionKey: options.encryptionKey };
  for (const [prop, resource] of Object.entries(used)) {
    const defined = resource && definedResource(resource, 'AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::KMS::ReplicaKey');
    if (defined && sameStage(defined.stack, bucket.stack)) {
      deployAfter(scope, 'bucket', bucket.stack, {
        what: `${prop} '${defined.node.path}'`,
        stack: defined.stack,
        reason: `'${bucket.node.path}' refers to '${defined.node.path}'`,
        remedy: 'define it in the stack of the bucket that uses it, or in one that does not depend on that stack',
      });
    }
  }
  return { bucket, formerKeys: kmsByDefault ? keys.slice(1) : keys };
}

/**
 * One key for the pair's buckets of a stack; retained, because without it every version in the bucket is lost.
 */
function keyIn(scope: Construct): kms.Key {
  return (
    (scope.node.tryFindChild('Key') as kms.Key | undefined) ??
    new kms.Key(scope, 'Key', {
      description: `Encrypts objects of ${scope.node.path}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    })
  );
}

/**
 * When both buckets go, the source goes first, or what writes its rules: what is still replicated would fill a destination
 * that has just been emptied. Between stacks the order of the stacks does that.
 *
 * The destination must have been created first: the handler that empties buckets mentions the first one of its stack.
 */
export function deleteBeforeEmptying(writer: CfnResource, destination: s3.IBucket): void {
  const emptying = destination.node.tryFindChild('AutoDeleteObjectsCustomResource');
  const resource = emptying && definedResource(emptying, 'Custom::S3AutoDeleteObjects');
  if (resource && deployedStack(resource.stack) === deployedStack(writer.stack)) {
    waitFor(writer, resource);
  }
}
