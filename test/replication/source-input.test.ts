import { aws_s3 as s3, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { BidirectionalReplication, BucketReplication, ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { bucket, ENV, flow, l1, pair } from '../builders';
import { Refusal, refuses, refusesAtSynthesis } from '../messages';

const imported = (stack: Stack, place: { account?: string; region?: string } = {}, id = 'Imported') =>
  s3.Bucket.fromBucketAttributes(stack, id, { bucketName: 'theirs', ...place });

const ruleOfL1 = {
  role: 'arn:aws:iam::111111111111:role/mine',
  rules: [{ status: 'Enabled', destination: { bucket: 'arn:aws:s3:::elsewhere' } }],
};

describe('the source', () => {
  const ruleOfL2 = (stack: Stack) => ({
    versioned: true,
    replicationRules: [{ destination: bucket(stack, 'Elsewhere', { versioned: true }) }],
  });
  const taken = 'has a replication configuration of its own … never overwrites … addRule(), with the same id as ruleId';

  refuses([
    [
      'imported, of another account',
      (stack) => flow(stack, {}, imported(stack, { account: '222222222222' })),
      "[Stack/Replication] … source imported bucket 'theirs' of account '222222222222' in a stack of account '111111111111' … only the account of a bucket can give it rules … into a stack of its own account",
    ],
    [
      'imported, of an account that is open',
      (stack) => flow(stack, {}, imported(stack, { account: new CfnParameter(stack, 'Account').valueAsString })),
      '[Stack/Replication] … of account unknown at synthesis … into a stack of its own account',
    ],
    [
      'imported, of another partition',
      (stack) => flow(stack, {}, imported(stack, { region: 'cn-north-1' })),
      '[Stack/Replication] … of partition aws-cn in a stack of partition aws … into a stack of its own partition',
    ],
    [
      'imported, an access point',
      (stack) =>
        flow(stack, {}, s3.Bucket.fromBucketArn(stack, 'Point', 'arn:aws:s3:us-east-1:111111111111:accesspoint/mine')),
      '[Stack/Replication] … which is an access point … replicates general purpose buckets',
    ],
    [
      'imported, a directory bucket',
      (stack) => flow(stack, {}, s3.Bucket.fromBucketName(stack, 'Directory', 'fast--use1-az4--x-s3')),
      '[Stack/Replication] … which is a directory bucket … replicates general purpose buckets',
    ],
    [
      'imported by the name of a bucket of this app',
      (stack) => {
        bucket(stack, 'Own', { bucketName: 'theirs' });
        pair(stack, { source: imported(stack) });
      },
      "[Stack/Imported/BucketReplication] … source imported bucket 'theirs', which imports 'Stack/Own' of this app … give that construct",
    ],
    [
      'imported twice',
      (stack) => {
        flow(stack, {}, imported(stack));
        new BucketReplication(stack, 'Second', { source: imported(stack, {}, 'Again') });
      },
      "[Stack/Second] … a second BucketReplication for source imported bucket 'theirs' … BucketReplication.of(bucket).addRule()",
    ],
    [
      'of this app, with enableVersioning',
      (stack) => new BucketReplication(stack, 'R', { source: bucket(stack, 'Source'), enableVersioning: true }),
      "[Stack/R] … enableVersioning for the source 'Stack/Source' of this app … template switches versioning on … leave it out",
    ],
    [
      'imported, replicated to itself',
      (stack) => flow(stack, { destination: imported(stack, {}, 'Again') }, imported(stack)),
      '[Stack/Replication] … is the source bucket itself … name another bucket',
    ],
    [
      'with a BucketReplication',
      (stack) => {
        const source = bucket(stack, 'Source');
        flow(stack, {}, source);
        new BucketReplication(stack, 'Second', { source: l1(source) });
      },
      "[Stack/Second] … a second BucketReplication for source 'Stack/Source' … one replication configuration and one role … BucketReplication.of(bucket).addRule()",
    ],
    [
      'with a BucketReplication that of() made',
      (stack) => {
        const source = bucket(stack, 'Source');
        BucketReplication.of(source);
        new BucketReplication(stack, 'Second', { source });
      },
      "[Stack/Second] … a second BucketReplication for source 'Stack/Source' … one replication configuration and one role … BucketReplication.of(bucket)",
    ],
    [
      'with replicationRules',
      (stack) => flow(stack, {}, bucket(stack, 'Source', ruleOfL2(stack))),
      `[Stack/Replication] … ${taken}`,
    ],
    [
      'of a pair, with replicationRules',
      (stack) => pair(stack, { source: bucket(stack, 'Source', ruleOfL2(stack)) }),
      `[Stack/Source/Resource/BucketReplication] … ${taken}`,
    ],
    [
      'an L1 bucket with a configuration',
      (stack) => flow(stack, {}, new s3.CfnBucket(stack, 'Source', { replicationConfiguration: ruleOfL1 })),
      `[Stack/Replication] … ${taken}`,
    ],
    [
      'an L1 bucket with a lazy configuration',
      (stack) =>
        flow(
          stack,
          {},
          new s3.CfnBucket(stack, 'Source', { replicationConfiguration: Lazy.any({ produce: () => ruleOfL1 }) }),
        ),
      `[Stack/Replication] … ${taken}`,
    ],
    ...['ReplicationConfiguration', 'ReplicationConfiguration.Rules.0.Status'].map((path): Refusal => [
      `with an override of ${path}`,
      (stack) => {
        const source = bucket(stack, 'Source');
        l1(source).addPropertyOverride(path, 'anything');
        flow(stack, {}, source);
      },
      `[Stack/Replication] … ${taken}`,
    ]),
    [
      'with suspended versioning',
      (stack) =>
        flow(stack, {}, new s3.CfnBucket(stack, 'Source', { versioningConfiguration: { status: 'Suspended' } })),
      "[Stack/Replication] … source 'Stack/Source' with versioning 'Suspended' … versioning enabled only … set its status to 'Enabled'",
    ],
    [
      'with versioning that is suspended lazily',
      (stack) =>
        flow(
          stack,
          {},
          new s3.CfnBucket(stack, 'Source', {
            versioningConfiguration: Lazy.any({ produce: () => ({ status: 'Suspended' }) }),
          }),
        ),
      "[Stack/Replication] … versioning 'Suspended' … versioning enabled only … remove versioningConfiguration",
    ],
  ]);
});

test.each(['Replication', 'Replicas', 'BucketReplication'])('an L1 bucket may be the scope, with the id %s', (id) => {
  const stack = new Stack(quietApp(), 'Stack', { env: ENV });
  const source = new s3.CfnBucket(stack, 'Source');
  const replication = new BucketReplication(source, id, {
    source,
    rules: [{ destination: bucket(stack, 'Destination') }],
  });
  expect(BucketReplication.of(source)).toBe(replication);
  const destination = new s3.CfnBucket(stack, 'Other');
  BucketReplication.of(bucket(stack, 'Another')).addRule({ destination });
  new BucketReplication(destination, id, { source: destination, rules: [{ destination: bucket(stack, 'Third') }] });
});

describe('the source, in the end,', () => {
  refusesAtSynthesis([
    [
      'imported by that name before the bucket is defined',
      (stack) => {
        pair(stack, { source: imported(stack) });
        bucket(stack, 'Own', { bucketName: 'theirs' });
      },
      "imported bucket 'theirs' imports 'Stack/Own' of this app … give that construct instead of the import",
    ],
    [
      'whose rules a custom resource writes, with rules in its template',
      (stack) => {
        const { second } = new BidirectionalReplication(stack, 'Active');
        l1(second).addPropertyOverride('ReplicationConfiguration', ruleOfL1);
      },
      "a replication configuration in the template of 'Stack/Active/Second', whose rules a custom resource writes … replaces all rules of a bucket … remove that, and add rules with BucketReplication.of(bucket).addRule()",
    ],
    [
      'with more rules than a custom resource takes',
      (stack) => {
        const replication = BucketReplication.of(imported(stack));
        const destination = bucket(stack, 'Destination');
        const tags = (n: number) => Object.fromEntries(['a', 'b'].map((tag) => [`${tag}${n}`, 'v'.repeat(250)]));
        for (let n = 0; n < 130; n++) {
          replication.addRule({ destination, filter: ReplicationFilter.tags(tags(n)) });
        }
      },
      "bytes for the source imported bucket 'theirs' … the custom resource that writes them takes at most 102400 bytes … fewer rules",
    ],
  ]);
});
