// SPDX-License-Identifier: Apache-2.0
import { Annotations, aws_cloudwatch as cloudwatch, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { AlarmTopic, seenFrom } from './alarm-topic';
import { checkWatcherPlace } from './canary-input';
import { Flow, failureAlarm, latencyAlarm, silenceAlarm } from './flow-alarms';
import { flowWidgets } from './flow-widgets';
import { monitoringMistake } from './monitoring-input';
import { ReplicationMonitoringProps } from './replication-monitoring-props';
import { LogAggregationSRR } from '../aggregation/log-aggregation-srr';
import { BucketEnd, bucketEnd, nameOf } from '../app/bucket';
import { compare, shown } from '../app/environment';
import { bucketAttribute } from '../app/references';
import { anchorOf } from '../flows/imported-sources';
import { SourceAnchor } from '../flows/source';
import { checkGiven } from '../messages/given';
import { mistake } from '../messages/mistake';
import { AddedRule } from '../rules/added-rule';

/**
 * Says when replication fails, or is late: alarms for each rule, a dashboard, and a topic that is told.
 *
 * An alarm on failures goes off at the first one and is over with the next object that is replicated; one on latency
 * after five minutes. Together with a `ReplicationCanary` there is always a next object. For a log aggregation one alarm
 * names the sources that fail, however many there are, and others tell which are silent.
 *
 * What costs what is in docs/costs.md. Simulated in a local AWS; alarms of a real account, events between regions and
 * Metrics Insights alarms have not been seen yet.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
 */
export class ReplicationMonitoring extends Construct {
  /** The dashboard, for more widgets; undefined with `dashboard: false`. */
  public readonly dashboard?: cloudwatch.Dashboard;

  private readonly topic?: AlarmTopic;
  private readonly failures: cloudwatch.Alarm[] = [];
  private readonly latencies: cloudwatch.Alarm[] = [];
  private readonly silences: cloudwatch.Alarm[] = [];
  private readonly flows: Flow[] = [];
  private readonly shown: cloudwatch.IAlarm[] = [];

  /**
   * @throws when the props contradict each other, when a rule has `metrics: false`, when the stack is in another region
   * or account than the source, and when the topic is FIFO or in another region
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: ReplicationMonitoringProps,
  ) {
    super(scope, id);
    checkGiven(this, props);
    const wrong = monitoringMistake(props);
    if (wrong) {
      throw mistake(this, wrong);
    }
    const { replication, aggregation, alarmTopic, dashboardName } = props;
    this.topic = alarmTopic && new AlarmTopic(this, alarmTopic);
    if (props.dashboard !== false) {
      this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', { dashboardName });
      this.dashboard.addWidgets(this.overview());
    }
    if (replication) {
      const source = anchorOf(bucketEnd(replication.source))!;
      checkWatcherPlace(this, source.end);
      this.checkCanary(source);
      source.watch((rule) => this.watchRule({ at: this, source, rule }));
    } else {
      this.watchAggregation(aggregation!);
    }
  }

  /** An alarm for each rule on operations that failed; for an aggregation one for all sources. */
  public get failureAlarms(): cloudwatch.Alarm[] {
    return [...this.failures];
  }

  /** An alarm for each rule on replicas that are late, in the region of its destination. */
  public get latencyAlarms(): cloudwatch.Alarm[] {
    return [...this.latencies];
  }

  /** An alarm for each source of an aggregation that has been silent. */
  public get silenceAlarms(): cloudwatch.Alarm[] {
    return [...this.silences];
  }

  /** What the dashboard shows of the rules so far, for dashboards of your own. */
  public widgets(): cloudwatch.IWidget[] {
    const { latencyThreshold, canary, aggregation } = this.props;
    return aggregation
      ? [this.overview(), ...this.ofAggregation(aggregation)]
      : [this.overview(), ...this.flows.flatMap((flow) => flowWidgets(flow, latencyThreshold, canary))];
  }

  private overview(): cloudwatch.IWidget {
    if (this.props.canary && !this.shown.includes(this.props.canary.alarm)) {
      this.shown.push(this.props.canary.alarm);
    }
    // it is rendered late: alarms of rules that are added are in it
    return new cloudwatch.AlarmStatusWidget({ title: 'S3 replication', width: 24, height: 3, alarms: this.shown });
  }

  private watchRule(flow: Flow): void {
    const { failureThreshold = 1, latencyThreshold, latencyAlarms = true, canary } = this.props;
    if (flow.rule.options.enabled === false) {
      return; // nothing is replicated, nothing is published
    }
    const failures = failureAlarm(flow, failureThreshold);
    this.flows.push(flow);
    this.failures.push(failures);
    this.shown.push(failures);
    this.topic?.tellOf(failures);
    if (latencyAlarms) {
      this.addLatency(flow, latencyThreshold);
    }
    this.dashboard?.addWidgets(...flowWidgets(flow, latencyThreshold, canary));
  }

  private addLatency(flow: Flow, threshold?: Duration): void {
    const made = latencyAlarm(flow, threshold);
    if (made instanceof cloudwatch.Alarm) {
      this.latencies.push(made);
      this.shown.push(made);
      this.topic?.tellOf(made);
      return;
    }
    this.latencies.push(made.alarm);
    this.shown.push(seenFrom(this, made));
    this.topic?.tellOfDistant(made);
  }

  private checkCanary(source: SourceAnchor): void {
    const { canary } = this.props;
    if (canary && source.canary !== canary) {
      throw mistake(this, {
        saw: `the canary '${canary.node.path}', which does not probe the source ${nameOf(source.end)}`,
        because: 'the dashboard would show the state of another bucket',
        instead: 'give the canary of this replication, or none',
      });
    }
  }

  private watchAggregation(aggregation: LogAggregationSRR): void {
    const end = bucketEnd(aggregation.destination);
    checkWatcherPlace(this, end);
    const failures = this.failing(aggregation).createAlarm(this, 'SourcesFail', {
      alarmDescription: `Logs fail to replicate into ${nameOf(end)}; the contributors of the alarm are the source buckets.`,
      threshold: this.props.failureThreshold ?? 1,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.IGNORE,
    });
    this.failures.push(failures);
    this.shown.push(failures);
    this.topic?.tellOf(failures);
    this.dashboard?.addWidgets(...this.ofAggregation(aggregation));
    aggregation._watch(({ source, rule }) => this.watchSource(source, rule, end));
  }

  private watchSource(source: SourceAnchor, rule: AddedRule, archive: BucketEnd): void {
    if (compare(source.end.account, archive.account) !== 'same') {
      Annotations.of(this).addWarningV2(
        'cdk-s3-replication:sourceOfOtherAccountUnwatched',
        `The source ${nameOf(source.end)} is in account ${shown(source.end.account)}, ` +
          'where S3 publishes its metrics, so alarms of the archive do not see it. ' +
          'Watch its replication with a ReplicationMonitoring in a stack of that account, or acknowledge this',
      );
      return;
    }
    const flow = { at: this, source, rule };
    if (rule.options.metrics === false) {
      throw mistake(this, {
        saw: `metrics: false at the rule '${rule.id}' of the source ${nameOf(source.end)}`,
        because: 'S3 publishes no replication metrics of that rule, and an alarm on one would never go off',
        instead: 'set metrics: true on the LogAggregationSRR, or in addSource() and addProducer()',
      });
    }
    this.flows.push(flow);
    if (this.props.silentAfter) {
      const silence = silenceAlarm(flow, this.props.silentAfter);
      this.silences.push(silence);
      this.shown.push(silence);
      this.topic?.tellOf(silence);
    }
  }

  /** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-alarms.html */
  private failing(aggregation: LogAggregationSRR): cloudwatch.MathExpression {
    const name = bucketAttribute(Stack.of(this), bucketEnd(aggregation.destination), 'name');
    return new cloudwatch.MathExpression({
      expression:
        'SELECT SUM(OperationsFailedReplication) FROM SCHEMA("AWS/S3", DestinationBucket, RuleId, SourceBucket) ' +
        `WHERE DestinationBucket = '${name}' GROUP BY SourceBucket ORDER BY SUM() DESC`,
      usingMetrics: {},
      label: 'failed',
      period: Duration.minutes(1),
    });
  }

  private ofAggregation(aggregation: LogAggregationSRR): cloudwatch.IWidget[] {
    const title = 'Operations that failed in a minute, by source bucket';
    return [new cloudwatch.GraphWidget({ title, width: 24, height: 8, left: [this.failing(aggregation)] })];
  }
}
