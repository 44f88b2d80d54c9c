// SPDX-License-Identifier: Apache-2.0
import { isIntrinsic } from '../documents/intrinsics';
import { BucketFacts } from '../flows/facts';
import { Findings, error } from '../messages/finding';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html */
export function notVersioned({ properties, path }: BucketFacts, which: 'source' | 'destination'): Findings {
  const configured = properties?.VersioningConfiguration;
  const status = configured?.Status;
  return properties === undefined || isIntrinsic(configured) || isIntrinsic(status) || status === 'Enabled'
    ? undefined
    : error(`${which}NotVersioned`, {
        saw: `versioning of the ${which} '${path}' is ${status === undefined ? 'not set' : `'${status}'`}`,
        because:
          'it was changed after replication was set up, and S3 replicates between buckets with versioning enabled only',
        instead: 'remove what changes it (a property override, a later assignment, or an aspect)',
      });
}
