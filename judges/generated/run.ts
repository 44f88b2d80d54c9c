import fc from 'fast-check';
import { appPlan } from './arbitrary';
import { AppPlan } from './plan';
import { reasonsToRefuse } from './refusals';
import { Trial, tryPlan } from './trial';

/** What became of many random apps. */
export interface Tally {
  readonly outcomes: Record<Trial['outcome'], number>;
  /** How many plans had each reason to be refused. */
  readonly reasons: Map<string, number>;
}

export interface RunOptions {
  readonly apps: number;
  /** What is tried when the environment does not say it. */
  readonly seed: number;
  readonly progress?: (done: number, tally: Tally) => void;
}

/**
 * Tries random apps until one of them goes wrong, and then makes that one as small as it can.
 *
 * Its error has the seed and the path of the failure. `FAST_CHECK_SEED=… FAST_CHECK_PATH=…` in the environment of jest try
 * just that app again; its plan, which is in the error too, belongs into regressions.json.
 */
export async function tryApps({ apps, seed, progress }: RunOptions): Promise<Tally> {
  const { FAST_CHECK_SEED, FAST_CHECK_PATH } = process.env;
  const tally: Tally = { outcomes: { accepted: 0, refused: 0, 'refused by core': 0 }, reasons: new Map() };
  let number = 0;
  let failed = FAST_CHECK_PATH !== undefined;
  const property = fc.asyncProperty(appPlan, async (plan) => {
    // all judges look at an app that is made smaller, so that the one which objected does
    const trial = await tryPlan(plan, failed ? 0 : number++);
    count(tally, plan, trial);
    progress?.(number, tally);
    if (trial.faults.length === 0) return;
    failed = true;
    throw new Error(`${trial.faults.join('\n')}\nplan: ${JSON.stringify(plan)}`);
  });
  await fc.assert(property, {
    numRuns: FAST_CHECK_PATH === undefined ? apps : 1,
    seed: FAST_CHECK_SEED === undefined ? seed : Number(FAST_CHECK_SEED),
    path: FAST_CHECK_PATH,
  });
  return tally;
}

function count({ outcomes, reasons }: Tally, plan: AppPlan, { outcome }: Trial): void {
  outcomes[outcome]++;
  for (const because of new Set(reasonsToRefuse(plan).map((it) => it.because))) {
    reasons.set(because, (reasons.get(because) ?? 0) + 1);
  }
}
