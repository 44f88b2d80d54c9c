// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Duration } from 'aws-cdk-lib';
import { CreatedBucketOptions } from '../buckets/created-bucket-options';
import { ReplicatedBucketOptions } from '../buckets/replicated-bucket-options';
import { LogProducer } from '../producers/log-producer';
import { ReplicationRuleOptions } from '../rules/replication-rule';

/** Properties of a LogAggregationSRR. */
export interface LogAggregationSRRProps extends CreatedBucketOptions {
  /**
   * The bucket that all logs are replicated into: of this app, or imported with `Bucket.fromBucketAttributes()`.
   * Versioning is switched on for one of this app; an imported one must have it, or S3 refuses the rules at deployment.
   *
   * @default - a bucket is created: private, TLS only, bucket owner enforced, versioned and retained
   */
  readonly destination?: s3.IBucket;

  /**
   * Settings of the destination bucket that is created; `lifecycleRules` come on top of `retention` and `transitions`.
   *
   * @default - CloudFormation makes a name, no access logs
   */
  readonly destinationOptions?: ReplicatedBucketOptions;

  /**
   * How long logs are kept in the bucket that is created, counted from when they were written at the source. Whole
   * days. Then they are noncurrent versions for `noncurrentVersionRetention`.
   *
   * @default - for ever
   */
  readonly retention?: Duration;

  /**
   * How long overwritten, deleted and expired logs are kept on, as noncurrent versions. Whole days.
   *
   * @default - as long as `retention`; for ever without it
   */
  readonly noncurrentVersionRetention?: Duration;

  /**
   * When logs move to other storage classes in the bucket that is created.
   *
   * @default - they stay in the class that they arrive in
   */
  readonly transitions?: s3.Transition[];

  /**
   * The storage class that logs arrive in.
   *
   * @default - that of the source object
   */
  readonly storageClass?: s3.StorageClass;

  /**
   * Whether S3 publishes replication metrics of every source: four CloudWatch metrics a source, which cost as custom
   * metrics do.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
   * @default false
   */
  readonly metrics?: boolean;

  /**
   * Other accounts whose roles may replicate logs into the destination, when their names start with `roleNamePrefix`, below
   * `keyPrefixes`: 12 digits each. One statement for all of them.
   *
   * @default - sources of this account, of `organizationId`, and those that are added in this app
   */
  readonly trustedAccounts?: string[];

  /**
   * The AWS Organization whose roles may replicate logs into the destination, when their names start with
   * `roleNamePrefix`: its id, for example `o-a1b2c3d4e5`. The policy stays the same however many accounts there are.
   * Accounts whose buckets are added in this app are taken for members.
   *
   * @default - sources of this account, of `trustedAccounts`, and those that are added in this app
   */
  readonly organizationId?: string;

  /**
   * What the names of replication roles of `trustedAccounts` or `organizationId` start with; `LogSource` takes the same. At
   * least 4 characters, and no start that roles of other tools have: whoever can make such a role can write.
   *
   * @default s3-log-replication-
   */
  readonly roleNamePrefix?: string;

  /**
   * What the keys begin with that roles of `trustedAccounts` or `organizationId` may write. `{account}` stands for the
   * account of the role and must be in each of them, so that no account can put newer versions over the logs of another.
   * `LogSource` takes the same. A source that collects for several accounts takes a `roleName` and a grant of its own.
   *
   * @default - what services write that log into a bucket of their own account: `AWSLogs/{account}/`,
   * `AWSLogs/aws-account-id={account}/` and `{account}/`
   */
  readonly keyPrefixes?: string[];

  /**
   * Whether roles of `trustedAccounts` or `organizationId` may write delete markers, which hide logs.
   *
   * @default false
   */
  readonly deleteMarkers?: boolean;
}

/** How one source is replicated. */
export interface LogSourceOptions extends ReplicationRuleOptions {
  /**
   * The services that write logs into the source: their delivery is allowed, and what their keys look like is known.
   *
   * @default - what `LogProducer.allowDeliveryTo()` was called for
   */
  readonly producers?: LogProducer[];

  /**
   * Whether no other source ever writes the same key: replication keeps keys, so equal keys become versions of one
   * object. `false` says that keys have no unique part.
   *
   * @default - as it is known of the producers; a warning when that does not settle it
   */
  readonly uniqueKeys?: boolean;
}

/** How a source bucket for one producer is made and replicated. */
export interface ProducedLogSourceOptions extends LogSourceOptions {
  /**
   * Settings of the source bucket.
   *
   * @default - SSE-S3, and a name that CloudFormation makes, or one that the producer demands
   */
  readonly sourceOptions?: ReplicatedBucketOptions;

  /**
   * How long logs are kept in the source bucket, replicated or not, before they are noncurrent versions for as long
   * again. Whole days. S3 does not expire what is not replicated yet.
   *
   * @default - for ever
   */
  readonly sourceRetention?: Duration;
}
