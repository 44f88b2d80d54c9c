import { ReplicationFilter } from '../../src';
import { renderFilter } from '../../src/rules/render';

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
