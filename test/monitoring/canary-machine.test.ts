import validate from 'asl-validator';
import jsonata from 'jsonata';
import { canaryMachine } from '../../src/monitoring/canary-machine';

const machine = (over: Partial<Parameters<typeof canaryMachine>[0]> = {}): any =>
  canaryMachine({
    partition: 'aws',
    account: '111111111111',
    source: 'source',
    probes: [{ key: 'a/.replication-canary/probe' }, { key: 'b/probe', tagging: 'class=gold' }],
    limit: 900,
    lock: false,
    ...over,
  });
const problemsOf = (definition: object): string[] => {
  const { isValid, errors } = validate(definition);
  return isValid ? [] : errors.map((it) => it.Message ?? it['Error code']);
};
const statesOf = (definition: any) => definition.States.Probes.ItemProcessor.States;

/** All expressions of a definition, by their path. */
function expressions(part: unknown, path = ''): Array<[path: string, expression: string]> {
  if (typeof part === 'string') {
    return part.startsWith('{%') ? [[path, part.slice(2, -2)]] : [];
  }
  return Object.entries(part ?? {}).flatMap(([name, inner]) => expressions(inner, `${path}/${name}`));
}
const evaluate = (expression: string, bindings: object) =>
  jsonata(expression.replace(/^\{%|%\}$/g, '')).evaluate({}, bindings as any);

test.each([
  ['as it is', {}],
  ['with Object Lock', { lock: true }],
  ['without probes', { probes: [] }],
])('the definition is valid: %s', (_, over) => expect(problemsOf(machine(over))).toEqual([]));

test.each<[string, (definition: any) => void]>([
  ['a next state that is not there', (it) => (it.States.Probes.Next = 'Nowhere')],
  ['an expression that does not parse', (it) => (statesOf(it).Wait.Seconds = '{% $floor( %}')],
  ['a field of JSONPath', (it) => (statesOf(it).Look.Parameters = {})],
  ['a state that nobody reaches', (it) => (statesOf(it).Lost = { Type: 'Pass', End: true })],
])('the judge of definitions sees %s', (_, spoil) => {
  const definition = machine();
  spoil(definition);
  expect(problemsOf(definition)).not.toEqual([]);
});

const VARIABLES = { key: 'k', version: 'v', written: Date.now() - 7000, looks: 3, lag: 7, status: 'PENDING' };
const CONTEXT = { Execution: { Id: 'arn:execution' } };
const given = (input: unknown, result?: unknown) => ({ ...VARIABLES, states: { input, result, context: CONTEXT } });

test.each<[string, object]>([
  ['what is usual', given({ Key: 'k', Bucket: 'b' }, { VersionId: 'v', ReplicationStatus: 'PENDING' })],
  ['a result without the header of replication', given({ Key: 'k' }, { VersionId: 'v' })],
  ['nothing of what somebody else may send', given({ Key: 'k', other: [1, { a: null }] }, { VersionId: 'v', x: 1 })],
])('every expression has a value: %s', async (_, bindings) => {
  const all = expressions(machine({ lock: true }));
  expect(all.length).toBeGreaterThan(20);
  for (const [path, expression] of all.filter(([it]) => !/Cause|Choices\/0\/Condition$/.test(it))) {
    expect([path, await evaluate(expression, bindings)]).not.toEqual([path, undefined]);
  }
});

test('an expression that is not total would be noticed', async () =>
  expect(await evaluate('$states.result.ReplicationStatus', given({}, {}))).toBeUndefined());

test('the first wait is five seconds, later ones a minute; always whole seconds', async () => {
  const wait = (looks: number, limit = 900) =>
    evaluate(statesOf(machine({ limit })).Wait.Seconds, { ...VARIABLES, looks });
  expect(await Promise.all([0, 1, 2, 6, 7, 1000].map((looks) => wait(looks)))).toEqual([5, 7, 11, 56, 60, 60]);
  expect(await wait(1000, 6 * 3600)).toBe(360);
});

test('a history has room for the longest run of the most probes', async () => {
  const limit = 6 * 3600;
  let [looks, seconds] = [0, 0];
  while (seconds <= limit) {
    seconds += (await evaluate(statesOf(machine({ limit })).Wait.Seconds, { ...VARIABLES, looks })) as number;
    looks++;
  }
  // an execution has at most 25,000 events; a look has nine: a wait, a task of five, a choice of two
  expect(looks * 9 * 20).toBeLessThan(25_000);
});

test.each([
  ['COMPLETED', 7, 'Delete'],
  ['FAILED', 7, 'Delete'],
  ['NONE', 7, 'Delete'],
  ['PENDING', 7, 'Wait'],
  ['PENDING', 901, 'Delete'],
])('a probe that is %s after %s s: %s', async (status, lag, next) => {
  const { Choices, Default } = statesOf(machine()).Decide;
  const chosen = (await evaluate(Choices[0].Condition, { ...VARIABLES, status, lag })) ? Choices[0].Next : Default;
  expect(chosen).toBe(next);
});

test.each([
  ['COMPLETED', 7, 0],
  ['COMPLETED', 901, 1],
  ['FAILED', 7, 1],
  ['NOT_WRITTEN', 0, 1],
  ['NOT_READ', 0, 1],
])('a probe that is %s after %s s counts as %s failures', async (status, lag, failed) => {
  const { Arguments, Output } = statesOf(machine()).Publish;
  const [latency, failure] = Arguments.MetricData;
  const bindings = { ...VARIABLES, status, lag };
  expect(await evaluate(latency.Value, bindings)).toBe(lag);
  expect(await evaluate(failure.Value, bindings)).toBe(failed);
  expect(await evaluate(Output.arrived, bindings)).toBe(failed === 0);
});

test.each<[string, object[], boolean]>([
  ['all', [{ arrived: true }, { arrived: true }], true],
  ['one', [{ arrived: true }], true],
  ['not all', [{ arrived: true }, { arrived: false }], false],
  ['none', [{ arrived: false }], false],
])('%s of the probes arrived', async (_, input, expected) => {
  const [choice] = machine().States['Have all arrived'].Choices;
  expect(await evaluate(choice.Condition, given(input))).toBe(expected);
});

test('what is written: tags and checksum always, a short retention only in a locked bucket', async () => {
  const [, tagged] = machine().States.Probes.Items;
  expect(tagged).toMatchObject({ Tagging: 'class=gold', ChecksumAlgorithm: 'CRC32', Bucket: 'source' });
  const write = (lock: boolean) => evaluate(statesOf(machine({ lock })).Write.Arguments, given(tagged));
  expect(await write(false)).toEqual({ ...tagged, Body: 'arn:execution' });
  const { ObjectLockMode, ObjectLockRetainUntilDate } = (await write(true)) as any;
  expect(ObjectLockMode).toBe('GOVERNANCE');
  expect(Date.parse(ObjectLockRetainUntilDate) - Date.now()).toBeLessThanOrEqual(60_000);
});

test('whatever fails, two values are published', () => {
  const states = statesOf(machine());
  expect([states.Write, states.Look, states.Delete].map(({ Catch }) => Catch[0].Next)).toEqual([
    'Publish',
    'Delete',
    'Publish',
  ]);
  expect(states.Publish.Arguments.MetricData).toHaveLength(2);
});
