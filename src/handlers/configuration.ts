// SPDX-License-Identifier: Apache-2.0
import type { ReplicationRule } from '@aws-sdk/client-s3';

/** What the rules of one owner in a bucket should be. A rule without a priority gets one. */
export interface Wanted {
  readonly bucket: string;
  readonly isDelete: boolean;
  readonly role: string;
  readonly rules: ReplicationRule[];
  readonly prefixes: string[]; // of the ids of the owner's rules; nothing else makes a rule one of the owner's
}

/** What is in S3: as far as the SDK knows it, and as S3 sent it. */
export interface Configuration {
  readonly role?: string;
  readonly rules: ReplicationRule[];
  readonly document: string;
}

/** What to write: the owner's rules, and what stays of the document, byte for byte, if it has rules of others. */
export interface Change {
  readonly role: string;
  readonly rules: ReplicationRule[];
  readonly kept?: string;
}

/** What trying again does not change. The text begins with the remedy. */
export class Refused extends Error {}

const isOwn = ({ ID }: ReplicationRule, { prefixes }: Wanted) => prefixes.some((prefix) => ID?.startsWith(prefix));
export const ids = (rules: ReplicationRule[]) => rules.map(({ ID }) => `'${ID}'`).join(', ');

/** Whether the owner's rules are those that are wanted; `exactly`: and say nothing more. */
export function isThere({ role, rules }: Configuration, wanted: Wanted, exactly: boolean): boolean {
  const own = rules.filter((rule) => isOwn(rule, wanted));
  let last = 0;
  return (
    own.length === wanted.rules.length &&
    (own.length === 0 || role === wanted.role) &&
    wanted.rules.every((rule) => {
      const found = own.find(({ ID }) => ID === rule.ID);
      const inOrder = rule.Priority !== undefined || last < (last = found?.Priority ?? 0);
      const said = statements(found);
      const wish = statements({ Priority: found?.Priority, ...rule });
      return inOrder && wish.every((it) => said.includes(it)) && (!exactly || said.length === wish.length);
    })
  );
}

/** What a rule says, in no order. What is empty says nothing. */
function statements(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) {
    return value.map((item) => `${path} ${statements(item).sort()}`);
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, item]) => statements(item, `${path}/${key}`))
    : [value].filter((it) => it !== undefined && it !== '').map((it) => `${path}=${it}`);
}

export function planned(there: Configuration, wanted: Wanted): Change {
  const foreign = there.rules.filter((rule) => !isOwn(rule, wanted));
  if (!wanted.isDelete) {
    refuse(there.role, foreign, wanted);
  }
  const elements = ruleElements(there.document);
  if (elements.length !== there.rules.length) {
    throw new Error(`the SDK read ${there.rules.length} of ${elements.length} rules`);
  }
  const own = elements.filter((_, index) => isOwn(there.rules[index], wanted));
  const kept = own.reduce((rest, element) => rest.replace(element, ''), there.document);

  // priorities are unique in the bucket, but order only rules with the same destination
  const given = wanted.rules.map(({ Priority }) => Priority);
  let last = Math.max(0, ...foreign.map(({ Priority = 0 }) => Priority));
  const next = (): number => (given.includes(++last) ? next() : last);
  const rules = wanted.rules.map((rule) => ({ ...rule, Priority: rule.Priority ?? next() }));
  return { role: wanted.role, rules, kept: foreign.length > 0 ? kept : undefined };
}

function refuse(role: string | undefined, foreign: ReplicationRule[], wanted: Wanted): void {
  const bucket = `bucket '${wanted.bucket}'`;
  const first = foreign.filter(({ Prefix }) => Prefix !== undefined);
  if (first.length > 0) {
    throw new Refused(
      `give the rules ${ids(first)} of ${bucket} a Filter instead of Prefix, a Priority and DeleteMarkerReplication ` +
        '(Enabled is what they do now): S3 does not mix two versions of its schema',
    );
  }
  if (foreign.length > 0 && role !== wanted.role) {
    throw new Refused(
      `give role ${role} to this replication, which adds its permissions, or remove the rules ${ids(foreign)} of ` +
        `somebody else, which use it: S3 allows one role for ${bucket}`,
    );
  }
  for (const { ID, Priority } of wanted.rules) {
    const other = foreign.find((rule) => rule.Priority === Priority);
    if (other) {
      throw new Refused(
        `give rule '${ID}' another priority than ${Priority}: rule '${other.ID}' of somebody else in ${bucket} has it`,
      );
    }
  }
}

/** The elements called Rule that are children of the root, as they are written. */
export function ruleElements(document: string): string[] {
  const elements: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: tag, 1: slash, 2: name, index } of document.matchAll(TAG)) {
    start = depth === 1 && !slash ? index : start;
    depth += slash ? -1 : tag.endsWith('/>') ? 0 : 1;
    if (depth === 1 && slash && name === 'Rule') {
      elements.push(document.slice(start, index + tag.length));
    }
  }
  return elements;
}
const TAG = /<(\/?)([^\s/>!?]+)(?:"[^"]*"|'[^']*'|[^"'>])*>/g;
