import { isDeepStrictEqual } from 'node:util';
import type { Context } from './rules';
import { DeployedResource } from '../assembly/deployed';
import { partitionOf } from '../assembly/physical';

const STORAGE_CLASSES =
  'DEEP_ARCHIVE GLACIER GLACIER_IR INTELLIGENT_TIERING ONEZONE_IA REDUCED_REDUNDANCY STANDARD STANDARD_IA'.split(' ');

/** What is wrong with one rule in itself and with what it points to. */
export function ruleFaults(context: Context, rule: Record<string, any>): string[] {
  const { Id, Priority, Status, Filter, DeleteMarkerReplication, SourceSelectionCriteria, Destination, ...others } =
    rule;
  const faults: string[] = [];
  const when = (wrong: boolean, fault: string) => wrong && faults.push(fault);
  when(Object.keys(others).length > 0, `has ${Object.keys(others).join(', ')}`);
  when(typeof Id !== 'string' || !/^[ -~]{1,255}$/.test(Id), 'id is not 1 to 255 ASCII characters');
  when(!Number.isInteger(Priority) || Priority < 0 || Priority > 2147483647, 'priority is not one');
  when(Status !== 'Enabled' && Status !== 'Disabled', 'status is not one');
  const marker = DeleteMarkerReplication?.Status;
  when(marker !== 'Enabled' && marker !== 'Disabled', 'delete markers are not decided');
  when(marker === 'Enabled' && tagsOf(Filter).length > 0, 'delete markers with tags');
  return [
    ...faults,
    ...filterFaults(Filter),
    ...destinationFaults(context, Destination ?? {}),
    ...kmsFaults(context, rule),
  ];
}

const tagsOf = (filter: any): any[] => filter?.And?.TagFilters ?? (filter?.TagFilter ? [filter.TagFilter] : []);

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRuleFilter.html */
function filterFaults(filter: any): string[] {
  if (typeof filter !== 'object') return ['no filter'];
  const faults: string[] = [];
  const when = (wrong: boolean, fault: string) => wrong && faults.push(fault);
  const kinds = Object.keys(filter);
  when(
    kinds.length > 1 || kinds.some((it) => !['Prefix', 'TagFilter', 'And'].includes(it)),
    `filter has ${kinds.join(', ')}`,
  );
  const tags = tagsOf(filter);
  const prefix = filter.And ? filter.And.Prefix : filter.Prefix;
  when(filter.And && tags.length + (prefix === undefined ? 0 : 1) < 2, 'filter joins less than two');
  when(filter.And?.Prefix === '', 'filter joins an empty prefix');
  when(prefix !== undefined && (typeof prefix !== 'string' || Buffer.byteLength(prefix) > 1024), 'prefix is not one');
  when(new Set(tags.map(({ Key }) => Key)).size < tags.length, 'a tag twice');
  for (const { Key, Value, ...others } of tags) {
    const good = typeof Key === 'string' && typeof Value === 'string' && Key.length >= 1 && Key.length <= 128;
    when(!good || Value.length > 256 || Object.keys(others).length > 0, 'a tag that no object can have');
  }
  when(tags.length > 10, 'more tags than an object can have');
  return faults;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Destination.html */
function destinationFaults({ app, source }: Context, destination: Record<string, any>): string[] {
  const {
    Bucket,
    Account,
    StorageClass,
    AccessControlTranslation,
    EncryptionConfiguration,
    Metrics,
    ReplicationTime,
    ...others
  } = destination;
  const faults: string[] = [];
  const when = (wrong: boolean, fault: string) => wrong && faults.push(fault);
  when(Object.keys(others).length > 0, `destination has ${Object.keys(others).join(', ')}`);
  const [, partition, name] = /^arn:([\w-]+):s3:::([a-z0-9.-]{3,63})$/.exec(String(Bucket)) ?? [];
  when(name === undefined, `destination is not the ARN of a bucket: ${Bucket}`);
  when(partition !== partitionOf(source.stack.region).partition, 'destination is in another partition');
  when(Bucket === source.arn, 'destination is the source');
  when(!/^\d{12}$/.test(String(Account)), 'destination has no account');
  when(StorageClass !== undefined && !STORAGE_CLASSES.includes(StorageClass), `storage class ${StorageClass}`);
  when(AccessControlTranslation !== undefined && Account === source.stack.account, 'owner override in one account');
  if (ReplicationTime !== undefined) {
    when(!isDeepStrictEqual(ReplicationTime, { Status: 'Enabled', Time: { Minutes: 15 } }), 'RTC is not 15 minutes');
    when(
      !isDeepStrictEqual(Metrics, { EventThreshold: { Minutes: 15 }, Status: 'Enabled' }),
      'RTC without its metrics',
    );
  } else {
    when(Metrics !== undefined && !isDeepStrictEqual(Metrics, { Status: 'Enabled' }), 'metrics are not plain ones');
  }
  const bucket = app.find(Bucket);
  if (!bucket) return faults;
  when(bucket.type !== 'AWS::S3::Bucket', 'destination is not a bucket');
  when(bucket.stack.account !== Account, `destination belongs to ${bucket.stack.account}, not to ${Account}`);
  when(bucket.properties.VersioningConfiguration?.Status !== 'Enabled', 'destination is not versioned');
  when(isLocked(source) && !isLocked(bucket), 'only the source has Object Lock');
  return faults;
}

const isLocked = ({ properties }: DeployedResource) =>
  properties.ObjectLockEnabled === true || properties.ObjectLockConfiguration !== undefined;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html */
function kmsFaults(
  { app, source, outside }: Context,
  { SourceSelectionCriteria: criteria, Destination }: Record<string, any>,
): string[] {
  const faults: string[] = [];
  const when = (wrong: boolean, fault: string) => wrong && faults.push(fault);
  if (criteria !== undefined) {
    const { SseKmsEncryptedObjects, ReplicaModifications, ...others } = criteria;
    const elements = [SseKmsEncryptedObjects, ReplicaModifications].filter((it) => it !== undefined);
    when(elements.length === 0 || Object.keys(others).length > 0, 'selection criteria without a criterion');
    when(
      elements.some(({ Status }) => Status !== 'Enabled'),
      'a criterion that is not enabled',
    );
  }
  const optedIn = criteria?.SseKmsEncryptedObjects !== undefined;
  const encryption = Destination?.EncryptionConfiguration;
  when(optedIn !== (encryption !== undefined), 'KMS objects and a key for them: one without the other');
  when(!optedIn && usesKms(source), 'objects with KMS are skipped');
  if (encryption === undefined) return faults;
  const arn = String(encryption.ReplicaKmsKeyID);
  const [, partition, region, account] = /^arn:([\w-]+):kms:([\w-]+):(\d{12}):key\/[\w-]+$/.exec(arn) ?? [];
  when(region === undefined, `not the ARN of a key: ${arn}`);
  when(partition !== partitionOf(source.stack.region).partition, 'key of another partition');
  const bucket = app.find(Destination.Bucket);
  when(
    bucket !== undefined && bucket.stack.region !== region,
    `key in ${region} for a bucket in ${bucket?.stack.region}`,
  );
  const key = app.find(arn);
  when(account === source.stack.account && !key && !outside.keys?.includes(arn), 'key that does not exist');
  if (key?.type === 'AWS::KMS::Key') {
    const { Enabled, KeySpec, KeyUsage } = key.properties;
    when(Enabled === false, 'disabled key');
    when((KeySpec ?? 'SYMMETRIC_DEFAULT') !== 'SYMMETRIC_DEFAULT', 'asymmetric key');
    when((KeyUsage ?? 'ENCRYPT_DECRYPT') !== 'ENCRYPT_DECRYPT', 'key that does not encrypt');
  }
  return faults;
}

function usesKms({ properties }: DeployedResource): boolean {
  const rules: any[] = properties.BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
  return rules.some((rule) => /^aws:kms/.test(rule.ServerSideEncryptionByDefault?.SSEAlgorithm ?? ''));
}
