import { aws_s3 as s3, Lazy, Stack } from 'aws-cdk-lib';
import { BucketReplication } from '../../src';
import { quietApp } from '../app';
import { bucket, ENV, flow, l1, pair } from '../builders';
import { Refusal, refuses } from '../messages';

describe('the source', () => {
  const ruleOfL2 = (stack: Stack) => ({
    versioned: true,
    replicationRules: [{ destination: bucket(stack, 'Elsewhere', { versioned: true }) }],
  });
  const ruleOfL1 = {
    role: 'arn:aws:iam::111111111111:role/mine',
    rules: [{ status: 'Enabled', destination: { bucket: 'arn:aws:s3:::elsewhere' } }],
  };
  const taken = 'has a replication configuration of its own … never overwrites … addRule(), with the same id as ruleId';

  refuses([
    [
      'imported',
      (stack) => flow(stack, {}, s3.Bucket.fromBucketName(stack, 'Imported', 'theirs')),
      "[Stack/Replication] … source imported bucket 'theirs', which is not defined in this app … sets the replication configuration with the bucket itself … cdk import",
    ],
    [
      'imported, by of()',
      (stack) => BucketReplication.of(s3.Bucket.fromBucketName(stack, 'Imported', 'theirs')),
      "[Stack/Imported/BucketReplication] … imported bucket 'theirs' … CloudFormation … cdk import",
    ],
    [
      'imported, of a pair',
      (stack) => pair(stack, { source: s3.Bucket.fromBucketName(stack, 'Imported', 'theirs') }),
      "[Stack/Imported/BucketReplication] … imported bucket 'theirs' … CloudFormation … cdk import",
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
