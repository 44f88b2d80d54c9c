import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNT, AppPlan } from './plan';
import { WORDS } from './refusal-words';
import { synthesize } from './synthesize';
import { errorFaults, tryPlan } from './trial';
import { judgeOrder, judgeRepetition, judgeUntouched, reordered } from './variants';
import { StackOfApp } from '../assembly/stacks';

describe('an error', () => {
  test.each([
    ['of a call', '[Stack/Replication] priority -1: S3 takes whole numbers; use one of these'],
    [
      'of a validation',
      'Validation failed with the following errors:\n  [A/B] one: is so; do this\n  [A/C] other: is so; do that',
    ],
  ])('%s is ours', (_, message) => expect(errorFaults(new Error(message))).toEqual([]));

  test.each([
    ['of JavaScript', new TypeError("Cannot read properties of undefined (reading 'x')")],
    ['of core while it resolves', new Error('[A/B] Resolution error: this: that; these')],
    ['without a remedy', new Error('[A/B] this is wrong: because it is')],
    ['without a construct', new Error('this is wrong: because it is; do that')],
    ['that shows a token', new Error('[A/B] ruleId ${Token[TOKEN.12]} twice: no; do that')],
    [
      'of core among ours',
      new Error('Validation failed with the following errors:\n  [A/B] one: is so; do this\n  [A/C] two'),
    ],
    [
      'of stacks that wait for each other',
      new Error("'S0' depends on 'S1'. Adding this dependency would create a cyclic reference."),
    ],
  ])('%s is not ours', (_, error) => expect(errorFaults(error)).toHaveLength(1));
});

const bucket = { stack: 'S0', level: 'L2', versioning: 'Enabled' } as const;
const PLAN: AppPlan = {
  stacks: [{ id: 'S0', account: ACCOUNT, region: 'us-east-1' }],
  keys: [{ id: 'K0', stack: 'S0', kind: 'L2' }],
  roles: [],
  buckets: ['B0', 'B1', 'B2'].map((id) => ({ ...bucket, id })),
  steps: [
    { kind: 'replication', id: 'X', stack: 'S0', source: 'B0', rules: [] },
    { kind: 'rule', source: 'B0', destination: 'B1', options: { filter: { prefix: 'a/' } } },
    { kind: 'rule', source: 'B0', destination: 'B2', options: {} },
    { kind: 'pair', id: 'P', stack: 'S0', options: {} },
    { kind: 'rule', source: 'P.Source', destination: 'B1', options: {} },
  ],
  mishaps: [],
};

describe('a plan', () => {
  const itself: AppPlan = { ...PLAN, steps: [{ kind: 'rule', source: 'B0', destination: 'B0', options: {} }] };
  const made = synthesize(PLAN);
  const refused = (message: string, without = 'something else') => ({
    synthesize: (_: AppPlan, withReplication = true) => ({ error: new Error(withReplication ? message : without) }),
  });
  const of = async (plan: AppPlan, means: Parameters<typeof tryPlan>[2]) => {
    const { outcome, faults } = await tryPlan(plan, 0, { judges: [], ...means });
    return [outcome, ...faults];
  };
  const SAME = "[S0/B0] destination 'S0/B0' is the source bucket itself: S3 wants another; name one";

  test('that goes as it should', async () => {
    expect(await of(PLAN, { synthesize: () => made })).toEqual(['accepted']);
    expect(await of(itself, refused(SAME))).toEqual(['refused']);
  });

  test('that should be refused', async () => {
    expect(await of(itself, { synthesize: () => made })).toEqual([
      'accepted',
      'accepted although the destination is the source',
    ]);
  });

  test('that should not be refused', async () => {
    expect(await of(PLAN, refused('[A/B] this: is so; do that'))).toEqual([
      'refused',
      'refused without a reason: [A/B] this: is so; do that',
    ]);
  });

  test('that is refused for something else', async () => {
    expect(await of(itself, refused('[A/B] this: is so; do that'))).toEqual([
      'refused',
      'refused, but not because the destination is the source: [A/B] this: is so; do that',
    ]);
  });

  test('that core refuses, too', async () => {
    expect(await of(PLAN, refused('no such thing', 'no such thing'))).toEqual(['refused by core']);
    // an error of ours is one, whatever core says about the rest of the app
    expect(await of(itself, refused(SAME, SAME))).toEqual(['refused']);
  });

  test('that core refuses for something else without this library', async () => {
    const [outcome, ...faults] = await of(itself, refused('no such thing'));
    expect(outcome).toBe('refused');
    expect(faults).toContainEqual(expect.stringMatching(/^not an error of ours .*: no such thing$/));
  });

  test('that a judge objects to', async () => {
    const judges = [
      { name: 'one', judge: () => ['this', 'that'] },
      { name: 'other', judge: async () => ['those'] },
    ];
    expect(await of(PLAN, { judges })).toEqual(['accepted', 'one: this', 'one: that', 'other: those']);
  });

  test('whose app refers to what is not there', async () => {
    if ('error' in made) throw made.error;
    const stacks = structuredClone(made.stacks);
    Object.assign(stacks[0].template.Resources, {
      X: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Y' } } },
    });
    expect(await of(PLAN, { synthesize: () => ({ ...made, stacks }) })).toEqual([
      'accepted',
      'stack S0 refers to {"Ref":"Y"}: the template has no such resource',
    ]);
  });

  test('that a judge cannot judge', async () => {
    const judge = () => {
      throw new TypeError('a mistake in the judge');
    };
    await expect(of(PLAN, { judges: [{ name: 'one', judge }] })).rejects.toThrow('a mistake in the judge');
  });
});

test('there are words for every reason', () => {
  const sources = ['refusals', 'refused-options'].map((it) => readFileSync(join(__dirname, `${it}.ts`), 'utf8')).join();
  const literal = [...sources.matchAll(/(?:push\(|\? \[|add\(\[|return \[|, )'([a-zA-Z][^']+ [^']+)'/g)].map(
    ([, it]) => it,
  );
  expect(literal.length).toBeGreaterThan(40);
  expect(literal.filter((it) => WORDS[it] === undefined)).toEqual([]);
});

describe('the same app made in another way', () => {
  const made = synthesize(PLAN);
  const stacks = (change: (resources: Record<string, any>) => void = () => {}): StackOfApp[] => {
    if ('error' in made) throw made.error;
    const changed = structuredClone(made.stacks);
    change(changed[0].template.Resources);
    return changed;
  };
  const first = (resources: Record<string, any>, type: string) =>
    Object.keys(resources).find((id) => resources[id].Type === type)!;

  test('is as it should be', () => {
    expect(judgeUntouched(PLAN, stacks())).toEqual([]);
    expect(judgeOrder(PLAN, stacks())).toEqual([]);
    expect(judgeRepetition(PLAN, stacks())).toEqual([]);
  });

  test('the calls are in another order, and none comes before one that it needs', () => {
    expect(reordered(PLAN.steps)).toEqual([3, 4, 0, 2, 1].map((i) => PLAN.steps[i]));
  });

  test.each<[finding: RegExp, change: (resources: Record<string, any>) => void]>([
    [/S0\/B0\w+ is changed/, (it) => (it[first(it, 'AWS::S3::Bucket')].Properties.BucketName = 'new')],
    [/S0\/B0\w+ is changed/, (it) => (it[first(it, 'AWS::S3::Bucket')].DeletionPolicy = 'Delete')],
    [/S0\/K0\w+ is gone/, (it) => delete it[first(it, 'AWS::KMS::Key')]],
  ])('untouched: %s', (finding, change) => {
    expect(judgeUntouched(PLAN, stacks(change)).join()).toMatch(finding);
  });

  test('what depends on the order or on chance is found', () => {
    const changed = stacks((it) => (it[first(it, 'AWS::IAM::Role')].Properties.Description = 'other'));
    expect(judgeOrder(PLAN, changed).join()).toMatch(/^S0 differs: /);
    expect(judgeRepetition(PLAN, changed).join()).toMatch(/^S0 differs: /);
  });

  test('the order of statements follows the calls in the policy of a bucket only', () => {
    const statement = (Sid: string) => ({ Sid, Effect: 'Allow', Action: 's3:PutObject', Resource: '*' });
    const withPolicy = (Type: string, ...Statement: object[]) => {
      const changed = stacks((it) => (it.Added = { Type, Properties: { PolicyDocument: { Statement } } }));
      return { built: ('error' in made ? undefined : made.built)!, stacks: changed, handOver: [] };
    };
    const [one, other] = [statement('a'), statement('b')];
    const differences = (Type: string, ...Statement: object[]) =>
      judgeOrder(PLAN, withPolicy(Type, one, other).stacks, () => withPolicy(Type, ...Statement));
    expect(differences('AWS::S3::BucketPolicy', other, one)).toEqual([]);
    expect(differences('AWS::S3::BucketPolicy', other)).toHaveLength(1);
    expect(differences('AWS::IAM::ManagedPolicy', other, one)).toHaveLength(1);
  });

  test('an order that is refused', () => {
    const lost = { ...PLAN, steps: [PLAN.steps[3], { ...PLAN.steps[1], source: 'nowhere' } as any] };
    expect(judgeOrder(lost, stacks()).join()).toMatch(/^refused: /);
  });
});
