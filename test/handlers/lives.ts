import { rules, Sent, Sender } from './requests';
import { FakeS3, Fault, document, idOf, rulesOf } from './s3';
import { Bucket } from '../../src/handlers/bucket';

/**
 * How many milliseconds a second of the handler has in these tests: at least some, and more on a busy machine, so that
 * reads and writes end within the 5 seconds that they have.
 */
export async function pace(s3: FakeS3, least: number, atOnce = 15): Promise<number> {
  const read = async (number: number) => {
    s3.bucket(`pace-${number}`);
    const at = { Bucket: `pace-${number}`, ExpectedBucketOwner: '111111111111' };
    await new Bucket(at, 'us-east-1', false).read(AbortSignal.timeout(60_000));
  };
  await someAtOnce(2 * atOnce, read); // the first ones are slow
  const begin = Date.now();
  await someAtOnce(2 * atOnce, read);
  const second = Math.max(least, Math.round((Date.now() - begin) / 3));
  process.env.MILLISECONDS_PER_SECOND = String(second);
  return second;
}

/** Rules of somebody else, with what neither the SDK nor this library knows. */
export const FOREIGN = [
  [
    '<Rule><ID>f&amp;1</ID><Priority>2</Priority><Status>Enabled</Status><Filter/>',
    '<NewThing a="1>0"><Deep>x</Deep><!-- y --></NewThing>',
    '<DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication>',
    '<Destination><Bucket>arn:aws:s3:::z</Bucket></Destination></Rule>',
  ],
  [
    '<Rule>\n  <ID>f2</ID><Priority>900</Priority><Status>Disabled</Status><Filter><Prefix> sp ace&#13; </Prefix></Filter>',
    '<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>',
    '<Destination><Bucket>arn:aws:s3:::y</Bucket><New/></Destination>\n</Rule>',
  ],
].map((parts) => parts.join(''));

export const KINDS = ['plain', 'replayed', 'three owners', 'stale reads', 'three owners, stale reads'] as const;
export type Kind = (typeof KINDS)[number];
const FAULTS: Fault[] = ['reset', 'after', '503', '500', '409'];
/**
 * For how many seconds S3 may show what was there before. With several owners the look after a write must see past twice
 * that time and the 5 seconds of a read and its write.
 */
const STALE = { 'stale reads': 5, 'three owners, stale reads': 1 };

/** One bucket from the first event to the last one, in an S3 that misbehaves. What was wrong after an event. */
async function life(world: World, name: string, kind: Kind): Promise<string[]> {
  const { s3, sender, random, isShort } = world;
  const bucket = s3.bucket(name);
  const foreign = FOREIGN.slice(0, Math.floor(random() * 3));
  bucket.configuration = foreign.length > 0 ? document(foreign) : undefined;
  bucket.faults = { rate: 0.25, kinds: kind in STALE ? ['stale', '503'] : FAULTS };
  bucket.staleness = Number(process.env.MILLISECONDS_PER_SECOND) * (STALE[kind as keyof typeof STALE] ?? 0);

  const wrong: string[] = [];
  const owned = (prefix: string, count: number): Sent => ({ bucket: name, prefix, rules: rules(prefix, count) });
  const step = async (when: string, events: Parameters<Sender['send']>[], ...sent: Sent[]) => {
    const answers = await Promise.all(events.map((event) => sender.send(...event)));
    const there = rulesOf(bucket.configuration);
    const wanted = [...foreign.map(idOf), ...sent.flatMap(({ rules: all = [] }) => all.map(({ ID }) => ID))];
    const problems = [
      ...answers.filter(({ Status }) => Status !== 'SUCCESS').map(({ Reason }) => Reason),
      ...foreign.filter((rule) => !there.includes(rule)).map((rule) => `changed or lost ${rule}`),
      ...(there.map(idOf).sort().join() === wanted.sort().join() ? [] : [`${there.map(idOf)} instead of ${wanted}`]),
    ];
    wrong.push(...problems.map((problem) => `${name}, ${kind}, ${when}: ${problem}`));
  };

  const [one, other] = [1 + Math.floor(random() * 4), 1 + Math.floor(random() * 4)];
  const [before, after, second, third] = [owned('a-', one), owned('a-', other), owned('b-', one), owned('c-', 1)];
  if (kind.startsWith('three owners')) {
    await step(
      'create',
      [
        ['Create', before],
        ['Create', second],
        ['Create', third],
      ],
      before,
      second,
      third,
    );
    if (!isShort) {
      const changed = owned('b-', other);
      await step(
        'delete and update',
        [
          ['Delete', before],
          ['Update', changed, second],
        ],
        changed,
        third,
      );
    }
    return wrong;
  }
  const copies = kind === 'replayed' ? 2 : 1;
  await step('create', [['Create', before, undefined, copies]], before);
  if (!isShort) {
    await step('update', [['Update', after, before, copies]], after);
    await step('rollback', [['Update', before, after, copies]], before);
  }
  if (!isShort || random() < 0.5) {
    await step('delete', [['Delete', before, undefined, copies]]);
  }
  return wrong;
}

interface World {
  readonly s3: FakeS3;
  readonly sender: Sender;
  readonly random: () => number;
  /** A create and, in half of them, a delete. */
  readonly isShort?: boolean;
}

/** Many lives. */
export async function lives(world: World, count: number, kinds: readonly Kind[] = KINDS): Promise<string[]> {
  return (await someAtOnce(count, (number) => life(world, `life-${number}`, kinds[number % kinds.length]))).flat();
}

/** As many at once as a processor can serve within the time that the handler gives a call. */
export async function someAtOnce<T>(count: number, work: (number: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    for (let number = next++; number < count; number = next++) {
      results.push(await work(number));
    }
  };
  await Promise.all(Array.from({ length: 15 }, worker));
  return results;
}
