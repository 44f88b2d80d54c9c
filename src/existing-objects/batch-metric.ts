// SPDX-License-Identifier: Apache-2.0
import { aws_cloudwatch as cloudwatch, Duration, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { bucketAttribute } from '../app/references';
import { SourceAnchor } from '../flows/source';
import { NAMESPACE } from '../monitoring/canary-machine';

/** What the machine of a source publishes. */
export const batchMetric = (
  at: IConstruct,
  source: SourceAnchor,
  metricName: string,
  options?: cloudwatch.MetricOptions,
): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: NAMESPACE,
    metricName,
    dimensionsMap: { SourceBucket: bucketAttribute(Stack.of(at), source.end, 'name') },
    statistic: cloudwatch.Stats.SUM,
    period: Duration.days(1),
    ...options,
  });
