import { aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ReplicatedBucketPair } from 'cdk-s3-replication';

export function pair(scope: Construct, id: string): void {
  new ReplicatedBucketPair(scope, id, { destinationRegion: 'eu-west-1', encryption: s3.BucketEncryption.KMS });
}
