// SPDX-License-Identifier: Apache-2.0
import { Names, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ReplicationFilter } from './replication-filter';
import { ReplicationRule } from './replication-rule';
import { BucketEnd } from '../app/bucket';
import { hashOf } from '../app/hash';

/** A rule as it was added, with what can be settled at once. */
export interface AddedRule {
  /** The construct whose props the rule comes from. */
  readonly at: IConstruct;
  readonly options: ReplicationRule;
  readonly destination: BucketEnd;
  /** Whether it is in another account. */
  readonly foreign: boolean;
  /** Whether policies of other accounts let the role in by the start of its name. */
  readonly byPrefix: boolean;
  /** ARN of the destination bucket, usable by resources of the source's stack. */
  readonly destinationArn: string;
  readonly filter: ReplicationFilter;
  readonly id: string;
  /** Whether the account of the destination becomes the owner of replicas. */
  readonly ownerOverride: boolean;
}

/** A rule's name in S3: from the destination and the filter alone, so that it stays when other rules come and go. */
export function ruleId(destination: BucketEnd, filter: ReplicationFilter): string {
  const name = destination.ref.bucketRef.bucketName;
  const where = destination.cfn
    ? destination.cfn.node.path
    : Token.isUnresolved(name)
      ? destination.ref.node.path
      : name;
  // resolved, because the text of a token depends on how many tokens were made before it
  const what = destination.stack.resolve([filter._prefix, filter._tags]);
  const hash = hashOf([where, what], 8);
  const readable = (
    destination.cfn ? Names.nodeUniqueId(destination.cfn.node).replace(/[0-9A-F]{8}$/, '') : where
  ).replace(/[^A-Za-z0-9-]/g, '');
  return `${readable.slice(-48)}-${hash}`;
}

/** Same destination and same objects. */
export function sameFlow(a: AddedRule, b: AddedRule): boolean {
  const sameBucket = a.destination.cfn
    ? a.destination.cfn === b.destination.cfn
    : !b.destination.cfn && a.destination.ref.bucketRef.bucketName === b.destination.ref.bucketRef.bucketName;
  return (
    sameBucket &&
    a.filter._prefix === b.filter._prefix &&
    JSON.stringify(a.filter._tags) === JSON.stringify(b.filter._tags)
  );
}
