import { Annotations, App, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { BucketReplication, LogAggregationSRR, LogProducer, LogSourceOptions, ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV, l1 } from '../builders';
import { errorsOf, expectMessage } from '../messages';
import { archive, ORGANIZATION } from './archive';

const alb = LogProducer.alb();
const prefix = ReplicationFilter.prefix;
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

const warningsOf = (app: App) =>
  app
    .synth()
    .stacks.flatMap(({ messages }) => messages.filter(({ level }) => level === 'warning'))
    .map(({ entry }) => String(entry.data));

describe('loops', () => {
  const loggingTo = (destinationBucketName?: string, logFilePrefix?: string) => ({
    destinationBucketName,
    logFilePrefix,
  });
  type Loop = [
    string,
    (home: Stack) => [destination: s3.IBucket, sources: Array<[s3.IBucketRef, LogSourceOptions?]>],
    string,
  ];
  const destination = (home: Stack, props: s3.BucketProps = {}) => bucket(home, 'Mine', props);
  const byName =
    (logged: string, replicated?: string): Loop[1] =>
    (home) => {
      const mine = destination(home);
      l1(mine).loggingConfiguration = loggingTo('the-access-logs', logged);
      const source = bucket(beside(home, 'Other'), 'Source', { bucketName: 'the-access-logs' });
      return [mine, [[source, replicated === undefined ? {} : { filter: prefix(replicated) }]]];
    };
  const build = (define: Loop[1]) => {
    const app = quietApp();
    const home = new Stack(app, 'Archive', { env: ENV });
    const [mine, sources] = define(home);
    const logs = new LogAggregationSRR(home, 'Logs', { destination: mine, ...ORGANIZATION });
    sources.forEach(([source, options]) => logs.addSource(source, options));
    return app;
  };

  test.each<Loop>([
    [
      'a destination that logs to itself',
      (home) => [destination(home, { serverAccessLogsPrefix: 'a/' }), []],
      "[Archive/Logs] destination 'Archive/Mine' writes its server access logs to itself: ",
    ],
    [
      'the same with a source',
      (home) => [destination(home, { serverAccessLogsPrefix: 'a/' }), [[bucket(home, 'Source')]]],
      'writes its server access logs to itself: ',
    ],
    [
      'a destination that logs to a source',
      (home) => {
        const source = bucket(home, 'Source');
        return [destination(home, { serverAccessLogsBucket: source }), [[source]]];
      },
      "destination 'Archive/Mine' writes its server access logs to the source 'Archive/Source': ",
    ],
    [
      'a destination that logs to a source of another stack by its name',
      byName('logs/'),
      "writes its server access logs to the source 'Other/Source': ",
    ],
    ['the same below the prefix that is replicated', byName('logs/a/', 'logs/'), "to the source 'Other/Source': "],
  ])('%s', (_, define, says) => expectMessage(errorsOf(build(define)), says));

  test('a rule back from the destination is refused', () => {
    const { home, logs } = archive();
    const source = bucket(home, 'Source');
    logs.addSource(source);
    expect(() => BucketReplication.of(logs.destination).addRule({ destination: source })).toThrow(
      /replicates, directly or through other buckets, to the source/,
    );
  });

  test.each<[string, Loop[1]]>([
    [
      'logs elsewhere',
      (home) => [destination(home, { serverAccessLogsBucket: bucket(home, 'Else') }), [[bucket(home, 'Source')]]],
    ],
    ['logs below a prefix that is not replicated', byName('logs/', 'AWSLogs/')],
  ])('a destination that %s is none', (_, define) => expect(() => build(define).synth()).not.toThrow());
});

describe('keys that meet', () => {
  type Sources = (home: Stack, logs: LogAggregationSRR) => void;
  const sources =
    (...all: Array<[id: string, options?: LogSourceOptions]>): Sources =>
    (home, logs) =>
      all.forEach(([id, options]) => logs.addSource(bucket(home, id), options));
  const produced =
    (...producers: LogProducer[]): Sources =>
    (_, logs) =>
      producers.forEach((producer, index) => logs.addProducer(`P${index}`, producer));
  const build = (define: Sources) => {
    const { app, home, logs } = archive();
    define(home, logs);
    return app;
  };
  const NEVER = { uniqueKeys: false };

  test.each<[string, Sources, string]>([
    ['two sources of which nothing is known', sources(['A'], ['B']), "('Archive/A' and 'Archive/B')"],
    ['three', sources(['A'], ['B'], ['C']), "('Archive/A', 'Archive/B' and 'Archive/C')"],
    ['five', sources(['A'], ['B'], ['C'], ['D'], ['E']), "('Archive/A', 'Archive/B', 'Archive/C' and 2 more)"],
    [
      'prefixes within each other',
      sources(['A', { filter: prefix('a/') }], ['B', { filter: prefix('a/b/') }]),
      "('Archive/A' and 'Archive/B')",
    ],
    ['one that says it has no unique keys', sources(['A', NEVER], ['B']), "('Archive/"],
    [
      'both say so, of prefixes within each other',
      sources(['A', { ...NEVER, filter: prefix('a/') }], ['B', NEVER]),
      "('Archive/",
    ],
    [
      'simple access logs',
      produced(LogProducer.serverAccessLogs(), LogProducer.serverAccessLogs()),
      "('Archive/Logs/P0' and 'Archive/Logs/P1')",
    ],
    [
      'a service with a fixed key, and a source of which nothing is known',
      (home, logs) => {
        logs.addProducer('Config', LogProducer.config());
        logs.addSource(bucket(home, 'A'), { filter: prefix('AWSLogs/') });
      },
      "('Archive/A' and 'Archive/Logs/Config')",
    ],
  ])('one warning about %s', (_, define, says) => {
    const [text, ...more] = warningsOf(build(define));
    expect(more).toEqual([]);
    expect(text).toContain(says);
    expect(text).toContain('Give every source a prefix of its own');
    expect(text).toContain('uniqueKeys: true');
  });

  test.each<[string, Sources]>([
    ['one source', sources(['A'])],
    ['sources that say their keys are unique', sources(['A', { uniqueKeys: true }], ['B', { uniqueKeys: true }])],
    ['one of two that says so', sources(['A', { uniqueKeys: true }], ['B'])],
    ['prefixes beside each other', sources(['A', { filter: prefix('a/') }], ['B', { filter: prefix('b/') }])],
    [
      'one bucket with two filters',
      (home, logs) => {
        const source = bucket(home, 'A');
        ['a/', 'a/b/'].forEach((it) => logs.addSource(source, { filter: prefix(it) }));
      },
    ],
    [
      'services whose keys are unique',
      produced(
        alb,
        alb,
        LogProducer.nlb(),
        LogProducer.vpcFlowLogs(),
        LogProducer.waf(),
        LogProducer.waf(),
        LogProducer.cloudTrail({ trailName: 'trail' }),
        LogProducer.cloudFront(),
      ),
    ],
    ['partitioned access logs', produced(...['a', 'b'].map(() => LogProducer.serverAccessLogs({ partitioned: true })))],
    [
      'simple access logs with a prefix each',
      produced(...['a/', 'b/'].map((it) => LogProducer.serverAccessLogs({ prefix: it }))),
    ],
    [
      'a service with a fixed key, in several accounts',
      (home, logs) => {
        for (const account of ['222222222222', '333333333333']) {
          logs.addSource(bucket(beside(home, `A${account}`, { ...ENV, account }), 'Source'), {
            producers: [LogProducer.config()],
          });
        }
      },
    ],
    ['the same with a prefix each', produced(...['a', 'b'].map((it) => LogProducer.config({ prefix: it })))],
    [
      'a producer that was let in before',
      (home, logs) =>
        ['A', 'B'].forEach((id) => {
          const source = bucket(home, id);
          alb.allowDeliveryTo(source);
          logs.addSource(source);
        }),
    ],
  ])('no warning about %s', (_, define) => expect(warningsOf(build(define))).toEqual([]));

  test.each<[string, Sources, string]>([
    [
      'two say they have no unique keys',
      sources(['A', NEVER], ['B', NEVER]),
      "[Archive/Logs] sources 'Archive/A' and 'Archive/B' write keys that start with '' and have no unique part: … give every source a prefix of its own",
    ],
    [
      'the same below one prefix',
      sources(['A', { ...NEVER, filter: prefix('a/') }], ['B', { ...NEVER, filter: prefix('a/') }]),
      "start with 'a/'",
    ],
    [
      'five do',
      sources(...['A', 'B', 'C', 'D', 'E'].map((id): [string, LogSourceOptions] => [id, NEVER])),
      "'Archive/C' and 2 more write keys",
    ],
    [
      'a service with a fixed key delivers into both',
      produced(LogProducer.config(), LogProducer.config()),
      "start with 'AWSLogs/111111111111/Config/'",
    ],
  ])('an error when %s', (_, define, says) => expectMessage(errorsOf(build(define)), says));

  test('an error where the account is not known', () => {
    const app = quietApp();
    const logs = new LogAggregationSRR(new Stack(app, 'Archive'), 'Logs');
    ['A', 'B'].forEach((id) => logs.addProducer(id, LogProducer.config()));
    expectMessage(errorsOf(app), "start with 'AWSLogs/…/Config/'");
  });

  test('the warning can be acknowledged', () => {
    const app = build((home, logs) => {
      sources(['A'], ['B'])(home, logs);
      Annotations.of(home).acknowledgeWarning('cdk-s3-replication:logKeysMayMeet');
    });
    expect(warningsOf(app)).toEqual([]);
  });
});
