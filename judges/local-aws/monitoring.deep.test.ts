import { PutMetricAlarmCommand, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { GetBucketReplicationCommand, PutBucketReplicationCommand } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { aws_s3_notifications as s3n, aws_sns as sns, aws_sns_subscriptions as subscriptions, aws_sqs as sqs, Duration } from 'aws-cdk-lib'; // prettier-ignore
import { DeployedBucket } from './deployed-rules';
import { deployed, synthesize } from './inline-app';
import { look, versions, write } from './objects';
import { LocalAws, startLocalAws } from './server';
import { alarmStates, drain, forbid, pause, runCanary, until, Watchers, watchers } from './watch';
import { bucket } from '../../test/builders';
import { BucketReplication, ReplicationCanary, ReplicationMonitoring } from 'cdk-s3-replication';

const [SOURCE, DESTINATION, RULE] = ['watched-source', 'watched-destination', 'to-europe'];
let aws: LocalAws;
let here: Watchers;
let there: Watchers;
let source: DeployedBucket;
let destination: DeployedBucket;
let [inbox, failures] = ['', ''];

const watched = synthesize(({ us, europe }) => {
  const replica = bucket(europe, 'Destination', { bucketName: DESTINATION, versioned: true });
  const replication = new BucketReplication(us, 'Replication', {
    source: bucket(us, 'Source', { bucketName: SOURCE, versioned: true }),
    rules: [{ destination: replica, ruleId: RULE }],
  });
  const [mail, events] = ['inbox', 'failures'].map((queueName) => new sqs.Queue(us, queueName, { queueName }));
  const alarmTopic = new sns.Topic(us, 'Topic');
  alarmTopic.addSubscription(new subscriptions.SqsSubscription(mail, { rawMessageDelivery: true }));
  replication.addFailureNotification(new s3n.SqsDestination(events));
  const canary = new ReplicationCanary(us, 'Canary', { replication, alarmTopic, interval: Duration.minutes(5) });
  new ReplicationMonitoring(us, 'Monitoring', { replication, canary, alarmTopic });
});

beforeAll(async () => {
  aws = await startLocalAws();
  const buckets = await deployed(aws, watched);
  [source, destination] = ['Us/Source', 'Europe/Destination'].map((path) => buckets.get(path)!);
  [here, there] = ['us-east-1', 'eu-west-1'].map((region) => watchers(aws, { region }));
  [inbox, failures] = await Promise.all(
    ['inbox', 'failures'].map(
      async (QueueName) => (await here.sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl!,
    ),
  );
}, 300_000);
afterAll(async () => aws?.stop());

const roleNamed = async (part: string) => {
  const { Roles = [] } = await here.iam.send(new ListRolesCommand({}));
  return Roles.map(({ RoleName }) => RoleName!).find((name) => name.includes(part))!;
};
const replicationRole = () => roleNamed('S3Replication');
const stateOf = async (part: string, at = here) =>
  Object.entries(await alarmStates(at)).find(([name]) => name.includes(part))?.[1];
const alarmBeside = (over: Partial<PutMetricAlarmInput>, at = here) =>
  at.cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'control',
      Namespace: 'AWS/S3',
      MetricName: 'OperationsFailedReplication',
      Dimensions: Object.entries({ SourceBucket: SOURCE, DestinationBucket: DESTINATION, RuleId: RULE }).map(
        ([Name, Value]) => ({ Name, Value }),
      ),
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'ignore',
      ...over,
    }),
  );

test('all is well: the object and the probe arrive, and of the probe nothing is left in the source', async () => {
  await drain(here, failures); // a test event
  await write(source, 'fine');
  expect((await look(source, 'fine')).status).toBe('COMPLETED');
  expect(await runCanary(here)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await versions(source, '.replication-canary/probe')).toEqual([]);
  expect(await versions(destination, '.replication-canary/probe')).toHaveLength(1);
  expect(await stateOf('MonitoringFailures')).toBe('OK');
  expect(await stateOf('CanaryAlarm')).toBe('OK');
});

describe('the role may not replicate any more', () => {
  let allowAgain: () => Promise<unknown>;
  beforeAll(async () => {
    await drain(here, inbox);
    // controls: what is watched in a wrong way must not go off
    const wrong = { SourceBucket: SOURCE, DestinationBucket: DESTINATION, RuleId: 'other' };
    const Dimensions = Object.entries(wrong).map(([Name, Value]) => ({ Name, Value }));
    await alarmBeside({ AlarmName: 'wrong dimension', Dimensions });
    await alarmBeside({ AlarmName: 'wrong region' }, there);
    await alarmBeside({ AlarmName: 'five of five', EvaluationPeriods: 5 });
    await alarmBeside({ AlarmName: 'right' });
    allowAgain = await forbid(here, await replicationRole(), 's3:ReplicateObject');
    await write(source, 'lost');
  }, 60_000);

  test('the object fails, and its failure is told with the reason', async () => {
    expect((await look(source, 'lost')).status).toBe('FAILED');
    const told = await until(
      () => drain(here, failures),
      (it) => it.length > 0,
    );
    const [{ Records }] = told.map((it) => JSON.parse(it));
    expect(Records[0]).toMatchObject({
      eventName: expect.stringContaining('Replication:OperationFailedReplication'),
      s3: { object: { key: 'lost' } },
      replicationEventData: { replicationRuleId: RULE, failureReason: 'DstPutObjectNotPermitted' },
    });
  });

  test('the alarm on failures goes off, and the topic is told', async () => {
    expect(await stateOf('MonitoringFailures')).toBe('ALARM');
    const mail = await until(
      () => drain(here, inbox),
      (it) => it.length > 0,
    );
    expect(mail.join()).toContain('MonitoringFailures');
  });

  test('alarms with a wrong dimension, in a wrong region, or that want five values do not', async () => {
    expect(await stateOf('right')).toBe('ALARM');
    expect(await stateOf('wrong dimension')).not.toBe('ALARM');
    expect(await stateOf('five of five')).not.toBe('ALARM');
    expect(await stateOf('wrong region', there)).not.toBe('ALARM');
  });

  test('the canary fails, and its alarm goes off', async () => {
    const { status, probes } = await runCanary(here);
    expect([status, probes?.map((it) => it.status)]).toEqual(['FAILED', ['FAILED']]);
    expect(await stateOf('CanaryAlarm')).toBe('ALARM');
    expect(await versions(source, '.replication-canary/probe')).toEqual([]);
  });

  test('replicas are late: the alarm of the other region is told by the topic of this one', async () => {
    await drain(here, inbox);
    const late = async () => {
      await write(source, 'late');
      return stateOf('latency', there);
    };
    expect(await until(late, (state) => state === 'ALARM')).toBe('ALARM');
    const mail = await until(
      () => drain(here, inbox),
      (it) => it.some((text) => text.includes('eu-west-1')),
    );
    expect(mail.find((text) => text.includes('eu-west-1'))).toMatch(/ALARM: .*to-europe-latency-.* in eu-west-1\./);
  });

  test('the permission is back: the next probe brings all alarms back', async () => {
    await allowAgain();
    await pause(6_000); // an interval of the canary, as fast as they pass here
    expect(await runCanary(here)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stateOf('CanaryAlarm')).toBe('OK');
    expect(await stateOf('MonitoringFailures')).toBe('OK');
  });
});

test('a canary whose role lacks a statement says so, and the alarm goes off', async () => {
  await pause(6_000);
  const allowAgain = await forbid(here, await roleNamed('CanaryRole'), 's3:PutObject');
  const { status, probes } = await runCanary(here, 120_000);
  expect([status, probes?.map((it) => it.status)]).toEqual(['FAILED', ['NOT_WRITTEN']]);
  const state = await until(
    () => stateOf('CanaryAlarm'),
    (it) => it === 'ALARM',
  );
  expect(state).toBe('ALARM'); // with the next interval, in which nothing comes
  await allowAgain();
}, 180_000);

test('a canary whose probe no rule takes says so', async () => {
  const { ReplicationConfiguration: before } = await source.s3.send(
    new GetBucketReplicationCommand({ Bucket: SOURCE }),
  );
  const Rules = before!.Rules!.map((rule) => ({ ...rule, Filter: { Prefix: 'other/' } }));
  await source.s3.send(
    new PutBucketReplicationCommand({ Bucket: SOURCE, ReplicationConfiguration: { Role: before!.Role, Rules } }),
  );
  expect((await runCanary(here)).probes?.map((it) => it.status)).toEqual(['NONE']);
});
