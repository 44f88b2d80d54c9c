import { badDay } from './faulty';
import { machine } from './machine';

const DAYS = 100;

test('on bad days there is one job at most, and what is said is true', async () => {
  const injected = { count: 0 };
  const wrong: string[] = [];
  const outcomes = new Set<string>();
  for (let seed = 0; seed < 0 + DAYS; seed++) {
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
