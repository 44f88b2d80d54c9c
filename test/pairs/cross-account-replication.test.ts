import { App, aws_s3 as s3, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import { judgeAccess } from '../../judges/access/judge';
import { BOOTSTRAPPED, isOurs } from '../../judges/access/two-accounts';
import { DeployedApp } from '../../judges/assembly/deployed';
import { readStacks } from '../../judges/assembly/stacks';
import { rehearse, rehearseDestroy } from '../../judges/rehearsal/rehearse';
import { CrossAccountReplication, CrossAccountReplicationProps, ReplicationFilter } from '../../src';
import { quietApp, testApp } from '../app';
import { bucket, KMS } from '../builders';

const [OURS, THEIRS] = ['111111111111', '222222222222'];
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

type Options = Partial<CrossAccountReplicationProps>;

/** Data in one account, and a stack of another one for its copy. */
function twoAccounts(options: Options = {}, source: s3.BucketProps = {}, app: App = quietApp()) {
  const ours = new Stack(app, 'Production', { env: { account: OURS, region: 'us-east-1' } });
  const theirs = new Stack(app, 'Backup', { env: { account: THEIRS, region: 'eu-west-1' } });
  const data = bucket(ours, 'Data', source);
  const where = options.destination ? {} : { destinationStack: theirs };
  const offsite = new CrossAccountReplication(ours, 'Offsite', { source: data, ...where, ...options });
  return { app, ours, theirs, data, offsite };
}
const resourcesOf = (stack: Stack, type: string) => Object.values<any>(Template.fromStack(stack).findResources(type));

test('snapshot', () => {
  const { ours, theirs } = twoAccounts({}, { encryption: KMS }, testApp());
  expect([ours, theirs].map((stack) => Template.fromStack(stack).toJSON().Resources)).toMatchSnapshot();
});

describe('the bucket that is created', () => {
  test('is private, versioned, retained, and has a name that both sides know', () => {
    const { theirs } = twoAccounts();
    const [{ Properties, DeletionPolicy, UpdateReplacePolicy }] = resourcesOf(theirs, 'AWS::S3::Bucket');
    expect(Properties).toMatchObject({
      BucketName: expect.stringMatching(/^backup-offsite-[0-9a-f]{12}$/),
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true, RestrictPublicBuckets: true },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['RetainExceptOnCreate', 'Retain']);
  });

  test('is named by a literal ARN: no role for reading outputs', () => {
    const { ours, theirs, offsite } = twoAccounts();
    expect(resourcesOf(theirs, 'AWS::IAM::Role')).toEqual([]);
    expect(JSON.stringify(Template.fromStack(ours).toJSON())).not.toContain('GetStackOutput');
    expect(JSON.stringify(ours.resolve(offsite.destinationBucketArn))).toMatch(/:s3:::backup-offsite-[0-9a-f]{12}"/);
  });

  test.each([
    ['a long name', 'S'.repeat(100), /^s{50}-[0-9a-f]{12}$/],
    ['a name that S3 keeps for itself', 'xn--x', /^r-xn-x-offsite-[0-9a-f]{12}$|^xn-x-offsite-[0-9a-f]{12}$/],
  ])('has a valid name in a stack with %s', (_, id, expected) => {
    const app = quietApp();
    const ours = new Stack(app, 'Production', { env: { account: OURS, region: 'us-east-1' } });
    const theirs = new Stack(app, id, { env: { account: THEIRS, region: 'eu-west-1' } });
    new CrossAccountReplication(ours, 'Offsite', { source: bucket(ours, 'Data'), destinationStack: theirs });
    expect(resourcesOf(theirs, 'AWS::S3::Bucket')[0].Properties.BucketName).toMatch(expected);
  });

  test('follows the source in KMS and Object Lock', () => {
    const { theirs } = twoAccounts({}, { encryption: KMS, objectLockEnabled: true });
    const [{ Properties }] = resourcesOf(theirs, 'AWS::S3::Bucket');
    expect(Properties.ObjectLockEnabled).toBe(true);
    expect(JSON.stringify(Properties.BucketEncryption)).toContain('aws:kms');
    expect(resourcesOf(theirs, 'AWS::KMS::Key')).toHaveLength(1);
  });

  test('is as the options say', () => {
    const { theirs } = twoAccounts({
      destinationOptions: { bucketName: 'the-backup', lifecycleRules: [{ expiration: Duration.days(9) }] },
      removalPolicy: RemovalPolicy.RETAIN,
      objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)),
    });
    const [{ Properties, DeletionPolicy }] = resourcesOf(theirs, 'AWS::S3::Bucket');
    expect(Properties).toMatchObject({ BucketName: 'the-backup', ObjectLockEnabled: true, LifecycleConfiguration: {} });
    expect(DeletionPolicy).toBe('Retain');
  });
});

test('the bucket may have a name that no other account can take', () => {
  const { app, ours, theirs } = twoAccounts(
    { destinationOptions: { bucketNamePrefix: 'offsite' } },
    { encryption: KMS },
  );
  const [{ Properties }] = resourcesOf(theirs, 'AWS::S3::Bucket');
  expect(Properties).toMatchObject({ BucketNamePrefix: 'offsite', BucketNamespace: 'account-regional' });
  expect(Properties.BucketName).toBeUndefined();
  const name = `:s3:::offsite-${THEIRS}-eu-west-1-an`;
  app.synth();
  for (const stack of [ours, theirs]) expect(JSON.stringify(Template.fromStack(stack).toJSON())).toContain(name);
});

test('the role is as the options say, and outputs tell the other side', () => {
  const { ours, theirs } = twoAccounts({ roleName: 'offsite', rolePath: '/replication/', outputs: true });
  expect(resourcesOf(ours, 'AWS::IAM::Role')[0].Properties).toMatchObject({
    RoleName: 'offsite',
    Path: '/replication/',
  });
  const outputs = Object.values<any>(Template.fromStack(ours).findOutputs('*')).map(({ Value }) => Value);
  expect(outputs.sort()).toEqual(['/replication/', OURS, 'offsite'].sort());
  const policy = JSON.stringify(resourcesOf(theirs, 'AWS::S3::BucketPolicy'));
  expect(policy).toContain(`:iam::${OURS}:role/replication/offsite`);
});

test('without a wish there are no outputs', () => {
  expect(Template.fromStack(twoAccounts().ours).findOutputs('*')).toEqual({});
});

test('an imported destination is half of it: what the other side must add is handed over', () => {
  const app = quietApp();
  const ours = new Stack(app, 'Production', { env: { account: OURS, region: 'us-east-1' } });
  const attributes = { bucketName: 'the-backup', account: THEIRS, region: 'eu-west-1' };
  new CrossAccountReplication(ours, 'Offsite', {
    source: bucket(ours, 'Data'),
    destination: s3.Bucket.fromBucketAttributes(ours, 'Theirs', attributes),
    roleName: 'offsite',
    filter: ReplicationFilter.prefix('a/'),
  });
  const [{ entry }, ...more] = Annotations.fromStack(ours).findWarning('*', Match.anyValue());
  expect(more).toEqual([]);
  expect(entry.data).toContain(`:iam::${OURS}:role/offsite`);
});

test.each<[string, (ours: Stack, theirs: Stack) => Options, string]>([
  ['no destination', () => ({}), 'neither destination nor destinationStack: … give one of the two'],
  [
    'two destinations',
    (_, theirs) => ({ destinationStack: theirs, destination: bucket(theirs, 'Replica') }),
    'destination together with destinationStack: … give one of the two',
  ],
  [
    'its own account',
    (ours) => ({ destinationStack: ours }),
    `source 'Production/Data' in account '${OURS}', destination in account '${OURS}': this is one account; use ReplicatedBucketPair`,
  ],
  [
    'an imported bucket that does not say its account',
    (ours) => ({ destination: s3.Bucket.fromBucketName(ours, 'Theirs', 'the-backup') }),
    `destination in account '${OURS}': this is one account; … (the account of fromBucketAttributes()) …`,
  ],
  [
    'an account that is not known',
    (ours) => ({ destinationStack: new Stack(ours.node.root as App, 'Anywhere') }),
    'destination in account unknown at synthesis: whether these are two accounts cannot be told … set env.account on both stacks',
  ],
  [
    'a bucket with options for one that is created',
    (_, theirs) => ({ destination: bucket(theirs, 'Replica'), encryption: KMS }),
    'source and destination together with encryption: …',
  ],
  [
    'an AWS managed key',
    (_, theirs) => ({ destinationStack: theirs, encryption: s3.BucketEncryption.KMS_MANAGED }),
    'encryption KMS_MANAGED: … AWS managed key … use BucketEncryption.KMS',
  ],
])('refuses %s', (_, options, message) => {
  const app = quietApp();
  const ours = new Stack(app, 'Production', { env: { account: OURS, region: 'us-east-1' } });
  const theirs = new Stack(app, 'Backup', { env: { account: THEIRS, region: 'eu-west-1' } });
  const props = { source: bucket(ours, 'Data'), ...options(ours, theirs) };
  const pattern = message
    .split(' … ')
    .map((part) => part.replace(/ ?…$/, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^]*');
  expect(() => new CrossAccountReplication(ours, 'Offsite', props)).toThrow(
    new RegExp(`^\\[Production/Offsite\\] [^]*${pattern}`),
  );
});

test.each<[string, Options, s3.BucketProps]>([
  ['plain', {}, {}],
  ['KMS', {}, { encryption: KMS, bucketName: 'the-data' }],
  ['Object Lock, prefix', { filter: ReplicationFilter.prefix('a/') }, { objectLockEnabled: true, encryption: KMS }],
  ['a role with a path', { roleName: 'offsite', rolePath: '/a/' }, { bucketName: 'the-data' }],
])('%s: deploys from empty, has what it needs and nothing else, and is destroyed', async (_, options, source) => {
  const { app } = twoAccounts(options, source);
  const stacks = readStacks(app.synth());
  expect((await judgeAccess(new DeployedApp(stacks), { isOurs })).findings).toEqual([]);
  const { order, refusals, dead, state } = rehearse(stacks, { outside: BOOTSTRAPPED });
  expect(order).toEqual(['Backup', 'Production']);
  expect([...refusals, ...dead]).toEqual([]);
  expect(rehearseDestroy(state).refusals).toEqual([]);
});

test.each([AwsSolutionsChecks, NIST80053R5Checks])(
  'has no finding of cdk-nag but those about access logs and KMS',
  (Pack) => {
    const { app } = twoAccounts({}, { enforceSSL: true, blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL });
    app.synth();
    const found = new Set(new Pack().validateScope(app).violations.map(({ ruleName }) => ruleName.replace(/.*-/, '')));
    expect([...found].filter((it) => !['S1', 'S3BucketLoggingEnabled', 'S3DefaultEncryptionKMS'].includes(it))).toEqual(
      [],
    );
  },
);
