// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { DestinationAnchor } from './anchors';
import { bucketEnd, nameOf } from './bucket-end';
import { BUCKET_POLICY_LIMIT, severalPolicies } from './bucket-policies';
import { partitionOf } from './environment';
import { describe } from './mistake';
import { bucketPoliciesOf, keyPolicyOf } from './policy-lookup';
import { policySize } from './policy-size';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html */
const KEY_POLICY_LIMIT = 32 * 1024;

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
