// SPDX-License-Identifier: Apache-2.0
import {
  aws_cloudwatch as cloudwatch,
  aws_events as events,
  aws_events_targets as targets,
  aws_iam as iam,
  aws_s3 as s3,
  aws_scheduler as scheduler,
  aws_sns as sns,
  aws_stepfunctions as sfn,
  Duration,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkAlarms, checkCounted, checkSchedule, repairMistake } from './batch-input';
import { batchMetric } from './batch-metric';
import { BatchReplication } from './batch-replication';
import { ExistingObjectStatus } from './existing-object-replication-props';
import { bucketEnd } from '../app/bucket';
import { acknowledgeStart } from '../checks/nag';
import { anchorOf } from '../flows/imported-sources';
import { SourceAnchor } from '../flows/source';
import { checkGiven } from '../messages/given';
import { mistake } from '../messages/mistake';
import { checkWatcherPlace, cronOf } from '../monitoring/canary-input';
import { startOn } from '../monitoring/machine';
import { BucketReplication } from '../replication/bucket-replication';

/** Properties of a ReplicationRepair. */
export interface ReplicationRepairProps {
  /** Whose failed objects are replicated again, in the region and account of this construct's stack. */
  readonly replication: BucketReplication;

  /**
   * When it looks whether anything failed: at most once an hour.
   *
   * @default - once a day, at a minute that is made of the path of this construct
   */
  readonly schedule?: scheduler.ScheduleExpression;

  /**
   * Alarms that start it, too, of the region of the source, such as `monitoring.failureAlarms`.
   *
   * @default - none
   */
  readonly alarms?: cloudwatch.IAlarm[];

  /**
   * How many jobs there may be in a day of UTC, whatever starts them. Each costs by the objects in the source.
   *
   * @default 1
   */
  readonly maxJobsPerDay?: number;

  /**
   * Told how it went, in the region of the source: not when nothing had failed.
   *
   * @default - nobody; the execution says it
   */
  readonly topic?: sns.ITopic;

  /**
   * Where S3 writes which objects failed again, below `batch-replication/`, in the region of the source.
   *
   * @default - a bucket that is made for it, where reports expire after 90 days
   */
  readonly reportBucket?: s3.IBucketRef;
}

/**
 * Replicates again what failed to replicate, which S3 never does by itself: looks once a day, or when an alarm goes off,
 * whether operations failed, and makes a job of S3 Batch Replication for objects that are FAILED.
 *
 * There is no job unless S3 counted a failure since the last one, or that one left some; never two at a time, and at
 * most `maxJobsPerDay`. Failures of the last 14 days count. Outcomes are REPAIRED, STILL_FAILING, NOTHING_TO_REPAIR,
 * ENOUGH_FOR_TODAY, ALREADY_RUNNING, JOB_FAILED and UNKNOWN; docs/repair.md says what to do with each. With
 * `"force": true` in the input of an execution there is a job in any case.
 *
 * Simulated in a local AWS; not yet seen in a real account.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html
 */
export class ReplicationRepair extends Construct {
  /** Start it with the input `{"run":"<id of this construct>"}`; it has what other jobs of the source need, too. */
  public readonly stateMachine: sfn.IStateMachine;

  /** The role of the jobs. */
  public readonly jobRole: iam.IRole;

  /** Where the reports are, below `batch-replication/`. */
  public readonly reportBucket: s3.IBucketRef;

  /** What an execution gets as input. */
  public readonly executionInput: string;

  private readonly source: SourceAnchor;

  /**
   * @throws when the stack is in another region or account than the source, when the source is repaired already, when a
   * rule has `metrics: false`, for a schedule that is more frequent than hourly, for alarms of another region, and for a
   * report bucket or a topic that S3 or Step Functions could not use
   */
  constructor(scope: Construct, id: string, props: ReplicationRepairProps) {
    super(scope, id);
    checkGiven(this, props);
    const { replication, schedule, alarms = [], maxJobsPerDay = 1 } = props;
    this.source = anchorOf(bucketEnd(replication.source))!;
    checkWatcherPlace(this, this.source.end);
    const wrong = repairMistake(this.source, maxJobsPerDay);
    if (wrong) {
      throw mistake(this, wrong);
    }
    if (schedule) {
      checkSchedule(this, schedule);
    }
    checkAlarms(this, this.source, alarms);
    const { batch, name, input, reportBucket } = BatchReplication.join(this.source, {
      at: this,
      topic: props.topic,
      reportBucket: props.reportBucket,
      maxJobsPerDay,
      filter: { ObjectReplicationStatuses: [ExistingObjectStatus.FAILED] },
      words: { all: 'REPAIRED', some: 'STILL_FAILING', none: 'NOTHING_TO_REPAIR' },
      metrics: { done: 'RepairedObjects', failed: 'UnrepairedObjects' },
    });
    this.source.repair = this;
    this.executionInput = input;
    this.stateMachine = batch.machine.stateMachine;
    this.jobRole = batch.jobRole;
    this.reportBucket = reportBucket;
    const scheduled = startOn(this, this.stateMachine, {
      schedule: schedule ?? scheduler.ScheduleExpression.expression(cronOf(this, Duration.days(1))),
      what: 'the repair of a replication',
      input: scheduler.ScheduleTargetInput.fromObject({ run: name }),
    });
    batch.holdBack(scheduled);
    acknowledgeStart(this.node.findChild('SchedulerRole'));
    if (alarms.length > 0) {
      this.startOnAlarms(alarms, name);
    }
    this.source.watch((rule) => checkCounted(this, this.source, rule));
  }

  /** Lets somebody start it. */
  public grantStart(grantee: iam.IGrantable): iam.Grant {
    return this.stateMachine.grantStartExecution(grantee);
  }

  /** How many objects jobs replicated that had failed: the sum of a day. */
  public metricRepairedObjects(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return batchMetric(this, this.source, 'RepairedObjects', options);
  }

  /** How many objects failed once more: the sum of a day. */
  public metricUnrepairedObjects(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return batchMetric(this, this.source, 'UnrepairedObjects', options);
  }

  /** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
  private startOnAlarms(alarms: cloudwatch.IAlarm[], name: string): void {
    const role = new iam.Role(this, 'EventsRole', {
      assumedBy: new iam.ServicePrincipal('events.amazonaws.com'),
      description: 'Assumed by EventBridge to start the repair of a replication',
    });
    const rule = new events.Rule(this, 'OnAlarm', {
      description: 'Starts the repair of a replication',
      eventPattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        resources: alarms.map(({ alarmArn }) => alarmArn),
        detail: { state: { value: ['ALARM'] } },
      },
      targets: [
        new targets.SfnStateMachine(this.stateMachine, {
          role,
          input: events.RuleTargetInput.fromObject({ run: name }),
        }),
      ],
    });
    acknowledgeStart(role, rule);
  }
}
