import { aws_kms as kms, aws_s3 as s3, aws_ssm as ssm, Stack } from 'aws-cdk-lib';
import {
  BucketReplication,
  CrossAccountReplication,
  LogAggregationSRR,
  LogProducer,
  LogSource,
  ReplicaGrantee,
  ReplicaGrants,
  ReplicatedBucketPair,
} from '../../src';
import { quietApp } from '../app';
import { bucket, ENV, flow } from '../builders';

/** The CLI looks up what the first synthesis asked for, and only when that synthesis succeeds. */
describe('what is looked up may have any form until it is', () => {
  let stack: Stack;
  const look = (name: string) => ssm.StringParameter.valueFromLookup(stack, name);
  const theirs = (attributes: Partial<s3.BucketAttributes>) =>
    s3.Bucket.fromBucketAttributes(stack, 'Theirs', { bucketName: 'theirs', ...attributes });
  const ROLE = { account: '222222222222', roleName: 'replication' };
  const grant = (grantee: ReplicaGrantee) => ReplicaGrants.fromBucket(bucket(stack, 'B')).replicasFrom(grantee);
  const europe = `arn:aws:kms:eu-west-1:${ENV.account}:key/1`;

  test.each<[string, () => unknown]>([
    ['the account of a grant', () => grant(ReplicaGrantee.role({ ...ROLE, account: look('/account') }))],
    ['the role of a grant', () => grant(ReplicaGrantee.role({ ...ROLE, roleName: look('/a'), rolePath: look('/b') }))],
    ['an organization', () => grant(ReplicaGrantee.rolesOfOrganization(look('/org'), { roleNamePrefix: 'logs-' }))],
    [
      'accounts and the prefix of an aggregation',
      () =>
        new LogAggregationSRR(stack, 'Logs', {
          trustedAccounts: [look('/account')],
          roleNamePrefix: look('/a/parameter/with/a/long/name'),
        }),
    ],
    ['the account of a destination', () => flow(stack, { destination: theirs({ account: look('/account') }) })],
    [
      'the region of a destination with a key',
      () =>
        flow(stack, {
          destination: theirs({ region: look('/region') }),
          destinationKey: kms.Key.fromKeyArn(stack, 'Key', europe),
        }),
    ],
    [
      'the account of a key',
      () =>
        flow(stack, {
          sourceKeys: [kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:us-east-1:${look('/account')}:key/1`)],
        }),
    ],
    [
      'account and region of an archive',
      () =>
        new LogSource(stack, 'Logs', {
          destination: theirs({ account: look('/account'), region: look('/region') }),
          producers: [LogProducer.alb()],
          roleNamePrefix: 'logs-',
        }),
    ],
    [
      'the other account',
      () =>
        new CrossAccountReplication(stack, 'Pair', {
          source: bucket(stack, 'Source'),
          destination: theirs({ account: look('/account') }),
        }),
    ],
    ['a region for replicas', () => new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: look('/region') })],
    [
      'the id and class of a rule',
      () => flow(stack, { ruleId: look('ü'), storageClass: new s3.StorageClass(look('c')) }),
    ],
    ['accounts of a producer', () => LogProducer.vpcFlowLogs({ accounts: [look('/account')] })],
    ['the prefix of a producer', () => LogProducer.alb({ prefix: look('/AWSLogs') })],
    [
      'the name of a bucket for logs',
      () => LogProducer.waf().allowDeliveryTo(s3.Bucket.fromBucketName(stack, 'Theirs', look('name'))),
    ],
    [
      'the name of a destination',
      () => BucketReplication.of(bucket(stack, 'S')).addRule({ destination: theirs({ bucketName: look('name') }) }),
    ],
  ])('%s', (_, build) => {
    stack = new Stack(quietApp(), 'Stack', { env: ENV });
    build();
    const errors = stack.node.root.node.findAll().flatMap((it) => it.node.validate());
    expect(errors.filter((error) => !error.includes('replicaKeyMissing'))).toEqual([]);
  });
});
