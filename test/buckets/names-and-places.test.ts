import { aws_s3 as s3, Lazy, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { Construct } from 'constructs';
import { BucketReplication, CrossAccountReplication, ReplicatedBucketPair } from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV, l1 } from '../builders';
import { expectMessage, messageOf } from '../messages';
import { onlyIn, propertiesIn } from '../synthesized';

const THEIRS = '222222222222';
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

const stackIn = (id = 'Production', stackName?: string) => new Stack(quietApp(), id, { env: ENV, stackName });

describe('the name that is made for a bucket of another account', () => {
  const nameIn = (stackName: string, id = 'Offsite') => {
    const stack = stackIn();
    const destinationStack = new Stack(stack.node.root as Construct, 'Backup', {
      env: { ...ENV, account: THEIRS },
      stackName,
    });
    new CrossAccountReplication(stack, id, { source: bucket(stack, 'Data'), destinationStack });
    return onlyIn(destinationStack, 'AWS::S3::Bucket').BucketName;
  };

  test.each([
    ['Backup', /^backup-offsite-[0-9a-f]{12}$/],
    ['sthree-backup', /^r-sthree-backup-offsite-[0-9a-f]{12}$/],
    ['amzn-s3-demo-backup', /^r-amzn-s3-demo-backup-offsite-[0-9a-f]{12}$/],
    ['a-sthree-backup', /^a-sthree-backup-offsite-[0-9a-f]{12}$/],
  ])('begins with no prefix that S3 keeps for itself: %s', (stackName, name) => {
    expect(nameIn(stackName)).toMatch(name);
  });

  test('ends with its hash, also when it is cut', () => {
    const [one, other] = ['A', 'B'].map((last) => nameIn(`${'B'.repeat(40)}-${'C'.repeat(40)}${last}`));
    for (const name of [one, other]) expect(name).toMatch(/^b{40}-c{9}-[0-9a-f]{12}$/);
    expect(one).not.toBe(other);
    expect(nameIn('B'.repeat(49) + '-C')).toMatch(/^b{49}-[0-9a-f]{12}$/);
  });
});

test("a replica's stack of another partition is refused before it is made", () => {
  const stack = stackIn();
  expectMessage(
    messageOf(() => new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: 'cn-north-1' })),
    "[Production/Pair] destinationRegion 'cn-north-1' (partition aws-cn), source in 'us-east-1' (partition aws)",
  );
  expect(stack.node.tryFindChild('ReplicaStack-cn-north-1')).toBeUndefined();
});

describe('the logical id of the replica, of a pair in another stack than its source', () => {
  const replicas = (ids: string[], wrap: (stack: Stack) => Construct = (stack) => stack) => {
    const stack = stackIn('Data');
    const source = bucket(stack, 'Source');
    ids.forEach(
      (id) => new ReplicatedBucketPair(wrap(beside(stack, id)), 'Pair', { source, destinationRegion: 'eu-west-1' }),
    );
    const made = stack.node.findChild('ReplicaStack-eu-west-1') as Stack;
    expect(made.stackName).toBe('Data-us-east-1-replica-eu-west-1');
    return Object.keys(propertiesIn(made, 'AWS::S3::Bucket'));
  };

  test('is made of the path of the pair', () => {
    expect(replicas(['Backups'])).toEqual(['BackupsPairDestination0CBC6A7D']);
    expect(replicas(['Backups'], (stack) => new Construct(stack, 'Team'))[0]).toMatch(/^BackupsTeamPairDestination/);
  });

  test('is one for each pair', () => {
    expect(replicas(['Backups', 'Archives'])).toEqual([
      expect.stringMatching(/^BackupsPairDestination/),
      expect.stringMatching(/^ArchivesPairDestination/),
    ]);
  });

  test('is the path below the stack, where the pair is in that of the source', () => {
    const stack = stackIn('Data');
    new ReplicatedBucketPair(stack, 'Pair', { source: bucket(stack, 'Source'), destinationRegion: 'eu-west-1' });
    expect(
      Object.keys(propertiesIn(stack.node.findChild('ReplicaStack-eu-west-1') as Stack, 'AWS::S3::Bucket')),
    ).toEqual([expect.stringMatching(/^PairDestination[0-9A-F]{8}$/)]);
  });
});

describe('versioning that is a lazy value', () => {
  const versioned = (settle: { status?: string }, end: 'source' | 'destination') => {
    const stack = stackIn();
    const lazy: { value?: { status?: string } } = {};
    const [one, other] = ['Lazy', 'Other'].map((id) => bucket(stack, id));
    l1(one).versioningConfiguration = Lazy.any({ produce: () => lazy.value });
    const [source, destination] = end === 'source' ? [one, other] : [other, one];
    BucketReplication.of(source).addRule({ destination });
    lazy.value = settle.status === undefined ? undefined : settle;
    return { stack, one };
  };

  describe.each(['source', 'destination'] as const)('of the %s', (end) => {
    test('and says nothing in the end: it is enabled', () => {
      const { stack, one } = versioned({}, end);
      const all = propertiesIn(stack, 'AWS::S3::Bucket');
      expect(all[stack.getLogicalId(l1(one))].VersioningConfiguration).toEqual({ Status: 'Enabled' });
    });

    test('and is suspended in the end: the wish of the user is not overwritten, but an error', () => {
      const { stack } = versioned({ status: 'Suspended' }, end);
      expect(messageOf(() => (stack.node.root as any).synth())).toContain(
        `versioning of the ${end} 'Production/Lazy/Resource' is 'Suspended'`,
      );
    });

    test('and is suspended from the start: refused', () => {
      const stack = stackIn();
      const [one, other] = ['Lazy', 'Other'].map((id) => bucket(stack, id));
      l1(one).versioningConfiguration = Lazy.any({ produce: () => ({ status: 'Suspended' }) });
      const [source, destination]: s3.IBucket[] = end === 'source' ? [one, other] : [other, one];
      expectMessage(
        messageOf(() => BucketReplication.of(source).addRule({ destination })),
        `${end} 'Production/Lazy/Resource' with versioning 'Suspended'`,
      );
    });
  });
});
