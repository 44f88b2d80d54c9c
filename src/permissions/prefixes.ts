// SPDX-License-Identifier: Apache-2.0
import { Token } from 'aws-cdk-lib';

/**
 * A key prefix as it must stand in a policy, where `*` and `?` are wildcards and `${` starts a variable. What a token
 * stands for cannot be escaped.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function inPolicy(prefix: string): string {
  const parts = prefix.split(/(\$\{Token\[[^\]]*\]\})/);
  return parts.map((part) => (Token.isUnresolved(part) ? part : part.replace(/[*?$]/g, '${$&}'))).join('');
}

/** The fewest prefixes that cover the same objects; `['']` is every object. Sorted. */
export function widest(prefixes: readonly string[]): string[] {
  const sorted = [...new Set(prefixes)].sort();
  return sorted.filter(
    (prefix) => !sorted.some((other) => other !== prefix && !Token.isUnresolved(other) && prefix.startsWith(other)),
  );
}
