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
