// SPDX-License-Identifier: Apache-2.0
import type { aws_s3 as s3 } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { BucketEnd, bucketEnd, nameOf } from '../app/bucket';
import { bucketNamedLike } from '../app/bucket-by-name';
import { propertyOverrides } from '../app/resource';
import { checkVersioning } from '../buckets/versioning';
import { SourceAnchor } from '../flows/source';
import { Mistake, mistake } from '../messages/mistake';

/** @param there what to do where the bucket is */
export function importedSource(end: BucketEnd, there: string): Mistake {
  const own = bucketNamedLike(end);
  return {
    saw: `source ${nameOf(end)}, which ${own ? `imports ${nameOf(bucketEnd(own))} of` : 'is not defined in'} this app`,
    because: 'CloudFormation sets the replication configuration with the bucket itself',
    instead: own ? 'give that construct' : `${there}, or import the bucket into this app with \`cdk import\``,
  };
}

/** The resource of a source that can be replicated. Throws when it is none. */
export function checkedSource(at: IConstruct, end: BucketEnd): s3.CfnBucket {
  const { cfn } = end;
  if (!cfn) {
    throw mistake(at, importedSource(end, 'replicate in the app that defines the bucket'));
  }
  if (SourceAnchor.find(cfn)) {
    throw mistake(at, {
      saw: `a second BucketReplication for source ${nameOf(end)}`,
      because: 'S3 allows one replication configuration and one role for a bucket',
      instead:
        'use BucketReplication.of(bucket).addRule(); ' +
        'if this one has props for the role, create it before anything else replicates the bucket',
    });
  }
  if (cfn.replicationConfiguration !== undefined || propertyOverrides(cfn).ReplicationConfiguration !== undefined) {
    throw mistake(at, {
      saw: `source ${nameOf(end)} has a replication configuration of its own`,
      because: 'S3 allows one for a bucket, and this construct never overwrites one that it did not write',
      instead:
        'remove replicationRules (replicationConfiguration of an L1 bucket), ' +
        'and add each of its rules with addRule(), with the same id as ruleId',
    });
  }
  checkVersioning(at, cfn, 'source');
  return cfn;
}
