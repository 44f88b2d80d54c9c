// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { bucketEnd, nameOf } from '../app/bucket';
import { partitionOf } from '../app/environment';
import { bucketPoliciesOf, keyPolicyOf } from '../app/rendered';
import { BUCKET_POLICY_LIMIT, KEY_POLICY_LIMIT, ROLE_POLICY_LIMIT, policySize } from '../documents/size';
import { DestinationAnchor } from '../flows/destination';
import { SourceAnchor } from '../flows/source';
import { Finding, error } from '../messages/finding';
import { Mistake, describe } from '../messages/mistake';

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

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export function policyTooLong(anchor: SourceAnchor): Finding[] {
  const stack = Stack.of(anchor);
  const size = policySize(
    { Version: '2012-10-17', Statement: stack.resolve(anchor.permissions()) },
    partitionOf(stack.region),
  );
  return size <= ROLE_POLICY_LIMIT
    ? []
    : [
        error({
          saw: `permissions of about ${size} characters for ${anchor.rules.length} rules`,
          because: `the inline policies of a role have at most ${ROLE_POLICY_LIMIT} characters, and S3 takes one role for a bucket`,
          instead:
            'let fewer rules do: shorter prefixes that cover several (about 33 to 50 fit), or one KMS key for several destinations of a region',
        }),
      ];
}

/** What is wrong with the policies of a destination in the end, when many sources were granted. */
export function grantErrors(bucket: s3.CfnBucket): string[] {
  const end = bucketEnd(bucket);
  const partition = partitionOf(Stack.of(bucket).region);
  const policies = bucketPoliciesOf(bucket);
  const granted = (DestinationAnchor.find(bucket)?.grants ?? []).flatMap(({ keys: ofGrant }) => ofGrant);
  const keys = new Set(granted.flatMap((key) => ('cfn' in key ? [key.cfn as kms.CfnKey] : [])));
  const sizes: Array<[what: string, size: number, limit: number]> = [
    ...policies.map(({ policy, document }): [string, number, number] => [
      `the policy '${policy.node.path}' of ${nameOf(end)}`,
      policySize(document, partition),
      BUCKET_POLICY_LIMIT,
    ]),
    ...[...keys].map((key): [string, number, number] => [
      `the policy of key '${key.node.path}'`,
      policySize(keyPolicyOf(key), partition),
      KEY_POLICY_LIMIT,
    ]),
  ];
  return [
    ...severalPolicies(bucket).map(describe),
    ...sizes
      .filter(([, size, limit]) => size > limit)
      .map(([what, size, limit]) =>
        describe({
          saw: `${what} has about ${size} characters`,
          because: `AWS takes at most ${limit}`,
          instead:
            'let the roles of an organization in by their prefix: replicasFrom({ organizationId, roleNamePrefix })',
        }),
      ),
  ];
}
