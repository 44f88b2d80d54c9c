import { Aws, aws_s3 as s3, CfnParameter, Stack } from 'aws-cdk-lib';
import { BucketReplication, ReplicatedBucketPair, ReplicationFilter, ReplicationRuleOptions } from '../../src';
import { quietApp } from '../app';
import { bucket, ENV, flow, l1, pair } from '../builders';
import { expectMessage, messageOf, Refusal, refuses } from '../messages';

describe('options of a rule', () => {
  const option = (options: ReplicationRuleOptions) => (stack: Stack) => flow(stack, options);
  const tags = ReplicationFilter.tags({ team: 'a', class: 'b' });

  refuses([
    ...[-1, 1.5, 2147483648, NaN].map((priority): Refusal => [
      `priority ${priority}`,
      option({ priority }),
      `[Stack/Replication] … priority ${priority}: … whole numbers from 0 to 2147483647 … omit priority`,
    ]),
    [
      'an empty ruleId',
      option({ ruleId: '' }),
      "[Stack/Replication] … ruleId '' (0 characters) … 1 to 255 ASCII characters … omit ruleId",
    ],
    [
      'a ruleId of 256 characters',
      option({ ruleId: 'x'.repeat(256) }),
      '[Stack/Replication] … (256 characters) … 1 to 255 ASCII characters … shorten it',
    ],
    [
      'a ruleId with an umlaut',
      option({ ruleId: 'Büro' }),
      "[Stack/Replication] … ruleId 'Büro' … ASCII … omit ruleId",
    ],
    ['a ruleId of two lines', option({ ruleId: 'a\nb' }), `[Stack/Replication] … ruleId 'a\nb' … ASCII … omit ruleId`],
    [
      'tags with delete markers',
      option({ filter: tags, deleteMarkerReplication: true }),
      "[Stack/Replication] … tags 'class', 'team' … S3 does not support delete marker replication … filter by prefix only",
    ],
    [
      'a tag that is a token with delete markers',
      (stack) =>
        flow(stack, {
          filter: ReplicationFilter.tags({ [new CfnParameter(stack, 'Tag').valueAsString]: 'a' }),
          deleteMarkerReplication: true,
        }),
      '[Stack/Replication] … filter on the tags … S3 does not support delete marker replication … filter by prefix only',
    ],
    [
      'prefix and tags with delete markers',
      option({ filter: ReplicationFilter.prefixAndTags('a/', { team: 'a' }), deleteMarkerReplication: true }),
      "[Stack/Replication] … tags 'team' … S3 does not support delete marker replication … omit deleteMarkerReplication",
    ],
    ...['OUTPOSTS', 'EXPRESS_ONEZONE', 'standard'].map((value): Refusal => [
      `storage class ${value}`,
      option({ storageClass: new s3.StorageClass(value) }),
      `[Stack/Replication] … storageClass ${value}: … CloudFormation does not accept it … DEEP_ARCHIVE, GLACIER, GLACIER_IR, INTELLIGENT_TIERING, ONEZONE_IA`,
    ]),
    [
      'RTC without metrics',
      option({ replicationTimeControl: true, metrics: false }),
      '[Stack/Replication] … replicationTimeControl with metrics: false … only together with metrics … leave out replicationTimeControl',
    ],
    [
      'in the rules of the props',
      (stack) =>
        new BucketReplication(stack, 'Replication', {
          source: bucket(stack, 'Source'),
          rules: [{ destination: bucket(stack, 'Destination') }, { destination: bucket(stack, 'Other'), priority: -1 }],
        }),
      '[Stack/Replication] … priority -1 … whole numbers … omit priority',
    ],
    [
      'in the props of a pair',
      (stack) => pair(stack, { priority: -1 }),
      '[Stack/Pair] … priority -1 … whole numbers … omit priority',
    ],
  ]);

  test('a pair on a bucket of the user names the pair', () => {
    const stack = new Stack(quietApp(), 'Stack', { env: ENV });
    const source = bucket(stack, 'Source');
    new BucketReplication(stack, 'Elsewhere', { source });
    expect(messageOf(() => pair(stack, { source, priority: -1 }))).toContain('Stack/Pair');
  });
});

describe('two rules', () => {
  const two = (first: ReplicationRuleOptions, second: ReplicationRuleOptions) => (stack: Stack) => {
    flow(stack, first).addRule({ destination: bucket(stack, 'Other'), ...second });
  };
  const generatedId = (replication: BucketReplication) =>
    l1(replication.source as s3.Bucket).replicationConfiguration &&
    Stack.of(replication).resolve(l1(replication.source as s3.Bucket).replicationConfiguration).rules[0].id;

  refuses([
    [
      'the same ruleId',
      two({ ruleId: 'copy' }, { ruleId: 'copy' }),
      "[Stack/Replication] … ruleId 'copy' twice … an ID of its own … omit ruleId",
    ],
    [
      'the same priority',
      two({ priority: 7, ruleId: 'first' }, { priority: 7 }),
      "[Stack/Replication] … priority 7 twice (also of rule 'first') … a priority of its own … omit priority",
    ],
    [
      'the same token as ruleId',
      (stack) => {
        const ruleId = new CfnParameter(stack, 'Id').valueAsString;
        two({ ruleId }, { ruleId })(stack);
      },
      '[Stack/Replication]',
      /^\[Stack\/Replication\] ruleId .* twice/,
      'an ID of its own … omit ruleId',
    ],
    [
      'the same destination and filter',
      (stack) => {
        const destination = bucket(stack, 'Destination');
        flow(stack, { destination, filter: ReplicationFilter.prefixAndTags('a/', { x: '1', y: '2' }) }).addRule({
          destination: l1(destination),
          filter: ReplicationFilter.prefixAndTags('a/', { y: '2', x: '1' }),
          priority: 9,
          ruleId: 'other',
        });
      },
      "[Stack/Replication] … a second rule to 'Stack/Destination' with the same filter … higher priority … different filters",
    ],
    [
      'the same imported destination and filter',
      (stack) => {
        flow(stack, { destination: s3.Bucket.fromBucketName(stack, 'One', 'backup') }).addRule({
          destination: s3.Bucket.fromBucketArn(stack, 'Two', `arn:${Aws.PARTITION}:s3:::backup`),
        });
      },
      "[Stack/Replication] … imported bucket 'backup' … higher priority … keep one of the two",
    ],
    [
      'two pairs of the same two buckets',
      (stack) => {
        const buckets = { source: bucket(stack, 'Source'), destination: bucket(stack, 'Destination') };
        pair(stack, buckets);
        new ReplicatedBucketPair(stack, 'Again', buckets);
      },
      "[Stack/Again] … a second rule to 'Stack/Destination' … higher priority … keep one of the two",
    ],
  ]);

  test('a generated ID that was given to another rule before', () => {
    const source = (stack: Stack) => bucket(stack, 'Source');
    const before = new Stack(quietApp(), 'Stack', { env: ENV });
    const id = generatedId(flow(before, {}, source(before)));

    const after = new Stack(quietApp(), 'Stack', { env: ENV });
    const replication = flow(
      after,
      { filter: ReplicationFilter.prefix('a/'), ruleId: id, destination: bucket(after, 'Other') },
      source(after),
    );
    const message = messageOf(() => replication.addRule({ destination: bucket(after, 'Destination') }));
    expectMessage(message, `[Stack/Replication] ruleId '${id}' twice … an ID of its own … use different ruleIds`);
  });

  test('more than 1,000', () => {
    const stack = new Stack(quietApp(), 'Stack', { env: ENV });
    const destination = s3.Bucket.fromBucketName(stack, 'Destination', 'backup');
    const replication = new BucketReplication(stack, 'Replication', { source: bucket(stack, 'Source') });
    for (let i = 1; i <= 1000; i++) {
      replication.addRule({ destination, filter: ReplicationFilter.prefix(`${i}/`) });
    }
    expectMessage(
      messageOf(() => replication.addRule({ destination })),
      '[Stack/Replication] rule number 1001: … at most 1000 rules … the whole bucket',
    );
  });
});
