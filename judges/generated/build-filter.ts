import { Aws, CfnParameter, Lazy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { FilterPlan, Text } from './plan';
import { ReplicationFilter } from 'cdk-s3-replication';

/** Text with the token that the plan asks for. */
export function text(it: Text, stack: Construct): string {
  if (typeof it === 'string') return it;
  switch (it.token) {
    case 'account':
      return `${it.before}${Aws.ACCOUNT_ID}`;
    case 'region':
      return `${it.before}${Aws.REGION}`;
    case 'lazy':
      return `${it.before}${Lazy.string({ produce: () => LATE_TEXT })}`;
    case 'parameter': {
      const found = stack.node.tryFindChild('Text') as CfnParameter | undefined;
      return `${it.before}${(found ?? new CfnParameter(stack, 'Text', { default: PARAMETER })).valueAsString}`;
    }
  }
}

/** What the tokens stand for that are no pseudo parameters. */
export const LATE_TEXT = 'late*$';
export const PARAMETER = 'par/';

export function filter({ prefix, tags }: FilterPlan, stack: Construct): ReplicationFilter {
  const asMap = (given: NonNullable<typeof tags>) =>
    Object.fromEntries(given.map(([key, value]) => [key, text(value, stack)]));
  if (prefix !== undefined && tags) return ReplicationFilter.prefixAndTags(text(prefix, stack), asMap(tags));
  if (tags) return ReplicationFilter.tags(asMap(tags));
  return prefix === undefined ? ReplicationFilter.all() : ReplicationFilter.prefix(text(prefix, stack));
}
