import { App, CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import { MultiRegionReplication } from 'cdk-s3-replication';

export const app = new App();

const stack = new Stack(app, 'Profiles', {
  env: {
    account: process.env.CDK_DEFAULT_ACCOUNT ?? '111111111111', // synthesizes without an AWS account, too
    region: process.env.CDK_DEFAULT_REGION ?? 'us-east-1',
  },
});

const profiles = new MultiRegionReplication(stack, 'Profiles', {
  regions: [stack.region, 'eu-west-1', 'ap-southeast-2'],
  accessPoint: true, // one name for all, routed by S3
});

new CfnOutput(stack, 'Bucket', { value: profiles.accessPointArn }); // what the service gives as the name of its bucket

Validations.of(app).acknowledge(
  ...['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled'].map((id) => ({
    id,
    reason: 'CloudTrail has data events of these buckets',
  })),
  {
    id: 'NIST.800.53.R5-S3DefaultEncryptionKMS',
    reason: 'SSE-S3 is enough for public profiles, and clients need no access to a key in each region',
  },
);
