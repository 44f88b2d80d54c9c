// SPDX-License-Identifier: Apache-2.0
import { aws_sns as sns, Duration } from 'aws-cdk-lib';
import { ReplicationCanary } from './replication-canary';
import { LogAggregationSRR } from '../aggregation/log-aggregation-srr';
import { BucketReplication } from '../replication/bucket-replication';

/** Properties of a ReplicationMonitoring. */
export interface ReplicationMonitoringProps {
  /**
   * The replication that is watched, with all its rules, also those that are added later. Its source is in the region
   * and account of this construct's stack, and its rules have metrics.
   *
   * @default - `aggregation` is given
   */
  readonly replication?: BucketReplication;

  /**
   * The log aggregation that is watched, with all its sources of this account: one alarm names those that fail. It
   * needs `metrics: true`.
   *
   * @default - `replication` is given
   */
  readonly aggregation?: LogAggregationSRR;

  /**
   * The canary of the replication, to be shown on the dashboard. Its alarm tells its own `alarmTopic`.
   *
   * @default - none
   */
  readonly canary?: ReplicationCanary;

  /**
   * Where alarms are told, when they go off and when they are over; in the region of the source. Alarms of other regions
   * come to it through EventBridge.
   *
   * @default - nowhere: the alarms are there to be looked at
   */
  readonly alarmTopic?: sns.ITopic;

  /**
   * How many operations must fail to replicate within a minute for an alarm.
   *
   * @default 1
   */
  readonly failureThreshold?: number;

  /**
   * How late replicas may be, for five minutes in a row.
   *
   * @default - 15 minutes for rules with Replication Time Control, 1 hour for others
   */
  readonly latencyThreshold?: Duration;

  /**
   * Whether there are alarms on latency. S3 publishes it in the region of the destination, so they are in a stack of the
   * source's account there, which is made beside the source's stack: `<stack>-<source region>-monitoring-<region>`.
   * That region must be bootstrapped in the source's account.
   *
   * @default true
   */
  readonly latencyAlarms?: boolean;

  /**
   * How long a source of an aggregation may have no operation at all before there is an alarm for it: 1 to 168 whole
   * hours.
   *
   * @default - silent sources are not told of
   */
  readonly silentAfter?: Duration;

  /**
   * Whether there is a dashboard in CloudWatch.
   *
   * @default true
   */
  readonly dashboard?: boolean;

  /**
   * Name of the dashboard; a change replaces it.
   *
   * @default - CloudFormation makes one
   */
  readonly dashboardName?: string;
}
