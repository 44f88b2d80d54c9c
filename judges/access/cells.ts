import { createHash } from 'node:crypto';

/** What a cell of the access matrix can differ in. */
const ALL = {
  scope: ['SRR', 'CRR'],
  source: ['SSE-S3', 'KMS', 'KMS+bucket key', 'DSSE'],
  destination: ['SSE-S3', 'KMS', 'KMS+bucket key', 'DSSE'],
  filter: ['all', 'prefix', 'no slash', 'tags', 'prefix+tags', 'prefixes', 'star', 'question mark', 'dollar'],
  deleteMarkers: [false, true],
  objectLock: [false, true],
  destinations: [1, 3, 6],
  name: ['made up', 'literal', 'token'],
  role: ['made', 'given', 'named', 'with a path'],
  partition: ['aws', 'aws-cn', 'aws-us-gov'],
  by: ['rules', 'addRule', 'pair', 'account pair'],
  keys: ['one each', 'shared', 'former'],
  /** Who has the destinations; in two apps, by which of the ways their policies come about. */
  accounts: ['one', 'one app', 'one app, names', 'created', 'handed over', 'two apps', 'accounts', 'organization'],
  ownership: ['enforced', 'ACLs', 'no override'],
  /** Whether the destinations insist on TLS. */
  tls: [false, true],
  buckets: ['L2', 'L1'],
} as const;

export type Cell = { readonly [D in keyof typeof ALL]: (typeof ALL)[D][number] };
type Dimensions = { readonly [D in keyof Cell]: ReadonlyArray<Cell[D]> };

export const ONE_ACCOUNT: Dimensions = {
  ...ALL,
  role: ['made', 'given', 'named'],
  by: ['rules', 'addRule', 'pair'],
  accounts: ['one'],
  ownership: ['enforced'],
  tls: [false],
  buckets: ['L2'],
};

export const TWO_ACCOUNTS: Dimensions = { ...ALL, accounts: ALL.accounts.slice(1) };

/** Cells that there are not, with what the library says to the one that has nothing else. */
export const LEFT_OUT: Array<{
  readonly of: Partial<Cell>;
  readonly refused: RegExp;
  readonly only?: Cell['accounts'];
}> = [
  { of: { deleteMarkers: true, filter: 'tags' }, refused: /delete marker replication when a rule filters by tag/ },
  {
    of: { deleteMarkers: true, filter: 'prefix+tags' },
    refused: /delete marker replication when a rule filters by tag/,
  },
  // a key is of one region, and nothing at the destination waits for the source
  { of: { keys: 'shared', scope: 'CRR' }, refused: /cyclic reference/, only: 'one' },
  { of: { accounts: 'created', destination: 'DSSE' }, refused: /encryption DSSE/ },
];

/** Every value as often as it is drawn: many destinations make many calls. */
const DRAWN = { destinations: [1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 3, 6], keys: ['one each', ...ALL.keys] } as const;

/**
 * The same cells each time: every scope with every encryption of either end so many times, the rest drawn, and more
 * until any two values of different dimensions meet.
 */
export function cells(perEncryption: number, dimensions = ONE_ACCOUNT): Cell[] {
  const drawn: Cell[] = [];
  for (const scope of dimensions.scope) {
    for (const source of dimensions.source) {
      for (const destination of dimensions.destination) {
        for (let turn = 0; turn < perEncryption; turn++) {
          drawn.push({ ...draw(drawn.length, dimensions), scope, source, destination });
        }
      }
    }
  }
  const chosen = drawn.filter(exists);
  const impossible = new Set<string>();
  for (;;) {
    const missing = pairsNotIn(chosen, dimensions).filter((pair) => !impossible.has(JSON.stringify(pair)));
    if (missing.length === 0) return chosen;
    const [pair] = missing;
    const tries = Array.from({ length: 30 }, (_, number) => ({
      ...draw(number + chosen.length, dimensions),
      ...pair,
    })).filter(exists);
    const fills = (cell: Cell) => missing.filter((it) => has(cell, it)).length;
    if (tries.length === 0) impossible.add(JSON.stringify(pair));
    else chosen.push(tries.reduce((best, it) => (fills(it) > fills(best) ? it : best)));
  }
}

const exists = (cell: Cell) => !LEFT_OUT.some(({ of, only }) => has(cell, { ...of, ...(only && { accounts: only }) }));

export const has = (cell: Cell, values: Partial<Cell>) =>
  Object.entries(values).every(([dimension, value]) => cell[dimension as keyof Cell] === value);

function draw(number: number, dimensions: Dimensions): Cell {
  const salts = ['deleteMarkers', 'objectLock', 'destinations', 'name', 'role', 'partition', 'by', 'keys', 'scope'];
  const names = [...salts, 'source', 'destination', 'accounts', 'ownership', 'tls', 'buckets'] as Array<keyof Cell>;
  const drawn = names.map((name, salt) => {
    const values: readonly unknown[] = name in DRAWN ? DRAWN[name as keyof typeof DRAWN] : dimensions[name];
    return [name, pick(values, number, salt + 1)];
  });
  const filter = ALL.filter[(number + Math.floor(number / 9)) % 9];
  return { ...(Object.fromEntries(drawn) as Omit<Cell, 'filter'>), filter };
}

/** Values of two dimensions that no cell has together. */
export function pairsNotIn(chosen: readonly Cell[], dimensions = ONE_ACCOUNT): Array<Partial<Cell>> {
  const names = Object.keys(dimensions) as Array<keyof Cell>;
  return names.flatMap((one, index) =>
    names
      .slice(index + 1)
      .flatMap((other) =>
        dimensions[one].flatMap((a) =>
          (dimensions[other] as readonly unknown[])
            .filter((b) => !chosen.some((cell) => cell[one] === a && cell[other] === b))
            .map((b) => ({ [one]: a, [other]: b })),
        ),
      ),
  );
}

function pick<T>(list: readonly T[], number: number, salt: number): T {
  return list[createHash('md5').update(`${number} ${salt}`).digest().readUInt32LE() % list.length];
}

/** What it is, without what is the same in all cells of one account. */
export const nameOf = ({ accounts, ownership, tls, buckets, ...cell }: Cell) =>
  [...Object.values(cell), ...(accounts === 'one' ? [] : [accounts, ownership, tls, buckets])].join(' ');
