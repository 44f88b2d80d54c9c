import { App, aws_s3 as s3, Lazy, Stack } from 'aws-cdk-lib';
import { ReplicationFilter } from '../../src';
import { bucketEnd } from '../../src/app/bucket';
import { ruleId } from '../../src/rules/added-rule';

const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
const destination = bucketEnd(s3.Bucket.fromBucketName(stack, 'Destination', 'the-replica'));

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
