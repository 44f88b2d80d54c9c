import { App, aws_cloudwatch as cloudwatch, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BucketReplication, ReplicatedBucketPair, ReplicationFilter, ReplicationRule } from '../../src';
import { testApp } from '../app';
import { bucket, ENV, inEurope } from '../builders';

const METRICS = {
  ReplicationLatency: 'metricReplicationLatency',
  BytesPendingReplication: 'metricBytesPendingReplication',
  OperationsPendingReplication: 'metricOperationsPendingReplication',
  OperationsFailedReplication: 'metricOperationsFailedReplication',
} as const;
const NAMES = Object.keys(METRICS) as Array<keyof typeof METRICS>;

const home = (app: App = testApp()) => new Stack(app, 'Stack', { env: ENV });
const replicationOf = (stack: Stack, ...rules: ReplicationRule[]) =>
  new BucketReplication(stack, 'Replication', { source: bucket(stack, 'Source'), rules });

/** The only alarm of a stack, as it is in the template. */
const alarmOf = (stack: Stack) =>
  Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'))[0].Properties;

test.each(NAMES)('%s of a pair over regions: dimensions, statistic, region and account', (name) => {
  const stack = home();
  const { destination, replication } = new ReplicatedBucketPair(stack, 'Pair', {
    destinationRegion: 'eu-west-1',
  });
  const failed = name === 'OperationsFailedReplication';
  const metric = replication[METRICS[name]](destination);
  expect(metric).toMatchObject({
    namespace: 'AWS/S3',
    metricName: name,
    statistic: failed ? 'Sum' : 'Maximum',
    region: failed ? 'us-east-1' : 'eu-west-1',
    account: ENV.account,
  });
  expect(metric.period.toSeconds()).toBe(60);
  metric.createAlarm(failed ? stack : inEurope(stack), 'Alarm', { threshold: 1, evaluationPeriods: 1 });
  const alarm = alarmOf(failed ? stack : (stack.node.root.node.findChild('Europe') as Stack));
  expect(alarm.Dimensions.map((it: any) => it.Name).sort()).toEqual(['DestinationBucket', 'RuleId', 'SourceBucket']);
  const valueOf = (wanted: string) => alarm.Dimensions.find((it: any) => it.Name === wanted).Value;
  expect(valueOf('RuleId')).toBe(replication.rules[0].ruleId);
  expect(alarm).toMatchObject({ Namespace: 'AWS/S3', MetricName: name, Period: 60 });
  expect(JSON.stringify(valueOf(failed ? 'DestinationBucket' : 'SourceBucket'))).toContain('Fn::GetStackOutput');
});

test('within one stack the buckets are referred to by their names', () => {
  const stack = home();
  const destination = bucket(stack, 'Destination');
  const replication = replicationOf(stack, { destination });
  replication
    .metricReplicationLatency(destination)
    .createAlarm(stack, 'Alarm', { threshold: 900, evaluationPeriods: 5 });
  const names = ['Destination', 'Source'].map((id) =>
    stack.resolve((stack.node.findChild(id) as s3.Bucket).bucketName),
  );
  expect(alarmOf(stack).Dimensions).toEqual([
    { Name: 'DestinationBucket', Value: names[0] },
    { Name: 'RuleId', Value: replication.rules[0].ruleId },
    { Name: 'SourceBucket', Value: names[1] },
  ]);
});

test('a dashboard of several flows, one of them of an imported destination', () => {
  const stack = home();
  const destination = s3.Bucket.fromBucketAttributes(stack, 'There', { bucketName: 'there', region: 'eu-west-1' });
  const replication = replicationOf(stack, { destination });
  new cloudwatch.Dashboard(stack, 'Dashboard', {
    widgets: [[new cloudwatch.GraphWidget({ left: [replication.metricBytesPendingReplication(destination)] })]],
  });
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'));
  const body = JSON.stringify(Properties.DashboardBody);
  expect(body).toContain('\\"DestinationBucket\\",\\"there\\"');
  expect(body).toContain('\\"region\\":\\"eu-west-1\\"');
});

test('what the user wants otherwise', () => {
  const stack = home();
  const destination = bucket(stack, 'Destination');
  const replication = replicationOf(stack, { destination });
  const metric = replication.metricReplicationLatency(destination, {
    label: 'behind',
    statistic: 'p99',
    color: '#ff0000',
  });
  expect(metric).toMatchObject({ label: 'behind', statistic: 'p99', color: '#ff0000' });
});

test('a rule of several is meant by its id, later ones too', () => {
  const stack = home();
  const destination = bucket(stack, 'Destination');
  const replication = replicationOf(stack, { destination, ruleId: 'all' });
  const before = replication.metricOperationsFailedReplication(destination);
  replication.addRule({ destination, filter: ReplicationFilter.prefix('logs/'), ruleId: 'logs' });
  expect(before.dimensions).toMatchObject({ RuleId: 'all' });
  expect(replication.metricOperationsFailedReplication(destination, { ruleId: 'logs' }).dimensions).toMatchObject({
    RuleId: 'logs',
  });
  expect(() => replication.metricOperationsFailedReplication(destination)).toThrow(
    `[Stack/Replication] 2 rules to 'Stack/Destination': 'all', 'logs': S3 publishes metrics for each rule; ` +
      `say with ruleId which one is meant, for example ruleId: 'all'`,
  );
  expect(() => replication.metricOperationsFailedReplication(destination, { ruleId: 'log' })).toThrow(
    `[Stack/Replication] ruleId 'log' for the destination 'Stack/Destination', to which 'all', 'logs' replicate: ` +
      `S3 publishes metrics for each rule, by its id; give one of 'all', 'logs' as ruleId`,
  );
});

test('refused: no rule, and a rule without metrics', () => {
  const stack = home();
  const [destination, other] = ['Destination', 'Other'].map((id) => bucket(stack, id));
  const replication = replicationOf(stack);
  const latency = () => replication.metricReplicationLatency(destination);
  expect(latency).toThrow(
    `[Stack/Replication] a metric of replication to 'Stack/Destination'; rules replicate to no bucket: `,
  );
  replication.addRule({ destination: other });
  expect(latency).toThrow(`rules replicate to 'Stack/Other': S3 publishes metrics for each rule; add the rule first`);
  replication.addRule({ destination, metrics: false, ruleId: 'quiet' });
  expect(latency).toThrow(
    `[Stack/Replication] metrics: false at the rule 'quiet': S3 publishes no replication metrics of that rule, and an ` +
      `alarm on one would never go off; set metrics: true on that rule, or leave it out`,
  );
});

test('one region that nobody knows: no region is named; two of which one is known: refused for what is published there', () => {
  const stack = new Stack(testApp(), 'Stack');
  const destination = bucket(stack, 'Destination');
  const elsewhere = s3.Bucket.fromBucketAttributes(stack, 'There', { bucketName: 'there', region: 'eu-west-1' });
  const replication = replicationOf(stack, { destination }, { destination: elsewhere });
  expect(replication.metricReplicationLatency(destination).region).toBeUndefined();
  expect(replication.metricOperationsFailedReplication(elsewhere).region).toBeUndefined();
  expect(() => replication.metricReplicationLatency(elsewhere)).toThrow(
    `region of the source unknown at synthesis, of the destination imported bucket 'there' 'eu-west-1': `,
  );
});

test('an alarm in a stack without a region would watch nothing: an error', () => {
  const stack = home();
  const destination = bucket(stack, 'Destination', { bucketName: 'destination-of-mine' });
  const source = bucket(stack, 'Source', { bucketName: 'source-of-mine' });
  const replication = new BucketReplication(stack, 'Replication', { source, rules: [{ destination }] });
  const alarm = (scope: Stack) =>
    replication
      .metricOperationsFailedReplication(destination)
      .createAlarm(scope, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
  alarm(new Stack(stack.node.root as App, 'Open'));
  expect(() => Template.fromStack(stack)).toThrow(
    /the alarm 'Open\/Alarm\/Resource' on a metric .* in a stack without a region: .*'us-east-1'.*alarmWithoutRegion/,
  );
});
