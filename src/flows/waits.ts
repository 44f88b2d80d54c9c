// SPDX-License-Identifier: Apache-2.0
import { CfnResource, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { SourceAnchor } from './source';
import { finalProperties, referredTo } from '../app/rendered';
import { definedResource } from '../app/resource';
import { stacksAround } from '../app/stacks';
import { asRecord } from '../documents/intrinsics';
import { AddedRule } from '../rules/added-rule';
import { RuleKeys, keyResources, ruleKeys } from '../rules/rule-keys';

/** What must exist before a resource. Rules say it at any time, the template when nothing changes any more. */
type Known = 'rules' | 'template';

/**
 * The way by which one resource waits for another, over all that must exist before it; undefined when it does not wait,
 * so that the other one may refer to it. Where it waits, the other one can only use its name.
 *
 * CloudFormation deploys a nested stack as one resource: it waits for all that anything in it refers to, and everything
 * that refers to anything in it waits for the whole. So a nested stack around one of the two resources, or on the way,
 * is a node as a resource is. CDK does not notice a circle of that kind; circles of other stacks it does.
 *
 * Looks at what it reaches only: thousands of sources of one stack would else look at each other.
 */
export function waitsFor(
  consumer: CfnResource,
  producer: CfnResource,
  known: Known = 'rules',
): IConstruct[] | undefined {
  const others = stacksAround(producer);
  const around = stacksAround(consumer)
    .filter((stack) => others.includes(stack))
    .pop();
  const end = nodeIn(around, producer);
  const reachedFrom = new Map<IConstruct, IConstruct | undefined>([[nodeIn(around, consumer), undefined]]);
  for (const node of reachedFrom.keys()) {
    if (node === end) {
      return wayTo(end, reachedFrom);
    }
    for (const needed of needs(node, known)) {
      const next = nodeIn(around, needed);
      if (!reachedFrom.has(next)) {
        reachedFrom.set(next, node);
      }
    }
  }
  return undefined;
}

function wayTo(end: IConstruct, reachedFrom: Map<IConstruct, IConstruct | undefined>): IConstruct[] {
  const before = reachedFrom.get(end);
  return before ? [...wayTo(before, reachedFrom), end] : [end];
}

/** What the template of a stack knows of a resource: the resource itself, or the nested stack that it is in. */
function nodeIn(around: Stack | undefined, resource: CfnResource): IConstruct {
  const stacks = stacksAround(resource);
  return (around && stacks.includes(around) && stacks[stacks.indexOf(around) + 1]) || resource;
}

function needs(node: IConstruct, known: Known): CfnResource[] {
  if (Stack.isStack(node)) {
    return node.node.findAll().flatMap((inner) => (CfnResource.isCfnResource(inner) ? needs(inner, known) : []));
  }
  const resource = node as CfnResource;
  const { rules = [], end } = SourceAnchor.writtenBy(resource) ?? {};
  return [
    ...rules.flatMap((rule) => neededBy(rule, ruleKeys(end!, rule))),
    ...(end?.cfn && end.cfn !== resource ? [end.cfn] : []),
    ...(known === 'template' ? namedInTemplate(resource) : []),
  ];
}

/** What a source refers to because of a rule. */
const neededBy = ({ destination }: AddedRule, keys: RuleKeys): CfnResource[] => [
  ...(destination.cfn ? [destination.cfn] : []),
  ...keyResources(keys),
];

/** The bucket that a bucket writes its server access logs to, and the roles that the policy of a key names. */
function namedInTemplate(resource: CfnResource): CfnResource[] {
  if (!definedResource(resource, 'AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::KMS::ReplicaKey')) {
    return [];
  }
  const { LoggingConfiguration, KeyPolicy } = finalProperties(resource);
  const { Ref } = asRecord(LoggingConfiguration?.DestinationBucketName) ?? {};
  return referredTo(Stack.of(resource), [{ Ref }, KeyPolicy]);
}

/**
 * The nested stack that would wait for itself if the rule were added, or undefined.
 *
 * @param writer the resource that the rule would be a part of
 */
export function nestedCircle(writer: CfnResource, rule: AddedRule, keys: RuleKeys): Stack | undefined {
  return neededBy(rule, keys)
    .flatMap((target) => waitsFor(target, writer)?.reverse() ?? [])
    .find((node) => Stack.isStack(node)) as Stack | undefined;
}
