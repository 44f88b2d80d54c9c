// SPDX-License-Identifier: Apache-2.0
import { aws_cloudwatch as cloudwatch, aws_s3 as s3, Duration, IResolveContext, Lazy, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { BucketEnd, bucketEnd, nameOf } from '../app/bucket';
import { compare, knownText, shown } from '../app/environment';
import { bucketAttribute } from '../app/references';
import { SourceAnchor } from '../flows/source';
import { checkGiven } from '../messages/given';
import { mistake } from '../messages/mistake';
import { AddedRule, isSameBucket } from '../rules/added-rule';

/** Options of a replication metric. Statistic and period are those that the metric has a meaning with. */
export interface ReplicationMetricOptions extends cloudwatch.MetricOptions {
  /**
   * The rule whose metric it is, by its id in S3 (`BucketReplication.rules` tells them).
   *
   * @default - the only rule that replicates to the destination
   */
  readonly ruleId?: string;
}

export type ReplicationMetric =
  'ReplicationLatency' | 'BytesPendingReplication' | 'OperationsPendingReplication' | 'OperationsFailedReplication';

/**
 * A metric that S3 publishes for a rule. Failures are counted where the source is, the other three where the
 * destination is; all of them belong to the account of the source.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
 */
export function replicationMetric(
  at: IConstruct,
  source: SourceAnchor,
  metricName: ReplicationMetric,
  destination: s3.IBucketRef,
  options: ReplicationMetricOptions = {},
): cloudwatch.Metric {
  checkGiven(at, { destination });
  const { ruleId, ...metricOptions } = options;
  const rule = ruleMeant(at, source, bucketEnd(destination), ruleId);
  const failures = metricName === 'OperationsFailedReplication';
  const { account, region } = source.end;
  const there = rule.destination.region;
  if (!failures && compare(region, there) === 'unclear') {
    throw mistake(at, {
      saw: `region of the source ${shown(region)}, of the destination ${nameOf(rule.destination)} ${shown(there)}`,
      because: `S3 publishes ${metricName} in the region of the destination, and CDK looks where the alarm is otherwise`,
      instead: 'set env.region on the stacks of both buckets',
    });
  }
  const published = knownText(failures ? region : there);
  const used = (scope: IConstruct) => published && source.metrics.set(scope, published);
  return new cloudwatch.Metric({
    namespace: 'AWS/S3',
    metricName,
    statistic: failures ? cloudwatch.Stats.SUM : cloudwatch.Stats.MAXIMUM,
    period: Duration.minutes(1),
    region: published,
    account: knownText(account),
    ...metricOptions,
    dimensionsMap: {
      SourceBucket: nameAnywhere(bucketEnd(source.end.ref), used),
      DestinationBucket: nameAnywhere(rule.destination, used),
      RuleId: rule.id,
    },
  });
}

/** The rule of a source that replicates to a destination; throws when that does not say which, or it has no metrics. */
function ruleMeant(at: IConstruct, source: SourceAnchor, destination: BucketEnd, ruleId?: string): AddedRule {
  const there = source.rules.filter((rule) => isSameBucket(rule.destination, destination));
  const own = at === source.handle ? [] : there.filter((rule) => rule.at === at);
  const meant = ruleId === undefined && own.length === 1 ? own : there.filter(({ id }) => id === (ruleId ?? id));
  const ids = there.map(({ id }) => `'${id}'`).join(', ');
  if (there.length === 0) {
    const others = [...new Set(source.rules.map((rule) => nameOf(rule.destination)))].join(', ');
    throw mistake(at, {
      saw: `a metric of replication to ${nameOf(destination)}; rules replicate to ${others || 'no bucket'}`,
      because: 'S3 publishes metrics for each rule',
      instead: 'add the rule first, or name a destination of a rule',
    });
  }
  if (meant.length === 0) {
    throw mistake(at, {
      saw: `ruleId '${ruleId}' for the destination ${nameOf(destination)}, to which ${ids} replicate`,
      because: 'S3 publishes metrics for each rule, by its id',
      instead: `give one of ${ids} as ruleId`,
    });
  }
  if (meant.length > 1) {
    throw mistake(at, {
      saw: `${meant.length} rules to ${nameOf(destination)}: ${ids}`,
      because: 'S3 publishes metrics for each rule',
      instead: `say with ruleId which one is meant, for example ruleId: ${ids.split(', ')[0]}`,
    });
  }
  const [rule] = meant;
  if (rule.options.metrics === false) {
    throw mistake(at, {
      saw: `metrics: false at the rule '${rule.id}'`,
      because: 'S3 publishes no replication metrics of that rule, and an alarm on one would never go off',
      instead: 'set metrics: true on that rule, or leave it out',
    });
  }
  return rule;
}

/**
 * The bucket's name, as the stack can say it in which the metric is used. One reference for each stack: what a token
 * stands for there must not change.
 */
function nameAnywhere(bucket: BucketEnd, used: (scope: IConstruct) => void): string {
  const names = new Map<Stack, string>();
  const nameIn = (stack: Stack) => {
    const name = names.get(stack) ?? bucketAttribute(stack, bucket, 'name');
    names.set(stack, name);
    return name;
  };
  const produce = ({ scope }: IResolveContext) => {
    used(scope);
    return nameIn(Stack.of(scope));
  };
  return Lazy.uncachedString({ produce });
}
