import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, aws_s3 as s3, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { bootstrap, deploy, destroy, tryDeploy } from './cdk';
import { DeployedBucket, deployedBuckets, liveConfiguration } from './deployed-rules';
import { empty, look, remove, versions, write } from './objects';
import { ACCOUNT, LocalAws, startLocalAws } from './server';
import { quietApp } from '../../test/app';
import { bucket, KMS } from '../../test/builders';
import { readStacks, StackOfApp } from '../assembly/stacks';
import { BidirectionalReplication, MultiRegionReplication } from 'cdk-s3-replication';

const THEIRS = '222222222222';
let aws: LocalAws;
beforeAll(async () => void (aws = await startLocalAws({ asksIam: true })), 60_000);
afterAll(async () => aws?.stop());

const SHAPES: Record<string, (here: Stack, app: App) => unknown> = {
  'one stack': (here) => new BidirectionalReplication(here, 'Active'),
  'two regions': (here) => new BidirectionalReplication(here, 'Active', { secondRegion: 'eu-west-1' }),
  'two accounts': (here, app) => {
    const there = new Stack(app, `${here.node.id}There`, { env: { account: THEIRS, region: 'eu-west-1' } });
    new BidirectionalReplication(here, 'Active', { secondStack: there });
  },
  'keys and Object Lock': (here) =>
    new BidirectionalReplication(here, 'Active', {
      secondRegion: 'eu-west-1',
      encryption: KMS,
      objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)),
      replicationTimeControl: true,
    }),
  'buckets that are given': (here, app) => {
    const other = new Stack(app, `${here.node.id}Other`, { env: { account: ACCOUNT, region: 'eu-west-1' } });
    const kept = { removalPolicy: RemovalPolicy.DESTROY };
    new BidirectionalReplication(here, 'Active', { first: bucket(here, 'A', kept), second: bucket(other, 'B', kept) });
  },
  'three regions': (here) =>
    new MultiRegionReplication(here, 'Global', { regions: ['us-east-1', 'eu-west-1', 'ap-southeast-2'] }),
};

function synthesize(id: string, define: (here: Stack, app: App) => unknown) {
  const app = quietApp();
  define(new Stack(app, id, { env: { account: ACCOUNT, region: 'us-east-1' } }), app);
  const { directory } = app.synth();
  return { directory, stacks: readStacks(directory) };
}

/** What becomes of an object that is written to one bucket: there, and in another one. */
async function fateOf(from: DeployedBucket, to: DeployedBucket, key: string) {
  await write(from, key);
  const fate = [(await look(from, key)).status, (await look(to, key)).status];
  await remove(from, key);
  const deleted = [(await look(from, key)).status, (await look(to, key)).status];
  // nothing goes round: one version at each end
  return [...fate, ...deleted, (await versions(from, key)).length, (await versions(to, key)).length];
}
const BOTH_WAYS = ['COMPLETED', 'REPLICA', 'deleted', 'deleted', 1, 1];

const rulesOf = async (buckets: Map<string, DeployedBucket>) =>
  Promise.all([...buckets.values()].map(async (it) => (await liveConfiguration(it))?.Rules?.length ?? 0));
const deployAll = (directory: string, stacks: StackOfApp[]) =>
  deploy(aws, { app: directory, account: ACCOUNT, stacks: stacks.map(({ id }) => id) });

test.each(Object.entries(SHAPES))(
  '%s: deployed from nothing, objects both ways, again, and destroyed',
  async (shape, define) => {
    const id = shape.replace(/\W/g, '');
    const { directory, stacks } = synthesize(id, define);
    await bootstrap(aws, stacks, ACCOUNT);
    await deployAll(directory, stacks);
    const buckets = await deployedBuckets(aws, stacks);
    const ends = [...buckets.values()];
    const fates = [];
    for (const [i, from] of ends.entries()) {
      for (const to of ends.filter((it) => it !== from)) {
        fates.push(await fateOf(from, to, `from-${i}-to-${ends.indexOf(to)}`));
      }
    }
    // with several destinations an object is in all of them; each is looked at once
    expect(fates).toEqual(fates.map(() => BOTH_WAYS));
    const rules = ends.map(() => ends.length - 1);
    expect(await rulesOf(buckets)).toEqual(rules);

    await deployAll(directory, stacks);
    expect(await rulesOf(buckets)).toEqual(rules);
    for (const it of ends.filter(({ retained }) => !retained)) {
      await empty(it);
    }
    await destroy(aws, { app: directory, account: ACCOUNT, stacks: stacks.map((it) => it.id) });
    // what is retained: the first bucket goes on, as that of a pair does
    const left = await Promise.all(ends.filter(({ retained }) => retained).map(liveConfiguration));
    expect(left.filter((it) => it !== undefined).length).toBeLessThanOrEqual(1);
  },
  180_000,
);

test('a function that may not write rules: the deployment fails, and says so', async () => {
  const { directory, stacks } = synthesize('Denied', (here) => new BidirectionalReplication(here, 'Active'));
  const file = join(directory, 'Denied.template.json');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('s3:PutReplicationConfiguration', 's3:GetBucketTagging'));
  await bootstrap(aws, stacks, ACCOUNT);
  const { ok, output } = await tryDeploy(aws, { app: directory, account: ACCOUNT });
  expect([ok, output]).toEqual([
    false,
    expect.stringMatching(/look for a Deny, or another owner, that keeps the function/),
  ]);
}, 180_000);
