// SPDX-License-Identifier: Apache-2.0
import type { aws_s3 as s3 } from 'aws-cdk-lib';
import { bucketEnd, nameOf } from './bucket-end';
import type { Mistake } from './mistake';
import { bucketPoliciesOf } from './policy-lookup';

/** In characters. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html */
export const BUCKET_POLICY_LIMIT = 20 * 1024;

/** That a bucket has two policies in the end: the one that statements were added to, and one of the user. */
export function severalPolicies(bucket: s3.CfnBucket): Mistake[] {
  const policies = bucketPoliciesOf(bucket).map(({ policy }) => `'${policy.node.path}'`);
  return policies.length > 1
    ? [
        {
          saw: `${policies.length} bucket policies for ${nameOf(bucketEnd(bucket))}: ${policies.join(', ')}`,
          because: 'S3 knows one policy for a bucket, so one of them would overwrite the other',
          instead:
            'add the statements of your policy with Bucket.addToResourcePolicy() (Bucket.fromCfnBucket() for an L1 bucket)',
        },
      ]
    : [];
}
