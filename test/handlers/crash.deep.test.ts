import { FOREIGN, pace, someAtOnce } from './lives';
import { rules } from './requests';
import { document, FakeS3, idOf, ROLE, rulesOf } from './s3';
import { Bucket } from '../../src/handlers/bucket';
import { Wanted } from '../../src/handlers/configuration';
import { reconcile } from '../../src/handlers/reconcile';

const s3 = new FakeS3();
let second: number;
beforeAll(async () => {
  await s3.start();
  second = await pace(s3, 30);
});
afterAll(() => s3.stop());
beforeAll(() => jest.spyOn(console, 'log').mockReturnValue());

const MOMENTS = ['before', 'after'] as const;
type Place = Pick<Bucket, 'read' | 'write'>;

/** A bucket in whose n-th call the function dies: before S3 hears of it, or before the function hears of its success. */
function dying(bucket: Bucket, fatal: number, moment: (typeof MOMENTS)[number], dead: () => void): Place {
  let calls = 0;
  const call = async <T>(action: () => Promise<T>): Promise<T> => {
    if (++calls !== fatal) {
      return action();
    }
    await (moment === 'after' && action().catch(() => undefined));
    dead();
    return new Promise(() => undefined);
  };
  return {
    read: (signal) => call(() => bucket.read(signal)),
    write: (change, signal) => call(() => bucket.write(change, signal)),
  };
}

const wanted = (bucket: string, count: number): Wanted => {
  const prefixes = ['own-1a2b-'];
  return { bucket, isDelete: count === 0, role: ROLE, rules: rules(prefixes[0], count), prefixes };
};

/** Handles one event, and dies in a call of it; or not, without one. Whether it came to its end. */
async function run(
  name: string,
  count: number,
  fatal = 0,
  moment: (typeof MOMENTS)[number] = 'before',
): Promise<boolean> {
  const bucket = new Bucket({ Bucket: name, ExpectedBucketOwner: '111111111111' }, 'us-east-1', false);
  const clock = { deadline: AbortSignal.timeout(120_000), second };
  let dead = () => {};
  const death = new Promise<boolean>((done) => (dead = () => done(false)));
  return Promise.race([
    reconcile(dying(bucket, fatal, moment, dead), wanted(name, count), clock).then(() => true),
    death,
  ]);
}

const EVENTS = [
  ['create', 0, 2],
  ['update', 2, 3],
  ['rollback', 3, 2],
  ['delete', 2, 0],
] as const;
const CALLS = [1, 2, 3]; // read, write, read
const CASES = [0, FOREIGN.length].flatMap((foreign) =>
  EVENTS.flatMap(([event, before, after]) =>
    CALLS.flatMap((fatal) => MOMENTS.map((moment) => ({ foreign, event, before, after, fatal, moment }))),
  ),
);

test('a function that dies in any call damages nothing, and the same event again ends as if it had not', async () => {
  const results = await someAtOnce(CASES.length, async (number) => {
    const { foreign, event, before, after, fatal, moment } = CASES[number];
    const name = `crash-${number}`;
    const bucket = s3.bucket(name);
    bucket.configuration = foreign > 0 ? document(FOREIGN) : undefined;
    const original = bucket.configuration;
    const isKept = () => foreign === 0 || FOREIGN.every((rule) => bucket.configuration!.includes(rule));
    if (before > 0) {
      await run(name, before);
    }
    const hasEnded = await run(name, after, fatal, moment);
    const isIntact = isKept();
    await run(name, after);
    const own = rulesOf(bucket.configuration).filter((rule) => idOf(rule).startsWith('own-')).length;
    const isRight = after === 0 ? bucket.configuration === original : own === after && isKept();
    return { name: `${event} with ${foreign} foreign rules, ${moment} call ${fatal}`, hasEnded, isIntact, isRight };
  });
  expect(results).toHaveLength(2 * 4 * 3 * 2);
  expect(results.filter(({ hasEnded, isIntact, isRight }) => hasEnded || !isIntact || !isRight)).toEqual([]);
}, 120_000);
