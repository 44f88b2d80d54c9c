import { Bucket, Key, Model, Role } from './model';
import { admits, allows } from './policies';

/** Judges a call of the role in more detail than that a statement is there for it. */
export type Allowed = (role: Role, action: string, resource: string, model: Model) => boolean;

/** Which permissions it has is then no question any more. */
export const NO_ROLE = 'its role is not there';

/** Why what a bucket replicates would fail. */
export interface Problem {
  /** The source bucket. */
  readonly arn: string;
  readonly bucket: string;
  readonly what: string;
}

/** Everything because of which rules that are enabled cannot do their work in this state, of all buckets or of some. */
export function problemsIn(
  model: Model,
  allowed: Allowed = isThere,
  arns: Iterable<string> = model.buckets.keys(),
): Problem[] {
  const problems: Problem[] = [];
  for (const arn of arns) {
    const bucket = model.buckets.get(arn);
    if (!bucket?.replication) continue;
    const found = new Set<string>();
    for (const rule of bucket.replication.Rules) {
      if (rule.Status === 'Enabled') ruleProblems(model, bucket, rule, allowed, found);
    }
    problems.push(...[...found].map((what) => ({ arn: bucket.arn, bucket: bucket.label, what })));
  }
  return problems;
}

const isThere: Allowed = (role, action, resource, model) =>
  model.documents(role).some((document) => allows(document, action, resource));

function ruleProblems(model: Model, source: Bucket, rule: any, allowed: Allowed, found: Set<string>): void {
  const destination = model.buckets.get(rule.Destination.Bucket);
  const role = model.roles.get(source.replication!.Role);
  if (source.versioning !== 'Enabled') found.add('it has no versioning');
  if (!destination) found.add(`${rule.Destination.Bucket} is not there`);
  else for (const what of destinationProblems(source, destination, rule)) found.add(what);
  if (!role) {
    found.add(NO_ROLE);
    return;
  }
  if (role.trust && !admits(role.trust, 's3.amazonaws.com', 'sts:AssumeRole')) found.add('S3 may not assume its role');
  for (const [what, action, resource] of calls(model, source, rule)) {
    if (!allowed(role, action, resource, model)) found.add(`no permission ${what}`);
  }
  if (destination) otherSideProblems(role, destination, rule, found);
  for (const arn of keysOf(source, rule)) keyProblems(model, role, arn, found);
}

function destinationProblems(source: Bucket, destination: Bucket, rule: any): string[] {
  const problems: string[] = [];
  const { Account: owner, EncryptionConfiguration: encryption } = rule.Destination;
  if (destination.versioning !== 'Enabled') problems.push(`${destination.label} has no versioning`);
  if (source.objectLock && !destination.objectLock) problems.push(`${destination.label} has no Object Lock`);
  if (owner && destination.account && owner !== destination.account) {
    problems.push(`${destination.label} belongs to another account than ${owner}`);
  }
  const keyRegion = encryption?.ReplicaKmsKeyID.split(':')[3];
  if (keyRegion && destination.region && keyRegion !== destination.region) {
    problems.push(`the key of the replicas in ${destination.label} is in another region`);
  }
  return problems;
}

/** Some object that a rule replicates. */
function keyOfObject({ Filter: filter = {}, Prefix }: any): string {
  return `${filter.Prefix ?? filter.And?.Prefix ?? Prefix ?? ''}object`;
}

const replicatesKms = (rule: any) => rule.SourceSelectionCriteria?.SseKmsEncryptedObjects?.Status === 'Enabled';

/** The calls that S3 makes as the role for an object, each with what to call the lack of it. */
function calls(model: Model, source: Bucket, rule: any): Array<[string, string, string]> {
  const { Bucket: destination, EncryptionConfiguration: encryption } = rule.Destination;
  const object = keyOfObject(rule);
  const read = ['GetObjectVersionForReplication', 'GetObjectVersionAcl', 'GetObjectVersionTagging'];
  if (source.objectLock) read.push('GetObjectRetention', 'GetObjectLegalHold');
  // implies tags and annotations
  const write = ['ReplicateObject'];
  if (rule.DeleteMarkerReplication?.Status === 'Enabled') write.push('ReplicateDelete');
  if (rule.Destination.AccessControlTranslation) write.push('ObjectOwnerOverrideToBucketOwner');
  const needed: Array<[string, string, string]> = [
    ...['GetReplicationConfiguration', 'ListBucket'].map((action): [string, string, string] => [
      'to read it',
      `s3:${action}`,
      source.arn,
    ]),
    ...read.map((action): [string, string, string] => ['to read it', `s3:${action}`, `${source.arn}/${object}`]),
    ...write.map((action): [string, string, string] => [
      `to write to ${model.buckets.get(destination)?.label ?? destination}`,
      `s3:${action}`,
      `${destination}/${object}`,
    ]),
  ];
  if (!replicatesKms(rule)) return needed;
  const labelOf = (arn: string) => model.keys.get(arn)?.label ?? arn;
  const replicaKey = encryption?.ReplicaKmsKeyID;
  if (isKeyArn(source.key)) needed.push([`for ${labelOf(source.key!)}`, 'kms:Decrypt', source.key!]);
  for (const action of ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt']) {
    if (isKeyArn(replicaKey)) needed.push([`for ${labelOf(replicaKey)}`, action, replicaKey]);
  }
  return needed;
}

const isKeyArn = (key: string | undefined) => /:key\//.test(key ?? '');

const keysOf = (source: Bucket, rule: any): string[] =>
  replicatesKms(rule) ? [source.key, rule.Destination.EncryptionConfiguration?.ReplicaKmsKeyID].filter(isKeyArn) : [];

/** What the owner of the destination has to say, when that is another account. */
function otherSideProblems(role: Role, destination: Bucket, rule: any, found: Set<string>): void {
  if (!destination.account || destination.account === role.arn.split(':')[4]) return;
  const object = `${destination.arn}/${keyOfObject(rule)}`;
  const actions = ['ReplicateObject'];
  if (rule.DeleteMarkerReplication?.Status === 'Enabled') actions.push('ReplicateDelete');
  if (actions.some((action) => !admits(destination.policy, role.arn, `s3:${action}`, object))) {
    found.add(`the policy of ${destination.label} does not admit its role`);
  }
}

function keyProblems(model: Model, role: Role, arn: string, found: Set<string>): void {
  const key: Key | undefined = model.keys.get(arn);
  if (!key) {
    found.add(`${arn} is not there`);
  } else if (key.policy && !admits(key.policy, role.arn, 'kms:Decrypt', arn)) {
    found.add(`the policy of ${key.label} does not admit its role`);
  }
}
