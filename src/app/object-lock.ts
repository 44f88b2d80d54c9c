// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3 } from 'aws-cdk-lib';
import { finalProperty } from './resource';
import { isIntrinsic } from '../documents/intrinsics';

/** Object Lock of a bucket; undefined when an intrinsic decides. */
export function isLocked(bucket: s3.CfnBucket): boolean | undefined {
  return saysLocked(
    finalProperty(bucket, 'ObjectLockEnabled', bucket.objectLockEnabled),
    finalProperty(bucket, 'ObjectLockConfiguration', bucket.objectLockConfiguration),
  );
}

/** @param enabled resolved, as the configuration is */
export function saysLocked(enabled: unknown, configuration: unknown): boolean | undefined {
  if (enabled === true || enabled === 'true' || (configuration !== undefined && !isIntrinsic(configuration))) {
    return true;
  }
  return isIntrinsic(enabled) || isIntrinsic(configuration) ? undefined : false;
}

/** Whether objects of a bucket of the app are locked when the writer does not say so. */
export function locksByDefault(bucket: s3.CfnBucket): boolean {
  const configuration: any = finalProperty(bucket, 'ObjectLockConfiguration', bucket.objectLockConfiguration);
  const { Rule, rule = Rule } = configuration ?? {};
  return isLocked(bucket) === true && (rule?.DefaultRetention ?? rule?.defaultRetention) !== undefined;
}
