import { badDay } from './faulty';
import { machine } from './machine';

const DAYS = Number(process.env.FAULTS ?? 3000);

test('on bad days there is one job at most, and what is said is true', async () => {
  const injected = { count: 0 };
  const wrong: string[] = [];
  const outcomes = new Set<string>();
  for (let seed = 10000; seed < 10000 + DAYS; seed++) {
    const day = await badDay(machine(), seed, injected);
    wrong.push(...day.wrong);
    outcomes.add(day.outcome.error ?? day.outcome.output.outcome);
  }
  expect(wrong).toEqual([]);
  expect(injected.count).toBeGreaterThan(DAYS);
  expect([...outcomes].sort()).toEqual(
    expect.arrayContaining(['JOB_FAILED', 'NOTHING_TO_REPAIR', 'REPAIRED', 'REPLICATED', 'UNKNOWN']),
  );
}, 600_000);

test.each<[string, (definition: any) => void, RegExp]>([
  [
    'a token that changes with each call',
    (it) => (it.States.Create.Arguments = it.States.Create.Arguments.replace('$last.id', '$string($random())')),
    /2 jobs/,
  ],
  [
    'success without a look at failures',
    (it) => (it.States['Is it over'].Choices[0].Condition = "{% $status = 'Complete' %}"),
    /praised/,
  ],
  ['a call that nobody catches', (it) => delete it.States.Look.Catch, /without an outcome/],
])('is noticed: %s', async (_, spoil, finding) => {
  const definition = machine();
  spoil(definition);
  const wrong: string[] = [];
  for (let seed = 0; seed < 60; seed++) wrong.push(...(await badDay(definition, seed, { count: 0 })).wrong);
  expect(wrong.join()).toMatch(finding);
});
