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

const ACCOUNT = '{account}';

/** What keys begin with that say whose they are, as services that write logs make them. */
export const KEYS_OF_AN_ACCOUNT = [`AWSLogs/${ACCOUNT}/`, `AWSLogs/aws-account-id=${ACCOUNT}/`, `${ACCOUNT}/`];

/** Whether roles of different accounts never write the same key. */
export const saysAccount = (prefix: string) => prefix.includes(ACCOUNT);

/**
 * Objects that begin so, in a policy. Nothing before the account may be a wildcard, which would cover slashes and other
 * accounts, too.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (aws:PrincipalAccount)
 */
export function objectsOf(bucketArn: string, keyPrefixes: readonly string[]): string[] {
  return keyPrefixes.map(
    (prefix) => `${bucketArn}/${prefix.split(ACCOUNT).map(inPolicy).join('${aws:PrincipalAccount}')}*`,
  );
}

/** Whether all keys that begin with the text are among those that roles of the account may write. */
export function isWithin(start: string, keyPrefixes: readonly string[], account: string): boolean {
  return keyPrefixes.some((prefix) => start.startsWith(prefix.split(ACCOUNT).join(account)));
}

/** The fewest prefixes that cover the same objects; `['']` is every object. Sorted. */
export function widest(prefixes: readonly string[]): string[] {
  const sorted = [...new Set(prefixes)].sort();
  return sorted.filter(
    (prefix) => !sorted.some((other) => other !== prefix && !Token.isUnresolved(other) && prefix.startsWith(other)),
  );
}
