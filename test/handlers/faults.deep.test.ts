import { lives, pace } from './lives';
import { seeded } from '../seeded';
import { naive } from './naive';
import { Sender } from './requests';
import { FakeS3 } from './s3';

const SEEDS = [1, 2, 3, 4, 5];
let random = seeded(0);
const s3 = new FakeS3(() => random());
beforeAll(async () => {
  jest.spyOn(console, 'log').mockReturnValue();
  await s3.start();
  await pace(s3, 30);
});
afterAll(() => s3.stop());
beforeEach(() => s3.buckets.clear());

test.each(SEEDS)('240 buckets from the first event to the last one, seed %i: no rule is lost', async (seed) => {
  random = seeded(seed);
  expect(await lives({ s3, sender: new Sender(s3), random }, 240)).toEqual([]);
});

test('control: who does not look again loses rules in most buckets with three owners', async () => {
  random = seeded(99);
  const lost = await lives({ s3, sender: new Sender(s3, naive), random }, 100, ['three owners']);
  expect(new Set(lost.map((text) => text.split(',')[0])).size).toBeGreaterThan(50);
});
