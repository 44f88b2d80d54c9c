import { App, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { quietApp } from '../app';
import { bucket, ENV, flow, l1 } from '../builders';
import { messageOf } from '../messages';

const home = () => new Stack(quietApp(), 'Stack', { env: ENV });

test('an error of validation ends with its id, once for any number of rules', () => {
  const stack = home();
  const source = bucket(stack, 'Source');
  flow(stack, {}, source);
  l1(source).versioningConfiguration = { status: 'Suspended' };
  const lines = messageOf(() => (stack.node.root as App).synth()).split('\n');
  expect(lines.filter((line) => line.includes('[cdk-s3-replication:'))).toEqual([
    expect.stringMatching(/versioning of the source .*; remove .* \[cdk-s3-replication:sourceNotVersioned\]$/),
  ]);
});

test('an error that is thrown at once ends with its id', () => {
  const source = bucket(home(), 'Source');
  const same = s3.Bucket.fromBucketArn(source.stack, 'Same', source.bucketArn);
  expect(messageOf(() => flow(source.stack, { destination: same }, source))).toMatch(
    / is the source bucket itself: .* \[cdk-s3-replication:destinationIsSource\]$/,
  );
});
