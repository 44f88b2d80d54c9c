import { App, Duration, Stack, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, StorageClass } from 'aws-cdk-lib/aws-s3';
import { ReplicatedBucketPair } from 'cdk-s3-replication';

export const app = new App();

const stack = new Stack(app, 'SameRegionBackup', {
  env: {
    account: process.env.CDK_DEFAULT_ACCOUNT ?? '111111111111', // synthesizes without an AWS account, too
    region: process.env.CDK_DEFAULT_REGION ?? 'us-east-1',
  },
});

const accessLogs = new Bucket(stack, 'AccessLogs', {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  versioned: true,
  lifecycleRules: [{ expiration: Duration.days(90), noncurrentVersionExpiration: Duration.days(1) }],
});

// deletions are not replicated, so the backup keeps what is deleted from the source by mistake
new ReplicatedBucketPair(stack, 'Uploads', {
  storageClass: StorageClass.INFREQUENT_ACCESS,
  sourceOptions: { serverAccessLogsBucket: accessLogs, serverAccessLogsPrefix: 'uploads/' },
  destinationOptions: { serverAccessLogsBucket: accessLogs, serverAccessLogsPrefix: 'backup/' },
});

Validations.of(stack).acknowledge({
  id: 'NIST.800.53.R5-S3DefaultEncryptionKMS',
  reason: 'uploads hold nothing that needs a key of its own: SSE-S3 is enough and costs no KMS requests',
});
Validations.of(accessLogs).acknowledge({
  id: 'NIST.800.53.R5-S3BucketReplicationEnabled',
  reason: 'access logs are kept for 90 days to look things up, and are not worth a second copy',
});
