import { App, Aws, aws_s3 as s3, Lazy, Stack } from 'aws-cdk-lib';
import { ReplicationFilter } from '../../src';
import { bucketEnd } from '../../src/app/bucket';
import { policySize } from '../../src/documents/size';
import { inPolicy, widest } from '../../src/permissions/prefixes';
import { AddedRule, ruleId } from '../../src/rules/added-rule';
import { priorities, renderFilter, renderRule } from '../../src/rules/render';
import { ReplicationRuleOptions } from '../../src/rules/replication-rule';

const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
const destination = bucketEnd(s3.Bucket.fromBucketName(stack, 'Destination', 'the-replica'));

function added(options: ReplicationRuleOptions = {}, id = 'the-rule'): AddedRule {
  const filter = options.filter ?? ReplicationFilter.all();
  return {
    at: stack,
    options: { ...options, destination: destination.ref },
    destination,
    destinationArn: 'arn:aws:s3:::the-replica',
    filter,
    id,
    ownerOverride: false,
  };
}

describe('filter: only shapes that S3 accepts', () => {
  test.each([
    ['all', ReplicationFilter.all(), { prefix: '' }],
    ['prefix', ReplicationFilter.prefix('a/'), { prefix: 'a/' }],
    ['empty prefix', ReplicationFilter.prefix(''), { prefix: '' }],
    ['one tag', ReplicationFilter.tags({ k: 'v' }), { tagFilter: { key: 'k', value: 'v' } }],
    [
      'two tags, sorted',
      ReplicationFilter.tags({ z: '1', a: '2' }),
      {
        and: {
          prefix: undefined,
          tagFilters: [
            { key: 'a', value: '2' },
            { key: 'z', value: '1' },
          ],
        },
      },
    ],
    [
      'prefix and tag',
      ReplicationFilter.prefixAndTags('a/', { k: 'v' }),
      { and: { prefix: 'a/', tagFilters: [{ key: 'k', value: 'v' }] } },
    ],
    ['empty prefix and tag', ReplicationFilter.prefixAndTags('', { k: 'v' }), { tagFilter: { key: 'k', value: 'v' } }],
    ['empty tag value', ReplicationFilter.tags({ k: '' }), { tagFilter: { key: 'k', value: '' } }],
  ])('%s', (_, filter, expected) => {
    expect(renderFilter(filter)).toEqual(expected);
  });

  test.each([
    ['no tag', () => ReplicationFilter.tags({}), /no tag.*ReplicationFilter\.all\(\)/],
    ['eleven tags', () => ReplicationFilter.tags(Object.fromEntries([...'abcdefghijk'].map((k) => [k, k]))), /11 tags/],
    ['tag key too long', () => ReplicationFilter.tags({ ['k'.repeat(129)]: '' }), /1 to 128/],
    ['empty tag key', () => ReplicationFilter.prefixAndTags('a', { '': 'x' }), /1 to 128/],
    ['tag value too long', () => ReplicationFilter.tags({ k: 'v'.repeat(257) }), /at most 256/],
    ['prefix too long, in bytes', () => ReplicationFilter.prefix('ä'.repeat(513)), /1026 bytes.*1,024/],
  ])('refused: %s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('a prefix of 1,024 bytes is fine', () => {
    expect(ReplicationFilter.prefix('ä'.repeat(512))).toBeDefined();
  });
});

describe('rule in the V2 form', () => {
  const plain = {
    id: 'the-rule',
    priority: 7,
    status: 'Enabled',
    filter: { prefix: '' },
    deleteMarkerReplication: { status: 'Disabled' },
    destination: { bucket: 'arn:aws:s3:::the-replica', account: '111111111111', metrics: { status: 'Enabled' } },
  };
  const defined = (value: unknown) => JSON.parse(JSON.stringify(value));

  test.each<[string, ReplicationRuleOptions, string | undefined, object, object]>([
    ['defaults', {}, undefined, {}, {}],
    ['disabled', { enabled: false }, undefined, { status: 'Disabled' }, {}],
    [
      'delete markers',
      { deleteMarkerReplication: true },
      undefined,
      { deleteMarkerReplication: { status: 'Enabled' } },
      {},
    ],
    ['no metrics', { metrics: false }, undefined, {}, { metrics: undefined }],
    ['storage class', { storageClass: s3.StorageClass.GLACIER }, undefined, {}, { storageClass: 'GLACIER' }],
    [
      'replica modifications alone',
      { replicaModifications: true },
      undefined,
      {
        sourceSelectionCriteria: { replicaModifications: { status: 'Enabled' } },
      },
      {},
    ],
    [
      'RTC has metrics and a threshold of 15 minutes',
      { replicationTimeControl: true },
      undefined,
      {},
      {
        replicationTime: { status: 'Enabled', time: { minutes: 15 } },
        metrics: { status: 'Enabled', eventThreshold: { minutes: 15 } },
      },
    ],
    [
      'KMS: opt-in and key come together',
      {},
      'KEY',
      { sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } } },
      {
        encryptionConfiguration: { replicaKmsKeyId: 'KEY' },
      },
    ],
    [
      'KMS and replica modifications',
      { replicaModifications: true },
      'KEY',
      {
        sourceSelectionCriteria: {
          replicaModifications: { status: 'Enabled' },
          sseKmsEncryptedObjects: { status: 'Enabled' },
        },
      },
      { encryptionConfiguration: { replicaKmsKeyId: 'KEY' } },
    ],
  ])('%s', (_, options, key, rule, ofDestination) => {
    expect(defined(renderRule(added(options), 7, key))).toEqual(
      defined({ ...plain, ...rule, destination: { ...plain.destination, ...ofDestination } }),
    );
  });
});

describe('priorities', () => {
  test.each([
    [
      [undefined, undefined],
      [1, 2],
    ],
    [
      [2, undefined, undefined],
      [2, 1, 3],
    ],
    [
      [undefined, 1, undefined],
      [2, 1, 3],
    ],
    [
      [0, undefined],
      [0, 1],
    ],
    [
      [2147483647, undefined],
      [2147483647, 1],
    ],
  ])('%j becomes %j', (given, expected) => {
    const rules = given.map((priority, i) => added({ priority }, `rule${i}`));
    const numbers = priorities(rules);
    expect(rules.map((rule) => numbers.get(rule))).toEqual(expected);
  });
});

describe('rule id', () => {
  test('says where to, and is another one for another filter or destination', () => {
    const other = bucketEnd(s3.Bucket.fromBucketName(stack, 'Other', 'other'));
    const ids = [
      ruleId(destination, ReplicationFilter.all()),
      ruleId(destination, ReplicationFilter.prefix('a')),
      ruleId(destination, ReplicationFilter.tags({ a: '' })),
      ruleId(other, ReplicationFilter.all()),
    ];
    expect(ids[0]).toMatch(/^the-replica-[0-9a-f]{8}$/);
    expect(new Set(ids).size).toBe(4);
    expect(ids.every((id) => /^[\x20-\x7e]{1,255}$/.test(id))).toBe(true);
  });

  test('does not depend on the number of tokens that exist', () => {
    const lazy = () => ReplicationFilter.prefix(Lazy.string({ produce: () => 'late/' }));
    const first = ruleId(destination, lazy());
    Lazy.string({ produce: () => 'another token' });
    expect(ruleId(destination, lazy())).toBe(first);
  });
});

test.each([
  [['', 'a'], ['']],
  [
    ['b', 'a'],
    ['a', 'b'],
  ],
  [
    ['a/b', 'a/', 'c'],
    ['a/', 'c'],
  ],
  [['a', 'a'], ['a']],
])('widest of %j is %j', (prefixes, expected) => {
  expect(widest(prefixes)).toEqual(expected);
});

test('prefix in a policy', () => {
  expect(inPolicy('a*?$b')).toBe('a${*}${?}${$}b');
  expect(stack.resolve(inPolicy(`*${Aws.URL_SUFFIX}?`))).toEqual({
    'Fn::Join': ['', ['${*}', { Ref: 'AWS::URLSuffix' }, '${?}']],
  });
});

test('size of a policy: joins are joined, what is not known yet counts as an ARN', () => {
  expect(policySize({ a: 'x' })).toBe('{"a":"x"}'.length);
  expect(policySize({ a: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::b']] } }, 'aws')).toBe(
    '{"a":"arn:aws:s3:::b"}'.length,
  );
  expect(policySize([{ 'Fn::GetAtt': ['Bucket', 'Arn'] }])).toBe(80 + 4);
  expect(policySize([{ 'Fn::GetStackOutput': { StackName: 's', OutputName: 'o' } }])).toBe(80 + 4);
});
