import { badDay, expectBadDays } from './faulty';
import { machine } from './machine';

test(
  'on bad days there is one job at most, and what is said is true',
  () => expectBadDays(10_000, Number(process.env.FAULTS ?? 3000)),
  600_000,
);

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
