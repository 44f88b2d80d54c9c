import { App, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention, StorageClass } from 'aws-cdk-lib/aws-s3';
import { RestoreRole } from './restore-role';
import { CrossAccountReplication } from 'cdk-s3-replication';

export const app = new App();

// synthesizes without AWS accounts, too
const account = process.env.CDK_DEFAULT_ACCOUNT ?? '111111111111';
const backupAccount = process.env.BACKUP_ACCOUNT ?? '222222222222';
const region = process.env.CDK_DEFAULT_REGION ?? 'us-east-1';

const contracts = new Stack(app, 'Contracts', { env: { account, region } });
const backup = new Stack(app, 'ContractsBackup', { env: { account: backupAccount, region: 'eu-west-1' } });

const retention = ObjectLockRetention.governance(Duration.days(90)); // see README.md before compliance()
const documents = new Bucket(contracts, 'Documents', {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  encryption: BucketEncryption.KMS,
  encryptionKey: new Key(contracts, 'Key', { enableKeyRotation: true }),
  objectLockDefaultRetention: retention,
  serverAccessLogsBucket: accessLogsOf(contracts),
});

// deletions are not replicated, and the other account lets nobody of this one delete
const { destination } = new CrossAccountReplication(contracts, 'Offsite', {
  source: documents,
  destinationStack: backup,
  objectLockDefaultRetention: retention,
  storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL,
  destinationOptions: { serverAccessLogsBucket: accessLogsOf(backup) },
});

new RestoreRole(backup, 'Restore', { replicas: destination, readers: account });

/** S3 delivers access logs only to a bucket of the same region and account. */
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
      reason: 'each account keeps the access logs of its own copy of the documents',
    },
  );
  return logs;
}
