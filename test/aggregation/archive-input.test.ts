import { App, aws_s3 as s3, Duration, Fn, Stack, Token } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import {
  BucketReplication,
  LogAggregationSRR,
  LogAggregationSRRProps,
  LogProducer,
  LogSourceOptions,
  ReplicationFilter,
} from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV, inEurope, key, KMS, l1 } from '../builders';
import { errorsOf, expectMessage, messageOf } from '../messages';
import { archive, ORGANIZATION } from './archive';

const alb = LogProducer.alb();
const prefix = ReplicationFilter.prefix;
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

/** Templates and messages of all stacks. */
const synthesized = (app: App) =>
  app
    .synth()
    .stacks.map(({ id, template, messages }) => [id, template.Resources, messages.map(({ entry }) => entry.data)]);

describe('props that contradict each other', () => {
  const days = (transitionAfter: number) => [
    { storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(transitionAfter) },
  ];

  test.each<[string, (home: Stack) => LogAggregationSRRProps, string]>([
    [
      'a bucket with settings for one that is created',
      (home) => ({ destination: bucket(home, 'Mine'), retention: Duration.days(1), encryption: KMS }),
      'destination together with encryption, retention: … leave out either destination or encryption, retention',
    ],
    [
      'terms for nobody',
      () => ({ roleNamePrefix: 'logs-', keyPrefixes: ['{account}/'], deleteMarkers: true }),
      'roleNamePrefix, keyPrefixes, deleteMarkers without trustedAccounts or organizationId: … give trustedAccounts',
    ],
    ['a short prefix', () => ({ ...ORGANIZATION, roleNamePrefix: 'log' }), "roleNamePrefix 'log': with less than 4"],
    ['the prefix of others', () => ({ ...ORGANIZATION, roleNamePrefix: 'cdk-' }), "roleNamePrefix 'cdk-': with a name"],
    [
      'a long prefix',
      () => ({ ...ORGANIZATION, roleNamePrefix: 'x'.repeat(36) }),
      '(36 characters): … give a text of at most 35 characters',
    ],
    [
      'a prefix with an asterisk',
      () => ({ ...ORGANIZATION, roleNamePrefix: 'logs*' }),
      "roleNamePrefix 'logs*' (5 characters): IAM takes",
    ],
    ['an empty prefix', () => ({ ...ORGANIZATION, roleNamePrefix: '' }), "roleNamePrefix '' (0 characters): IAM takes"],
    [
      'a prefix that is not known',
      () => ({ ...ORGANIZATION, roleNamePrefix: Token.asString(Fn.ref('P')) }),
      'roleNamePrefix that is not known at synthesis: ',
    ],
    [
      'an organization that is not one',
      () => ({ ...ORGANIZATION, organizationId: 'acme' }),
      "organizationId 'acme': … write the id of the organization",
    ],
    [
      'an organization that is not known',
      () => ({ ...ORGANIZATION, organizationId: Token.asString(Fn.ref('P')) }),
      'organizationId that is not known at synthesis: ',
    ],
    [
      'the own account',
      () => ({ trustedAccounts: [ENV.account], roleNamePrefix: 'logs-' }),
      'leave it out of accounts',
    ],
    [
      'a retention of hours',
      () => ({ retention: Duration.hours(30) }),
      'retention of 1.25 days: S3 counts whole days; give whole days',
    ],
    [
      'no retention at all',
      () => ({ noncurrentVersionRetention: Duration.days(0) }),
      'noncurrentVersionRetention of 0 days: ',
    ],
    [
      'a transition at the end',
      () => ({ retention: Duration.days(9), transitions: days(9) }),
      'transitions to GLACIER after 9 days with a retention of 9 days: ',
    ],
    [
      'an AWS managed key',
      () => ({ encryption: s3.BucketEncryption.KMS_MANAGED }),
      'encryption KMS_MANAGED: … use BucketEncryption.KMS',
    ],
    [
      'a key for another encryption',
      (home) => ({
        encryption: s3.BucketEncryption.S3_MANAGED,
        destinationOptions: { encryptionKey: key(inEurope(home)) },
      }),
      "destinationOptions.encryptionKey: 'Europe/Key' in region 'eu-west-1' … ",
    ],
    [
      'retention without Object Lock',
      () => ({
        objectLockEnabled: false,
        objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)),
      }),
      'objectLockDefaultRetention with objectLockEnabled: false: ',
    ],
    [
      'a bucket with its versioning suspended',
      (home) => {
        const destination = bucket(home, 'Mine');
        l1(destination).versioningConfiguration = { status: 'Suspended' };
        return { destination };
      },
      "destination 'Archive/Mine/Resource' with versioning 'Suspended': … or set its status to 'Enabled'",
    ],
  ])('%s', (_, props, says) => {
    const home = new Stack(quietApp(), 'Archive', { env: ENV });
    expectMessage(
      messageOf(() => new LogAggregationSRR(home, 'Logs', props(home))),
      says,
    );
  });

  test('a transition before the end, and without an end, is none', () => {
    const home = new Stack(quietApp(), 'Archive', { env: ENV });
    const make = (id: string, props: LogAggregationSRRProps) => () => new LogAggregationSRR(home, id, props);
    expect(make('A', { retention: Duration.days(9), transitions: days(8) })).not.toThrow();
    expect(make('B', { transitions: days(9) })).not.toThrow();
  });
});

/** A source that is refused, and how; the destination has KMS on request. */
type Refused = [
  mistake: string,
  source: (home: Stack, logs: LogAggregationSRR) => s3.IBucketRef,
  options: (home: Stack) => LogSourceOptions,
  says: string,
];
const plain = () => ({});
const twice = (options: LogSourceOptions) => (home: Stack, logs: LogAggregationSRR) => {
  const source = bucket(home, 'Source');
  logs.addSource(source, options);
  return source;
};

describe('addSource() leaves nothing behind when it refuses', () => {
  test.each<Refused>([
    [
      'another region',
      (home) => bucket(inEurope(home), 'Source'),
      plain,
      "source 'Europe/Source' in region 'eu-west-1', destination 'Archive/Logs/Destination' in 'us-east-1': … make a LogAggregationSRR in each region",
    ],
    [
      'an open region',
      (home) => bucket(beside(home, 'Open', { account: ENV.account }), 'Source'),
      plain,
      'in region unknown at synthesis, … set env.region on both stacks',
    ],
    [
      'an open account',
      (home) => bucket(beside(home, 'Open', { region: ENV.region }), 'Source'),
      plain,
      'set env.account on both stacks',
    ],
    [
      'an imported source',
      (home) => s3.Bucket.fromBucketName(home, 'Source', 'their-logs'),
      plain,
      "source imported bucket 'their-logs', which is not defined in this app: … use LogSource in the app that defines the bucket",
    ],
    [
      'a source with a replication configuration of its own',
      (home) => {
        const destination = bucket(home, 'Else', { versioned: true });
        return bucket(home, 'Source', { versioned: true, replicationRules: [{ destination }] });
      },
      plain,
      "source 'Archive/Source' has a replication configuration of its own: … add each of its rules with addRule()",
    ],
    [
      'a source twice',
      twice({}),
      plain,
      "a second rule to 'Archive/Logs/Destination' with the same filter as the one of 'Archive/Logs': … give them different filters",
    ],
    [
      'a filter twice',
      twice({ filter: prefix('a/') }),
      () => ({ filter: prefix('a/') }),
      "with the same filter as the one of 'Archive/Logs': ",
    ],
    [
      'a ruleId twice',
      twice({ ruleId: 'all' }),
      () => ({ ruleId: 'all', filter: prefix('a/') }),
      "ruleId 'all' twice: ",
    ],
    [
      'the destination',
      (_, logs) => logs.destination,
      plain,
      "destination 'Archive/Logs/Destination' is the source bucket itself: … name another bucket",
    ],
    [
      'a source that receives what the destination has',
      (home, logs) => {
        const source = bucket(home, 'Source');
        BucketReplication.of(logs.destination).addRule({ destination: source });
        return source;
      },
      plain,
      'replicates, directly or through other buckets, to the source … ',
    ],
    [
      'a key of another region',
      (home) => bucket(home, 'Source', { encryption: KMS }),
      (home) => ({ destinationKey: key(inEurope(home)) }),
      "destinationKey: 'Europe/Key' in region 'eu-west-1', … give a key of region 'us-east-1'",
    ],
    ['a ruleId without text', (home) => bucket(home, 'Source'), () => ({ ruleId: '' }), "ruleId '' (0 characters): "],
    ['a priority below zero', (home) => bucket(home, 'Source'), () => ({ priority: -1 }), 'priority -1: '],
    [
      'a storage class for directory buckets',
      (home) => bucket(home, 'Source'),
      () => ({ storageClass: new s3.StorageClass('EXPRESS_ONEZONE') }),
      'storageClass EXPRESS_ONEZONE: ',
    ],
    [
      'Replication Time Control without metrics',
      (home) => bucket(home, 'Source'),
      () => ({ replicationTimeControl: true, metrics: false }),
      'replicationTimeControl with metrics: false: ',
    ],
    [
      'an owner override within the account',
      (home) => bucket(home, 'Source'),
      () => ({ ownerOverride: true }),
      'ownerOverride with a destination in the account of the source: ',
    ],
    [
      'a source that logs to itself',
      (home) => bucket(home, 'Source'),
      (home) => ({
        producers: [LogProducer.serverAccessLogs({ loggedBuckets: [home.node.findChild('Source') as s3.Bucket] })],
      }),
      'writes its server access logs to itself: ',
    ],
  ])('%s', (_, sourceOf, options, says) => {
    const build = (fail: boolean) => {
      const { app, home, logs } = archive(ORGANIZATION);
      const source = sourceOf(home, logs);
      const asked = options(home);
      if (fail) {
        const producers = asked.producers ?? [alb];
        expectMessage(
          messageOf(() => logs.addSource(source, { ...asked, producers })),
          says,
        );
      }
      return synthesized(app);
    };
    expect(build(true)).toEqual(build(false));
  });

  test('the bucket for a producer goes with it', () => {
    const build = (fail: boolean) => {
      const { app, logs } = archive();
      if (fail) expect(() => logs.addProducer('Alb', alb, { ruleId: '' })).toThrow("ruleId ''");
      logs.addProducer('Alb', alb);
      return synthesized(app);
    };
    expect(build(true)).toEqual(build(false));
  });
});

test.each<[string, LogAggregationSRRProps, s3.BucketProps, LogSourceOptions, string]>([
  [
    'KMS into SSE-S3',
    {},
    { encryption: KMS },
    {},
    'the source … is encrypted with SSE-KMS, and destination … set destinationKey on the rule, or encrypt the destination',
  ],
  [
    'KMS for a service that cannot use it',
    { encryption: KMS },
    { encryption: KMS },
    { producers: [alb] },
    'use BucketEncryption.S3_MANAGED for this bucket',
  ],
  ['Object Lock into none', {}, { objectLockEnabled: true }, {}, 'set objectLockEnabled: true on the destination'],
  [
    'a name that the service does not take',
    {},
    { bucketName: 'waf-logs' },
    { producers: [LogProducer.waf()] },
    "a bucketName that starts with 'aws-waf-logs-'",
  ],
])('%s is an error of the synthesis', (_, props, source, options, says) => {
  const { app, home, logs } = archive(props);
  logs.addSource(bucket(home, 'Source', source), options);
  expectMessage(errorsOf(app), says);
});
