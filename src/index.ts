export { BucketReplication, type BucketReplicationProps } from './bucket-replication';
export { CrossAccountReplication, type CrossAccountReplicationProps } from './cross-account-replication';
export { ReplicaGrants, type ReplicasFromOptions } from './replica-grants';
export { type ReplicatedBucketOptions } from './replicated-bucket-options';
export { ReplicatedBucketPair, type ReplicatedBucketPairProps } from './replicated-bucket-pair';
export { ReplicationFilter } from './replication-filter';
export { type ReplicationRule, type ReplicationRuleOptions } from './replication-rule';
