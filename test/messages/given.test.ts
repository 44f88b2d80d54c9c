import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { quietApp } from '../app';
import { ENV } from '../builders';
import { messageOf } from '../messages';
import {
  BucketReplication,
  CrossAccountReplication,
  LogAggregationSRR,
  LogProducer,
  LogSource,
  ReplicaGrantee,
  ReplicaGrants,
  ReplicatedBucketPair,
} from 'cdk-s3-replication';

const stack = new Stack(quietApp(), 'Stack', { env: ENV });
const bucket = new s3.Bucket(stack, 'Bucket');
const imported = s3.Bucket.fromBucketAttributes(stack, 'There', { bucketName: 'there', account: '222222222222' });
let count = 0;
const id = () => `Id${count++}`;

/** As plain JavaScript writes it. */
const js = (value: unknown) => value as never;

describe('a value of another kind, from plain JavaScript, is an error with a remedy', () => {
  const pair = (props: object) => new ReplicatedBucketPair(stack, id(), js(props));
  const replication = (props: object) => new BucketReplication(stack, id(), js(props));
  const logs = (props: object) => new LogAggregationSRR(stack, id(), js(props));
  const other = (props: object) =>
    new LogSource(stack, id(), js({ destination: imported, roleNamePrefix: 'logs-', ...props }));
  test.each<[string, () => unknown, string, string]>([
    ['a filter', () => pair({ filter: 'logs/' }), 'filter "logs/"', 'ReplicationFilter.prefix('],
    ['a storage class', () => pair({ storageClass: 'GLACIER_IR' }), 'storageClass "GLACIER_IR"', 's3.StorageClass.'],
    ['a source of a pair', () => pair({ source: 'name' }), 'source "name"', 'Bucket.fromBucketName()'],
    ['a stack', () => pair({ destinationStack: 'Backup' }), 'destinationStack "Backup"', 'the Stack itself'],
    ['a source', () => replication({ source: 'name' }), 'source "name"', 'Bucket.fromBucketName()'],
    ['a role', () => replication({ source: bucket, role: 'arn' }), 'role "arn"', 'Role.fromRoleArn()'],
    ['a rule', () => replication({ source: bucket, rules: ['there'] }), 'rules "there"', '{ destination: bucket }'],
    [
      'a destination',
      () => BucketReplication.of(bucket).addRule(js({ destination: 'name' })),
      'destination "name"',
      'give the bucket',
    ],
    [
      'a key',
      () => BucketReplication.of(bucket).addRule(js({ destination: imported, sourceKeys: ['arn'] })),
      'sourceKeys "arn"',
      'Key.fromKeyArn()',
    ],
    ['a bucket', () => BucketReplication.of(js('name')), 'bucket "name"', 'give the bucket'],
    ['a bucket of grants', () => ReplicaGrants.fromBucket(js('name')), 'bucket "name"', 'give the bucket'],
    [
      'a key of a grant',
      () =>
        ReplicaGrants.fromBucket(bucket).replicasFrom(
          ReplicaGrantee.role({ account: '222222222222', roleName: 'copier' }),
          js({ encryptionKey: 'arn' }),
        ),
      'encryptionKey "arn"',
      'Key.fromKeyArn()',
    ],
    ['a bucket for logs', () => LogProducer.alb().allowDeliveryTo(js('name')), 'bucket "name"', 'give the bucket'],
    [
      'a source across accounts',
      () => new CrossAccountReplication(stack, id(), js({ source: 'name' })),
      'source "name"',
      'give the bucket',
    ],
    ['a retention', () => logs({ retention: 400 }), 'retention 400', 'Duration.days(400)'],
    ['a source of logs', () => logs({}).addSource(js('name')), 'source "name"', 'give the bucket'],
    ['a producer', () => other({ producers: ['alb'] }), 'producers "alb"', 'LogProducer.alb()'],
    ['a retention at the source', () => other({ sourceRetention: 9 }), 'sourceRetention 9', 'Duration.days(400)'],
  ] as Array<[string, () => unknown, string, string]>)('%s', (_, run, saw, instead) => {
    const message = messageOf(run);
    expect(message).toMatch(/^\[[\w/.()]+\] /);
    expect(message).toContain(saw);
    expect(message).toContain(instead);
  });

  test('undefined is nothing', () => {
    expect(
      () => new ReplicatedBucketPair(stack, id(), js({ filter: undefined, storageClass: undefined })),
    ).not.toThrow();
  });
});
