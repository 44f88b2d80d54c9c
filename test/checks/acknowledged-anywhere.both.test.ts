import { Annotations, App, Stack, Stage } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { Construct, IConstruct } from 'constructs';
import { BucketReplication, LogAggregationSRR, ReplicatedBucketPair, ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { bucket, ENV } from '../builders';
import { warningsIn } from '../synthesized';

const DISABLED = 'cdk-s3-replication:disabledRulesDoNotCatchUp';
const NO_RULES = 'cdk-s3-replication:noRules';
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

type Places = Record<string, IConstruct>;

describe.each<[string, string, (stack: Stack) => Places]>([
  [
    'about the source, whose BucketReplication is elsewhere',
    NO_RULES,
    (stack) => {
      const source = bucket(stack, 'Source');
      return { source, replication: new BucketReplication(new Construct(stack, 'Team'), 'Replication', { source }) };
    },
  ],
  [
    'about a rule of a BucketReplication that is elsewhere',
    DISABLED,
    (stack) => {
      const source = bucket(stack, 'Source');
      const rules = [{ destination: bucket(stack, 'Destination'), enabled: false }];
      const team = new Construct(stack, 'Team');
      return { source, team, replication: new BucketReplication(team, 'Replication', { source, rules }) };
    },
  ],
  [
    'about the rule of a pair of buckets of the user',
    DISABLED,
    (stack) => {
      const [source, destination] = ['Source', 'Destination'].map((id) => bucket(stack, id));
      const team = new Construct(stack, 'Team');
      return { source, team, pair: new ReplicatedBucketPair(team, 'Pair', { source, destination, enabled: false }) };
    },
  ],
  [
    'about the rule of a pair in another stack',
    DISABLED,
    (stack) => {
      const source = bucket(stack, 'Source');
      const team = new Stack(stack.node.root as App, 'Team', { env: ENV });
      const destination = bucket(stack, 'Destination');
      return { source, team, pair: new ReplicatedBucketPair(team, 'Pair', { source, destination, enabled: false }) };
    },
  ],
  [
    'about a source of a log aggregation',
    DISABLED,
    (stack) => {
      const source = bucket(stack, 'Source');
      const logs = new LogAggregationSRR(stack, 'Logs');
      logs.addSource(source, { enabled: false });
      return { source, logs };
    },
  ],
])('a warning %s', (_, id, define) => {
  const build = (at?: string) => {
    const app = quietApp();
    const places = define(new Stack(app, 'Stack', { env: ENV }));
    if (at) Annotations.of(places[at]).acknowledgeWarning(id);
    return { app, places: Object.keys(places) };
  };
  const { app, places } = build();

  test('is there', () => expect(warningsIn(app)).toHaveLength(1));

  test('is acknowledged at each of the constructs that it is about', () => {
    for (const at of places) expect([at, warningsIn(build(at).app)]).toEqual([at, []]);
  });
});

test('what is acknowledged at a construct beside them stays', () => {
  const app = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const [source, destination] = ['Source', 'Destination'].map((id) => bucket(stack, id));
  new ReplicatedBucketPair(stack, 'Pair', { source, destination, enabled: false });
  for (const other of [destination, new Construct(stack, 'Other')]) Annotations.of(other).acknowledgeWarning(DISABLED);
  expect(warningsIn(app)).toHaveLength(1);
});

test('of two rules of one source, each is acknowledged where it was added', () => {
  const app = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const [source, destination] = ['Source', 'Destination'].map((id) => bucket(stack, id));
  const pairs = ['A', 'B'].map(
    (id) =>
      new ReplicatedBucketPair(stack, id, {
        ...{ source, destination, enabled: false, ruleId: id, filter: ReplicationFilter.prefix(`${id}/`) },
      }),
  );
  Annotations.of(pairs[0]).acknowledgeWarning(DISABLED);
  expect(warningsIn(app)).toEqual([expect.stringContaining("'B'")]);
});

describe('a warning about a rule that was added in another Stage', () => {
  const build = (acknowledge?: (source: IConstruct, pair: IConstruct) => IConstruct) => {
    const app = quietApp();
    // the one that is synthesized first
    const teams = new Stack(new Stage(app, 'Teams', { env: ENV }), 'Stack');
    const data = new Stack(new Stage(app, 'Data', { env: ENV }), 'Stack');
    const [source, destination] = ['Source', 'Destination'].map((id) => bucket(data, id));
    const pair = new ReplicatedBucketPair(teams, 'Pair', { source, destination, enabled: false });
    if (acknowledge) Annotations.of(acknowledge(source, pair)).acknowledgeWarning(DISABLED);
    return app;
  };
  test('is shown at the source', () => {
    expect(warningsIn(build())).toEqual([expect.stringContaining('Objects written while a rule is disabled')]);
  });
  test('is acknowledged at the source', () => expect(warningsIn(build((source) => source))).toEqual([]));
});
