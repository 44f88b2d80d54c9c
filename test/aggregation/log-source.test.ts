import { App, aws_kms as kms, aws_s3 as s3, Duration, Fn, Stack, StackProps, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { Construct } from 'constructs';
import {
  LogAggregationSRR,
  LogProducer,
  LogSource,
  LogSourceProps,
  ReplicatedBucketPair,
  ReplicationFilter,
} from '../../src';
import { quietApp, testApp } from '../app';
import { bucket, ENV, KMS } from '../builders';
import { messageOf } from '../messages';

const ARCHIVE = { bucketName: 'the-log-archive', account: '222222222222', region: 'us-east-1' };
const REPLICA_KEY = `arn:aws:kms:us-east-1:${ARCHIVE.account}:key/12345678-90ab-cdef-1234-567890abcdef`;
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

const imported = (stack: Stack, more: Partial<s3.BucketAttributes> = {}) =>
  s3.Bucket.fromBucketAttributes(stack, 'Archive', { ...ARCHIVE, ...more });

/** The baseline of an account, with its flow logs replicated into the archive of another one. */
function baseline(props: Partial<LogSourceProps> = {}, place: StackProps = { env: ENV }, app: App = quietApp()) {
  const stack = new Stack(app, 'Baseline', place);
  const logs = new LogSource(stack, 'FlowLogs', {
    destination: props.destination ?? imported(stack),
    roleNamePrefix: 'logs-',
    producers: props.source ? undefined : [LogProducer.vpcFlowLogs()],
    ...props,
  });
  return { app, stack, logs };
}
const propertiesOf = (stack: Stack, type: string): any[] =>
  Object.values<any>(Template.fromStack(stack).findResources(type)).map(({ Properties }) => Properties);

test('snapshot', () => {
  const { stack } = baseline({ sourceRetention: Duration.days(30) }, { env: ENV }, testApp());
  expect(Template.fromStack(stack).toJSON().Resources).toMatchSnapshot();
});

test('replicates into the archive of another account, with a role that is let in by its name', () => {
  const { stack, logs } = baseline();
  const [source] = propertiesOf(stack, 'AWS::S3::Bucket');
  const [{ Destination, ...rule }] = source.ReplicationConfiguration.Rules;
  expect(Destination).toEqual({ Bucket: expect.anything(), Account: ARCHIVE.account });
  expect(JSON.stringify(Destination.Bucket)).toContain(':s3:::the-log-archive');
  expect(rule).toMatchObject({ Status: 'Enabled', Filter: { Prefix: '' } });
  const [role, ...more] = propertiesOf(stack, 'AWS::IAM::Role');
  expect(more).toEqual([]);
  expect(role.RoleName).toMatch(/^logs-[0-9a-f]{12}$/);
  expect(logs.replication.source).toBe(logs.source);
});

test('tells the source as a bucket that services can be given', () => {
  const { stack, logs } = baseline();
  expect(logs.source).toBe(logs.node.findChild('Logs'));

  const [cfn, inside, l2] = [new s3.CfnBucket(stack, 'L1'), new Construct(stack, 'Wrapping'), bucket(stack, 'L2')];
  const wrapped = new s3.Bucket(inside, 'Resource');
  const sourceOf = (id: string, source: s3.IBucketRef) => {
    const destination = s3.Bucket.fromBucketAttributes(stack, `${id}Archive`, ARCHIVE);
    return new LogSource(stack, id, { destination, roleNamePrefix: 'logs-', source }).source;
  };
  expect(sourceOf('OfL2', l2)).toBe(l2);
  expect(sourceOf('OfWrapped', Object.assign(inside, { bucketRef: wrapped.bucketRef, env: wrapped.env }))).toBe(
    wrapped,
  );
  expect(stack.resolve(sourceOf('OfL1', cfn).bucketName)).toEqual({ Ref: 'L1' });
});

test('has nothing to hand over, and no warning', () => {
  const { messages } = baseline().app.synth().getStackByName('Baseline');
  expect(messages).toEqual([]);
});

describe('in a place that is not known, as in a StackSet', () => {
  const open = () => baseline({}, {}).stack;

  test('the template names neither account nor region', () => {
    const text = JSON.stringify(Template.fromStack(open()).toJSON());
    expect(text).not.toMatch(/111111111111|us-east-1/);
    expect(text).toContain('{"Ref":"AWS::AccountId"}');
  });

  test('the role is named by the prefix, a hash and the region of the deployment', () => {
    const [{ RoleName }] = propertiesOf(open(), 'AWS::IAM::Role');
    expect(RoleName).toEqual({
      'Fn::Join': ['', [expect.stringMatching(/^logs-[0-9a-f]{12}-$/), { Ref: 'AWS::Region' }]],
    });
  });

  test('the longest prefix and the longest region make a name of 64 characters', () => {
    const { stack } = baseline({ roleNamePrefix: 'x'.repeat(35) }, {});
    const [{ RoleName }] = propertiesOf(stack, 'AWS::IAM::Role');
    const name = RoleName['Fn::Join'][1].map((it: any) => (it.Ref ? 'ap-southeast-10' : it)).join('');
    expect(name.length).toBeLessThanOrEqual(64);
  });

  test('a bucket for a service that demands a name has one of account and region', () => {
    const { stack } = baseline({ producers: [LogProducer.waf()] }, {});
    const [{ BucketName }] = propertiesOf(stack, 'AWS::S3::Bucket');
    expect(BucketName['Fn::Join'][1]).toEqual([
      'aws-waf-logs-',
      { Ref: 'AWS::AccountId' },
      '-',
      { Ref: 'AWS::Region' },
      expect.stringMatching(/^-[0-9a-f]{8}$/),
    ]);
  });

  test('two sources have two roles', () => {
    const { stack } = baseline({}, {});
    const producers = [LogProducer.alb()];
    new LogSource(stack, 'Alb', { destination: imported2(stack), roleNamePrefix: 'logs-', producers });
    const names = propertiesOf(stack, 'AWS::IAM::Role').map(({ RoleName }) => JSON.stringify(RoleName));
    expect(new Set(names).size).toBe(2);
  });
  const imported2 = (stack: Stack) => s3.Bucket.fromBucketAttributes(stack, 'Again', ARCHIVE);
});

describe('into the archive of another region', () => {
  const rulesIn = (place: StackProps) => {
    const app = quietApp();
    const stack = new Stack(app, 'Elsewhere', place);
    new LogSource(stack, 'FlowLogs', {
      destination: imported(stack, { region: 'eu-west-1' }),
      roleNamePrefix: 'logs-',
      producers: [LogProducer.vpcFlowLogs()],
    });
    const { messages, template } = app.synth().getStackByName('Elsewhere');
    const found = Object.values<any>(template.Resources);
    const [{ ReplicationConfiguration }] = found
      .filter((it) => it.Type === 'AWS::S3::Bucket')
      .map((it) => it.Properties);
    const [{ RoleName }] = found.filter((it) => it.Type === 'AWS::IAM::Role').map((it) => it.Properties);
    return { messages, rule: ReplicationConfiguration.Rules[0], RoleName };
  };

  test.each<[string, StackProps]>([
    ['a known place', { env: ENV }],
    ['a known region of any account, as a StackSet of one region', { env: { region: 'us-east-1' } }],
    ['any place, as a StackSet', {}],
  ])('from %s, with nothing to hand over', (_, place) => {
    const { messages, rule, RoleName } = rulesIn(place);
    expect(messages).toEqual([]);
    expect(rule.Destination.Account).toBe(ARCHIVE.account);
    expect(JSON.stringify(RoleName)).toMatch(/logs-[0-9a-f]{12}/);
  });

  test('roles of one account have names of their own in each region', () => {
    const [one, other] = ['us-east-1', 'us-west-2'].map((region) => rulesIn({ env: { region } }).RoleName);
    expect([one, other]).toEqual([expect.stringMatching(/-us-east-1$/), expect.stringMatching(/-us-west-2$/)]);
  });

  test('with KMS the role uses each key through S3 of its own region', () => {
    const stack = new Stack(quietApp(), 'Baseline', { env: { region: 'us-east-1' } });
    const encryptionKey = kms.Key.fromKeyArn(stack, 'ReplicaKey', REPLICA_KEY.replace('us-east-1', 'eu-west-1'));
    new LogSource(stack, 'Logs', {
      source: bucket(stack, 'Mine', { encryption: KMS }),
      destination: imported(stack, { region: 'eu-west-1', encryptionKey }),
      roleNamePrefix: 'logs-',
    });
    const services = JSON.stringify(propertiesOf(stack, 'AWS::IAM::Policy')).match(/s3\.[\w-]+\./g);
    expect(services).toEqual(['s3.us-east-1.', 's3.eu-west-1.']);
  });
});

test('a bucket that there is, with several filters of its logs', () => {
  const stack = new Stack(quietApp(), 'Baseline', { env: ENV });
  const source = bucket(stack, 'Mine');
  const { replication } = new LogSource(stack, 'Logs', {
    source,
    destination: imported(stack),
    roleNamePrefix: 'logs-',
    keyPrefixes: ['alb/AWSLogs/{account}/'],
    producers: [LogProducer.alb({ prefix: 'alb' })],
    filter: ReplicationFilter.prefix('alb/'),
    storageClass: s3.StorageClass.GLACIER,
  });
  replication.addRule({ destination: bucket(stack, 'Copy'), filter: ReplicationFilter.prefix('app/') });
  const [{ ReplicationConfiguration }] = propertiesOf(stack, 'AWS::S3::Bucket');
  expect(ReplicationConfiguration.Rules).toMatchObject([
    { Filter: { Prefix: 'alb/' }, Destination: { StorageClass: 'GLACIER' } },
    { Filter: { Prefix: 'app/' } },
  ]);
  const [{ PolicyDocument }] = propertiesOf(stack, 'AWS::S3::BucketPolicy');
  expect(PolicyDocument.Statement).toMatchObject([
    { Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' } },
  ]);
});

test('with KMS the role uses the key of the source and the key of the archive', () => {
  const stack = new Stack(quietApp(), 'Baseline', { env: ENV });
  const encryptionKey = kms.Key.fromKeyArn(stack, 'ReplicaKey', REPLICA_KEY);
  new LogSource(stack, 'Logs', {
    source: bucket(stack, 'Mine', { encryption: KMS }),
    destination: imported(stack, { encryptionKey }),
    roleNamePrefix: 'logs-',
  });
  const [source] = propertiesOf(stack, 'AWS::S3::Bucket');
  const [{ Destination, SourceSelectionCriteria }] = source.ReplicationConfiguration.Rules;
  expect(Destination.EncryptionConfiguration).toEqual({ ReplicaKmsKeyID: REPLICA_KEY });
  expect(SourceSelectionCriteria.SseKmsEncryptedObjects).toEqual({ Status: 'Enabled' });
  expect(JSON.stringify(propertiesOf(stack, 'AWS::IAM::Policy'))).toContain(REPLICA_KEY);
});

test.each<[string, Partial<LogSourceProps>, boolean]>([
  ['by default', {}, false],
  ['on request', { metrics: true }, true],
  ['with Replication Time Control', { replicationTimeControl: true }, true],
])('metrics %s', (_, props, expected) => {
  const [{ ReplicationConfiguration }] = propertiesOf(baseline(props).stack, 'AWS::S3::Bucket');
  expect(ReplicationConfiguration.Rules[0].Destination.Metrics !== undefined).toBe(expected);
});

test('without a prefix the role has the one that the archive lets in without it, too', () => {
  const [{ RoleName }] = propertiesOf(baseline({ roleNamePrefix: undefined }).stack, 'AWS::IAM::Role');
  const archive = new Stack(quietApp(), 'Archive', { env: ENV });
  new LogAggregationSRR(archive, 'Logs', { organizationId: 'o-a1b2c3d4e5' });
  expect(RoleName).toMatch(/^s3-log-replication-[0-9a-f]{12}$/);
  expect(JSON.stringify(propertiesOf(archive, 'AWS::S3::BucketPolicy'))).toContain(':role/s3-log-replication-*');
});

describe('keys that the archive does not accept', () => {
  const OTHERS = 'alb/AWSLogs/{account}/';
  const ACCOUNT = ENV.account;
  const said = (props: Partial<LogSourceProps>, place?: StackProps) => {
    const { app, stack } = baseline({ uniqueKeys: true, ...props }, place);
    try {
      return warningsIn(app.synth().getStackByName('Baseline'));
    } catch (error) {
      return [String(error), stack.node.path];
    }
  };
  const warningsIn = ({ messages }: CloudFormationStackArtifact) => messages.map(({ entry }) => String(entry.data));

  test.each<[string, LogProducer, Partial<LogSourceProps>]>([
    ['with a prefix', LogProducer.alb({ prefix: 'alb' }), {}],
    ['of another key space', LogProducer.alb(), { keyPrefixes: [OTHERS] }],
    ['of another account', LogProducer.alb({ accounts: ['333333333333'] }), {}],
    ['of several accounts', LogProducer.vpcFlowLogs({ accounts: [ENV.account, '333333333333'] }), {}],
    ['in the simple form', LogProducer.serverAccessLogs(), {}],
    ['of CloudFront without account', LogProducer.cloudFront({ prefix: 'cf' }), {}],
    [
      'of an organization',
      LogProducer.organizationTrail({
        organizationId: 'o-a1b2c3d4e5',
        managementAccount: ENV.account,
        trailName: 'all',
      }),
      {},
    ],
  ])('are an error: %s', (_, producer, props) => {
    const [message] = said({ producers: [producer], ...props });
    expect(message).toMatch(
      /'Baseline\/FlowLogs\/Logs' with logs whose keys start with '.*': the archive lets each account write below .* only; give keyPrefixes that fit to both, or give this a roleName .*\[cdk-s3-replication:logKeysRefused\]/,
    );
  });

  test.each<[string, LogProducer[], Partial<LogSourceProps>]>([
    ['of the own account', [LogProducer.alb(), LogProducer.cloudTrail({ trailName: 'all' })], {}],
    ['for Hive', [LogProducer.vpcFlowLogs({ hiveCompatible: true })], {}],
    ['in the partitioned form', [LogProducer.serverAccessLogs({ partitioned: true })], {}],
    ['of the own account by its number', [LogProducer.alb({ accounts: [ACCOUNT] })], {}],
    ['of a key space that was agreed', [LogProducer.alb({ prefix: 'alb' })], { keyPrefixes: [OTHERS] }],
  ])('are not those %s', (_, producers, props) => {
    expect(said({ producers, ...props })).toEqual([]);
    if (producers.every(({ _spec }) => _spec.accounts === undefined)) {
      expect(said({ producers, ...props }, {})).toEqual([]);
    }
  });

  test.each<[string, Partial<LogSourceProps>, number]>([
    ['nobody says what is written', {}, 1],
    ['a filter says it', { filter: ReplicationFilter.prefix(`AWSLogs/${ENV.account}/`) }, 0],
    ['a filter says too little', { filter: ReplicationFilter.prefix('AWSLogs/') }, 1],
  ])('may be there where %s: a warning', (_, props, count) => {
    const app = quietApp();
    const stack = new Stack(app, 'Baseline', { env: ENV });
    const all = { destination: imported(stack), source: bucket(stack, 'Mine'), uniqueKeys: true, ...props };
    new LogSource(stack, 'Logs', all);
    const warnings = warningsIn(app.synth().getStackByName('Baseline'));
    expect(warnings).toHaveLength(count);
    for (const it of warnings) {
      expect(it).toMatch(/nothing says that the keys of 'Baseline\/Mine' begin so.*logKeysMayBeRefused/);
    }
  });

  test('are no error of a role that the archive lets in by its name, which a warning hands over', () => {
    const producers = [LogProducer.vpcFlowLogs({ accounts: [ENV.account, '333333333333'] })];
    const [warning, ...more] = said({ roleNamePrefix: undefined, roleName: 'all-flow-logs', producers });
    expect(more).toEqual([]);
    expect(warning).toContain(
      '"Resource":["arn:aws:s3:::the-log-archive/AWSLogs/111111111111/*","arn:aws:s3:::the-log-archive/AWSLogs/333333333333/*"]',
    );
    expect(warning).toContain('role/all-flow-logs"');
  });

  test('delete markers are a warning', () => {
    const producers = [LogProducer.vpcFlowLogs()];
    expect(said({ producers, deleteMarkerReplication: true })).toEqual([
      expect.stringMatching(/fail to replicate unless the archive has deleteMarkers: true.*deleteMarkersMayBeRefused/),
    ]);
  });
});

describe('refuses', () => {
  test.each<[string, (stack: Stack) => Partial<LogSourceProps>, string]>([
    [
      'a destination of this app',
      (stack) => ({ destination: bucket(stack, 'Own') }),
      "destination 'Baseline/Own', which is defined in this app: … use addSource() or addProducer()",
    ],
    [
      'the own account',
      (stack) => ({ destination: imported(stack, { account: ENV.account }) }),
      'which is the account of the source: … or use LogAggregationSRR within one account',
    ],
    [
      'a destination that does not say its account',
      (stack) => ({ destination: s3.Bucket.fromBucketName(stack, 'Archive', 'the-log-archive') }),
      'import it with Bucket.fromBucketAttributes() and its account',
    ],
    [
      'settings for a bucket that is not created',
      () => ({ sourceOptions: { bucketName: 'logs' }, sourceRetention: Duration.days(1) }),
      'source together with sourceOptions, sourceRetention: … leave out either',
    ],
    [
      'neither a bucket nor a service',
      () => ({ source: undefined }),
      'neither source nor producers: … give the bucket with logs as source',
    ],
    ['no service', () => ({ source: undefined, producers: [] }), 'neither source nor producers: '],
    [
      'a prefix that is no name',
      () => ({ roleNamePrefix: 'logs/' }),
      "roleNamePrefix 'logs/' (5 characters): IAM takes",
    ],
    ['a prefix that is too long', () => ({ roleNamePrefix: 'x'.repeat(36) }), 'give a text of at most 35 characters'],
    [
      'a prefix that is not known',
      () => ({ roleNamePrefix: Token.asString(Fn.ref('P')) }),
      'roleNamePrefix that is not known at synthesis: ',
    ],
    [
      'a source that is replicated already',
      (stack) => ({ source: new ReplicatedBucketPair(stack, 'Pair').source }),
      'a second BucketReplication for source … use BucketReplication.of(bucket).addRule()',
    ],
    [
      'an imported source',
      (stack) => ({ source: s3.Bucket.fromBucketName(stack, 'Theirs', 'their-logs') }),
      'is not defined in this app: ',
    ],
    ['a short prefix', () => ({ roleNamePrefix: 'log' }), "roleNamePrefix 'log': with less than 4 characters"],
    ['a prefix of others', () => ({ roleNamePrefix: 'AWSLogs-' }), "roleNamePrefix 'AWSLogs-': with a name like those"],
    ['a name and a prefix', () => ({ roleName: 'mine' }), 'roleName together with roleNamePrefix: '],
    [
      'keys of everybody',
      () => ({ keyPrefixes: ['logs/'] }),
      "keyPrefixes with 'logs/' for roles of several accounts: ",
    ],
    ['a bad rule', () => ({ ruleId: '' }), "ruleId '' (0 characters): "],
  ])('%s', (_, props, says) => {
    const stack = new Stack(quietApp(), 'Baseline', { env: ENV });
    const given = props(stack);
    const source = 'source' in given ? given.source : bucket(stack, 'Mine');
    const all = { destination: given.destination ?? imported(stack), roleNamePrefix: 'logs-', ...given, source };
    const message = messageOf(() => new LogSource(stack, 'Logs', all));
    for (const part of says.split(' … ')) expect(message).toContain(part);
    expect(message).toMatch(/^\[Baseline\/Logs[\w/]*\] [^]+: .+; .+/);
    expect(message).not.toMatch(/undefined|\[object|\$\{Token/);
  });

  test('KMS without a key for replicas, at the synthesis', () => {
    const stack = new Stack(quietApp(), 'Baseline', { env: ENV });
    const source = bucket(stack, 'Mine', { encryption: KMS });
    new LogSource(stack, 'Logs', { source, destination: imported(stack), roleNamePrefix: 'logs-' });
    expect(messageOf(() => (stack.node.root as App).synth())).toMatch(
      /the source '.*' is encrypted with SSE-KMS, and .* set destinationKey/,
    );
  });
});
