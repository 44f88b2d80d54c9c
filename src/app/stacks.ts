// SPDX-License-Identifier: Apache-2.0
import { NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** The stack that is deployed by itself: a nested stack travels with the stack around it. */
export function deployedStack(stack: Stack): Stack {
  return stack.nestedStackParent ? deployedStack(stack.nestedStackParent) : stack;
}

/** From the stack that is deployed by itself down to the one that the construct is in. */
export function stacksAround(construct: IConstruct): Stack[] {
  const stack = Stack.of(construct);
  return stack.nestedStackParent ? [...stacksAround(stack.nestedStackParent), stack] : [stack];
}

export function isNested(stack: Stack): boolean {
  return NestedStack.isNestedStack(stack);
}

export function sameStage(a: Stack, b: Stack): boolean {
  return Stage.of(a) === Stage.of(b);
}
