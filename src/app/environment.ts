// SPDX-License-Identifier: Apache-2.0
import { Intrinsic, IResolveContext, Reference, Token, Tokenization } from 'aws-cdk-lib';
import { asRecord } from '../documents/intrinsics';

/** 'unclear' = known on one side only, so that nobody can tell at synthesis. */
export type Comparison = 'same' | 'different' | 'unclear';

/**
 * Two unknown values of one kind count as the same, as in core: the stacks are deployed to one environment. Of other
 * tokens only the same one says the same: two parameters may have any values.
 */
export function compare(a: string, b: string): Comparison {
  if (a === b) {
    return 'same';
  }
  if (!Token.isUnresolved(a) && !Token.isUnresolved(b)) {
    return 'different';
  }
  const pseudo = pseudoParameter(a);
  return pseudo !== undefined && pseudo === pseudoParameter(b) ? 'same' : 'unclear';
}

/** The pseudo parameter that a token is, in whichever stack it was made. */
function pseudoParameter(value: string): string | undefined {
  const token = Tokenization.reverse(value, { failConcat: false });
  if (Reference.isReference(token)) {
    return token.displayName.startsWith('AWS::') ? token.displayName : undefined;
  }
  const { Ref } = (token instanceof Intrinsic && asRecord(token.resolve({} as IResolveContext))) || {};
  return typeof Ref === 'string' && Ref.startsWith('AWS::') ? Ref : undefined;
}

/**
 * Names of regions, their partition and the domain of its services: what aws-cdk-lib/region-info says too, whose tables
 * take a tenth of a second to load.
 */
const PARTITIONS: ReadonlyArray<readonly [regions: RegExp, partition: string, domain: string]> = [
  [/^(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d+$/, 'aws', 'amazonaws.com'],
  [/^cn-/, 'aws-cn', 'amazonaws.com.cn'],
  [/^us-gov-/, 'aws-us-gov', 'amazonaws.com'],
  [/^eusc-/, 'aws-eusc', 'amazonaws.eu'],
  [/^us-iso-/, 'aws-iso', 'c2s.ic.gov'],
  [/^us-isob-/, 'aws-iso-b', 'sc2s.sgov.gov'],
  [/^eu-isoe-/, 'aws-iso-e', 'cloud.adc-e.uk'],
  [/^us-isof-/, 'aws-iso-f', 'csp.hci.ic.gov'],
];

/** Whether a text has the form of a region's code. New regions come, so there is no list. */
export const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

/** The partition of a literal region, or undefined when the region is a token or one that does not look like any. */
export function partitionOf(region: string): string | undefined {
  return PARTITIONS.find(([regions]) => regions.test(region))?.[1];
}

/** The domain of the services in a region; the one of most partitions when the region is not known. */
export function urlSuffixOf(region: string): string {
  return PARTITIONS.find(([regions]) => regions.test(region))?.[2] ?? 'amazonaws.com';
}

/** A text that is known at synthesis. */
export const knownText = (text: string): string | undefined => (Token.isUnresolved(text) ? undefined : text);

/** How to show an account or region in a message. */
export function shown(value: string): string {
  return Token.isUnresolved(value) ? 'unknown at synthesis' : `'${value}'`;
}
