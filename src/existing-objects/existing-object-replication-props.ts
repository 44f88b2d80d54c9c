// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, aws_sns as sns, Size } from 'aws-cdk-lib';
import { BucketReplication } from '../replication/bucket-replication';

/**
 * What S3 has done with an object.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html
 */
export enum ExistingObjectStatus {
  /** No rule was there for it when it was written. */
  NONE = 'NONE',
  /** It failed to replicate. */
  FAILED = 'FAILED',
  /** It was replicated; to destinations that have it already it is neither copied nor charged again. */
  COMPLETED = 'COMPLETED',
  /** It is a replica itself. */
  REPLICA = 'REPLICA',
}

/** Properties of an ExistingObjectReplication. */
export interface ExistingObjectReplicationProps {
  /** Whose enabled rules are applied to objects that exist, in the region and account of this construct's stack. */
  readonly replication: BucketReplication;

  /**
   * Whether a job is started with the deployment, five minutes after the rules are there, and again with a deployment
   * that changes what the rules replicate. It takes a Lambda function of aws-cdk-lib. The deployment does not wait for
   * the job, and nothing is started when this is removed.
   *
   * @default false
   */
  readonly startOnDeployment?: boolean;

  /**
   * Which objects, by what S3 has done with them.
   *
   * @default - [ExistingObjectStatus.NONE], which were there before the rules
   */
  readonly statuses?: ExistingObjectStatus[];

  /**
   * Objects that were written before.
   *
   * @default - whenever they were written
   */
  readonly createdBefore?: Date;

  /**
   * Objects that were written after.
   *
   * @default - whenever they were written
   */
  readonly createdAfter?: Date;

  /**
   * What the keys begin with, one of them.
   *
   * @default - all keys that a rule takes
   */
  readonly keyPrefixes?: string[];

  /**
   * What the keys end with, one of them.
   *
   * @default - all keys that a rule takes
   */
  readonly keySuffixes?: string[];

  /**
   * Objects that are larger.
   *
   * @default - of any size
   */
  readonly largerThan?: Size;

  /**
   * Objects that are smaller.
   *
   * @default - of any size
   */
  readonly smallerThan?: Size;

  /**
   * Objects of these storage classes. `new s3.StorageClass('STANDARD')` is the usual one. S3 does not replicate objects
   * in S3 Glacier Flexible Retrieval and Deep Archive.
   *
   * @default - of any
   */
  readonly storageClasses?: s3.StorageClass[];

  /**
   * Told how it went, in the region of the source.
   *
   * @default - nobody; the execution says it
   */
  readonly topic?: sns.ITopic;

  /**
   * Where S3 writes which objects failed, below `batch-replication/`, in the region of the source.
   *
   * @default - a bucket that is made for it, where reports expire after 90 days
   */
  readonly reportBucket?: s3.IBucketRef;
}
