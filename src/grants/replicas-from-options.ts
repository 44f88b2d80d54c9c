// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms, Duration } from 'aws-cdk-lib';

/** The role, or the roles, of other accounts that may write replicas into a bucket. */
export interface ReplicasFromOptions {
  /**
   * The account of the source bucket and of its replication role: 12 digits. Together with `roleName`.
   *
   * @default - roles of `accounts`, or of the organization in `organizationId`
   */
  readonly account?: string;

  /**
   * The exact name of the replication role, which need not exist yet. Together with `account`.
   *
   * @default - roles whose name starts with `roleNamePrefix`
   */
  readonly roleName?: string;

  /**
   * The path of the role or roles, with a slash at both ends, for example `/service-role/` for a role that the console
   * made.
   *
   * @default /
   */
  readonly rolePath?: string;

  /**
   * The accounts of source buckets, 12 digits each: their roles whose name starts with `roleNamePrefix` may write
   * replicas. One statement for all of them. S3 refuses a policy with an account that does not exist any more.
   *
   * @default - the one role of `account` with `roleName`
   */
  readonly accounts?: string[];

  /**
   * Id of an AWS Organization, for example `o-a1b2c3d4e5`: roles of all its accounts whose name starts with
   * `roleNamePrefix` may write replicas. Roles of the bucket's own account are among them.
   *
   * @default - the one role of `account` with `roleName`
   */
  readonly organizationId?: string;

  /**
   * What the names of the roles start with. Together with `organizationId` or `accounts`.
   *
   * @default - the one role of `account` with `roleName`
   */
  readonly roleNamePrefix?: string;

  /**
   * Whether the source may make the account of this bucket the owner of replicas. A bucket with Object Ownership "bucket
   * owner enforced" does that by itself, and needs no permission for it.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-change-owner.html
   * @default - true when ACLs are enabled at the bucket; false for an imported bucket, where that cannot be seen
   */
  readonly ownerOverride?: boolean;

  /**
   * The key that replicas are encrypted with; its policy lets the role use it.
   *
   * @default - the key of the bucket's default encryption, if it has one
   */
  readonly encryptionKey?: kms.IKeyRef;

  /**
   * Whether replicas are accepted over TLS only. A bucket with `enforceSSL` denies everything else anyway.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
   * @default false
   */
  readonly enforceSSL?: boolean;

  /**
   * Whether the stack of the bucket has outputs for the owner of the source: name, account and region of the bucket
   * and, with KMS, the ARN of the key.
   *
   * @default false
   */
  readonly outputs?: boolean;

  /**
   * Replicas that are retained by Object Lock for a shorter time, or not at all, are refused. Whole days.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
   * @default - no minimum
   */
  readonly minimumRetention?: Duration;

  /**
   * Replicas that are retained by Object Lock for a longer time are refused. Whole days.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
   * @default - no maximum
   */
  readonly maximumRetention?: Duration;
}
