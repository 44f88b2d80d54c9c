// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3 } from 'aws-cdk-lib';
import { grantDenies } from './denies';
import { grantErrors } from './policy-size';
import { finalProperties } from '../app/rendered';
import { isIntrinsic } from '../documents/intrinsics';
import { DestinationAnchor } from '../flows/destination';
import { Finding, error } from '../messages/finding';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html */
export function versioningFindings(bucket: s3.CfnBucket, rendered: Record<string, any>, which: string): Finding[] {
  const configured = rendered.VersioningConfiguration;
  const status = configured?.Status;
  return isIntrinsic(configured) || isIntrinsic(status) || status === 'Enabled'
    ? []
    : [
        error({
          saw: `versioning of the ${which} '${bucket.node.path}' is ${status === undefined ? 'not set' : `'${status}'`}`,
          because:
            'it was changed after replication was set up, and S3 replicates between buckets with versioning enabled only',
          instead: 'remove what changes it (a property override, a later assignment, or an aspect)',
        }),
      ];
}

/** For the validation of a destination, which sees each destination once, however many sources it has. */
export function destinationErrors(bucket: s3.CfnBucket): string[] {
  return [
    ...versioningFindings(bucket, finalProperties(bucket), 'destination').map(({ text }) => text),
    ...(DestinationAnchor.find(bucket)?.grants.length ? [...grantErrors(bucket), ...grantDenies(bucket)] : []),
  ];
}
