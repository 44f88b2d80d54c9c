// SPDX-License-Identifier: Apache-2.0
import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { Flow, latencyLimit, metricOf } from './flow-alarms';
import { ReplicationCanary } from './replication-canary';
import { knownText } from '../app/environment';

const [RED, ORANGE, BLUE, GREY] = ['#d13212', '#ff9900', '#1f77b4', '#7f7f7f'];

/** One row for a rule: how late, how much is waiting, what failed, and whether the last probe arrived. */
export function flowWidgets(flow: Flow, latency?: Duration, canary?: ReplicationCanary): cloudwatch.IWidget[] {
  const { rule } = flow;
  const name = knownText(rule.id) ?? 'Rule';
  const width = canary ? 6 : 8;
  const graph = (title: string, props: cloudwatch.GraphWidgetProps) =>
    new cloudwatch.GraphWidget({ title: `${title}: ${name}`, width, height: 6, leftYAxis: { min: 0 }, ...props });
  const limit = latencyLimit(rule, latency);
  const region = knownText(rule.destination.region);
  return [
    graph('Seconds behind', {
      region,
      left: [metricOf(flow, 'ReplicationLatency', { label: 'seconds', color: BLUE })],
      leftAnnotations: [{ value: limit.toSeconds(), label: 'late', color: RED }],
    }),
    graph('Waiting', {
      region,
      left: [metricOf(flow, 'OperationsPendingReplication', { label: 'operations', color: ORANGE })],
      right: [metricOf(flow, 'BytesPendingReplication', { label: 'bytes', color: GREY })],
      rightYAxis: { min: 0 },
    }),
    graph('Failed in a minute', {
      left: [metricOf(flow, 'OperationsFailedReplication', { label: 'operations', color: RED })],
    }),
    ...(canary
      ? [
          graph('Seconds of a probe', {
            left: [canary.metricProbeLatency({ label: 'seconds', color: BLUE })],
            right: [canary.metricProbeFailed({ label: 'failed', color: RED })],
            rightYAxis: { min: 0, max: 1 },
          }),
        ]
      : []),
  ];
}
