// SPDX-License-Identifier: Apache-2.0
/**
 * What S3 calls when it replicates, by need; docs/permissions.md says why for each.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
export const ACTIONS = {
  configuration: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
  objects: ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'],
  /** Without it only the annotations are lost. */
  annotations: ['s3:GetObjectVersionAnnotationForReplication'],
  /** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html */
  objectLock: ['s3:GetObjectRetention', 's3:GetObjectLegalHold'],
  replicas: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
  /** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-change-owner.html */
  ownerOverride: ['s3:ObjectOwnerOverrideToBucketOwner'],
  sourceKey: ['kms:Decrypt', 'kms:GenerateDataKey'],
  replicaKey: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
} as const;

/** What the Lambda functions of custom resources call; to remove the last rule takes the permission to write. */
export const HANDLER = {
  rules: ['s3:GetReplicationConfiguration', 's3:PutReplicationConfiguration'],
  versioning: ['s3:GetBucketVersioning', 's3:PutBucketVersioning'],
  passRole: ['iam:PassRole'],
  routes: ['s3:SubmitMultiRegionAccessPointRoutes'],
  logs: ['logs:CreateLogStream', 'logs:PutLogEvents'],
} as const;

/**
 * What who uses a Multi-Region Access Point calls, at the access point and at the bucket behind it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPointPermissions.html
 */
export const ACCESS_POINT = {
  list: ['s3:ListBucket', 's3:ListBucketMultipartUploads', 's3:ListBucketVersions'],
  read: ['s3:GetObject', 's3:GetObjectTagging', 's3:GetObjectVersion', 's3:GetObjectVersionTagging'],
  write: [
    's3:AbortMultipartUpload',
    's3:DeleteObject',
    's3:ListMultipartUploadParts',
    's3:PutObject',
    's3:PutObjectTagging',
  ],
  decrypt: ['kms:Decrypt'],
  encrypt: ['kms:GenerateDataKey'],
} as const;

/**
 * What the state machine of a canary calls.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
export const CANARY = {
  probe: ['s3:PutObject', 's3:GetObjectVersion', 's3:DeleteObjectVersion'],
  tags: ['s3:PutObjectTagging'],
  retention: ['s3:PutObjectRetention'],
  sourceKey: ['kms:GenerateDataKey'],
  result: ['cloudwatch:PutMetricData'],
} as const;

/**
 * What S3 Batch Operations calls in a job that replicates, with the role of the job, and what the state machine calls
 * that makes jobs.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-policies.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
export const BATCH = {
  objects: ['s3:InitiateReplication'],
  manifest: ['s3:GetReplicationConfiguration', 's3:PutInventoryConfiguration'],
  report: ['s3:PutObject'],
  create: ['s3:CreateJob'],
  list: ['s3:ListJobs'],
  describe: ['s3:DescribeJob'],
  passRole: ['iam:PassRole'],
  failures: ['cloudwatch:GetMetricData'],
  readReport: ['s3:GetObject'],
  result: ['cloudwatch:PutMetricData'],
} as const;

/**
 * What a service needs at a topic or a queue that it tells something.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
 */
export const TELL = {
  topic: ['sns:Publish'],
  key: ['kms:GenerateDataKey', 'kms:Decrypt'],
} as const;

/** What a Deny in the policy of the source must not hit; not the annotations, without which S3 copies the object. */
export function neededAtSource(objectLock: boolean): string[] {
  return [...ACTIONS.configuration, ...ACTIONS.objects, ...(objectLock ? ACTIONS.objectLock : [])];
}

/** What the policy of a destination must allow, and no Deny must hit. S3 uses ReplicateDelete for delete markers only. */
export function neededAtDestination(rule: {
  readonly deleteMarkers: boolean;
  readonly ownerOverride: boolean;
}): string[] {
  return [
    ...ACTIONS.replicas.filter((action) => action !== 's3:ReplicateDelete' || rule.deleteMarkers),
    ...(rule.ownerOverride ? ACTIONS.ownerOverride : []),
  ];
}
