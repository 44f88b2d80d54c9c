// SPDX-License-Identifier: Apache-2.0
import { BucketEnd } from './bucket';
import { finalProperty } from './resource';
import { asList, asRecord } from '../documents/intrinsics';

/**
 * Whether the account of the bucket owns every object in it; so it is with new buckets that do not say otherwise.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
 */
export function isOwnerEnforced({ cfn }: BucketEnd): boolean {
  if (!cfn) {
    return true; // new buckets are, and of others it cannot be seen
  }
  return saysEnforced(finalProperty(cfn, 'OwnershipControls', cfn.ownershipControls));
}

/** @param controls as the template has them, or as the L1 takes them */
export function saysEnforced(controls: unknown): boolean {
  const { rules, Rules = rules } = asRecord(controls) ?? {};
  const { objectOwnership, ObjectOwnership = objectOwnership } = asRecord(asList(Rules)[0]) ?? {};
  return ObjectOwnership === undefined || ObjectOwnership === 'BucketOwnerEnforced';
}
