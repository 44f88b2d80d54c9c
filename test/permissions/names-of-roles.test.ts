import { App, Aspects, aws_iam as iam, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { Construct } from 'constructs';
import { BucketReplication, LogAggregationSRR, LogProducer, LogSource, ReplicaGrantee, ReplicaGrants } from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV } from '../builders';
import { expectMessage, messageOf } from '../messages';
import { onlyIn, propertiesIn } from '../synthesized';

const THEIRS = '222222222222';
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

const stackIn = (app: App = quietApp()) => new Stack(app, 'Production', { env: ENV });
const abroad = (stack: Stack, id = 'Backup') =>
  s3.Bucket.fromBucketAttributes(stack, id, { bucketName: 'the-backup', account: THEIRS, region: ENV.region });

describe.each(['*', '?', '$'])('a role with %s, which is no plain character in a policy', (character) => {
  const path = `/te${character}m/`;
  const refused = (run: () => void) =>
    expectMessage(
      messageOf(run),
      'for a destination in another account',
      'policies of the other account name the role as text, in which *, ? and $ have a meaning',
    );
  const replicate = (stack: Stack, role: object) =>
    new BucketReplication(stack, 'Replication', {
      source: bucket(stack, 'Data'),
      rules: [{ destination: abroad(stack) }],
      ...role,
    });

  test('in its path', () => {
    const stack = stackIn();
    refused(() => replicate(stack, { roleName: 'data', rolePath: path }));
  });

  test('in the path of an imported role', () => {
    const stack = stackIn();
    const role = iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ENV.account}:role${path}data`);
    refused(() => replicate(stack, { role }));
  });

  test('in the name of a role of the user', () => {
    const stack = stackIn();
    const assumedBy = new iam.ServicePrincipal('s3.amazonaws.com');
    const role = new iam.Role(stack, 'Role', { roleName: 'data', assumedBy });
    (role.node.defaultChild as iam.CfnRole).roleName = `da${character}ta`;
    refused(() => replicate(stack, { role }));
  });

  test('in the path of a grant', () => {
    const grants = ReplicaGrants.fromBucket(bucket(stackIn(), 'Replica'));
    refused(() => grants.replicasFrom(ReplicaGrantee.role({ account: THEIRS, roleName: 'data', rolePath: path })));
  });

  test('is as good as any other within an account', () => {
    const stack = stackIn();
    new BucketReplication(stack, 'Replication', {
      source: bucket(stack, 'Data'),
      rules: [{ destination: bucket(stack, 'Replica') }],
      rolePath: path,
    });
    expect(onlyIn(stack, 'AWS::IAM::Role').Path).toBe(path);
  });
});

describe('policies in one role that others use too', () => {
  const policyName = (id: string, region: string, stackName = 'production') => {
    const stack = new Stack(quietApp(), 'Production', { env: { ...ENV, region }, stackName });
    new BucketReplication(stack, 'Replication', {
      source: bucket(stack, id),
      role: iam.Role.fromRoleName(stack, 'Role', 'replication'),
      rules: [{ destination: bucket(stack, 'Replica') }],
    });
    return onlyIn(stack, 'AWS::IAM::Policy').PolicyName;
  };
  const usual = policyName('Data', 'us-east-1');

  test.each([
    ['another bucket', policyName('Logs', 'us-east-1')],
    ['the same code in another region', policyName('Data', 'eu-west-1')],
    ['the same code in another stack', policyName('Data', 'us-east-1', 'staging')],
  ])('do not overwrite each other: %s', (_, other) => expect(other).not.toBe(usual));

  test('keep their names', () => expect(policyName('Data', 'us-east-1')).toBe(usual));
});

test('the name of a policy has at most 128 characters, and is still that of one bucket', () => {
  const stack = stackIn();
  const deep = Array.from({ length: 12 }, (_, level) => `ConstructOfALongNameOnLevel${level}`).reduce<Construct>(
    (scope, id) => new Construct(scope, id),
    stack,
  );
  for (const id of ['DataOfOne', 'DataOfTwo']) {
    BucketReplication.of(bucket(deep, id)).addRule({ destination: bucket(stack, `${id}Replica`) });
  }
  const policies = propertiesIn(stack, 'AWS::IAM::Policy');
  const names = Object.values(policies).map(({ PolicyName }) => PolicyName);
  expect(Math.min(...Object.keys(policies).map((id) => id.length))).toBeGreaterThan(128);
  expect(names.map((name) => name.length)).toEqual([128, 128]);
  expect(new Set(names).size).toBe(2);
});

describe('a role that is let in by its prefix, and has another name in the end', () => {
  const rename = (app: App) =>
    Aspects.of(app).add({
      visit: (node) => void (node instanceof iam.CfnRole && (node.roleName = 'by-the-aspect')),
    });
  const says: Array<string | RegExp> = [
    'is named "by-the-aspect" with path "/" in the end',
    /lets in "logs-[0-9a-f]{12}" with path "\/"/,
  ];

  test.each<[string, (stack: Stack) => void]>([
    [
      'of a LogSource',
      (stack) =>
        void new LogSource(stack, 'Logs', {
          destination: abroad(stack),
          roleNamePrefix: 'logs-',
          producers: [LogProducer.alb()],
        }),
    ],
    [
      'of a source of an aggregation',
      (stack) => {
        const archive = beside(stack, 'Archive', { ...ENV, account: THEIRS });
        new LogAggregationSRR(archive, 'Logs', {
          organizationId: 'o-a1b2c3d4e5',
          roleNamePrefix: 'logs-',
          destinationOptions: { bucketName: 'the-archive' },
        }).addSource(bucket(stack, 'Source'), { producers: [LogProducer.alb()] });
      },
    ],
  ])('%s', (_, define) => {
    const build = () => {
      const stack = stackIn();
      define(stack);
      return stack.node.root as App;
    };
    expect(() => build().synth()).not.toThrow();
    const app = build();
    rename(app);
    const message = messageOf(() => app.synth());
    expectMessage(message, ...says);
  });
});
