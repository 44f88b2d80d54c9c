import type { AppPlan } from './plan';
import regressions from './regressions.json';
import { tryPlan } from './trial';

// Plans that went wrong once, made small. A failure of generated.test.ts prints the plan to add here.
test.each(regressions.map(({ was, plan }) => [was, plan as AppPlan] as const))('%s', async (_, plan) => {
  const { faults } = await tryPlan(plan);
  expect(faults).toEqual([]);
});
