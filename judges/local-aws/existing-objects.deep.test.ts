import { ListRolesCommand } from '@aws-sdk/client-iam';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { aws_sns as sns, aws_sns_subscriptions as subscriptions, aws_sqs as sqs } from 'aws-cdk-lib';
import { DeployedBucket, writeBeforeRules } from './deployed-rules';
import { deployed, synthesize } from './inline-app';
import { look, versions, write } from './objects';
import { LocalAws, startLocalAws } from './server';
import { drain, executions, forbid, outcomeOf, runJob, until, Watchers, watchers } from './watch';
import { bucket, KMS } from '../../test/builders';
import {
  BucketReplication,
  ExistingObjectReplication,
  ReplicationMonitoring,
  ReplicationRepair,
} from 'cdk-s3-replication';

let aws: LocalAws;
let here: Watchers;
let source: DeployedBucket;
let destination: DeployedBucket;
let reports: DeployedBucket;
let inbox: string;

const app = synthesize(({ us, europe }) => {
  const replica = bucket(europe, 'Destination', { bucketName: 'repaired-destination', encryption: KMS });
  const replication = new BucketReplication(us, 'Replication', {
    source: bucket(us, 'Source', { bucketName: 'repaired-source' }),
    rules: [{ destination: replica }],
  });
  const topic = new sns.Topic(us, 'Topic');
  const queue = new sqs.Queue(us, 'inbox', { queueName: 'inbox' });
  topic.addSubscription(new subscriptions.SqsSubscription(queue, { rawMessageDelivery: true }));
  const { failureAlarms: alarms } = new ReplicationMonitoring(us, 'Monitoring', { replication, latencyAlarms: false });
  new ExistingObjectReplication(us, 'Existing', { replication, topic, startOnDeployment: true });
  new ReplicationRepair(us, 'Repair', { replication, topic, alarms, maxJobsPerDay: 2 });
});

beforeAll(async () => {
  aws = await startLocalAws();
  const buckets = await deployed(aws, app);
  [source, destination] = ['Us/Source', 'Europe/Destination'].map((path) => buckets.get(path)!);
  reports = [...buckets.values()].find(({ path }) => path.includes('Reports'))!;
  here = watchers(aws);
  inbox = (await here.sqs.send(new GetQueueUrlCommand({ QueueName: 'inbox' }))).QueueUrl!;
}, 300_000);
afterAll(async () => aws?.stop());

const roleNamed = async (part: string) => {
  const { Roles = [] } = await here.iam.send(new ListRolesCommand({}));
  return Roles.map(({ RoleName }) => RoleName!).find((name) => name.includes(part))!;
};
const replicationRole = () => source.configuration!.Role!.split('/').at(-1)!;
const writeBefore = (...keys: string[]) => writeBeforeRules(source, ...keys);

test('it was started with the deployment, and found nothing to do', async () => {
  const [started] = await until(
    () => executions(here, 'BatchReplication'),
    (all) => all.length > 0,
  );
  expect(await outcomeOf(here, started)).toMatchObject({ status: 'SUCCEEDED', outcome: 'NOTHING_TO_REPLICATE' });
});

test('what was there before arrives, and nothing else is touched', async () => {
  await writeBefore('old-1', 'old-2');
  await write(source, 'new');
  expect([(await look(source, 'old-1')).status, await versions(destination, 'old-1')]).toEqual(['none', []]);
  expect(await runJob(here, { run: 'Existing' })).toMatchObject({ outcome: 'REPLICATED', succeeded: 2, failed: 0 });
  for (const key of ['old-1', 'old-2', 'new']) {
    expect((await look(source, key)).status).toBe('COMPLETED');
    expect(await versions(destination, key)).toEqual(await versions(source, key));
  }
  expect((await drain(here, inbox)).join()).toContain('2 objects replicated, 0 failed');
  expect(await runJob(here, { run: 'Existing' })).toMatchObject({ outcome: 'NOTHING_TO_REPLICATE' });
});

test('nothing failed: no job', async () =>
  expect(await runJob(here, { run: 'Repair' })).toMatchObject({ outcome: 'NOTHING_TO_REPAIR', job: 'none' }));

test('an object fails: the alarm starts the repair, which says that it still fails, and why', async () => {
  await drain(here, inbox);
  const before = await executions(here, 'BatchReplication');
  const allowAgain = await forbid(here, replicationRole(), 's3:ReplicateObject');
  await write(source, 'lost');
  expect((await look(source, 'lost')).status).toBe('FAILED');
  const started = async () => (await executions(here, 'BatchReplication')).filter((it) => !before.includes(it));
  const [byAlarm] = await until(started, (all) => all.length > 0);
  const outcome = await outcomeOf(here, byAlarm);
  expect(outcome).toMatchObject({ status: 'FAILED', outcome: 'STILL_FAILING', failed: 1 });
  expect(outcome.reasons).toEqual(['DstPutObjectNotPermitted']);
  const { Contents = [] } = await reports.s3.send(
    new ListObjectsV2Command({ Bucket: reports.name, Prefix: `batch-replication/job-${outcome.job}/` }),
  );
  expect(Contents.map(({ Key }) => Key!.replace(/.*job-[^/]*\//, '').replace(/[0-9a-f]{40}/, '…'))).toEqual(
    expect.arrayContaining(['manifest.json', 'results/….csv']),
  );
  expect((await drain(here, inbox)).join()).toMatch(
    /STILL_FAILING\. .* Reasons: DstPutObjectNotPermitted\. Report: s3:\/\//,
  );
  await allowAgain();
}, 120_000);

test('the permission is back: the next run repairs it, the one after that has enough', async () => {
  expect(await runJob(here, { run: 'Repair' })).toMatchObject({ outcome: 'REPAIRED', succeeded: 1 });
  expect((await look(source, 'lost')).status).toBe('COMPLETED');
  expect(await versions(destination, 'lost')).toEqual(await versions(source, 'lost'));
  const allowAgain = await forbid(here, replicationRole(), 's3:ReplicateObject');
  await write(source, 'late');
  await allowAgain();
  expect(await runJob(here, { run: 'Repair' })).toMatchObject({ outcome: 'ENOUGH_FOR_TODAY' });
  expect(await runJob(here, { run: 'Repair', force: true })).toMatchObject({ outcome: 'REPAIRED', succeeded: 1 });
}, 120_000);

test('two at once make one job', async () => {
  await writeBefore('twice');
  const both = await Promise.all([runJob(here, { run: 'Existing' }), runJob(here, { run: 'Existing' })]);
  for (const { outcome } of both) expect(['REPLICATED', 'ALREADY_RUNNING']).toContain(outcome);
  expect(new Set(both.flatMap(({ job, outcome }) => (outcome === 'ALREADY_RUNNING' ? [] : [job]))).size).toBe(1);
}, 120_000);

describe('a role that lacks something', () => {
  test.each([
    ['JobRole', 's3:InitiateReplication', 'SOME_FAILED', /InitiateReplicationNotPermitted/],
    ['JobRole', 's3:PutInventoryConfiguration', 'JOB_FAILED', /Access denied/],
    ['JobRole', 's3:PutObject', 'JOB_FAILED', /report could not be written/],
    ['BatchReplicationRole', 's3:CreateJob', 'UNKNOWN', /could not be created/],
    ['BatchReplicationRole', 'iam:PassRole', 'UNKNOWN', /could not be created/],
    ['BatchReplicationRole', 's3:ListJobs', 'UNKNOWN', /could not be listed/],
    ['BatchReplicationRole', 's3:GetObject', 'SOME_FAILED', undefined],
  ])('%s: %s', async (role, action, outcome, reason) => {
    await writeBefore(`${action}-${outcome}`);
    const back = await forbid(here, await roleNamed(role), action);
    const other = action === 's3:GetObject' ? await forbid(here, replicationRole(), 's3:ReplicateObject') : undefined; // prettier-ignore
    const said = await runJob(here, { run: 'Existing' }, 200_000);
    expect(said.outcome).toBe(outcome);
    expect(said.reasons.join()).toMatch(reason ?? /^$/);
    await back();
    await other?.();
  }, 240_000); // prettier-ignore
});

test('more than 10,000 objects, all of them', async () => {
  await runJob(here, { run: 'Existing' });
  const keys = Array.from({ length: 10_200 }, (_, i) => `many/${i}`);
  await writeBefore();
  await writeBefore(...keys);
  const outcome = await runJob(here, { run: 'Existing' }, 500_000);
  expect(outcome).toMatchObject({ outcome: 'REPLICATED', succeeded: 10_200, failed: 0 });
  for (const i of [0, 4711, 10_199]) expect(await versions(destination, `many/${i}`)).toHaveLength(1);
}, 600_000);
