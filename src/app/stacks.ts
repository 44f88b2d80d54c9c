// SPDX-License-Identifier: Apache-2.0
import { NestedStack, Stack, Stage } from 'aws-cdk-lib';

/** The stack that is deployed by itself: a nested stack travels with the stack around it. */
export function deployedStack(stack: Stack): Stack {
  let current = stack;
  while (current.nestedStackParent) {
    current = current.nestedStackParent;
  }
  return current;
}

export function isNested(stack: Stack): boolean {
  return NestedStack.isNestedStack(stack);
}

export function sameStage(a: Stack, b: Stack): boolean {
  return Stage.of(a) === Stage.of(b);
}
