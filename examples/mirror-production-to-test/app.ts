import { App, Stack, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import { CrossAccountReplication, ReplicationFilter } from 'cdk-s3-replication';

export const app = new App();

// synthesizes without AWS accounts, too
const [productionAccount, testAccount] = [
  process.env.CDK_DEFAULT_ACCOUNT ?? '111111111111',
  process.env.TEST_ACCOUNT ?? '222222222222',
];
const region = process.env.CDK_DEFAULT_REGION ?? 'us-east-1';

const production = new Stack(app, 'ShopProduction', { env: { account: productionAccount, region } });
const test = new Stack(app, 'ShopTest', { env: { account: testAccount, region } });

const orders = new Bucket(production, 'Orders', { blockPublicAccess: BlockPublicAccess.BLOCK_ALL, enforceSSL: true });
const mirror = new Bucket(test, 'Orders', { blockPublicAccess: BlockPublicAccess.BLOCK_ALL, enforceSSL: true });

const { replication } = new CrossAccountReplication(production, 'MirrorToTest', {
  source: orders,
  destination: mirror,
  filter: ReplicationFilter.prefix('price-lists/'),
  deleteMarkerReplication: true,
});
replication.addRule({
  destination: mirror,
  filter: ReplicationFilter.prefixAndTags('orders/', { personal: 'no', size: 'small' }),
});

Validations.of(app).acknowledge(
  ...['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled'].map((id) => ({
    id,
    reason: 'CloudTrail data events of each account record who reads and writes the objects',
  })),
  {
    id: 'NIST.800.53.R5-S3DefaultEncryptionKMS',
    reason: 'testers read the mirror, so a key of production must not be needed for it: SSE-S3 on both sides',
  },
);
