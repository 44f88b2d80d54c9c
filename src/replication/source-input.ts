// SPDX-License-Identifier: Apache-2.0
import type { aws_s3 as s3 } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { BucketEnd, bucketEnd, nameOf } from '../app/bucket';
import { bucketNamedLike } from '../app/bucket-by-name';
import { compare, partitionOf, shown } from '../app/environment';
import { literalPartition, notAGeneralPurposeBucket } from '../app/imported-bucket';
import { propertyOverrides } from '../app/resource';
import { checkVersioning } from '../buckets/versioning';
import { anchorOf } from '../flows/imported-sources';
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

/** Throws when a bucket is replicated already: S3 has one configuration and one role for it. */
export function checkNotReplicated(at: IConstruct, end: BucketEnd): void {
  if (anchorOf(end)) {
    throw mistake(at, {
      saw: `a second BucketReplication for source ${nameOf(end)}`,
      because: 'S3 allows one replication configuration and one role for a bucket',
      instead:
        'use BucketReplication.of(bucket).addRule(); ' +
        'if this one has props for the role, create it before anything else replicates the bucket',
    });
  }
}

/** The resource of a source that can be replicated. Throws when it is none. */
export function checkedSource(at: IConstruct, end: BucketEnd): s3.CfnBucket {
  const { cfn } = end;
  if (!cfn) {
    throw mistake(at, importedSource(end, 'replicate in the app that defines the bucket'));
  }
  checkNotReplicated(at, end);
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

/**
 * Throws when an imported bucket cannot be a source: the custom resource that writes its rules, and their role, are in
 * the stack of the import.
 */
export function checkImportedSource(at: IConstruct, end: BucketEnd): void {
  const { account, region, stack } = end;
  if (bucketNamedLike(end)) {
    throw mistake(at, importedSource(end, ''));
  }
  checkNotReplicated(at, end);
  const strange = notAGeneralPurposeBucket(end);
  if (strange) {
    throw mistake(at, {
      saw: `source ${nameOf(end)}, which is ${strange}`,
      because: 'S3 replicates general purpose buckets, named by the ARN of the bucket',
      instead: 'import the bucket by its name or bucket ARN',
    });
  }
  if (compare(account, stack.account) !== 'same') {
    throw mistake(at, {
      saw: `source ${nameOf(end)} of account ${shown(account)} in a stack of account ${shown(stack.account)}`,
      because: 'only the account of a bucket can give it rules, and S3 takes a role of that account',
      instead: 'import the bucket into a stack of its own account',
    });
  }
  const partition = partitionOf(stack.region);
  const other = [literalPartition(end), partitionOf(region)].find((named) => named && named !== partition);
  if (partition !== undefined && other !== undefined) {
    throw mistake(at, {
      saw: `source ${nameOf(end)} of partition ${other} in a stack of partition ${partition}`,
      because: 'an account belongs to one partition',
      instead: 'import the bucket into a stack of its own partition',
    });
  }
}
