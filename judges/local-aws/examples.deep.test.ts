import { callerOf, deployExample, inWords, observe } from './arrivals';
import { bootstrap, deploy, destroy, reset } from './cdk';
import { deployedBuckets, liveConfiguration } from './deployed-rules';
import { empty, read, versions } from './objects';
import { LocalAws, startLocalAws } from './server';
import { readDeployedStacks, together } from '../../test/examples/deployment';
import { exampleNames, expectedOf, loadExample } from '../../test/examples/load';
import { inLocalOrganization } from '../../test/examples/local-organization';
import { StackOfApp } from '../assembly/stacks';

/** Their roles have names, and go with their stacks, while the sources stay (docs/cross-account.md). */
const BETWEEN_ACCOUNTS = [
  'cross-account-backup',
  'cross-account-through-pipelines',
  'mirror-production-to-test',
  'organization-log-archive',
  'two-teams',
];

/** Rules of a custom resource go with its stack, and the others stay (docs/two-way.md). */
const BY_CUSTOM_RESOURCE = ['active-active', 'existing-bucket', 'two-way'];

/** The CLI would go on to stacks that need them, which were not deployed: see readDeployedStacks. */
const ONLY_THESE = ['--exclusively'];

const synthesize = (name: string) => loadExample(name).map((app) => app.synth().directory);

let aws: LocalAws;
beforeAll(async () => (aws = await startLocalAws()), 60_000);
afterAll(async () => aws?.stop());

describe.each(exampleNames)('example %s', (name) => {
  let assemblies: string[];
  let apps: Array<{ app: string; account: string; stacks: string[] }>;
  let stacks: StackOfApp[];
  const buckets = () => deployedBuckets(aws, stacks);
  beforeAll(async () => {
    assemblies = await inLocalOrganization(aws, synthesize(name));
    const each = assemblies.map((it) => readDeployedStacks(it));
    stacks = together(each);
    apps = each.map((it, i) => ({ app: assemblies[i], account: callerOf(it), stacks: it.map(({ id }) => id) }));
  });

  test('is deployed, and its objects arrive where its rules say', async () => {
    const progress: string[] = [];
    const { arrivals, order, tooEarly, steps } = await deployExample(aws, {
      name,
      assemblies,
      tell: (it) => progress.push(it),
    });
    expect(arrivals.map(inWords)).toEqual(expectedOf(name).objects);
    expect(arrivals.filter(({ ok }) => !ok)).toEqual([]);
    expect(tooEarly).toEqual([]);
    expect([...order].sort()).toEqual(stacks.map(({ id }) => id).sort());
    expect(progress).toContain(`${name}: writing objects`);
    expect(steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(steps.length).toBe(name === 'monitored-backup' ? 10 : 0);
  });

  test('has the configuration of its template, and is not changed by a second deployment', async () => {
    const sources = [...(await buckets()).values()].filter(({ configuration }) => configuration);
    expect(sources).not.toEqual([]);
    let output = '';
    for (const app of apps) output += await deploy(aws, app);
    expect(output.match(/\(no changes\)/g)).toHaveLength(stacks.length);
    for (const source of sources) expect(await liveConfiguration(source)).toEqual(source.configuration);
  });

  test('keeps its buckets when it is destroyed, and goes on as long as it has its role', async () => {
    const before = [...(await buckets()).values()];
    for (const bucket of before.filter(({ retained }) => !retained)) await empty(bucket);
    let output = '';
    for (const app of [...apps].reverse()) output += await destroy(aws, { ...app, more: ONLY_THESE });
    expect(output.match(/: destroyed/g)).toHaveLength(stacks.length);

    const kept = before.filter(({ retained }) => retained);
    const live = await Promise.all(kept.map(liveConfiguration));
    const going = BY_CUSTOM_RESOURCE.includes(name) ? kept.filter((_, index) => live[index]) : kept;
    const seen = kept.map((it) => (going.includes(it) ? it : { ...it, configuration: undefined }));
    const arrivals = (await observe(new Map(seen.map((it) => [it.path, it])))).map(inWords);
    if (BETWEEN_ACCOUNTS.includes(name)) {
      // what arrived before is still there
      expect(arrivals.map(atSource)).toEqual(
        expectedOf(name)
          .objects.map(atSource)
          .map((it) => it.replace('COMPLETED', 'FAILED')),
      );
    } else if (BY_CUSTOM_RESOURCE.includes(name)) {
      expect(going.length).toBe(name === 'existing-bucket' ? 0 : 1);
      const { objects } = expectedOf(name);
      expect(arrivals).toEqual(going.length === 0 ? [] : objects.slice(-objects.length / kept.length));
    } else {
      expect(arrivals).toEqual(expectedOf(name).objects.filter((it) => !it.startsWith('Clickstream')));
    }
  });
});

const atSource = (it: string) => it.split('; ')[0];

test('what was deleted from a source is read back from its replica in the other account', async () => {
  await reset(aws); // the bucket with its given name is still there
  const [app] = synthesize('cross-account-backup');
  const { arrivals } = await deployExample(aws, { name: 'cross-account-backup', assemblies: [app] });
  expect(arrivals.at(-1)).toMatchObject({ key: 'deleted.txt', action: 'deleted', status: 'deleted' });
  const buckets = await deployedBuckets(aws, readDeployedStacks(app));
  const replicas = buckets.get(arrivals.at(-1)!.arrived[0].destination)!;
  const [version, ...more] = await versions(replicas, 'deleted.txt');
  expect(more).toEqual([]);
  expect(await read(replicas, 'deleted.txt', version)).toBe('deleted.txt');
});

test('what does not arrive is told', async () => {
  const [app] = synthesize('mirror-production-to-test');
  const stacks = readDeployedStacks(app);
  await bootstrap(aws, stacks, callerOf(stacks));
  await deploy(aws, { app, account: callerOf(stacks) });
  const buckets = await deployedBuckets(aws, stacks);
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
