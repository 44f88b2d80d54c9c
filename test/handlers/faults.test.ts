import { lives, pace } from './lives';
import { seeded } from '../seeded';
import { naive } from './naive';
import { Sender } from './requests';
import { FakeS3 } from './s3';

const random = seeded(7);
const s3 = new FakeS3(random);
beforeAll(async () => {
  jest.spyOn(console, 'log').mockReturnValue();
  await s3.start();
  await pace(s3, 30);
});
afterAll(() => s3.stop());
beforeEach(() => s3.buckets.clear());

test('25 buckets in an S3 that misbehaves: no rule is lost, none of somebody else is changed', async () => {
  expect(await lives({ s3, sender: new Sender(s3), random, isShort: true }, 25)).toEqual([]);
}, 300_000);

test('control: who reads, merges and writes, and does not look again, loses rules', async () => {
  const sender = new Sender(s3, naive);
  const lost = await lives({ s3, sender, random, isShort: true }, 20, ['three owners']);
  expect(lost.join('\n')).toMatch(/create: .* instead of /);
}, 60_000);
