import { Annotations, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { BucketEnd, nameOf } from './bucket-end';
import { LogBucket } from './log-bucket';
import { anyKeys, keySpacesOf, keySpacesOverlap, LogKeySpace } from './log-key-space';
import { describe } from './mistake';
import { ReplicationFilter } from '../replication-filter';

/** A source and what of it is replicated. */
export interface LogFlow {
  readonly source: BucketEnd;
  readonly filter?: ReplicationFilter;
  /** Whether the user says that its keys are unique, or that they are not. */
  readonly uniqueKeys?: boolean;
}

/** Two sources whose logs may have the same keys. */
interface Collision {
  readonly certain: boolean;
  readonly sources: readonly [BucketEnd, BucketEnd];
  readonly start: string;
}

const REMEDY =
  'give every source a prefix of its own where its service is configured, name the services in producers, or set uniqueKeys: true for sources whose keys never meet those of others';

/** Sources that are certain to write the same keys. */
export function collisionErrors(flows: readonly LogFlow[]): string[] {
  return collisions(flows)
    .filter(({ certain }) => certain)
    .map(({ sources: [one, other], start }) =>
      describe({
        saw: `sources ${nameOf(one)} and ${nameOf(other)} both write keys that start with '${start}' and have no unique part`,
        because: 'replication keeps keys, so the logs of one become noncurrent versions of those of the other',
        instead: 'give every source a prefix of its own where its service is configured',
      }),
    );
}

/** One warning for all sources that may write the same keys. */
export function warnOfCollisions(at: IConstruct, flows: readonly LogFlow[]): void {
  const possible = collisions(flows).filter(({ certain }) => !certain);
  if (possible.length > 0) {
    const shown = possible
      .slice(0, 3)
      .map(({ sources: [one, other] }) => `${nameOf(one)} and ${nameOf(other)}`)
      .join(', ');
    const more = possible.length > 3 ? ` and ${possible.length - 3} more` : '';
    Annotations.of(at).addWarningV2(
      'cdk-s3-replication:logKeysMayMeet',
      `Sources may write the same keys (${shown}${more}): replication keeps keys, so the logs of one would become noncurrent versions of those of the ` +
        `other, unseen. ${REMEDY[0].toUpperCase()}${REMEDY.slice(1)}; or acknowledge this`,
    );
  }
}

/** Keys of the same kind, and the sources that they are in. */
interface Kind {
  readonly space: LogKeySpace;
  /** Whether the user says that these keys have no unique part. */
  readonly declared: boolean;
}

/**
 * Compares each kind of keys with itself and with those whose start is within its own: linear in the sources as long as
 * prefixes do not nest.
 */
function collisions(flows: readonly LogFlow[]): Collision[] {
  const kinds = new Map<string, Kind & { head: string; sources: Set<BucketEnd> }>();
  for (const flow of flows) {
    for (const kind of kindsOf(flow)) {
      const text = JSON.stringify(kind);
      const known = kinds.get(text) ?? { ...kind, head: literalHead(kind.space), sources: new Set() };
      known.sources.add(flow.source);
      kinds.set(text, known);
    }
  }
  const found: Collision[] = [];
  let around: Array<Kind & { head: string; sources: Set<BucketEnd> }> = [];
  for (const kind of [...kinds.values()].sort((a, b) => (a.head < b.head ? -1 : 1))) {
    around = [...around.filter(({ head }) => kind.head.startsWith(head)), kind];
    for (const other of around) {
      const overlap = overlapOf(other, kind);
      const pair = overlap === 'none' ? undefined : twoOf(other.sources, kind.sources);
      if (pair) {
        found.push({ certain: overlap === 'certain', sources: pair, start: kind.space.start });
      }
    }
  }
  return found;
}

function overlapOf(a: Kind, b: Kind): 'certain' | 'possible' | 'none' {
  return a.declared && b.declared && a.space.start === b.space.start ? 'certain' : keySpacesOverlap(a.space, b.space);
}

/** What every key starts with for sure. */
function literalHead({ start, filter = '' }: LogKeySpace): string {
  const literals = [start, filter].map((text) => text.split('${Token[')[0]);
  return literals[0].length >= literals[1].length ? literals[0] : literals[1];
}

/** Two different buckets, one of each kind. */
function twoOf(some: Set<BucketEnd>, others: Set<BucketEnd>): [BucketEnd, BucketEnd] | undefined {
  for (const one of some) {
    for (const other of others) {
      if (other.cfn !== one.cfn) {
        return [one, other];
      }
    }
  }
  return undefined;
}

function kindsOf({ source, filter, uniqueKeys }: LogFlow): Kind[] {
  const prefix = filter === undefined ? '' : String(Stack.of(source.cfn!).resolve(filter._prefix));
  const declared = uniqueKeys === false;
  const kind = (space: LogKeySpace): Kind => ({ space, declared });
  if (uniqueKeys !== undefined) {
    return uniqueKeys ? [] : [kind(anyKeys(prefix))];
  }
  const deliveries = LogBucket.find(source.cfn!)?.deliveries ?? [];
  return deliveries.length === 0
    ? [kind(anyKeys(prefix))]
    : deliveries.flatMap(({ spec }) => keySpacesOf(spec, source, prefix === '' ? undefined : prefix).map(kind));
}
