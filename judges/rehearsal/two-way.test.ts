import { aws_s3 as s3, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { byName, changed, synthesized } from './apps';
import { rehearse, rehearseDestroy, rehearseUpdate } from './rehearse';
import { leftByRollback } from './rollback';
import { beside, bucket, inEurope, KMS } from '../../test/builders';
import { BOOTSTRAPPED } from '../access/two-accounts';
import { StackOfApp } from '../assembly/stacks';
import {
  BidirectionalReplication,
  BidirectionalReplicationProps,
  BucketReplication,
  MultiRegionReplication,
  ReplicatedBucketPair,
} from 'cdk-s3-replication';

const fine = { refusals: [], dead: [] };
const REGIONS = ['us-east-1', 'eu-west-1', 'ap-southeast-2'];
const active = (stack: Stack, props?: BidirectionalReplicationProps) =>
  new BidirectionalReplication(stack, 'Active', props);
const twoWay = (props?: BidirectionalReplicationProps) => synthesized((stack) => active(stack, props));
const theirs = (stack: Stack) => beside(stack, 'Theirs', { account: '222222222222', region: 'eu-west-1' });
/** Rules that are enabled, of all buckets. */
const rulesIn = ({ state }: ReturnType<typeof rehearse>) =>
  [...state.buckets.values()].map(({ label, replication }) => [label, replication?.Rules.length ?? 0]);

const SHAPES: Record<string, (stack: Stack) => unknown> = {
  'one stack': (stack) => active(stack),
  'two regions': (stack) => active(stack, { secondRegion: 'eu-west-1' }),
  'two regions, KMS and Object Lock': (stack) =>
    active(stack, { secondRegion: 'eu-west-1', encryption: KMS, objectLockEnabled: true }),
  'two accounts': (stack) => active(stack, { secondStack: theirs(stack) }),
  'three regions': (stack) => new MultiRegionReplication(stack, 'Global', { regions: REGIONS, accessPoint: true }),
  'buckets that are given': (stack) =>
    active(stack, { first: bucket(stack, 'A', { bucketName: 'the-first' }), second: bucket(inEurope(stack), 'B') }),
  'emptied buckets': (stack) =>
    active(stack, { secondRegion: 'eu-west-1', removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true }),
};

describe.each(Object.entries(SHAPES))('%s', (shape, define) => {
  const [account, region] = ['222222222222', 'eu-west-1'];
  const reader = `arn:aws:iam::${account}:role/cdk-hnb659fds-cfn-exec-role-${account}-${region}`;
  const outside = { roles: [...BOOTSTRAPPED.roles, reader] };
  const stacks = synthesized(define);

  test('is deployed from nothing, a second time, and destroyed', () => {
    const deployed = rehearse(stacks, { outside, objects: true });
    expect(deployed).toMatchObject(fine);
    const expected = shape === 'three regions' ? [2, 2, 2] : [1, 1];
    expect(rulesIn(deployed).map(([, rules]) => rules)).toEqual(expected);
    expect(rehearseUpdate(deployed.state, stacks)).toMatchObject({ ...fine, windows: [] });

    const destroyed = rehearseDestroy(deployed.state);
    expect(destroyed.refusals).toEqual([]);
    expect(destroyed.state.resources.size).toBe(0);
    // the first bucket goes on if it is retained; all others have no rules, and no roles that they would need
    expect(rulesIn(destroyed).filter(([, rules]) => rules !== 0).length).toBeLessThanOrEqual(1);
  });

  test('leaves nothing when its first deployment is rolled back', () => {
    const given = shape === 'buckets that are given' ? ['App/A', 'Europe/B'] : [];
    expect(leftByRollback(stacks, { outside }).sort()).toEqual(given);
  });
});

describe('changes', () => {
  const pair = (also: (stack: Stack, pair: ReplicatedBucketPair) => void = () => undefined) =>
    synthesized((stack) => also(stack, new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: 'eu-west-1' })));
  const both = pair(
    (stack, { source, destination }) =>
      void active(stack, { first: source, second: destination, replicaModifications: false }),
  );

  test('a pair becomes two-way, and a pair again: its own direction never stops', () => {
    const before = rehearse(pair());
    const after = rehearseUpdate(before.state, both);
    expect(after).toMatchObject({ ...fine, windows: [] });
    expect(rulesIn(after).map(([, rules]) => rules)).toEqual([1, 1]);
    const again = rehearseUpdate(after.state, pair());
    expect(again).toMatchObject({ ...fine, windows: [] });
    expect(
      rulesIn(again)
        .map(([, rules]) => rules)
        .sort(),
    ).toEqual([0, 1]);
  });

  test('options change in both directions', () => {
    const after = rehearseUpdate(rehearse(twoWay()).state, twoWay({ replicationTimeControl: true, metrics: true }));
    expect(after).toMatchObject(fine);
    const times = [...after.state.buckets.values()].map(
      ({ replication }) => replication!.Rules[0].Destination.ReplicationTime,
    );
    expect(times.map((it) => it?.Status)).toEqual(['Enabled', 'Enabled']);
  });

  test('a second bucket that was deleted by hand is not in the way', () => {
    const { state } = rehearse(twoWay({ removalPolicy: RemovalPolicy.DESTROY }));
    const second = [...state.buckets.values()].find(({ label }) => label.endsWith('Second'))!;
    state.buckets.delete(second.arn);
    expect(rehearseDestroy(state).refusals).toEqual([]);
  });

  test('a region comes, and goes: the other directions stay', () => {
    const global = (regions: string[]) =>
      synthesized((stack) => new MultiRegionReplication(stack, 'Global', { regions }));
    const three = rehearseUpdate(rehearse(global(REGIONS.slice(0, 2))).state, global(REGIONS));
    expect(three).toMatchObject(fine);
    expect(rulesIn(three).map(([, rules]) => rules)).toEqual([2, 2, 2]);
    const two = rehearseUpdate(three.state, global(REGIONS.slice(0, 2)));
    expect(two.refusals).toEqual([]);
    expect(
      rulesIn(two)
        .map(([, rules]) => rules)
        .sort(),
    ).toEqual([0, 1, 1]);
  });
});

describe('an imported source', () => {
  const outside = { buckets: [{ name: 'shared', account: '111111111111', region: 'us-east-1', objectLock: false }] };
  const shared = (stack: Stack, ...destinations: string[]) =>
    BucketReplication.of(s3.Bucket.fromBucketName(stack, 'Shared', 'shared')).addRule({
      destination: bucket(stack, destinations[0]),
    });
  const FOREIGN = { Id: 'theirs', Status: 'Enabled', Priority: 3, Filter: { Prefix: 'x/' }, DeleteMarkerReplication: { Status: 'Disabled' }, Destination: { Bucket: 'arn:aws:s3:::elsewhere' } }; // prettier-ignore

  test('is found, written and cleaned', () => {
    const deployed = rehearse(
      synthesized((stack) => shared(stack, 'Replica')),
      { outside },
    );
    expect(deployed).toMatchObject({ ...fine, windows: [] });
    const destroyed = rehearseDestroy(deployed.state);
    expect(destroyed.refusals).toEqual([]);
    expect(destroyed.state.buckets.get('arn:aws:s3:::shared')!.replication).toBeUndefined();
  });

  test('that somebody else replicates with another role is refused, and stays as it is', () => {
    const others = { Role: 'arn:aws:iam::111111111111:role/theirs', Rules: [FOREIGN] };
    const { refusals } = rehearse(
      synthesized((stack) => shared(stack, 'Replica')),
      {
        outside: { buckets: [{ ...outside.buckets[0], replication: others }] },
      },
    );
    expect(refusals).toContainEqual(expect.stringContaining(`give role ${others.Role} to this replication`));
  });
});

describe('every custom resource depends on its own policy', () => {
  test.each(Object.entries(SHAPES))('%s', (_, define) => {
    for (const { template } of synthesized(define)) {
      const custom = Object.values<any>(template.Resources).filter(({ Type }) => Type === 'Custom::S3ReplicationRules');
      const policies = custom.map(({ DependsOn }) => [DependsOn].flat().filter((id) => template.Resources[id].Type === 'AWS::IAM::Policy')); // prettier-ignore
      expect(policies.every((own) => own.length === 1)).toBe(true);
      expect(new Set(policies.flat()).size).toBe(custom.length);
    }
  });
});

describe('controls: what the rehearsal refuses', () => {
  test('two buckets that CloudFormation is to give rules to each other, by literal names', () => {
    const { refusals } = rehearse(
      synthesized((stack) => [byName(stack, 'the-one', 'the-other'), byName(stack, 'the-other', 'the-one')]),
    );
    expect(refusals).toContainEqual(expect.stringContaining('Destination bucket must exist.'));
  });

  /** As if the statements of all buckets were in one policy, which goes with the function. */
  const withoutOrder = (stacks: StackOfApp[]) =>
    changed(stacks, (resources) => {
      for (const it of Object.values(resources)) if (it.Type === 'Custom::S3ReplicationRules') delete it.DependsOn;
    });

  test('a custom resource that does not wait for its policy', () => {
    const { refusals } = rehearse(withoutOrder(twoWay()));
    expect(refusals).toContainEqual(expect.stringContaining('is not authorized to perform: s3:'));
  });

  test('a policy that goes before the rules: they stay, and the stack cannot be deleted', () => {
    const { state } = rehearse(twoWay());
    const gone = changed(twoWay(), (resources) => {
      for (const [id, it] of Object.entries(resources)) {
        if (id.includes('HandlerPolicy')) delete resources[id];
        if (it.Type === 'Custom::S3ReplicationRules') it.DependsOn = [];
      }
    });
    const updated = rehearseUpdate(state, gone);
    expect(rehearseDestroy(updated.state).refusals).toContainEqual(
      expect.stringContaining('is not authorized to perform: s3:'),
    );
  });

  test('a role that is not passed', () => {
    const { refusals } = rehearse(
      changed(twoWay(), (resources) => {
        for (const [id, it] of Object.entries(resources)) {
          if (id.includes('HandlerPolicy')) it.Properties.PolicyDocument.Statement.pop();
        }
      }),
    );
    expect(refusals).toContainEqual(expect.stringContaining('iam:PassRole'));
  });

  test('a rule of CloudFormation on the second bucket later: the rules of the custom resource are gone', () => {
    const { state } = rehearse(twoWay());
    const overwritten = changed(twoWay(), (resources) => {
      const [first, second] = ['First', 'Second'].map((end) =>
        Object.entries(resources).find(
          ([id, { Type }]) => Type === 'AWS::S3::Bucket' && id.startsWith(`Active${end}`),
        )!,
      );
      second[1].Properties.ReplicationConfiguration = {
        ...first[1].Properties.ReplicationConfiguration,
        Rules: first[1].Properties.ReplicationConfiguration.Rules.map((rule: any) => ({
          ...rule,
          Destination: { ...rule.Destination, Bucket: 'arn:aws:s3:::elsewhere' },
        })),
      };
    });
    const { state: after } = rehearseUpdate(state, overwritten);
    const rules = [...after.buckets.values()].find(({ label }) => label.endsWith('Second'))!.replication!.Rules;
    expect(rules.some(({ Id }) => /^[0-9a-f]{8}-/.test(Id))).toBe(false);
  });
});
