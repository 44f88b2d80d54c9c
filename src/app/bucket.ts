// SPDX-License-Identifier: Apache-2.0
import { Aws, aws_kms as kms, aws_s3 as s3, Resource, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { awaitsLookup } from './lookup';
import { definedResource, resourceBehind } from './resource';

/** One end of a replication: a bucket, what defines it, and where it lives. */
export interface BucketEnd {
  readonly ref: s3.IBucketRef;
  /** The resource when the bucket is defined in this app; undefined for an imported bucket. */
  readonly cfn?: s3.CfnBucket;
  readonly stack: Stack;
  /** May be a token. */
  readonly account: string;
  /** May be a token. */
  readonly region: string;
}

export function bucketEnd(ref: s3.IBucketRef): BucketEnd {
  const cfn = definedBucket(ref);
  const stack = Stack.of(cfn ?? ref);
  return cfn
    ? { ref, cfn, stack, account: stack.account, region: stack.region }
    : { ref, stack, account: ref.env.account, region: awaitsLookup(ref.env.region) ? Aws.REGION : ref.env.region };
}

/**
 * The bucket resource behind a reference: of the construct itself, or one whose name or ARN it hands on, as imports and
 * constructs that delegate `bucketRef` do. Undefined when the bucket is not defined in this app, and for an import by a
 * literal name, which is looked up when the app is whole (`bucketNamedLike()`).
 */
export function definedBucket(ref: s3.IBucketRef): s3.CfnBucket | undefined {
  const type = 'AWS::S3::Bucket';
  const own = definedResource(ref, type);
  const found = own ?? resourceBehind(ref.bucketRef.bucketName, type) ?? resourceBehind(ref.bucketRef.bucketArn, type);
  return found as s3.CfnBucket | undefined;
}

/** The L2 of a bucket of this app: the bucket itself, the one in a construct that wraps it, or one around the L1. */
export function bucketOf(ref: s3.IBucketRef): s3.IBucket {
  for (let current: IConstruct | undefined = ref; current; current = current.node.defaultChild) {
    if ('grantRead' in current) {
      return current as s3.IBucket;
    }
  }
  return s3.Bucket.fromCfnBucket(definedBucket(ref)!);
}

/** How to call the bucket in a message. */
export function nameOf(end: BucketEnd): string {
  if (end.cfn) {
    return `'${end.cfn.node.path.replace(/\/Resource$/, '')}'`;
  }
  const name = end.ref.bucketRef.bucketName;
  return Token.isUnresolved(name) ? `imported bucket '${end.ref.node.path}'` : `imported bucket '${name}'`;
}

/** Whether the reference is an L2 that can hand out its encryption key (imported buckets are told theirs). */
export function importedKey(end: BucketEnd): kms.IKeyRef | undefined {
  return Resource.isResource(end.ref) ? (end.ref as Partial<s3.IBucket>).encryptionKey : undefined;
}
