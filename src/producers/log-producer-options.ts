// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';

/** Whose logs are delivered, and where in the bucket. */
export interface LogProducerOptions {
  /**
   * The accounts whose logs are delivered into the bucket: 12 digits each.
   *
   * @default - the account of the bucket
   */
  readonly accounts?: string[];

  /**
   * The prefix as it is configured at the service, without a slash at its ends: `logs` or `logs/production`. The
   * service puts its own folders below it. At most 512 bytes.
   *
   * @default - the folders of the service are at the top of the bucket
   */
  readonly prefix?: string;
}

/** Which buckets write S3 server access logs, and under which keys. */
export interface ServerAccessLogOptions {
  /**
   * Buckets of this app that are logged: in the account and region of the bucket that they are logged into, and in its
   * stack or with a name of their own.
   *
   * @default - `loggedBucketNames`, or any bucket of the account
   */
  readonly loggedBuckets?: s3.IBucketRef[];

  /**
   * Names of other buckets that are logged.
   *
   * @default - `loggedBuckets`, or any bucket of the account
   */
  readonly loggedBucketNames?: string[];

  /**
   * What the keys start with, exactly as it is configured at the logged buckets, for example `logs/`. At most 512
   * bytes.
   *
   * @default - every key of the bucket may be written
   */
  readonly prefix?: string;

  /**
   * Whether the logged buckets use the partitioned form of keys (`TargetObjectKeyFormat.partitionedPrefix()`), which
   * name account, region and bucket. Keys of the simple form do not say whose logs they are, so that those of several
   * buckets cannot be told apart once they are replicated into one.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
   * @default false
   */
  readonly partitioned?: boolean;
}

/** Which Application Load Balancers deliver access logs, and where in the bucket. */
export interface AlbLogOptions extends LogProducerOptions {
  /**
   * Names of the load balancers, which nobody else may then deliver for: a condition on `aws:SourceArn`. As text: a
   * reference to a load balancer would be circular, because it waits for the policy of the bucket.
   *
   * @default - any Application Load Balancer of the accounts
   */
  readonly loadBalancerNames?: string[];

  /**
   * Whether `aws:SourceArn` has to be a load balancer of the accounts in the region of the bucket. AWS lists this among
   * its best practices; its example policy has no condition, because the path names the account.
   *
   * @default - true with `loadBalancerNames`, otherwise false
   */
  readonly sourceCondition?: boolean;
}

/** Which trail delivers, and where in the bucket. */
export interface TrailLogOptions extends LogProducerOptions {
  /**
   * The name of the trail; in each account, when there are several. As text: a reference to a trail would be circular,
   * because it waits for the policy of the bucket.
   */
  readonly trailName: string;

  /**
   * The region that the trail was created in; a trail of all regions has one, too.
   *
   * @default - the region of the bucket
   */
  readonly homeRegion?: string;

  /**
   * The customer managed key that the trail encrypts with.
   *
   * @default - the key of the bucket's default encryption, if it has one
   */
  readonly encryptionKey?: kms.IKeyRef;
}

/** Which organization trail delivers, and where in the bucket. */
export interface OrganizationTrailLogOptions {
  /** The id of the organization, for example `o-a1b2c3d4e5`. */
  readonly organizationId: string;

  /** The management account of the organization, which owns the trail also when a delegated administrator made it. */
  readonly managementAccount: string;

  /**
   * The name of the trail. As text: a reference to a trail would be circular, because it waits for the policy of the
   * bucket.
   */
  readonly trailName: string;

  /**
   * The region that the trail was created in.
   *
   * @default - the region of the bucket
   */
  readonly homeRegion?: string;

  /**
   * The prefix as it is configured at the trail, without a slash at its ends.
   *
   * @default - the folder AWSLogs is at the top of the bucket
   */
  readonly prefix?: string;

  /**
   * The customer managed key that the trail encrypts with.
   *
   * @default - the key of the bucket's default encryption, if it has one
   */
  readonly encryptionKey?: kms.IKeyRef;
}

/** Whose flow logs are delivered, and where in the bucket. */
export interface FlowLogOptions extends LogProducerOptions {
  /**
   * The regions of the flow logs.
   *
   * @default - the region of the bucket
   */
  readonly regions?: string[];

  /**
   * Whether the flow logs use prefixes that are compatible with Hive (`AWSLogs/aws-account-id=…`).
   *
   * @default false
   */
  readonly hiveCompatible?: boolean;
}

/** Whose configuration history is delivered, and where in the bucket. */
export interface ConfigLogOptions extends LogProducerOptions {
  /**
   * The customer managed key that the delivery channel encrypts with.
   *
   * @default - the key of the bucket's default encryption, if it has one
   */
  readonly encryptionKey?: kms.IKeyRef;
}

/** Where the web ACLs of the bucket's account are, and where in the bucket they log to. */
export interface WafLogOptions {
  /**
   * The regions of the web ACLs; `us-east-1` for those of CloudFront.
   *
   * @default - the region of the bucket
   */
  readonly regions?: string[];

  /**
   * The prefix as it is configured at the web ACL, without a slash at its ends.
   *
   * @default - the folder AWSLogs is at the top of the bucket
   */
  readonly prefix?: string;
}

/** Whose standard logs are delivered, and where in the bucket. */
export interface CloudFrontLogOptions {
  /**
   * The accounts of the distributions: 12 digits each.
   *
   * @default - the account of the bucket
   */
  readonly accounts?: string[];

  /**
   * The prefix as it is configured at the delivery destination, without a slash at its ends. CloudFront then names no
   * account in the keys, and the accounts may write anything below the prefix.
   *
   * @default - `AWSLogs/<account>/CloudFront/`
   */
  readonly prefix?: string;

  /**
   * Whether the delivery uses paths that are compatible with Hive (`AWSLogs/aws-account-id=…`).
   *
   * @default false
   */
  readonly hiveCompatible?: boolean;
}
