export { BucketReplication, BucketReplicationProps } from './bucket-replication';
export { ReplicatedBucketOptions } from './replicated-bucket-options';
export { ReplicatedBucketPair, ReplicatedBucketPairProps } from './replicated-bucket-pair';
export { ReplicationFilter } from './replication-filter';
export { ReplicationRule, ReplicationRuleOptions } from './replication-rule';
