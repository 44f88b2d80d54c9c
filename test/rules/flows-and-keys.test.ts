import { App, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { ReplicationFilter } from '../../src';
import { bucketEnd } from '../../src/app/bucket';
import { AddedRule, ruleId, sameFlow } from '../../src/rules/added-rule';
import { renderRule } from '../../src/rules/render';
import { ReplicationRuleOptions } from '../../src/rules/replication-rule';
import { summaryOf } from '../../src/rules/replication-rule-summary';
import { checkAgainst, checkOptions } from '../../src/rules/rule-input';
import { ruleKeys } from '../../src/rules/rule-keys';
import { quietApp } from '../app';
import { bucket, ENV, inEurope, KMS, l1 } from '../builders';
import { messageOf } from '../messages';

const { all, prefix, tags, prefixAndTags } = ReplicationFilter;
const stack = new Stack(quietApp(), 'Stack', { env: ENV });
const source = bucket(stack, 'Source');
const mine = bucket(stack, 'Mine');
const other = bucket(stack, 'Other');
const imported = (id: string, bucketName: string) => s3.Bucket.fromBucketName(stack, id, bucketName);
const theirs = imported('Theirs', 'theirs');

const OTHERS = { ...ENV, account: '222222222222' };

function added(destination: s3.IBucketRef, options: ReplicationRuleOptions = {}, id = 'the-rule'): AddedRule {
  const end = bucketEnd(destination);
  return {
    ...{ at: stack, options: { ...options, destination }, destination: end, destinationArn: 'arn', id },
    ...{ filter: options.filter ?? all(), ownerOverride: false, foreign: false, byPrefix: false },
  };
}

describe('rules that say the same', () => {
  test.each<[string, AddedRule, AddedRule, boolean]>([
    ['one bucket', added(mine), added(mine), true],
    ['one bucket, by its L1', added(mine), added(l1(mine)), true],
    ['two buckets', added(mine), added(other), false],
    ['one imported bucket', added(theirs), added(imported('Again', 'theirs')), true],
    ['two imported buckets', added(theirs), added(imported('More', 'more')), false],
    ['one of the app and an imported one', added(mine), added(theirs), false],
    ['an imported one and one of the app', added(theirs), added(mine), false],
    ['one prefix', added(mine, { filter: prefix('a/') }), added(mine, { filter: prefix('a/') }), true],
    ['two prefixes', added(mine, { filter: prefix('a/') }), added(mine, { filter: prefix('b/') }), false],
    [
      'the same tags',
      added(mine, { filter: tags({ a: '1', b: '2' }) }),
      added(mine, { filter: tags({ b: '2', a: '1' }) }),
      true,
    ],
    ['other values', added(mine, { filter: tags({ a: '1' }) }), added(mine, { filter: tags({ a: '2' }) }), false],
    ['other keys', added(mine, { filter: tags({ a: '1' }) }), added(mine, { filter: tags({ b: '1' }) }), false],
    [
      'one prefix and other tags',
      added(mine, { filter: prefixAndTags('a/', { a: '1' }) }),
      added(mine, { filter: prefix('a/') }),
      false,
    ],
  ])('%s', (_, one, two, expected) => expect(sameFlow(one, two)).toBe(expected));

  test.each<[string, AddedRule, AddedRule, string | undefined]>([
    ['the same', added(mine), added(mine), "a second rule to 'Stack/Mine' with the same filter as the one of 'Stack'"],
    ['one ruleId', added(mine), added(other), "ruleId 'the-rule' twice"],
    [
      'one priority',
      added(mine, { priority: 3 }),
      added(other, { priority: 3 }, 'b'),
      "priority 3 twice (also of rule 'b')",
    ],
    ['other priorities', added(mine, { priority: 3 }), added(other, { priority: 4 }, 'b'), undefined],
    ['no priority', added(mine), added(other, {}, 'b'), undefined],
    ['the priority of one', added(mine, { priority: 3 }), added(other, {}, 'b'), undefined],
  ])('are refused, and what is alike in them: %s', (_, one, two, expected) => {
    const run = () => checkAgainst(stack, one, [two]);
    expected ? expect(messageOf(run)).toContain(`[Stack] ${expected}: `) : expect(run).not.toThrow();
  });
});

describe('the id that a rule gets', () => {
  const idOf = (destination: s3.IBucketRef, filter = all()) => ruleId(bucketEnd(mine), bucketEnd(destination), filter);

  test('says where to, in letters and digits, and ends with a hash', () => {
    expect(idOf(mine)).toMatch(/^Mine-[0-9a-f]{8}$/);
    expect(idOf(theirs)).toMatch(/^theirs-[0-9a-f]{8}$/);
    expect(idOf(imported('Dotted', 'their.own.logs'))).toMatch(/^their-own-logs-[0-9a-f]{8}$/);
    expect(idOf(bucket(stack, 'ABCDEF0123456789'))).toMatch(/^ABCDEF0123456789-[0-9a-f]{8}$/);
  });

  test('has at most 31 characters without a filter, the first ones of a long name', () => {
    const name = `${'a'.repeat(20)}${'b'.repeat(40)}`;
    expect(idOf(imported('Long', name))).toMatch(/^a{20}b{2}-[0-9a-f]{8}$/);
  });

  test('differs by destination, prefix and tags, and by nothing else', () => {
    const filters = [
      all(),
      prefix('a/'),
      prefix('b/'),
      tags({ a: '1' }),
      tags({ a: '2' }),
      prefixAndTags('a/', { a: '1' }),
    ];
    const ids = [mine, other, theirs].flatMap((destination) => filters.map((it) => idOf(destination, it)));
    expect(new Set(ids).size).toBe(18);
    expect(idOf(l1(mine), tags({ b: '2', a: '1' }))).toBe(idOf(mine, tags({ a: '1', b: '2' })));
  });
});

describe('limits', () => {
  const options: Array<[ReplicationRuleOptions, boolean]> = [
    [{ priority: 0 }, true],
    [{ priority: 2147483647 }, true],
    [{ priority: 2147483648 }, false],
    [{ priority: -1 }, false],
    [{ ruleId: 'x' }, true],
    [{ ruleId: 'x'.repeat(255) }, true],
    [{ ruleId: 'x'.repeat(256) }, false],
    [{ deleteMarkerReplication: true, filter: prefix('a/') }, true],
    [{ deleteMarkerReplication: true, filter: all() }, true],
    [{ deleteMarkerReplication: false, filter: tags({ a: '1' }) }, true],
    [{ deleteMarkerReplication: true, filter: tags({ a: '1' }) }, false],
    [{ metrics: false }, true],
    [{ metrics: true, replicationTimeControl: true }, true],
    [{ replicationTimeControl: true }, true],
    [{ metrics: false, replicationTimeControl: false }, true],
    [{ metrics: false, replicationTimeControl: true }, false],
    [{}, true],
  ];
  test.each(options)('%j is taken: %s', (it, taken) => {
    const run = () => checkOptions(stack, it);
    taken ? expect(run).not.toThrow() : expect(run).toThrow('[Stack] ');
  });
});

test('a rule that changes the owner says so', () => {
  const owner = (ownerOverride: boolean) =>
    (renderRule({ ...added(theirs), ownerOverride }, 1, undefined).destination as any).accessControlTranslation;
  expect([owner(true), owner(false)]).toEqual([{ owner: 'Destination' }, undefined]);
});

test('a rule in short', () => {
  const filter = prefix('a/');
  expect(summaryOf(added(mine, { filter }))).toEqual({
    ...{ ruleId: 'the-rule', destination: mine, filter, enabled: true, metrics: true, replicationTimeControl: false },
  });
  const options = { enabled: false, metrics: false, replicationTimeControl: true };
  expect(summaryOf(added(mine, options))).toMatchObject(options);
});

describe('what a rule means for KMS', () => {
  const key = (id: string, at = stack) => new kms.Key(at, id);
  const arnOf = (n: number) => `arn:aws:kms:us-east-1:${ENV.account}:key/${n}`;
  const importedKey = (n: number) => kms.Key.fromKeyArn(stack, `Imported${n}`, arnOf(n));
  const [mineKey, otherKey] = [key('KeyA'), key('KeyB')];
  const cfnOf = (it: kms.Key) => ({ cfn: it.node.defaultChild });
  const encrypted = bucket(stack, 'Encrypted', { encryption: KMS, encryptionKey: mineKey });
  const replica = bucket(stack, 'Replica', { encryption: KMS, encryptionKey: otherKey });
  const abroad = inEurope(stack);
  const far = bucket(abroad, 'Far', { encryption: KMS });
  const first = importedKey(1);
  const known = s3.Bucket.fromBucketAttributes(stack, 'Known', { bucketName: 'known', encryptionKey: first });
  const NOTHING = { replicatesKmsObjects: false, sourceKeys: [], replicaKey: undefined };

  test.each<[string, s3.Bucket, AddedRule, object]>([
    ['nothing, without it', source, added(mine), NOTHING],
    ['nothing, when only the destination has it', source, added(replica), NOTHING],
    [
      'both keys',
      encrypted,
      added(replica),
      { replicatesKmsObjects: true, sourceKeys: [cfnOf(mineKey)], replicaKey: cfnOf(otherKey) },
    ],
    [
      'no key for replicas',
      encrypted,
      added(mine),
      { replicatesKmsObjects: true, sourceKeys: [cfnOf(mineKey)], replicaKey: undefined },
    ],
    [
      'destinationKey',
      encrypted,
      added(replica, { destinationKey: first }),
      { replicatesKmsObjects: true, sourceKeys: [cfnOf(mineKey)], replicaKey: { arn: arnOf(1) } },
    ],
    [
      'destinationKey alone',
      source,
      added(mine, { destinationKey: otherKey }),
      { replicatesKmsObjects: true, sourceKeys: [], replicaKey: cfnOf(otherKey) },
    ],
    [
      'sourceKeys alone',
      source,
      added(replica, { sourceKeys: [first] }),
      { replicatesKmsObjects: true, sourceKeys: [{ arn: arnOf(1) }], replicaKey: cfnOf(otherKey) },
    ],
    [
      'sourceKeys and the own key',
      encrypted,
      added(replica, { sourceKeys: [first, mineKey] }),
      { replicatesKmsObjects: true, sourceKeys: [cfnOf(mineKey), { arn: arnOf(1) }], replicaKey: cfnOf(otherKey) },
    ],
    ['no sourceKeys', source, added(replica, { sourceKeys: [] }), NOTHING],
    [
      'another region',
      encrypted,
      added(far),
      { replicatesKmsObjects: true, sourceKeys: [cfnOf(mineKey)], replicaKey: cfnOf(far.encryptionKey as kms.Key) },
    ],
    [
      'an imported destination with its key',
      encrypted,
      added(known),
      { replicatesKmsObjects: true, sourceKeys: [cfnOf(mineKey)], replicaKey: { arn: arnOf(1) } },
    ],
    [
      'an imported destination without',
      encrypted,
      added(theirs),
      { replicatesKmsObjects: true, sourceKeys: [cfnOf(mineKey)], replicaKey: undefined },
    ],
    [
      'a key that cannot be referred to',
      encrypted,
      added(
        bucket(stack, 'Strange', {
          encryption: KMS,
          encryptionKey: new kms.Key(new Stack(stack.node.root as App, 'Strange', { env: OTHERS }), 'Key'),
        }),
      ),
      { replicatesKmsObjects: true, sourceKeys: [cfnOf(mineKey)], replicaKey: undefined },
    ],
  ])('%s', (_, from, rule, expected) => expect(ruleKeys(bucketEnd(from), rule)).toEqual(expected));

  test('aws/s3 means that, too, and no key is known', () => {
    const managed = bucket(stack, 'Managed', { encryption: s3.BucketEncryption.KMS_MANAGED });
    expect(ruleKeys(bucketEnd(managed), added(managed))).toEqual({ ...NOTHING, replicatesKmsObjects: true });
  });
});
