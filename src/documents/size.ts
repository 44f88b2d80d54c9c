// SPDX-License-Identifier: Apache-2.0
import { filledIn } from './intrinsics';

/** In characters. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html */
export const BUCKET_POLICY_LIMIT = 20 * 1024;

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html */
export const KEY_POLICY_LIMIT = 32 * 1024;

/** Limits of IAM for all inline policies of a role together, in characters without white space. */
export const ROLE_POLICY_LIMIT = 10240;

/** Of a key, in characters, in all regions but a few with longer names; ARNs of buckets have at most 76. */
const LONGEST_ARN = 80;

/** Of a role without a path, in characters. */
export const LONGEST_ROLE_ARN = 102;

/** The statements of the role as the one document that they are in. */
export const rolePolicySize = (statements: unknown, partition?: string): number =>
  policySize({ Version: '2012-10-17', Statement: statements }, partition);

/**
 * How many characters a resolved policy has at most, once CloudFormation has filled in what is not known yet.
 *
 * @param longest text that it fills in
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export function policySize(document: unknown, partition = 'aws-us-gov', longest = LONGEST_ARN): number {
  const known = {
    'AWS::Partition': partition,
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::AccountId': '111111111111',
    'AWS::Region': 'ap-southeast-1',
  };
  return JSON.stringify(filledIn(document, known, () => 'x'.repeat(longest)) ?? '').length;
}
