import { aws_kms as kms, aws_s3 as s3, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { DeployedBucket, liveConfiguration } from './deployed-rules';
import { deployed, synthesize } from './inline-app';
import { copy, look, remove, Sight, Tags, versions, write, writeInParts } from './objects';
import { LocalAws, startLocalAws } from './server';
import { BucketReplication, ReplicationFilter, ReplicationRuleOptions } from 'cdk-s3-replication';

const { all, prefix, prefixAndTags, tags } = ReplicationFilter;

/** An object, and what the ends say about it: the source, then the replica. */
type Expected = [key: string, tags: Tags, source: Sight['status'], replica: Sight['status']];

interface Case {
  readonly rule: ReplicationRuleOptions;
  readonly far?: boolean;
  readonly objects: Expected[];
}

const CASES: Record<string, Case> = {
  All: {
    rule: {},
    objects: [
      ['a', {}, 'COMPLETED', 'REPLICA'],
      ['b/c', { k: 'v' }, 'COMPLETED', 'REPLICA'],
    ],
  },
  Prefix: {
    rule: { filter: prefix('logs/') },
    objects: [
      ['logs/a', {}, 'COMPLETED', 'REPLICA'],
      ['logs/', {}, 'COMPLETED', 'REPLICA'],
      ['logs', {}, 'none', 'absent'],
      ['other/logs/a', {}, 'none', 'absent'],
    ],
  },
  Tag: {
    rule: { filter: tags({ copy: 'yes' }) },
    objects: [
      ['a', { copy: 'yes', more: 'x' }, 'COMPLETED', 'REPLICA'],
      ['b', { copy: 'no' }, 'none', 'absent'],
      ['c', {}, 'none', 'absent'],
    ],
  },
  Both: {
    rule: { filter: prefixAndTags('in/', { one: '1', two: '2' }) },
    objects: [
      ['in/a', { one: '1', two: '2' }, 'COMPLETED', 'REPLICA'],
      ['in/b', { one: '1' }, 'none', 'absent'],
      ['out/a', { one: '1', two: '2' }, 'none', 'absent'],
    ],
  },
  Disabled: { rule: { enabled: false }, objects: [['a', {}, 'none', 'absent']] },
  Far: { rule: { filter: all() }, far: true, objects: [['a', { k: 'v' }, 'COMPLETED', 'REPLICA']] },
  FarTimed: { rule: { replicationTimeControl: true }, far: true, objects: [['a', {}, 'COMPLETED', 'REPLICA']] },
};

let aws: LocalAws;
let buckets: Map<string, DeployedBucket>;
const at = (path: string) => buckets.get(path)!;

beforeAll(async () => {
  aws = await startLocalAws();
  buckets = await deployed(
    aws,
    synthesize(({ us, europe }) => {
      for (const [id, { rule, far }] of Object.entries(CASES)) {
        replicate(us, `${id}`, [[new s3.Bucket(far ? europe : us, `${id}Copy`), rule]]);
      }
      replicate(us, 'Deletes', [[new s3.Bucket(us, 'DeletesCopy'), { deleteMarkerReplication: true }]]);
      replicate(us, 'Many', [
        [new s3.Bucket(us, 'ManyNear'), { filter: prefix('near/'), deleteMarkerReplication: true }],
        [new s3.Bucket(europe, 'ManyFar'), {}],
      ]);
      const ranked = new s3.Bucket(us, 'RankedCopy');
      replicate(us, 'Ranked', [
        [ranked, { priority: 5, storageClass: s3.StorageClass.INFREQUENT_ACCESS }],
        [ranked, { priority: 9, storageClass: s3.StorageClass.GLACIER, filter: prefix('old/') }],
        [ranked, { priority: 1, storageClass: s3.StorageClass.ONE_ZONE_INFREQUENT_ACCESS, filter: prefix('old/er/') }],
      ]);
      const secret = { encryption: s3.BucketEncryption.KMS };
      replicate(us, 'Secret', [[new s3.Bucket(europe, 'SecretCopy', secret), {}]], secret);
      replicate(us, 'Keyed', [[new s3.Bucket(us, 'KeyedCopy', { ...secret, bucketKeyEnabled: true }), {}]], {
        encryptionKey: new kms.Key(us, 'KeyOfKeyed'),
        bucketKeyEnabled: true,
      });
      const double = { encryption: s3.BucketEncryption.DSSE };
      const keyOf = (stack: Stack) => ({ encryptionKey: new kms.Key(stack, 'KeyOfDouble') });
      const doubleCopy = new s3.Bucket(europe, 'DoubleCopy', { ...double, ...keyOf(europe) });
      replicate(us, 'Double', [[doubleCopy, {}]], { ...double, ...keyOf(us) });
      const chain = new s3.Bucket(us, 'ChainMiddle');
      replicate(us, 'Chain', [[chain, {}]]);
      new BucketReplication(us, 'OfChainMiddle', {
        source: chain,
        rules: [{ destination: new s3.Bucket(us, 'ChainEnd') }],
      });
    }),
  );
}, 120_000);
afterAll(async () => aws?.stop());

function replicate(
  stack: Stack,
  id: string,
  rules: Array<[s3.Bucket, ReplicationRuleOptions]>,
  props: s3.BucketProps = {},
): void {
  const source = new s3.Bucket(stack, id, { ...props, removalPolicy: RemovalPolicy.RETAIN });
  new BucketReplication(stack, `Of${id}`, {
    source,
    rules: rules.map(([destination, options]) => ({ ...options, destination })),
  });
}

const pathOfCopy = (id: string) => `${CASES[id].far ? 'Europe' : 'Us'}/${id}Copy`;

test.each(Object.entries(CASES).flatMap(([id, { objects }]) => objects.map((it) => [id, ...it] as const)))(
  'rule %s: object %s with tags %j is %s at the source and %s at the destination',
  async (id, key, objectTags, atSource, atCopy) => {
    const version = await write(at(`Us/${id}`), key, objectTags);
    expect(await look(at(`Us/${id}`), key)).toMatchObject({ status: atSource, versionId: version });
    expect(await look(at(pathOfCopy(id)), key)).toEqual(
      atCopy === 'absent'
        ? { status: 'absent' }
        : expect.objectContaining({ status: atCopy, versionId: version, tags: objectTags, size: key.length }),
    );
  },
);

test('S3 has the configurations of the templates', async () => {
  const sources = [...buckets.values()].filter(({ configuration }) => configuration);
  expect(sources).toHaveLength(15);
  for (const source of sources) expect(await liveConfiguration(source)).toEqual(source.configuration);
  expect(await liveConfiguration(at('Us/RankedCopy'))).toBeUndefined();
});

test('objects written in parts and copied objects arrive', async () => {
  const version = await writeInParts(at('Us/Far'), 'parts');
  expect(await look(at('Us/Far'), 'parts')).toMatchObject({ status: 'COMPLETED', size: 5 * 1024 * 1024 + 10 });
  expect(await look(at('Europe/FarCopy'), 'parts')).toMatchObject({
    status: 'REPLICA',
    versionId: version,
    size: 5 * 1024 * 1024 + 10,
  });

  await write(at('Us/Both'), 'elsewhere', { one: '1', two: '2' });
  await copy(at('Us/Both'), 'elsewhere', 'in/copied');
  await copy(at('Us/Both'), 'elsewhere', 'out/copied');
  expect(await look(at('Us/BothCopy'), 'in/copied')).toMatchObject({
    status: 'REPLICA',
    tags: { one: '1', two: '2' },
  });
  expect(await look(at('Us/BothCopy'), 'out/copied')).toEqual({ status: 'absent' });
});

test('every version arrives with its id, and versions that are deleted for good stay at the destination', async () => {
  const written = [await write(at('Us/All'), 'twice'), await write(at('Us/All'), 'twice')];
  expect(new Set(written).size).toBe(2);
  expect(new Set(await versions(at('Us/AllCopy'), 'twice'))).toEqual(new Set(written));
  await remove(at('Us/All'), 'twice', written[0]);
  expect(await versions(at('Us/All'), 'twice')).toEqual([written[1]]);
  expect(await versions(at('Us/AllCopy'), 'twice')).toHaveLength(2);
});

test.each([
  ['Us/Deletes', 'Us/DeletesCopy', 'a', 'deleted'],
  ['Us/All', 'Us/AllCopy', 'removed', 'REPLICA'],
  ['Us/Many', 'Us/ManyNear', 'near/a', 'deleted'],
  ['Us/Many', 'Europe/ManyFar', 'near/b', 'REPLICA'],
])('a deletion in %s leaves at %s %s as %s', async (source, destination, key, after) => {
  await write(at(source), key);
  expect(await look(at(destination), key)).toMatchObject({ status: 'REPLICA' });
  await remove(at(source), key);
  expect(await look(at(source), key)).toEqual({ status: 'deleted' });
  expect(await look(at(destination), key)).toMatchObject({ status: after });
});

test('each of several destinations gets what its rule names', async () => {
  await write(at('Us/Many'), 'near/x', { k: 'v' });
  await write(at('Us/Many'), 'far/x');
  const seen = async (key: string) => {
    const ends = ['Us/Many', 'Us/ManyNear', 'Europe/ManyFar'];
    return Promise.all(ends.map(async (end) => (await look(at(end), key)).status));
  };
  expect(await seen('near/x')).toEqual(['COMPLETED', 'REPLICA', 'REPLICA']);
  expect(await seen('far/x')).toEqual(['COMPLETED', 'absent', 'REPLICA']);
  expect((await look(at('Us/ManyNear'), 'near/x')).tags).toEqual({ k: 'v' });
  expect((await look(at('Europe/ManyFar'), 'near/x')).tags).toEqual({ k: 'v' });
});

test('of several rules for one destination the one with the highest priority counts', async () => {
  await write(at('Us/Ranked'), 'old/er/x');
  await write(at('Us/Ranked'), 'new/x');
  expect((await look(at('Us/RankedCopy'), 'old/er/x')).storageClass).toBe('GLACIER');
  expect((await look(at('Us/RankedCopy'), 'new/x')).storageClass).toBe('STANDARD_IA');
});

test.each([
  ['Us/Secret', 'Europe/SecretCopy', 'eu-west-1'],
  ['Us/Keyed', 'Us/KeyedCopy', 'us-east-1'],
  ['Us/Double', 'Europe/DoubleCopy', 'eu-west-1'],
])('objects of %s are encrypted anew for %s', async (source, destination, region) => {
  await write(at(source), 'x');
  const [from, to] = [await look(at(source), 'x'), await look(at(destination), 'x')];
  const key = at(source).configuration!.Rules![0].Destination!.EncryptionConfiguration!.ReplicaKmsKeyID;
  expect(from.status).toBe('COMPLETED');
  expect(to).toMatchObject({ status: 'REPLICA', kmsKey: key });
  expect(key).toContain(`:kms:${region}:`);
  expect(from.kmsKey).not.toBe(key);
});

test('a replica is not replicated again', async () => {
  await write(at('Us/Chain'), 'a');
  await write(at('Us/ChainMiddle'), 'b');
  expect(await look(at('Us/ChainMiddle'), 'a')).toMatchObject({ status: 'REPLICA' });
  expect(await look(at('Us/ChainEnd'), 'a')).toEqual({ status: 'absent' });
  expect(await look(at('Us/ChainEnd'), 'b')).toMatchObject({ status: 'REPLICA' });
});
