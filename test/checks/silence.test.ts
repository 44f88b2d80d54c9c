import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BucketReplication, ReplicatedBucketPair, ReplicatedBucketPairProps, ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { between, bucket, denying, ENV, flow, inEurope, KMS, l1, pair } from '../builders';
import { warningsOf } from '../messages';

const pairOf = (props: ReplicatedBucketPairProps) => (stack: Stack) => void pair(stack, props);

/** Buckets that may be used from a VPC only, except by the replication role. */
function denyingAllBut(place: 'Stack' | 'Europe') {
  return (stack: Stack) => {
    const source = bucket(stack, 'Source');
    const destination = bucket(place === 'Stack' ? stack : inEurope(stack), 'Destination');
    new BucketReplication(stack, 'Replication', { source, rules: [{ destination }], roleName: 'replication' });
    [source, destination].forEach((it) =>
      it.addToResourcePolicy(
        new iam.PolicyStatement({
          effect: iam.Effect.DENY,
          principals: [new iam.AnyPrincipal()],
          actions: ['s3:*'],
          resources: [it.bucketArn, it.arnForObjects('*')],
          conditions: {
            StringNotEquals: { 'aws:SourceVpce': 'vpce-1' },
            ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/replication' },
          },
        }),
      ),
    );
  };
}

describe('nothing to say', () => {
  const locked = {
    objectLockEnabled: true,
    objectLockDefaultRetention: s3.ObjectLockRetention.compliance(Duration.days(30)),
  };
  const cases: Array<[string, (stack: Stack) => void]> = [
    ['a pair in one region', pairOf({})],
    ['a pair in two regions', pairOf({ destinationRegion: 'eu-west-1' })],
    ['a pair with keys', pairOf({ destinationRegion: 'eu-west-1', encryption: KMS })],
    ['a pair with Object Lock and keys', pairOf({ destinationRegion: 'eu-west-1', encryption: KMS, ...locked })],
    ['a pair that is destroyed', pairOf({ removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true })],
    [
      'a pair that keeps its former keys',
      pairOf({ destinationRegion: 'eu-west-1', encryption: s3.BucketEncryption.S3_MANAGED, keepEncryptionKeys: true }),
    ],
    [
      'a pair with all options of a rule',
      pairOf({
        replicationTimeControl: true,
        deleteMarkerReplication: true,
        storageClass: s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
        filter: ReplicationFilter.prefix('a/'),
        priority: 3,
        ruleId: 'all',
      }),
    ],
    [
      'two pairs on one source',
      (stack) => {
        const source = bucket(stack, 'Source', { encryption: KMS });
        pairOf({ source, destinationRegion: 'eu-west-1' })(stack);
        new ReplicatedBucketPair(stack, 'Other', {
          source,
          destinationRegion: 'eu-central-1',
          filter: ReplicationFilter.tags({ team: 'a' }),
        });
      },
    ],
    [
      'two buckets that require TLS',
      between({ enforceSSL: true, minimumTLSVersion: 1.2 }, { enforceSSL: true, minimumTLSVersion: 1.2 }),
    ],
    [
      'a Deny that exempts the role',
      (stack) => {
        const source = bucket(stack, 'Source');
        const { role } = flow(stack, {}, source);
        source.addToResourcePolicy(
          new iam.PolicyStatement({
            effect: iam.Effect.DENY,
            principals: [new iam.AnyPrincipal()],
            actions: ['s3:*'],
            resources: [source.bucketArn, source.arnForObjects('*')],
            conditions: {
              StringNotEquals: { 'aws:SourceVpce': 'vpce-1' },
              ArnNotEquals: { 'aws:PrincipalArn': role.roleArn },
            },
          }),
        );
      },
    ],
    ['a Deny that exempts the role by its name', denyingAllBut('Stack')],
    ['a Deny that exempts the role by its name, in another region', denyingAllBut('Europe')],
    [
      'a Deny of other accounts',
      denying('Destination', { conditions: { StringNotEquals: { 'aws:PrincipalAccount': ENV.account } } }),
    ],
    [
      'a Deny of uploads without KMS',
      (stack) => {
        const destination = bucket(stack, 'Destination', { encryption: KMS });
        flow(stack, { destination }, bucket(stack, 'Source', { encryption: KMS }));
        destination.addToResourcePolicy(
          new iam.PolicyStatement({
            effect: iam.Effect.DENY,
            principals: [new iam.AnyPrincipal()],
            actions: ['s3:PutObject'],
            resources: [destination.arnForObjects('*')],
            conditions: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
          }),
        );
      },
    ],
    [
      'buckets that are emptied',
      between(
        { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true },
        { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true },
      ),
    ],
    [
      'access logs of both to a third bucket',
      (stack) => {
        const serverAccessLogsBucket = bucket(stack, 'Logs');
        between({ serverAccessLogsBucket }, { serverAccessLogsBucket })(stack);
      },
    ],
    [
      'an imported destination with its key',
      (stack) =>
        flow(
          stack,
          {
            destination: s3.Bucket.fromBucketAttributes(stack, 'Imported', {
              bucketName: 'theirs',
              region: 'eu-west-1',
              encryptionKey: kms.Key.fromKeyArn(
                stack,
                'TheirKey',
                'arn:aws:kms:eu-west-1:111111111111:key/12345678-90ab-cdef-1234-567890abcdef',
              ),
            }),
          },
          bucket(stack, 'Source', { encryption: KMS }),
        ),
    ],
    [
      'a bucket whose encryption is set by an L1 property',
      (stack) => {
        const source = bucket(stack, 'Source');
        l1(source).bucketEncryption = {
          serverSideEncryptionConfiguration: [
            { bucketKeyEnabled: true, serverSideEncryptionByDefault: { sseAlgorithm: 'AES256' } },
          ],
        };
        flow(stack, {}, source);
      },
    ],
  ];

  test.each(cases)('%s', (_, build) => expect(warningsOf(build)).toEqual([]));

  test.each(cases)('%s, without feature flags', (_, build) => {
    expect(warningsOf(build, quietApp('none')).filter((message) => message.includes('cdk-s3-replication'))).toEqual([]);
  });
});
