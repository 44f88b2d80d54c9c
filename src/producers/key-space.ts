// SPDX-License-Identifier: Apache-2.0
import { Token } from 'aws-cdk-lib';
import { expand } from './delivery-statements';
import { LogProducerSpec, Uniqueness } from './spec';

/** The keys that something writes into a bucket. Texts may hold tokens. */
export interface LogKeySpace {
  /** What every key starts with. */
  readonly start: string;
  /** What keys start with that are written beside them, too: test objects, for example. */
  readonly folder: string;
  /** What follows has the same form for all that write this kind of logs; undefined when anything may follow. */
  readonly form?: string;
  /** The account that the keys name. */
  readonly account?: string;
  readonly saysRegion: boolean;
  readonly unique: Uniqueness;
  /** Of these keys, only those that start with it are replicated. */
  readonly filter?: string;
}

/** What a producer writes into a bucket of this account and region. */
export function keySpacesOf(
  spec: LogProducerSpec,
  { account, region }: { readonly account: string; readonly region: string },
  filter?: string,
): LogKeySpace[] {
  const { starts, saysAccount, saysRegion, unique } = spec.keys;
  return (spec.accounts ?? [account]).flatMap((from) => {
    const made = (texts: readonly string[]) => expand(texts, { ...spec, accounts: [from] }, { account, region });
    const folders = made(spec.folders.filter((folder) => folder !== ''));
    return made(starts).map((start) => ({
      start: `${spec.prefix}${start}`,
      folder: `${spec.prefix}${folders.find((folder) => start.startsWith(folder)) ?? start}`,
      form: spec.kind,
      ...(saysAccount ? { account: from } : {}),
      saysRegion,
      unique,
      ...(filter === undefined ? {} : { filter }),
    }));
  });
}

/** Without the tokens that stand for an account or a region. */
export const readable = (start: string) => start.replace(/\$\{Token\[.*?\]\}/g, '…');

/** Of a source that nobody told what is written into it. */
export function anyKeys(filter = ''): LogKeySpace {
  return { start: filter, folder: filter, saysRegion: false, unique: 'never' };
}

/**
 * Whether two buckets can hold objects of the same key, which replication into one bucket would stack as versions of
 * one object: certainly, possibly, or not (for all that is known, a unique part of a key is never made twice).
 */
export function keySpacesOverlap(a: LogKeySpace, b: LogKeySpace): 'certain' | 'possible' | 'none' {
  if (a.unique === 'everywhere' || b.unique === 'everywhere') {
    return 'none';
  }
  if (a.form !== undefined && b.form !== undefined) {
    if (a.form !== b.form || meet(a.start, b.start) === 'apart') {
      return 'none';
    }
  }
  const heads = [a.start, a.filter ?? '', b.start, b.filter ?? ''];
  if (heads.some((head) => heads.some((other) => nests(head, other) === 'apart'))) {
    return 'none';
  }
  const alike = a.form !== undefined && a.form === b.form && a.start === b.start;
  const everyTime = ({ start, filter = '', unique }: LogKeySpace) =>
    unique === 'never' && nests(filter, start) === 'within';
  return alike && [a, b].every(everyTime) ? 'certain' : 'possible';
}

/** Whether two texts are equal; 'unclear' when a token decides. */
function meet(a: string, b: string): 'same' | 'unclear' | 'apart' {
  if (a === b) {
    return 'same';
  }
  const known = [a, b].every((text) => !Token.isUnresolved(text));
  return known || nests(a, b) === 'apart' ? 'apart' : 'unclear';
}

/** Whether a key can start with both texts: the second is within the first, they may nest some way, or not at all. */
function nests(outer: string, inner: string): 'within' | 'maybe' | 'apart' {
  if (inner.startsWith(outer)) {
    return 'within';
  }
  const [a, b] = [outer, inner].map((text) => text.split(/\$\{Token\[/)[0]);
  return a.startsWith(b) || b.startsWith(a) ? 'maybe' : 'apart';
}

/** What the keys that are replicated start with for sure. */
export const sentStart = ({ folder, filter = '' }: LogKeySpace): string =>
  nests(folder, filter) === 'within' ? filter : folder;

/** Whether a rule with this prefix replicates any of the keys. */
export function canStartWith({ start }: LogKeySpace, prefix: string): boolean {
  return nests(prefix, start) !== 'apart';
}
