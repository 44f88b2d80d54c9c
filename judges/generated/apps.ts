import { tryApps } from './run';

const APPS = 80;

/** A part of the random apps of the unit run. A fixed seed, so that a change which breaks nothing never turns red. */
export function testApps(seed: number): void {
  test(`${APPS} random apps are refused for a reason, or pass every judge`, async () => {
    const { outcomes, reasons } = await tryApps({ apps: APPS, seed });

    // random apps that are all good, or all bad, would prove nothing
    if (process.env.FAST_CHECK_PATH !== undefined) return;
    expect(outcomes.accepted / APPS).toBeGreaterThan(0.5);
    expect(outcomes.refused / APPS).toBeGreaterThan(0.2);
    expect(outcomes['refused by core'] / APPS).toBeLessThan(0.03);
    expect(reasons.size).toBeGreaterThan(20);
  }, 120_000);
}
