import { App, Duration, Stack, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention, StorageClass } from 'aws-cdk-lib/aws-s3';
import { ReplicatedBucketPair } from 'cdk-s3-replication';

export const app = new App();

const account = process.env.CDK_DEFAULT_ACCOUNT ?? '111111111111'; // synthesizes without an AWS account, too
const region = process.env.CDK_DEFAULT_REGION ?? 'us-east-1';

const records = new Stack(app, 'Records', { env: { account, region } });
const backup = new Stack(app, 'RecordsBackup', { env: { account, region: 'us-west-2' } });

new ReplicatedBucketPair(records, 'Ledger', {
  destinationStack: backup,
  encryption: BucketEncryption.KMS,
  objectLockEnabled: true,
  objectLockDefaultRetention: ObjectLockRetention.governance(Duration.days(365)), // see README.md before compliance()
  storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL,
  sourceOptions: { serverAccessLogsBucket: accessLogsOf(records) },
  destinationOptions: { serverAccessLogsBucket: accessLogsOf(backup) },
});

/** S3 delivers access logs only to a bucket of the same region. */
function accessLogsOf(stack: Stack): Bucket {
  const logs = new Bucket(stack, 'AccessLogs', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    versioned: true,
  });
  Validations.of(logs).acknowledge(
    {
      id: 'NIST.800.53.R5-S3DefaultEncryptionKMS',
      reason: 'S3 does not deliver access logs to a bucket whose default encryption is SSE-KMS',
    },
    {
      id: 'NIST.800.53.R5-S3BucketReplicationEnabled',
      reason: 'each region keeps the access logs of its own copy of the records',
    },
  );
  return logs;
}
