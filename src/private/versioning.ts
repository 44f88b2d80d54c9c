import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { mistake } from './mistake';

/**
 * Switches versioning on where it is not set; a bucket with versioning suspended on purpose is an error.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html
 */
export function enableVersioning(at: IConstruct, bucket: s3.CfnBucket, which: 'source' | 'destination'): void {
  const configured = bucket.versioningConfiguration;
  if (configured === undefined) {
    bucket.versioningConfiguration = { status: 'Enabled' };
    return;
  }
  const status = Stack.of(bucket).resolve(configured)?.status;
  if (typeof status === 'string' && status !== 'Enabled') {
    throw mistake(at, {
      saw: `${which} '${bucket.node.path}' with versioning '${status}'`,
      because: 'S3 replicates between buckets with versioning enabled only',
      instead: "remove versioningConfiguration from the bucket, or set its status to 'Enabled'",
    });
  }
}
