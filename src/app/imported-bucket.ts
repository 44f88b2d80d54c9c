// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Stack, Token } from 'aws-cdk-lib';
import { BucketEnd } from './bucket';
import { givenName } from './bucket-name';
import { hasForm } from './lookup';
import { same } from '../documents/intrinsics';

/** An imported bucket may be the source in disguise, by the name that it was given. */
export function refersTo({ ref, stack }: BucketEnd, source: s3.CfnBucket): boolean {
  const { bucketName } = ref.bucketRef;
  const comparable = !Token.isUnresolved(bucketName) || stack === Stack.of(source);
  return comparable && same(...(stack.resolve([bucketName, givenName(source) ?? null]) as [unknown, unknown]));
}

/** The partition that the ARN of an imported bucket names. */
export function literalPartition({ ref, cfn }: BucketEnd): string | undefined {
  const arn = ref.bucketRef.bucketArn;
  return cfn || Token.isUnresolved(arn) ? undefined : arn.split(':')[1];
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function notAGeneralPurposeBucket({ ref, stack }: BucketEnd): string | undefined {
  const arn = Token.isUnresolved(ref.bucketRef.bucketArn)
    ? JSON.stringify(stack.resolve(ref.bucketRef.bucketArn))
    : ref.bucketRef.bucketArn;
  const name = ref.bucketRef.bucketName;
  if (/:s3express:|--x-s3(--|"|$)/.test(arn) || name.endsWith('--x-s3')) {
    return 'a directory bucket';
  }
  if (/:s3tables:|--table-s3("|$)/.test(arn)) {
    return 'a table bucket';
  }
  if (/:accesspoint[/:]|-s3alias("|$)|\.mrap("|$)/.test(arn)) {
    return 'an access point';
  }
  if (/:s3-outposts:|--ol-s3("|$)/.test(arn)) {
    return 'not a bucket';
  }
  return !Token.isUnresolved(ref.bucketRef.bucketArn) && !hasForm(/^arn:[^:]+:s3:::[^/]+$/, arn)
    ? `named by '${arn}', which is not the ARN of a bucket`
    : undefined;
}
