import { judgeRules } from './rules';
import { DeployedApp } from '../assembly/deployed';
import { Resource, StackOfApp } from '../assembly/stacks';
import { rehearse } from '../rehearsal/rehearse';

// What S3 refuses is written down twice, for the rehearsal (in the words of S3) and for judgeRules, which also refuses
// what S3 takes in vain and what this library never writes. They must not differ by accident.

const ACCOUNT = '111111111111';
const OTHER = '222222222222';
const KEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/1`;
const arn = (name: string) => `arn:aws:s3:::${name}`;
const bucket = (BucketName: string, Status = 'Enabled'): Resource => ({
  Type: 'AWS::S3::Bucket',
  Properties: { BucketName, VersioningConfiguration: { Status } },
});
const ROLE = {
  RoleName: 'replication',
  AssumeRolePolicyDocument: {
    Statement: [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  },
  Policies: [
    {
      PolicyName: 'P',
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['s3:ListBucket'], Resource: arn('from') }] },
    },
  ],
};

/** What the two say about the rules: refused or not. */
function verdicts(Rules: any, Role: unknown = `arn:aws:iam::${ACCOUNT}:role/replication`) {
  const { Type, Properties } = bucket('from');
  const stack: StackOfApp = {
    id: 'S',
    name: 'S',
    account: ACCOUNT,
    region: 'us-east-1',
    after: [],
    templateFile: '',
    template: {
      Resources: {
        There: bucket('there'),
        Too: bucket('too'),
        Unversioned: bucket('unversioned', 'Suspended'),
        Role: { Type: 'AWS::IAM::Role', Properties: ROLE },
        From: {
          Type,
          Properties: { ...Properties, ReplicationConfiguration: { Role, Rules } },
          DependsOn: ['There', 'Too', 'Unversioned', 'Role'],
        },
      },
    },
    paths: {},
    nested: {},
  };
  return {
    rehearsal: rehearse([stack]).refusals.length > 0,
    rules: judgeRules(new DeployedApp([stack]), { keys: [KEY] }).length > 0,
  };
}

const on = { Status: 'Enabled' };
const tags = (...keys: string[]) => keys.map((Key) => ({ Key, Value: 'yes' }));
const numbered = (count: number) => Array.from({ length: count }, (_, index) => rule({ Priority: index }));
const DESTINATION = { Bucket: arn('there'), Account: ACCOUNT };
const rule = (more: any = {}): any => ({
  Id: `${more.Priority ?? 1}`,
  Status: 'Enabled',
  Priority: 1,
  DeleteMarkerReplication: { Status: 'Disabled' },
  Filter: { Prefix: '' },
  Destination: DESTINATION,
  ...more,
});
const but = (...names: string[]) =>
  Object.fromEntries(Object.entries<any>(rule()).filter(([name]) => !names.includes(name)));
const to = (destination: any, more: any = {}) => rule({ ...more, Destination: { ...DESTINATION, ...destination } });
const kms = (ReplicaKmsKeyID: string) =>
  to({ EncryptionConfiguration: { ReplicaKmsKeyID } }, { SourceSelectionCriteria: { SseKmsEncryptedObjects: on } });
const RTC = { ...on, Time: { Minutes: 15 } };
const THRESHOLD = { ...on, EventThreshold: { Minutes: 15 } };
const filtered = (Filter: any, more: any = {}) => [rule({ Filter, ...more })];

test.each<[string, any]>([
  ['all objects', [rule()]],
  ['an empty filter', filtered({})],
  ['a tag', filtered({ TagFilter: tags('a')[0] })],
  ['two tags', filtered({ And: { TagFilters: tags('a', 'b') } })],
  ['a prefix and a tag', filtered({ And: { Prefix: 'a', TagFilters: tags('a') } })],
  ['delete markers of a prefix', filtered({ Prefix: 'a' }, { DeleteMarkerReplication: on })],
  ['a long prefix', filtered({ Prefix: 'a'.repeat(1024) })],
  ['a long id', [rule({ Id: 'a'.repeat(255) })]],
  ['the first and the last priority', [rule({ Priority: 0 }), rule({ Priority: 2147483647 })]],
  ['a thousand rules', numbered(1000)],
  ['two destinations', [rule(), to({ Bucket: arn('too') }, { Priority: 2 })]],
  ['a rule that is disabled', [rule({ Status: 'Disabled' })]],
  ['replica modifications', [rule({ SourceSelectionCriteria: { ReplicaModifications: on } })]],
  ['a key', [kms(KEY)]],
  ['RTC', [to({ ReplicationTime: RTC, Metrics: THRESHOLD })]],
  ['metrics', [to({ Metrics: on })]],
  ['a storage class', [to({ StorageClass: 'GLACIER_IR' })]],
])('both take %s', (_, rules) => {
  expect(verdicts(rules)).toEqual({ rehearsal: false, rules: false });
});

test.each<[string, any]>([
  ['no rules', []],
  ['rules that are no list', rule()],
  ['1,001 rules', numbered(1001)],
  ['an id twice', [rule({ Id: 'a' }), rule({ Id: 'a', Priority: 2 })]],
  ['a priority twice', [rule({ Id: 'a' }), rule({ Id: 'b' })]],
  ['an id that is too long', [rule({ Id: 'a'.repeat(256) })]],
  ['a status that is none', [rule({ Status: 'On' })]],
  ['a negative priority', [rule({ Priority: -1 })]],
  ['a priority that is too high', [rule({ Priority: 2147483648 })]],
  ['a priority that is not whole', [rule({ Priority: 1.5 })]],
  ['no priority', [but('Priority')]],
  ['delete markers left open', [but('DeleteMarkerReplication')]],
  ['neither filter nor prefix', [but('Filter')]],
  ['filter and prefix', [rule({ Prefix: 'a' })]],
  ['existing objects', [rule({ ExistingObjectReplication: on })]],
  ['a filter of two parts', filtered({ Prefix: 'a', TagFilter: tags('a')[0] })],
  ['And with one tag', filtered({ And: { TagFilters: tags('a') } })],
  ['And with a prefix alone', filtered({ And: { Prefix: 'a' } })],
  ['a tag twice', filtered({ And: { TagFilters: tags('a', 'a') } })],
  ['a prefix that is too long', filtered({ Prefix: 'a'.repeat(1025) })],
  ['a prefix that is too long beside a tag', filtered({ And: { Prefix: 'a'.repeat(1025), TagFilters: tags('a') } })],
  ['tags and delete markers', filtered({ TagFilter: tags('a')[0] }, { DeleteMarkerReplication: on })],
  ['empty selection criteria', [rule({ SourceSelectionCriteria: {} })]],
  ['a key without the opt-in', [to({ EncryptionConfiguration: { ReplicaKmsKeyID: KEY } })]],
  ['the opt-in without a key', [rule({ SourceSelectionCriteria: { SseKmsEncryptedObjects: on } })]],
  ['a key that is no ARN', [kms('1')]],
  ['RTC without metrics', [to({ ReplicationTime: RTC })]],
  ['RTC with metrics that are disabled', [to({ ReplicationTime: RTC, Metrics: { ...THRESHOLD, Status: 'Disabled' } })]],
  ['RTC of 30 minutes', [to({ ReplicationTime: { ...on, Time: { Minutes: 30 } }, Metrics: THRESHOLD })]],
  ['RTC without minutes', [to({ ReplicationTime: on, Metrics: THRESHOLD })]],
  ['a threshold without RTC', [to({ Metrics: THRESHOLD })]],
  ['an owner without an account', [to({ Account: undefined, AccessControlTranslation: { Owner: 'Destination' } })]],
  ['a storage class that is none', [to({ StorageClass: 'EXPRESS_ONEZONE' })]],
  ['itself', [to({ Bucket: arn('from') })]],
  ['a name instead of an ARN', [to({ Bucket: 'there' })]],
  ['another partition', [to({ Bucket: 'arn:aws-cn:s3:::there' })]],
  ['a destination without versioning', [to({ Bucket: arn('unversioned') })]],
  ['the same in a rule that is disabled', [to({ Bucket: arn('unversioned') }, { Status: 'Disabled' })]],
])('both refuse %s', (_, rules) => {
  expect(verdicts(rules)).toEqual({ rehearsal: true, rules: true });
});

test.each([
  ['that is a name', 'replication'],
  ['of another partition', 'arn:aws-cn:iam::111111111111:role/replication'],
  ['of another account', `arn:aws:iam::${OTHER}:role/replication`],
  ['that is a user', `arn:aws:iam::${ACCOUNT}:user/replication`],
])('both refuse a role %s', (_, role) => {
  expect(verdicts([rule()], role)).toEqual({ rehearsal: true, rules: true });
});

test.each<[string, any]>([
  ['in vain: an id that is not ASCII', [rule({ Id: 'Büro' })]],
  ['in vain: a prefix of more bytes than a key has', filtered({ Prefix: 'é'.repeat(513) })],
  ['in vain: a tag that no object can have', filtered({ TagFilter: tags('a'.repeat(129))[0] })],
  ['in vain: more tags than an object can have', filtered({ And: { TagFilters: tags(...'abcdefghijk') } })],
  ['in vain: the account of somebody else', [to({ Account: OTHER })]],
  ['in vain: a key that is not there', [kms(`${KEY}2`)]],
  ['and not ours: an alias, which S3 looks up for whoever asks', [kms(KEY.replace('key/1', 'alias/a'))]],
  [
    'and not ours: rules of the first version',
    [{ ...but('Filter', 'Priority', 'DeleteMarkerReplication'), Prefix: '' }],
  ],
  ['and not ours: no id, where S3 makes one up', [but('Id')]],
  ['and not ours: no account', [to({ Account: undefined })]],
  [
    'and not ours: a criterion that is disabled',
    [rule({ SourceSelectionCriteria: { ReplicaModifications: { Status: 'Disabled' } } })],
  ],
])('S3 takes %s', (_, rules) => {
  expect(verdicts(rules)).toEqual({ rehearsal: false, rules: true });
});
