// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3 } from 'aws-cdk-lib';
import { AddedRule } from './added-rule';
import { ReplicationFilter } from './replication-filter';

/** A rule that a source bucket has, with what was left open settled. */
export interface ReplicationRuleSummary {
  /** The ID of the rule in S3, which is also the dimension `RuleId` of its metrics. */
  readonly ruleId: string;

  /** The bucket that the rule replicates to. */
  readonly destination: s3.IBucketRef;

  /** Which objects the rule applies to. */
  readonly filter: ReplicationFilter;

  /** Whether the rule replicates. */
  readonly enabled: boolean;

  /** Whether S3 publishes replication metrics of the rule. */
  readonly metrics: boolean;

  /** Whether the rule has S3 Replication Time Control. */
  readonly replicationTimeControl: boolean;
}

export function summaryOf({ id, options, filter }: AddedRule): ReplicationRuleSummary {
  const { destination, enabled = true, metrics = true, replicationTimeControl = false } = options;
  return { ruleId: id, destination, filter, enabled, metrics, replicationTimeControl };
}
