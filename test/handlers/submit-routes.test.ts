import * as control from '@aws-sdk/client-s3-control';
import { loadHandler } from './requests';
import { FakeS3 } from './s3';
import { handlerCode } from '../../scripts/handler-code';
import type { handler } from '../../src/handlers/submit-routes';

const s3 = new FakeS3();
beforeAll(() => s3.start());
afterAll(() => s3.stop());
const logged = jest.spyOn(console, 'log').mockReturnValue();
const send = jest.spyOn(control.S3ControlClient.prototype, 'send') as unknown as jest.SpyInstance<
  Promise<object>,
  [{ input: object }]
>;
const run: typeof handler = loadHandler(handlerCode('submit-routes'));

const PASSIVE = [
  { Region: 'eu-west-1', TrafficDialPercentage: 0 },
  { Region: 'us-east-1', TrafficDialPercentage: 100 },
];
const ACTIVE = PASSIVE.map((route) => ({ ...route, TrafficDialPercentage: 100 }));
const properties = (routes: object[], alias = 'one') => ({
  AccountId: '111111111111',
  Mrap: `arn:aws:s3::111111111111:accesspoint/${alias}.mrap`,
  Routes: JSON.stringify(routes),
});
type Properties = ReturnType<typeof properties>;

/** What CloudFormation is answered, and what S3 was told. */
async function event(RequestType: 'Create' | 'Update' | 'Delete', now: Properties, before?: Properties) {
  send.mockClear();
  const { url, answer } = s3.expectAnswer();
  await run(
    {
      ...{ RequestType, ResponseURL: url, StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Routes' },
      PhysicalResourceId: RequestType === 'Create' ? undefined : 'routes',
      ...{ ResourceProperties: now, OldResourceProperties: before },
    },
    { logStreamName: 'stream', getRemainingTimeInMillis: () => 900_000 },
  );
  return { answer: await answer, told: send.mock.calls.map(([{ input }]) => input) };
}

beforeEach(() => {
  send.mockReset().mockResolvedValue({});
  logged.mockClear();
});

test('routes are submitted when they are new', async () => {
  const { answer, told } = await event('Create', properties(PASSIVE));
  expect(answer).toMatchObject({ Status: 'SUCCESS' });
  expect(told).toEqual([
    { AccountId: '111111111111', Mrap: 'arn:aws:s3::111111111111:accesspoint/one.mrap', RouteUpdates: PASSIVE },
  ]);
});

test('when the template says other ones than before, or has another access point', async () => {
  expect((await event('Update', properties(ACTIVE), properties(PASSIVE))).told).toHaveLength(1);
  const replaced = await event('Update', properties(PASSIVE, 'two'), properties(PASSIVE));
  expect(replaced.told).toHaveLength(1);
  expect(replaced.answer.PhysicalResourceId).toContain('two.mrap');
});

test('not in a deployment that says the same, and not on Delete: what an operator switched stays', async () => {
  for (const type of ['Update', 'Delete'] as const) {
    const { answer, told } = await event(
      type,
      properties(PASSIVE),
      type === 'Update' ? properties(PASSIVE) : undefined,
    );
    expect([answer.Status, told]).toEqual(['SUCCESS', []]);
  }
});

test('an endpoint that is impaired is not in the way', async () => {
  send.mockRejectedValueOnce(new Error('impaired'));
  const { answer, told } = await event('Create', properties(PASSIVE));
  expect([answer.Status, told.length]).toEqual(['SUCCESS', 2]);
});

test('when none of the five takes them, CloudFormation is told why', async () => {
  send.mockRejectedValue(Object.assign(new Error('no such access point'), { name: 'NotFound' }));
  const { answer, told } = await event('Create', properties(PASSIVE));
  expect(told).toHaveLength(5);
  expect(answer).toMatchObject({
    Status: 'FAILED',
    Reason: expect.stringMatching(/^deploy again, .*us-east-1: NotFound: no such access point/),
  });
});
