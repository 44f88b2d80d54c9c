import { Annotations as Core, aws_kms as kms, aws_s3 as s3, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { LogProducer, LogSource, LogSourceProps, ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { bucket, ENV, key, KMS, l1 } from '../builders';
import { archive } from './archive';

afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

const warningsOf = (stack: Stack) =>
  Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));

describe('the key of a producer', () => {
  const named = (late: boolean) => {
    const { app, home, logs } = archive({ encryption: KMS });
    const source = bucket(home, 'Source');
    const encryptionKey: kms.IKey = key(home, 'TrailKey');
    const steps = [
      () => LogProducer.cloudTrail({ trailName: 'all', encryptionKey }).allowDeliveryTo(source),
      () => logs.addSource(source, { uniqueKeys: true }),
    ];
    (late ? steps.reverse() : steps).forEach((step) => step());
    return app;
  };
  test('is known to the rule when the producer came first', () => expect(() => named(false).synth()).not.toThrow());
  test('that comes after the rule is an error', () => {
    expect(() => named(true).synth()).toThrow(
      /logs of CloudTrail into 'Archive\/Source' with an encryptionKey that its replication does not know: .*; give the LogProducer in producers/,
    );
  });
});

test.each([
  ['logs/', true],
  ['AWSLogs/', false],
  ['AWSLogs/111111111111/elastic', false],
])('a filter on %s for what ALB writes is refused: %s', (prefix, refused) => {
  const add = () => archive().logs.addProducer('Alb', LogProducer.alb(), { filter: ReplicationFilter.prefix(prefix) });
  refused
    ? expect(add).toThrow(
        /a filter on the prefix 'logs\/' for access logs .*, whose keys start with 'AWSLogs\/111.* none of them matches/,
      )
    : expect(add).not.toThrow();
});

test('prefixes with tokens that are different from the start do not meet', () => {
  const { app, home, logs } = archive();
  for (const id of ['a', 'b']) {
    const prefix = `${id}-${new CfnParameter(home, id).valueAsString}/`;
    logs.addSource(bucket(home, `Source-${id}`), { filter: ReplicationFilter.prefix(prefix), uniqueKeys: false });
  }
  app.synth();
  expect(warningsOf(home).filter((it) => it.includes('logKeysMayMeet'))).toEqual([]);
});

test('a prefix that is a token may meet any other one', () => {
  const { app, home, logs } = archive();
  const prefix = `${new CfnParameter(home, 'Prefix').valueAsString}/`;
  logs.addSource(bucket(home, 'One'), { filter: ReplicationFilter.prefix(prefix) });
  logs.addSource(bucket(home, 'Two'), { filter: ReplicationFilter.prefix('logs/') });
  app.synth();
  expect(warningsOf(home).join()).toContain('logKeysMayMeet');
});

test('what is delivered into the destination itself may meet what is replicated', () => {
  const { app, logs } = archive();
  logs.addProducer('Config', LogProducer.config());
  LogProducer.config().allowDeliveryTo(logs.destination);
  expect(() => app.synth()).toThrow(
    /sources 'Archive\/Logs\/Config' and 'Archive\/Logs\/Destination'.* no unique part/,
  );
});

test('a disabled rule meets nothing, so that one can get out', () => {
  const { app, logs } = archive();
  logs.addProducer('One', LogProducer.config());
  logs.addProducer('Two', LogProducer.config(), { enabled: false });
  expect(() => app.synth()).not.toThrow();
});

test.each([
  ['simple', undefined, true],
  ['partitioned', s3.TargetObjectKeyFormat.partitionedPrefix(), false],
])('access logs that are said to be partitioned, and are %s', (_, targetObjectKeyFormat, refused) => {
  const { app, home, logs } = archive();
  const target = logs.addProducer('AccessLogs', LogProducer.serverAccessLogs({ partitioned: true }));
  bucket(home, 'Data', { serverAccessLogsBucket: target, targetObjectKeyFormat });
  refused
    ? expect(() => app.synth()).toThrow(
        /partitioned access logs into .*, and 'Archive\/Data\/Resource' that logs into it in the simple form/,
      )
    : expect(() => app.synth()).not.toThrow();
});

test('a producer that is refused leaves nothing of those before it', () => {
  const { home, logs } = archive();
  const source = bucket(home, 'Source');
  const elsewhere = bucket(
    new Stack(home.node.root as any, 'Elsewhere', { env: { ...ENV, region: 'eu-west-1' } }),
    'Data',
  );
  const producers = [LogProducer.alb(), LogProducer.serverAccessLogs({ loggedBuckets: [elsewhere] })];
  expect(() => logs.addSource(source, { producers })).toThrow(/within one account and one region/);
  Template.fromStack(home).resourceCountIs('AWS::S3::BucketPolicy', 1); // that of the destination
  expect(l1(source).replicationConfiguration).toBeUndefined();
});

test.each<[string, object, RegExp]>([
  ['no retention', { retention: Duration.days(0) }, /retention of 0 days: S3 counts whole days/],
  [
    'a transition after hours',
    { transitions: [{ storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.hours(5) }] },
    /transitionAfter for GLACIER of 0.2\d* days/,
  ],
  [
    'a transition at a date, and a retention',
    {
      retention: Duration.days(9),
      transitions: [{ storageClass: s3.StorageClass.GLACIER, transitionDate: new Date(0) }],
    },
    /transitions to GLACIER at a date, together with a retention in days/,
  ],
])('%s is refused', (_, props, message) => expect(() => archive(props)).toThrow(message));

test('source retentions are whole days, and no transitions are none', () => {
  const alb = LogProducer.alb();
  expect(() => archive().logs.addProducer('Alb', alb, { sourceRetention: Duration.hours(12) })).toThrow(
    '[Archive/Logs] sourceRetention of 0.5 days',
  );
  const [{ Properties }] = Object.values(
    Template.fromStack(archive({ transitions: [] }).home).findResources('AWS::S3::Bucket'),
  );
  expect(Properties.LifecycleConfiguration).toBeUndefined();
});

describe('a LogSource', () => {
  const source = (props: (stack: Stack) => Partial<LogSourceProps>) => {
    const stack = new Stack(quietApp(), 'Baseline', { env: ENV });
    const attributes = { bucketName: 'the-archive', account: '999999999999', region: 'us-east-1' };
    const destination = s3.Bucket.fromBucketAttributes(stack, 'Archive', attributes);
    new LogSource(stack, 'Logs', { destination, roleNamePrefix: 'logs-', ...props(stack) });
    return stack;
  };
  const OWN_ROLE = { roleNamePrefix: undefined, roleName: 'access-logs' };
  const meets = (stack: Stack) => warningsOf(stack).some((it) => it.includes('logKeysMayMeet'));
  test.each<[string, (stack: Stack) => Partial<LogSourceProps>, boolean]>([
    ['keys that name the account', () => ({ producers: [LogProducer.vpcFlowLogs()] }), false],
    ['access logs in the simple form', () => ({ producers: [LogProducer.serverAccessLogs()], ...OWN_ROLE }), true],
    ['a bucket that nobody knows about', (stack) => ({ source: bucket(stack, 'Mine') }), true],
    ['one with unique keys', (stack) => ({ source: bucket(stack, 'Mine'), uniqueKeys: true }), false],
    ['one without', (stack) => ({ source: bucket(stack, 'Mine'), uniqueKeys: false }), true],
  ])('%s', (_, props, expected) => expect(meets(source(props))).toBe(expected));

  test('the warning can be acknowledged', () => {
    const stack = source((it) => ({ source: bucket(it, 'Mine') }));
    Core.of(stack).acknowledgeWarning('cdk-s3-replication:logKeysMayMeet');
    expect(meets(stack)).toBe(false);
  });

  test('whose filter matches nothing is refused', () => {
    const filter = ReplicationFilter.prefix('vpcflowlogs/');
    expect(() => source(() => ({ producers: [LogProducer.vpcFlowLogs()], filter }))).toThrow(/none of them matches/);
  });
});
