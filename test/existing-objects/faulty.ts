import { Account, DENIED, EMPTY, Job, progress } from './imitation';
import { Aws, execute, Outcome } from './interpreter';
import { machine } from './machine';
import { seeded } from '../seeded';

const ERRORS = ['SdkClientException', 'ThrottlingException', 'InternalErrorException', 'ServiceUnavailableException'];
/** What an answer may be that has nothing, or something else, in it. */
const STRANGE: Array<(answer: any) => any> = [
  () => ({}),
  () => null,
  () => [],
  () => 'an error page',
  (answer) => Object.fromEntries(Object.keys(answer).map((name) => [name, null])),
  (answer) => Object.fromEntries(Object.keys(answer).map((name) => [name, 7])),
  (answer) => Object.fromEntries(Object.keys(answer).map((name) => [name, {}])),
  (answer) => ({ ...answer, Unknown: { of: ['something'] } }),
];
const ENDS: Array<Partial<Job>> = [
  { Status: 'Complete', ProgressSummary: progress(3, 0) },
  { Status: 'Complete', ProgressSummary: progress(1, 2) },
  { Status: 'Cancelled', ProgressSummary: progress(1, 0) },
  EMPTY,
  DENIED,
];

/** AWS on a bad day: calls fail before or after they did something, or answer with something else. */
export function faulty(aws: Aws, next: () => number, often: number, injected: { count: number }): Aws {
  return (action, given) => {
    if (next() >= often) return aws(action, given);
    injected.count++;
    const error = `S3Control.${ERRORS[Math.floor(next() * ERRORS.length)]}`;
    const kind = next();
    if (kind < 0.35) throw { error };
    const answer = aws(action, given);
    if (kind < 0.6) throw { error };
    return STRANGE[Math.floor(next() * STRANGE.length)](answer);
  };
}

/** One execution, what it found out, and what is not true about it. */
export async function badDay(
  definition: object,
  seed: number,
  injected: { count: number },
): Promise<{ readonly outcome: Outcome; readonly wrong: string[] }> {
  const next = seeded(seed * 1_000_003); // neighbours would begin alike
  const account = new Account();
  account.ends = ENDS[Math.floor(next() * ENDS.length)];
  account.failures = next() < 0.8 ? 1 : 0;
  if (next() < 0.3) account.before('Replication of source: Repair', ENDS[Math.floor(next() * ENDS.length)]);
  const often = [0.05, 0.2, 0.5][Math.floor(next() * 3)];
  const run = next() < 0.5 ? 'Repair' : 'Existing';
  const outcome = await execute(definition, { run }, faulty(account.aws, next, often, injected));

  const made = account.jobs.filter(({ token }) => token !== undefined);
  const said = JSON.parse(outcome.cause?.startsWith('{') ? outcome.cause : JSON.stringify(outcome.output ?? {}));
  const wrong: string[] = [];
  const mustBe = (fine: boolean, what: string) => fine || wrong.push(`${what} (seed ${seed}, ${JSON.stringify(said)})`);
  mustBe(made.length <= 1, `${made.length} jobs`);
  mustBe(outcome.events < 25_000, `${outcome.events} events`);
  mustBe(said.outcome !== undefined, `it ended without an outcome: ${outcome.error}: ${outcome.cause}`);
  const good = { REPAIRED: 0, REPLICATED: 0 };
  if (said.outcome in good) {
    mustBe(made[0]?.Status === 'Complete' && account.ends.ProgressSummary!.NumberOfTasksFailed === 0, 'praised');
  }
  const isBad = ['STILL_FAILING', 'SOME_FAILED', 'JOB_FAILED', 'UNKNOWN'].includes(said.outcome);
  mustBe(!isBad || outcome.status === 'FAILED', 'a failure that looks like success');
  // a job that is there is known, or nothing is claimed
  mustBe(made.length === 0 || said.job === made[0].JobId || said.outcome === 'UNKNOWN', 'a job is lost');
  mustBe(
    outcome.status === 'FAILED' || !['REPAIRED', 'REPLICATED'].includes(said.outcome) || account.told.length >= 1,
    'nobody was told',
  );
  return { outcome, wrong };
}

/** A number of days, from a seed on: what is said is true, and all that may come out of one came out of some. */
export async function expectBadDays(first: number, days: number): Promise<void> {
  const injected = { count: 0 };
  const wrong: string[] = [];
  const outcomes = new Set<string>();
  for (let seed = first; seed < first + days; seed++) {
    const day = await badDay(machine(), seed, injected);
    wrong.push(...day.wrong);
    outcomes.add(day.outcome.error ?? day.outcome.output.outcome);
  }
  expect(wrong).toEqual([]);
  expect(injected.count).toBeGreaterThan(days);
  expect([...outcomes].sort()).toEqual(
    expect.arrayContaining(['JOB_FAILED', 'NOTHING_TO_REPAIR', 'REPAIRED', 'REPLICATED', 'UNKNOWN']),
  );
}
