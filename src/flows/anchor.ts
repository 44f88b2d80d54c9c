// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3 } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** Tells an anchor, also one of another copy of this library, from a construct that users put into an L1 bucket. */
export const ANCHOR = Symbol.for('cdk-s3-replication.anchor');

export function findAnchor(bucket: s3.CfnBucket, id: string): IConstruct | undefined {
  const child = bucket.node.tryFindChild(id);
  return child && ANCHOR in child ? child : undefined;
}
