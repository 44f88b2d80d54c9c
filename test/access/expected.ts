import { allActions } from './catalog';
import { Cell } from './cells';
import { AccessVerdict } from './judge';

/** What counts in a cell. */
function factsOf(cell: Cell) {
  // one of the three covers another one
  const [prefixes, widest] = cell.filter === 'prefixes' ? [3, 2] : [1, 1];
  const sourceKeys = (cell.source === 'SSE-S3' ? 0 : 1) + (cell.keys === 'former' ? 1 : 0);
  return { prefixes, widest, sourceKeys, kms: sourceKeys > 0, reads: cell.objectLock ? 6 : 4, writes: 3 };
}

/** What the judge must have found in a cell; counted from what the cell is, without its templates. */
export function expectedOf(cell: Cell): Omit<AccessVerdict, 'actionsDenied'> {
  const { destinations } = cell;
  const { prefixes, widest, sourceKeys, kms, reads, writes } = factsOf(cell);
  // an object at the start of what a prefix covers, and one further down
  const objects = 2 * prefixes;
  // for each object, and for the bucket when objects use its bucket key
  const contexts = objects + 1;
  const replicaKeys = !kms ? 0 : cell.keys === 'shared' ? 1 : destinations;
  // a list of one has no part that can be left out alone
  const parts = (list: number) => (list > 1 ? list : 0);
  return {
    allowed:
      1 + 2 + objects * (reads + writes * destinations) + contexts * (2 * sourceKeys + (kms ? 3 * destinations : 0)),
    // the trust of a role that the user gives is the user's
    statementsNecessary: (cell.role === 'given' ? 0 : 1) + 3 + sourceKeys + replicaKeys,
    partsNecessary:
      2 +
      (reads - 1 + parts(widest)) +
      ((cell.deleteMarkers ? 2 : 1) + parts(widest * destinations)) +
      sourceKeys * (1 + 1 + widest) +
      (kms ? replicaKeys + destinations * (1 + widest) : 0),
    exceptions: {
      Annotations: 1,
      ReplicateTags: 1,
      ...(!cell.deleteMarkers && { ReplicateDelete: 1 }),
      ...(kms && { SourceGenerateDataKey: sourceKeys, EncryptOrGenerateDataKey: 2 * replicaKeys }),
    },
    findings: [],
  };
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
