import { asList, asRecord, filledIn, isIntrinsic } from '../../src/documents/intrinsics';
import { BUCKET_POLICY_LIMIT, KEY_POLICY_LIMIT, policySize, ROLE_POLICY_LIMIT } from '../../src/documents/size';
import { statementsIn } from '../../src/documents/statements';

describe('a value as CloudFormation would fill it in', () => {
  const KNOWN = { 'AWS::Region': 'eu-west-1', 'AWS::AccountId': undefined };
  const open = { open: true };
  const filled = (value: unknown) => filledIn(value, KNOWN, () => open);
  const join = (separator: unknown, parts: unknown) => ({ 'Fn::Join': [separator, parts] });
  const REGION = { Ref: 'AWS::Region' };

  test.each<[string, unknown, unknown]>([
    ['a text', 'a', 'a'],
    ['a number', 1, 1],
    ['false', false, false],
    ['null', null, null],
    ['nothing', undefined, undefined],
    ['a known pseudo parameter', REGION, 'eu-west-1'],
    ['one that is not known', { Ref: 'AWS::AccountId' }, open],
    ['another reference', { Ref: 'Bucket' }, open],
    ['an attribute', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, open],
    ['an attribute that is called like a parameter', { 'Fn::GetAtt': 'AWS::Region' }, 'eu-west-1'],
    ['a list', [REGION, 'a', { Ref: 'B' }], ['eu-west-1', 'a', open]],
    ['a list of none', [], []],
    ['a map', { a: REGION, b: { c: [REGION] } }, { a: 'eu-west-1', b: { c: ['eu-west-1'] } }],
    ['a map of none', {}, {}],
    ['two keys are no intrinsic', { Ref: 'AWS::Region', other: 1 }, { Ref: 'AWS::Region', other: 1 }],
    ['nor with Fn::Join', { ...join('', ['a']), other: 1 }, { ...join('', ['a']), other: 1 }],
    ['nor is another key', { Reference: 'AWS::Region' }, { Reference: 'AWS::Region' }],
    ['nor another key with a list', { Join: ['-', ['a', 'b']] }, { Join: ['-', ['a', 'b']] }],
    ['a join', join('-', ['a', REGION, 'b']), 'a-eu-west-1-b'],
    ['a join in a join', join('', ['a', join('-', [REGION, 'b'])]), 'aeu-west-1-b'],
    ['a join of nothing', join('-', []), ''],
    ['a join of what is not known', join('-', ['a', { Ref: 'B' }]), open],
    ['a join of what is not known only', join('-', [{ Ref: 'B' }]), open],
    ['a join of numbers', join('-', ['a', 1]), open],
    ['a join of a list that is not known', join('-', { Ref: 'List' }), open],
    ['a join of a text', join('-', 'text'), open],
    ['a join that is none', { 'Fn::Join': 'AWS::Region' }, 'eu-west-1'],
  ])('%s', (_, value, expected) => expect(filled(value)).toEqual(expected));

  test('asks about what is not known, and about a join that stays open', () => {
    const asked: unknown[] = [];
    const answering = (answer: (it: object) => unknown) => (it: object) => {
      asked.push(it);
      return answer(it);
    };
    const attribute = { 'Fn::GetAtt': ['B', 'Arn'] };
    const joined = join('-', ['a', attribute]);
    expect(
      filledIn(
        [{ Ref: 'B' }, joined],
        KNOWN,
        answering(() => 'x'),
      ),
    ).toEqual(['x', 'a-x']);
    expect(asked).toEqual([{ Ref: 'B' }, attribute]);
    asked.length = 0;
    expect(
      filledIn(
        joined,
        KNOWN,
        answering((it) => it),
      ),
    ).toBe(joined);
    expect(asked).toEqual([attribute, joined]);
  });
});

test.each<[unknown, boolean]>([
  [{}, true],
  [{ a: 1 }, true],
  [[], false],
  [['a'], false],
  [null, false],
  [undefined, false],
  ['a', false],
  [1, false],
])('%j is a record: %s', (value, expected) => expect(asRecord(value)).toBe(expected ? value : undefined));

test.each<[unknown, unknown[]]>([
  [undefined, []],
  [null, [null]],
  ['a', ['a']],
  [
    ['a', 'b'],
    ['a', 'b'],
  ],
  [[], []],
  [{}, [{}]],
])('%j as a list is %j', (value, expected) => expect(asList(value)).toEqual(expected));

test.each<[unknown, boolean]>([
  [{ Ref: 'A' }, true],
  [{ Condition: 'A' }, true],
  [{ 'Fn::If': [] }, true],
  [{ 'Fn::GetAtt': [], other: 1 }, false],
  [{ Ref: 'A', other: 1 }, false],
  [{ Reference: 'A' }, false],
  [{ aRef: 'A' }, false],
  [{ a: 1, Ref: 'A' }, false],
  [{ 'my Fn::If': [] }, false],
  [{}, false],
  ['Ref', false],
  [['Ref'], false],
  [undefined, false],
])('%j is an intrinsic: %s', (value, expected) => expect(isIntrinsic(value)).toBe(expected));

describe('statements of a document', () => {
  const [A, B] = [{ Effect: 'Allow' }, { Effect: 'Deny' }];
  const either = (...branches: unknown[]) => ({ 'Fn::If': ['Condition', ...branches] });
  const found = (document: unknown) => statementsIn(document).map(({ body, conditional }) => [body, conditional]);

  test.each<[string, unknown, unknown[]]>([
    ['one', { Statement: A }, [[A, false]]],
    [
      'some',
      { Statement: [A, B] },
      [
        [A, false],
        [B, false],
      ],
    ],
    [
      'either of two',
      { Statement: [either(A, B)] },
      [
        [A, true],
        [B, true],
      ],
    ],
    [
      'one or none',
      { Statement: [A, either(B, { Ref: 'AWS::NoValue' })] },
      [
        [A, false],
        [B, true],
        [{ Ref: 'AWS::NoValue' }, true],
      ],
    ],
    [
      'lists of them',
      { Statement: either([A], [A, B]) },
      [
        [A, true],
        [A, true],
        [B, true],
      ],
    ],
    [
      'either of two documents',
      either({ Statement: A }, { Statement: [B] }),
      [
        [A, true],
        [B, true],
      ],
    ],
    [
      'an intrinsic in a branch',
      { Statement: either(either(A, B), A) },
      [
        [A, true],
        [B, true],
        [A, true],
      ],
    ],
    ['an If that is none', { Statement: [{ 'Fn::If': 'A' }] }, [[{ 'Fn::If': 'A' }, false]]],
    ['texts are none', { Statement: ['a', A, undefined] }, [[A, false]]],
    ['no document', undefined, []],
    ['a text', 'Statement', []],
    ['an empty one', {}, []],
  ])('%s', (_, document, expected) => expect(found(document)).toEqual(expected));

  test('are called by their Sid, or by their place among those that are there', () => {
    const document = { Statement: ['a', A, { Sid: 'Mine' }, { Sid: '' }, { Sid: { Ref: 'Sid' } }] };
    expect(statementsIn(document).map(({ name }) => name)).toEqual([
      'statement 1',
      'Mine',
      'statement 3',
      'statement 4',
    ]);
  });
});

describe('the size of a policy is never too small', () => {
  const KEY = 'arn:aws:kms:ap-southeast-1:111111111111:key/12345678-90ab-cdef-1234-567890abcdef';
  const PARTITION = { Ref: 'AWS::Partition' };
  const arn = (...rest: unknown[]) => ({ 'Fn::Join': ['', ['arn:', PARTITION, ...rest]] });

  test.each<[string, unknown, string]>([
    ['a key', { 'Fn::GetAtt': ['Key', 'Arn'] }, KEY],
    ['a bucket', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, `arn:aws:s3:::${'b'.repeat(63)}`],
    ['a bucket by its name', arn(':s3:::the-bucket/*'), 'arn:aws:s3:::the-bucket/*'],
    ['a role', arn(':iam::', { Ref: 'AWS::AccountId' }, ':role/r'), 'arn:aws:iam::111111111111:role/r'],
    [
      'a host',
      { 'Fn::Join': ['', ['s3.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] },
      's3.ap-southeast-1.amazonaws.com',
    ],
    ['an output of another stack', { 'Fn::GetStackOutput': { StackName: 's', OutputName: 'o' } }, KEY],
  ])('with %s', (_, open, longest) => {
    const sizeOf = (Resource: unknown, partition?: string) => policySize({ Statement: [{ Resource }] }, partition);
    expect(sizeOf(open, 'aws')).toBeGreaterThanOrEqual(sizeOf(longest));
    expect(sizeOf(open, 'aws')).toBeLessThanOrEqual(sizeOf(longest) + 4);
  });

  test('the partition counts, and the longest one where it is not known', () => {
    const sizes = ['aws', 'aws-cn', 'aws-us-gov', undefined].map((it) => policySize([PARTITION], it));
    expect(sizes).toEqual([7, 10, 14, 14]);
  });

  test('nothing has no size that counts', () => expect(policySize(undefined)).toBeLessThanOrEqual(2));

  test('the limits are those of AWS', () => {
    expect([ROLE_POLICY_LIMIT, BUCKET_POLICY_LIMIT, KEY_POLICY_LIMIT]).toEqual([10_240, 20_480, 32_768]);
  });
});
