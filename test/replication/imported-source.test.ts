import { App, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import {
  BucketReplication,
  BucketReplicationProps,
  CrossAccountReplication,
  ReplicatedBucketPair,
  ReplicationFilter,
} from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV, inEurope, KEY_ARN, KMS } from '../builders';
import { messagesIn, warningsOf } from '../messages';
import { handledRules, resources } from '../pairs/two-way-templates';

const home = (app: App = quietApp()) => new Stack(app, 'Stack', { env: ENV });
const shared = (stack: Stack, more: Partial<s3.BucketAttributes> = {}, id = 'Shared') =>
  s3.Bucket.fromBucketAttributes(stack, id, { bucketName: 'uploads-2019', ...more });

function replicated(stack: Stack, props: Partial<BucketReplicationProps> = {}) {
  const source = shared(stack);
  return new BucketReplication(stack, 'R', { source, rules: [{ destination: bucket(stack, 'Replica') }], ...props });
}

test('rules, with everything that a rule can say, in the names of the S3 API', () => {
  const stack = home();
  const keys = ['us-east-1', 'eu-west-1'].map((region) =>
    kms.Key.fromKeyArn(stack, region, KEY_ARN.replace('us-east-1', region)),
  );
  const destination = bucket(inEurope(stack), 'Replica', { bucketName: 'replica-of-uploads' });
  const replication = BucketReplication.of(shared(stack, { encryptionKey: keys[0] }));
  replication.addRule({
    destination,
    ruleId: 'all of it',
    priority: 4,
    enabled: false,
    filter: ReplicationFilter.prefixAndTags('a & "b"/', { one: '1', two: '2' }),
    storageClass: s3.StorageClass.INFREQUENT_ACCESS,
    replicaModifications: true,
    replicationTimeControl: true,
    destinationKey: keys[1],
  });
  replication.addRule({ destination, filter: ReplicationFilter.tags({ one: '1' }), destinationKey: keys[1] });
  const [{ properties, rules }] = handledRules(stack);
  expect(properties).toMatchObject({ Bucket: 'uploads-2019', Owner: ENV.account });
  const on = { Status: 'Enabled' };
  expect(rules).toEqual([
    expect.objectContaining({ Filter: { Tag: { Key: 'one', Value: '1' } }, Status: 'Enabled' }),
    {
      ID: `${properties.RuleIdPrefix}all of it`,
      Priority: 4,
      Status: 'Disabled',
      Filter: { And: { Prefix: 'a & "b"/', Tags: [{ Key: 'one', Value: '1' }, { Key: 'two', Value: '2' }] } }, // prettier-ignore
      DeleteMarkerReplication: { Status: 'Disabled' },
      SourceSelectionCriteria: { ReplicaModifications: on, SseKmsEncryptedObjects: on },
      Destination: {
        Bucket: expect.stringContaining(':s3:::replica-of-uploads'),
        Account: ENV.account,
        StorageClass: 'STANDARD_IA',
        EncryptionConfiguration: { ReplicaKmsKeyID: KEY_ARN.replace('us-east-1', 'eu-west-1') },
        ReplicationTime: { ...on, Time: { Minutes: 15 } },
        Metrics: { ...on, EventThreshold: { Minutes: 15 } },
      },
    },
  ]);
  expect(rules[0]).not.toHaveProperty('Priority'); // which ones are free is known when it is deployed
});

test('the role has its permissions before the rules are written, and goes after them', () => {
  const stack = home();
  replicated(stack);
  const roles = resources(stack, 'AWS::IAM::Role').filter(([, { Properties }]) => /S3/.test(Properties.Description));
  expect(roles).toHaveLength(1);
  const [[id, role]] = roles;
  expect(role.Properties.Policies).toHaveLength(1);
  expect(role).not.toHaveProperty('DeletionPolicy');
  expect(resources(stack, 'Custom::S3ReplicationRules')[0][1].Properties.Role).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
});

test('a role of somebody else gets a policy, and writes the rules', () => {
  const stack = home();
  const role = iam.Role.fromRoleArn(stack, 'Theirs', `arn:aws:iam::${ENV.account}:role/theirs`);
  replicated(stack, { role });
  const [[, { Properties, DependsOn }]] = resources(stack, 'Custom::S3ReplicationRules');
  expect(Properties.Role).toBe(`arn:aws:iam::${ENV.account}:role/theirs`);
  const attached = resources(stack, 'AWS::IAM::Policy').find(([, policy]) => policy.Properties.Roles[0] === 'theirs')!;
  expect(DependsOn).toContain(attached[0]);
  const passed = resources(stack, 'AWS::IAM::Policy').flatMap(([, policy]) =>
    policy.Properties.PolicyDocument.Statement.filter(({ Action }: any) => Action.includes('iam:PassRole')),
  );
  expect(passed.map(({ Resource }) => Resource)).toEqual([Properties.Role]);
});

test('versioning on request, with its permissions', () => {
  const [without, with_] = [false, true].map((enableVersioning) => {
    const stack = home();
    replicated(stack, { enableVersioning });
    const [[, { Properties, DependsOn }]] = resources(stack, 'Custom::S3ReplicationRules');
    const own = resources(stack, 'AWS::IAM::Policy').filter(([id]) => DependsOn!.includes(id));
    return [Properties.EnableVersioning, own[0][1].Properties.PolicyDocument.Statement[0].Action];
  });
  const rules = ['s3:GetReplicationConfiguration', 's3:PutReplicationConfiguration'];
  expect(without).toEqual([undefined, rules]);
  expect(with_).toEqual(['true', [...rules, 's3:GetBucketVersioning', 's3:PutBucketVersioning']]);
});

test('a bucket of another region than its stack: only that is said', () => {
  const stack = home();
  BucketReplication.of(shared(stack, { region: 'eu-west-1' })).addRule({ destination: bucket(stack, 'Replica') });
  BucketReplication.of(shared(stack, { bucketName: 'near' }, 'Near')).addRule({ destination: bucket(stack, 'Other') });
  expect(handledRules(stack).map(({ properties: { Bucket, Region } }) => [Bucket, Region])).toEqual([
    ['uploads-2019', 'eu-west-1'],
    ['near', undefined],
  ]);
});

test('another bucket is another custom resource with another policy: the former can be cleaned', () => {
  const ids = ['one', 'other'].map((bucketName) => {
    const stack = home();
    BucketReplication.of(shared(stack, { bucketName })).addRule({ destination: bucket(stack, 'Replica') });
    const [[id, { DependsOn }]] = resources(stack, 'Custom::S3ReplicationRules');
    return [id, ...DependsOn!];
  });
  expect(ids[0].filter((id) => ids[1].includes(id))).toEqual([]);
});

test('imported several times, it has one replication, whichever import is used', () => {
  const stack = home();
  const other = beside(stack, 'Other');
  const [one, two] = [shared(stack), s3.Bucket.fromBucketName(other, 'Again', 'uploads-2019')];
  expect(BucketReplication.of(two)).toBe(BucketReplication.of(two));
  expect(BucketReplication.of(one)).toBe(BucketReplication.of(two));
  BucketReplication.of(one).addRule({ destination: bucket(other, 'Replica') });
  expect([handledRules(stack), handledRules(other)].map(({ length }) => length)).toEqual([0, 1]);
});

test('a template for any account and region', () => {
  const stack = new Stack(quietApp(), 'Any');
  BucketReplication.of(shared(stack)).addRule({ destination: bucket(stack, 'Replica') });
  const [{ properties }] = handledRules(stack);
  expect(properties.Owner).toEqual({ Ref: 'AWS::AccountId' });
  expect(properties).not.toHaveProperty('Region');
});

test('it is said that others may remove the rules; nothing else', () =>
  expect(
    warningsOf(
      (stack) =>
        void BucketReplication.of(shared(stack, { encryptionKey: undefined })).addRule({
          destination: bucket(stack, 'Replica'),
        }),
    ),
  ).toEqual([expect.stringContaining('importedSourceIsShared'), expect.stringContaining('sourceEncryptionUnknown')]));

test('as the source of a pair, and of a replication to another account', () => {
  const app = quietApp();
  const stack = home(app);
  new ReplicatedBucketPair(stack, 'Pair', { source: shared(stack), destinationRegion: 'eu-west-1' });
  new CrossAccountReplication(stack, 'Offsite', {
    source: shared(stack, {}, 'Again'),
    destinationStack: beside(stack, 'Theirs', { account: '222222222222', region: 'eu-west-1' }),
  });
  const [{ rules }, ...more] = handledRules(stack);
  expect([rules.length, more.length]).toEqual([2, 0]);
  expect(messagesIn(app).filter((text) => !/importedSourceIsShared|sourceEncryptionUnknown/.test(text))).toEqual([]);
});

test('with the key that its owner names, the role may decrypt', () => {
  const stack = home();
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', KEY_ARN);
  BucketReplication.of(shared(stack, { encryptionKey })).addRule({
    destination: bucket(stack, 'Replica', { encryption: KMS }),
  });
  const statements = resources(stack, 'AWS::IAM::Role')
    .flatMap(([, { Properties }]) => Properties.Policies ?? [])
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  expect(statements.find(({ Sid }) => Sid === 'DecryptSourceObjects').Resource).toEqual([KEY_ARN]);
});

test('too many for one function are refused', () => {
  const stack = home();
  const destination = bucket(stack, 'Replica');
  for (let n = 0; n < 30; n++) {
    const source = s3.Bucket.fromBucketName(stack, `Shared${n}`, `uploads-of-a-team-with-a-long-name-${n}`);
    BucketReplication.of(source).addRule({ destination });
  }
  expect(() => (stack.node.root as App).synth()).toThrow(
    /30 custom resources for the Lambda function 'Stack\/S3ReplicationRulesHandler': .* at most 10240 characters.*use several stacks/,
  );
});
