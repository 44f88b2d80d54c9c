import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { BucketReplication, ReplicaGrants, ReplicatedBucketPair } from 'cdk-s3-replication';
import { DeployedBucket } from './deployed-rules';
import { deployed, InlineApp } from './inline-app';
import { look, write } from './objects';
import { ACCOUNT, LocalAws, startLocalAws } from './server';
import { quietApp } from '../app';
import { readStacks } from '../assembly/stacks';
import { bucket, KMS } from '../builders';

const THEIRS = '222222222222';
let aws: LocalAws;
beforeAll(async () => void (aws = await startLocalAws()), 60_000);
afterAll(async () => {
  await aws?.stop();
  CloudAssembly.cleanupTemporaryDirectories();
});

function synthesize(define: (here: () => Stack, there: () => Stack) => void, name: string): InlineApp {
  const app = quietApp();
  const stacks = new Map<string, Stack>();
  const stack = (id: string, account: string, region: string) => () => {
    const found = stacks.get(id) ?? new Stack(app, id, { env: { account, region } });
    return stacks.set(id, found).get(id)!;
  };
  define(stack(`${name}Here`, ACCOUNT, 'us-east-1'), stack(`${name}There`, THEIRS, 'eu-west-1'));
  const { directory } = app.synth();
  return { directory, stacks: readStacks(directory) };
}

/** What becomes of an object: at the source and at the destination. */
async function fateOf(source: DeployedBucket, copy: DeployedBucket): Promise<[string, string]> {
  await write(source, 'a.txt');
  return [(await look(source, 'a.txt')).status, (await look(copy, 'a.txt')).status];
}
const ARRIVED = ['COMPLETED', 'REPLICA'];
const LOST = ['FAILED', 'absent'];

test('one app for two accounts replicates from the first deployment on', async () => {
  const acls = { objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_PREFERRED };
  const settings: Record<string, [s3.BucketProps, s3.BucketProps]> = {
    Plain: [{}, {}],
    Named: [{ bucketName: 'the-data' }, { bucketName: 'the-backup' }],
    Kms: [{ encryption: KMS }, { encryption: KMS }],
    NamedKms: [
      { encryption: KMS, bucketName: 'the-secrets' },
      { encryption: KMS, bucketName: 'the-secrets-backup', bucketKeyEnabled: true },
    ],
    Acls: [{}, acls],
  };
  const app = synthesize((here, there) => {
    there();
    for (const [id, [source, destination]] of Object.entries(settings)) {
      BucketReplication.of(bucket(here(), id, source)).addRule({ destination: bucket(there(), id, destination) });
    }
    new ReplicatedBucketPair(here(), 'Pair', { destinationStack: there(), encryption: KMS });
  }, 'One');
  const buckets = await deployed(aws, app);
  const fates: Record<string, unknown> = {};
  for (const id of Object.keys(settings)) {
    fates[id] = await fateOf(buckets.get(`OneHere/${id}`)!, buckets.get(`OneThere/${id}`)!);
  }
  const paths = [...buckets.keys()].filter((path) => path.includes('Pair')).sort();
  fates.Pair = await fateOf(buckets.get(paths[0])!, buckets.get(paths[1])!);
  expect(fates).toEqual(Object.fromEntries([...Object.keys(settings), 'Pair'].map((id) => [id, ARRIVED])));
}, 120_000);

test('two apps replicate, when the destination lets the right role in', async () => {
  const grants: Record<string, string> = { 'right-role': 'data-to-backup', 'wrong-role': 'somebody-else' };
  const theirs = synthesize((_, there) => {
    for (const [id, roleName] of Object.entries(grants)) {
      const replica = bucket(there(), id, { bucketName: `two-apps-${id}` });
      ReplicaGrants.fromBucket(replica).replicasFrom({ account: ACCOUNT, roleName });
    }
    bucket(there(), 'nobody', { bucketName: 'two-apps-nobody', versioned: true });
  }, 'Two');
  const copies = await deployed(aws, theirs);

  const ours = synthesize((here) => {
    for (const id of [...Object.keys(grants), 'nobody']) {
      const attributes = { bucketName: `two-apps-${id}`, account: THEIRS, region: 'eu-west-1' };
      new BucketReplication(here(), `${id}-replication`, {
        source: bucket(here(), id),
        roleName: id === 'right-role' ? 'data-to-backup' : id,
        rules: [{ destination: s3.Bucket.fromBucketAttributes(here(), `${id}-theirs`, attributes) }],
      });
    }
  }, 'Two');
  const sources = await deployed(aws, ours);
  const fate = (id: string) => fateOf(sources.get(`TwoHere/${id}`)!, copies.get(`TwoThere/${id}`)!);
  expect(await fate('right-role')).toEqual(ARRIVED);
  expect(await fate('wrong-role')).toEqual(LOST);
  expect(await fate('nobody')).toEqual(LOST);
}, 120_000);
