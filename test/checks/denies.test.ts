import { aws_iam as iam, aws_s3 as s3, CfnParameter, Stack } from 'aws-cdk-lib';
import { ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV, flow, inEurope, key } from '../builders';
import { refusesAtSynthesis } from '../messages';

describe('policies that deny', () => {
  const deny = (to: { addToResourcePolicy: s3.Bucket['addToResourcePolicy'] }, statement: iam.PolicyStatementProps) =>
    to.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Guard',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        ...statement,
      }),
    );
  const everything = (it: s3.Bucket) => ({ actions: ['s3:*'], resources: [it.bucketArn, it.arnForObjects('*')] });
  const vpce = { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } };
  const atSource = (statement: (it: s3.Bucket) => iam.PolicyStatementProps) => (stack: Stack) => {
    const source = bucket(stack, 'Source');
    flow(stack, {}, source);
    deny(source, statement(source));
  };
  const atDestination =
    (statement: (it: s3.Bucket) => iam.PolicyStatementProps, of = (stack: Stack) => bucket(stack, 'Destination')) =>
    (stack: Stack) => {
      const destination = of(stack);
      flow(stack, { destination });
      deny(destination, statement(destination));
    };
  const atKey = (which: 'source' | 'destination', statement: iam.PolicyStatementProps) => (stack: Stack) => {
    const keys = { source: key(stack, 'SourceKey'), destination: key(stack, 'DestinationKey') };
    flow(
      stack,
      { destination: bucket(stack, 'Destination', { encryptionKey: keys.destination }) },
      bucket(stack, 'Source', { encryptionKey: keys.source }),
    );
    deny(keys[which], { actions: ['kms:*'], resources: ['*'], ...statement });
  };
  const at = 'Stack/Source/Resource/S3Replication';
  const ofSource = "Guard in the policy 'Stack/Source/Policy/Resource' of the source 'Stack/Source' denies s3:";
  const ofDestination =
    "Guard in the policy 'Stack/Destination/Policy/Resource' of destination 'Stack/Destination' denies s3:ReplicateObject";
  const instead = 'exempt the … role … ArnNotEquals on aws:PrincipalArn';

  refusesAtSynthesis([
    [
      'all but a VPC endpoint, at the source',
      atSource((it) => ({ ...everything(it), conditions: vpce })),
      `[${at}] … ${ofSource} … which comes from no VPC endpoint … ${instead}`,
    ],
    [
      'all but a VPC endpoint, at the destination',
      atDestination((it) => ({ ...everything(it), conditions: vpce })),
      `[${at}] … ${ofDestination} … which comes from no VPC endpoint … ${instead}`,
    ],
    [
      'all but a VPC',
      atSource((it) => ({ ...everything(it), conditions: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } } })),
      `[${at}] … ${ofSource} … VPC … ${instead}`,
    ],
    [
      'all but some addresses',
      atDestination((it) => ({ ...everything(it), conditions: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })),
      `[${at}] … ${ofDestination} … no address of yours … ${instead}`,
    ],
    [
      'all but some users',
      atSource((it) => ({
        ...everything(it),
        conditions: { StringNotLike: { 'aws:userid': ['AIDAEXAMPLE', '111111111111'] } },
      })),
      `[${at}] … ${ofSource} … aws:userid … ${instead}`,
    ],
    [
      'reading the configuration',
      atSource((it) => ({ actions: ['s3:GetReplicationConfiguration'], resources: [it.bucketArn] })),
      `[${at}] … ${ofSource}GetReplicationConfiguration … no condition … ${instead}`,
    ],
    [
      'writing replicas',
      atDestination((it) => ({ actions: ['s3:Replicate*'], resources: [it.arnForObjects('*')] })),
      `[${at}] … ${ofDestination} … no condition … ${instead}`,
    ],
    [
      'writing what is not encrypted with KMS',
      atDestination((it) => ({
        ...everything(it),
        conditions: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
      })),
      `[${at}] … ${ofDestination} … which carries AES256 … ${instead}`,
    ],
    [
      'delete markers, which a rule replicates',
      (stack) => {
        const destination = bucket(stack, 'Destination');
        flow(stack, { destination, deleteMarkerReplication: true });
        deny(destination, { actions: ['s3:ReplicateDelete'], resources: [destination.arnForObjects('*')] });
      },
      `[${at}] … of destination 'Stack/Destination' denies s3:ReplicateDelete … no condition … ${instead}`,
    ],
    [
      'reading what Object Lock keeps, at a source that has it',
      (stack) => {
        const source = bucket(stack, 'Source', { objectLockEnabled: true });
        flow(stack, { destination: bucket(stack, 'Destination', { objectLockEnabled: true }) }, source);
        deny(source, {
          actions: ['s3:GetObjectRetention', 's3:GetObjectLegalHold'],
          resources: [source.arnForObjects('*')],
        });
      },
      `[${at}] … ${ofSource}GetObjectRetention, s3:GetObjectLegalHold … no condition … ${instead}`,
    ],
    [
      'becoming the owner of replicas, which the rule asks for',
      (stack) => {
        const source = bucket(stack, 'Source');
        const theirs = beside(stack, 'Theirs', { ...ENV, account: '222222222222' });
        const destination = bucket(theirs, 'Destination', {
          bucketName: 'theirs',
          objectOwnership: s3.ObjectOwnership.OBJECT_WRITER,
        });
        flow(stack, { destination }, source);
        deny(destination, {
          actions: ['s3:ObjectOwnerOverrideToBucketOwner'],
          resources: [destination.arnForObjects('*')],
        });
      },
      `[${at}] … of destination 'Theirs/Destination' denies s3:ObjectOwnerOverrideToBucketOwner … no condition … ${instead}`,
    ],
    [
      'a prefix that is a token',
      (stack) => {
        const prefix = new CfnParameter(stack, 'Prefix').valueAsString;
        const destination = bucket(stack, 'Destination');
        flow(stack, { destination, filter: ReplicationFilter.prefix(prefix) });
        deny(destination, { actions: ['s3:Replicate*'], resources: [destination.arnForObjects(`${prefix}*`)] });
      },
      `[${at}] … ${ofDestination} … no condition … ${instead}`,
    ],
    [
      'in another region',
      atDestination(
        (it) => ({ ...everything(it), conditions: vpce }),
        (stack) => bucket(inEurope(stack), 'Destination'),
      ),
      `[${at}] … Guard in the policy 'Europe/Destination/Policy/Resource' of destination 'Europe/Destination' denies … VPC endpoint … ${instead}`,
    ],
    [
      'in a policy of its own',
      (stack) => {
        const source = bucket(stack, 'Source', { bucketName: 'data' });
        flow(stack, {}, source);
        new s3.CfnBucketPolicy(stack, 'Own', {
          bucket: 'data',
          policyDocument: {
            Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::data' }],
          },
        });
      },
      `[${at}] … statement 1 in the policy 'Stack/Own' of the source 'Stack/Source' denies s3:ListBucket … no condition … ${instead}`,
    ],
    [
      'all but a VPC endpoint, at the source key',
      atKey('source', { conditions: vpce }),
      `[${at}] … Guard in the policy of the source key 'Stack/SourceKey/Resource' denies kms:Decrypt, kms:GenerateDataKey … VPC endpoint … ${instead}`,
    ],
    [
      'all but a VPC endpoint, at the destination key',
      atKey('destination', { conditions: vpce }),
      `[${at}] … Guard in the policy of the destination key 'Stack/DestinationKey/Resource' denies kms:Encrypt, kms:GenerateDataKey, kms:Decrypt … VPC endpoint … ${instead}`,
    ],
    [
      'other services than EBS, at a key',
      atKey('source', { conditions: { StringNotEquals: { 'kms:ViaService': 'ec2.us-east-1.amazonaws.com' } } }),
      `[${at}] … the source key … which carries the host of S3 … ${instead}`,
    ],
  ]);
});

test.each([
  ['writing delete markers, which no rule replicates', 's3:ReplicateDelete'],
  ['changing the owner, which no rule asks for', 's3:ObjectOwnerOverrideToBucketOwner'],
  ['reading retention, which no object has', 's3:GetObjectRetention'],
  ['reading annotations, without which the object arrives', 's3:GetObjectVersionAnnotationForReplication'],
])('a Deny of %s does not matter', (_, action) => {
  const app = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const ends = [bucket(stack, 'Source'), bucket(stack, 'Destination')];
  flow(stack, { destination: ends[1] }, ends[0]);
  ends.forEach((it) =>
    it.addToResourcePolicy(
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: [action],
        resources: [it.arnForObjects('*')],
      }),
    ),
  );
  const { messages } = app.synth().getStackByName('Stack');
  expect(messages.map(({ entry }) => entry.data)).toEqual([]);
});
