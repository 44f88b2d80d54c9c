import { NestedStack, Stack, Stage, Token, TokenComparison } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';

/** 'unclear' = known on one side only, so that nobody can tell at synthesis. */
export type Comparison = 'same' | 'different' | 'unclear';

/** Two environment-agnostic ends are deployed to one environment, whichever that is: core sees it so as well. */
export function compare(a: string, b: string): Comparison {
  switch (Token.compareStrings(a, b)) {
    case TokenComparison.SAME:
    case TokenComparison.BOTH_UNRESOLVED:
      return 'same';
    case TokenComparison.DIFFERENT:
      return 'different';
    default:
      return 'unclear';
  }
}

/**
 * The partition of a literal region, or undefined when the region is a token or one that this aws-cdk-lib does not
 * know.
 */
export function partitionOf(region: string): string | undefined {
  return Token.isUnresolved(region) ? undefined : RegionInfo.get(region).partition;
}

/** The domain of the services in a region; the one of most partitions when the region is not known. */
export function urlSuffixOf(region: string): string {
  return (Token.isUnresolved(region) ? undefined : RegionInfo.get(region).domainSuffix) ?? 'amazonaws.com';
}

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

/** How to show an account or region in a message. */
export function shown(value: string): string {
  return Token.isUnresolved(value) ? 'unknown at synthesis' : `'${value}'`;
}
