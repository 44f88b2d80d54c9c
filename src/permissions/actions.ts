// SPDX-License-Identifier: Apache-2.0
/**
 * What replication needs to be allowed, per end, and what a Deny in a policy of the bucket or the key must not hit.
 * The buckets' lists are those of AWS's page, the keys' lists what the field showed to be needed beyond it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-troubleshoot.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
export const NEEDED_ACTIONS = {
  sourceBucket: [
    's3:GetReplicationConfiguration',
    's3:ListBucket',
    's3:GetObjectVersionForReplication',
    's3:GetObjectVersionAcl',
    's3:GetObjectVersionTagging',
  ],
  destinationBucket: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
  sourceKey: ['kms:Decrypt', 'kms:GenerateDataKey'],
  destinationKey: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
};
