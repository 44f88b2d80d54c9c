import { App, Aws, BootstraplessSynthesizer, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AGREED } from './agreed';
import { LogProducer, LogSource, ReplicationFilter } from 'cdk-s3-replication';

export const app = new App();

// no account, and nothing of `cdk bootstrap` in the template: the same for every account, as a StackSet wants it
const stack = new Stack(app, 'LogBaseline', { synthesizer: new BootstraplessSynthesizer() });

new LogSource(stack, 'Logs', {
  destination: Bucket.fromBucketAttributes(stack, 'Archive', {
    bucketName: AGREED.bucketName,
    account: AGREED.archiveAccount,
    region: AGREED.archiveRegion,
  }),
  roleNamePrefix: AGREED.roleNamePrefix,
  keyPrefixes: AGREED.keyPrefixes,
  filter: ReplicationFilter.prefix(`AWSLogs/${Aws.ACCOUNT_ID}/`),
  producers: [LogProducer.alb(), LogProducer.vpcFlowLogs()],
  sourceRetention: Duration.days(30),
});

Validations.of(app).acknowledge(
  ...['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled'].map((id) => ({
    id,
    reason: 'access logs of a bucket with logs would be logs about logs',
  })),
  {
    id: 'NIST.800.53.R5-S3DefaultEncryptionKMS',
    reason: 'load balancers deliver to SSE-S3 only',
  },
);
