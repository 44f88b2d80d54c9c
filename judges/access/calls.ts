import { End, Replication, Rule } from './replications';
import { Call } from './simulate';
import { partitionOf } from '../assembly/physical';

/** Why the library asks for a permission that a single run of S3 may do without. */
export const EXCEPTIONS = {
  ReplicateTags:
    'ReplicateObject covers tags, and the minimum policy has both: https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html',
  ReplicateDelete:
    'no rule to this destination replicates delete markers, and the minimum policy of the role has it nevertheless: https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html',
  Annotations:
    'only objects with annotations: https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html',
  EncryptOrGenerateDataKey:
    'pages name one, the other or both: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html; Encrypt alone failed: https://github.com/awslabs/landing-zone-accelerator-on-aws/issues/1144',
  SourceGenerateDataKey:
    'the troubleshooting page alone asks for it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-troubleshoot.html',
} as const;

/** A call that S3 makes on behalf of a rule, or of all rules of a bucket. */
export interface RequiredCall extends Call {
  /** Set when S3 may do without it. */
  readonly exception?: keyof typeof EXCEPTIONS;
}

export interface Circumstances {
  /** The organization of all accounts. */
  readonly organization?: string;
  /** `AROA…` of the role. */
  readonly roleId?: string;
}

const READS = ['GetObjectVersionForReplication', 'GetObjectVersionAcl', 'GetObjectVersionTagging'];
const LOCK_READS = ['GetObjectRetention', 'GetObjectLegalHold'];

/** An object at the start of what a prefix covers, and one further down, with characters that need no escape. */
export const keysWithin = (prefix: string) => [prefix || 'k', `${prefix}x/2026:ü + y.txt`];

/**
 * Every call that S3 makes to replicate, each one once.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
export function callsOf(replication: Replication, about: Circumstances = {}): RequiredCall[] {
  const { source, role, rules } = replication;
  const calls = new Map<string, RequiredCall>();
  const add = (call: RequiredCall) => {
    const key = keyOf(call);
    // what one rule may do without another one may need
    if (!calls.has(key) || calls.get(key)!.exception) calls.set(key, call);
  };
  add({ principal: 's3.amazonaws.com', action: 'sts:AssumeRole', resource: role, owner: source.account, context: {} });
  const s3 = (
    end: End,
    action: string,
    key?: string,
    more: Call['context'] = {},
    exception?: RequiredCall['exception'],
  ) => add({ ...s3Call(replication, about, end, action, key, more), ...(exception && { exception }) });
  s3(source, 'GetReplicationConfiguration');
  s3(source, 'ListBucket');
  const withMarkers = new Set(rules.flatMap((rule) => (rule.deleteMarkers ? [rule.destination.arn] : [])));
  for (const rule of rules) {
    const { destination } = rule;
    for (const key of keysWithin(rule.prefix)) {
      [...READS, ...(replication.objectLock ? LOCK_READS : [])].forEach((action) => s3(source, action, key));
      s3(source, 'GetObjectVersionAnnotationForReplication', key, {}, 'Annotations');
      s3(destination, 'ReplicateObject', key, replicaHeaders(replication, rule));
      const exception = rule.deleteMarkers ? undefined : 'ReplicateDelete';
      // where no rule needs it, another account does not allow it: what the role itself may do is asked at home
      const end = withMarkers.has(destination.arn) ? destination : { ...destination, account: source.account };
      s3(end, 'ReplicateDelete', key, { 's3:ResourceAccount': destination.account }, exception);
      s3(destination, 'ReplicateTags', key, {}, 'ReplicateTags');
      if (rule.ownerOverride) s3(destination, 'ObjectOwnerOverrideToBucketOwner', key);
    }
    kmsCalls(replication, rule, about).forEach(add);
  }
  return [...calls.values()];
}

/** What tells one call from another. */
export const keyOf = ({ principal, action, resource, context }: Call) =>
  [principal, action, resource, context['kms:ViaService'], context['kms:EncryptionContext:aws:s3:arn']].join(' ');

export function s3Call(
  replication: Replication,
  about: Circumstances,
  end: End,
  action: string,
  key?: string,
  more: Call['context'] = {},
): Call {
  return {
    principal: replication.role,
    action: `s3:${action}`,
    resource: key === undefined ? end.arn : `${end.arn}/${key}`,
    owner: end.account,
    context: { ...roleContext(replication, about, end.account), 's3:ResourceAccount': end.account, ...more },
  };
}

/** The keys that every call of the role carries. */
export function roleContext({ role }: Replication, about: Circumstances, owner: string): Call['context'] {
  return {
    'aws:PrincipalArn': role,
    'aws:PrincipalAccount': role.split(':')[4],
    'aws:PrincipalType': 'AssumedRole',
    'aws:PrincipalIsAWSService': 'false',
    'aws:SecureTransport': 'true',
    'aws:ResourceAccount': owner,
    ...(about.roleId && { 'aws:userid': `${about.roleId}:s3-replication` }),
    ...(about.organization && { 'aws:PrincipalOrgID': about.organization, 'aws:ResourceOrgID': about.organization }),
  };
}

/** A replica is encrypted in the way its source object is; with named keys a bucket holds objects of both kinds. */
function replicaHeaders({ encryption, sourceKeys }: Replication, { replicaKey }: Rule): Call['context'] {
  const header = 's3:x-amz-server-side-encryption';
  if (encryption === 'AES256') return sourceKeys.length > 0 ? {} : { [header]: encryption };
  return { [header]: encryption, ...(replicaKey && { [`${header}-aws-kms-key-id`]: replicaKey }) };
}

/** Writes to a bucket of that name when somebody else has it; the role's own policies have to stop them. */
export const afterTakeover = (calls: readonly RequiredCall[], { source }: Replication): Call[] =>
  calls
    .filter(({ action }) => /^s3:(Replicate|ObjectOwner)/.test(action))
    .map(({ exception: _, ...call }) => ({
      ...call,
      owner: source.account,
      context: { ...call.context, 's3:ResourceAccount': '999999999999' },
    }));

function kmsCalls(replication: Replication, rule: Rule, about: Circumstances): RequiredCall[] {
  if (!rule.kmsObjects) return [];
  const { source, sourceKeys } = replication;
  const call = (end: End, key: string, action: string, exception?: RequiredCall['exception']) =>
    contexts(end, rule.prefix).map((context) => ({
      ...kmsCall(replication, about, end.region, key, action, context),
      ...(exception && { exception }),
    }));
  return [
    ...sourceKeys.flatMap((key) => [
      ...call(source, key, 'Decrypt'),
      ...call(source, key, 'GenerateDataKey', 'SourceGenerateDataKey'),
    ]),
    ...(rule.replicaKey === undefined
      ? []
      : [
          ...call(rule.destination, rule.replicaKey, 'Decrypt'),
          ...call(rule.destination, rule.replicaKey, 'Encrypt', 'EncryptOrGenerateDataKey'),
          ...call(rule.destination, rule.replicaKey, 'GenerateDataKey', 'EncryptOrGenerateDataKey'),
        ]),
  ];
}

/**
 * The encryption context is the ARN of the object, and the ARN of the bucket when the object uses an S3 Bucket Key;
 * objects may say that themselves, whatever the default of the bucket is.
 */
const contexts = ({ arn }: End, prefix: string) => [arn, ...keysWithin(prefix).map((key) => `${arn}/${key}`)];

export function kmsCall(
  replication: Replication,
  about: Circumstances,
  region: string,
  key: string,
  action: string,
  encryptionContext: string,
): Call {
  const owner = key.split(':')[4];
  return {
    principal: replication.role,
    action: `kms:${action}`,
    resource: key,
    owner,
    context: {
      ...roleContext(replication, about, owner),
      'kms:CallerAccount': replication.role.split(':')[4],
      'kms:ViaService': `s3.${region}.${partitionOf(region).suffix}`,
      'kms:EncryptionContext:aws:s3:arn': encryptionContext,
    },
  };
}
