// SPDX-License-Identifier: Apache-2.0
import { Annotations, aws_s3 as s3, Duration } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { bucketOf, nameOf } from '../app/bucket';
import { AddedRule } from '../rules/added-rule';

/** Expires the probes at a destination, where S3 keeps them: that their version is deleted at the source is not replicated. */
export function expireProbes(at: IConstruct, { destination, filter }: AddedRule, keyPrefix: string): void {
  const prefix = `${filter._prefix}${keyPrefix}`;
  const { cfn } = destination;
  const bucket = cfn && bucketOf(destination.ref);
  const rule = { prefix, expiration: Duration.days(1), noncurrentVersionExpiration: Duration.days(1) };
  if (bucket instanceof s3.Bucket || (bucket && 'addLifecycleRule' in bucket)) {
    addOnce(bucket as s3.Bucket, rule);
  } else if (cfn && !hasLifecycle(cfn)) {
    const { prefix: Prefix, ...days } = { prefix, id: 'ReplicationCanary', status: 'Enabled' };
    cfn.lifecycleConfiguration = {
      rules: [{ ...days, prefix: Prefix, expirationInDays: 1, noncurrentVersionExpiration: { noncurrentDays: 1 } }],
    };
  } else {
    Annotations.of(at).addWarningV2(
      'cdk-s3-replication:canaryReplicasStay',
      `Replicas of the probe stay in ${nameOf(destination)}, whose lifecycle rules cannot be changed from here. ` +
        `Give it a lifecycle rule that expires objects and noncurrent versions with the prefix '${prefix}' after a day, ` +
        'or acknowledge this if it has one',
    );
  }
}

const ADDED = Symbol.for('cdk-s3-replication.probesExpire');

function addOnce(bucket: s3.Bucket & { [ADDED]?: Set<string> }, rule: s3.LifecycleRule): void {
  const added = (bucket[ADDED] ??= new Set());
  if (!added.has(rule.prefix!)) {
    added.add(rule.prefix!);
    bucket.addLifecycleRule(rule);
  }
}

const hasLifecycle = (cfn: s3.CfnBucket) => cfn.lifecycleConfiguration !== undefined;
