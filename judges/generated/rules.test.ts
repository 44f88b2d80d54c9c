import { judgeIntent } from './intent';
import { ACCOUNT, AppPlan } from './plan';
import { judgeRules } from './rules';
import { synthesize } from './synthesize';
import { DeployedApp } from '../assembly/deployed';
import { StackOfApp } from '../assembly/stacks';

const PLAN: AppPlan = {
  stacks: [
    { id: 'Here', account: ACCOUNT, region: 'us-east-1' },
    { id: 'There', account: ACCOUNT, region: 'eu-west-1' },
  ],
  keys: [],
  roles: [],
  buckets: [
    {
      id: 'From',
      stack: 'Here',
      level: 'L2',
      name: 'literal',
      encryption: 'KMS',
      versioning: 'Enabled',
      lock: 'enabled',
    },
    {
      id: 'To',
      stack: 'There',
      level: 'L2',
      name: 'literal',
      encryption: 'KMS',
      versioning: 'Enabled',
      lock: 'enabled',
    },
  ],
  steps: [
    {
      kind: 'rule',
      source: 'From',
      destination: 'To',
      options: {
        ruleId: 'first',
        filter: { prefix: 'a/', tags: [['team', 'x']] },
        replicationTimeControl: true,
        storageClass: 'GLACIER',
      },
    },
    { kind: 'rule', source: 'From', destination: 'To', options: { ruleId: 'second', replicaModifications: true } },
  ],
  mishaps: [],
};

const MADE = made();

function made() {
  const result = synthesize(PLAN);
  if ('error' in result) throw result.error;
  return result;
}

interface Parts {
  readonly source: any;
  readonly destination: any;
  readonly configuration: any;
  readonly first: any;
  readonly second: any;
  readonly role: any;
  readonly policy: any;
  readonly key: any;
  /** Gives the role one more managed policy. */
  readonly attach: (statement: object) => void;
}

/** The deployed app after a change of its templates. */
function after(change: (parts: Parts) => void) {
  const stacks: StackOfApp[] = structuredClone(MADE.stacks);
  const resources = stacks.flatMap(({ template }) => Object.values(template.Resources));
  const of = (type: string) => resources.filter((it) => it.Type === type).map((it) => it.Properties!);
  const [[source], [destination]] = ['From', 'To'].map((id) =>
    of('AWS::S3::Bucket').filter((it) => it.BucketName === `data-${id.toLowerCase()}`),
  );
  const configuration = source.ReplicationConfiguration;
  const [first, second] = ['first', 'second'].map((id) => configuration.Rules.find((it: any) => it.Id === id));
  const [role] = of('AWS::IAM::Role');
  const there = Object.values(stacks.find(({ name }) => name === 'There')!.template.Resources);
  const key = there.find(({ Type }) => Type === 'AWS::KMS::Key')!.Properties!;
  const policy = role.Policies[0].PolicyDocument;
  const here = stacks.find(({ name }) => name === 'Here')!.template.Resources;
  const attach = (statement: object) => {
    const [Ref] = Object.entries(here).find(([, { Properties }]) => Properties === role)!;
    const Properties = { Roles: [{ Ref }], PolicyDocument: { Statement: [statement] } };
    here.Attached = { Type: 'AWS::IAM::ManagedPolicy', Properties };
  };
  change({ source, destination, configuration, first, second, role, policy, key, attach });
  return { app: new DeployedApp(stacks), built: MADE.built };
}

test('the policies of a role that are attached do not count for its inline ones', () => {
  const Resource = TOO_MANY.map((i) => `arn:aws:s3:::data-${i}/*`);
  const { app } = after(({ attach }) => attach({ Effect: 'Allow', Action: ['s3:GetObject'], Resource }));
  expect(judgeRules(app)).toEqual([]);
});

test('what is in order is left alone', () => {
  const { app, built } = after(() => {});
  expect(judgeRules(app)).toEqual([]);
  expect(judgeIntent(PLAN, built, app)).toEqual([]);
});

test.each<[string, (parts: Parts) => void]>([
  ['two statements have the id ReadSourceObjects', ({ policy }) => (policy.Statement[0].Sid = 'ReadSourceObjects')],
  ['the same statement twice', ({ policy }) => policy.Statement.push({ ...policy.Statement[0], Sid: 'Again' })],
  ['policy S3Replication of .* is there twice', ({ role }) => role.Policies.push(role.Policies[0])],
  ['bucket data-to in aws is there twice', ({ source }) => (source.BucketName = 'data-to')],
  ['no bucket can be called xn--from', ({ source }) => (source.BucketName = 'xn--from')],
  ['no role can be called x{65}', ({ role }) => (role.RoleName = 'x'.repeat(65))],
  ['no policy can be called x{129}', ({ role }) => (role.Policies[0].PolicyName = 'x'.repeat(129))],
])('%s', (finding, change) => {
  expect(judgeRules(after(change).app).join('\n')).toMatch(new RegExp(finding));
});

const LONG = 'x'.repeat(1025);
const TOO_MANY = Array.from({ length: 1001 }, (_, i) => i);

test.each<[finding: string | RegExp, change: (parts: Parts) => void]>([
  // the configuration
  ['configuration has Rule', ({ configuration }) => (configuration.Rule = {})],
  ['configuration has 0 rules', ({ configuration }) => (configuration.Rules = [])],
  [
    'configuration has 1001 rules',
    ({ configuration, second }) =>
      (configuration.Rules = TOO_MANY.map((i) => ({ ...second, Id: `${i}`, Priority: i }))),
  ],
  [
    'configuration is larger than 2 MB',
    ({ configuration, second }) =>
      (configuration.Rules = TOO_MANY.map((i) => ({ ...second, Filter: { Prefix: `${i}${LONG}${LONG}` } }))),
  ],
  ['source is not versioned', ({ source }) => delete source.VersioningConfiguration],
  ['two rules have the same id', ({ first }) => (first.Id = 'second')],
  ['two rules have the same priority', ({ first, second }) => (first.Priority = second.Priority)],
  ['a value is not resolved: ${Token[', ({ second }) => (second.Filter.Prefix = '${Token[TOKEN.1]}')],
  ['a value is not resolved: undefined', ({ second }) => (second.Filter.Prefix = 'undefined')],
  ['a value is not resolved: [object ', ({ second }) => (second.Filter.Prefix = '[object Object]')],
  // a rule in itself
  ['rule first: has Prefix', ({ first }) => (first.Prefix = 'a/')],
  ['id is not 1 to 255 ASCII characters', ({ first }) => (first.Id = 'Büro')],
  ['id is not 1 to 255 ASCII characters', ({ first }) => (first.Id = 'x'.repeat(256))],
  ['priority is not one', ({ first }) => (first.Priority = -1)],
  ['priority is not one', ({ first }) => (first.Priority = 2 ** 31)],
  ['priority is not one', ({ first }) => delete first.Priority],
  ['status is not one', ({ first }) => (first.Status = 'On')],
  ['delete markers are not decided', ({ first }) => delete first.DeleteMarkerReplication],
  ['rule first: delete markers with tags', ({ first }) => (first.DeleteMarkerReplication.Status = 'Enabled')],
  ['no filter', ({ first }) => delete first.Filter],
  [
    'filter has Prefix, TagFilter',
    ({ first }) => (first.Filter = { Prefix: 'a', TagFilter: { Key: 'a', Value: 'b' } }),
  ],
  ['filter joins less than two', ({ first }) => delete first.Filter.And.Prefix],
  ['filter joins an empty prefix', ({ first }) => (first.Filter.And.Prefix = '')],
  ['prefix is not one', ({ second }) => (second.Filter.Prefix = LONG)],
  ['prefix is not one', ({ second }) => (second.Filter.Prefix = 'é'.repeat(513))],
  ['a tag twice', ({ first }) => first.Filter.And.TagFilters.push(first.Filter.And.TagFilters[0])],
  ['a tag that no object can have', ({ first }) => (first.Filter.And.TagFilters[0].Key = '')],
  ['a tag that no object can have', ({ first }) => (first.Filter.And.TagFilters[0].Value = LONG)],
  [
    'more tags than an object can have',
    ({ first }) => first.Filter.And.TagFilters.push(...TOO_MANY.slice(0, 10).map((i) => ({ Key: `${i}`, Value: '' }))),
  ],
  // its destination
  ['destination has Region', ({ first }) => (first.Destination.Region = 'eu-west-1')],
  ['destination is not the ARN of a bucket: data-to', ({ first }) => (first.Destination.Bucket = 'data-to')],
  ['destination is in another partition', ({ first }) => (first.Destination.Bucket = 'arn:aws-cn:s3:::data-to')],
  ['destination is the source', ({ first }) => (first.Destination.Bucket = 'arn:aws:s3:::data-from')],
  ['destination has no account', ({ first }) => delete first.Destination.Account],
  [
    `destination belongs to ${ACCOUNT}, not to 222222222222`,
    ({ first }) => (first.Destination.Account = '222222222222'),
  ],
  ['storage class OUTPOSTS', ({ first }) => (first.Destination.StorageClass = 'OUTPOSTS')],
  [
    'owner override in one account',
    ({ first }) => (first.Destination.AccessControlTranslation = { Owner: 'Destination' }),
  ],
  ['RTC is not 15 minutes', ({ first }) => (first.Destination.ReplicationTime.Time.Minutes = 30)],
  ['RTC without its metrics', ({ first }) => delete first.Destination.Metrics],
  ['metrics are not plain ones', ({ second }) => (second.Destination.Metrics.EventThreshold = { Minutes: 15 })],
  ['destination is not versioned', ({ destination }) => (destination.VersioningConfiguration.Status = 'Suspended')],
  ['only the source has Object Lock', ({ destination }) => delete destination.ObjectLockEnabled],
  // KMS
  ['selection criteria without a criterion', ({ first }) => (first.SourceSelectionCriteria = {})],
  [
    'a criterion that is not enabled',
    ({ first }) => (first.SourceSelectionCriteria.SseKmsEncryptedObjects.Status = 'Disabled'),
  ],
  [
    'KMS objects and a key for them: one without the other',
    ({ first }) => delete first.Destination.EncryptionConfiguration,
  ],
  ['KMS objects and a key for them: one without the other', ({ first }) => delete first.SourceSelectionCriteria],
  [
    'objects with KMS are skipped',
    ({ first }) => {
      delete first.SourceSelectionCriteria;
      delete first.Destination.EncryptionConfiguration;
    },
  ],
  ['not the ARN of a key: alias/x', ({ first }) => replicaKey(first, 'alias/x')],
  ['key of another partition', ({ first }) => replicaKey(first, `arn:aws-cn:kms:eu-west-1:${ACCOUNT}:key/1`)],
  [
    'key in us-west-2 for a bucket in eu-west-1',
    ({ first }) => replicaKey(first, `arn:aws:kms:us-west-2:${ACCOUNT}:key/1`),
  ],
  ['key that does not exist', ({ first }) => replicaKey(first, `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1`)],
  ['disabled key', ({ key }) => (key.Enabled = false)],
  ['asymmetric key', ({ key }) => (key.KeySpec = 'RSA_2048')],
  ['key that does not encrypt', ({ key }) => (key.KeyUsage = 'SIGN_VERIFY')],
  // the role
  ["not a role of the source's account: R", ({ configuration }) => (configuration.Role = 'R')],
  [
    "not a role of the source's account: arn:aws:iam::222222222222:role/R",
    ({ configuration }) => (configuration.Role = 'arn:aws:iam::222222222222:role/R'),
  ],
  [
    "not a role of the source's account: arn:aws-cn",
    ({ configuration }) => (configuration.Role = `arn:aws-cn:iam::${ACCOUNT}:role/R`),
  ],
  [
    'the role does not trust S3',
    ({ role }) => (role.AssumeRolePolicyDocument.Statement[0].Principal.Service = 'ec2.amazonaws.com'),
  ],
  [
    'the role does not trust S3',
    ({ role }) =>
      (role.AssumeRolePolicyDocument.Statement[0].Condition = { StringEquals: { 'aws:SourceAccount': ACCOUNT } }),
  ],
  ['the role has no permissions', ({ role }) => delete role.Policies],
  [
    'the policies of the role are too long',
    ({ policy }) => policy.Statement.push(...TOO_MANY.slice(0, 100).map(() => policy.Statement[0])),
  ],
  ['a statement about everything', ({ policy }) => (policy.Statement[0].Resource = '*')],
  [
    'a statement about everything',
    ({ attach }) => attach({ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['*'] }),
  ],
  ['the role is something else', ({ configuration }) => (configuration.Role = 'arn:aws:s3:::data-from')],
  ['a statement with any action', ({ policy }) => (policy.Statement[0].Action = ['s3:Get*'])],
  ['a resource that is not one', ({ policy }) => policy.Statement[0].Resource.push('data-from')],
])('rules: %s (%#)', (finding, change) => {
  const found = judgeRules(after(change).app).join('\n');
  expect(found).toContain(finding);
});

const replicaKey = (rule: any, arn: string) => (rule.Destination.EncryptionConfiguration.ReplicaKmsKeyID = arn);

test.each<[what: string, finding: string, change: (parts: Parts) => void]>([
  ['a rule is lost', 'rule of step 1 is missing', ({ configuration }) => configuration.Rules.splice(1, 1)],
  [
    'a rule is added',
    'a rule that nobody asked for',
    ({ configuration, first }) => configuration.Rules.push({ ...first, Id: 'third' }),
  ],
  [
    'another bucket replicates',
    'replicates, and nobody asked for it',
    ({ destination }) => (destination.ReplicationConfiguration = { Role: 'R', Rules: [] }),
  ],
  ['the id', 'rule of step 0 is missing', ({ first }) => (first.Id = 'other')],
  ['the status', 'rule of step 0 is missing', ({ first }) => (first.Status = 'Disabled')],
  ['the prefix', 'rule of step 0 is missing', ({ first }) => (first.Filter.And.Prefix = 'b/')],
  ['a tag', 'rule of step 0 is missing', ({ first }) => (first.Filter.And.TagFilters[0].Value = 'y')],
  ['the storage class', 'rule of step 0 is missing', ({ first }) => delete first.Destination.StorageClass],
  ['the destination', 'rule of step 0 is missing', ({ first }) => (first.Destination.Bucket = 'arn:aws:s3:::other')],
  ['the account', 'rule of step 0 is missing', ({ first }) => (first.Destination.Account = '222222222222')],
  ['RTC', 'rule of step 0 is missing', ({ first }) => delete first.Destination.ReplicationTime],
  ['metrics', 'rule of step 1 is missing', ({ second }) => delete second.Destination.Metrics],
  ['delete markers', 'rule of step 1 is missing', ({ second }) => (second.DeleteMarkerReplication.Status = 'Enabled')],
  [
    'replica modifications',
    'rule of step 1 is missing',
    ({ second }) => delete second.SourceSelectionCriteria.ReplicaModifications,
  ],
  [
    'KMS objects',
    'rule of step 1 is missing',
    ({ second }) => delete second.SourceSelectionCriteria.SseKmsEncryptedObjects,
  ],
  ['the key', 'rule of step 0 is missing', ({ first }) => replicaKey(first, `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1`)],
])('intent: %s differs from the plan', (_, finding, change) => {
  const { app, built } = after(change);
  expect(judgeIntent(PLAN, built, app).join('\n')).toContain(finding);
});
