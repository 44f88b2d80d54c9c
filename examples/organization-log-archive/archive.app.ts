import { App, Duration, Stack, Validations } from 'aws-cdk-lib';
import { AGREED } from './agreed';
import { LogAggregationSRR } from 'cdk-s3-replication';

export const app = new App();

const { archiveAccount: account, archiveRegion: region } = AGREED;
const stack = new Stack(app, 'LogArchive', { env: { account, region } });

// the policy has one statement, for accounts that there are and for those to come
new LogAggregationSRR(stack, 'Archive', {
  destinationOptions: { bucketName: AGREED.bucketName },
  organizationId: AGREED.organizationId,
  roleNamePrefix: AGREED.roleNamePrefix,
  keyPrefixes: AGREED.keyPrefixes,
  retention: Duration.days(400),
  noncurrentVersionRetention: Duration.days(30),
});

Validations.of(app).acknowledge(
  ...['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled'].map((id) => ({
    id,
    reason: 'CloudTrail data events of this account record who reads the archive',
  })),
  {
    id: 'NIST.800.53.R5-S3DefaultEncryptionKMS',
    reason: 'load balancers deliver to SSE-S3 only, and their replicas stay as they are',
  },
);
