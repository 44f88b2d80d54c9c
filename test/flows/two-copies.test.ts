import * as cdk from 'aws-cdk-lib';
import { App, aws_s3 as s3, NestedStack, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import * as constructs from 'constructs';
import * as one from '../../src';
import { quietApp } from '../app';
import { bucket, ENV, key, KMS } from '../builders';
import { expectMessage, messageOf } from '../messages';
import { onlyIn, propertiesIn, statementsOf } from '../synthesized';

/** The library once more, as a dependency of an app brings it along; aws-cdk-lib is a peer of both. */
function secondCopy(): typeof one {
  let copy: typeof one | undefined;
  jest.isolateModules(() => {
    jest.doMock('aws-cdk-lib', () => cdk);
    jest.doMock('constructs', () => constructs);
    copy = jest.requireActual('../../src');
  });
  return copy!;
}
const other = secondCopy();
const [OURS, THEIRS] = [ENV.account, '222222222222'];
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

const stackIn = (app: App = quietApp(), id = 'Stack', account = OURS) =>
  new Stack(app, id, { env: { ...ENV, account } });
const appOf = (stack: Stack) => stack.node.root as App;

test('there are two of them', () => {
  expect(other.BucketReplication).not.toBe(one.BucketReplication);
  expect(Object.keys(other)).toEqual(Object.keys(one));
});

describe('two copies of the library in one app see each other', () => {
  test('rules of both come into one configuration, with one role', () => {
    const stack = stackIn();
    const source = bucket(stack, 'Source');
    for (const [id, { BucketReplication }] of Object.entries({ One: one, Other: other })) {
      BucketReplication.of(source).addRule({ destination: bucket(stack, id) });
    }
    const [configuration, ...more] = Object.values(propertiesIn(stack, 'AWS::S3::Bucket')).flatMap(
      ({ ReplicationConfiguration }) => ReplicationConfiguration ?? [],
    );
    expect(more).toEqual([]);
    expect(configuration.Rules).toHaveLength(2);
    onlyIn(stack, 'AWS::IAM::Role');
  });

  test('a stack for replicas has the same buckets, whichever copy made it', () => {
    const templates = [one, other].map((second) => {
      const stack = stackIn();
      new one.ReplicatedBucketPair(stack, 'One', { destinationRegion: 'eu-west-1' });
      new second.ReplicatedBucketPair(stack, 'Other', { destinationRegion: 'eu-west-1' });
      return appOf(stack)
        .synth()
        .stacksRecursively.map(({ template }) => template);
    });
    expect(templates[1]).toEqual(templates[0]);
  });

  test('rules that a custom resource writes come from both', () => {
    const stack = stackIn();
    const { second } = new one.BidirectionalReplication(stack, 'Active');
    other.BucketReplication.of(second).addRule({ destination: bucket(stack, 'Backup') });
    const imported = s3.Bucket.fromBucketName(stack, 'Imported', 'shared');
    one.BucketReplication.of(imported).addRule({ destination: bucket(stack, 'One') });
    const again = s3.Bucket.fromBucketName(stack, 'Again', 'shared');
    other.BucketReplication.of(again).addRule({ destination: bucket(stack, 'Two') });
    const rules = Object.values(propertiesIn(stack, 'Custom::S3ReplicationRules')).map(({ Rules }) => JSON.stringify(Rules).split('DeleteMarker').length - 1); // prettier-ignore
    expect(rules).toEqual([2, 2]);
    onlyIn(stack, 'AWS::Lambda::Function');
  });

  test('a second BucketReplication for a source is refused', () => {
    const stack = stackIn();
    const source = bucket(stack, 'Source');
    new one.BucketReplication(stack, 'One', { source });
    expectMessage(
      messageOf(() => new other.BucketReplication(stack, 'Other', { source })),
      "[Stack/Other] a second BucketReplication for source 'Stack/Source'",
    );
  });

  test('the name of a role is given once', () => {
    const stack = stackIn();
    const roleName = 'replication';
    new one.BucketReplication(stack, 'One', { source: bucket(stack, 'A'), roleName });
    expectMessage(
      messageOf(() => new other.BucketReplication(stack, 'Other', { source: bucket(stack, 'B'), roleName })),
      "roleName 'replication' for 'Stack/B', and for 'Stack/A' in the same account",
    );
  });

  test('a role is let in once', () => {
    const stack = stackIn();
    const theirs = stackIn(appOf(stack), 'Backup', THEIRS);
    const destination = bucket(theirs, 'Replica');
    one.ReplicaGrants.fromBucket(destination).replicasFrom(
      one.ReplicaGrantee.role({ account: OURS, roleName: 'data' }),
    );
    new other.BucketReplication(stack, 'Replication', {
      ...{ source: bucket(stack, 'Source'), roleName: 'data', rules: [{ destination }] },
    });
    expect(statementsOf(onlyIn(theirs, 'AWS::S3::BucketPolicy').PolicyDocument, 'ReplicasFrom')).toHaveLength(1);
  });

  test('a rule back is refused', () => {
    const stack = stackIn();
    const [a, b] = ['A', 'B'].map((id) => bucket(stack, id));
    one.BucketReplication.of(a).addRule({ destination: b });
    expectMessage(
      messageOf(() => other.BucketReplication.of(b).addRule({ destination: a })),
      "destination 'Stack/A' replicates, directly or through other buckets, to the source 'Stack/B'",
    );
  });

  test('a chain is told', () => {
    const stack = stackIn();
    const [a, b, c] = ['A', 'B', 'C'].map((id) => bucket(stack, id));
    one.BucketReplication.of(a).addRule({ destination: b });
    other.BucketReplication.of(b).addRule({ destination: c });
    const texts = appOf(stack)
      .synth()
      .stacks.flatMap(({ messages }) => messages.map(({ entry }) => String(entry.data)));
    expect(texts).toEqual([expect.stringContaining("receives replicas of 'Stack/A/Resource'")]);
  });

  test.each([
    ['a bucket', ['Logs', 'Logs'], 1],
    ['two buckets', ['A', 'B'], 2],
  ])('a producer is let in once, into %s with one key that are L1s', (_, ids, buckets) => {
    const stack = stackIn();
    const statement = { Effect: 'Allow', Action: 'kms:*', Resource: '*', Principal: { AWS: OURS } };
    const keyPolicy = cdk.Lazy.any({ produce: () => ({ Statement: [statement] }) });
    const encryptionKey = new cdk.aws_kms.CfnKey(stack, 'Key', { keyPolicy });
    const logs = (id: string) =>
      (stack.node.tryFindChild(id) as s3.CfnBucket | undefined) ?? new s3.CfnBucket(stack, id);
    [one, other].forEach(({ LogProducer }, index) =>
      LogProducer.cloudTrail({ trailName: 'all', encryptionKey }).allowDeliveryTo(logs(ids[index])),
    );
    const policies = Object.values(propertiesIn(stack, 'AWS::S3::BucketPolicy'));
    expect(policies.map(({ PolicyDocument }) => PolicyDocument.Statement.length)).toEqual(Array(buckets).fill(2));
    expect(statementsOf(onlyIn(stack, 'AWS::KMS::Key').KeyPolicy, 'LogDelivery')).toHaveLength(2);
  });

  test('what one was told to deliver, the other replicates', () => {
    const stack = stackIn();
    const encryptionKey = key(stack);
    const logs = bucket(stack, 'Logs');
    one.LogProducer.cloudTrail({ trailName: 'all', encryptionKey }).allowDeliveryTo(logs);
    new other.LogAggregationSRR(stack, 'Archive', { encryption: KMS }).addSource(logs);
    expect(() => appOf(stack).synth()).not.toThrow();
    expect(JSON.stringify(onlyIn(stack, 'AWS::IAM::Policy'))).toContain('DecryptSourceObjects');
  });

  test.each([
    ['one copy', one],
    ['two copies', other],
  ])('a circle around a nested stack is refused: %s', (_, second) => {
    const stack = stackIn();
    const nested = new NestedStack(stack, 'Nested');
    const source = bucket(stack, 'Source');
    const [inside, alsoInside] = ['A', 'B'].map((id) => bucket(nested, id));
    one.BucketReplication.of(source).addRule({ destination: inside });
    expectMessage(
      messageOf(() => second.BucketReplication.of(alsoInside).addRule({ destination: source })),
      "nested stack 'Stack/Nested'",
    );
  });
});
