import { Cell } from './cells';
import { judgeCell } from './matrix';
import { Call, isAllowed, Policies, simulate } from './simulate';

const CELL: Cell = {
  ...{ scope: 'CRR', source: 'KMS', destination: 'KMS+bucket key', filter: 'prefix', deleteMarkers: true },
  ...{ objectLock: true, destinations: 1, name: 'literal', role: 'made', partition: 'aws', by: 'rules' },
  ...{ keys: 'former', accounts: 'one', ownership: 'enforced', tls: false, buckets: 'L2' },
};

/** Everything that the judge asks about a cell, asked in both ways. */
async function differences(cell: Cell, quick: typeof isAllowed): Promise<{ asked: number; different: Call[] }> {
  const result = { asked: 0, different: [] as Call[] };
  await judgeCell(cell, {
    ask: async (call, policies) => {
      const allowed = await simulate(call, policies);
      result.asked++;
      if ((await quick(call, policies)) !== allowed) result.different.push(call);
      return allowed;
    },
  });
  return result;
}

test.each<[string, Partial<Cell>]>([
  ['one destination', {}],
  ['several prefixes and keys', { filter: 'prefixes', destinations: 3 }],
  ['a star', { filter: 'star', scope: 'SRR', keys: 'shared' }],
  ['a variable', { filter: 'dollar', role: 'given', partition: 'aws-cn' }],
  ['all objects, without KMS', { filter: 'all', source: 'SSE-S3', destination: 'SSE-S3', keys: 'one each' }],
])('the quick answer is the full one for every question: %s', async (_, more) => {
  const { asked, different } = await differences({ ...CELL, ...more }, isAllowed);
  expect(different).toEqual([]);
  expect(asked).toBeGreaterThan(700);
});

test.each<[string, (policies: Policies) => Policies]>([
  [
    'a statement',
    ({ identity, ...others }) => ({ identity: [{ Statement: identity[0].Statement.slice(1) }], ...others }),
  ],
  ['policies of keys', ({ identity }) => ({ identity })],
])('a quick answer without %s is noticed', async (_, without) => {
  const forgetful: typeof isAllowed = (call, policies) =>
    call.action === 'sts:AssumeRole' ? isAllowed(call, policies) : isAllowed(call, without(policies));
  expect((await differences(CELL, forgetful)).different).not.toEqual([]);
});
