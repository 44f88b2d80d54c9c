import { ACCOUNT, AppPlan } from './plan';
import { synthesize } from './synthesize';
import { errorFaults } from './trial';
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

  test('an order that is refused', () => {
    const lost = { ...PLAN, steps: [PLAN.steps[3], { ...PLAN.steps[1], source: 'nowhere' } as any] };
    expect(judgeOrder(lost, stacks()).join()).toMatch(/^refused: /);
  });
});
