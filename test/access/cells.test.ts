import { build, Cell, cells, LEFT_OUT, nameOf, pairsNotIn } from './cells';

const all = cells(9);

test('there are at least 200 cells, and no two are the same', () => {
  expect(new Set(all.map(nameOf)).size).toBe(all.length);
  expect(all.length).toBeGreaterThanOrEqual(200);
});

test.each([
  ['all cells', all],
  ['the few of the short run', cells(1)],
])('in %s any two values meet, except where S3 or KMS does not have that', (_, chosen) => {
  expect(pairsNotIn(chosen)).toEqual([
    { scope: 'CRR', keys: 'shared' },
    { filter: 'tags', deleteMarkers: true },
    { filter: 'prefix+tags', deleteMarkers: true },
  ]);
});

test('two values that do not meet are noticed', () => {
  const without = all.filter(({ scope, role }) => scope !== 'SRR' || role !== 'given');
  expect(pairsNotIn(without)).toContainEqual({ scope: 'SRR', role: 'given' });
});

describe('a cell that is left out is refused by the library, and is not without what it is left out for', () => {
  const plain: Cell = {
    ...{ scope: 'SRR', source: 'KMS', destination: 'KMS', filter: 'prefix', deleteMarkers: false, objectLock: false },
    ...{ destinations: 1, name: 'made up', role: 'made', partition: 'aws', by: 'rules', keys: 'one each' },
  };

  test.each(LEFT_OUT)('$of', ({ of, refused }) => {
    expect(() => build({ ...plain, ...of }).synth()).toThrow(refused);
    for (const dimension of Object.keys(of) as Array<keyof Cell>) {
      expect(() => build({ ...plain, ...of, [dimension]: plain[dimension] }).synth()).not.toThrow();
    }
  });
});
