import { Tally, tryApps } from './run';
import { freshSeed } from './seed';

/** Half of them on the oldest, and half of them on the newest supported aws-cdk-lib. */
const APPS = Number(process.env.GENERATED_APPS ?? 10_000) / 2;

/** Random apps for minutes. */
export function testManyApps(seedInCi: number): void {
  test(`${APPS} random apps are refused for a reason, or pass every judge`, async () => {
    const tally = await tryApps({
      apps: APPS,
      seed: freshSeed(seedInCi),
      progress: (done, so) => done % 500 === 0 && process.stdout.write(`  ${done} of ${APPS} apps: ${shown(so)}\n`),
    });
    const reasons = [...tally.reasons].sort(([, a], [, b]) => b - a);
    process.stdout.write(`${reasons.map(([because, times]) => `  ${times} × ${because}\n`).join('')}`);
    if (process.env.FAST_CHECK_PATH !== undefined) return;
    // random apps that are all good, or all bad, would prove nothing
    expect(tally.outcomes.accepted / APPS).toBeGreaterThan(0.5);
    expect(tally.outcomes.refused / APPS).toBeGreaterThan(0.25);
    expect(tally.outcomes['refused by core'] / APPS).toBeLessThan(0.03);
    expect(tally.reasons.size).toBeGreaterThan(Math.min(60, APPS / 6));
  }, 1_200_000);
}

const shown = ({ outcomes }: Tally) =>
  Object.entries(outcomes)
    .map(([outcome, times]) => `${times} ${outcome}`)
    .join(', ');
