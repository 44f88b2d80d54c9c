// SPDX-License-Identifier: Apache-2.0
import {
  Aws,
  aws_cloudwatch as cloudwatch,
  aws_scheduler as scheduler,
  aws_sns as sns,
  aws_stepfunctions as sfn,
  Duration,
  Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { AlarmTopic } from './alarm-topic';
import { canaryFindings } from './canary-checks';
import { expireProbes } from './canary-destinations';
import { checkKeyPrefix, checkOnlyCanary, checkWatcherPlace, cronOf, limitOf } from './canary-input';
import { MOST_PROBES, NAMESPACE, canaryMachine } from './canary-machine';
import { canaryStatements, probesOf } from './canary-probes';
import { MadeMachine, makeMachine, startOn } from './machine';
import { bucketEnd } from '../app/bucket';
import { keyFor } from '../app/encryption';
import { partitionOf } from '../app/environment';
import { DefinedKey } from '../app/key';
import { locksByDefault } from '../app/object-lock';
import { attributeFor, bucketAttribute } from '../app/references';
import { acknowledgeCanary } from '../checks/nag';
import { anchorOf } from '../flows/imported-sources';
import { SourceAnchor } from '../flows/source';
import { checkGiven } from '../messages/given';
import { report } from '../messages/report';
import { Statement } from '../permissions/role-statements';
import { BucketReplication } from '../replication/bucket-replication';

/** Properties of a ReplicationCanary. */
export interface ReplicationCanaryProps {
  /** The replication that is probed, in the region and account of this construct's stack. */
  readonly replication: BucketReplication;

  /**
   * How often probes are written: 5, 6, 10, 12, 15, 20 or 30 minutes, or 1, 2, 3, 4, 6, 8, 12 or 24 hours. Each run
   * costs about 10 state transitions for each probe, and a few requests.
   *
   * @default Duration.minutes(15)
   */
  readonly interval?: Duration;

  /**
   * When a probe that has not arrived counts as failed: 30 seconds to 6 hours.
   *
   * @default - 15 minutes when all rules have Replication Time Control, otherwise 1 hour
   */
  readonly timeout?: Duration;

  /**
   * What the keys of probes have after the prefix of the rule. Nothing else may have such keys: they are expired at
   * destinations of the app.
   *
   * @default .replication-canary/
   */
  readonly keyPrefix?: string;

  /**
   * Where the alarm is told, in the region of the source.
   *
   * @default - nowhere
   */
  readonly alarmTopic?: sns.ITopic;
}

/**
 * Proves that replication works, whether anybody writes or not: writes a small object for each distinct filter of the
 * rules, sees how long it takes to all destinations, and deletes the version that it wrote.
 *
 * A Step Functions state machine without code does it, on a schedule of EventBridge Scheduler, in the account and region
 * of the source. Probes have the tags of the filter, a checksum, the default encryption of the bucket and, where that
 * has a default retention, a retention of a minute. Failed, late or missing results of two intervals are an alarm,
 * which is also in alarm until the second run after the first deployment. What was written for it at a destination of
 * the app expires after a day; for others a warning has the prefix.
 *
 * Simulated in a local AWS; not yet seen in a real account.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html
 */
export class ReplicationCanary extends Construct {
  /** The state machine, which can be started by hand, too: it takes any input. */
  public readonly stateMachine: sfn.StateMachine;

  /** In alarm when probes of two intervals failed, were late, or were not written. */
  public readonly alarm: cloudwatch.Alarm;

  private readonly source: SourceAnchor;
  private readonly interval: Duration;
  private readonly keyPrefix: string;

  /**
   * @throws when the stack is in another region or account than the source, when the source has a canary, when the
   * interval does not divide an hour or a day, and for a timeout or a prefix out of range
   */
  constructor(scope: Construct, id: string, props: ReplicationCanaryProps) {
    super(scope, id);
    checkGiven(this, props);
    const { replication, interval = Duration.minutes(15), timeout, keyPrefix = '.replication-canary/' } = props;
    this.interval = interval;
    this.keyPrefix = keyPrefix;
    this.source = anchorOf(bucketEnd(replication.source))!;
    const stack = Stack.of(this);
    checkWatcherPlace(this, this.source.end);
    checkOnlyCanary(this, this.source);
    checkKeyPrefix(this, keyPrefix);
    const cron = cronOf(this, interval);
    const limit = timeout && limitOf(this, timeout);
    this.source.canary = this;

    const source = bucketAttribute(stack, this.source.end, 'name');
    const definition = () =>
      canaryMachine({
        partition: partitionOf(stack.region) ?? Aws.PARTITION,
        account: stack.account,
        source,
        probes: probesOf(this.source.rules, keyPrefix),
        limit: limit ?? this.usualLimit(),
        lock: this.locks(),
      });
    const machine = makeMachine(this, {
      comment: 'Probes S3 replication',
      purpose: 'probe a replication',
      definition,
      statements: this.statements(bucketAttribute(stack, this.source.end, 'arn')),
    });
    this.stateMachine = machine.stateMachine;
    const schedule = startOn(this, this.stateMachine, {
      schedule: scheduler.ScheduleExpression.expression(cron),
      what: 'the canary of a replication',
    });
    schedule.node.addDependency(machine.policy, this.source.writer);
    this.source.watch((rule) => expireProbes(this, rule, keyPrefix));
    this.alarm = this.metricProbeFailed().createAlarm(this, 'Alarm', {
      alarmDescription:
        'Objects that are written to see whether S3 replicates them did not arrive, or are not written.',
      threshold: 1,
      evaluationPeriods: 2,
      datapointsToAlarm: 2,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
    if (props.alarmTopic) {
      new AlarmTopic(this, props.alarmTopic).tellOf(this.alarm);
    }
    this.node.addValidation({ validate: () => this.validate(machine) });
  }

  /** How long the slowest probe took, in seconds: the maximum of an interval. */
  public metricProbeLatency(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ProbeLatency', options);
  }

  /** 1 when a probe failed, was late or could not be written, otherwise 0: the maximum of an interval. */
  public metricProbeFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ProbeFailed', options);
  }

  private metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: NAMESPACE,
      metricName,
      dimensionsMap: { SourceBucket: bucketAttribute(Stack.of(this), this.source.end, 'name') },
      statistic: cloudwatch.Stats.MAXIMUM,
      period: this.interval,
      ...options,
    });
  }

  private usualLimit(): number {
    const timed = this.source.rules.filter(({ options }) => options.enabled !== false);
    return timed.every(({ options }) => options.replicationTimeControl === true) ? 900 : 3600;
  }

  private locks(): boolean {
    const { cfn } = this.source.end;
    return cfn !== undefined && locksByDefault(cfn);
  }

  private statements(sourceArn: string): () => Statement[] {
    const stack = Stack.of(this);
    const arns = new Map<DefinedKey, string>();
    const arnOf = (cfn: DefinedKey) => {
      const arn = arns.get(cfn) ?? attributeFor(stack, cfn, cfn.attrArn);
      arns.set(cfn, arn);
      return arn;
    };
    return () => {
      const key = keyFor(this.source.end);
      return canaryStatements({
        sourceArn,
        probes: probesOf(this.source.rules, this.keyPrefix),
        lock: this.locks(),
        namespace: NAMESPACE,
        key: key && { arn: 'cfn' in key ? arnOf(key.cfn) : key.arn, region: stack.region },
      });
    };
  }

  private validate({ policy, log }: MadeMachine): string[] {
    const filters = probesOf(this.source.rules, this.keyPrefix, Infinity);
    acknowledgeCanary([this.stateMachine.role, this.node.findChild('SchedulerRole')], policy, log);
    return report(this, canaryFindings(this.source, filters.slice(0, MOST_PROBES), filters.length));
  }
}
