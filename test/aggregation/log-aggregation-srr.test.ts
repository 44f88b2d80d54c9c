import { App, aws_s3 as s3, Duration, Fn, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import {
  BucketReplication,
  LogAggregationSRR,
  LogAggregationSRRProps,
  LogProducer,
  LogSourceOptions,
  ReplicatedBucketPair,
  ReplicationFilter,
} from '../../src';
import { quietApp, testApp } from '../app';
import { beside, bucket, ENV, key, KMS, l1 } from '../builders';
import { grant } from '../grant';
import { messageOf } from '../messages';
import { archive, ORGANIZATION } from './archive';

const [OURS, THEIRS] = [ENV.account, '222222222222'];
const ACCOUNTS = { trustedAccounts: [THEIRS], roleNamePrefix: 'logs-' };
const NAMED = { destinationOptions: { bucketName: 'the-log-archive' } };
const UNIQUE = { uniqueKeys: true };
/** What an account may send without a statement of its own. */
const ownOf = (account: string) => ({ ...UNIQUE, filter: ReplicationFilter.prefix(`AWSLogs/${account}/`) });
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

const member = (home: Stack, id = 'Member') => beside(home, id, { ...ENV, account: THEIRS });
const resourcesOf = (stack: Stack, type: string) => Object.values<any>(Template.fromStack(stack).findResources(type));
const configurationOf = (stack: Stack) =>
  resourcesOf(stack, 'AWS::S3::Bucket')
    .map(({ Properties }) => Properties.ReplicationConfiguration)
    .filter((it) => it !== undefined);
const grantsIn = (stack: Stack): any[] =>
  resourcesOf(stack, 'AWS::S3::BucketPolicy')
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Sid }) => Sid?.startsWith('ReplicasFrom'));
describe('snapshots', () => {
  test('what is made for three producers', () => {
    const { home, logs } = archive({ retention: Duration.days(400) }, testApp());
    logs.addProducer('Alb', LogProducer.alb());
    logs.addProducer('Waf', LogProducer.waf());
    logs.addProducer('Trail', LogProducer.cloudTrail({ trailName: 'trail' }), { sourceRetention: Duration.days(30) });
    expect(Template.fromStack(home).toJSON().Resources).toMatchSnapshot();
  });

  test('what is made with all wishes, for an organization', () => {
    const { home, logs } = archive(
      {
        ...ORGANIZATION,
        ...NAMED,
        encryption: KMS,
        objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(7)),
        retention: Duration.days(400),
        noncurrentVersionRetention: Duration.days(30),
        transitions: [{ storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(90) }],
        storageClass: s3.StorageClass.INFREQUENT_ACCESS,
        metrics: true,
      },
      testApp(),
    );
    const theirs = member(home);
    logs.addSource(bucket(theirs, 'Audit', { encryption: KMS, objectLockEnabled: true }), ownOf(THEIRS));
    expect([home, theirs].map((stack) => Template.fromStack(stack).toJSON().Resources)).toMatchSnapshot();
  });
});

describe('the destination that is created', () => {
  const created = (props: LogAggregationSRRProps) => {
    const { home } = archive(props);
    return resourcesOf(home, 'AWS::S3::Bucket')[0];
  };

  test('is private, versioned, retained, SSE-S3, without lifecycle, Object Lock and a name', () => {
    const { Properties, DeletionPolicy } = created({});
    expect(Properties).toEqual({
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: expect.objectContaining({ RestrictPublicBuckets: true }),
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
    expect(DeletionPolicy).toBe('RetainExceptOnCreate');
  });

  test.each<[string, LogAggregationSRRProps, object[]]>([
    [
      'retention',
      { retention: Duration.days(9) },
      [{ ExpirationInDays: 9, NoncurrentVersionExpiration: { NoncurrentDays: 9 } }],
    ],
    [
      'retention of noncurrent versions',
      { retention: Duration.days(9), noncurrentVersionRetention: Duration.hours(24) },
      [{ ExpirationInDays: 9, NoncurrentVersionExpiration: { NoncurrentDays: 1 } }],
    ],
    [
      'transitions',
      { transitions: [{ storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(1) }] },
      [{ Transitions: [{ StorageClass: 'GLACIER', TransitionInDays: 1 }] }],
    ],
    [
      'rules of its own',
      {
        retention: Duration.days(9),
        destinationOptions: { lifecycleRules: [{ expiration: Duration.days(2), prefix: 'tmp/' }] },
      },
      [{ ExpirationInDays: 9 }, { ExpirationInDays: 2, Prefix: 'tmp/' }],
    ],
  ])('has a lifecycle: %s', (_, props, rules) => {
    const { Rules } = created(props).Properties.LifecycleConfiguration;
    expect(Rules).toMatchObject(rules);
    expect(Rules).toHaveLength(rules.length);
  });

  test('is encrypted with KMS when a key is given, and removed as asked for', () => {
    const { home } = archive();
    const encryptionKey = key(home);
    new LogAggregationSRR(home, 'Secret', {
      destinationOptions: { encryptionKey },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const [, { Properties, DeletionPolicy }] = resourcesOf(home, 'AWS::S3::Bucket');
    expect(JSON.stringify(Properties.BucketEncryption)).toContain('aws:kms');
    expect(DeletionPolicy).toBe('Delete');
    expect(resourcesOf(home, 'AWS::KMS::Key')).toHaveLength(1);
  });
});

describe('a source', () => {
  test.each<[string, LogAggregationSRRProps, LogSourceOptions, object]>([
    ['nothing', {}, {}, {}],
    ['metrics for all', { metrics: true }, {}, { Metrics: { Status: 'Enabled' } }],
    ['metrics for one', {}, { metrics: true }, { Metrics: { Status: 'Enabled' } }],
    ['metrics for all others', { metrics: true }, { metrics: false }, {}],
    ['a storage class', { storageClass: s3.StorageClass.GLACIER }, {}, { StorageClass: 'GLACIER' }],
    [
      'one of its own',
      { storageClass: s3.StorageClass.GLACIER },
      { storageClass: s3.StorageClass.DEEP_ARCHIVE },
      { StorageClass: 'DEEP_ARCHIVE' },
    ],
    [
      'Replication Time Control, which wants metrics',
      {},
      { replicationTimeControl: true },
      {
        Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
        ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
      },
    ],
  ])('is replicated with %s', (_, props, options, more) => {
    const { home, logs } = archive(props);
    logs.addSource(bucket(home, 'Source'), options);
    const [{ Rules }] = configurationOf(home);
    expect(Rules).toMatchObject([{ Status: 'Enabled', Filter: { Prefix: '' } }]);
    const { Bucket, Account, ...destination } = Rules[0].Destination;
    expect(destination).toEqual(more);
  });

  test('of this account needs nothing of the policy of the destination, whoever is trusted', () => {
    const { home, logs } = archive({ ...ORGANIZATION, ...NAMED });
    logs.addSource(bucket(home, 'Source'));
    expect(grantsIn(home)).toMatchObject([{ Sid: expect.stringContaining('Organization') }]);
    expect(resourcesOf(home, 'AWS::IAM::Role')[0].Properties.RoleName).toBeUndefined();
  });

  test.each([
    ['the organization', ORGANIZATION],
    ['its account', ACCOUNTS],
  ])('of another account has a role with the prefix when %s is trusted', (_, trust) => {
    const { home, logs } = archive({ ...trust, ...NAMED });
    for (const id of ['A', 'B', 'C']) logs.addSource(bucket(member(home, id), 'Source'), ownOf(THEIRS));
    expect(grantsIn(home)).toEqual(grantsIn(archive({ ...trust, ...NAMED }).home));
    expect(grantsIn(home)).toHaveLength(1);
    const names = ['A', 'B', 'C'].map(
      (id) => resourcesOf(home.node.root.node.findChild(id) as Stack, 'AWS::IAM::Role')[0].Properties.RoleName,
    );
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^logs-[0-9a-f]{12}$/);
  });

  test.each<[string, LogAggregationSRRProps]>([
    ['nobody', {}],
    ['another account', { ...ACCOUNTS, trustedAccounts: ['333333333333'] }],
  ])('of another account is let in by itself when %s is trusted', (_, trust) => {
    const { home, logs } = archive({ ...trust, ...NAMED });
    const theirs = member(home);
    for (const id of ['A', 'B']) logs.addSource(bucket(theirs, id), UNIQUE);
    const added = grantsIn(home).filter(({ Sid }) => !Sid.includes('Accounts'));
    const roles = resourcesOf(theirs, 'AWS::IAM::Role').map(({ Properties }) => Properties.RoleName);
    expect(roles).toHaveLength(2);
    expect(added.map(({ Condition }) => Condition.ArnEquals['aws:PrincipalArn']['Fn::Join'][1][2]).sort()).toEqual(
      roles.map((name) => `:iam::${THEIRS}:role/${name}`).sort(),
    );
  });

  test('that is the source of a pair is replicated to both, and let in by the name that its role has', () => {
    const { home, logs } = archive({ ...ORGANIZATION, ...NAMED });
    const theirs = member(home);
    logs.addSource(new ReplicatedBucketPair(theirs, 'Pair').source);
    const [{ Rules }] = configurationOf(theirs);
    expect(Rules).toHaveLength(2);
    const [{ Properties }, ...more] = resourcesOf(theirs, 'AWS::IAM::Role');
    expect(more).toEqual([]);
    const [, added] = grantsIn(home);
    expect(JSON.stringify(added.Condition.ArnEquals)).toContain(`role/${Properties.RoleName}"`);
    expect(Properties.RoleName).toMatch(/^s3-replication-/);
  });

  test('that has a role with the prefix already needs no grant', () => {
    const { home, logs } = archive({ ...ORGANIZATION, ...NAMED });
    const source = bucket(member(home), 'Source');
    new BucketReplication(home, 'Replication', { source, roleName: 'logs-of-mine' });
    logs.addSource(source, ownOf(THEIRS));
    expect(grantsIn(home)).toHaveLength(1);
  });

  test.each<[string, LogSourceOptions, string[] | undefined, string]>([
    ['other keys', { filter: ReplicationFilter.prefix('audit/') }, ['audit/*'], 's3:ReplicateObject'],
    ['keys of others', { filter: ReplicationFilter.prefix('AWSLogs/') }, ['AWSLogs/*'], 's3:ReplicateObject'],
    [
      'delete markers',
      { ...ownOf(THEIRS), deleteMarkerReplication: true },
      [`AWSLogs/${THEIRS}/*`],
      's3:ReplicateDelete',
    ],
    [
      'logs of several accounts',
      { producers: [LogProducer.vpcFlowLogs({ accounts: [THEIRS, '333333333333'] })] },
      [`AWSLogs/${THEIRS}/*`, 'AWSLogs/333333333333/*'],
      's3:ReplicateObject',
    ],
  ])('of a trusted account that sends %s has a role and a statement of its own', (_, options, keys, action) => {
    const { home, logs } = archive({ ...ORGANIZATION, ...NAMED });
    logs.addSource(bucket(member(home), 'Source'), { ...UNIQUE, ...options });
    const [, { Resource, Action, Condition }] = grantsIn(home);
    expect([Resource].flat().map((it: any) => it['Fn::Join'][1].at(-1).replace(':s3:::the-log-archive/', ''))).toEqual(
      keys,
    );
    expect(Action).toContain(action);
    expect(JSON.stringify(Condition.ArnEquals)).toMatch(/role\/s3-replication-/);
  });

  test('of a trusted account that sends delete markers needs none where they are let in', () => {
    const { home, logs } = archive({ ...ORGANIZATION, ...NAMED, deleteMarkers: true });
    logs.addSource(bucket(member(home), 'Source'), { ...ownOf(THEIRS), deleteMarkerReplication: true });
    expect(grantsIn(home)).toHaveLength(1);
  });

  test('of another account whose keys nobody knows gives a warning, because its role may write all of them', () => {
    const warned = (options: LogSourceOptions) => {
      const { app, home, logs } = archive(NAMED);
      logs.addSource(bucket(member(home), 'Source'), { ...UNIQUE, ...options });
      logs.addSource(bucket(home, 'Own'), UNIQUE);
      return app.synth().stacks.flatMap(({ messages }) => messages.map(({ entry }) => String(entry.data)));
    };
    expect(warned({})).toEqual([
      expect.stringMatching(/roles of 'Member\/Source' may write every key, .*logSourceMayWriteEveryKey/),
    ]);
    expect(warned({ filter: ReplicationFilter.prefix('a/') })).toEqual([]);
    expect(warned({ producers: [LogProducer.alb()] })).toEqual([]);
  });

  test('with a role of that name and a path is not covered by the prefix', () => {
    const { home, logs } = archive({ ...ORGANIZATION, ...NAMED });
    const source = bucket(member(home), 'Source');
    new BucketReplication(home, 'Replication', { source, roleName: 'logs-of-mine', rolePath: '/a/' });
    logs.addSource(source);
    expect(JSON.stringify(grantsIn(home)[1].Condition.ArnEquals)).toContain(`role/a/logs-of-mine"`);
  });

  test('may be replicated with several filters, and lets its producers in once', () => {
    const { home, logs } = archive();
    const source = bucket(home, 'Source');
    for (const prefix of ['AWSLogs/1', 'AWSLogs/111111111111/']) {
      logs.addSource(source, { filter: ReplicationFilter.prefix(prefix), producers: [LogProducer.alb()] });
    }
    expect(configurationOf(home)[0].Rules).toHaveLength(2);
    const [, policy] = resourcesOf(home, 'AWS::S3::BucketPolicy');
    expect(policy.Properties.PolicyDocument.Statement).toHaveLength(1);
  });
});

describe('a producer', () => {
  const sourceOf = (producer: LogProducer, options = {}) => {
    const { home, logs } = archive();
    const source = logs.addProducer('Source', producer, options);
    expect(source.node.path).toBe('Archive/Logs/Source');
    const template = Template.fromStack(home);
    return template.findResources('AWS::S3::Bucket')[home.getLogicalId(l1(source))].Properties;
  };

  test('gets a bucket that it can write into', () => {
    const properties = sourceOf(LogProducer.alb());
    expect(properties).toMatchObject({ OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } });
    expect(JSON.stringify(properties.BucketEncryption)).toContain('AES256');
    expect(properties.BucketName).toBeUndefined();
    expect(properties.ReplicationConfiguration.Rules).toHaveLength(1);
  });

  test('that encrypts with a key of its own is replicated with it', () => {
    const { app, home, logs } = archive({ encryption: KMS });
    const encryptionKey = key(home, 'TrailKey');
    const trail = LogProducer.cloudTrail({ trailName: 'all', encryptionKey });
    logs.addProducer('Trail', trail);
    const given = bucket(home, 'Given');
    LogProducer.config({ encryptionKey }).allowDeliveryTo(given);
    logs.addSource(given);
    app.synth();
    expect(configurationOf(home)).toHaveLength(2);
    for (const { Rules } of configurationOf(home)) {
      expect(Rules[0].SourceSelectionCriteria.SseKmsEncryptedObjects.Status).toBe('Enabled');
    }
    const ofRoles = JSON.stringify(resourcesOf(home, 'AWS::IAM::Policy'));
    expect(
      ofRoles.split(`{"Fn::GetAtt":["${home.getLogicalId(encryptionKey.node.defaultChild as any)}","Arn"]}`),
    ).toHaveLength(3);
    expect(() => archive().logs.addProducer('Trail', trail)).toThrow();
  });

  test('gets one that expires', () => {
    const { LifecycleConfiguration } = sourceOf(LogProducer.alb(), { sourceRetention: Duration.days(3) });
    expect(LifecycleConfiguration.Rules).toMatchObject([
      { ExpirationInDays: 3, NoncurrentVersionExpiration: { NoncurrentDays: 3 } },
    ]);
  });

  test.each<[string, object, unknown]>([
    [
      'made of account, region and path',
      {},
      expect.stringMatching(/^aws-waf-logs-111111111111-us-east-1-[0-9a-f]{8}$/),
    ],
    ['as it is given', { sourceOptions: { bucketName: 'aws-waf-logs-mine' } }, 'aws-waf-logs-mine'],
  ])('that demands a name gets one %s', (_, options, expected) => {
    expect(sourceOf(LogProducer.waf(), options).BucketName).toEqual(expected);
  });
});

describe('chains and pairs', () => {
  const warnings = (app: App) =>
    app.synth().stacks.flatMap(({ messages }) => messages.map(({ entry }) => String(entry.data)));

  test('a destination that is the source of a pair is told that replicas are not replicated again', () => {
    const app = quietApp();
    const home = new Stack(app, 'Archive', { env: ENV });
    const pair = new ReplicatedBucketPair(home, 'Pair');
    new LogAggregationSRR(home, 'Logs', { destination: pair.source }).addSource(bucket(home, 'Source'));
    expect(warnings(app)).toEqual([
      expect.stringContaining(
        "' receives replicas of 'Archive/Source/Resource', and S3 does not replicate replicas again",
      ),
    ]);
  });

  test('without a chain there is no warning', () => {
    const { app, home, logs } = archive();
    logs.addSource(bucket(home, 'Source'));
    expect(warnings(app)).toEqual([]);
  });

  test('an imported destination gets no policy: what its owner must add is handed over', () => {
    const app = quietApp();
    const home = new Stack(app, 'Archive', { env: ENV });
    const destination = s3.Bucket.fromBucketAttributes(home, 'Theirs', { bucketName: 'the-log-archive', ...ENV });
    const logs = new LogAggregationSRR(home, 'Logs', { destination, ...ORGANIZATION });
    logs.addSource(bucket(home, 'Source'));
    const [{ entry }, ...more] = Annotations.fromStack(home).findWarning('*', Match.anyValue());
    expect(more).toEqual([]);
    expect(entry.data).toContain('"aws:PrincipalOrgID":"o-a1b2c3d4e5"');
  });
});

describe('grants for accounts', () => {
  const granted = (accounts: string[]) => {
    const stack = new Stack(quietApp(), 'Archive', { env: ENV });
    grant(bucket(stack, 'D', { bucketName: 'the-log-archive' }), { accounts, roleNamePrefix: 'logs-' });
    return stack;
  };
  const root = (account: string) => ({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${account}:root`]],
  });

  test('one statement names them all, each once, in whatever order they are given', () => {
    const [statement, ...more] = grantsIn(granted(['333333333333', THEIRS, '333333333333']));
    expect(more).toEqual([]);
    expect(statement).toMatchObject({
      Sid: expect.stringMatching(/^ReplicasFromAccounts[0-9a-f]{8}$/),
      Principal: { AWS: [root(THEIRS), root('333333333333')] },
      Condition: { ArnLike: {}, ArnNotLike: {} },
    });
    expect(grantsIn(granted([THEIRS, '333333333333']))).toEqual([statement]);
  });

  test.each<[string, string[], string]>([
    ['no account', [], 'replicas from an empty list of accounts: a grant needs at least one account; give the numbers'],
    ['a name', ['prod'], "account 'prod': policies name another account by its 12 digits; write the number"],
    ['11 digits', [THEIRS, '33333333333'], "account '33333333333': "],
    ['a token', [Token.asString(Fn.ref('A'))], 'account that is not known at synthesis: '],
    [
      'the own account',
      [THEIRS, OURS],
      `account '${OURS}', which is the account of 'Archive/D': … leave it out of accounts`,
    ],
  ])('%s is refused', (_, accounts, message) => {
    const said = messageOf(() => granted(accounts));
    for (const part of ['[Archive/D/Resource] ', ...message.split(' … ')]) expect(said).toContain(part);
  });

  test('596 accounts fit beside what the destination denies, and one more is refused with the figure', () => {
    const numbers = (count: number) => Array.from({ length: count }, (_, n) => String(400000000000 + n));
    const synth = (count: number) => archive({ ...NAMED, ...ACCOUNTS, trustedAccounts: numbers(count) }).app.synth();
    expect(() => synth(596)).not.toThrow();
    expect(() => synth(597)).toThrow(
      /the policy 'Archive\/Logs\/Destination\/Policy\/Resource' of 'Archive\/Logs\/Destination' has about 20\d{3} characters: AWS takes at most 20480; .*organizationId/,
    );
  });
});

test('the policy of the destination does not grow with the sources of an organization', () => {
  const policyOf = (sources: number) => {
    const { home, logs } = archive({ ...ORGANIZATION, ...NAMED });
    const stacks = [member(home), beside(home, 'Third', { ...ENV, account: '333333333333' }), home];
    for (let n = 0; n < sources; n++) {
      logs.addSource(bucket(stacks[n % 3], `Source${n}`), ownOf(stacks[n % 3].account));
    }
    return JSON.stringify(resourcesOf(home, 'AWS::S3::BucketPolicy'));
  };
  expect(policyOf(9)).toBe(policyOf(0));
});

test('has no finding of cdk-nag but those about access logs and KMS', () => {
  const { app, home, logs } = archive({ ...ORGANIZATION, ...NAMED });
  logs.addProducer('Alb', LogProducer.alb());
  const secure = { enforceSSL: true, blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL };
  logs.addSource(bucket(member(home), 'Source', secure), UNIQUE);
  app.synth();
  const found = [new AwsSolutionsChecks(), new NIST80053R5Checks()].map((pack) => {
    const { violations } = pack.validateScope(app);
    return [...new Set(violations.map(({ ruleName }) => ruleName.replace(/.*-/, '')))].sort();
  });
  expect(found).toEqual([['S1'], ['S3BucketLoggingEnabled', 'S3DefaultEncryptionKMS']]);
});
