import { App, aws_s3 as s3, CfnParameter, Fn, Lazy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ReplicationFilter } from '../../src';
import { bucketEnd } from '../../src/app/bucket';
import { ruleId } from '../../src/rules/added-rule';

const app = new App();
const stack = new Stack(app, 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
const source = bucketEnd(new s3.Bucket(stack, 'Source'));
const destination = bucketEnd(s3.Bucket.fromBucketName(stack, 'TheReplica', 'the-replica'));

const { all, prefix } = ReplicationFilter;

describe('rule id', () => {
  test('says where to, and is another one for another filter or destination', () => {
    const other = bucketEnd(s3.Bucket.fromBucketName(stack, 'Other', 'other'));
    const ids = [
      ruleId(source, destination, ReplicationFilter.all()),
      ruleId(source, destination, ReplicationFilter.prefix('a')),
      ruleId(source, destination, ReplicationFilter.tags({ a: '' })),
      ruleId(source, other, ReplicationFilter.all()),
    ];
    expect(ids[0]).toMatch(/^the-replica-[0-9a-f]{8}$/);
    expect(new Set(ids).size).toBe(4);
    expect(ids.every((id) => /^[\x20-\x7e]{1,255}$/.test(id))).toBe(true);
  });

  test('does not depend on the number of tokens that exist', () => {
    const lazy = () => ReplicationFilter.prefix(Lazy.string({ produce: () => 'late/' }));
    const first = ruleId(source, destination, lazy());
    Lazy.string({ produce: () => 'another token' });
    expect(ruleId(source, destination, lazy())).toBe(first);
  });

  const EU = { account: '111111111111', region: 'eu-west-1' };
  const abroad = new Stack(stack, 'ReplicaStack-eu-west-1', { env: EU });
  const open = new Stack(app, 'Open');
  const made = (scope: Construct, ...ids: string[]) =>
    new s3.Bucket(
      ids.slice(0, -1).reduce((parent, id) => new Construct(parent, id), scope),
      ids.slice(-1)[0],
    );
  const imported = (bucketName: string, region = 'us-east-1') =>
    s3.Bucket.fromBucketAttributes(stack, bucketName, { bucketName, region });

  test.each<[string, s3.IBucket, ReplicationFilter, string]>([
    ['a pair in another region', made(abroad, 'Records', 'Destination'), prefix('logs/'), 'Records-eu-west-1-logs'],
    ['a pair in the region', made(stack, 'Backup', 'Destination'), all(), 'Backup'],
    ['a bucket that is called so', made(stack, 'Destination'), all(), 'Destination'],
    ['a bucket in constructs', made(stack, 'Team A', 'Büro'), prefix('a/b_c/'), 'Team-A-B-ro-a-b-c'],
    ['tags', made(stack, 'Tagged'), ReplicationFilter.tags({ tier: 'gold', team: 'x' }), 'Tagged-team-x-tier-gold'],
    ['prefix and tags', made(stack, 'Both'), ReplicationFilter.prefixAndTags('a/', { b: '' }), 'Both-a-b'],
    ['a token', made(stack, 'Late'), prefix(new CfnParameter(stack, 'Prefix').valueAsString), 'Late'],
    [
      'long ids',
      made(stack, 'Platform', 'CustomerRecordsArchive'),
      prefix('invoices/2026/11/26/'),
      'CustomerRecordsArchive-invoices-2026-11',
    ],
    ['an imported bucket', imported('acme.prod.logs', 'eu-west-1'), all(), 'acme-prod-logs-eu-west-1'],
    ['an imported bucket of a long name', imported(`${'a'.repeat(40)}-b`), prefix('x'), `${'a'.repeat(22)}-x`],
    ['a name with its region', made(abroad, 'Images-eu-west-1', 'Destination'), all(), 'Images-eu-west-1'],
    ['an imported bucket with an account', imported('log-archive-222222222222'), prefix('elb/'), 'log-archive-elb'],
    ['an import by a token', s3.Bucket.fromBucketName(stack, 'Import', Fn.importValue('X')), all(), 'Import'],
    ['nothing but signs', made(stack, '€'), prefix('€/'), ''],
  ])('is read as destination, region and filter: %s', (_, to, filter, readable) => {
    const id = ruleId(source, bucketEnd(to), filter);
    expect(id.replace(/-?[0-9a-f]{8}$/, '')).toBe(readable);
    expect(id).toMatch(/^[A-Za-z0-9-]{8,63}$/);
  });

  test('does not depend on whether account and region are known', () => {
    const id = ({ region, account }: { region?: string; account?: string }) => {
      const home = new Stack(new App(), 'Home', { env: { region, account } });
      const from = bucketEnd(new s3.Bucket(home, 'Source'));
      return ruleId(from, bucketEnd(new s3.Bucket(home, 'Replica')), prefix('a/'));
    };
    expect(new Set([id({}), id({ region: 'eu-west-1' }), id(EU)]).size).toBe(1);
    expect(ruleId(bucketEnd(new s3.Bucket(open, 'B')), destination, all())).toBe(ruleId(source, destination, all()));
  });
});
