// SPDX-License-Identifier: Apache-2.0
import { Annotations, aws_s3 as s3, Duration } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { bucketOf, nameOf } from '../app/bucket';
import { AddedRule } from '../rules/added-rule';

/** The prefixes whose probes expire at a bucket; a property of its resource. */
const EXPIRING = Symbol.for('cdk-s3-replication.probesExpire');

/**
 * Expires the probes at a destination, where S3 keeps them: that their version is deleted at the source is not
 * replicated.
 */
export function expireProbes(at: IConstruct, { destination, filter }: AddedRule, keyPrefix: string): void {
  const prefix = `${filter._prefix}${keyPrefix}`;
  const cfn: (s3.CfnBucket & { [EXPIRING]?: string[] }) | undefined = destination.cfn;
  const known = cfn?.[EXPIRING];
  if (known?.includes(prefix)) {
    return;
  }
  const bucket = cfn && bucketOf(destination.ref);
  if (bucket && 'addLifecycleRule' in bucket) {
    const day = Duration.days(1);
    (bucket as s3.Bucket).addLifecycleRule({ prefix, expiration: day, noncurrentVersionExpiration: day });
  } else if (cfn && (known !== undefined || cfn.lifecycleConfiguration === undefined)) {
    cfn.lifecycleConfiguration = { rules: [...(known ?? []), prefix].map(expiring) };
  } else {
    Annotations.of(at).addWarningV2(
      'cdk-s3-replication:canaryReplicasStay',
      `Replicas of the probe stay in ${nameOf(destination)}, whose lifecycle rules cannot be changed from here. ` +
        `Give it a lifecycle rule that expires objects and noncurrent versions with the prefix '${prefix}' after a day, ` +
        'or acknowledge this if it has one',
    );
    return;
  }
  cfn[EXPIRING] = [...(known ?? []), prefix];
}

const expiring = (prefix: string): s3.CfnBucket.RuleProperty => ({
  status: 'Enabled',
  prefix,
  expirationInDays: 1,
  noncurrentVersionExpiration: { noncurrentDays: 1 },
});
