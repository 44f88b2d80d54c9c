// SPDX-License-Identifier: Apache-2.0
import { LogFlow, prefixOf, spacesOf } from './log-flow';
import { BucketEnd, nameOf } from '../app/bucket';
import { Findings, error, warning } from '../messages/finding';
import { LogKeySpace, anyKeys, keySpacesOverlap, readable } from '../producers/key-space';

/** Kinds of keys that may be equal in buckets of different sources; one with itself, or two. */
interface Collision {
  readonly certain: boolean;
  readonly kinds: readonly FoundKind[];
}

/** Sources that are certain to write the same keys, and one warning for all that may. */
export function collisionFindings(flows: readonly LogFlow[]): Findings {
  const found = collisions(flows);
  const possible = found.filter(({ certain }) => !certain);
  return [
    found.map(
      ({ certain, kinds }) =>
        certain &&
        error('logKeysMeet', {
          saw: `sources ${namesOf(kinds)} write keys that start with '${readable(kinds[0].space.start)}' and have no unique part`,
          because: 'replication keeps keys, so the logs of one become noncurrent versions of those of the other',
          instead: 'give every source a prefix of its own where its service is configured',
        }),
    ),
    possible.length > 0 &&
      warning(
        'logKeysMayMeet',
        `Sources may write the same keys (${namesOf(possible.flatMap(({ kinds }) => kinds))}): ` +
          'logs of one would become noncurrent versions of those of the other. Give every source a prefix of its own, ' +
          'name the services in producers, set uniqueKeys: true where keys never meet, or acknowledge this',
      ),
  ];
}

/** The first sources of some kinds, and how many there are besides. */
function namesOf(kinds: readonly FoundKind[]): string {
  const names = [...new Set([...new Set(kinds)].flatMap(({ sources }) => [...sources].map(nameOf)))];
  const shown = names.length > 3 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  return `${shown.slice(0, -1).join(', ')} and ${shown[shown.length - 1]}`;
}

/** Keys of the same kind, and the sources that they are in. */
interface Kind {
  readonly space: LogKeySpace;
  /** Whether the user says that these keys have no unique part. */
  readonly declared: boolean;
}

interface FoundKind extends Kind {
  /** What every key starts with for sure. */
  readonly head: string;
  readonly sources: Set<BucketEnd>;
}

/**
 * Compares each kind of keys with itself and with those whose start is within its own: linear in the sources as long as
 * prefixes do not nest.
 */
function collisions(flows: readonly LogFlow[]): Collision[] {
  const kinds = new Map<string, FoundKind>();
  for (const flow of flows) {
    for (const kind of kindsOf(flow)) {
      const text = JSON.stringify(kind);
      const known = kinds.get(text) ?? { ...kind, head: literalHead(kind.space), sources: new Set<BucketEnd>() };
      known.sources.add(flow.source);
      kinds.set(text, known);
    }
  }
  const found: Collision[] = [];
  let around: FoundKind[] = [];
  for (const kind of [...kinds.values()].sort((a, b) => (a.head < b.head ? -1 : 1))) {
    around = [...around.filter(({ head }) => kind.head.startsWith(head)), kind];
    for (const other of around) {
      const overlap = overlapOf(other, kind);
      if (overlap !== 'none' && areSeveral(other.sources, kind.sources)) {
        found.push({ certain: overlap === 'certain', kinds: [other, kind] });
      }
    }
  }
  return found;
}

function overlapOf(a: Kind, b: Kind): 'certain' | 'possible' | 'none' {
  return a.declared && b.declared && a.space.start === b.space.start ? 'certain' : keySpacesOverlap(a.space, b.space);
}

function literalHead({ start, filter = '' }: LogKeySpace): string {
  const literals = [start, filter].map((text) => text.split('${Token[')[0]);
  return literals[0].length >= literals[1].length ? literals[0] : literals[1];
}

/** Whether these are not the same bucket again and again. */
function areSeveral(some: Set<BucketEnd>, others: Set<BucketEnd>): boolean {
  const [{ cfn: first }] = some;
  return [some, others].some((ends) => [...ends].some(({ cfn }) => cfn !== first));
}

function kindsOf(flow: LogFlow): Kind[] {
  const { uniqueKeys } = flow;
  const declared = uniqueKeys === false;
  const spaces = uniqueKeys === undefined ? spacesOf(flow) : uniqueKeys ? [] : [anyKeys(prefixOf(flow))];
  return spaces.map((space) => ({ space, declared }));
}

/** Whether other accounts with the same construct may write the same keys: nothing in them says whose they are. */
function isAnonymous(flow: LogFlow): boolean {
  return kindsOf(flow).some(({ space, declared }) => declared || (!space.account && space.unique !== 'everywhere'));
}

/** A source of another app: what is known of its own keys only. */
export function findingsAmongAccounts(flow: LogFlow): Findings {
  return isAnonymous(flow)
    ? warning(
        'logKeysMayMeet',
        `Other sources of the same destination may write the same keys as ${nameOf(flow.source)}, which name no account: ` +
          'logs of one would become noncurrent versions of those of the other. Have the service write account and region into its keys ' +
          '(a prefix with both, the partitioned form of access logs), set uniqueKeys: true where it does, or acknowledge this',
      )
    : undefined;
}
