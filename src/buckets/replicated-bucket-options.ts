// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';

/** Settings of one bucket that a construct creates. */
export interface ReplicatedBucketOptions {
  /**
   * Name of the bucket: 3 to 63 lower case letters, digits, dots and hyphens. Changing it later replaces the bucket.
   *
   * @default - CloudFormation makes a name
   */
  readonly bucketName?: string;

  /**
   * Prefix of a name in the account regional namespace, `<prefix>-<account>-<region>-an` of at most 63 characters: no
   * other account can ever take such a name, also after the bucket is deleted. Not together with `bucketName`. Adding
   * or changing it later replaces the bucket. Not in me-south-1 and me-central-1.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
   * @default - no such name
   */
  readonly bucketNamePrefix?: string;

  /**
   * The KMS key for the bucket's default encryption, in the bucket's region. When `encryption` is S3_MANAGED, new
   * objects do not use it, but the replication of objects that are encrypted with it goes on. When you give one later,
   * a key that was created leaves the stack (it stays in the account) unless `keepEncryptionKeys` is set.
   *
   * @default - with `encryption: KMS` a key is created, otherwise none
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Lifecycle rules of the bucket. S3 replicates neither the rules nor what they do, and versioned buckets keep every
   * noncurrent version until a rule expires it.
   *
   * @default - no lifecycle rules
   */
  readonly lifecycleRules?: s3.LifecycleRule[];

  /**
   * The bucket that receives server access logs, in the same region and account.
   *
   * @default - no access logs
   */
  readonly serverAccessLogsBucket?: s3.IBucket;

  /**
   * Key prefix of the access logs.
   *
   * @default - no prefix
   */
  readonly serverAccessLogsPrefix?: string;
}
