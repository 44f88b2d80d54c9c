import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { BucketReplication, ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { bucket, ENV, flow, pair } from '../builders';
import { refusesAtSynthesis } from '../messages';

test('access logs of the replica to a bucket imported by its name', () => {
  const stack = new Stack(quietApp(), 'Stack', { env: ENV });
  pair(stack, {
    destinationRegion: 'eu-west-1',
    destinationOptions: { serverAccessLogsBucket: s3.Bucket.fromBucketName(stack, 'Logs', 'logs-in-europe') },
  });
});

describe('access logs', () =>
  refusesAtSynthesis([
    [
      'of the destination to itself',
      (stack) => flow(stack, { destination: bucket(stack, 'Destination', { serverAccessLogsPrefix: 'logs/' }) }),
      "[Stack/Source/Resource/S3Replication] … destination 'Stack/Destination' writes its server access logs to itself … every log that arrives causes another one … a bucket of their own",
    ],
    [
      'of an L1 destination to itself',
      (stack) =>
        flow(stack, {
          destination: new s3.CfnBucket(stack, 'Destination', { loggingConfiguration: { logFilePrefix: 'logs/' } }),
        }),
      "[Stack/Source/Resource/S3Replication] … destination 'Stack/Destination' writes its server access logs to itself … every log that arrives causes another one … a bucket of their own",
    ],
    [
      'of the destination to the source',
      (stack) => {
        const source = bucket(stack, 'Source');
        flow(stack, { destination: bucket(stack, 'Destination', { serverAccessLogsBucket: source }) }, source);
      },
      "[Stack/Source/Resource/S3Replication] … 'Stack/Destination' … causes another one … a bucket of their own",
    ],
    [
      'of the destination to the source, where no rule replicates them',
      (stack) => {
        const source = bucket(stack, 'Source');
        const destination = bucket(stack, 'Destination', {
          serverAccessLogsBucket: source,
          serverAccessLogsPrefix: 'a/',
        });
        flow(stack, { destination, filter: ReplicationFilter.prefix('b/') }, source);
      },
      "[Stack/Source/Resource/S3Replication] … the server access logs of destination 'Stack/Destination' lead to the source 'Stack/Source' … can create neither … a bucket of their own",
    ],
    [
      'that lead back to the source over another bucket',
      (stack) => {
        const source = bucket(stack, 'Source');
        const between = bucket(stack, 'Between');
        flow(stack, { destination: between }, source);
        const destination = bucket(stack, 'Destination', { serverAccessLogsBucket: source });
        BucketReplication.of(between).addRule({ destination });
      },
      "[Stack/Between/Resource/S3Replication] … the server access logs of destination 'Stack/Destination' lead to the source 'Stack/Between', directly or through other buckets … can create neither",
    ],
  ]));
