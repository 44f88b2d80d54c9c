import { App, aws_kms as kms, aws_s3 as s3, CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BucketReplication } from '../../src';
import { waitsFor } from '../../src/flows/waits';
import { ENV, bucket, l1 } from '../builders';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack', { env: ENV });
});

const replicate = (source: s3.IBucket, destination: s3.IBucket) =>
  BucketReplication.of(source).addRule({ destination });
const way = (consumer: Construct, producer: Construct, known?: 'template') =>
  waitsFor(consumer.node.defaultChild as CfnResource, producer.node.defaultChild as CfnResource, known)?.map(
    ({ node }) => node.path.replace('/Resource', ''),
  );

test('rules: over any number of buckets, in one direction', () => {
  const [a, b, c] = ['A', 'B', 'C'].map((id) => bucket(stack, id));
  replicate(a, b);
  replicate(b, c);
  expect(way(a, c)).toEqual(['Stack/A', 'Stack/B', 'Stack/C']);
  expect(way(c, a)).toBeUndefined();
});

test('keys of rules', () => {
  const [source, destination] = [bucket(stack, 'Source'), bucket(stack, 'Destination')];
  const key = new kms.Key(stack, 'Key');
  BucketReplication.of(source).addRule({ destination, destinationKey: key });
  expect(way(source, key)).toEqual(['Stack/Source', 'Stack/Key']);
  expect(way(destination, key)).toBeUndefined();
});

test('a nested stack waits for all that it refers to, and whoever refers to it waits for all of it', () => {
  const nested = new NestedStack(stack, 'Nested');
  const [before, after] = [bucket(stack, 'Before'), bucket(stack, 'After')];
  replicate(bucket(nested, 'Source'), before);
  replicate(after, bucket(nested, 'Destination'));
  expect(way(after, before)).toEqual(['Stack/After', 'Stack/Nested', 'Stack/Before']);
  expect(way(bucket(nested, 'Neighbour'), before)).toEqual(['Stack/Nested', 'Stack/Before']);
  expect(way(before, after)).toBeUndefined();
});

test('inside of a nested stack its resources do not wait for each other', () => {
  const inner = new NestedStack(new NestedStack(stack, 'Outer'), 'Inner');
  const [a, b, c] = ['A', 'B', 'C'].map((id) => bucket(inner, id));
  replicate(a, b);
  replicate(a, bucket(stack, 'Outside'));
  expect(way(a, b)).toEqual(['Stack/Outer/Inner/A', 'Stack/Outer/Inner/B']);
  expect(way(c, b)).toBeUndefined();
});

test('a circle around a nested stack whose buckets the rule does not name', () => {
  const nested = new NestedStack(stack, 'Nested');
  const [a, b] = [bucket(stack, 'A'), bucket(stack, 'B')];
  replicate(bucket(nested, 'Source'), a);
  replicate(b, bucket(nested, 'Destination'));
  expect(() => replicate(a, b)).toThrow("closes a circle around the nested stack 'Stack/Nested'");
});

test('access logs and key policies, when the template is known', () => {
  const logs = bucket(stack, 'Logs');
  const logger = bucket(stack, 'Logger', { serverAccessLogsBucket: logs });
  const role = new CfnResource(stack, 'Role', { type: 'AWS::IAM::Role' });
  const key = new kms.CfnKey(stack, 'Key', { keyPolicy: { Statement: [{ Principal: { AWS: role.getAtt('Arn') } }] } });
  const source = bucket(stack, 'Source');
  replicate(source, logger);
  expect(way(source, logs)).toBeUndefined();
  expect(way(source, logs, 'template')).toEqual(['Stack/Source', 'Stack/Logger', 'Stack/Logs']);
  expect(waitsFor(key, role, 'template')).toEqual([key, role]);
  expect(waitsFor(role, key, 'template')).toBeUndefined();
  expect(waitsFor(key, l1(logs), 'template')).toBeUndefined();
});

test('looks at what it reaches only', () => {
  const destination = bucket(stack, 'Destination');
  const sources = ['A', 'B', 'C'].map((id) => bucket(stack, id));
  sources.forEach((source) => replicate(source, destination));
  const looked = sources.map((source) => jest.spyOn(source.node.defaultChild!.node, 'tryFindChild'));
  expect(way(destination, sources[0])).toBeUndefined();
  looked.forEach((spy) => expect(spy).not.toHaveBeenCalled());
});
