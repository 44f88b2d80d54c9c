import { putReplicationRefusals } from './configuration';
import { Bucket, Model } from './model';

const bucket = (name: string, more: Partial<Bucket> = {}): Bucket => ({
  arn: `arn:aws:s3:::${name}`,
  label: name,
  account: '111111111111',
  region: 'us-east-1',
  versioning: 'Enabled',
  objectLock: false,
  holdsObjects: false,
  ...more,
});
const KEY = 'arn:aws:kms:us-east-1:111111111111:key/1';
const ROLE = 'arn:aws:iam::111111111111:role/replication';
const DESTINATION = { Bucket: 'arn:aws:s3:::there' };
const rule = (more: any = {}) => ({
  Id: `${more.Priority ?? 1}`,
  Status: 'Enabled',
  Priority: 1,
  DeleteMarkerReplication: { Status: 'Disabled' },
  Filter: { Prefix: '' },
  Destination: DESTINATION,
  ...more,
});
const without = (name: string) => {
  const { [name]: _, ...rest } = rule() as any;
  return rest;
};
const first = (prefix: string, destination = 'there') => ({
  Id: prefix,
  Status: 'Enabled',
  Prefix: prefix,
  Destination: { Bucket: `arn:aws:s3:::${destination}` },
});
const to = (destination: any, more: any = {}) => rule({ ...more, Destination: { ...DESTINATION, ...destination } });
const tags = (...keys: string[]) => keys.map((Key) => ({ Key, Value: 'yes' }));
const RTC = { Status: 'Enabled', Time: { Minutes: 15 } };
const SSE_KMS = { SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } } };
const on = { DeleteMarkerReplication: { Status: 'Enabled' } };

function refusals(rules: any, role: unknown = ROLE, source: Partial<Bucket> = {}): string[] {
  const model = new Model();
  const from = bucket('source', { ...source, replication: { Role: role as string, Rules: rules } });
  for (const it of [from, bucket('there'), bucket('too'), bucket('unversioned', { versioning: 'Suspended' })]) {
    model.buckets.set(it.arn, it);
  }
  return putReplicationRefusals(model, from);
}

test.each<[string, any[]]>([
  ['everything', [rule()]],
  ['an empty filter', [rule({ Filter: {} })]],
  ['a tag', [rule({ Filter: { TagFilter: tags('a')[0] } })]],
  ['a prefix and a tag', [rule({ Filter: { And: { Prefix: 'a', TagFilters: tags('a') } } })]],
  ['two rules with a destination', [rule(), rule({ Priority: 2 })]],
  ['two destinations', [rule(), to({ Bucket: 'arn:aws:s3:::too' }, { Priority: 2 })]],
  ['delete markers of a prefix', [rule({ ...on, Filter: { Prefix: 'a' } })]],
  ['replica modifications alone', [rule({ SourceSelectionCriteria: { ReplicaModifications: { Status: 'Enabled' } } })]],
  ['KMS', [to({ EncryptionConfiguration: { ReplicaKmsKeyID: KEY } }, SSE_KMS)]],
  ['KMS with an alias', [to({ EncryptionConfiguration: { ReplicaKmsKeyID: KEY.replace('key/', 'alias/') } }, SSE_KMS)]],
  ['RTC', [to({ ReplicationTime: RTC, Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } } })]],
  ['a prefix of 1,024 characters', [rule({ Filter: { Prefix: 'é'.repeat(1024) } })]],
  ['metrics alone', [to({ Metrics: { Status: 'Enabled' } })]],
  ['owner override', [to({ Account: '222222222222', AccessControlTranslation: { Owner: 'Destination' } })]],
  ['rules of the first version', [first('a'), first('b')]],
  ['a thousand rules', Array.from({ length: 1000 }, (_, index) => rule({ Priority: index }))],
])('S3 takes %s', (_, rules) => {
  expect(refusals(rules)).toEqual([]);
});

const MALFORMED = /^The XML you provided was not well-formed/;
test.each<[string, RegExp, any]>([
  ['no rule', MALFORMED, []],
  ['rules that are no list', MALFORMED, rule()],
  ['1,001 rules', MALFORMED, Array.from({ length: 1001 }, (_, index) => rule({ Priority: index }))],
  ['a priority twice', /^Found duplicate priority 1\.$/, [rule({ Id: 'a' }), rule({ Id: 'b' })]],
  ['an id twice', /^Rule Id must be unique$/, [rule({ Id: 'a' }), rule({ Id: 'a', Priority: 2 })]],
  ['a long id', /^Rule Id cannot be greater than 255$/, [rule({ Id: 'a'.repeat(256) })]],
  ['another status', MALFORMED, [rule({ Status: 'On' })]],
  ['a negative priority', /^Priority must be between 0 and 2147483647\.$/, [rule({ Priority: -1 })]],
  ['a huge priority', MALFORMED, [rule({ Priority: 2147483648 })]],
  ['a priority that is not whole', MALFORMED, [rule({ Priority: 1.5 })]],
  ['a filter without priority', /^Priority must be specified/, [without('Priority')]],
  [
    'a filter without delete markers',
    /^DeleteMarkerReplication must be specified/,
    [without('DeleteMarkerReplication')],
  ],
  ['a prefix and a priority', /^Priority cannot be used/, [{ ...first('a'), Priority: 1 }]],
  ['a prefix and delete markers', /^DeleteMarkerReplication cannot be used/, [{ ...first('a'), ...on }]],
  ['neither filter nor prefix', MALFORMED, [without('Filter')]],
  ['filter and prefix', MALFORMED, [rule({ Prefix: 'a' })]],
  ['existing objects', MALFORMED, [rule({ ExistingObjectReplication: { Status: 'Enabled' } })]],
  ['two destinations of the first version', /cannot exceed 1$/, [first('a'), first('b', 'too')]],
  ['a filter with two parts', MALFORMED, [rule({ Filter: { Prefix: 'a', TagFilter: tags('a')[0] } })]],
  ['And with one tag', MALFORMED, [rule({ Filter: { And: { TagFilters: tags('a') } } })]],
  ['And with a prefix', MALFORMED, [rule({ Filter: { And: { Prefix: 'a' } } })]],
  [
    'a tag twice',
    /^Duplicate Tag Keys are not allowed\.$/,
    [rule({ Filter: { And: { TagFilters: tags('a', 'a') } } })],
  ],
  ['a long prefix', MALFORMED, [rule({ Filter: { Prefix: 'a'.repeat(1025) } })]],
  [
    'tags and delete markers',
    /^Delete marker replication is not supported if any Tag filter is specified\./,
    [rule({ ...on, Filter: { TagFilter: tags('a')[0] } })],
  ],
  ['empty selection criteria', MALFORMED, [rule({ SourceSelectionCriteria: {} })]],
  [
    'a key without the opt-in',
    /^SseKmsEncryptedObjects must be specified/,
    [to({ EncryptionConfiguration: { ReplicaKmsKeyID: KEY } })],
  ],
  ['the opt-in without a key', /^ReplicaKmsKeyID must be specified/, [rule(SSE_KMS)]],
  [
    'a disabled opt-in without a key',
    /^ReplicaKmsKeyID must be specified/,
    [rule({ SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Disabled' } } })],
  ],
  [
    'a key that is no ARN',
    /^Invalid ReplicaKmsKeyID/,
    [to({ EncryptionConfiguration: { ReplicaKmsKeyID: '1' } }, SSE_KMS)],
  ],
  ['RTC without metrics', /both ReplicationTime and Metrics or neither\.$/, [to({ ReplicationTime: RTC })]],
  [
    'RTC without minutes',
    MALFORMED,
    [
      to({
        ReplicationTime: { Status: 'Enabled' },
        Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
      }),
    ],
  ],
  [
    'a threshold without minutes',
    MALFORMED,
    [to({ ReplicationTime: RTC, Metrics: { Status: 'Enabled', EventThreshold: {} } })],
  ],
  [
    'a threshold without RTC',
    /^Metrics cannot contain an event threshold/,
    [to({ Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } } })],
  ],
  [
    'another threshold',
    MALFORMED,
    [to({ ReplicationTime: RTC, Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 10 } } })],
  ],
  [
    'an owner without account',
    /^Account must be specified/,
    [to({ AccessControlTranslation: { Owner: 'Destination' } })],
  ],
  ['another storage class', MALFORMED, [to({ StorageClass: 'EXPRESS_ONEZONE' })]],
  ['itself', /^Destination bucket cannot be the same as the source bucket\.$/, [to({ Bucket: 'arn:aws:s3:::source' })]],
  ['a name', /^Invalid bucket ARN$/, [to({ Bucket: 'there' })]],
  ['another partition', /^Invalid bucket ARN$/, [to({ Bucket: 'arn:aws-cn:s3:::there' })]],
  ['a bucket that is not there', /^Destination bucket must exist\.$/, [to({ Bucket: 'arn:aws:s3:::nowhere' })]],
  ['a disabled rule to nowhere', /must exist\.$/, [to({ Bucket: 'arn:aws:s3:::nowhere' }, { Status: 'Disabled' })]],
  [
    'no versioning there',
    /^Destination bucket must have versioning enabled\.$/,
    [to({ Bucket: 'arn:aws:s3:::unversioned' })],
  ],
])('S3 refuses %s', (_, words, rules) => {
  expect(refusals(rules)).toContainEqual(expect.stringMatching(words));
});

test.each([
  ['a name', 'replication', 'Invalid Role specified in replication configuration'],
  ['another partition', 'arn:aws-cn:iam::111111111111:role/r', 'Invalid Role specified in replication configuration'],
  ['a user', 'arn:aws:iam::111111111111:user/r', 'The relative id should start with role'],
  ['another account', 'arn:aws:iam::222222222222:role/r', expect.stringMatching(/^Cross-account pass role/)],
])('S3 refuses the role with %s', (_, role, words) => {
  expect(refusals([rule()], role)).toEqual([words]);
});

test('S3 refuses a source without versioning before anything else', () => {
  expect(refusals([], '', { versioning: undefined })).toEqual([
    "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
  ]);
});
