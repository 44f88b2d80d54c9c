import { refuses } from '../messages';
import { EU, inStack, silenced } from '../templates';
import { ReplicatedBucketPair, ReplicationFilter } from 'cdk-s3-replication';

silenced();

describe('filters', () => {
  // a filter has no place in the construct tree
  const at = 'ReplicationFilter';
  const tags = (count: number) => Object.fromEntries([...Array(count).keys()].map((i) => [`key${i}`, 'value']));
  refuses([
    [
      'a prefix of 1,025 bytes',
      () => ReplicationFilter.prefix('x'.repeat(1025)),
      `[${at}] … 1025 bytes … at most 1,024 bytes … shorter prefix`,
    ],
    [
      'a prefix of 1,024 characters and more bytes',
      () => ReplicationFilter.prefixAndTags(`${'x'.repeat(1023)}é`, { a: 'b' }),
      `[${at}] … 1025 bytes … 1,024 bytes … shorter prefix`,
    ],
    [
      'a prefix with a control character',
      () => ReplicationFilter.prefix('a\u0001/'),
      `[${at}] … the prefix "a\\u0001/" … control character … XML … shorter prefix`,
    ],
    [
      'a tag with a control character',
      () => ReplicationFilter.prefixAndTags('a\t/', { a: '\u001b' }),
      `[${at}] … the tag "a=\\u001b" … control character … other tags`,
    ],
    ['no tags', () => ReplicationFilter.tags({}), `[${at}] … no tag … at least one tag … ReplicationFilter.all()`],
    [
      'a prefix and no tags',
      () => ReplicationFilter.prefixAndTags('a/', {}),
      `[${at}] … no tag … at least one tag … .prefix()`,
    ],
    ['11 tags', () => ReplicationFilter.tags(tags(11)), `[${at}] … 11 tags … at most 10 tags … several rules`],
    [
      'a tag without a key',
      () => ReplicationFilter.tags({ '': 'x' }),
      `[${at}] … the tag '' … 1 to 128 characters … exactly as it is`,
    ],
    [
      'a key of 129 characters',
      () => ReplicationFilter.tags({ ['k'.repeat(129)]: 'x' }),
      `[${at}] … kkk … 1 to 128 characters … exactly as it is`,
    ],
    [
      'a value of 257 characters',
      () => ReplicationFilter.tags({ team: 'v'.repeat(257) }),
      `[${at}] … the tag 'team' with a value of 257 characters … at most 256 … exactly as it is`,
    ],
    [
      'a tag of AWS',
      () => ReplicationFilter.tags({ 'aws:cloudformation:stack-name': 'x' }),
      `[${at}] … the tag 'aws:cloudformation:stack-name' … never carry … a tag of your own`,
    ],
  ]);

  test('the limits themselves are fine', () => {
    ReplicationFilter.prefixAndTags('é'.repeat(512), { ...tags(9), ['k'.repeat(128)]: 'v'.repeat(256) });
    ReplicationFilter.tags({ empty: '' });
    ReplicationFilter.prefix('');
  });
});

describe('the order of a map that the user gives', () => {
  const orders: Array<{ [key: string]: string }> = [
    { a: '1', b: '2', c: '3' },
    { c: '3', a: '1', b: '2' },
    { b: '2', c: '3', a: '1' },
  ];
  test.each<[string, (tags: { [key: string]: string }) => ReplicationFilter]>([
    ['tags()', (tags) => ReplicationFilter.tags(tags)],
    ['prefixAndTags()', (tags) => ReplicationFilter.prefixAndTags('a/', tags)],
  ])('ReplicationFilter.%s renders byte-equal templates', (_, filter) => {
    const [first, ...others] = orders.map((tags) =>
      JSON.stringify(inStack((stack) => new ReplicatedBucketPair(stack, 'Pair', { ...EU, filter: filter(tags) }))),
    );
    for (const other of others) expect(other).toBe(first);
    expect(
      JSON.stringify(
        inStack((stack) => new ReplicatedBucketPair(stack, 'Pair', { ...EU, filter: filter({ a: '1', b: '2' }) })),
      ),
    ).not.toBe(first);
  });
});
