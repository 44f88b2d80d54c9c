// SPDX-License-Identifier: Apache-2.0
import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { AddedRule, sameFlow } from './added-rule';
import { ReplicationRuleOptions } from './replication-rule';
import { nameOf } from '../app/bucket';
import { shown } from '../app/environment';
import { awaitsLookup, hasForm } from '../app/lookup';
import { mistake } from '../messages/mistake';

/** The storage classes that CloudFormation accepts for replicas. */
const STORAGE_CLASSES = [
  'DEEP_ARCHIVE',
  'GLACIER',
  'GLACIER_IR',
  'INTELLIGENT_TIERING',
  'ONEZONE_IA',
  'REDUCED_REDUNDANCY',
  'STANDARD',
  'STANDARD_IA',
];

const MAX_RULES = 1000;

const MAX_ID = 255;

/** Throws for what is wrong with a rule in itself. */
export function checkOptions(at: IConstruct, options: ReplicationRuleOptions): void {
  const { ruleId, priority, filter, storageClass } = options;
  if (ruleId !== undefined && !Token.isUnresolved(ruleId) && !hasForm(/^[\x20-\x7e]{1,255}$/, ruleId)) {
    throw mistake(at, {
      saw: `ruleId '${ruleId}' (${ruleId.length} characters)`,
      because: 'S3 takes 1 to 255 ASCII characters as the ID of a rule',
      instead: 'shorten it, or omit ruleId to have one made',
    });
  }
  if (
    priority !== undefined &&
    !Token.isUnresolved(priority) &&
    !(Number.isInteger(priority) && priority >= 0 && priority <= 2147483647)
  ) {
    throw mistake(at, {
      saw: `priority ${priority}`,
      because: 'S3 takes whole numbers from 0 to 2147483647',
      instead: 'use one of these, or omit priority to have one assigned',
    });
  }
  if (options.deleteMarkerReplication && filter && filter._tags.length > 0) {
    throw mistake(at, {
      saw: `deleteMarkerReplication with a filter on the tags ${filter._tags.map(({ key }) => shown(key)).join(', ')}`,
      because: 'S3 does not support delete marker replication when a rule filters by tag',
      instead: 'filter by prefix only, or omit deleteMarkerReplication',
    });
  }
  if (
    storageClass !== undefined &&
    !Token.isUnresolved(storageClass.value) &&
    !awaitsLookup(storageClass.value) &&
    !STORAGE_CLASSES.includes(storageClass.value)
  ) {
    throw mistake(at, {
      saw: `storageClass ${storageClass.value}`,
      because: 'CloudFormation does not accept it for replicas',
      instead: `use one of ${STORAGE_CLASSES.join(', ')}`,
    });
  }
  if (options.replicationTimeControl && options.metrics === false) {
    throw mistake(at, {
      saw: 'replicationTimeControl with metrics: false',
      because: 'S3 accepts Replication Time Control only together with metrics',
      instead: 'omit metrics, or leave out replicationTimeControl',
    });
  }
}

/** Throws when the rule contradicts those that the source has already. */
export function checkAgainst(at: IConstruct, rule: AddedRule, others: readonly AddedRule[]): void {
  const { priority } = rule.options;
  if (others.length >= MAX_RULES) {
    throw mistake(at, {
      saw: `rule number ${others.length + 1}`,
      because: `S3 takes at most ${MAX_RULES} rules for a source bucket`,
      instead: 'let one rule cover more: a shorter prefix, or the whole bucket',
    });
  }
  if (!Token.isUnresolved(rule.id) && rule.id.length > MAX_ID) {
    throw mistake(at, {
      saw: `ruleId '${rule.id}' (${rule.id.length} characters)`,
      because: `S3 takes at most ${MAX_ID}, and rules that a custom resource writes begin with a prefix that marks them`,
      instead: 'shorten it, or omit ruleId to have one made',
    });
  }
  for (const other of others) {
    if (sameFlow(rule, other)) {
      throw mistake(at, {
        saw: `a second rule to ${nameOf(rule.destination)} with the same filter as the one of '${other.at.node.path}'`,
        because: 'only the one with the higher priority would ever apply',
        instead: 'keep one of the two, or give them different filters',
      });
    }
    if (other.id === rule.id) {
      throw mistake(at, {
        saw: `ruleId ${shown(rule.id)} twice`,
        because: 'S3 wants every rule of a source bucket to have an ID of its own',
        instead: 'use different ruleIds, or omit ruleId',
      });
    }
    if (priority !== undefined && other.options.priority === priority) {
      throw mistake(at, {
        saw: `priority ${priority} twice (also of rule ${shown(other.id)})`,
        because: 'S3 wants every rule of a source bucket to have a priority of its own',
        instead: 'use different priorities, or omit priority',
      });
    }
  }
}
