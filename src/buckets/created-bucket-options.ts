// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, RemovalPolicy } from 'aws-cdk-lib';

/** Settings of the buckets that a construct creates; they say nothing about buckets that you bring. */
export interface CreatedBucketOptions {
  /**
   * Default encryption: S3_MANAGED (SSE-S3), or KMS with one customer managed key per region, rotated every year and
   * retained. A replica is encrypted with KMS only when its source object is.
   *
   * When you switch from KMS to S3_MANAGED, keys that were created leave the stack (they stay in the account), and the
   * replication of objects that are encrypted with them ends, unless a rule names them.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
   * @default - KMS when a bucket that you bring to a pattern for two buckets is encrypted with a customer managed key,
   * or when an `encryptionKey` is given for a created bucket; otherwise S3_MANAGED
   */
  readonly encryption?: s3.BucketEncryption;

  /**
   * What happens to a bucket that is created, and to its policy, when it leaves the app. With DESTROY, CloudFormation
   * deletes a bucket only when it is empty.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE: kept, unless the deployment that creates it is rolled back
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether created buckets have Object Lock, which a destination needs when its source has it. It cannot be switched
   * off again. Changing it later may replace the buckets; deploy the source's stack with `--force` then, because a
   * reference to a bucket in another stack does not notice that it was replaced.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
   * @default - true with `objectLockDefaultRetention`, or when the source that you bring to a pattern for two buckets
   * has it; otherwise false
   */
  readonly objectLockEnabled?: boolean;

  /**
   * Default retention of created buckets. A replica has the retention of its source object; the default of the
   * destination is for objects whose source has none. Adding it later to buckets without Object Lock switches that on,
   * which may replace them.
   *
   * @default - no default retention
   */
  readonly objectLockDefaultRetention?: s3.ObjectLockRetention;
}
