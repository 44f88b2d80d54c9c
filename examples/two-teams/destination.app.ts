import { App, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { AGREED } from './agreed';
import { ReplicaGrantee, ReplicaGrants } from 'cdk-s3-replication';

export const app = new App();

const lake = new Stack(app, 'DataLake', { env: { account: AGREED.lakeAccount, region: AGREED.lakeRegion } });
const events = new Bucket(lake, 'Events', {
  bucketName: AGREED.bucketName,
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED, // the lake owns what arrives
  removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, // its name is free again when the first deployment fails
});

// nothing of the other account has to be there yet
ReplicaGrants.fromBucket(events).replicasFrom(
  ReplicaGrantee.role({ account: AGREED.shopAccount, roleName: AGREED.roleName }),
);

Validations.of(app).acknowledge(
  ...['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled'].map((id) => ({
    id,
    reason: 'CloudTrail data events of this account record who reads and writes the objects',
  })),
  {
    id: 'NIST.800.53.R5-S3DefaultEncryptionKMS',
    reason: 'the teams do not want to share a key: SSE-S3 on both sides',
  },
);
