import { allActions } from './catalog';
import { isByPrefix, isGranted, regionsOf } from './cell-app';
import { Cell } from './cells';
import { AccessVerdict } from './judge';

/** What counts in a cell. */
function factsOf(cell: Cell) {
  // one of the three covers another one
  const [prefixes, widest] = cell.filter === 'prefixes' ? [3, 2] : [1, 1];
  const sourceKeys = (cell.source === 'SSE-S3' ? 0 : 1) + (cell.keys === 'former' ? 1 : 0);
  // the library makes no bucket with ACLs
  const overrides = cell.ownership === 'ACLs' && cell.accounts !== 'created';
  const kms = sourceKeys > 0;
  const { accounts, destinations } = cell;
  const keysOfAll = accounts === 'one' ? 1 : regionsOf(cell).length;
  const otherSide = accounts === 'one' ? 0 : destinations;
  const replicaKeys = !kms ? 0 : cell.keys === 'shared' ? keysOfAll : destinations;
  const namesBucket = keysKnowBuckets(cell);
  return {
    ...{ prefixes, widest, sourceKeys, kms, overrides, otherSide, replicaKeys, namesBucket },
    reads: cell.objectLock ? 6 : 4,
    writes: overrides ? 4 : 3,
    // one for each bucket that it names
    keyStatements: !kms || accounts === 'one' ? 0 : namesBucket ? destinations : replicaKeys,
  };
}

/** Without a given name the policy of a key cannot name its bucket. */
export const keysKnowBuckets = ({ accounts }: Cell): boolean => accounts !== 'one app';

/** What the judge must have found in a cell; counted from what the cell is, without its templates. */
export function expectedOf(cell: Cell): Omit<AccessVerdict, 'actionsDenied'> {
  const { destinations } = cell;
  const { prefixes, widest, sourceKeys, kms, reads, writes, ...facts } = factsOf(cell);
  const { overrides, replicaKeys, keyStatements, otherSide, namesBucket } = facts;
  // an object at the start of what a prefix covers, and one further down
  const objects = 2 * prefixes;
  // for each object, and for the bucket when objects use its bucket key
  const contexts = objects + 1;
  // a list of one has no part that can be left out alone
  const parts = (list: number) => (list > 1 ? list : 0);
  return {
    allowed:
      1 + 2 + objects * (reads + writes * destinations) + contexts * (2 * sourceKeys + (kms ? 3 * destinations : 0)),
    // the trust of a role that the user gives is the user's
    statementsNecessary:
      (cell.role === 'given' ? 0 : 1) + 3 + (overrides ? 1 : 0) + sourceKeys + replicaKeys + otherSide + keyStatements,
    partsNecessary:
      2 +
      (reads - 1 + parts(widest)) +
      ((cell.deleteMarkers ? 2 : 1) + parts(widest * destinations)) +
      (overrides ? parts(widest * destinations) : 0) +
      sourceKeys * (1 + 1 + widest) +
      (kms ? replicaKeys + destinations * (1 + widest) : 0) +
      otherSide * (writes - (cell.deleteMarkers ? 1 : 2)) +
      keyStatements * (namesBucket ? 3 : 1),
    exceptions: {
      Annotations: 1,
      ReplicateTags: 1 + otherSide,
      ...(!cell.deleteMarkers && { ReplicateDelete: 1 }),
      ...(kms && {
        SourceGenerateDataKey: sourceKeys,
        EncryptOrGenerateDataKey: 2 * (replicaKeys + keyStatements),
      }),
    },
    findings: [],
  };
}

/** How many ways there are to loosen a statement of the library in a cell: see `loosened`. */
export function mutantsOf(cell: Cell): number {
  const { destinations } = cell;
  const { widest, sourceKeys, kms, overrides, replicaKeys, keyStatements, otherSide, namesBucket } = factsOf(cell);
  const ownKeys = isByPrefix(cell) ? 1 : 0;
  const prefixed = /^(all|tags)$/.test(cell.filter) && !ownKeys ? 0 : 1;
  const [removed, wider] = [1, 1];
  // a condition on the ARN, one against paths, and one on the organization
  const byPrefix = cell.accounts === 'organization' ? removed + removed + wider : removed;
  const who = removed + wider + (/^(accounts|organization)$/.test(cell.accounts) ? byPrefix : 0);
  const byGrant = cell.tls && isGranted(cell);
  const objects = 1 + widest * (1 + prefixed);
  const replicas = 1 + destinations * widest * (1 + prefixed);
  const throughS3 = removed + wider;
  const keys = (count: number, buckets: number) =>
    count * (1 + 1 + throughS3 + removed) + buckets * (wider + widest * prefixed);
  return (
    (cell.role === 'given' ? 0 : 1) +
    2 +
    objects +
    (replicas + removed) +
    (overrides ? replicas + removed : 0) +
    keys(sourceKeys, sourceKeys) +
    keys(replicaKeys, kms ? destinations : 0) +
    otherSide * (1 + who + ownKeys + (byGrant ? removed : 0)) +
    keyStatements * (1 + who + throughS3 + (namesBucket ? removed + wider + ownKeys : 0))
  );
}

/**
 * A bound for the calls that S3 does not need and that are denied: with each action that a policy names, on objects of
 * each prefix in every bucket and in those of others, and on the keys. Of all actions, also with the others.
 */
export async function fewestDenied(cell: Cell, least: 'all' | 'sample'): Promise<number> {
  const { destinations } = cell;
  const { prefixes, sourceKeys, kms, reads, writes } = factsOf(cell);
  const buckets = 1 + destinations + 2;
  const named =
    (reads + writes) * prefixes * buckets -
    reads * prefixes -
    writes * prefixes * destinations +
    2 * (buckets - 1) +
    // from elsewhere than S3, from S3 of another region, and from nowhere
    (kms ? 3 * 3 * (prefixes + 1) * (sourceKeys + destinations) : 0);
  if (least === 'sample') return named;
  const actions = await allActions();
  const others = (on: string, known: number) => actions.filter((action) => action.on === on).length - known;
  return named + others('bucket', 2) * buckets + others('object', reads + writes) * prefixes * buckets;
}
