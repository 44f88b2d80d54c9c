// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, CfnResource, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { DestinationAnchor } from './destination';
import { SourceAnchor } from './source';
import { bucketsLoggingTo, finalProperties } from '../app/rendered';
import { deployedStack } from '../app/stacks';
import { asRecord } from '../documents/intrinsics';
import { AddedRule } from '../rules/added-rule';
import { RuleKeys, ruleKeys } from '../rules/rule-keys';

/** Whether replication, followed over any number of buckets, leads from one bucket to the other. */
export function leadsTo(from: s3.CfnBucket, to: s3.CfnBucket, seen = new Set<s3.CfnBucket>()): boolean {
  if (from === to) {
    return true;
  }
  seen.add(from);
  return (SourceAnchor.find(from)?.rules ?? []).some(
    ({ destination: { cfn } }) => cfn !== undefined && !seen.has(cfn) && leadsTo(cfn, to, seen),
  );
}

/**
 * Whether a destination refers to the source by where buckets write their server access logs to, also over buckets that
 * replicate or log to each other: as the source refers to its destination, CloudFormation could create neither.
 */
export function logsLeadTo(source: s3.CfnBucket, destination: s3.CfnBucket): boolean {
  const waiting = new Set([source]);
  for (const bucket of waiting) {
    const sources = [...(DestinationAnchor.find(bucket)?.sources ?? [])];
    const loggers = bucketsLoggingTo(bucket).filter(
      (logger) => asRecord(finalProperties(logger).LoggingConfiguration?.DestinationBucketName)?.Ref !== undefined,
    );
    [...sources.filter((it) => Stack.of(it) === Stack.of(bucket)), ...loggers].forEach((it) => waiting.add(it));
  }
  return waiting.has(destination);
}

/**
 * The nested stack that would wait for itself if the rule were added, or undefined.
 *
 * CloudFormation deploys a nested stack as one resource: it waits for all that anything in it refers to, and everything
 * that refers to anything in it waits for the whole. CDK does not notice a circle of that kind.
 */
export function nestedCircle(source: CfnResource, rule: AddedRule, keys: RuleKeys): Stack | undefined {
  for (const target of targetsOf(source, rule, keys)) {
    const around = commonStack(source, target);
    const [from, to] = [unitIn(around, source), unitIn(around, target)];
    const nested = [from, to].find((unit) => Stack.isStack(unit));
    if (nested && from !== to && waitsFor(around, to, from)) {
      return nested as Stack;
    }
  }
  return undefined;
}

/** What the source refers to because of a rule, as far as it is deployed with the same stack. */
function targetsOf(source: CfnResource, rule: AddedRule, { sourceKeys, replicaKey }: RuleKeys): CfnResource[] {
  const used = [...sourceKeys, ...(replicaKey ? [replicaKey] : [])].flatMap((key) => ('cfn' in key ? [key.cfn] : []));
  return [...(rule.destination.cfn ? [rule.destination.cfn] : []), ...used].filter(
    (target) => deployedStack(Stack.of(target)) === deployedStack(Stack.of(source)),
  );
}

/** From the stack that is deployed by itself down to the one that the resource is in. */
function stacksAround(resource: IConstruct): Stack[] {
  const stacks = [Stack.of(resource)];
  while (stacks[0].nestedStackParent) {
    stacks.unshift(stacks[0].nestedStackParent);
  }
  return stacks;
}

function commonStack(a: IConstruct, b: IConstruct): Stack {
  const others = stacksAround(b);
  return stacksAround(a)
    .filter((stack) => others.includes(stack))
    .pop()!;
}

/** What a template knows of a resource: the resource itself, or the nested stack that it is in. */
function unitIn(around: Stack, resource: IConstruct): IConstruct {
  const stacks = stacksAround(resource);
  return stacks[stacks.indexOf(around) + 1] ?? resource;
}

/** Looks at what it reaches only: thousands of sources of one stack would else look at each other. */
function waitsFor(around: Stack, from: IConstruct, to: IConstruct): boolean {
  const reached = new Set([from]);
  for (const unit of reached) {
    for (const { bucket, rules } of unit.node.findAll().filter((it) => it instanceof SourceAnchor)) {
      if (unitIn(around, bucket) === unit) {
        rules
          .flatMap((rule) => targetsOf(bucket, rule, ruleKeys(bucket, rule)))
          .filter((target) => stacksAround(target).includes(around))
          .forEach((target) => reached.add(unitIn(around, target)));
      }
    }
  }
  return reached.has(to);
}
