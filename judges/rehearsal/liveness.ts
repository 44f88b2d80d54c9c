import { Bucket, Key, Model, Role } from './model';
import { admits, allows } from './policies';

/** Which permissions it has is then no question any more. */
export const NO_ROLE = 'its role is not there';

/** Why what a bucket replicates would fail. */
export interface Problem {
  /** The source bucket. */
  readonly arn: string;
  readonly bucket: string;
  /** In words, which stay short: several problems of a bucket may have the same. */
  readonly what: string;
  /** The rest, which tells it from those. */
  readonly detail: string;
}

type Found = (what: string, detail?: string) => void;

/** Two problems with the same key are the same one. */
export const keyOf = ({ arn, what, detail }: Pick<Problem, 'arn' | 'what' | 'detail'>) => `${arn}|${what}|${detail}`;

/** Everything because of which rules that are enabled cannot do their work in this state, of all buckets or of some. */
export function problemsIn(model: Model, arns: Iterable<string> = model.buckets.keys()): Problem[] {
  const problems = new Map<string, Problem>();
  for (const arn of arns) {
    const bucket = model.buckets.get(arn);
    const found: Found = (what, detail = '') => {
      const problem = { arn, bucket: bucket!.label, what, detail };
      problems.set(keyOf(problem), problem);
    };
    const rules: unknown = bucket?.replication?.Rules;
    // S3 has refused what is no list
    for (const rule of Array.isArray(rules) ? rules : []) {
      if (rule.Status === 'Enabled') ruleProblems(model, bucket!, rule, found);
    }
  }
  return [...problems.values()];
}

function ruleProblems(model: Model, source: Bucket, rule: any, found: Found): void {
  const destination = model.buckets.get(rule.Destination.Bucket);
  const role = model.roles.get(source.replication!.Role);
  if (source.versioning !== 'Enabled') found('it has no versioning');
  if (!destination) found(`${rule.Destination.Bucket} is not there`);
  else destinationProblems(source, destination, rule, found);
  if (!role) {
    found(NO_ROLE);
    return;
  }
  if (role.trust && !admits(role.trust, 's3.amazonaws.com', 'sts:AssumeRole')) found('S3 may not assume its role');
  const documents = model.documents(role);
  for (const { what, action, resource } of calls(model, source, rule)) {
    if (!documents.some((document) => allows(document, action, resource))) {
      found(`no permission ${what}`, `${action} ${resource}`);
    }
    if (action.startsWith('kms:')) {
      keyProblems(model, role, action, resource, found);
    } else if (resource.startsWith(`${destination?.arn}/`)) {
      otherSideProblems(role, destination!, action, resource, found);
    }
  }
}

function destinationProblems(source: Bucket, destination: Bucket, rule: any, found: Found): void {
  const { Account: owner, EncryptionConfiguration: encryption } = rule.Destination;
  if (destination.versioning !== 'Enabled') found(`${destination.label} has no versioning`);
  if (source.objectLock && !destination.objectLock) found(`${destination.label} has no Object Lock`);
  if (owner && destination.account && owner !== destination.account) {
    found(`${destination.label} belongs to another account than ${owner}`);
  }
  const key = encryption?.ReplicaKmsKeyID;
  const keyRegion = key?.split(':')[3];
  if (keyRegion && destination.region && keyRegion !== destination.region) {
    found(`the key of the replicas in ${destination.label} is in another region`, key);
  }
}

const prefixOf = ({ Filter: filter = {}, Prefix }: any): string => filter.Prefix ?? filter.And?.Prefix ?? Prefix ?? '';

const replicatesKms = (rule: any) => rule.SourceSelectionCriteria?.SseKmsEncryptedObjects?.Status === 'Enabled';

interface Call {
  /** What to call the lack of a permission for it. */
  readonly what: string;
  readonly action: string;
  readonly resource: string;
}

/** The calls that S3 makes as the role for some object that a rule replicates. */
function calls(model: Model, source: Bucket, rule: any): Call[] {
  const { Bucket: destination, EncryptionConfiguration: encryption } = rule.Destination;
  const prefix = prefixOf(rule);
  const objects = prefix === '' ? '' : ` '${prefix}'`;
  const read = ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'];
  if (source.objectLock) read.push('s3:GetObjectRetention', 's3:GetObjectLegalHold');
  // implies tags and annotations
  const write = ['s3:ReplicateObject'];
  if (rule.DeleteMarkerReplication?.Status === 'Enabled') write.push('s3:ReplicateDelete');
  if (rule.Destination.AccessControlTranslation) write.push('s3:ObjectOwnerOverrideToBucketOwner');
  const toWrite = `to write${objects} to ${model.buckets.get(destination)?.label ?? destination}`;
  const all = (what: string, actions: string[], resource: string): Call[] =>
    actions.map((action) => ({ what, action, resource }));
  const needed = [
    ...all('to read it', ['s3:GetReplicationConfiguration', 's3:ListBucket'], source.arn),
    ...all(`to read${objects || ' it'}`, read, `${source.arn}/${prefix}object`),
    ...all(toWrite, write, `${destination}/${prefix}object`),
  ];
  if (!replicatesKms(rule)) return needed;
  const kms = (key: string | undefined, actions: string[]): Call[] =>
    isKeyArn(key) ? all(`for ${model.keys.get(key!)?.label ?? key}`, actions, key!) : [];
  return [
    ...needed,
    ...kms(source.key, ['kms:Decrypt']),
    ...kms(encryption?.ReplicaKmsKeyID, ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt']),
  ];
}

const isKeyArn = (key: string | undefined) => /:key\//.test(key ?? '');

/** What the owner of the destination has to say, when that is another account. */
function otherSideProblems(role: Role, destination: Bucket, action: string, resource: string, found: Found): void {
  if (!destination.account || destination.account === role.arn.split(':')[4]) return;
  if (!admits(destination.policy, role.arn, action, resource, role.id)) {
    found(`the policy of ${destination.label} does not admit its role`, `${action} ${resource}`);
  }
}

function keyProblems(model: Model, role: Role, action: string, arn: string, found: Found): void {
  const key: Key | undefined = model.keys.get(arn);
  if (!key) {
    found(`${arn} is not there`);
  } else if (key.policy && !admits(key.policy, role.arn, action, arn, role.id)) {
    found(`the policy of ${key.label} does not admit its role`, action);
  }
}
