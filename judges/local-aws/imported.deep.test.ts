import { CreateBucketCommand, DeleteBucketCommand, GetBucketVersioningCommand, PutBucketReplicationCommand, PutBucketVersioningCommand, ReplicationRule } from '@aws-sdk/client-s3'; // prettier-ignore
import { aws_iam as iam, aws_s3 as s3, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { bootstrap, deploy, destroy, tryDeploy } from './cdk';
import { deployedBuckets, liveConfiguration } from './deployed-rules';
import { BucketThere, look, s3Client, write } from './objects';
import { ACCOUNT, LocalAws, startLocalAws } from './server';
import { quietApp } from '../../test/app';
import { bucket } from '../../test/builders';
import { readStacks } from '../assembly/stacks';
import { BidirectionalReplication, BucketReplication, ReplicationFilter } from 'cdk-s3-replication';

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws();
  await bootstrap(aws, [{ account: ACCOUNT, region: 'us-east-1' }]);
}, 60_000);
afterAll(async () => aws?.stop());

const THEIR_ROLE = 'their-role';
const theirRoleArn = `arn:aws:iam::${ACCOUNT}:role/${THEIR_ROLE}`;
const THEIRS: ReplicationRule = {
  ID: 'theirs',
  Priority: 7,
  Status: 'Enabled',
  Filter: { Prefix: 'theirs/' },
  DeleteMarkerReplication: { Status: 'Disabled' },
  Destination: { Bucket: 'arn:aws:s3:::elsewhere' },
};

/** A bucket that something else has made, with versioning unless it says otherwise. */
async function shared(name: string, { region = 'us-east-1', versioned = true } = {}): Promise<BucketThere> {
  const client = s3Client(aws, { region });
  const at = region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } };
  await client.send(new CreateBucketCommand({ Bucket: name, ...at }));
  if (versioned) {
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
  }
  return { s3: client, name };
}

const replicate = (it: BucketThere, rules: ReplicationRule[], Role = theirRoleArn) =>
  it.s3.send(new PutBucketReplicationCommand({ Bucket: it.name, ReplicationConfiguration: { Role, Rules: rules } }));

/** An app of one stack, which is deployed with `define` and then as it is defined again. */
function appOf(id: string, define: (stack: Stack) => void) {
  const app = quietApp();
  const stack = new Stack(app, id, { env: { account: ACCOUNT, region: 'us-east-1' } });
  define(stack);
  const { directory } = app.synth();
  return { app: directory, stacks: readStacks(directory) };
}
const deployed = async (it: ReturnType<typeof appOf>) => {
  await deploy(aws, { app: it.app });
  return deployedBuckets(aws, it.stacks);
};
const kept = { removalPolicy: RemovalPolicy.RETAIN };
const idsIn = async (it: BucketThere) => (await liveConfiguration(it))?.Rules?.map(({ ID }) => ID!).sort();
const OURS = expect.stringMatching(/^[0-9a-f]{8}-/);

test('rules come among those of somebody else, with their role; they change, and go', async () => {
  const there = await shared('shared-merged');
  await shared('elsewhere');
  // the role of those rules is somebody else's, too
  await deployed(appOf('Theirs', (stack) => new iam.Role(stack, 'Role', { roleName: THEIR_ROLE, assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') }))); // prettier-ignore
  await replicate(there, [THEIRS]);
  const before = await liveConfiguration(there);
  const app = (...prefixes: string[]) =>
    appOf('Merged', (stack) => {
      const destination = bucket(stack, 'Replica', kept);
      if (prefixes.length === 0) return;
      new BucketReplication(stack, 'Replication', {
        source: s3.Bucket.fromBucketName(stack, 'Shared', there.name),
        role: iam.Role.fromRoleName(stack, 'Role', THEIR_ROLE),
        rules: prefixes.map((prefix) => ({ destination, filter: ReplicationFilter.prefix(prefix) })),
      });
    });
  const replica = (await deployed(app('a/'))).get('Merged/Replica')!;
  expect(await idsIn(there)).toEqual([OURS, 'theirs']);
  await write(there, 'a/1');
  expect([(await look(there, 'a/1')).status, (await look(replica, 'a/1')).status]).toEqual(['COMPLETED', 'REPLICA']);

  // somebody adds a rule between two deployments
  const now = (await liveConfiguration(there))!.Rules!;
  await replicate(there, [...now, { ...THEIRS, ID: 'later', Priority: 70 }]);
  await deployed(app('a/', 'b/'));
  expect(await idsIn(there)).toEqual([OURS, OURS, 'later', 'theirs']);

  await deployed(app());
  expect(await idsIn(there)).toEqual(['later', 'theirs']);
  const left = (await liveConfiguration(there))!;
  expect(left.Rules!.find(({ ID }) => ID === 'theirs')).toEqual(before!.Rules![0]);
  expect(left.Role).toBe(before!.Role);
  await destroy(aws, { app: app().app });
}, 120_000);

test('without their role it is refused, with what to do; nothing changes, and the stack can be deleted', async () => {
  const there = await shared('shared-refused');
  await replicate(there, [THEIRS]);
  const app = appOf('Refused', (stack) =>
    BucketReplication.of(s3.Bucket.fromBucketName(stack, 'Shared', there.name)).addRule({
      destination: bucket(stack, 'Replica'),
    }),
  );
  const { ok, output } = await tryDeploy(aws, { app: app.app });
  expect(ok).toBe(false);
  expect(output).toContain(`give role ${theirRoleArn} to this replication`);
  expect(await idsIn(there)).toEqual(['theirs']);
  await destroy(aws, { app: app.app });
  expect(await idsIn(there)).toEqual(['theirs']);
}, 120_000);

test('of another region, without versioning: it is switched on, and stays', async () => {
  const there = await shared('shared-far', { region: 'eu-west-1', versioned: false });
  const app = appOf('Far', (stack) => {
    const source = s3.Bucket.fromBucketAttributes(stack, 'Shared', { bucketName: there.name, region: 'eu-west-1' });
    new BucketReplication(stack, 'Replication', {
      source,
      enableVersioning: true,
      rules: [{ destination: bucket(stack, 'Replica', kept) }],
    });
  });
  await deployed(app);
  expect(await idsIn(there)).toEqual([OURS]);
  await destroy(aws, { app: app.app });
  expect(await idsIn(there)).toBeUndefined();
  expect((await there.s3.send(new GetBucketVersioningCommand({ Bucket: there.name }))).Status).toBe('Enabled');
}, 120_000);

test('without versioning, and without being asked for it: the reason is said', async () => {
  const there = await shared('shared-unversioned', { versioned: false });
  const app = appOf('Unversioned', (stack) =>
    BucketReplication.of(s3.Bucket.fromBucketName(stack, 'Shared', there.name)).addRule({
      destination: bucket(stack, 'Replica'),
    }),
  );
  const { ok, output } = await tryDeploy(aws, { app: app.app });
  expect([ok, output]).toEqual([false, expect.stringContaining('set enableVersioning')]);
  await destroy(aws, { app: app.app });
}, 120_000);

test('deleted by hand: the stack can be deleted', async () => {
  const there = await shared('shared-deleted');
  const app = appOf('Deleted', (stack) =>
    BucketReplication.of(s3.Bucket.fromBucketName(stack, 'Shared', there.name)).addRule({
      destination: bucket(stack, 'Replica', kept),
    }),
  );
  await deployed(app);
  await there.s3.send(new DeleteBucketCommand({ Bucket: there.name }));
  await destroy(aws, { app: app.app });
}, 120_000);

test('another bucket: the former is cleaned, the new one has the rules', async () => {
  const [former, next] = [await shared('shared-former'), await shared('shared-next')];
  const app = (name: string) =>
    appOf('Moved', (stack) =>
      BucketReplication.of(s3.Bucket.fromBucketName(stack, 'Shared', name)).addRule({
        destination: bucket(stack, 'Replica', kept),
      }),
    );
  await deployed(app(former.name));
  await deployed(app(next.name));
  expect([await idsIn(former), await idsIn(next)]).toEqual([undefined, [OURS]]);
  await destroy(aws, { app: app(next.name).app });
}, 120_000);

test('a second bucket that is removed from the two: the first one is a plain pair, and nothing is left of the other', async () => {
  const app = (both: boolean) =>
    appOf('Both', (stack) => {
      const [first, second] = [bucket(stack, 'A', kept), bucket(stack, 'B', kept)];
      if (both) new BidirectionalReplication(stack, 'Active', { first, second });
      else BucketReplication.of(first).addRule({ destination: second, deleteMarkerReplication: true });
    });
  const buckets = await deployed(app(true));
  const [a, b] = ['A', 'B'].map((id) => buckets.get(`Both/${id}`)!);
  expect([await idsIn(a), await idsIn(b)]).toEqual([[expect.any(String)], [OURS]]);
  await deployed(app(false));
  expect([await idsIn(a), await idsIn(b)]).toEqual([[expect.any(String)], undefined]);
  await destroy(aws, { app: app(false).app });
}, 120_000);
