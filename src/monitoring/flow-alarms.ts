// SPDX-License-Identifier: Apache-2.0
import { aws_cloudwatch as cloudwatch, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DistantAlarm } from './alarm-topic';
import { nameOf } from '../app/bucket';
import { deployAfter } from '../app/deploy-order';
import { compare, knownText } from '../app/environment';
import { hashOf } from '../app/hash';
import { deployedStack } from '../app/stacks';
import { monitoringStack } from '../buckets/replica-stack';
import { SourceAnchor } from '../flows/source';
import { ReplicationMetric, replicationMetric } from '../replication/replication-metrics';
import { AddedRule } from '../rules/added-rule';

const { GREATER_THAN_OR_EQUAL_TO_THRESHOLD: AT_LEAST, GREATER_THAN_THRESHOLD: MORE } = cloudwatch.ComparisonOperator;
const { IGNORE } = cloudwatch.TreatMissingData;

/** A rule with what is seen of it. */
export interface Flow {
  readonly at: Construct;
  readonly source: SourceAnchor;
  readonly rule: AddedRule;
}

export const metricOf = ({ at, source, rule }: Flow, name: ReplicationMetric, options: cloudwatch.MetricOptions = {}) =>
  replicationMetric(at, source, name, rule.destination.ref, { ...options, ruleId: rule.id });

/** Ids of what belongs to a rule: the same whatever other rules there are. */
export const idOf = (what: string, { source, rule }: Flow) =>
  `${what}-${hashOf([(source.end.cfn ?? source.end.ref).node.addr, rule.id], 8)}`;

/**
 * One failure is enough, in one minute: S3 publishes nothing in a minute without operations, so several minutes in a row
 * may never come. What is missing leaves the alarm as it is: the next object that is replicated brings it back.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function failureAlarm(flow: Flow, threshold: number): cloudwatch.Alarm {
  return metricOf(flow, 'OperationsFailedReplication').createAlarm(flow.at, idOf('Failures', flow), {
    alarmDescription: `Objects of ${nameOf(flow.source.end)} fail to replicate to ${nameOf(flow.rule.destination)}.`,
    threshold,
    evaluationPeriods: 1,
    comparisonOperator: AT_LEAST,
    treatMissingData: IGNORE,
  });
}

/** How late replicas may be: what Replication Time Control promises, or an hour. */
export const latencyLimit = ({ options }: AddedRule, wanted?: Duration) =>
  wanted ?? Duration.minutes(options.replicationTimeControl ? 15 : 60);

/** Where S3 publishes the latency: in this stack, or in one beside that of the source, after both buckets. */
export function latencyAlarm(flow: Flow, wanted: Duration | undefined): cloudwatch.Alarm | DistantAlarm {
  const { at, source, rule } = flow;
  const { region } = rule.destination;
  const props = {
    alarmDescription: `Replicas of ${nameOf(source.end)} in ${nameOf(rule.destination)} are late.`,
    threshold: latencyLimit(rule, wanted).toSeconds(),
    evaluationPeriods: 5,
    comparisonOperator: MORE,
    treatMissingData: IGNORE,
  };
  const metric = metricOf(flow, 'ReplicationLatency');
  if (compare(Stack.of(at).region, region) === 'same') {
    return metric.createAlarm(at, idOf('Latency', flow), props);
  }
  const stack = monitoringStack(at, Stack.of(at), region);
  for (const bucket of [source.end, rule.destination].filter(({ cfn }) => cfn)) {
    deployAfter(at, 'alarm', stack, {
      what: `bucket ${nameOf(bucket)}`,
      stack: bucket.stack,
      reason: `an alarm on replication names ${nameOf(bucket)}`,
      remedy: 'let no stack of a bucket depend on the stack of the alarms, or set latencyAlarms: false',
    });
  }
  const id = `${at.node.id}-${hashOf(at.node.path, 8)}-${idOf('Latency', flow)}`;
  const { stackName } = deployedStack(Stack.of(at));
  const told = knownText(rule.id)?.slice(0, 100) ?? 'rule';
  const alarmName = `${stackName}-${told}-latency-${hashOf([stackName, id, Stack.of(at).region], 8)}`;
  return { alarm: metric.createAlarm(stack, id, { ...props, alarmName }), alarmName, region };
}

/** Fires when a source has had no operation at all, successful or not, for so many hours. */
export function silenceAlarm(flow: Flow, silentAfter: Duration): cloudwatch.Alarm {
  const hours = silentAfter.toHours();
  const operations = metricOf(flow, 'OperationsFailedReplication', {
    statistic: cloudwatch.Stats.SAMPLE_COUNT,
    period: Duration.hours(1),
  });
  return operations.createAlarm(flow.at, idOf('Silence', flow), {
    alarmDescription: `Nothing of ${nameOf(flow.source.end)} was replicated for ${hours} hours.`,
    threshold: 1,
    evaluationPeriods: hours,
    comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
    treatMissingData: cloudwatch.TreatMissingData.BREACHING,
  });
}
