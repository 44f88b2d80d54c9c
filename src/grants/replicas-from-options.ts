// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms } from 'aws-cdk-lib';

/** How replication roles of other accounts may write replicas into a bucket. */
export interface ReplicasFromOptions {
  /**
   * What the keys of replicas begin with; everything else is refused. `{account}` stands for the account of the role that
   * writes, and must be in each of them where roles of several accounts are let in, so that none can put newer versions
   * over objects of another. Sources that collect for several accounts take a grant for their one role.
   *
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
   * @default - every key for one role; for roles of several accounts what services write that log into a bucket of their
   * own account: `AWSLogs/{account}/`, `AWSLogs/aws-account-id={account}/` and `{account}/`
   */
  readonly keyPrefixes?: string[];

  /**
   * Whether the source may write delete markers, which hide objects.
   *
   * @default false
   */
  readonly deleteMarkers?: boolean;

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
}
