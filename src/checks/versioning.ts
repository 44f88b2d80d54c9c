// SPDX-License-Identifier: Apache-2.0
import { asRecord, branches, isIntrinsic } from '../documents/intrinsics';
import { BucketFacts } from '../flows/facts';
import { Findings, error, warning } from '../messages/finding';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html */
export function notVersioned({ properties, path }: BucketFacts, which: 'source' | 'destination'): Findings {
  const configured = branches(properties?.VersioningConfiguration);
  const all = configured.flatMap((it) => (isIntrinsic(it) ? [it] : branches(asRecord(it)?.Status)));
  const off = all.filter((status) => status !== 'Enabled' && !isIntrinsic(status));
  if (properties === undefined || off.length === 0) {
    return undefined;
  }
  const saw = `ersioning of the ${which} '${path}' is ${off[0] === undefined ? 'not set' : `'${off[0]}'`}`;
  return off.length < all.length
    ? warning(
        'versioningByCondition',
        `V${saw} in a branch of Fn::If: S3 refuses the replication configuration there. ` +
          `Set the status to 'Enabled' in every branch, or acknowledge this if the condition always holds where this is deployed`,
      )
    : error(`${which}NotVersioned`, {
        saw: `v${saw}`,
        because:
          'it was changed after replication was set up, and S3 replicates between buckets with versioning enabled only',
        instead: 'remove what changes it (a property override, a later assignment, or an aspect)',
      });
}
