import { Aspects, Aws, aws_s3 as s3, CfnCondition, Fn, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { IConstruct } from 'constructs';
import { ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { ACCOUNT, bucket, ENV, flow, KEY_ARN, l1, pair } from '../builders';
import { Refusal, refusesAtSynthesis } from '../messages';

describe('conditions of the template', () => {
  const prod = (stack: Stack) =>
    new CfnCondition(stack, 'Prod', { expression: Fn.conditionEquals(Aws.REGION, 'eu-west-1') });

  test('the role and its policy are there when the source is', () => {
    const stack = new Stack(quietApp(), 'Stack', { env: ENV });
    const source = bucket(stack, 'Source');
    l1(source).cfnOptions.condition = prod(stack);
    flow(stack, { destination: s3.Bucket.fromBucketName(stack, 'Imported', 'backup') }, source);
    const template = Template.fromStack(stack);
    template.hasResource('AWS::IAM::Policy', { Condition: 'Prod' });
    template.hasResource('AWS::IAM::Role', { Condition: 'Prod' });
  });

  test('a source under a narrower condition', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const [source, destination] = [bucket(stack, 'Source'), bucket(stack, 'Destination')];
    flow(stack, { destination }, source);
    const wide = prod(stack);
    l1(destination).cfnOptions.condition = wide;
    l1(source).cfnOptions.condition = new CfnCondition(stack, 'Narrow', {
      expression: Fn.conditionAnd(wide, Fn.conditionEquals(Aws.ACCOUNT_ID, ACCOUNT)),
    });
    app.synth();
  });

  refusesAtSynthesis([
    [
      'a destination that is not always there',
      (stack) => {
        const destination = bucket(stack, 'Destination');
        flow(stack, { destination });
        l1(destination).cfnOptions.condition = prod(stack);
      },
      "[Stack/Source/Resource/S3Replication] destination 'Stack/Destination' exists only under the condition 'Stack/Prod' … not created … the same condition, or none",
    ],
  ]);
});

describe('changed later', () => {
  type Change = [how: string, change: (bucket: s3.CfnBucket) => void];
  const aspect = (change: (bucket: s3.CfnBucket) => void) => (on: s3.CfnBucket) =>
    Aspects.of(on).add({ visit: (node: IConstruct) => void (node === on && change(on)) });
  const suspend = (it: s3.CfnBucket) => void (it.versioningConfiguration = { status: 'Suspended' });
  const suspensions: Array<[...Change, string]> = [
    ['assigned', suspend, "is 'Suspended'"],
    [
      'assigned lazily',
      (it) => void (it.versioningConfiguration = Lazy.any({ produce: () => ({ status: 'Suspended' }) })),
      "is 'Suspended'",
    ],
    ['removed', (it) => void (it.versioningConfiguration = undefined), 'is not set'],
    ['overridden', (it) => it.addPropertyOverride('VersioningConfiguration.Status', 'Suspended'), "is 'Suspended'"],
    ['deleted by an override', (it) => it.addPropertyDeletionOverride('VersioningConfiguration'), 'is not set'],
    [
      'its status deleted by an override',
      (it) => it.addPropertyDeletionOverride('VersioningConfiguration.Status'),
      'is not set',
    ],
    [
      'overridden by the raw path',
      (it) => it.addOverride('Properties.VersioningConfiguration', { Status: 'Suspended' }),
      "is 'Suspended'",
    ],
    ['set by an aspect', aspect(suspend), "is 'Suspended'"],
  ];
  const own = {
    role: `arn:aws:iam::${ACCOUNT}:role/mine`,
    rules: [{ id: 'mine', status: 'Enabled', prefix: '', destination: { bucket: 'arn:aws:s3:::elsewhere' } }],
  };
  const replacements: Change[] = [
    ['assigned', (it) => void (it.replicationConfiguration = own)],
    ['removed', (it) => void (it.replicationConfiguration = undefined)],
    [
      'overridden',
      (it) =>
        it.addPropertyOverride('ReplicationConfiguration', {
          Role: own.role,
          Rules: [{ Id: 'mine', Status: 'Enabled', Destination: { Bucket: 'arn:aws:s3:::elsewhere' } }],
        }),
    ],
    ['deleted by an override', (it) => it.addPropertyDeletionOverride('ReplicationConfiguration')],
    ['another role', (it) => it.addPropertyOverride('ReplicationConfiguration.Role', own.role)],
    [
      'a rule’s destination',
      (it) => it.addPropertyOverride('ReplicationConfiguration.Rules.0.Destination.Bucket', 'arn:aws:s3:::elsewhere'),
    ],
    ['a rule’s ID', (it) => it.addPropertyOverride('ReplicationConfiguration.Rules.0.Id', 'mine')],
    [
      'one more rule',
      (it) =>
        it.addPropertyOverride('ReplicationConfiguration.Rules.1', {
          Status: 'Enabled',
          Destination: { Bucket: 'arn:aws:s3:::elsewhere' },
        }),
    ],
    ['set by an aspect', aspect((it) => void (it.replicationConfiguration = own))],
  ];
  const changeSource = (change: Change[1]) => (stack: Stack) => change(l1(flow(stack).source as s3.Bucket));
  const changeDestination = (change: Change[1]) => (stack: Stack) => {
    const destination = bucket(stack, 'Destination');
    flow(stack, { destination });
    change(l1(destination));
  };
  const versioning = 'S3 replicates between buckets with versioning enabled only … remove what changes it';

  describe('versioning of the source', () =>
    refusesAtSynthesis(
      suspensions.map(([how, change, saw]): Refusal => [
        how,
        changeSource(change),
        `[Stack/Source/Resource/S3Replication] versioning of the source 'Stack/Source/Resource' ${saw} … ${versioning}`,
      ]),
    ));

  describe('versioning of the destination', () =>
    refusesAtSynthesis(
      suspensions.map(([how, change, saw]): Refusal => [
        how,
        changeDestination(change),
        `[Stack/Destination/Resource/S3Replicas] versioning of the destination 'Stack/Destination/Resource' ${saw} … ${versioning}`,
      ]),
    ));

  describe('versioning of a destination in another stack', () =>
    refusesAtSynthesis([
      [
        'overridden',
        (stack) =>
          l1(pair(stack, { destinationRegion: 'eu-west-1' }).destination).addPropertyOverride(
            'VersioningConfiguration.Status',
            'Suspended',
          ),
        `[Stack/ReplicaStack-eu-west-1/Pair/Destination/Resource/S3Replicas] … is 'Suspended' … ${versioning}`,
      ],
    ]));

  describe('versioning before', () =>
    refusesAtSynthesis([
      [
        'overridden',
        (stack) => {
          const source = bucket(stack, 'Source');
          suspensions[3][1](l1(source));
          flow(stack, {}, source);
        },
        `[Stack/Source/Resource/S3Replication] … 'Suspended' … ${versioning}`,
      ],
    ]));

  describe('the replication configuration', () => {
    refusesAtSynthesis(
      replacements.map(([how, change]): Refusal => [
        how,
        changeSource(change),
        '[Stack/Source/Resource/S3Replication] … of 1 rules are missing … replaced it later … BucketReplication.of(bucket).addRule()',
      ]),
    );

    const permissions = 'lacks the permissions … addRule()';
    const changeRule = (path: string, value: unknown) => (stack: Stack) =>
      l1(flow(stack, { filter: ReplicationFilter.prefix('reports/') }).source as s3.Bucket).addPropertyOverride(
        `ReplicationConfiguration.Rules.0.${path}`,
        value,
      );
    refusesAtSynthesis([
      [
        'a filter without permissions',
        changeRule('Filter', { Prefix: 'other/' }),
        `[Stack/Source/Resource/S3Replication] … other/ … ${permissions}`,
      ],
      [
        'a key without permissions',
        changeRule('Destination.EncryptionConfiguration.ReplicaKmsKeyID', KEY_ARN),
        `[Stack/Source/Resource/S3Replication] … ${KEY_ARN} … ${permissions}`,
      ],
    ]);

    test.each<Change>([
      ['the status of a rule', (it) => it.addPropertyOverride('ReplicationConfiguration.Rules.0.Status', 'Disabled')],
      [
        'a storage class',
        (it) => it.addPropertyOverride('ReplicationConfiguration.Rules.0.Destination.StorageClass', 'GLACIER'),
      ],
      ['something else', (it) => it.addPropertyOverride('AccelerateConfiguration.AccelerationStatus', 'Enabled')],
    ])('may have details changed: %s', (_, change) => {
      const app = quietApp();
      changeSource(change)(new Stack(app, 'Stack', { env: ENV }));
      app.synth();
    });
  });

  describe('the name of the source', () => {
    const rename = (change: Change[1]) => (stack: Stack) =>
      change(l1(flow(stack, {}, bucket(stack, 'Source', { bucketName: 'data' })).source as s3.Bucket));
    const renamed =
      'the permissions of the replication role name the bucket as it was called then … in the props of the bucket';
    refusesAtSynthesis([
      [
        'assigned',
        rename((it) => void (it.bucketName = 'other')),
        `[Stack/Source/Resource/S3Replication] … changed to "other" … ${renamed}`,
      ],
      [
        'overridden',
        rename((it) => it.addPropertyOverride('BucketName', 'other')),
        `[Stack/Source/Resource/S3Replication] … changed to "other" … ${renamed}`,
      ],
      [
        'deleted by an override',
        rename((it) => it.addPropertyDeletionOverride('BucketName')),
        `[Stack/Source/Resource/S3Replication] the name of the source 'Stack/Source' was removed … ${renamed}`,
      ],
    ]);
  });
});
