import type { AppPlan } from './plan';
import { WORDS } from './refusal-words';
import { reasonsToRefuse } from './refusals';
import refused from './refused.json';
import regressions from './regressions.json';
import { tryPlan } from './trial';

// Plans that went wrong once, made small. A failure of generated.test.ts prints the plan to add here.
test.each(regressions.map(({ was, plan }) => [was, plan as AppPlan] as const))('%s', async (_, plan) => {
  const { faults } = await tryPlan(plan);
  expect(faults).toEqual([]);
});

// Random apps of the unit run have some reasons by chance, or always with another one that the library may name instead.
test.each(refused.map(({ because, plan }) => [because, plan as unknown as AppPlan] as const))(
  'refused for one reason: %s',
  async (because, plan) => {
    expect([...new Set(reasonsToRefuse(plan).map((it) => it.because))]).toEqual([because]);
    const { outcome, faults } = await tryPlan(plan);
    expect({ outcome, faults }).toEqual({ outcome: 'refused', faults: [] });
  },
);

/** Thousands of random apps that have these have another reason, too. */
const NEVER_ALONE = [
  'every log of the destination causes another one',
  'what is locked cannot be emptied',
  'one name for two buckets',
  'the region of the source is not known',
  'a region of another partition',
  'an alias as the key',
  'a key of another region',
  'the key of the source may be in another region',
];

test('there is such a plan for every reason that can be the only one', () => {
  const kept = new Set(refused.map(({ because }) => because));
  expect(
    Object.keys(WORDS)
      .filter((because) => !kept.has(because))
      .sort(),
  ).toEqual([...NEVER_ALONE].sort());
});
