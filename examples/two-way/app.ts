import { App, CfnOutput, Duration, Stack, Validations } from 'aws-cdk-lib';
import { BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { BidirectionalReplication } from 'cdk-s3-replication';

export const app = new App();

const stack = new Stack(app, 'Newsroom', {
  env: {
    account: process.env.CDK_DEFAULT_ACCOUNT ?? '111111111111', // synthesizes without an AWS account, too
    region: process.env.CDK_DEFAULT_REGION ?? 'us-east-1',
  },
});

// lifecycle rules are not replicated: each end has its own
const lifecycleRules = [{ noncurrentVersionExpiration: Duration.days(30) }];

const drafts = new BidirectionalReplication(stack, 'Drafts', {
  secondRegion: 'eu-west-1',
  encryption: BucketEncryption.KMS,
  replicationTimeControl: true, // S3 aims at 15 minutes, and reports what takes longer
  firstOptions: { lifecycleRules },
  secondOptions: { lifecycleRules },
});
new CfnOutput(stack, 'InEurope', { value: drafts.secondBucketName });

Validations.of(app).acknowledge(
  ...['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled'].map((id) => ({
    id,
    reason: 'CloudTrail has data events of these buckets',
  })),
);
