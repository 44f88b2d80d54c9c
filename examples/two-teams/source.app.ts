import { Annotations, App, Stack, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import { AGREED } from './agreed';
import { CrossAccountReplication, ReplicationFilter } from 'cdk-s3-replication';

export const app = new App();

const shop = new Stack(app, 'Shop', {
  env: { account: AGREED.shopAccount, region: process.env.CDK_DEFAULT_REGION ?? 'us-east-1' },
});
const events = new Bucket(shop, 'Events', { blockPublicAccess: BlockPublicAccess.BLOCK_ALL, enforceSSL: true });

const lake = Bucket.fromBucketAttributes(shop, 'Lake', {
  bucketName: AGREED.bucketName,
  account: AGREED.lakeAccount,
  region: AGREED.lakeRegion,
});
new CrossAccountReplication(shop, 'ToLake', {
  source: events,
  destination: lake,
  roleName: AGREED.roleName,
  filter: ReplicationFilter.prefix('orders/'),
  outputs: true, // what the other team asks for: account, role name and path
});

Annotations.of(lake).acknowledgeWarning(
  'cdk-s3-replication:bucketTakesNoPolicy',
  'the team of the data lake has ReplicaGrants for this role',
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
