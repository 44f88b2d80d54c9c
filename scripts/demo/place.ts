import { StackOfApp } from '../../judges/assembly/stacks';

/** Where a stack is, as far as it matters: with its account where there are several. */
export function placeOf({ account, region }: StackOfApp, stacks: StackOfApp[]): string {
  return stacks.every((it) => it.account === account) ? region : `${account} ${region}`;
}
