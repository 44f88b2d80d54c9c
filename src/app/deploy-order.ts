// SPDX-License-Identifier: Apache-2.0
import { Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { deployedStack } from './stacks';
import { mistake } from '../messages/mistake';

/** Something that must be deployed before a bucket. */
export interface Needed {
  /** How to call it in a message. */
  readonly what: string;
  readonly stack: Stack;
  /** Why, as CDK shows it to who asks for the reason of a dependency. */
  readonly reason: string;
  /** What to do about a circle. */
  readonly remedy: string;
}

/** What the other one must be deployed before. */
type Waiting = 'source' | 'bucket' | 'grantee' | 'alarm';

/**
 * Deploys the stack of a bucket after the stack of something that it needs. CDK records most of that by itself, but
 * late, where a circle has no construct path and no remedy.
 */
export function deployAfter(at: IConstruct, bucket: Waiting, consumer: Stack, needed: Needed): void {
  const from = deployedStack(consumer);
  const to = deployedStack(needed.stack);
  try {
    record(from, to, needed.reason);
  } catch (error) {
    throw mistake(at, {
      saw: `${needed.what} in the stack '${to.node.path}', which depends on the ${bucket}'s stack '${from.node.path}'`,
      because: `it must be deployed before the ${bucket} (${(error as Error).message})`,
      instead: needed.remedy,
    });
  }
}

/** Throws where `deployAfter()` would, and changes nothing. */
export function checkDeployOrder(at: IConstruct, bucket: Waiting, consumer: Stack, needed: Needed): void {
  const from = deployedStack(consumer);
  const reached = new Set([deployedStack(needed.stack)]);
  for (const stack of reached) {
    stack.dependencies.forEach((dependency) => reached.add(dependency));
  }
  if (deployedStack(needed.stack) !== from && reached.has(from)) {
    deployAfter(at, bucket, consumer, needed); // throws, with the reasons that core knows
  }
}

/**
 * `addStackDependency` is newer than the oldest supported aws-cdk-lib, and the older name prints a deprecation warning
 * where the newer exists.
 */
function record(consumer: Stack, producer: Stack, reason: string): void {
  const stack = consumer as Stack & { addStackDependency?: Stack['addDependency'] };
  if (stack !== producer) {
    stack.addStackDependency ? stack.addStackDependency(producer, reason) : stack.addDependency(producer, reason);
  }
}
