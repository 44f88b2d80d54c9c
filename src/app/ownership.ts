// SPDX-License-Identifier: Apache-2.0
import { BucketEnd } from './bucket';
import { finalProperty } from './resource';
import { asList, asRecord } from '../documents/intrinsics';

/**
 * Whether the account of the bucket owns every object in it. One that does not say so may be from before April 2023, when
 * buckets began to be made so.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
 */
export function isOwnerEnforced({ cfn }: BucketEnd): boolean {
  if (!cfn) {
    return true; // it cannot be seen
  }
  return saysEnforced(finalProperty(cfn, 'OwnershipControls', cfn.ownershipControls));
}

/** @param controls as the template has them, or as the L1 takes them */
export function saysEnforced(controls: unknown): boolean {
  const { rules, Rules = rules } = asRecord(controls) ?? {};
  const { objectOwnership, ObjectOwnership = objectOwnership } = asRecord(asList(Rules)[0]) ?? {};
  return ObjectOwnership === 'BucketOwnerEnforced';
}
