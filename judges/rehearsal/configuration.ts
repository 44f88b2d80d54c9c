import { Bucket, Model } from './model';
import { partitionOf } from '../assembly/physical';

const DEVELOPER_GUIDE = 'Please refer to S3 Developer Guide for more information.';
const SCHEMA = `for this version of Cross Region Replication configuration schema. ${DEVELOPER_GUIDE}`;
const MALFORMED = 'The XML you provided was not well-formed or did not validate against our published schema';
const STORAGE_CLASSES =
  /^(DEEP_ARCHIVE|GLACIER|GLACIER_IR|INTELLIGENT_TIERING|ONEZONE_IA|REDUCED_REDUNDANCY|STANDARD|STANDARD_IA)$/;

/** In what words S3 refuses PutBucketReplication for a bucket; nothing when it accepts it. */
export function putReplicationRefusals(model: Model, source: Bucket): string[] {
  if (source.versioning !== 'Enabled') {
    return [`Versioning must be 'Enabled' on the bucket to apply a replication configuration`];
  }
  const { Role: role, Rules: rules } = source.replication!;
  const problems = [...roleProblems(source, role), ...setProblems(rules)];
  if (!Array.isArray(rules)) return problems;
  // one rule without a filter makes all of them rules of the first version
  const version = rules.every((rule) => rule.Filter !== undefined) ? 2 : 1;
  if (version === 1 && new Set(rules.map((rule) => rule.Destination?.Bucket)).size > 1) {
    problems.push('Number of distinct destination bucket ARNs cannot exceed 1');
  }
  for (const rule of rules) {
    problems.push(...ruleProblems(rule, version));
    problems.push(...filterProblems(rule), ...destinationProblems(rule), ...bucketProblems(model, source, rule));
  }
  return problems;
}

function roleProblems(source: Bucket, role: unknown): string[] {
  const { partition } = partitionOf(source.region!);
  if (typeof role !== 'string' || !/^arn:[\w-]+:iam::\d{12}:.+/.test(role) || role.split(':')[1] !== partition) {
    return ['Invalid Role specified in replication configuration'];
  }
  if (!role.split(':')[5].startsWith('role/')) return ['The relative id should start with role'];
  // whoever puts the configuration must be allowed to pass the role, and can only pass one of the own account
  return role.split(':')[4] === source.account ? [] : [`Cross-account pass role is not allowed. (${role})`];
}

function setProblems(rules: any[]): string[] {
  if (!Array.isArray(rules) || rules.length < 1 || rules.length > 1000) return [MALFORMED];
  const twice = (values: unknown[]) =>
    values.find((value, index) => value !== undefined && values.indexOf(value) < index);
  const priority = twice(rules.map((rule) => rule.Priority));
  return [
    ...(priority === undefined ? [] : [`Found duplicate priority ${priority}.`]),
    ...(twice(rules.map((rule) => rule.Id)) === undefined ? [] : ['Rule Id must be unique']),
  ];
}

function ruleProblems(rule: any, version: 1 | 2): string[] {
  const problems: string[] = [];
  const { Id, Status, Priority, DeleteMarkerReplication: deleteMarkers, Prefix, Filter } = rule;
  if (Id !== undefined && Id.length > 255) problems.push('Rule Id cannot be greater than 255');
  if (!/^(Enabled|Disabled)$/.test(Status)) problems.push(MALFORMED);
  // a rule says either a prefix (first version) or a filter
  if ((Prefix === undefined) === (Filter === undefined) || 'ExistingObjectReplication' in rule) {
    problems.push(MALFORMED);
  }
  if (version === 2) {
    if (Priority === undefined) problems.push(`Priority must be specified ${SCHEMA}`);
    if (deleteMarkers === undefined) problems.push(`DeleteMarkerReplication must be specified ${SCHEMA}`);
  } else {
    if (Priority !== undefined) problems.push(`Priority cannot be used ${SCHEMA}`);
    if (deleteMarkers !== undefined) problems.push(`DeleteMarkerReplication cannot be used ${SCHEMA}`);
  }
  if (Number(Priority) < 0) problems.push('Priority must be between 0 and 2147483647.');
  if (Priority !== undefined && !(Number.isInteger(Number(Priority)) && Number(Priority) <= 2147483647)) {
    problems.push(MALFORMED);
  }
  return problems;
}

function filterProblems({ Filter: filter = {}, Prefix, DeleteMarkerReplication: deleteMarkers }: any): string[] {
  const problems: string[] = [];
  const tags: any[] = [...(filter.TagFilter ? [filter.TagFilter] : []), ...(filter.And?.TagFilters ?? [])];
  if (Object.keys(filter).length > 1) problems.push(MALFORMED);
  if (filter.And && (filter.And.Prefix === undefined ? 0 : 1) + tags.length < 2) problems.push(MALFORMED);
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length) problems.push('Duplicate Tag Keys are not allowed.');
  if (tags.length > 0 && deleteMarkers?.Status === 'Enabled') {
    problems.push(`Delete marker replication is not supported if any Tag filter is specified. ${DEVELOPER_GUIDE}`);
  }
  // characters, while keys have at most 1,024 bytes: S3 takes prefixes that no key can have
  if ((filter.Prefix ?? filter.And?.Prefix ?? Prefix ?? '').length > 1024) problems.push(MALFORMED);
  return problems;
}

function destinationProblems({ Destination: destination, SourceSelectionCriteria: criteria }: any): string[] {
  const problems: string[] = [];
  const { ReplicationTime: time, Metrics: metrics, EncryptionConfiguration: encryption } = destination;
  const kms = criteria?.SseKmsEncryptedObjects;
  if (criteria && Object.keys(criteria).length === 0) problems.push(MALFORMED);
  if (encryption && !kms) {
    problems.push('SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present.');
  }
  if (kms && !encryption?.ReplicaKmsKeyID) {
    problems.push('ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.');
  }
  if (encryption && !/^arn:[\w-]+:kms:[\w-]+:\d{12}:(key|alias)\/./.test(encryption.ReplicaKmsKeyID ?? '')) {
    problems.push('Invalid ReplicaKmsKeyID ARN.');
  }
  if (time ? time.Status !== metrics?.Status || !metrics.EventThreshold : metrics?.EventThreshold) {
    problems.push(
      time
        ? 'Replication destination must contain both ReplicationTime and Metrics or neither.'
        : 'Metrics cannot contain an event threshold when ReplicationTime is not specified or Disabled',
    );
  }
  if ([time && (time.Time ?? {}), metrics?.EventThreshold].some((it) => it && Number(it.Minutes) !== 15)) {
    problems.push(MALFORMED);
  }
  if (destination.AccessControlTranslation && !destination.Account) {
    problems.push('Account must be specified if the Owner in AccessControlTranslation has a value');
  }
  if (destination.StorageClass !== undefined && !STORAGE_CLASSES.test(destination.StorageClass)) {
    problems.push(MALFORMED);
  }
  return problems;
}

function bucketProblems(model: Model, source: Bucket, { Destination: { Bucket: arn } }: any): string[] {
  const { partition } = partitionOf(source.region!);
  if (typeof arn !== 'string' || !/^arn:[\w-]+:s3:::[^/:]+$/.test(arn) || arn.split(':')[1] !== partition) {
    return ['Invalid bucket ARN'];
  }
  if (arn === source.arn) return ['Destination bucket cannot be the same as the source bucket.'];
  const destination = model.buckets.get(arn);
  if (!destination) return ['Destination bucket must exist.'];
  return destination.versioning === 'Enabled' ? [] : ['Destination bucket must have versioning enabled.'];
}
