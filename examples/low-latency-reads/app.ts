import { App, CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import { ReplicatedBucketPair } from 'cdk-s3-replication';

export const app = new App();

const stack = new Stack(app, 'Catalogue', {
  env: {
    account: process.env.CDK_DEFAULT_ACCOUNT ?? '111111111111', // synthesizes without an AWS account, too
    region: process.env.CDK_DEFAULT_REGION ?? 'us-east-1',
  },
});

const images = new Bucket(stack, 'Images', { blockPublicAccess: BlockPublicAccess.BLOCK_ALL, enforceSSL: true });

for (const region of ['eu-west-1', 'ap-southeast-2']) {
  const nearby = new ReplicatedBucketPair(stack, `Images-${region}`, {
    source: images,
    destinationRegion: region,
    replicationTimeControl: true, // S3 aims at 15 minutes, and reports what takes longer
    deleteMarkerReplication: true, // what is taken out of the catalogue disappears everywhere
  });
  new CfnOutput(stack, `Bucket-${region}`, { value: nearby.destinationBucketName });
}

Validations.of(stack).acknowledge(
  ...['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled'].map((id) => ({
    id,
    reason: 'catalogue images are public knowledge: nobody asks who read them',
  })),
  {
    id: 'NIST.800.53.R5-S3DefaultEncryptionKMS',
    reason: 'SSE-S3 is enough for public knowledge, and readers need no access to a key in each region',
  },
);
