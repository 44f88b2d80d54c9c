import { App, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { BucketReplication, LogAggregationSRR, LogProducer, LogSource, ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV, l1 } from '../builders';
import { expectMessage, messageOf } from '../messages';
import { propertiesIn } from '../synthesized';

const OURS = ENV.account;
const prefix = ReplicationFilter.prefix;
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

const stackIn = (id = 'Archive') => new Stack(quietApp(), id, { env: ENV });
const errorIn = (stack: Stack) => {
  try {
    (stack.node.root as App).synth();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

/** A prefix of the logs, one of the filter, and whether a log of the one may be replicated by the other. */
const PREFIXES: Array<[logs: string, filter: string | undefined, meet: boolean]> = [
  ['logs/', undefined, true],
  ['', undefined, true],
  ['logs/', 'logs/', true],
  ['logs/deeper/', 'logs/', true],
  ['logs/', 'logs/deeper/', true],
  ['lo', 'logs/', true],
  ['', 'logs/', true],
  ['logs/', 'other/', false],
  ['logs/a/', 'logs/b/', false],
  ['logs/', 'Logs/', false],
];

describe.each(PREFIXES)(
  "a destination that logs to the source below '%s', with a filter on '%s'",
  (logs, filter, loops) => {
    const rule = filter === undefined ? {} : { filter: prefix(filter) };
    const logging = (destination: s3.IBucket, destinationBucketName: string) =>
      (l1(destination).loggingConfiguration = { destinationBucketName, logFilePrefix: logs || undefined });
    const expected = (message: string) =>
      loops
        ? expect(message).toContain("destination 'Archive/Mine' writes its server access logs to the source")
        : expect(message).not.toContain('every log that arrives');

    test('in one stack', () => {
      const stack = stackIn();
      const [source, mine] = [bucket(stack, 'Source', { bucketName: 'the-logs' }), bucket(stack, 'Mine')];
      logging(mine, 'the-logs');
      BucketReplication.of(source).addRule({ destination: mine, ...rule });
      expected(errorIn(stack));
    });

    test('in one stack, as the second of two rules', () => {
      const stack = stackIn();
      const [source, mine] = [bucket(stack, 'Source', { bucketName: 'the-logs' }), bucket(stack, 'Mine')];
      logging(mine, 'the-logs');
      const replication = BucketReplication.of(source);
      replication.addRule({ destination: bucket(stack, 'Good') });
      replication.addRule({ destination: mine, ...rule });
      expected(errorIn(stack));
    });

    test('in two stacks, of a log aggregation', () => {
      const stack = stackIn();
      const mine = bucket(stack, 'Mine');
      logging(mine, 'the-logs');
      const aggregation = new LogAggregationSRR(stack, 'Logs', { destination: mine });
      aggregation.addSource(bucket(beside(stack, 'Other'), 'Good'), { uniqueKeys: true });
      aggregation.addSource(bucket(beside(stack, 'Team'), 'Source', { bucketName: 'the-logs' }), {
        ...rule,
        uniqueKeys: true,
      });
      expected(errorIn(stack));
    });
  },
);

describe('a filter that lets nothing through is refused, one that lets something through is not', () => {
  const ofNlb = (region: string, account = OURS) => `AWSLogs/${account}/elasticloadbalancing/${region}/`;
  type Case = [string, LogProducer[], filter: string | undefined, refused: boolean];
  const cases: Case[] = [
    ['NLB, its region', [LogProducer.nlb()], ofNlb('us-east-1'), false],
    ['NLB, below its region', [LogProducer.nlb()], `${ofNlb('us-east-1')}2026/`, false],
    ['NLB, above its region', [LogProducer.nlb()], `AWSLogs/${OURS}/`, false],
    ['NLB, another region', [LogProducer.nlb()], ofNlb('eu-west-1'), true],
    ['NLB, another account', [LogProducer.nlb()], ofNlb('us-east-1', '222222222222'), true],
    ['NLB, one of its accounts', [LogProducer.nlb({ accounts: ['222222222222', OURS] })], ofNlb('us-east-1'), false],
    ['ALB, another region', [LogProducer.alb()], ofNlb('eu-west-1'), true],
    [
      'flow logs, one of two regions',
      [LogProducer.vpcFlowLogs({ regions: ['eu-west-1', 'us-east-1'] })],
      `AWSLogs/${OURS}/vpcflowlogs/eu-west-1/`,
      false,
    ],
    [
      'flow logs, a third region',
      [LogProducer.vpcFlowLogs({ regions: ['eu-west-1', 'us-east-1'] })],
      `AWSLogs/${OURS}/vpcflowlogs/us-west-2/`,
      true,
    ],
    ['the first of two producers', [LogProducer.waf(), LogProducer.alb()], `AWSLogs/${OURS}/WAFLogs/`, false],
    ['the second of two producers', [LogProducer.waf(), LogProducer.alb()], `AWSLogs/${OURS}/elastic`, false],
    ['none of two producers', [LogProducer.waf(), LogProducer.alb()], `AWSLogs/${OURS}/CloudTrail/`, true],
    ['the prefix of the service', [LogProducer.alb({ prefix: 'alb' })], 'alb/', false],
    ['without the prefix of the service', [LogProducer.alb({ prefix: 'alb' })], 'AWSLogs/', true],
    ['no filter', [LogProducer.waf(), LogProducer.alb()], undefined, false],
  ];
  const NAMED = { bucketName: 'aws-waf-logs-of-mine' };

  test.each(cases)('%s', (_, producers, filter, refused) => {
    const options = { producers, filter: filter === undefined ? undefined : prefix(filter) };
    const into: Array<() => void> = [
      () => {
        const stack = stackIn();
        new LogAggregationSRR(stack, 'Logs').addSource(bucket(stack, 'Source', NAMED), options);
      },
      () => {
        const stack = stackIn();
        const destination = s3.Bucket.fromBucketAttributes(stack, 'Archive', {
          ...{ bucketName: 'the-archive', account: '333333333333', region: ENV.region },
        });
        new LogSource(stack, 'Source', { ...options, destination, roleNamePrefix: 'logs-', sourceOptions: NAMED });
      },
    ];
    for (const run of into) {
      if (refused) {
        expectMessage(messageOf(run), `a filter on the prefix '${filter}' for `, /, whose keys start with '/);
      } else {
        expect(run).not.toThrow();
      }
    }
  });
});

test('a refused source leaves no policy and no bucket behind', () => {
  const stack = stackIn();
  const logs = new LogAggregationSRR(stack, 'Logs');
  const options = { filter: prefix('elsewhere/') };
  expect(() => logs.addProducer('Source', LogProducer.alb(), options)).toThrow();
  expect(() => logs.addSource(bucket(stack, 'Mine'), { ...options, producers: [LogProducer.nlb()] })).toThrow();
  expect(Object.keys(propertiesIn(stack, 'AWS::S3::BucketPolicy'))).toHaveLength(1);
  expect(Object.keys(propertiesIn(stack, 'AWS::S3::Bucket'))).toHaveLength(2);
});
