// SPDX-License-Identifier: Apache-2.0
export {
  type LogAggregationSRRProps,
  type LogSourceOptions,
  type ProducedLogSourceOptions,
} from './aggregation/log-aggregation-options';
export { LogAggregationSRR } from './aggregation/log-aggregation-srr';
export { LogSource, type LogSourceProps } from './aggregation/log-source';
export { type CreatedBucketOptions } from './buckets/created-bucket-options';
export { type ReplicatedBucketOptions } from './buckets/replicated-bucket-options';
export { ExistingObjectReplication } from './existing-objects/existing-object-replication';
export {
  type ExistingObjectReplicationProps,
  ExistingObjectStatus,
} from './existing-objects/existing-object-replication-props';
export { ReplicationRepair, type ReplicationRepairProps } from './existing-objects/replication-repair';
export { ReplicaGrantee, type ReplicaGranteeRole, type ReplicaGranteeRoles } from './grants/replica-grantee';
export { ReplicaGrants } from './grants/replica-grants';
export { type ReplicasFromOptions } from './grants/replicas-from-options';
export { BidirectionalReplication, type BidirectionalReplicationProps } from './pairs/bidirectional-replication';
export { CrossAccountReplication, type CrossAccountReplicationProps } from './pairs/cross-account-replication';
export { MultiRegionReplication, type MultiRegionReplicationProps } from './pairs/multi-region-replication';
export { ReplicationCanary, type ReplicationCanaryProps } from './monitoring/replication-canary';
export { ReplicationMonitoring } from './monitoring/replication-monitoring';
export { type ReplicationMonitoringProps } from './monitoring/replication-monitoring-props';
export { OneWayReplication } from './pairs/one-way-replication';
export { ReplicatedBucketPair, type ReplicatedBucketPairProps } from './pairs/replicated-bucket-pair';
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
} from './producers/log-producer-options';
export { LogProducer } from './producers/log-producer';
export { BucketReplication } from './replication/bucket-replication';
export { type BucketReplicationProps } from './replication/bucket-replication-props';
export { type ReplicationMetricOptions } from './replication/replication-metrics';
export { ReplicationFilter } from './rules/replication-filter';
export { type ReplicationRule, type ReplicationRuleOptions } from './rules/replication-rule';
export { type ReplicationRuleSummary } from './rules/replication-rule-summary';
