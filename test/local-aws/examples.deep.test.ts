import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { Arrival, deployExample, observe } from './arrivals';
import { deploy, destroy } from './cdk';
import { deployedBuckets, liveConfiguration } from './deployed-rules';
import { empty } from './objects';
import { LocalAws, startLocalAws } from './server';
import { readStacks } from '../assembly/stacks';
import { exampleNames, loadExample } from '../examples/load';

/** What happens to each object, written down by hand: not what a model of ours makes of the rules. */
const EXPECTED: Record<string, string[]> = {
  'add-to-an-existing-app': [
    'Documents: kept.txt written, COMPLETED; Destination: REPLICA',
    'Documents: deleted.txt written, COMPLETED; Destination: REPLICA',
    'Documents: deleted.txt deleted, deleted; Destination: REPLICA',
    'Clickstream: events/kept.txt written, COMPLETED; Clicks: REPLICA',
    'Clickstream: events/deleted.txt written, COMPLETED; Clicks: REPLICA',
    'Clickstream: events/deleted.txt deleted, deleted; Clicks: REPLICA',
    'Clickstream: not-events/elsewhere.txt written, none; Clicks: absent',
  ],
  'cross-region-backup': [
    'Source: kept.txt written, COMPLETED; Destination: REPLICA',
    'Source: deleted.txt written, COMPLETED; Destination: REPLICA',
    'Source: deleted.txt deleted, deleted; Destination: REPLICA',
  ],
  'low-latency-reads': [
    'Images: kept.txt written, COMPLETED; Destination: REPLICA; Destination: REPLICA',
    'Images: deleted.txt written, COMPLETED; Destination: REPLICA; Destination: REPLICA',
    'Images: deleted.txt deleted, deleted; Destination: deleted; Destination: deleted',
  ],
  'mirror-production-to-test': [
    'Orders: price-lists/kept.txt written, COMPLETED; Orders: REPLICA',
    'Orders: price-lists/deleted.txt written, COMPLETED; Orders: REPLICA',
    'Orders: price-lists/deleted.txt deleted, deleted; Orders: deleted',
    'Orders: not-price-lists/elsewhere.txt written, none; Orders: absent',
    'Orders: orders/kept.txt personal=no size=small written, COMPLETED; Orders: REPLICA',
    'Orders: orders/deleted.txt personal=no size=small written, COMPLETED; Orders: REPLICA',
    'Orders: orders/deleted.txt personal=no size=small deleted, deleted; Orders: REPLICA',
    'Orders: not-orders/elsewhere.txt personal=no size=small written, none; Orders: absent',
    'Orders: orders/without-personal.txt size=small written, none; Orders: absent',
    'Orders: orders/without-size.txt personal=no written, none; Orders: absent',
  ],
  'same-region-backup': [
    'Source: kept.txt written, COMPLETED; Destination: REPLICA',
    'Source: deleted.txt written, COMPLETED; Destination: REPLICA',
    'Source: deleted.txt deleted, deleted; Destination: REPLICA',
  ],
};

const lastOf = (path: string) => path.split('/').pop();
const line = ({ source, key, tags, action, status, arrived }: Arrival) =>
  [
    [`${lastOf(source)}: ${key}`, ...Object.entries(tags).map(([name, value]) => `${name}=${value}`), action].join(
      ' ',
    ) + `, ${status}`,
    ...arrived.map((it) => `${lastOf(it.destination)}: ${it.status}`),
  ].join('; ');

const synthesize = (name: string) => loadExample(name).synth().directory;

let aws: LocalAws;
beforeAll(async () => (aws = await startLocalAws()), 60_000);
afterAll(async () => {
  await aws?.stop();
  CloudAssembly.cleanupTemporaryDirectories();
});

test('every example is here', () => {
  expect(exampleNames).toEqual(Object.keys(EXPECTED));
});

describe.each(Object.keys(EXPECTED))('example %s', (name) => {
  let directory: string;
  const buckets = () => deployedBuckets(aws, readStacks(directory));
  beforeAll(() => (directory = synthesize(name)));

  test('is deployed, and its objects arrive where its rules say', async () => {
    const progress: string[] = [];
    const { arrivals, order, tooEarly } = await deployExample(aws, {
      name,
      assemblyDirectory: directory,
      tell: (it) => progress.push(it),
    });
    expect(arrivals.map(line)).toEqual(EXPECTED[name]);
    expect(arrivals.filter(({ ok }) => !ok)).toEqual([]);
    expect(tooEarly).toEqual([]);
    expect([...order].sort()).toEqual(
      readStacks(directory)
        .map(({ id }) => id)
        .sort(),
    );
    expect(progress.at(-1)).toBe(`${name}: writing objects`);
  });

  test('has the configuration of its template, and is not changed by a second deployment', async () => {
    const sources = [...(await buckets()).values()].filter(({ configuration }) => configuration);
    expect(sources).not.toEqual([]);
    const output = await deploy(aws, { app: directory });
    expect(output.match(/\(no changes\)/g)).toHaveLength(readStacks(directory).length);
    for (const source of sources) expect(await liveConfiguration(source)).toEqual(source.configuration);
  });

  test('keeps its buckets and goes on when it is destroyed', async () => {
    const before = [...(await buckets()).values()];
    for (const bucket of before.filter(({ retained }) => !retained)) await empty(bucket);
    const output = await destroy(aws, { app: directory });
    expect(output.match(/: destroyed/g)).toHaveLength(readStacks(directory).length);

    const kept = before.filter(({ retained }) => retained);
    const arrivals = await observe(new Map(kept.map((it) => [it.path, it])));
    expect(arrivals.map(line)).toEqual(EXPECTED[name].filter((it) => !it.startsWith('Clickstream')));
  });
});

test('what does not arrive is told', async () => {
  const directory = synthesize('mirror-production-to-test');
  await deploy(aws, { app: directory });
  const buckets = await deployedBuckets(aws, readStacks(directory));
  const source = buckets.get('ShopProduction/Orders')!;
  const { Role, Rules = [] } = source.configuration!;
  expect((await observe(buckets)).every(({ ok }) => ok)).toBe(true);

  const asked = { Role, Rules: Rules.map((rule) => ({ ...rule, Filter: { Prefix: 'unknown-to-s3/' } })) };
  const wrong = await observe(new Map([...buckets, [source.path, { ...source, configuration: asked }]]));
  expect(wrong.find(({ key }) => key === 'unknown-to-s3/kept.txt')).toMatchObject({
    expectedDestinations: ['ShopTest/Orders'],
    status: 'none',
    arrived: [{ destination: 'ShopTest/Orders', region: 'us-east-1', expected: 'REPLICA', status: 'absent' }],
    ok: false,
  });
});
