import { DeleteBucketCommand } from '@aws-sdk/client-s3';
import { aws_s3 as s3, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { bootstrap, deploy, destroy, tryDeploy } from './cdk';
import { DeployedBucket, deployedBuckets, liveConfiguration } from './deployed-rules';
import { look, write } from './objects';
import { ACCOUNT, LocalAws, startLocalAws } from './server';
import { quietApp } from '../../test/app';
import { bucket } from '../../test/builders';
import { readStacks } from '../assembly/stacks';
import { BidirectionalReplication, BucketReplication, ReplicationFilter } from 'cdk-s3-replication';

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws({ asksIam: true });
  await bootstrap(aws, [{ account: ACCOUNT, region: 'us-east-1' }]);
}, 60_000);
afterAll(async () => aws?.stop());

const kept = { removalPolicy: RemovalPolicy.RETAIN };

function appOf(id: string, define: (stack: Stack) => void) {
  const app = quietApp();
  define(new Stack(app, id, { env: { account: ACCOUNT, region: 'us-east-1' } }));
  const { directory } = app.synth();
  return { app: directory, stacks: readStacks(directory) };
}
const deployed = async (it: ReturnType<typeof appOf>) => {
  await deploy(aws, { app: it.app });
  return deployedBuckets(aws, it.stacks);
};
const rulesOf = async (it: DeployedBucket) => (await liveConfiguration(it))?.Rules?.length ?? 0;

/** Two buckets that replicate to each other, one of which has a name. */
const both = (id: string, bucketName: string, more: (stack: Stack, second: s3.Bucket) => void = () => undefined) =>
  appOf(id, (stack) => {
    const [first, second] = [bucket(stack, 'A', kept), bucket(stack, 'B', { ...kept, bucketName })];
    new BidirectionalReplication(stack, 'Active', { first, second });
    more(stack, second);
  });

test('a second bucket of another name: it has the rules, both ways work, and the stack can be deleted', async () => {
  await deployed(both('Renamed', 'second-of-old'));
  const after = both('Renamed', 'second-of-new');
  const buckets = await deployed(after);
  const [a, b] = ['A', 'B'].map((id) => buckets.get(`Renamed/${id}`)!);
  expect([b.name, await rulesOf(a), await rulesOf(b)]).toEqual(['second-of-new', 1, 1]);
  await write(b, 'x');
  expect([(await look(b, 'x')).status, (await look(a, 'x')).status]).toEqual(['COMPLETED', 'REPLICA']);
  await destroy(aws, { app: after.app });
}, 120_000);

test('an update that fails is rolled back to the rules that were there; the stack can be updated and deleted', async () => {
  const before = both('Back', 'second-of-back');
  const b = (await deployed(before)).get('Back/B')!;
  const was = await liveConfiguration(b);
  const third = (stack: Stack, second: s3.Bucket) => {
    const replication = BucketReplication.of(second);
    const filter = ReplicationFilter.prefix('third/');
    replication.addRule({ destination: bucket(stack, 'C', kept), filter });
    return replication;
  };
  const failing = both('Back', 'second-of-back', (stack, second) => {
    // a name that is taken, asked for when the rules are written
    bucket(stack, 'Taken', { bucketName: 'second-of-back-taken' }).node.addDependency(third(stack, second));
  });
  await deployed(appOf('Owner', (stack) => bucket(stack, 'Taken', { ...kept, bucketName: 'second-of-back-taken' })));
  const { ok } = await tryDeploy(aws, { app: failing.app });
  expect([ok, await liveConfiguration(b)]).toEqual([false, was]);

  const after = both('Back', 'second-of-back', third);
  await deployed(after);
  expect(await rulesOf(b)).toBe(2);
  await destroy(aws, { app: after.app });
  expect(await rulesOf(b)).toBe(0);
}, 180_000);

test('a second bucket that was deleted by hand: the stack can be deleted', async () => {
  const app = both('Gone', 'second-of-gone');
  const b = (await deployed(app)).get('Gone/B')!;
  await b.s3.send(new DeleteBucketCommand({ Bucket: b.name }));
  await destroy(aws, { app: app.app });
}, 120_000);
