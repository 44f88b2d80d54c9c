// SPDX-License-Identifier: Apache-2.0
import { nameOf } from '../app/bucket';
import { isLocked } from '../app/object-lock';
import { SourceAnchor } from '../flows/source';
import { Finding, aboutRule, error, warning } from '../messages/finding';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html */
export function objectLock(anchor: SourceAnchor): Finding[] {
  if (isLocked(anchor.bucket) !== true) {
    return [];
  }
  return anchor.rules.flatMap((rule) => {
    const { destination } = rule;
    if (!destination.cfn) {
      return aboutRule(rule, [
        warning(
          'objectLockOfImportedDestination',
          `The source has Object Lock, and whether ${nameOf(destination)} has it cannot be seen from here: without it S3 accepts the rule and no object ever ` +
            'arrives (DstBucketObjectLockConfigMissing). Check with `aws s3api get-object-lock-configuration`, then acknowledge this',
        ),
      ]);
    }
    return isLocked(destination.cfn) !== false
      ? []
      : [
          error({
            saw: `the source has Object Lock and destination ${nameOf(destination)} has not`,
            because: 'S3 accepts such a rule and then fails every object (DstBucketObjectLockConfigMissing)',
            instead: 'set objectLockEnabled: true on the destination',
          }),
        ];
  });
}
