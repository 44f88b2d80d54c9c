// SPDX-License-Identifier: Apache-2.0
import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { BucketEnd } from '../app/bucket';
import { partitionOf, urlSuffixOf } from '../app/environment';
import { KeyPointer } from '../app/key';
import { filledIn } from '../documents/intrinsics';

/** A policy that somebody else has to write. */
export interface HandOver {
  /** Of the warning. */
  readonly id: string;
  /** Which policy, for example `bucket 'Data/Replica'`. */
  readonly policy: string;
  /** What does not arrive without it. */
  readonly lost: 'replica' | 'log';
  readonly statements: readonly object[];
}

/** How to call a policy that cannot be changed. */
export function policyOf({ cfn, ref }: BucketEnd, target: IConstruct | KeyPointer): string {
  if ('arn' in target) {
    const arn = Stack.of(cfn ?? ref).resolve(target.arn);
    return `key '${typeof arn === 'string' ? arn : JSON.stringify(arn)}'`;
  }
  return 'cfn' in target ? `key '${target.cfn.node.path}'` : `bucket '${target.node.path}'`;
}

/**
 * Warns with the policy document, which its owner can use as it is: as far as the environment is known, without
 * intrinsics. A name that says where it is says where it is used: in the stack that imports the bucket.
 */
export function handOver({ cfn, ref, region }: BucketEnd, { id, policy, lost, statements }: HandOver): void {
  const at = cfn ?? ref;
  const stack = Stack.of(at);
  const partition = partitionOf(region);
  const known = {
    'AWS::Partition': partition,
    'AWS::URLSuffix': partition && urlSuffixOf(region),
    'AWS::AccountId': Token.isUnresolved(stack.account) ? undefined : stack.account,
    'AWS::Region': Token.isUnresolved(stack.region) ? undefined : stack.region,
  };
  const filled = filledIn(stack.resolve(statements), known, (other) => other) as object[];
  Annotations.of(at).addWarningV2(`cdk-s3-replication:${id}`, handOverText(policy, lost, filled));
}

/** @param statements as their owner writes them */
export function handOverText(policy: string, lost: HandOver['lost'], statements: readonly object[]): string {
  return (
    `The policy of the ${policy} cannot be changed from this app, and no ${lost} arrives until its owner adds ` +
    `${JSON.stringify({ Version: '2012-10-17', Statement: statements })} to it. Hand this over, then acknowledge it`
  );
}
