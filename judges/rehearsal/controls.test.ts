import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { byName, synthesized, waitingFor } from './apps';
import * as plain from './plain-resources';
import { plainStack } from './plain-stack';
import { rehearse } from './rehearse';
import { rehearseSecondAttempt } from './rollback';
import { ACCOUNT, beside, bucket, ENV, KMS, l1 } from '../../test/builders';

// of core's replicationRules
beforeAll(() => void jest.spyOn(console, 'error').mockImplementation(() => {}));

const MUST_EXIST = /: Destination bucket must exist\.$/;
const versioned = (bucketName?: string): s3.BucketProps => ({ versioned: true, bucketName });
const one = (destination: s3.IBucket): s3.BucketProps => ({ replicationRules: [{ destination, priority: 1 }] });
const matching = (...words: RegExp[]) => words.map((it) => expect.stringMatching(it));

describe('what does not deploy from empty is refused:', () => {
  const toOtherAccount = (...names: string[]) =>
    synthesized((stack, app) => {
      const other = new Stack(app, 'Other', { env: { ...ENV, account: '222222222222' } });
      const destination = bucket(other, 'Destination', versioned(names[0]));
      const source = bucket(stack, 'Source', { ...versioned(names[1]), ...one(destination) });
      destination.addReplicationPolicy(source.replicationRoleArn!, true, ACCOUNT);
    });

  test("core's replicationRules across accounts with addReplicationPolicy, in either order", () => {
    const stacks = toOtherAccount('there', 'here');
    expect(stacks.map(({ after }) => after)).toEqual([[], []]);
    const refusals = matching(
      /^create App\/Source: Destination bucket must exist\.$/,
      /^create Other\/Destination\/Policy: Invalid principal in policy$/,
    );
    expect(rehearse(stacks).refusals).toEqual(refusals);
    expect(new Set(rehearse([...stacks].reverse()).refusals)).toEqual(new Set(refusals));

    const ordered = (first: number) =>
      stacks.map((it, at) => ({ ...it, after: at === first ? [] : [stacks[first].id] }));
    const sourceFirst = ordered(stacks.findIndex(({ id }) => id === 'App'));
    expect(rehearse(sourceFirst).refusals).toEqual([refusals[0]]);
    const destinationFirst = ordered(stacks.findIndex(({ id }) => id === 'Other')).sort(
      (a, b) => a.after.length - b.after.length,
    );
    expect(rehearse(destinationFirst).refusals).toEqual([refusals[1]]);
  });

  const acrossRegions = (define: (here: Stack, there: Stack) => unknown, ...references: boolean[]) =>
    synthesized((_, app) => {
      const [here, there] = [ENV.region, 'eu-west-1'].map(
        (region, at) => new Stack(app, region, { env: { ...ENV, region }, crossRegionReferences: references[at] }),
      );
      define(here, there);
    });
  const withKeys = (here: Stack, there: Stack) => {
    const destination = bucket(there, 'Destination', { ...versioned(), encryption: KMS });
    const kmsKey = destination.encryptionKey!;
    bucket(here, 'Source', {
      ...versioned(),
      encryption: KMS,
      replicationRules: [{ destination, kmsKey, sseKmsEncryptedObjects: true, priority: 1 }],
    });
  };
  const UNKNOWN_ROLE = 'Policy contains a statement with one or more invalid principals.';

  test("core's replicationRules across regions with a key, to which core adds a role that comes later", () => {
    const stacks = acrossRegions(withKeys, true, false);
    expect(stacks.map(({ id, after }) => [id, after])).toEqual([
      ['App', []],
      ['eu-west-1', []],
      ['us-east-1', ['eu-west-1']],
    ]);
    expect(rehearse(stacks).refusals).toEqual([`create eu-west-1/Destination/Key: ${UNKNOWN_ROLE}`]);
  });

  test('core already refuses to synthesize the same app with other references', () => {
    expect(() => acrossRegions(withKeys, true, true)).toThrow(/cyclic reference/);
    expect(() => acrossRegions(withKeys, false, false)).toThrow(/cross-environment/);
  });

  test("core's replicationRules across regions with a key whose policy, written by hand, names the role", () => {
    const stacks = acrossRegions(
      (here, there) => {
        const replicationRole = new iam.Role(here, 'Role', {
          roleName: 'replication',
          assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'),
        });
        const destination = bucket(there, 'Destination', { ...versioned('there'), encryption: KMS });
        destination.encryptionKey!.addToResourcePolicy(
          new iam.PolicyStatement({
            actions: ['kms:Encrypt'],
            resources: ['*'],
            principals: [new iam.ArnPrincipal(`arn:aws:iam::${ACCOUNT}:role/replication`)],
          }),
        );
        const kmsKey = kms.Key.fromKeyArn(here, 'Key', destination.encryptionKey!.keyArn);
        bucket(here, 'Source', {
          ...versioned('here'),
          replicationRole,
          replicationRules: [{ destination, kmsKey, sseKmsEncryptedObjects: true, priority: 1 }],
        });
      },
      true,
      true,
    );
    expect(rehearse(stacks).refusals).toEqual([`create eu-west-1/Destination/Key: ${UNKNOWN_ROLE}`]);
  });

  test('literal names of two stacks without a dependency', () => {
    const stacks = synthesized((stack) => {
      bucket(beside(stack, 'There'), 'Destination', versioned('there'));
      byName(stack, 'here', 'there');
    });
    expect(rehearse(stacks).refusals).toEqual(matching(MUST_EXIST));
    expect(rehearse(waitingFor('There', stacks)).refusals).toEqual([]);
  });

  test('literal names in one stack without a dependency', () => {
    const app = (dependency: boolean) =>
      synthesized((stack) => {
        const source = byName(stack, 'here', 'there');
        const destination = bucket(stack, 'Destination', versioned('there'));
        if (dependency) source.addOverride('DependsOn', stack.getLogicalId(l1(destination)));
      });
    expect(rehearse(app(false)).refusals).toEqual(matching(MUST_EXIST));
    expect(rehearse(app(true)).refusals).toEqual([]);
  });

  test('two buckets that replicate to each other by name', () => {
    const stacks = synthesized((stack) => {
      byName(stack, 'one', 'two');
      byName(stack, 'two', 'one');
    });
    expect(rehearse(stacks).refusals).toEqual(
      matching(/^create App\/one: Dest.* exist/, /^create App\/two: Dest.* exist/),
    );
  });

  test('two buckets that replicate to each other by reference', () => {
    const stacks = synthesized((stack) => {
      const [a, b] = [byName(stack, 'one', 'two'), byName(stack, 'two', 'one')];
      a.addPropertyOverride('ReplicationConfiguration.Rules.0.Destination.Bucket', {
        'Fn::GetAtt': [b.logicalId, 'Arn'],
      });
      b.addPropertyOverride('ReplicationConfiguration.Rules.0.Destination.Bucket', {
        'Fn::Sub': `\${${a.logicalId}.Arn}`,
      });
    });
    expect(rehearse(stacks).refusals).toEqual(['App: Circular dependency between resources: [one, two]']);
  });

  const waiting = (id: string, ...after: string[]) => plainStack(id, { Bucket: plain.bucket() }, { after });

  test('stacks that wait for each other', () => {
    const refused = { refusals: ['Could not determine ordering between: A, B'], order: [], steps: [] };
    expect(rehearse([waiting('A', 'B'), waiting('B', 'A'), waiting('C', 'A')])).toMatchObject(refused);
    expect(rehearse([waiting('A', 'B'), waiting('B'), waiting('C', 'A')])).toMatchObject({
      refusals: [],
      order: ['B', 'A', 'C'],
    });
    expect(() => rehearseSecondAttempt([waiting('A', 'B'), waiting('B', 'A')])).toThrow(refused.refusals[0]);
    expect(rehearse([waiting('A', 'of another app')]).refusals).toEqual([]);
  });
});

test('stacks are deployed in their order, whatever the order of the list', () => {
  const stack = (id: string, replicatesTo: string, ...after: string[]) => {
    const to = plain.replication(`arn:aws:s3:::${replicatesTo}`);
    return plainStack(id, { Role: plain.role(), Bucket: plain.bucket({ BucketName: id, ...to }) }, { after });
  };
  const sorted = [
    plainStack('c', { Bucket: plain.bucket({ BucketName: 'c' }) }),
    stack('b', 'c', 'c'),
    stack('a', 'b', 'b'),
    stack('other', 'c', 'b'),
  ];
  const it = rehearse(sorted);
  expect(it).toMatchObject({ order: ['c', 'b', 'a', 'other'], refusals: [] });
  expect(it.dead).toHaveLength(6);
  for (const list of [[...sorted].reverse(), [sorted[1], sorted[3], sorted[0], sorted[2]]]) {
    const { order, refusals, windows, dead } = rehearse(list);
    expect(order.indexOf('b')).toBe(1);
    expect({ refusals, windows, dead: new Set(dead) }).toEqual({ refusals: [], windows: [], dead: new Set(it.dead) });
  }
  expect(rehearseSecondAttempt([...sorted].reverse())).toEqual([]);
});
