import { Construct } from 'constructs';
import { ReplicatedBucketPair } from 'cdk-s3-replication';

export function pair(scope: Construct, id: string): void {
  new ReplicatedBucketPair(scope, id);
}
