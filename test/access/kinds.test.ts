import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, NestedStack, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { BucketReplication, ReplicatedBucketPair } from 'cdk-s3-replication';
import { quietApp } from '../app';
import { DeployedApp } from '../assembly/deployed';
import { readStacks } from '../assembly/stacks';
import { ENV } from '../builders';
import { judgeAccess } from './judge';

afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

/** Ends of every kind that the cells of the matrix do not have. */
test.each<[string, (stack: Stack) => void, number]>([
  ['a nested stack', (stack) => new ReplicatedBucketPair(new NestedStack(stack, 'Nested'), 'Pair'), 4],
  [
    'an imported role and an imported destination',
    (stack) => {
      const role = iam.Role.fromRoleName(stack, 'Role', 'imported');
      const destination = s3.Bucket.fromBucketName(stack, 'Replica', 'imported');
      new BucketReplication(stack, 'Replication', {
        source: new s3.Bucket(stack, 'Source'),
        role,
        rules: [{ destination }],
      });
    },
    3,
  ],
  [
    'an L1 bucket',
    (stack) =>
      BucketReplication.of(new s3.CfnBucket(stack, 'Source')).addRule({ destination: new s3.Bucket(stack, 'Replica') }),
    4,
  ],
  [
    'a source with the key of S3, whose permissions are not of the role',
    (stack) => {
      const source = new s3.Bucket(stack, 'Source', { encryption: s3.BucketEncryption.KMS_MANAGED });
      const destination = new s3.Bucket(stack, 'Replica', { encryption: s3.BucketEncryption.KMS });
      BucketReplication.of(source).addRule({ destination });
    },
    5,
  ],
  [
    'keys that are named by an alias',
    (stack) => {
      const keys = { Source: new kms.Key(stack, 'SourceKey'), Replica: new kms.Key(stack, 'ReplicaKey') };
      const of = (id: keyof typeof keys) =>
        new s3.Bucket(stack, id, {
          encryption: s3.BucketEncryption.KMS,
          encryptionKey: keys[id].addAlias(`alias/${id}`),
        });
      const rule = { destination: of('Replica'), sourceKeys: [keys.Source], destinationKey: keys.Replica };
      BucketReplication.of(of('Source')).addRule(rule);
    },
    6,
  ],
])('%s', async (_, build, statements) => {
  const app = quietApp();
  build(new Stack(app, 'Data', { env: ENV }));
  const verdict = await judgeAccess(new DeployedApp(readStacks(app.synth())), { least: 'sample' });
  expect(verdict.findings).toEqual([]);
  expect(verdict.statementsNecessary).toBe(statements);
});
