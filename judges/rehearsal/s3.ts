import { putReplicationRefusals } from './configuration';
import { Bucket, Model, Refuse, StackResource } from './model';
import { namedIdentities, PolicyDocument } from './policies';
import { givenBucketName } from '../assembly/physical';

const REPLICATION_PINS_VERSIONING =
  'A replication configuration is present on this bucket, so you cannot change the versioning state. ' +
  'To change the versioning state, first delete the replication configuration.';
const LOCK_PINS_VERSIONING =
  'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.';

/** Creates or updates a bucket, as CloudFormation's handler of AWS::S3::Bucket does. */
export function putBucket(model: Model, next: StackResource, before: StackResource | undefined, refuse: Refuse): void {
  const { properties } = next;
  const arn = next.arn!;
  if (!before && !givenBucketName(properties, next.stack) && model.isLeftBehind(arn)) model.setAside(next.physicalId);
  const existing = model.buckets.get(arn);
  if (!before && existing) {
    refuse(
      existing.account === next.stack.account
        ? 'Your previous request to create the named bucket succeeded and you already own it.'
        : 'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    );
  }
  const wasLocked = before !== undefined && existing?.objectLock === true;
  const objectLock =
    wasLocked || String(properties.ObjectLockEnabled) === 'true' || !!properties.ObjectLockConfiguration;
  const status = properties.VersioningConfiguration?.Status ?? (objectLock ? 'Enabled' : undefined);
  const wasVersioned = before !== undefined && existing?.versioning === 'Enabled';
  const bucket: Bucket = {
    arn,
    label: next.label,
    account: next.stack.account,
    region: next.stack.region,
    versioning: status ?? (wasVersioned ? 'Suspended' : undefined),
    objectLock,
    key: defaultKey(properties.BucketEncryption),
    // absent before and after: CloudFormation does not look at it, so what somebody else wrote stays
    replication:
      properties.ReplicationConfiguration ??
      (before?.properties.ReplicationConfiguration ? undefined : before && existing?.replication),
    policy: before && existing?.policy,
    holdsObjects: before ? existing?.holdsObjects === true : model.objects,
  };
  if (wasVersioned && bucket.versioning !== 'Enabled') {
    // Also when the same update removes the configuration: stricter than S3 on purpose. S3 takes both calls when the
    // configuration goes first, but nobody says which of the two CloudFormation's handler does first, so an app that
    // deploys only in one of the orders is not proven to deploy.
    if (existing?.replication) refuse(REPLICATION_PINS_VERSIONING);
    if (objectLock) refuse(LOCK_PINS_VERSIONING);
  }
  model.buckets.set(arn, bucket);
  if (bucket.replication) putReplicationRefusals(model, bucket).forEach(refuse);
}

function defaultKey(encryption: any): string | undefined {
  const rule = encryption?.ServerSideEncryptionConfiguration?.[0]?.ServerSideEncryptionByDefault;
  return /^aws:kms/.test(rule?.SSEAlgorithm ?? '') ? rule.KMSMasterKeyID : undefined;
}

export function deleteBucket(model: Model, { arn }: StackResource, refuse: Refuse): void {
  if (model.buckets.get(arn!)?.holdsObjects) refuse('The bucket you tried to delete is not empty');
  model.buckets.delete(arn!);
}

export function putBucketPolicy(model: Model, { properties, stack }: StackResource, _: unknown, refuse: Refuse): void {
  const bucket = bucketNamed(model, properties.Bucket);
  const policy: PolicyDocument = properties.PolicyDocument;
  if (!bucket) return refuse('The specified bucket does not exist');
  if (bucket.account !== undefined && bucket.account !== stack.account) refuse('Access Denied');
  if (model.missingIdentity(namedIdentities(policy))) refuse('Invalid principal in policy');
  if (JSON.stringify(policy).length > 20480) refuse('Policy exceeds the maximum allowed document size.');
  model.buckets.set(bucket.arn, { ...bucket, policy: model.pinned(policy) });
}

export function deleteBucketPolicy(model: Model, { properties }: StackResource): void {
  const bucket = bucketNamed(model, properties.Bucket);
  if (bucket) model.buckets.set(bucket.arn, { ...bucket, policy: undefined });
}

/** Core's custom resource for `autoDeleteObjects` empties the bucket; what replicates into it fills it again. */
export function emptyBucket(model: Model, { properties }: StackResource): void {
  const bucket = bucketNamed(model, properties.BucketName);
  if (!bucket) return;
  const filled =
    model.objects &&
    [...model.buckets.values()].some(({ replication }) =>
      replication?.Rules.some((rule) => rule.Status === 'Enabled' && rule.Destination.Bucket === bucket.arn),
    );
  model.buckets.set(bucket.arn, { ...bucket, holdsObjects: filled });
}

function bucketNamed(model: Model, name: string): Bucket | undefined {
  const usual = model.buckets.get(`arn:aws:s3:::${name}`);
  if (usual) return usual;
  for (const bucket of model.buckets.values()) {
    if (bucket.arn.endsWith(`:::${name}`)) return bucket;
  }
  return undefined;
}
