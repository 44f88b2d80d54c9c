// SPDX-License-Identifier: Apache-2.0
import { Aws, aws_s3 as s3, Lazy, Stack, Token } from 'aws-cdk-lib';
import { finalProperty } from './resource';

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
  // without a prefix only what the property has can be text; to settle a token takes a while
  const name = cfn.bucketNamePrefix === undefined ? cfn.bucketName : givenName(cfn);
  return name === undefined || Token.isUnresolved(name) ? undefined : name;
}

const LATE_NAME = Symbol.for('cdk-s3-replication.lateName');

/**
 * A name that the bucket was given, as it is in the end: an aspect or an override may still change it. Only for a text,
 * because what an intrinsic stands for depends on the stack that it is in.
 */
export function lateName(cfn: s3.CfnBucket & { [LATE_NAME]?: string }, givenNow: string): string {
  return (cfn[LATE_NAME] ??= Lazy.uncachedString({
    produce: () => {
      const name = finalProperty(cfn, 'BucketName', cfn.bucketName);
      return typeof name === 'string' ? name : givenNow;
    },
  }));
}

/** The name by which others know the bucket, resolved; undefined when nobody asked for it. */
export function nameForOthers(cfn: s3.CfnBucket & { [LATE_NAME]?: string }): unknown {
  return Stack.of(cfn).resolve(cfn[LATE_NAME]);
}

/** The ARN of a bucket by its name, in the partition of the deployment. */
export function arnByName(name: string): string {
  return `arn:${Aws.PARTITION}:s3:::${name}`;
}
