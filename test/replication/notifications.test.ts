import {
  aws_kms as kms,
  aws_s3 as s3,
  aws_s3_notifications as s3n,
  aws_sns as sns,
  aws_sqs as sqs,
  CfnResource,
  Stack,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ReplicatedBucketPair, ReplicationFilter, ReplicationRule } from '../../src';
import { quietApp } from '../app';
import { ENV, flow, inEurope, l1 } from '../builders';

const home = () => new Stack(quietApp(), 'Stack', { env: ENV });
const FAILED = 's3:Replication:OperationFailedReplication';
const WRITTEN = 'Custom::S3BucketNotifications';
const told = (stack: Stack, rule?: Partial<ReplicationRule>, source?: s3.IBucketRef) => {
  const replication = flow(stack, rule, source);
  return {
    replication,
    failure: (target: s3.IBucketNotificationDestination, ...filters: s3.NotificationKeyFilter[]) =>
      replication.addFailureNotification(target, ...filters),
  };
};
const queue = (stack: Stack, id = 'Queue', props?: sqs.QueueProps) => new sqs.Queue(stack, id, props);
const toQueue = (stack: Stack, props?: sqs.QueueProps) => new s3n.SqsDestination(queue(stack, 'Queue', props));
const synth = (stack: Stack) => Template.fromStack(stack);

test('a queue is told of failures, with filters, and the policy of the queue comes first', () => {
  const stack = home();
  told(stack).failure(toQueue(stack), { prefix: 'orders/', suffix: '.json' });
  const [written] = Object.values(synth(stack).findResources(WRITTEN));
  expect(written.Properties.NotificationConfiguration.QueueConfigurations).toMatchObject([
    {
      Events: [FAILED],
      Filter: {
        Key: {
          FilterRules: [
            { Name: 'suffix', Value: '.json' },
            { Name: 'prefix', Value: 'orders/' },
          ],
        },
      },
    },
  ]);
  expect(written.DependsOn.join()).toContain('QueuePolicy');
});

test('a topic is told of the threshold of Replication Time Control', () => {
  const stack = home();
  told(stack, { replicationTimeControl: true }).replication.addThresholdNotification(
    new s3n.SnsDestination(new sns.Topic(stack, 'Topic')),
  );
  const [written] = Object.values(synth(stack).findResources(WRITTEN));
  expect(written.Properties.NotificationConfiguration.TopicConfigurations.flatMap(({ Events }: any) => Events)).toEqual(
    ['s3:Replication:OperationMissedThreshold', 's3:Replication:OperationReplicatedAfterThreshold'],
  );
});

test('of an L1 bucket, and of an imported one, whose notifications are merged', () => {
  const stack = home();
  told(stack, {}, new s3.CfnBucket(stack, 'Source')).failure(toQueue(stack));
  synth(stack).hasResourceProperties(WRITTEN, { Managed: false });
  const other = home();
  told(other, {}, s3.Bucket.fromBucketName(other, 'Source', 'theirs')).failure(toQueue(other));
  synth(other).hasResourceProperties(WRITTEN, { Managed: false, BucketName: 'theirs' });
});

test.each<[string, (stack: Stack) => s3.IBucketNotificationDestination, string]>([
  ['a FIFO queue', (stack) => toQueue(stack, { fifo: true }), "target 'Stack/Queue', which is FIFO"],
  [
    'a FIFO topic',
    (stack) => new s3n.SnsDestination(new sns.Topic(stack, 'Topic', { fifo: true })),
    "target 'Stack/Topic', which is FIFO",
  ],
  [
    'an imported FIFO queue',
    (stack) =>
      new s3n.SqsDestination(sqs.Queue.fromQueueArn(stack, 'Q', `arn:aws:sqs:us-east-1:${ENV.account}:theirs.fifo`)),
    "target 'arn:aws:sqs:us-east-1:111111111111:theirs.fifo', which is FIFO",
  ],
  [
    'a topic of another region',
    (stack) =>
      new s3n.SnsDestination(sns.Topic.fromTopicArn(stack, 'T', `arn:aws:sns:eu-west-1:${ENV.account}:theirs`)),
    "target 'arn:aws:sns:eu-west-1:111111111111:theirs' in region 'eu-west-1', the bucket 'Stack/Source' in 'us-east-1'",
  ],
  [
    'a queue of another stack in another region',
    (stack) => new s3n.SqsDestination(queue(inEurope(stack), 'Q', { queueName: 'there' })),
    "target 'Europe/Q' in region 'eu-west-1'",
  ],
])('refused at once: %s', (_, target, message) => {
  const stack = home();
  const { failure } = told(stack);
  expect(() => failure(target(stack))).toThrow(message);
});

test('refused at once: what is not a target', () => {
  const stack = home();
  expect(() => told(stack).failure('arn:aws:sqs:us-east-1:111111111111:q' as any)).toThrow(
    'write it like new s3n.SqsDestination(queue)',
  );
});

test.each<[string, (stack: Stack) => unknown, string]>([
  ['no rule has metrics', (stack) => told(stack, { metrics: false }).failure(toQueue(stack)), 'failuresAreNotTold'],
  [
    'a threshold without Replication Time Control',
    (stack) => told(stack).replication.addThresholdNotification(toQueue(stack)),
    'thresholdWithoutTimeControl',
  ],
  [
    'the template has notifications, too',
    (stack) => {
      told(stack).failure(toQueue(stack));
      l1(stack.node.findChild('Source') as s3.Bucket).addPropertyOverride('NotificationConfiguration', {
        EventBridgeConfiguration: { EventBridgeEnabled: true },
      });
    },
    'notificationsWiped',
  ],
  [
    'two targets for the same keys',
    (stack) => {
      const { failure } = told(stack);
      failure(toQueue(stack), { prefix: 'a' });
      failure(new s3n.SqsDestination(queue(stack, 'Other')), { prefix: 'ab' });
    },
    'notificationsOverlap',
  ],
  [
    "two targets, one of them added with core's method",
    (stack) => {
      told(stack).failure(toQueue(stack));
      (stack.node.findChild('Source') as s3.Bucket).addEventNotification(
        s3.EventType.REPLICATION_OPERATION_FAILED_REPLICATION,
        new s3n.SqsDestination(queue(stack, 'Other')),
      );
    },
    'notificationsOverlap',
  ],
  [
    'a queue with the AWS managed key',
    (stack) => told(stack).failure(toQueue(stack, { encryption: sqs.QueueEncryption.KMS_MANAGED })),
    'targetWithManagedKey',
  ],
])('refused: %s', (_, build, id) => {
  const stack = home();
  build(stack);
  expect(() => synth(stack)).toThrow(`[cdk-s3-replication:${id}]`);
});

test('fine: other prefixes, other events, another kind of event for the same keys', () => {
  const stack = home();
  const { failure } = told(stack);
  failure(toQueue(stack), { prefix: 'a/' });
  failure(new s3n.SqsDestination(queue(stack, 'Other')), { prefix: 'b/' });
  (stack.node.findChild('Source') as s3.Bucket).addEventNotification(
    s3.EventType.OBJECT_CREATED,
    new s3n.SqsDestination(queue(stack, 'Third')),
  );
  synth(stack).resourceCountIs(WRITTEN, 1);
});

test('the key of a queue: let in by core, or a warning with the statement', () => {
  const stack = home();
  const own = new kms.Key(stack, 'Key');
  told(stack).failure(toQueue(stack, { encryptionMasterKey: own }));
  synth(stack);
  const found = Match.stringLikeRegexp('messages are lost unless .*kms:GenerateDataKey.*kms:Decrypt');
  Annotations.fromStack(stack).hasNoWarning('*', found);

  const strict = home();
  told(strict).failure(toQueue(strict, { encryptionMasterKey: new kms.Key(strict, 'Key') }));
  (strict.node.findChild('Key').node.defaultChild as CfnResource).addPropertyOverride('KeyPolicy.Statement', [
    { Effect: 'Allow', Action: 'kms:*', Resource: '*', Principal: { AWS: ENV.account } },
  ]);
  synth(strict);
  Annotations.fromStack(strict).hasWarning('*', found);

  const imported = home();
  const theirs = kms.Key.fromKeyArn(imported, 'Key', `arn:aws:kms:us-east-1:${ENV.account}:key/1`);
  told(imported).failure(toQueue(imported, { encryptionMasterKey: theirs }));
  synth(imported);
  Annotations.fromStack(imported).hasWarning('*', found);
});

test('the patterns pass metrics through, those of their own rule', () => {
  const stack = home();
  const pair = new ReplicatedBucketPair(stack, 'Pair');
  pair.replication.addRule({ destination: pair.destination, ruleId: 'second', filter: ReplicationFilter.prefix('a/') });
  const [own] = pair.replication.rules;
  const metrics = [
    pair.metricReplicationLatency(),
    pair.metricBytesPendingReplication(),
    pair.metricOperationsPendingReplication(),
    pair.metricOperationsFailedReplication(),
  ];
  expect(metrics.map(({ metricName, dimensions }) => [metricName, dimensions!.RuleId])).toEqual([
    ['ReplicationLatency', own.ruleId],
    ['BytesPendingReplication', own.ruleId],
    ['OperationsPendingReplication', own.ruleId],
    ['OperationsFailedReplication', own.ruleId],
  ]);
  expect(pair.metricReplicationLatency({ ruleId: 'second' }).dimensions).toMatchObject({ RuleId: 'second' });
  expect(() => pair.replication.metricReplicationLatency(pair.destination)).toThrow('say with ruleId');
});
