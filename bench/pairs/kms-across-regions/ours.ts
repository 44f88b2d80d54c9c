import { aws_s3 as s3 } from 'aws-cdk-lib';
import { ReplicatedBucketPair } from 'cdk-s3-replication';
import { Construct } from 'constructs';

export function pair(scope: Construct, id: string): void {
  new ReplicatedBucketPair(scope, id, { destinationRegion: 'eu-west-1', encryption: s3.BucketEncryption.KMS });
}
