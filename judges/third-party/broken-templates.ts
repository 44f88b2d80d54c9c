import { Template } from './good-templates';

const all = (template: Template, type: string): any[] =>
  Object.values<any>(template.Resources).filter(({ Type }) => Type === type);
const buckets = (template: Template) => all(template, 'AWS::S3::Bucket');
const source = (template: Template) => buckets(template).find(({ Properties }) => Properties.ReplicationConfiguration);
const replica = (template: Template) => template.Resources.RecordsDestination579047A1;
const configuration = (template: Template) => source(template).Properties.ReplicationConfiguration;
const rule = (template: Template, id: 'everything' | 'tagged' | 'some') =>
  configuration(template).Rules.find(({ Id }: any) => Id === id);
const role = (template: Template) => all(template, 'AWS::IAM::Role')[0];
const trust = (template: Template) => role(template).Properties.AssumeRolePolicyDocument.Statement[0];
const attached = (template: Template) => all(template, 'AWS::IAM::Policy')[0];
const policy = (template: Template) =>
  (attached(template)?.Properties ?? role(template).Properties.Policies[0]).PolicyDocument;
/** The statement that allows this action. */
const allowing = (template: Template, action: string) =>
  policy(template).Statement.find(({ Action }: any) => Action.includes(action));
const key = (template: Template) => all(template, 'AWS::KMS::Key')[0];
const bucketPolicy = (template: Template) => all(template, 'AWS::S3::BucketPolicy')[0].Properties.PolicyDocument;

type Mutate = (template: Template) => unknown;

/** Adds a custom resource with rules, and the policy of its function. */
function handled(template: Template, change: (custom: any, rules: any, passing: any) => unknown): void {
  const Properties = { RuleIdPrefix: '0a1b2c3d-', Owner: '111111111111', Role: 'arn:aws:iam::111111111111:role/r' };
  const custom = { Type: 'Custom::S3ReplicationRules', DependsOn: ['WritingHandlerPolicy0A1B2C3D'], Properties };
  const statement = (Action: string[], Resource: string, StringEquals: object) => ({
    ...{ Effect: 'Allow', Action, Resource },
    Condition: { StringEquals },
  });
  const Statement = [
    statement(['s3:GetReplicationConfiguration', 's3:PutReplicationConfiguration'], 'arn:aws:s3:::other', { 's3:ResourceAccount': '111111111111' }), // prettier-ignore
    statement(['iam:PassRole'], 'arn:aws:iam::111111111111:role/r', { 'iam:PassedToService': 's3.amazonaws.com' }),
  ];
  change(custom, ...(Statement as [any, any]));
  template.Resources.Writing = custom;
  template.Resources.WritingHandlerPolicy0A1B2C3D = {
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyDocument: { Statement } },
  };
}

/** By rule of replication.guard, which has to refuse it, and by what is wrong: ways to break a template. */
const BROKEN: Record<string, Record<string, Mutate>> = {
  source_is_versioned: {
    'versioning forgotten': (t) => delete source(t).Properties.VersioningConfiguration,
    'versioning suspended': (t) => (source(t).Properties.VersioningConfiguration.Status = 'Suspended'),
  },
  buckets_are_versioned: {
    'destination not versioned': (t) => delete replica(t).Properties.VersioningConfiguration,
  },
  made_buckets_are_retained: {
    'replica deleted': (t) => (replica(t).DeletionPolicy = 'Delete'),
    'nothing said': (t) => delete replica(t).DeletionPolicy,
    'replica deleted when it is replaced': (t) => (replica(t).UpdateReplacePolicy = 'Delete'),
  },
  made_buckets_block_public_access: {
    ...each(
      ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'],
      (setting, t) => (replica(t).Properties.PublicAccessBlockConfiguration[setting] = false),
    ),
    'nothing blocked': (t) => delete source(t).Properties.PublicAccessBlockConfiguration,
  },
  made_buckets_have_no_acls: {
    'ACLs allowed': (t) => (replica(t).Properties.OwnershipControls.Rules[0].ObjectOwnership = 'ObjectWriter'),
    'nothing said': (t) => delete replica(t).Properties.OwnershipControls,
  },
  made_buckets_have_policies: { none: (t) => remove(t, 'AWS::S3::BucketPolicy') },
  bucket_policies_require_tls: {
    'no such statement': (t) => (bucketPolicy(t).Statement[0].Condition = {}),
    'allowed instead of denied': (t) => (bucketPolicy(t).Statement[0].Effect = 'Allow'),
  },
  bucket_policies_allow_no_stranger: each(
    [
      { Principal: '*' },
      { Principal: { AWS: '*' } },
      { Principal: { AWS: ['111111111111', '*'] } },
      { Principal: '*', Condition: { StringLike: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } },
      { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': ['o-a1b2c3d4e5', '*'] } } },
    ],
    (who, t) =>
      bucketPolicy(t).Statement.push({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*', ...who }),
  ),
  keys_are_retained: {
    'key deleted': (t) => (key(t).DeletionPolicy = 'Delete'),
    'nothing said': (t) => delete key(t).UpdateReplacePolicy,
  },
  keys_are_rotated: { 'nothing said': (t) => delete key(t).Properties.EnableKeyRotation },

  configuration_has_role_and_rules: {
    'no role': (t) => delete configuration(t).Role,
    'name of a role': (t) => (configuration(t).Role = 'replicator'),
    'no rule': (t) => (configuration(t).Rules = []),
  },
  rule_has_id: {
    'no id': (t) => delete rule(t, 'some').Id,
    'a long id': (t) => (rule(t, 'some').Id = 'x'.repeat(256)),
    'an id that is not ASCII': (t) => (rule(t, 'some').Id = 'räume'),
  },
  rule_has_status: {
    'no status': (t) => delete rule(t, 'some').Status,
    'another status': (t) => (rule(t, 'some').Status = 'enabled'),
  },
  rule_has_filter: {
    V1: (t) => (delete rule(t, 'everything').Filter, (rule(t, 'everything').Prefix = '')),
    'V1 and V2': (t) => (rule(t, 'everything').Prefix = ''),
  },
  rule_has_priority: {
    'no priority': (t) => delete rule(t, 'some').Priority,
    'below 0': (t) => (rule(t, 'some').Priority = -1),
    'too high': (t) => (rule(t, 'some').Priority = 2147483648),
  },
  rule_has_delete_marker_setting: {
    'nothing said': (t) => delete rule(t, 'everything').DeleteMarkerReplication,
  },
  filter_has_one_form: {
    'prefix and tag side by side': (t) => (rule(t, 'tagged').Filter.Prefix = 'logs/'),
    'tag beside And': (t) => (rule(t, 'some').Filter.TagFilter = { Key: 'a', Value: 'b' }),
    'prefix beside And': (t) => (rule(t, 'some').Filter.Prefix = 'logs/'),
  },
  and_has_two_predicates: {
    'one tag': (t) => delete rule(t, 'some').Filter.And.Prefix,
    'an empty prefix': (t) => (rule(t, 'some').Filter.And.Prefix = ''),
    'a prefix': (t) => delete rule(t, 'some').Filter.And.TagFilters,
  },
  tags_exclude_delete_markers: each(
    ['tagged', 'some'] as const,
    (id, t) => (rule(t, id).DeleteMarkerReplication.Status = 'Enabled'),
  ),
  destination_is_an_arn: {
    'name of a bucket': (t) => (rule(t, 'some').Destination.Bucket = 'replicas'),
    'ARN of objects': (t) => (rule(t, 'some').Destination.Bucket = 'arn:aws:s3:::replicas/*'),
  },
  destination_has_account: {
    'no account': (t) => delete rule(t, 'some').Destination.Account,
    'no id': (t) => (rule(t, 'some').Destination.Account = 'abc'),
  },
  owner_override_names_the_owner: {
    'override without account': (t) => {
      rule(t, 'some').Destination.AccessControlTranslation = { Owner: 'Destination' };
      delete rule(t, 'some').Destination.Account;
    },
    'override to somebody else': (t) => (rule(t, 'some').Destination.AccessControlTranslation = { Owner: 'Source' }),
  },
  storage_class_is_known_to_cloudformation: each(
    ['EXPRESS_ONEZONE', 'OUTPOSTS', 'FSX_OPENZFS', 'Glacier'],
    (storageClass, t) => (rule(t, 'some').Destination.StorageClass = storageClass),
  ),
  replica_key_needs_opt_in: {
    'no opt-in': (t) => delete rule(t, 'some').SourceSelectionCriteria,
    'no key': (t) => (rule(t, 'some').Destination.EncryptionConfiguration = {}),
  },
  opt_in_needs_replica_key: {
    'no replica key': (t) => delete rule(t, 'some').Destination.EncryptionConfiguration,
  },
  opt_in_is_never_disabled: {
    'opted out': (t) => (rule(t, 'some').SourceSelectionCriteria.SseKmsEncryptedObjects.Status = 'Disabled'),
  },
  source_selection_is_not_empty: {
    empty: (t) => {
      rule(t, 'some').SourceSelectionCriteria = {};
      delete rule(t, 'some').Destination.EncryptionConfiguration;
    },
  },
  encrypted_source_is_opted_in: {
    'KMS forgotten in a rule': (t) => {
      delete rule(t, 'some').SourceSelectionCriteria;
      delete rule(t, 'some').Destination.EncryptionConfiguration;
    },
  },
  time_control_has_metrics: {
    'no metrics': (t) => delete rule(t, 'tagged').Destination.Metrics,
    'no threshold': (t) => delete rule(t, 'tagged').Destination.Metrics.EventThreshold,
    'ten minutes': (t) => (rule(t, 'tagged').Destination.ReplicationTime.Time.Minutes = 10),
  },
  metrics_alone_have_no_threshold: {
    'no time control': (t) => (rule(t, 'everything').Destination.Metrics.EventThreshold = { Minutes: 15 }),
  },

  custom_resource_waits_for_its_policy: {
    'it does not': (t) => handled(t, (custom) => delete custom.DependsOn),
  },
  custom_resource_owns_its_rules_by_a_prefix: {
    ...each(['', 'own-', '0a1b2c3d', '0a1b2c3d-e'], (prefix, t) =>
      handled(t, ({ Properties }) => (Properties.RuleIdPrefix = prefix)),
    ),
    'no owner': (t) => handled(t, ({ Properties }) => delete Properties.Owner),
  },
  function_writes_rules_only: {
    'every bucket': (t) => handled(t, (_, rules) => (rules.Resource = 'arn:aws:s3:::*')),
    'every role': (t) => handled(t, (_, __, passing) => (passing.Resource = '*')),
    'every action': (t) => handled(t, (_, rules) => rules.Action.push('s3:*')),
    'a bucket of anybody': (t) => handled(t, (_, rules) => delete rules.Condition),
  },
  role_is_for_s3_only: {
    ...each(['replication.s3.amazonaws.com', ['s3.amazonaws.com', 'batchoperations.s3.amazonaws.com']], (Service, t) =>
      role(t).Properties.AssumeRolePolicyDocument.Statement.push({ ...trust(t), Principal: { Service } }),
    ),
    'for accounts': (t) => (trust(t).Principal.AWS = 'arn:aws:iam::222222222222:root'),
    'more than to assume it': (t) => (trust(t).Action = 'sts:*'),
    'with a condition': (t) => (trust(t).Condition = { StringEquals: { 'aws:SourceAccount': '111111111111' } }),
    denied: (t) => (trust(t).Effect = 'Deny'),
  },
  role_is_retained_with_its_source: {
    'role deleted': (t) => delete role(t).DeletionPolicy,
    'permissions deleted': (t) => ((attached(t) ?? role(t)).DeletionPolicy = 'Delete'),
  },
  role_has_permissions: {
    none: (t) => {
      delete role(t).Properties.Policies;
      remove(t, 'AWS::IAM::Policy');
    },
  },
  role_has_the_minimum_policy: each(
    [
      's3:GetReplicationConfiguration',
      's3:ListBucket',
      's3:GetObjectVersionForReplication',
      's3:GetObjectVersionAcl',
      's3:GetObjectVersionTagging',
      's3:ReplicateObject',
      's3:ReplicateDelete',
      's3:ReplicateTags',
    ],
    forbid,
  ),
  role_reads_locks_of_locked_sources: each(['s3:GetObjectRetention', 's3:GetObjectLegalHold'], forbid),
  role_may_use_keys_when_rules_name_one: each(['kms:Decrypt', 'kms:Encrypt'], forbid),
  role_names_its_resources: {
    'every bucket': (t) => (allowing(t, 's3:ReplicateObject').Resource = '*'),
    ...each(
      ['*', 'arn:aws:s3:::*', 'arn:*:s3:::*/*', { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::*']] }],
      (resource, t) => allowing(t, 's3:ReplicateObject').Resource.push(resource),
    ),
    'every key': (t) => (allowing(t, 'kms:Encrypt').Resource = ['arn:aws:kms:us-east-1:111111111111:key/*']),
    'all but one': (t) => {
      const statement = allowing(t, 's3:ReplicateObject');
      statement.NotResource = statement.Resource;
      delete statement.Resource;
    },
  },
  role_has_documented_actions_only: {
    ...each(['s3:*', 's3:Get*', 's3:PutObject', 's3:Put*', 's3:DeleteObject', '*'], (action, t) =>
      allowing(t, 's3:ReplicateObject').Action.push(action),
    ),
    'every action on keys': (t) => allowing(t, 'kms:Encrypt').Action.push('kms:*'),
    'all but one': (t) =>
      policy(t).Statement.push({ Effect: 'Allow', NotAction: 's3:PutObject', Resource: 'arn:aws:s3:::b/*' }),
    denied: (t) => (allowing(t, 's3:ReplicateObject').Effect = 'Deny'),
  },
  role_uses_keys_through_s3_only: {
    'through any service': (t) => delete allowing(t, 'kms:Encrypt').Condition.StringEquals,
    'for any bucket': (t) => delete allowing(t, 'kms:Encrypt').Condition.StringLike,
    'no condition': (t) => delete allowing(t, 'kms:Decrypt').Condition,
    'for every context': (t) =>
      (allowing(t, 'kms:Encrypt').Condition.StringLike['kms:EncryptionContext:aws:s3:arn'] = ['*']),
    'together with a bucket': (t) => allowing(t, 'kms:Encrypt').Action.push('s3:ListBucket'),
  },
};

/** Rules that are broken by the same stroke as another one: `<rule> <what is wrong>`. */
const ALSO: Record<string, string[]> = {
  'source_is_versioned versioning forgotten': ['buckets_are_versioned'],
  'source_is_versioned versioning suspended': ['buckets_are_versioned'],
  'bucket_policies_require_tls allowed instead of denied': ['bucket_policies_allow_no_stranger'],
  'configuration_has_role_and_rules no rule': ['encrypted_source_is_opted_in'],
  'owner_override_names_the_owner override without account': ['destination_has_account'],
  'replica_key_needs_opt_in no opt-in': ['encrypted_source_is_opted_in'],
  'replica_key_needs_opt_in no key': ['opt_in_needs_replica_key'],
  'opt_in_is_never_disabled opted out': ['encrypted_source_is_opted_in'],
  'source_selection_is_not_empty empty': ['encrypted_source_is_opted_in'],
};

export interface Mutation {
  readonly rule: string;
  readonly how: string;
  readonly mutate: Mutate;
  readonly also: string[];
}

export const MUTATIONS: Mutation[] = Object.entries(BROKEN).flatMap(([name, ways]) =>
  Object.entries(ways).map(([how, mutate]) => ({ rule: name, how, mutate, also: ALSO[`${name} ${how}`] ?? [] })),
);

function each<T>(values: readonly T[], mutate: (value: T, template: Template) => unknown): Record<string, Mutate> {
  return Object.fromEntries(
    values.map((value) => [
      typeof value === 'string' ? value : JSON.stringify(value),
      (template: Template) => mutate(value, template),
    ]),
  );
}

function forbid(action: string, template: Template): void {
  for (const statement of policy(template).Statement) {
    statement.Action = statement.Action.filter((it: string) => it !== action);
  }
}

function remove(template: Template, type: string): void {
  template.Resources = Object.fromEntries(
    Object.entries<any>(template.Resources).filter(([, { Type }]) => Type !== type),
  );
}
