// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3 } from 'aws-cdk-lib';
import { AddedRule } from './added-rule';
import { ReplicationFilter } from './replication-filter';
import { asRecord } from '../documents/intrinsics';

/**
 * Explicit priorities stay; the other rules get the smallest free numbers from 1 on, in the order in which they were
 * added.
 */
export function priorities(rules: readonly AddedRule[]): Map<AddedRule, number> {
  const taken = new Set(rules.map((rule) => rule.options.priority));
  const result = new Map<AddedRule, number>();
  let next = 1;
  for (const rule of rules) {
    if (rule.options.priority === undefined) {
      while (taken.has(next)) {
        next++;
      }
      result.set(rule, next++);
    } else {
      result.set(rule, rule.options.priority);
    }
  }
  return result;
}

/**
 * The rule in the V2 form of S3, in which filter, priority and delete marker setting are mandatory.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html
 */
export function renderRule(
  rule: AddedRule,
  priority: number | undefined,
  replicaKeyArn: string | undefined,
): s3.CfnBucket.ReplicationRuleProperty {
  const { options } = rule;
  const rtc = options.replicationTimeControl === true;
  const on = { status: 'Enabled' };
  return {
    id: rule.id,
    priority,
    status: options.enabled === false ? 'Disabled' : 'Enabled',
    filter: renderFilter(rule.filter),
    deleteMarkerReplication: { status: options.deleteMarkerReplication ? 'Enabled' : 'Disabled' },
    // S3 refuses an empty element, and one for KMS (whatever its status) without a replica key
    sourceSelectionCriteria:
      options.replicaModifications || replicaKeyArn
        ? {
            replicaModifications: options.replicaModifications ? on : undefined,
            sseKmsEncryptedObjects: replicaKeyArn ? on : undefined,
          }
        : undefined,
    destination: {
      bucket: rule.destinationArn,
      account: rule.destination.account,
      accessControlTranslation: rule.ownerOverride ? { owner: 'Destination' } : undefined,
      storageClass: options.storageClass?.value,
      encryptionConfiguration: replicaKeyArn ? { replicaKmsKeyId: replicaKeyArn } : undefined,
      // 15 minutes is the only value that S3 takes; without RTC a threshold is refused
      replicationTime: rtc ? { ...on, time: { minutes: 15 } } : undefined,
      metrics: rtc ? { ...on, eventThreshold: { minutes: 15 } } : options.metrics === false ? undefined : on,
    },
  };
}

/** Names of CloudFormation's properties that are not those of the S3 API with another first letter. */
const API_NAMES: { readonly [property: string]: string } = {
  id: 'ID',
  replicaKmsKeyId: 'ReplicaKmsKeyID',
  tagFilter: 'Tag',
  tagFilters: 'Tags',
};

/** A rendered rule as the S3 API has it. */
export function inApiForm(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inApiForm);
  }
  const said = Object.entries(asRecord(value) ?? {}).filter(([, part]) => part !== undefined);
  const nameOf = (property: string) => API_NAMES[property] ?? property[0].toUpperCase() + property.slice(1);
  return asRecord(value)
    ? Object.fromEntries(said.map(([property, part]) => [nameOf(property), inApiForm(part)]))
    : value;
}

/** `And` needs at least two predicates; everything is an empty prefix. */
export function renderFilter(filter: ReplicationFilter): s3.CfnBucket.ReplicationRuleFilterProperty {
  const tags = filter._tags.map(({ key, value }) => ({ key, value }));
  if (tags.length === 0) {
    return { prefix: filter._prefix };
  }
  if (tags.length === 1 && filter._prefix === '') {
    return { tagFilter: tags[0] };
  }
  return { and: { prefix: filter._prefix === '' ? undefined : filter._prefix, tagFilters: tags } };
}
