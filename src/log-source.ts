// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BucketReplication } from './bucket-replication';
import { LogProducer } from './log-producer';
import { bucketEnd, bucketOf } from './private/bucket-end';
import { checkLogSourceInput, checkProducers } from './private/log-archive-input';
import { warnOfOtherAccounts } from './private/log-collisions';
import { createLogBucket, keysOfProducers } from './private/log-source-bucket';
import { prefixedRoleName } from './private/role-name';
import { ReplicatedBucketOptions } from './replicated-bucket-options';
import { ReplicationRuleOptions } from './replication-rule';

/** Properties of a LogSource. */
export interface LogSourceProps extends ReplicationRuleOptions {
  /**
   * The bucket of another app that collects the logs, imported with `Bucket.fromBucketAttributes()`: its name and account,
   * and with KMS its `encryptionKey`.
   */
  readonly destination: s3.IBucket;

  /** What the name of the replication role starts with, as the `LogAggregationSRR` of the destination has it. */
  readonly roleNamePrefix: string;

  /**
   * A bucket of this app with logs.
   *
   * @default - a bucket is created that `producers` can write into
   */
  readonly source?: s3.IBucketRef;

  /**
   * The services that write logs into the source: their delivery is allowed.
   *
   * @default - none, when a source is given
   */
  readonly producers?: LogProducer[];

  /**
   * Whether no other source, of this or another account, ever writes the same key: replication keeps keys, so equal
   * keys become versions of one object.
   *
   * @default - as it is known of the producers; a warning when that does not settle it
   */
  readonly uniqueKeys?: boolean;

  /**
   * Settings of the source bucket that is created.
   *
   * @default - SSE-S3, and a name that CloudFormation makes, or one that the producers demand
   */
  readonly sourceOptions?: ReplicatedBucketOptions;

  /**
   * How long logs are kept in the source bucket that is created, replicated or not, before they are noncurrent versions
   * for as long again. Whole days. S3 does not expire what is not replicated yet.
   *
   * @default - for ever
   */
  readonly sourceRetention?: Duration;
}

/**
 * One source of a `LogAggregationSRR` of another app and account: a bucket with logs, replicated with a role that the
 * destination lets in by the prefix of its name.
 *
 * Nothing of the destination has to know of it, and the account need not be known at synthesis: one template serves all
 * accounts of an organization, for example as a StackSet.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-walkthrough-2.html
 */
export class LogSource extends Construct {
  /** The replication of the source, for more rules. */
  public readonly replication: BucketReplication;

  private readonly from: s3.IBucketRef;

  /**
   * @throws when the destination is not an imported bucket of a known account, when the source is in another region or
   * replicated already, when the props contradict each other, or when S3 would refuse the replication
   */
  constructor(scope: Construct, id: string, props: LogSourceProps) {
    super(scope, id);
    checkLogSourceInput(this, props);
    const {
      destination,
      roleNamePrefix,
      producers = [],
      sourceOptions,
      sourceRetention,
      source,
      uniqueKeys,
      ...rule
    } = props;
    checkProducers(this, source, producers, rule.filter);
    this.from = source ?? createLogBucket(this, 'Logs', producers, sourceOptions, sourceRetention);
    producers.forEach((producer) => producer.allowDeliveryTo(this.from));
    this.replication = new BucketReplication(this, 'Replication', {
      source: this.from,
      roleName: prefixedRoleName(bucketEnd(this.from), roleNamePrefix),
    });
    const metrics = rule.metrics ?? rule.replicationTimeControl ?? false;
    const sourceKeys = keysOfProducers(producers, source, rule.sourceKeys);
    this.replication._addRule(this, { ...rule, destination, metrics, sourceKeys }, false);
    this.node.addValidation({
      validate: () => {
        const { filter } = rule;
        warnOfOtherAccounts(this, { source: bucketEnd(this.from), filter, uniqueKeys });
        return [];
      },
    });
  }

  /** The bucket with logs, to be named at the service. */
  public get source(): s3.IBucket {
    return bucketOf(this.from);
  }
}
