// SPDX-License-Identifier: Apache-2.0
export { BucketReplication, type BucketReplicationProps } from './bucket-replication';
export { CrossAccountReplication, type CrossAccountReplicationProps } from './cross-account-replication';
export {
  LogAggregationSRR,
  type LogAggregationSRRProps,
  type LogSourceOptions,
  type ProducedLogSourceOptions,
} from './log-aggregation-srr';
export { LogProducer } from './log-producer';
export {
  type AlbLogOptions,
  type CloudFrontLogOptions,
  type ConfigLogOptions,
  type FlowLogOptions,
  type LogProducerOptions,
  type OrganizationTrailLogOptions,
  type ServerAccessLogOptions,
  type TrailLogOptions,
  type WafLogOptions,
} from './log-producer-options';
export { LogSource, type LogSourceProps } from './log-source';
export { ReplicaGrants, type ReplicasFromOptions } from './replica-grants';
export { type ReplicatedBucketOptions } from './replicated-bucket-options';
export { ReplicatedBucketPair, type ReplicatedBucketPairProps } from './replicated-bucket-pair';
export { ReplicationFilter } from './replication-filter';
export { type ReplicationRule, type ReplicationRuleOptions } from './replication-rule';
