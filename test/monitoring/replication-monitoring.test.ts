import {
  aws_cloudwatch as cloudwatch,
  aws_kms as kms,
  aws_s3 as s3,
  aws_sns as sns,
  Duration,
  Stack,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  LogAggregationSRR,
  ReplicatedBucketPair,
  ReplicationCanary,
  ReplicationFilter,
  ReplicationMonitoring,
  ReplicationMonitoringProps,
} from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV, flow, inEurope } from '../builders';

const THEIRS = '222222222222';
const ALARM = 'AWS::CloudWatch::Alarm';
const home = () => new Stack(quietApp(), 'Stack', { env: ENV });
const monitor = (stack: Stack, props: ReplicationMonitoringProps) =>
  new ReplicationMonitoring(stack, 'Monitoring', props);
const alarmsOf = (stack: Stack): any[] =>
  Object.values(Template.fromStack(stack).findResources(ALARM)).map(({ Properties }) => Properties);
const pairOver = (stack: Stack) => new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: 'eu-west-1' });
const away = (stack: Stack) => stack.node.findChild('MonitoringStack-eu-west-1') as Stack;
const bodyOf = (stack: Stack) => {
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'));
  const text = Properties.DashboardBody;
  const parts: unknown[] = typeof text === 'string' ? [text] : text['Fn::Join'][1];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'TOKEN')).join(''));
};

test('within a region: failures at the first one, latency after five minutes', () => {
  const stack = home();
  const { failureAlarms, latencyAlarms } = monitor(stack, { replication: flow(stack) });
  expect([failureAlarms.length, latencyAlarms.length]).toEqual([1, 1]);
  expect(alarmsOf(stack)).toEqual([
    expect.objectContaining({
      MetricName: 'OperationsFailedReplication',
      Statistic: 'Sum',
      Period: 60,
      Threshold: 1,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'ignore',
    }),
    expect.objectContaining({
      MetricName: 'ReplicationLatency',
      Statistic: 'Maximum',
      Period: 60,
      Threshold: 3600,
      EvaluationPeriods: 5,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'ignore',
    }),
  ]);
});

test('Replication Time Control promises 15 minutes; props change the thresholds', () => {
  const stack = home();
  monitor(stack, { replication: flow(stack, { replicationTimeControl: true }) });
  expect(alarmsOf(stack).map(({ Threshold }) => Threshold)).toEqual([1, 900]);
  const other = home();
  const thresholds = { failureThreshold: 5, latencyThreshold: Duration.minutes(30) };
  monitor(other, { replication: flow(other), ...thresholds });
  expect(alarmsOf(other).map(({ Threshold }) => Threshold)).toEqual([5, 1800]);
});

test('over regions: latency in a stack there, on which nothing depends', () => {
  const stack = home();
  const { replication } = pairOver(stack);
  const { latencyAlarms } = monitor(stack, { replication });
  const there = away(stack);
  expect(latencyAlarms.map((alarm) => Stack.of(alarm))).toEqual([there]);
  expect([there.stackName, there.region, there.account]).toEqual([
    'Stack-us-east-1-monitoring-eu-west-1',
    'eu-west-1',
    ENV.account,
  ]);
  const [latency] = alarmsOf(there);
  expect(latency).toMatchObject({ MetricName: 'ReplicationLatency' });
  expect(latency.Dimensions.map(({ Name }: any) => Name)).toEqual(['DestinationBucket', 'RuleId', 'SourceBucket']);
  expect(there.dependencies.map(({ stackName }) => stackName).sort()).toEqual([
    'Stack',
    'Stack-us-east-1-replica-eu-west-1',
  ]);
  for (const other of stack.node.root.node.findAll().filter(Stack.isStack)) {
    expect(other.dependencies).not.toContain(there);
  }
});

test('latencyAlarms: false makes no stack', () => {
  const stack = home();
  monitor(stack, { replication: pairOver(stack).replication, latencyAlarms: false });
  expect(stack.node.tryFindChild('MonitoringStack-eu-west-1')).toBeUndefined();
  expect(alarmsOf(stack)).toHaveLength(1);
});

test('rules that are added later are watched, those that are disabled are not', () => {
  const stack = home();
  const replication = flow(stack);
  const monitoring = monitor(stack, { replication });
  const second = bucket(stack, 'Second');
  replication.addRule({ destination: second, ruleId: 'second' });
  replication.addRule({ destination: second, filter: ReplicationFilter.prefix('a'), enabled: false });
  expect(() => replication.addRule({ destination: bucket(stack, 'Third'), metrics: false })).toThrow(
    /^\[Stack\/Monitoring\] metrics: false at the rule .*set metrics: true/,
  );
  expect(monitoring.failureAlarms).toHaveLength(2);
  expect(monitoring.widgets()).toHaveLength(1 + 2 * 3);
  const { widgets } = bodyOf(stack);
  expect(widgets).toHaveLength(1 + 2 * 3);
  expect(widgets[0].properties.alarms).toHaveLength(4);
});

test('the dashboard has a row for each flow, in the regions of the metrics', () => {
  const stack = home();
  const { replication } = pairOver(stack);
  const canary = new ReplicationCanary(stack, 'Canary', { replication });
  monitor(stack, { replication, canary, dashboardName: 'replication' });
  const { widgets } = bodyOf(stack);
  const id = replication.rules[0].ruleId;
  expect(widgets.map(({ type, properties }: any) => [type, properties.title, properties.region])).toEqual([
    ['alarm', 'S3 replication', undefined],
    ['metric', `Seconds behind: ${id}`, 'eu-west-1'],
    ['metric', `Waiting: ${id}`, 'eu-west-1'],
    // of the stack
    ['metric', `Failed in a minute: ${id}`, 'TOKEN'],
    ['metric', `Seconds of a probe: ${id}`, 'TOKEN'],
  ]);
  expect(widgets[1].properties.annotations.horizontal).toMatchObject([{ value: 3600, label: 'late' }]);
  expect(JSON.stringify(widgets[0].properties.alarms)).toContain(`${id}-latency-`);
  expect(widgets.slice(1).map(({ y, width }: any) => [y, width])).toEqual(Array(4).fill([3, 6]));
});

test('a topic is told of alarms here by CloudWatch, of those elsewhere by events', () => {
  const stack = home();
  const alarmTopic = new sns.Topic(stack, 'Topic');
  monitor(stack, { replication: pairOver(stack).replication, alarmTopic });
  const template = Template.fromStack(stack);
  const topic = { Ref: Match.stringLikeRegexp('Topic') };
  template.hasResourceProperties(ALARM, { AlarmActions: [topic], OKActions: [topic] });
  const there = Template.fromStack(away(stack));
  const [{ Properties: latency }] = Object.values(there.findResources(ALARM));
  expect(latency.AlarmActions).toBeUndefined();
  // who may forget one of the two rules
  there.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.cloudwatch'],
      'detail-type': ['CloudWatch Alarm State Change'],
      resources: [{ 'Fn::GetAtt': [Match.anyValue(), 'Arn'] }],
    },
    Targets: [Match.objectLike({ RoleArn: Match.anyValue() })],
  });
  const home_ = JSON.stringify(
    Object.values(there.findResources('AWS::Events::Rule')).map((it) => it.Properties.Targets),
  );
  expect(home_).toContain(`arn:aws:events:us-east-1:${ENV.account}:event-bus/default`);
  there.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: [Match.objectLike({ Action: 'events:PutEvents' })] },
  });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: { resources: [`arn:aws:cloudwatch:eu-west-1:${ENV.account}:alarm:${latency.AlarmName}`] },
    Targets: [Match.objectLike({ Arn: topic })],
  });
  const [{ Properties: policy }] = Object.values(template.findResources('AWS::SNS::TopicPolicy'));
  const services = policy.PolicyDocument.Statement.map(({ Principal }: any) => Principal.Service);
  expect(services.sort()).toEqual(['cloudwatch.amazonaws.com', 'events.amazonaws.com']);
});

test('the same code deployed to two regions does not meet in one name', () => {
  const app = quietApp();
  const stacks = ['us-east-1', 'us-west-2'].map((region) => {
    const stack = new Stack(app, `Stack-${region}`, { env: { ...ENV, region }, stackName: 'Same' });
    monitor(stack, { replication: pairOver(stack).replication });
    return stack;
  });
  const names = stacks.flatMap((stack) => [away(stack).stackName, alarmsOf(away(stack))[0].AlarmName]);
  expect(new Set(names).size).toBe(4);
});

describe('of a log aggregation', () => {
  const logs = (stack: Stack, ...sources: string[]) => {
    const aggregation = new LogAggregationSRR(stack, 'Logs', { metrics: true });
    sources.forEach((id) => aggregation.addSource(bucket(stack, id), { uniqueKeys: true }));
    return aggregation;
  };

  test('one alarm for any number of sources, which names them', () => {
    const stack = home();
    const { failureAlarms, latencyAlarms } = monitor(stack, { aggregation: logs(stack, 'A', 'B') });
    expect([failureAlarms.length, latencyAlarms.length]).toEqual([1, 0]);
    const [{ Metrics, Threshold, TreatMissingData }] = alarmsOf(stack);
    expect([Threshold, TreatMissingData, Metrics.length]).toEqual([1, 'ignore', 1]);
    expect(
      Metrics[0].Expression['Fn::Join'][1].map((it: unknown) => (typeof it === 'string' ? it : 'NAME')).join(''),
    ).toBe(
      'SELECT SUM(OperationsFailedReplication) FROM SCHEMA("AWS/S3", DestinationBucket, RuleId, SourceBucket) ' +
        "WHERE DestinationBucket = 'NAME' GROUP BY SourceBucket ORDER BY SUM() DESC",
    );
  });

  test('sources that are silent, later ones too', () => {
    const stack = home();
    const aggregation = logs(stack, 'A');
    const monitoring = monitor(stack, { aggregation, silentAfter: Duration.hours(24) });
    aggregation.addSource(bucket(stack, 'B'), { uniqueKeys: true });
    expect(monitoring.silenceAlarms).toHaveLength(2);
    expect(alarmsOf(stack).filter(({ Statistic }) => Statistic === 'SampleCount')).toEqual(
      Array(2).fill(
        expect.objectContaining({
          Period: 3600,
          EvaluationPeriods: 24,
          Threshold: 1,
          ComparisonOperator: 'LessThanThreshold',
          TreatMissingData: 'breaching',
        }),
      ),
    );
  });

  test('a source of another account publishes its metrics there: a warning', () => {
    const stack = home();
    const aggregation = logs(stack);
    monitor(stack, { aggregation });
    const theirs = beside(stack, 'Theirs', { account: THEIRS, region: ENV.region });
    aggregation.addSource(bucket(theirs, 'Source', { bucketName: 'theirs' }), { uniqueKeys: true });
    Template.fromStack(stack);
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp(`'Theirs/Source' is in account '${THEIRS}'`));
  });

  test('without metrics there is nothing to see', () => {
    const stack = home();
    const aggregation = new LogAggregationSRR(stack, 'Logs');
    aggregation.addSource(bucket(stack, 'A'));
    expect(() => monitor(stack, { aggregation })).toThrow('set metrics: true on the LogAggregationSRR');
  });
});

test.each<[string, (stack: Stack) => unknown, string]>([
  ['neither', (it) => monitor(it, {}), 'neither replication nor aggregation'],
  [
    'both',
    (it) => monitor(it, { replication: flow(it), aggregation: new LogAggregationSRR(it, 'L') }),
    'replication together with aggregation',
  ],
  ['a threshold of 0', (it) => monitor(it, { replication: flow(it), failureThreshold: 0 }), 'failureThreshold 0'],
  [
    'seconds',
    (it) => monitor(it, { replication: flow(it), latencyThreshold: Duration.seconds(30) }),
    'latencyThreshold of 30 seconds',
  ],
  [
    'a threshold of no alarm',
    (it) => monitor(it, { replication: flow(it), latencyThreshold: Duration.hours(1), latencyAlarms: false }),
    'latencyThreshold together with latencyAlarms: false',
  ],
  [
    'silence of one replication',
    (it) => monitor(it, { replication: flow(it), silentAfter: Duration.hours(1) }),
    'replication together with silentAfter',
  ],
  [
    'silence of nine days',
    (it) => monitor(it, { aggregation: new LogAggregationSRR(it, 'L'), silentAfter: Duration.days(9) }),
    'silentAfter of 216 hours',
  ],
  [
    'latency of an aggregation',
    (it) => monitor(it, { aggregation: new LogAggregationSRR(it, 'L'), latencyAlarms: true }),
    'aggregation together with latencyAlarms',
  ],
  ['a rule without metrics', (it) => monitor(it, { replication: flow(it, { metrics: false }) }), 'set metrics: true'],
  [
    'a stack of another region',
    (it) => monitor(inEurope(it), { replication: flow(it) }),
    "the stack in region 'eu-west-1'",
  ],
  [
    'a stack without a region',
    (it) => monitor(beside(it, 'Open', { account: ENV.account }), { replication: flow(it) }),
    "the stack in region unknown at synthesis, the bucket 'Stack/Source' in 'us-east-1'",
  ],
  [
    'a FIFO topic',
    (it) => monitor(it, { replication: flow(it), alarmTopic: new sns.Topic(it, 'T', { fifo: true }) }),
    "alarmTopic 'Stack/T', which is FIFO",
  ],
  [
    'a topic elsewhere',
    (it) =>
      monitor(it, {
        replication: flow(it),
        alarmTopic: sns.Topic.fromTopicArn(it, 'T', `arn:aws:sns:eu-west-1:${ENV.account}:t`),
      }),
    "alarmTopic 'Stack/T' in region 'eu-west-1', the alarms in 'us-east-1'",
  ],
  [
    'the canary of another source',
    (it) => {
      const other = new ReplicatedBucketPair(it, 'Other');
      const canary = new ReplicationCanary(it, 'Canary', { replication: other.replication });
      monitor(it, { replication: flow(it), canary });
    },
    "the canary 'Stack/Canary', which does not probe the source 'Stack/Source'",
  ],
])('refused at once: %s', (_, build, message) => expect(() => build(home())).toThrow(message));

test('an encrypted topic: an AWS managed key is an error, a key that lets nobody in a warning', () => {
  const told = (masterKey: (stack: Stack) => kms.IKey) => {
    const stack = home();
    monitor(stack, {
      replication: flow(stack),
      alarmTopic: new sns.Topic(stack, 'Topic', { masterKey: masterKey(stack) }),
    });
    return stack;
  };
  expect(() => Template.fromStack(told((it) => kms.Alias.fromAliasName(it, 'Sns', 'alias/aws/sns')))).toThrow(
    '[cdk-s3-replication:targetWithManagedKey]',
  );
  const warned = told((it) => new kms.Key(it, 'Key'));
  Template.fromStack(warned);
  const text = Match.stringLikeRegexp('whose policy does not let cloudwatch.amazonaws.com use it: messages are lost');
  Annotations.fromStack(warned).hasWarning('*', text);
});

test('widgets go into dashboards of your own', () => {
  const stack = home();
  const monitoring = monitor(stack, { replication: flow(stack), dashboard: false });
  expect(monitoring.dashboard).toBeUndefined();
  new cloudwatch.Dashboard(stack, 'Own', { widgets: [monitoring.widgets()] });
  expect(bodyOf(stack).widgets).toHaveLength(4);
});

test('nothing of buckets, role and rules changes for who is watched', () => {
  const replicated = (watched: boolean) => {
    const stack = home();
    const source = new s3.Bucket(stack, 'Source');
    const replication = flow(stack, {}, source);
    if (watched) {
      monitor(stack, { replication, alarmTopic: new sns.Topic(stack, 'Topic') });
      replication.metricOperationsFailedReplication(stack.node.findChild('Destination') as s3.Bucket);
    }
    const { Resources } = Template.fromStack(stack).toJSON();
    return Object.fromEntries(Object.entries<any>(Resources).filter(([, { Type }]) => /S3|IAM::Role|KMS/.test(Type)));
  };
  expect(replicated(true)).toEqual(replicated(false));
});
