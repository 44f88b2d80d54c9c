import { stacksOf } from './cell-app';
import { Cell, cells, LEFT_OUT, nameOf, ONE_ACCOUNT, pairsNotIn, TWO_ACCOUNTS } from './cells';

const all = cells(9);

test('there are at least 200 cells, and no two are the same', () => {
  expect(new Set(all.map(nameOf)).size).toBe(all.length);
  expect(all.length).toBeGreaterThanOrEqual(200);
});

const tags: Array<Partial<Cell>> = ['tags', 'prefix+tags'].map((filter) => ({
  filter: filter as Cell['filter'],
  deleteMarkers: true,
}));

test.each([
  ['all cells', all, ONE_ACCOUNT, [{ scope: 'CRR', keys: 'shared' }, ...tags]],
  ['the few of the short run', cells(1), ONE_ACCOUNT, [{ scope: 'CRR', keys: 'shared' }, ...tags]],
  ['two accounts', cells(1, TWO_ACCOUNTS), TWO_ACCOUNTS, [{ destination: 'DSSE', accounts: 'created' }, ...tags]],
] as const)(
  'in %s any two values meet, except where S3 or KMS does not have that',
  (_, chosen, dimensions, without) => {
    expect(pairsNotIn(chosen, dimensions)).toEqual(expect.arrayContaining([...without]));
    expect(pairsNotIn(chosen, dimensions)).toHaveLength(without.length);
  },
);

test('two values that do not meet are noticed', () => {
  const without = all.filter(({ scope, role }) => scope !== 'SRR' || role !== 'given');
  expect(pairsNotIn(without)).toContainEqual({ scope: 'SRR', role: 'given' });
});

describe('a cell that is left out is refused by the library, and is not without what it is left out for', () => {
  const plain: Cell = {
    ...{ scope: 'SRR', source: 'KMS', destination: 'KMS', filter: 'prefix', deleteMarkers: false, objectLock: false },
    ...{ destinations: 1, name: 'made up', role: 'made', partition: 'aws', by: 'rules', keys: 'one each' },
    ...{ accounts: 'one', ownership: 'enforced', tls: false, buckets: 'L2' },
  };

  test.each(LEFT_OUT)('$of', ({ of, refused }) => {
    expect(() => stacksOf({ ...plain, ...of })).toThrow(refused);
    for (const dimension of Object.keys(of) as Array<keyof Cell>) {
      expect(() => stacksOf({ ...plain, ...of, [dimension]: plain[dimension] })).not.toThrow();
    }
  });
});
