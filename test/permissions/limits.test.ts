import { aws_s3 as s3, App, Stack } from 'aws-cdk-lib';
import { BucketReplication, ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV, KMS } from '../builders';
import { resources, templatesOf } from '../templates';

const REGIONS = [
  ...['us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'ca-west-1', 'sa-east-1', 'mx-central-1'],
  ...['eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2'],
  ...['ap-south-1', 'ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-northeast-1', 'ap-northeast-2'],
];

/** Replicates one source with KMS to destinations with a key of their own each. */
function destinations(count: number, regions: number, name?: (n: number) => string): App {
  const app = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const source = bucket(stack, 'Source', { encryption: KMS, bucketName: name?.(0) });
  const stacks = REGIONS.slice(0, regions).map((region) => beside(stack, region, { ...ENV, region }));
  for (let n = 1; n <= count; n++) {
    const destination = bucket(stacks[n % regions], `Destination${n}`, { encryption: KMS, bucketName: name?.(n) });
    BucketReplication.of(source).addRule({ destination });
  }
  return app;
}

/** Replicates many prefixes of one source to one destination. */
function prefixes(count: number, length: number, bucketName?: string): App {
  const app = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const source: s3.Bucket = bucket(stack, 'Source', { bucketName });
  const destination = bucket(stack, 'Destination', { bucketName: bucketName && `${bucketName}-replica` });
  for (let n = 0; n < count; n++) {
    const filter = ReplicationFilter.prefix(`${100 + n}`.padEnd(length - 1, 'x') + '/');
    BucketReplication.of(source).addRule({ destination, filter });
  }
  return app;
}

// the figures of the README and of docs/permissions.md
test.each<[string, number, (count: number) => App]>([
  ['destinations in a region each', 15, (count) => destinations(count, 20)],
  ['destinations in one region', 26, (count) => destinations(count, 1)],
  ['destinations in one region, names of 6 or 7 characters', 57, (count) => destinations(count, 1, (n) => `data-${n}`)],
  ['prefixes of 60 characters', 33, (count) => prefixes(count, 60)],
  ['prefixes of 10 characters', 50, (count) => prefixes(count, 10)],
  ['prefixes of 20 characters', 45, (count) => prefixes(count, 20)],
  ['prefixes of 10 characters, names of 4 and 12', 75, (count) => prefixes(count, 10, 'data')],
])('the permissions of a role have room for %s: %d', (_, count, make) => {
  expect(() => make(count).synth()).not.toThrow();
  expect(() => make(count + 1).synth()).toThrow('have at most 10240 characters');
});

test('keys share a statement as soon as the permissions have no room otherwise', () => {
  /** The policy of a role for four destinations with a key each; the last prefix has this length. */
  const policy = (length: number) => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const source = bucket(stack, 'Source', { encryption: KMS, bucketName: 'data' });
    for (let n = 1; n <= 4; n++) {
      const destination = bucket(stack, `Destination${n}`, { encryption: KMS, bucketName: `data-${n}` });
      const filter = ReplicationFilter.prefix(`${n}`.padEnd(n < 4 ? 400 : length, 'x'));
      BucketReplication.of(source).addRule({ destination, filter });
    }
    const [{ Properties }] = resources(templatesOf(app), 'AWS::IAM::Role');
    return JSON.stringify(Properties.Policies[0].PolicyDocument);
  };
  // 32 characters a step: less than what the document has around its statements
  const statements = Array.from({ length: 14 }, (_, n) => policy(400 + 8 * n).split('EncryptReplicas').length - 1);
  expect(statements).toEqual([...statements].sort().reverse());
  expect(new Set(statements)).toEqual(new Set([4, 1]));
});
