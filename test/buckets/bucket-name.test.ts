import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BucketReplication, ReplicatedBucketPair, ReplicatedBucketPairProps } from '../../src';
import { quietApp } from '../app';
import { ACCOUNT, bucket, ENV, l1 } from '../builders';

const ACCOUNT_REGIONAL = { bucketNamespace: s3.BucketNamespace.ACCOUNT_REGIONAL };

function pair(props: ReplicatedBucketPairProps, env: { account?: string; region?: string } = ENV) {
  const app = quietApp();
  const stack = new Stack(app, 'Data', { env });
  new ReplicatedBucketPair(stack, 'Pair', props);
  return { app, stack };
}
const bucketsOf = (stack: Stack) => Object.values(Template.fromStack(stack).findResources('AWS::S3::Bucket'));

test('names of the account regional namespace are made of their prefix, and retained like other names', () => {
  const { stack } = pair({
    sourceOptions: { bucketNamePrefix: 'data' },
    destinationOptions: { bucketNamePrefix: 'copy' },
  });
  expect(bucketsOf(stack)).toMatchObject([
    { Properties: { BucketNamePrefix: 'copy' }, DeletionPolicy: 'RetainExceptOnCreate' },
    { Properties: { BucketNamePrefix: 'data', BucketNamespace: 'account-regional' } },
  ]);
});

test.each([
  ['known', ENV, { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::data-${ACCOUNT}-us-east-1-an`]] }],
  [
    'open',
    {},
    {
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':s3:::data-',
          { Ref: 'AWS::AccountId' },
          '-',
          { Ref: 'AWS::Region' },
          '-an',
        ],
      ],
    },
  ],
])('so the permissions are in the role before the bucket, with an environment that is %s', (_, env, arn) => {
  const stack = new Stack(quietApp(), 'Data', { env });
  const source = bucket(stack, 'Bucket', { bucketNamePrefix: 'data', ...ACCOUNT_REGIONAL });
  BucketReplication.of(source).addRule({ destination: bucket(stack, 'Copy') });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::IAM::Policy', 0);
  const [role] = Object.values(template.findResources('AWS::IAM::Role'));
  expect(role.Properties.Policies[0].PolicyDocument.Statement[0].Resource).toEqual([arn]);
});

test('a prefix of the global namespace says nothing about the name', () => {
  const stack = new Stack(quietApp(), 'Data', { env: ENV });
  const source = new s3.CfnBucket(stack, 'Bucket', { bucketNamePrefix: 'data', bucketNamespace: 'global' });
  BucketReplication.of(source).addRule({ destination: bucket(stack, 'Copy') });
  Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 1);
});

test('a prefix that is changed afterwards is an error', () => {
  const app = quietApp();
  const stack = new Stack(app, 'Data', { env: ENV });
  const source = bucket(stack, 'Bucket', { bucketNamePrefix: 'data', ...ACCOUNT_REGIONAL });
  BucketReplication.of(source).addRule({ destination: bucket(stack, 'Copy') });
  l1(source).bucketNamePrefix = 'other';
  expect(() => app.synth()).toThrow(/changed to "other-111111111111-us-east-1-an" after replication was set up/);
});

test.each<[string, ReplicatedBucketPairProps, string, string]>([
  [
    'a name together with a prefix',
    { sourceOptions: { bucketName: 'data', bucketNamePrefix: 'data' } },
    'sourceOptions.bucketName together with bucketNamePrefix: a bucket has the one name or the other; leave out one of the two',
    'us-east-1',
  ],
  [
    'a region without the namespace',
    { destinationOptions: { bucketNamePrefix: 'copy' } },
    "destinationOptions.bucketNamePrefix for a bucket in 'me-south-1': S3 has no account regional namespace there",
    'me-south-1',
  ],
  [
    'a prefix that is too long',
    { sourceOptions: { bucketNamePrefix: 'd'.repeat(38) } },
    "dd' (38 characters): with account, region and '-an' a bucket name has at most 63 characters, which leaves 37; shorten it",
    'us-east-1',
  ],
  [
    'one prefix for both buckets of a region',
    { sourceOptions: { bucketNamePrefix: 'data' }, destinationOptions: { bucketNamePrefix: 'data' } },
    "bucketNamePrefix 'data' for both buckets",
    'us-east-1',
  ],
])('refuses %s', (_, props, message, region) => {
  expect(() => pair(props, { ...ENV, region })).toThrow(message);
});

test('takes one prefix for two regions, and one of full length', () => {
  const bucketNamePrefix = 'd'.repeat(37);
  const names = { sourceOptions: { bucketNamePrefix }, destinationOptions: { bucketNamePrefix } };
  expect(() => pair({ ...names, destinationRegion: 'eu-west-1' }).app.synth()).not.toThrow();
});
