import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { synthesized } from './apps';
import { rehearse, rehearseDestroy, rehearseUpdate } from './rehearse';
import { bucket, inEurope, KMS } from '../../test/builders';
import { StackOfApp } from '../assembly/stacks';
import {
  BucketReplication,
  ReplicatedBucketPair,
  ReplicatedBucketPairProps,
  ReplicationFilter,
} from 'cdk-s3-replication';

const made = new Map<string, StackOfApp[]>();
/** The same app is synthesized once. */
function once(key: string, define: (stack: Stack) => unknown): StackOfApp[] {
  if (!made.has(key)) made.set(key, synthesized(define));
  return made.get(key)!;
}

interface Rule {
  readonly to: 'One' | 'Two';
  readonly prefix?: string;
  readonly enabled?: boolean;
}
const NAME = 'the-source';
type Name = typeof NAME | undefined;

/** A source in us-east-1 and two destinations in eu-west-1, which are there whatever the rules say. */
const app = (bucketName: Name, rules: Rule[], versioned = true) =>
  once(JSON.stringify([bucketName, rules, versioned]), (stack) => {
    const source = bucket(stack, 'Source', { bucketName, versioned });
    const other = inEurope(stack);
    const destinations = { One: bucket(other, 'One', { versioned }), Two: bucket(other, 'Two', { versioned }) };
    for (const { to, prefix, enabled } of rules) {
      BucketReplication.of(source).addRule({
        destination: destinations[to],
        filter: prefix ? ReplicationFilter.prefix(prefix) : undefined,
        enabled,
      });
    }
  });

const pair = (bucketName: Name, props: ReplicatedBucketPairProps) =>
  once(JSON.stringify([bucketName, props]), (stack) => {
    const sourceOptions = { bucketName };
    new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: 'eu-west-1', sourceOptions, ...props });
  });

const update = (before: StackOfApp[], after: StackOfApp[]) => rehearseUpdate(rehearse(before).state, after);

const BUCKET = 'App/Source';
const POLICY = `${BUCKET}/Resource/S3Replication/Policy`;
const ROLE = `${BUCKET}/Resource/S3Replication/Role`;
const READ = 'no permission to read it, ';
const none = (to: string, read = '') => `${BUCKET}: ${read}no permission to write to Europe/${to}`;
/** Permissions come after the configuration, which the README says of a source without a given name. */
const late = (to: string, read = '', verb = 'update') =>
  `${none(to, read)}; from 'update ${BUCKET}' until '${verb} ${POLICY}'`;
/** Permissions go before the configuration, which the README says of the removal of a rule from a named source. */
const early = (to: string, read = '') => `${none(to, read)}; from 'update ${ROLE}' until 'update ${BUCKET}'`;
const ofPrefix = (window: string) => window.replace('read it', "read 'a/'").replace('write', "write 'a/'");

const one: Rule = { to: 'One' };
const two: Rule = { to: 'Two' };
const off = { enabled: false };

/** What happens between, there and back. */
interface Change {
  readonly from: Rule[];
  readonly to: Rule[];
  /** Windows for a source with and without a given name. */
  readonly there?: { readonly named?: string[]; readonly unnamed?: string[] };
  readonly back?: { readonly named?: string[]; readonly unnamed?: string[] };
}

const changes: Record<string, Change> = {
  'a rule is added': {
    from: [one],
    to: [one, two],
    there: { unnamed: [late('Two')] },
    back: { named: [early('Two')] },
  },
  'a rule is added disabled': { from: [one], to: [one, { ...two, ...off }] },
  'a rule is enabled': { from: [one, { ...two, ...off }], to: [one, two] },
  'the only rule is enabled': { from: [{ ...one, ...off }], to: [one] },
  'the first rule is added': { from: [], to: [one], there: { unnamed: [late('One', READ, 'create')] } },
  'the first rule is added disabled': { from: [], to: [{ ...one, ...off }] },
  'the destination changes': {
    from: [one],
    to: [two],
    there: { named: [early('One')], unnamed: [late('Two')] },
    back: { named: [early('Two')], unnamed: [late('One')] },
  },
  'the prefix becomes longer': {
    from: [{ ...one, prefix: 'a/' }],
    to: [{ ...one, prefix: 'a/b/' }],
    there: { named: [ofPrefix(early('One', READ))] },
    back: { unnamed: [ofPrefix(late('One', READ))] },
  },
};

describe.each<[string, Name]>([
  ['named', NAME],
  ['unnamed', undefined],
])('with a source that is %s', (kind, name) => {
  test.each(Object.entries(changes))('%s, and back', (_, { from, to, there = {}, back = {} }) => {
    const [before, after] = [app(name, from), app(name, to)];
    const fine = { refusals: [], dead: [] };
    expect(update(before, after)).toMatchObject({ ...fine, windows: there[kind as keyof typeof there] ?? [] });
    expect(update(after, before)).toMatchObject({ ...fine, windows: back[kind as keyof typeof back] ?? [] });
  });

  test('keys are added and removed, and kept on the way back when asked to', () => {
    const props = { encryption: KMS };
    const [plain, keys, kept] = [{}, props, { keepEncryptionKeys: true }].map((it) => pair(name, it));
    const source = 'App/Pair/Source';
    const end = name ? 'Role' : 'Policy';
    const what = `${source}: no permission for App/Pair/Key, no permission for App/ReplicaStack-eu-west-1/Pair/Key`;
    const steps = [`update ${source}`, `update ${source}/Resource/S3Replication/${end}`];
    const [first, second] = name ? [...steps].reverse() : steps;
    const window = `${what}; from '${first}' until '${second}'`;

    expect(update(plain, keys)).toMatchObject({ refusals: [], dead: [], windows: name ? [] : [window] });
    expect(update(keys, plain)).toMatchObject({ refusals: [], dead: [], windows: name ? [window] : [] });
    expect(update(keys, kept)).toMatchObject({ refusals: [], dead: [], windows: [] });
    expect(update(kept, keys)).toMatchObject({ refusals: [], dead: [], windows: [] });
  });

  test('a replication that is disabled first leaves without a trace', () => {
    const deployed = rehearse(app(name, [one]));
    const disabled = rehearseUpdate(deployed.state, app(name, [{ ...one, ...off }]));
    const removed = rehearseUpdate(disabled.state, app(name, []));
    for (const it of [disabled, removed]) expect(it).toMatchObject({ refusals: [], windows: [], dead: [] });
    expect(removed.state.roles.size).toBe(0);
    const destroyed = rehearseDestroy(disabled.state);
    expect(destroyed).toMatchObject({ refusals: [], windows: [], dead: [] });
    expect(destroyed.state.roles.size).toBe(0);
  });

  test('versioning that came with a rule goes with it', () => {
    const unversioned = update(app(name, [one, two], false), app(name, [one], false));
    expect(unversioned.windows).toContain(
      `${BUCKET}: Europe/Two has no versioning; from 'update Europe/Two' until 'update ${BUCKET}'`,
    );
    const [refused] = update(app(name, [{ ...one, ...off }], false), app(name, [], false)).refusals;
    expect(refused).toMatch(/^update App\/Source: A replication configuration is present on this bucket/);
  });
});

describe('stacks', () => {
  const stay = { dead: [], refusals: [], windows: [] };

  test('that have not changed are left out', () => {
    const { steps, order } = update(app(NAME, [one]), app(NAME, [one]));
    expect({ steps, order }).toEqual({ steps: [], order: [] });
    expect(update(app(NAME, [one]), app(NAME, [{ ...one, ...off }])).order).toEqual(['App']);
  });

  test('of a source can go: it is retained, and goes on replicating with its role', () => {
    for (const name of [NAME, undefined] as const) {
      const gone = rehearseDestroy(rehearse(app(name, [one])).state, { stacks: ['App'] });
      expect(gone).toMatchObject({ order: ['App'], ...stay });
      expect(gone.state.roles.size).toBe(1);
      expect(rehearse(app(undefined, [one]), {}, gone.state)).toMatchObject({
        ...stay,
        windows: [late('One', READ).replace(/update/g, 'create')],
      });
    }
  });

  test('of a destination that is deleted too early are found', () => {
    const { state } = rehearse(pair(NAME, { removalPolicy: RemovalPolicy.DESTROY }));
    const { dead } = rehearseDestroy(state, { stacks: ['App/ReplicaStack-eu-west-1'] });
    expect(dead).toEqual([expect.stringMatching(/^App\/Pair\/Source: arn:aws:s3:::\S+ is not there$/)]);
  });
});
