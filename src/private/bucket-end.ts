// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms, aws_s3 as s3, Aws, CfnResource, Resource, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

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
    : { ref, stack, account: ref.env.account, region: ref.env.region };
}

/** The bucket resource behind a reference; undefined when the bucket is not defined in this app. */
export function definedBucket(ref: IConstruct): s3.CfnBucket | undefined {
  return definedResource(ref, 'AWS::S3::Bucket') as s3.CfnBucket | undefined;
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

/** The key resource behind a reference; undefined when the key is not defined in this app. */
export function definedKey(ref: IConstruct): kms.CfnKey | kms.CfnReplicaKey | undefined {
  return definedResource(ref, 'AWS::KMS::Key', 'AWS::KMS::ReplicaKey') as kms.CfnKey | kms.CfnReplicaKey | undefined;
}

/** Follows default children, so that a construct which wraps a bucket counts too; never adds anything to find out. */
export function definedResource(construct: IConstruct, ...types: string[]): CfnResource | undefined {
  for (let current: IConstruct | undefined = construct; current; current = current.node.defaultChild) {
    if (CfnResource.isCfnResource(current)) {
      return types.includes(current.cfnResourceType) ? current : undefined;
    }
  }
  return undefined;
}

/**
 * The bucket's name when the user gave one: literal, or an intrinsic such as `data-${AWS::AccountId}`.
 *
 * A generated name (PhysicalName.GENERATE_IF_NEEDED) does not count: whether it exists depends on who reads it.
 * Core makes it with a Lazy, which resolves to nothing or to a plain string, where an intrinsic resolves to an object.
 */
export function givenName(cfn: s3.CfnBucket): string | undefined {
  const name = cfn.bucketName;
  if (name !== undefined && !Token.isUnresolved(name)) {
    return name;
  }
  const resolved = Stack.of(cfn).resolve(name);
  return typeof resolved === 'object' && !JSON.stringify(resolved).includes('AWS::NoValue')
    ? name
    : accountRegionalName(cfn.stack, cfn.bucketNamePrefix, cfn.bucketNamespace);
}

/**
 * The name of a bucket in the namespace of its account and region, which CloudFormation makes of a prefix.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export function accountRegionalName(stack: Stack, prefix?: string, namespace?: string): string | undefined {
  return prefix === undefined || Token.isUnresolved(prefix) || namespace !== 'account-regional'
    ? undefined
    : `${prefix}-${stack.account}-${stack.region}-an`;
}

/** The bucket's name when the user gave one as text. */
export function literalName(cfn: s3.CfnBucket): string | undefined {
  const name = givenName(cfn);
  return name === undefined || Token.isUnresolved(name) ? undefined : name;
}

/** The ARN of a bucket by its name, in the partition of the deployment. */
export function arnByName(name: string): string {
  return `arn:${Aws.PARTITION}:s3:::${name}`;
}

/** What `addPropertyOverride()` and its kin have put over the properties of a resource. */
export function propertyOverrides(resource: CfnResource): { [property: string]: unknown } {
  const { rawOverrides } = resource as unknown as { rawOverrides?: { Properties?: { [property: string]: unknown } } };
  return rawOverrides?.Properties ?? {};
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
