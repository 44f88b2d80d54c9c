// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { ReplicationFilter } from './replication-filter';

/**
 * What a replication rule does, apart from where to.
 *
 * Rules are rendered in the form of S3 that has a filter, a priority and a setting for delete markers (V2).
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
 */
export interface ReplicationRuleOptions {
  /**
   * The rule's name in S3: 1 to 255 ASCII characters, unique in the source bucket. It is the dimension
   * `RuleId` of the replication metrics.
   *
   * @default - made from the destination, its region where that is another one, and the filter, for example
   * `Records-eu-west-1-logs-2e7a7b9f`; it never changes when other rules come or go
   */
  readonly ruleId?: string;

  /**
   * Decides between rules with the same destination that match the same object: the larger number wins.
   * A whole number from 0 to 2147483647, unique in the source bucket. Rules with different destinations all apply.
   *
   * @default - the smallest number from 1 on that no other rule has, in the order in which rules were added:
   * of two overlapping rules the one added later wins
   */
  readonly priority?: number;

  /**
   * Whether S3 applies the rule.
   *
   * A disabled rule keeps its permissions, so that replication which is under way can finish: disable a rule in one
   * deployment and remove it in a later one. Objects written while it is disabled are not replicated when it
   * is enabled again; S3 Batch Replication can copy them.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/disable-replication.html
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Which objects are replicated. Objects that exist already when the rule is deployed never are, whatever the
   * filter says: they need S3 Batch Replication.
   *
   * @default ReplicationFilter.all()
   */
  readonly filter?: ReplicationFilter;

  /**
   * The storage class of the replicas: STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER,
   * DEEP_ARCHIVE or REDUCED_REDUNDANCY.
   *
   * @see
   * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-s3-bucket-replicationdestination.html
   * @default - the storage class of the source object
   */
  readonly storageClass?: s3.StorageClass;

  /**
   * Whether deleting an object in the source bucket hides its replica too: S3 replicates the delete marker. Permanent
   * deletes of a version, and delete markers made by lifecycle rules, are never replicated.
   * Cannot be combined with a tag filter.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-marker-replication.html
   * @default false
   */
  readonly deleteMarkerReplication?: boolean;

  /**
   * Whether changes of metadata (tags, ACLs, Object Lock settings) made to objects of the source bucket which are
   * themselves replicas are replicated (replica modification sync).
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-for-metadata-changes.html
   * @default false
   */
  readonly replicaModifications?: boolean;

  /**
   * Whether S3 Replication Time Control (RTC) is on: S3 replicates most objects in seconds and reports
   * those that take longer than 15 minutes. It costs extra per GB and includes `metrics`.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html
   * @default false
   */
  readonly replicationTimeControl?: boolean;

  /**
   * Whether S3 publishes replication metrics and failure events of this rule: latency in seconds, pending bytes,
   * pending and failed operations. They are billed as CloudWatch custom metrics.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
   * @default true
   */
  readonly metrics?: boolean;

  /**
   * Whether the account of the destination, in place of the account that owns the source object, becomes the owner of
   * replicas; ACLs are then not replicated. For destinations in another account only. A bucket with Object Ownership
   * "bucket owner enforced" owns its replicas anyhow.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-change-owner.html
   * @default - true when the destination is in another account and has ACLs enabled; false for an imported one, where
   * that cannot be seen
   */
  readonly ownerOverride?: boolean;

  /**
   * The KMS key that encrypts the replicas of objects which are encrypted with KMS. A symmetric customer managed key in
   * the region of the destination bucket. Replicas of objects with SSE-S3 stay SSE-S3 whatever this says.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
   * @default - the default encryption key of the destination bucket, when objects of the source are encrypted with KMS
   */
  readonly destinationKey?: kms.IKeyRef;

  /**
   * More KMS keys that objects of the source bucket are encrypted with, for example a former default key. The
   * replication role may decrypt with them, and the rule replicates objects encrypted with KMS.
   *
   * @default - the default encryption key of the source bucket only, if it has one
   */
  readonly sourceKeys?: kms.IKeyRef[];
}

/** A replication rule: what is replicated, how, and where to. */
export interface ReplicationRule extends ReplicationRuleOptions {
  /**
   * The bucket that receives the replicas.
   *
   * Versioning is switched on when the bucket is defined in the app; an imported bucket must have it. S3 is told
   * which account must own the bucket: the one that CDK knows for it, so give account and region with
   * `Bucket.fromBucketAttributes()` when an imported bucket is not where the importing stack is.
   */
  readonly destination: s3.IBucketRef;
}

/** Those of a construct's props that say what a rule does. */
export function ruleOptions(props: ReplicationRuleOptions): ReplicationRuleOptions {
  const {
    priority,
    enabled,
    filter,
    storageClass,
    deleteMarkerReplication,
    replicaModifications,
    replicationTimeControl,
    metrics,
    ownerOverride,
    ruleId,
    destinationKey,
    sourceKeys,
  } = props;
  return {
    priority,
    enabled,
    filter,
    storageClass,
    deleteMarkerReplication,
    replicaModifications,
    replicationTimeControl,
    metrics,
    ownerOverride,
    ruleId,
    destinationKey,
    sourceKeys,
  };
}
