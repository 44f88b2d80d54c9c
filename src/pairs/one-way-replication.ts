// SPDX-License-Identifier: Apache-2.0
import { aws_cloudwatch as cloudwatch, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BucketReplication } from '../replication/bucket-replication';
import { ReplicationMetric, ReplicationMetricOptions } from '../replication/replication-metrics';

/**
 * A rule from one bucket to another: what ReplicatedBucketPair and CrossAccountReplication have in common. The metrics
 * are those of that rule, unless `ruleId` names another one to the same destination.
 */
export abstract class OneWayReplication extends Construct {
  /** The destination bucket. */
  public abstract readonly destination: s3.IBucket;

  /** The replication of the source, for more rules. */
  public abstract readonly replication: BucketReplication;

  /**
   * How far the replicas are behind, in seconds: the maximum of each minute, in the region of the destination and the
   * account of the source.
   *
   * @throws as `BucketReplication.metricReplicationLatency()` does
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
   */
  public metricReplicationLatency(options?: ReplicationMetricOptions): cloudwatch.Metric {
    return this.metricOf('ReplicationLatency', options);
  }

  /**
   * How many bytes are waiting for replication: the maximum of each minute, in the region of the destination and the
   * account of the source.
   *
   * @throws as `BucketReplication.metricBytesPendingReplication()` does
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
   */
  public metricBytesPendingReplication(options?: ReplicationMetricOptions): cloudwatch.Metric {
    return this.metricOf('BytesPendingReplication', options);
  }

  /**
   * How many operations are waiting for replication: the maximum of each minute, in the region of the destination and
   * the account of the source.
   *
   * @throws as `BucketReplication.metricOperationsPendingReplication()` does
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
   */
  public metricOperationsPendingReplication(options?: ReplicationMetricOptions): cloudwatch.Metric {
    return this.metricOf('OperationsPendingReplication', options);
  }

  /**
   * How many operations failed to replicate: the sum of each minute, in the region and account of the source.
   *
   * @throws as `BucketReplication.metricOperationsFailedReplication()` does
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
   */
  public metricOperationsFailedReplication(options?: ReplicationMetricOptions): cloudwatch.Metric {
    return this.metricOf('OperationsFailedReplication', options);
  }

  private metricOf(name: ReplicationMetric, options?: ReplicationMetricOptions): cloudwatch.Metric {
    return this.replication._metric(this, name, this.destination, options);
  }
}
