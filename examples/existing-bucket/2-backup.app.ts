import { App, Stack, Validations } from 'aws-cdk-lib';
import { Bucket, StorageClass } from 'aws-cdk-lib/aws-s3';
import { account, region, uploads } from './agreed';
import { ReplicatedBucketPair } from 'cdk-s3-replication';

export const app = new App();

const stack = new Stack(app, 'UploadsBackup', { env: { account, region } });

new ReplicatedBucketPair(stack, 'Backup', {
  source: Bucket.fromBucketName(stack, 'Uploads', uploads), // of somebody else: its other rules stay as they are
  destinationRegion: 'eu-west-1',
  storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL,
});

Validations.of(app).acknowledge(
  { id: 'cdk-s3-replication:importedSourceIsShared', reason: 'its owner declares no replication' },
  { id: 'cdk-s3-replication:sourceEncryptionUnknown', reason: 'its owner encrypts with SSE-S3' },
  ...['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled'].map((id) => ({
    id,
    reason: 'nobody but S3 writes to the backup, and CloudTrail has its data events',
  })),
  { id: 'NIST.800.53.R5-S3DefaultEncryptionKMS', reason: 'replicas are encrypted as the uploads are' },
);
