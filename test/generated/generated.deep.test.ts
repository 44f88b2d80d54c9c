import { Tally, tryApps } from './run';

const APPS = Number(process.env.GENERATED_APPS ?? 10_000);

test(`${APPS} random apps are refused for a reason, or pass every judge`, async () => {
  const tally = await tryApps({
    apps: APPS,
    seed: Date.now() % 2 ** 31,
    progress: (done, so) => done % 500 === 0 && process.stdout.write(`  ${done} of ${APPS} apps: ${shown(so)}\n`),
  });
  const reasons = [...tally.reasons].sort(([, a], [, b]) => b - a).map(([because, times]) => `  ${times} × ${because}`);
  process.stdout.write(`${reasons.join('\n')}\n`);
  expect(tally.outcomes.accepted / APPS).toBeGreaterThan(0.5);
  expect(tally.outcomes.refused / APPS).toBeGreaterThan(0.25);
}, 1_200_000);

const shown = ({ outcomes }: Tally) =>
  Object.entries(outcomes)
    .map(([outcome, times]) => `${times} ${outcome}`)
    .join(', ');
