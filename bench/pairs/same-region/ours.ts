import { ReplicatedBucketPair } from 'cdk-s3-replication';
import { Construct } from 'constructs';

export function pair(scope: Construct, id: string): void {
  new ReplicatedBucketPair(scope, id);
}
