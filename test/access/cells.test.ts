import { cells, LEFT_OUT, nameOf, pairsNotIn } from './cells';

const all = cells();

test('there are at least 200 cells, and no two are the same', () => {
  expect(new Set(all.map(nameOf)).size).toBe(all.length);
  expect(all.length).toBeGreaterThanOrEqual(200);
});

test('any two values meet, except where S3 or KMS does not have that', () => {
  expect(pairsNotIn(all)).toEqual([
    { scope: 'CRR', keys: 'shared' },
    { source: 'SSE-S3', keys: 'shared' },
    { destination: 'SSE-S3', keys: 'shared' },
    { filter: 'tags', deleteMarkers: true },
    { filter: 'prefix+tags', deleteMarkers: true },
  ]);
});

test('two values that do not meet are noticed', () => {
  const without = all.filter(({ scope, role }) => scope !== 'SRR' || role !== 'given');
  expect(pairsNotIn(without)).toContainEqual({ scope: 'SRR', role: 'given' });
});

test.each(LEFT_OUT)('left out: $because', ({ when }) => expect(all.filter(when)).toEqual([]));
