// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Lazy, Stack, Tokenization } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { mistake } from '../messages/mistake';

/** Switches versioning on where it is not set. */
export function enableVersioning(bucket: s3.CfnBucket): void {
  const configured = bucket.versioningConfiguration;
  if (settled(bucket) === undefined) {
    const enabled = { status: 'Enabled' };
    // a lazy value that says nothing now may say something in the end
    bucket.versioningConfiguration =
      configured === undefined ? enabled : Lazy.any({ produce: () => Stack.of(bucket).resolve(configured) ?? enabled });
  }
}

/**
 * Throws when versioning is suspended on purpose.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html
 */
export function checkVersioning(at: IConstruct, bucket: s3.CfnBucket, which: 'source' | 'destination'): void {
  const status = Stack.of(bucket).resolve(settled(bucket)?.status);
  if (typeof status === 'string' && status !== 'Enabled') {
    throw mistake(at, {
      saw: `${which} '${bucket.node.path}' with versioning '${status}'`,
      because: 'S3 replicates between buckets with versioning enabled only',
      instead: "remove versioningConfiguration from the bucket, or set its status to 'Enabled'",
    });
  }
}

function settled(bucket: s3.CfnBucket): s3.CfnBucket.VersioningConfigurationProperty | undefined {
  const configured = bucket.versioningConfiguration;
  return Tokenization.isResolvable(configured) ? Stack.of(bucket).resolve(configured) : configured;
}
