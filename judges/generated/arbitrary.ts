import fc, { Arbitrary } from 'fast-check';
import { ACCOUNT, AppPlan, BucketPlan, KeyPlan, MISHAPS, PairStep, RolePlan, StackPlan, STRANGER, Text } from './plan';
import { settle } from './settle';

/** Points to something of the plan: taken modulo how many there are, so that what is shrunk still is a plan. */
const index = fc.nat(11);

const weighted = <T>(...choices: Array<readonly [weight: number, value: T]>): Arbitrary<T> =>
  fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

/** Something in one of so many plans; it is shrunk away. */
const oneIn = <T>(times: number, arbitrary: Arbitrary<T>): Arbitrary<T | undefined> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: times - 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary },
  );

const HERE = { account: ACCOUNT, region: 'us-east-1' };
const THERE = { account: ACCOUNT, region: 'eu-west-1' };
const OTHERS = { account: STRANGER, region: 'eu-west-1' };
const LAYOUTS: ReadonlyArray<readonly [number, ReadonlyArray<Omit<StackPlan, 'id'>>]> = [
  [4, [HERE]],
  [2, [{}]],
  [2, [{ region: 'us-east-1' }]],
  [3, [HERE, THERE]],
  [2, [{ region: 'us-east-1' }, { region: 'ap-southeast-2' }]],
  [2, [HERE, HERE]],
  [2, [HERE, OTHERS]],
  [1, [HERE, { ...OTHERS, region: 'us-east-1' }, THERE]],
  [1, [{}, {}]],
  [2, [HERE, THERE, HERE]],
  [1, [HERE, { nestedIn: 'S0' }]],
  [1, [HERE, THERE, { nestedIn: 'S0' }]],
  [
    1,
    [
      { ...HERE, stage: 'Prod' },
      { ...THERE, stage: 'Prod' },
    ],
  ],
  [1, [{ region: 'cn-north-1' }, { region: 'cn-northwest-1' }]],
  [1, [{ ...HERE, region: 'us-gov-west-1' }]],
];
const anyStack: Arbitrary<Omit<StackPlan, 'id'>> = fc.record({
  account: weighted([4, ACCOUNT], [2, undefined], [1, STRANGER]),
  region: weighted<string | undefined>([4, 'us-east-1'], [3, 'eu-west-1'], [2, undefined], [1, 'cn-north-1']),
  stage: weighted<string | undefined>([6, undefined], [1, 'Prod'], [1, 'Test']),
  nestedIn: weighted<string | undefined>([8, undefined], [1, 'S0']),
});
const layout: Arbitrary<ReadonlyArray<Omit<StackPlan, 'id'>>> = fc.oneof(
  ...LAYOUTS.map(([weight, stacks]) => ({ weight, arbitrary: fc.constant(stacks) })),
  { weight: 8, arbitrary: fc.array(anyStack, { minLength: 1, maxLength: 4 }) },
);

const rawKey = fc.record({
  stack: index,
  kind: weighted<KeyPlan['kind']>(
    [8, 'L2'],
    [3, 'L1'],
    [3, 'imported'],
    [1, 'alias'],
    [1, 'disabled'],
    [1, 'asymmetric'],
  ),
  region: weighted([3, 'us-east-1'], [2, 'eu-west-1'], [1, 'ap-southeast-2']),
});

const rawRole = fc.record({
  stack: index,
  kind: weighted<RolePlan['kind']>([6, 'trusting'], [2, 'imported'], [1, 'distrusting'], [1, 'of another account']),
  named: oneIn(2, fc.constant(true)),
});

const name = weighted<BucketPlan['name']>(
  [6, undefined],
  [4, 'literal'],
  [3, 'account'],
  [1, 'lazy'],
  [1, 'generated'],
  [1, 'shared'],
);

const rawBucket = fc.record({
  stack: index,
  level: weighted<BucketPlan['level']>([6, 'L2'], [4, 'L1'], [2, 'imported']),
  name,
  encryption: weighted<BucketPlan['encryption']>(
    [6, undefined],
    [2, 'S3'],
    [4, 'KMS'],
    [3, 'KMS with bucket key'],
    [1, 'KMS managed'],
    [2, 'DSSE'],
    [1, 'alias'],
  ),
  key: oneIn(2, index),
  versioning: weighted<BucketPlan['versioning']>([10, undefined], [8, 'Enabled'], [1, 'Suspended']),
  lock: weighted<BucketPlan['lock']>([10, undefined], [1, 'enabled'], [1, 'retention']),
  expires: oneIn(4, fc.constant(true)),
  removal: oneIn(3, fc.constantFrom('retain' as const, 'destroy' as const)),
  ownership: oneIn(4, fc.constantFrom('BucketOwnerEnforced' as const, 'ObjectWriter' as const)),
  enforceSSL: oneIn(3, fc.constant(true)),
  replicatesAlready: oneIn(60, fc.constant(true)),
  region: oneIn(3, fc.constantFrom('us-east-1', 'eu-west-1', 'us-west-2')),
  account: oneIn(8, fc.constantFrom(ACCOUNT, ACCOUNT, STRANGER)),
});

const ODD_PREFIXES = [
  '',
  'a/',
  'a/b/',
  'a*',
  'b?/',
  '${aws:userid}/',
  'c d&<>"\'/',
  'ümläut/€/',
  '/',
  'x'.repeat(1024),
];
const prefix: Arbitrary<Text> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ODD_PREFIXES) },
  { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 12 }) },
  {
    weight: 3,
    arbitrary: fc.record({
      before: fc.constantFrom('', 'logs/', 'l*/'),
      token: fc.constantFrom('account' as const, 'region' as const, 'parameter' as const, 'lazy' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant('é'.repeat(513)) },
);
const tagKey = fc.oneof(fc.constantFrom('team', 'aws:x', 'sp ace', 'ß'), fc.string({ minLength: 1, maxLength: 8 }));
const tagValue: Arbitrary<Text> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('', 'a', 'yes*', '+ - = . _ : / @') },
  {
    weight: 1,
    arbitrary: fc.record({ before: fc.constant('in-'), token: fc.constantFrom('account' as const, 'region' as const) }),
  },
);
const tags = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.uniqueArray(fc.tuple(tagKey, tagValue), { minLength: 1, maxLength: 3, selector: ([key]) => key }),
  },
  { weight: 1, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.constant(Array.from({ length: 11 }, (_, i) => [`k${i}`, 'v'] as const)) },
);
const filter = fc.oneof(fc.record({ prefix }), fc.record({ tags }), fc.record({ prefix, tags }));

const rawOptions = fc.record({
  ruleId: oneIn(
    4,
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.constantFrom<Text>('copy', 'a b/c', 'x'.repeat(255), 'one', { before: 'r-', token: 'region' }),
      },
      { weight: 1, arbitrary: fc.constantFrom<Text>('', 'Büro', 'x'.repeat(256)) },
    ),
  ),
  priority: oneIn(
    4,
    fc.oneof(
      { weight: 12, arbitrary: fc.oneof(fc.nat(6), fc.constantFrom(0, 2147483647)) },
      { weight: 1, arbitrary: fc.constantFrom(-1, 1.5, 2147483648) },
    ),
  ),
  enabled: oneIn(4, fc.boolean()),
  filter: oneIn(2, filter),
  storageClass: oneIn(
    4,
    weighted([4, 'GLACIER'], [2, 'DEEP_ARCHIVE'], [2, 'STANDARD_IA'], [1, 'GLACIER_IR'], [1, 'EXPRESS_ONEZONE']),
  ),
  deleteMarkerReplication: oneIn(4, fc.boolean()),
  replicaModifications: oneIn(4, fc.boolean()),
  replicationTimeControl: oneIn(4, fc.boolean()),
  metrics: oneIn(5, fc.boolean()),
  ownerOverride: oneIn(12, fc.boolean()),
  destinationKey: oneIn(5, index),
  sourceKeys: oneIn(8, fc.array(index, { maxLength: 2 })),
});

const pairBucket = fc.record({
  name,
  encryptionKey: oneIn(5, index),
  expires: oneIn(3, fc.constant(true)),
  logsTo: oneIn(8, index),
});

const rawRules = (minLength: number) =>
  fc.array(fc.record({ destination: index, options: rawOptions }), { minLength, maxLength: 3 });

const rawStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('rule' as const),
      source: index,
      destination: index,
      byL1: oneIn(3, fc.constant(true)),
      options: rawOptions,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('replication' as const),
      stack: index,
      source: index,
      rules: rawRules(0),
      role: oneIn(4, index),
      roleName: oneIn(8, weighted([8, 'named'], [1, 'no/name'])),
      rolePath: oneIn(8, weighted([8, '/replication/'], [1, 'no-path'])),
      boundary: oneIn(8, fc.constant(true)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pair' as const),
      stack: index,
      source: oneIn(3, index),
      destination: oneIn(4, index),
      destinationRegion: oneIn(
        2,
        weighted([6, 'eu-west-1'], [3, 'us-west-2'], [2, 'us-east-1'], [1, 'cn-north-1'], [1, 'mars']),
      ),
      destinationStack: oneIn(6, index),
      encryption: weighted<PairStep['encryption']>(
        [6, undefined],
        [3, 'KMS'],
        [2, 'S3'],
        [1, 'DSSE'],
        [1, 'KMS managed'],
      ),
      keepEncryptionKeys: oneIn(6, fc.boolean()),
      removal: oneIn(5, fc.constantFrom('retain' as const, 'destroy' as const)),
      autoDeleteObjects: oneIn(30, fc.constant(true)),
      objectLockEnabled: oneIn(8, fc.boolean()),
      retention: oneIn(12, fc.constant(true)),
      sourceOptions: oneIn(4, pairBucket),
      destinationOptions: oneIn(4, pairBucket),
      options: rawOptions,
    }),
  },
);

const rawPlan = fc.record({
  /** Whether what must be refused is left out. */
  careful: weighted([2, true], [1, false]),
  stacks: layout,
  keys: fc.array(rawKey, { maxLength: 3 }),
  roles: fc.array(rawRole, { maxLength: 1 }),
  buckets: fc.array(rawBucket, { minLength: 1, maxLength: 5 }),
  steps: fc.array(rawStep, { minLength: 1, maxLength: 4 }),
  mishaps: oneIn(
    4,
    fc.array(fc.record({ bucket: index, what: fc.constantFrom(...MISHAPS) }), { minLength: 1, maxLength: 2 }),
  ),
});

type Given<A> = A extends Arbitrary<infer T> ? T : never;
export type RawPlan = Given<typeof rawPlan>;
export type RawOptions = Given<typeof rawOptions>;
export type RawStep = Given<typeof rawStep>;
export type RawPairBucket = Given<typeof pairBucket>;

/** Random apps; about two thirds of them have nothing in them that must be refused. */
export const appPlan: Arbitrary<AppPlan> = rawPlan.map(settle);
