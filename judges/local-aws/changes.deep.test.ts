import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { aws_s3 as s3, RemovalPolicy } from 'aws-cdk-lib';
import { deploy, destroy, tryDeploy } from './cdk';
import { DeployedBucket, liveConfiguration } from './deployed-rules';
import { deployed, synthesize } from './inline-app';
import { BucketThere, look, s3Client, write } from './objects';
import { ACCOUNT, LocalAws, startLocalAws } from './server';
import { BucketReplication, ReplicatedBucketPair, ReplicationFilter, ReplicationRule } from 'cdk-s3-replication';

let aws: LocalAws;
beforeAll(async () => (aws = await startLocalAws()), 60_000);
afterAll(async () => aws?.stop());

const isThere = ({ s3: client, name }: BucketThere) =>
  client.send(new HeadBucketCommand({ Bucket: name })).then(
    () => true,
    (error) => {
      if (error.name !== 'NotFound') throw error;
      return false;
    },
  );
const there = (name: string, region = 'us-east-1') => ({ s3: s3Client(aws, { region }), name });

describe.each([
  ['a made-up name', undefined],
  ['a given name', 'given-name'],
])('a source with %s', (title, bucketName) => {
  type Ends = { near: s3.Bucket; far: s3.Bucket };
  const prefix = title.replace(/\W/g, '');
  let buckets: Map<string, DeployedBucket>;
  const app = (rules?: (ends: Ends) => ReplicationRule[]) =>
    synthesize(({ us, europe }) => {
      const source = new s3.Bucket(us, `${prefix}Source`, { bucketName, versioned: true });
      const ends = { near: new s3.Bucket(us, `${prefix}Near`), far: new s3.Bucket(europe, `${prefix}Far`) };
      if (rules) new BucketReplication(us, `${prefix}Replication`, { source, rules: rules(ends) });
    });
  const at = (path: string) => buckets.get(path.replace('/', `/${prefix}`))!;

  /** What becomes of an object: at the source, at the near end, at the far end. */
  const seen = async (key: string) => {
    await write(at('Us/Source'), key);
    const ends = [at('Us/Source'), at('Us/Near'), at('Europe/Far')];
    return Promise.all(ends.map(async (end) => (await look(end, key)).status));
  };
  const asInTemplate = async () =>
    expect(await liveConfiguration(at('Us/Source'))).toEqual(at('Us/Source').configuration);

  test('is created with a rule', async () => {
    buckets = await deployed(
      aws,
      app(({ near }) => [{ destination: near, filter: ReplicationFilter.prefix('logs/') }]),
    );
    await asInTemplate();
    expect(await seen('logs/1')).toEqual(['COMPLETED', 'REPLICA', 'absent']);
    expect(await seen('audit/1')).toEqual(['none', 'absent', 'absent']);
  });

  test('gets another filter, and a second destination', async () => {
    buckets = await deployed(
      aws,
      app(({ near, far }) => [
        { destination: near, filter: ReplicationFilter.prefix('audit/') },
        { destination: far, filter: ReplicationFilter.prefix('logs/') },
      ]),
    );
    await asInTemplate();
    expect(await seen('logs/2')).toEqual(['COMPLETED', 'absent', 'REPLICA']);
    expect(await seen('audit/2')).toEqual(['COMPLETED', 'REPLICA', 'absent']);
    expect(await look(at('Us/Near'), 'logs/1')).toMatchObject({ status: 'REPLICA' });
  });

  test('loses a rule, and another one is disabled', async () => {
    buckets = await deployed(
      aws,
      app(({ near }) => [{ destination: near, filter: ReplicationFilter.prefix('audit/'), enabled: false }]),
    );
    await asInTemplate();
    expect(await seen('logs/3')).toEqual(['none', 'absent', 'absent']);
    expect(await seen('audit/3')).toEqual(['none', 'absent', 'absent']);
  });

  test('is replicated no more', async () => {
    buckets = await deployed(aws, app());
    expect(at('Us/Source').configuration).toBeUndefined();
    await asInTemplate();
    expect(await seen('audit/4')).toEqual(['none', 'absent', 'absent']);
  });

  test('is replicated again, and goes on when its stacks are deleted', async () => {
    const again = app(({ far }) => [{ destination: far }]);
    buckets = await deployed(aws, again);
    expect(await seen('logs/5')).toEqual(['COMPLETED', 'absent', 'REPLICA']);
    await destroy(aws, { app: again.directory });
    await asInTemplate();
    expect(await seen('logs/6')).toEqual(['COMPLETED', 'absent', 'REPLICA']);
  });
});

test('a pair that empties itself is deleted with its objects, and another pair is kept with its own', async () => {
  const app = synthesize(({ us }) => {
    new ReplicatedBucketPair(us, 'Gone', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true });
    new ReplicatedBucketPair(us, 'Kept', { destinationRegion: 'eu-west-1' });
  });
  const buckets = await deployed(aws, app);
  const ends = [...buckets.values()];
  for (const source of ends.filter(({ configuration }) => configuration)) await write(source, 'a');
  expect(await Promise.all(ends.map(async (end) => (await look(end, 'a')).status))).toEqual(
    ends.map(({ configuration }) => (configuration ? 'COMPLETED' : 'REPLICA')),
  );
  await destroy(aws, { app: app.directory });
  for (const end of ends) expect([end.path, await isThere(end)]).toEqual([end.path, end.path.includes('Kept')]);
});

describe('what must fail', () => {
  const byHand = (destination: string) => ({
    bucketName: `source-of-${destination}`,
    versioningConfiguration: { status: 'Enabled' },
    replicationConfiguration: {
      role: `arn:aws:iam::${ACCOUNT}:role/any`,
      rules: [
        {
          id: 'one',
          priority: 1,
          status: 'Enabled',
          filter: { prefix: '' },
          deleteMarkerReplication: { status: 'Disabled' },
          destination: { bucket: `arn:aws:s3:::${destination}` },
        },
      ],
    },
  });

  test('a source that does not wait for its destination, until the destination is there', async () => {
    const { directory } = synthesize(({ us, europe }) => {
      new s3.CfnBucket(us, 'Source', byHand('late'));
      new s3.Bucket(europe, 'Late', { bucketName: 'late', versioned: true });
    });
    const early = await tryDeploy(aws, { app: directory, stacks: ['Us'] });
    expect(early).toEqual({ ok: false, output: expect.stringContaining('Destination bucket must exist.') });
    expect(await isThere(there('source-of-late'))).toBe(false);
    await deploy(aws, { app: directory, stacks: ['Europe'] });
    await deploy(aws, { app: directory, stacks: ['Us'] });
    expect((await liveConfiguration(there('source-of-late')))!.Rules).toHaveLength(1);
  });

  test('a destination without versioning', async () => {
    const { directory } = synthesize(({ us, europe }) => {
      new s3.CfnBucket(us, 'Source', byHand('bare'));
      new s3.Bucket(europe, 'Bare', { bucketName: 'bare' });
      us.node.addDependency(europe);
    });
    const { ok, output } = await tryDeploy(aws, { app: directory });
    expect(ok).toBe(false);
    expect(output).toContain('Destination bucket must have versioning enabled.');
    expect(await isThere(there('source-of-bare'))).toBe(false);
    expect(await isThere(there('bare', 'eu-west-1'))).toBe(true);
  });

  test('the stack of a source alone, of an app of the library', async () => {
    const { directory } = synthesize(({ us, europe }) => {
      const source = new s3.Bucket(us, 'Alone', { bucketName: 'alone' });
      new BucketReplication(us, 'OfAlone', { source, rules: [{ destination: new s3.Bucket(europe, 'Missing') }] });
    });
    await destroy(aws, { app: directory });
    const { ok, output } = await tryDeploy(aws, { app: directory, stacks: ['Us'], more: ['--exclusively'] });
    expect(ok).toBe(false);
    expect(output).toContain("Stack 'Europe' does not exist in eu-west-1");
    expect(await isThere(there('alone'))).toBe(false);
  });
});
