// SPDX-License-Identifier: Apache-2.0
import { ReplicationFacts, RuleFacts } from '../flows/facts';
import { Findings, error, warning } from '../messages/finding';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html */
export function objectLock({ destination }: RuleFacts, { source }: ReplicationFacts): Findings {
  if (source.objectLock !== true) {
    return [];
  }
  if (!destination.properties) {
    return warning(
      'objectLockOfImportedDestination',
      `The source ${source.name} has Object Lock, and whether ${destination.name} has it cannot be seen from here. ` +
        'Without it S3 accepts the rule and no object ever arrives (DstBucketObjectLockConfigMissing). ' +
        'Check with `aws s3api get-object-lock-configuration`, then acknowledge this',
    );
  }
  return destination.objectLock !== false
    ? undefined
    : error('objectLockMissing', {
        saw: `the source ${source.name} has Object Lock and destination ${destination.name} has not`,
        because: 'S3 accepts such a rule and then fails every object (DstBucketObjectLockConfigMissing)',
        instead:
          'set objectLockEnabled: true on the destination; that may replace a deployed bucket (see `cdk diff`): ' +
          'switch it on with `aws s3api put-object-lock-configuration` before',
      });
}
