import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { byName, synthesized, waitingFor } from './apps';
import { rehearse } from './rehearse';
import { ACCOUNT, beside, bucket, ENV, KMS, l1 } from '../builders';

afterAll(() => CloudAssembly.cleanupTemporaryDirectories());
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

  test("core's replicationRules across regions with a key, which core refuses itself", () => {
    const define = (stack: Stack, references: boolean) => {
      const [here, there] = [ENV.region, 'eu-west-1'].map(
        (region) =>
          new Stack(stack.node.root as any, region, { env: { ...ENV, region }, crossRegionReferences: references }),
      );
      const destination = bucket(there, 'Destination', { ...versioned(), encryption: KMS });
      const kmsKey = destination.encryptionKey!;
      bucket(here, 'Source', {
        ...versioned(),
        encryption: KMS,
        replicationRules: [{ destination, kmsKey, sseKmsEncryptedObjects: true }],
      });
    };
    expect(() => synthesized((stack) => define(stack, true))).toThrow(/cyclic reference/);
    expect(() => synthesized((stack) => define(stack, false))).toThrow(/cross-environment/);
  });

  test("core's replicationRules across regions with a key that admits the role by its name", () => {
    const stacks = synthesized((_, app) => {
      const [here, there] = [ENV.region, 'eu-west-1'].map(
        (region) => new Stack(app, region, { env: { ...ENV, region }, crossRegionReferences: true }),
      );
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
    });
    expect(rehearse(stacks).refusals).toEqual([
      'create eu-west-1/Destination/Key: Policy contains a statement with one or more invalid principals.',
    ]);
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
});
