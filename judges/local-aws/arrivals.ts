import { ReplicationRule } from '@aws-sdk/client-s3';
import { bootstrap, deploy } from './cdk';
import { DeployedBucket, deployedBuckets, destinationsFor, destinationsForMarker, filterOf } from './deployed-rules';
import { drill, Step } from './drill';
import { look, remove, Sight, Tags, write } from './objects';
import { ACCOUNT, LocalAws } from './server';
import { stackRuns, startedTooEarly } from './stack-order';
import { readDeployedStacks, together } from '../../test/examples/deployment';
import { StackOfApp } from '../assembly/stacks';

/** What became of an object in one of the buckets that its source replicates to. */
export interface Arrived {
  readonly destination: string;
  readonly region: string;
  readonly expected: Sight['status'];
  readonly status: Sight['status'];
}

/** An object that was written to a source, or deleted from it, and where it arrived. */
export interface Arrival {
  readonly source: string;
  readonly key: string;
  readonly tags: Tags;
  readonly action: 'written' | 'deleted';
  /** Where the rules say that the object, or its delete marker, goes. */
  readonly expectedDestinations: string[];
  /** At the source. */
  readonly status: Sight['status'];
  readonly arrived: Arrived[];
  /** Whether all of it is as the rules say. */
  readonly ok: boolean;
}

/** An arrival as `expected.json` of an example has it. */
export const inWords = ({ source, key, tags, action, status, arrived }: Arrival): string =>
  [
    `${[`${lastOf(source)}: ${key}`, ...Object.entries(tags).map(([name, value]) => `${name}=${value}`), action].join(' ')}, ${status}`,
    ...arrived.map((it) => `${lastOf(it.destination)}: ${it.status}`),
  ].join('; ');

const lastOf = (path: string) => path.split('/').pop();

/** What became of an app and its objects. */
export interface Deployed {
  /** Ids of its stacks in the order in which the CLI began with them: some at the same time. */
  readonly order: string[];
  /** Stacks that did not wait for others as they have to. */
  readonly tooEarly: string[];
  readonly arrivals: Arrival[];
  /** What was broken and mended, in an example that watches its replication. */
  readonly steps: Step[];
}

export interface Example {
  readonly name: string;
  /** Directories of its synthesized apps in the order in which they are deployed, each with the credentials of its own account. */
  readonly assemblies: string[];
  readonly tell?: (progress: string) => void;
}

/** Deploys what was synthesized, writes objects inside and outside of each of its rules, and looks where they arrive. */
export async function deployExample(aws: LocalAws, { name, assemblies, tell = () => {} }: Example): Promise<Deployed> {
  const apps = assemblies.map((it) => readDeployedStacks(it));
  const stacks = together(apps);
  await bootstrap(aws, stacks, callerOf(stacks), (it) => tell(`${name}: ${it}`));
  tell(`${name}: deploying ${stacks.map((it) => it.name).join(', ')}`);
  for (const [i, app] of assemblies.entries()) {
    await deploy(aws, { app, account: callerOf(apps[i]), stacks: apps[i].map(({ id }) => id) });
  }
  const runs = await stackRuns(aws, stacks);
  tell(`${name}: writing objects`);
  const buckets = await deployedBuckets(aws, stacks);
  const arrivals = await observe(buckets);
  const watched = stacks.some(({ template }) =>
    Object.values(template.Resources).some(({ Type }: any) => Type === 'AWS::StepFunctions::StateMachine'),
  );
  const source = [...buckets.values()].find(({ configuration }) => configuration);
  if (watched) tell(`${name}: breaking its replication, and mending it`);
  const steps = watched && source ? await drill(aws, source, callerOf(stacks)) : [];
  return { order: runs.map(({ id }) => id), tooEarly: startedTooEarly(stacks, runs), arrivals, steps };
}

/** The stack of a source comes last, and its account deploys into those of the destinations. */
export const callerOf = (stacks: StackOfApp[]) => stacks.at(-1)?.account ?? ACCOUNT;

/** Writes the objects that tell the rules of these buckets apart, and looks for each at all ends. */
export async function observe(buckets: Map<string, DeployedBucket>): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  const byName = new Map([...buckets.values()].map((bucket) => [bucket.name, bucket]));
  for (const source of buckets.values()) {
    for (const probe of probesOf(source.configuration?.Rules ?? [])) {
      arrivals.push(...(await observeProbe(source, probe, byName)));
    }
  }
  return arrivals;
}

interface Probe {
  readonly key: string;
  readonly tags: Tags;
  readonly deleted?: boolean;
}

/** Inside of each rule one object to keep and one to delete; outside of it one for each thing that the filter asks. */
function probesOf(rules: ReplicationRule[]): Probe[] {
  const probes = rules.flatMap((rule) => {
    const { prefix, required } = filterOf(rule);
    return [
      { key: `${prefix}kept.txt`, tags: required },
      { key: `${prefix}deleted.txt`, tags: required, deleted: true },
      ...(prefix ? [{ key: `not-${prefix}elsewhere.txt`, tags: required }] : []),
      ...Object.keys(required).map((name) => ({
        key: `${prefix}without-${name}.txt`,
        tags: Object.fromEntries(Object.entries(required).filter(([it]) => it !== name)),
      })),
    ];
  });
  const seen = new Set<string>();
  return probes.filter((probe) => !seen.has(JSON.stringify(probe)) && seen.add(JSON.stringify(probe)));
}

async function observeProbe(
  source: DeployedBucket,
  { key, tags, deleted }: Probe,
  byName: Map<string, DeployedBucket>,
): Promise<Arrival[]> {
  const configuration = source.configuration!;
  const all = new Set(configuration.Rules!.map(({ Destination }) => Destination!.Bucket!.split(':::')[1]));
  const copies = destinationsFor(configuration, key, tags);
  const markers = destinationsForMarker(configuration, key);

  const see = async (
    action: Arrival['action'],
    atSource: Sight['status'],
    expected: (name: string) => Sight['status'],
  ): Promise<Arrival> => {
    const { status } = await look(source, key);
    const arrived = await Promise.all(
      [...all].map(async (name): Promise<Arrived> => {
        const there = byName.get(name);
        if (!there) throw new Error(`${source.path} replicates to ${name}, which is not a bucket of the app`);
        const { path, region } = there;
        return { destination: path, region, expected: expected(name), status: (await look(there, key)).status };
      }),
    );
    return {
      source: source.path,
      key,
      tags,
      action,
      expectedDestinations: (action === 'written' ? copies : markers).map((name) => byName.get(name)!.path),
      status,
      arrived,
      ok: status === atSource && arrived.every((it) => it.status === it.expected),
    };
  };

  await write(source, key, tags);
  const copied = (name: string) => (copies.includes(name) ? 'REPLICA' : 'absent');
  const written = await see('written', copies.length > 0 ? 'COMPLETED' : 'none', copied);
  if (!deleted) return [written];
  await remove(source, key);
  return [written, await see('deleted', 'deleted', (name) => (markers.includes(name) ? 'deleted' : copied(name)))];
}
