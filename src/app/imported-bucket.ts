// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Stack, Token } from 'aws-cdk-lib';
import { BucketEnd } from './bucket';
import { givenName } from './bucket-name';

/** An imported bucket may be the source in disguise: by its name, or by a reference to the bucket resource. */
export function refersTo({ ref, stack }: BucketEnd, source: s3.CfnBucket): boolean {
  const { bucketName, bucketArn } = ref.bucketRef;
  const [name, arn, itsName, itsRef, itsArn] = stack
    .resolve([bucketName, bucketArn, givenName(source) ?? null, source.ref, source.attrArn])
    .map((it: unknown) => JSON.stringify(it));
  const literal = !Token.isUnresolved(bucketName);
  return (
    (name === itsName && (literal || stack === Stack.of(source))) ||
    (stack === Stack.of(source) && (name === itsRef || arn === itsArn))
  );
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
  return !Token.isUnresolved(ref.bucketRef.bucketArn) && !/^arn:[^:]+:s3:::[^/]+$/.test(arn)
    ? `named by '${arn}', which is not the ARN of a bucket`
    : undefined;
}
