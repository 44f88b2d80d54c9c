import { App, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

export const ACCOUNT = '111111111111';
export const ENV = { account: ACCOUNT, region: 'us-east-1' };
export const KMS = s3.BucketEncryption.KMS;

export const l1 = (bucket: s3.IBucket) => bucket.node.defaultChild as s3.CfnBucket;
export const bucket = (scope: Construct, id: string, props?: s3.BucketProps) => new s3.Bucket(scope, id, props);
export const key = (scope: Construct, id = 'Key', props?: kms.KeyProps) => new kms.Key(scope, id, props);
export const beside = (stack: Stack, id: string, env: { account?: string; region?: string } = ENV) =>
  new Stack(stack.node.root as App, id, { env });
export const inEurope = (stack: Stack, id = 'Europe') => beside(stack, id, { ...ENV, region: 'eu-west-1' });
