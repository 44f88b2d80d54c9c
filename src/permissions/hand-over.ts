// SPDX-License-Identifier: Apache-2.0
import { Annotations, aws_iam as iam, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { policyTaker } from './policy-taker';
import { BucketEnd } from '../app/bucket';
import { knownText, partitionOf, urlSuffixOf } from '../app/environment';
import { KeyPointer } from '../app/key';
import { filledIn } from '../documents/intrinsics';

/** What does not arrive without a statement. */
type Lost = 'replica' | 'log';

/**
 * Adds to the policy of a bucket or a key, or else warns: what is missing is never silent. The policy document in the
 * warning can be used as it is: as far as the environment is known, without intrinsics. A name that says where it is
 * says where it is used: in the stack that imports the bucket.
 *
 * @param target nothing for a key that the default encryption of the bucket hides
 * @param id of the warning
 */
export function addOrHandOver(
  end: BucketEnd,
  target: s3.IBucketRef | KeyPointer | undefined,
  id: string,
  lost: Lost,
  statements: readonly object[],
): void {
  const take = target && policyTaker(target);
  const missing = statements.filter((statement) => !take?.(iam.PolicyStatement.fromJson(statement)));
  if (missing.length === 0) {
    return;
  }
  const at = end.cfn ?? end.ref;
  const stack = Stack.of(at);
  const partition = partitionOf(end.region);
  const known = {
    'AWS::Partition': partition,
    'AWS::URLSuffix': partition && urlSuffixOf(end.region),
    'AWS::AccountId': knownText(stack.account),
    'AWS::Region': knownText(stack.region),
  };
  const filled = filledIn(stack.resolve(missing), known, (other) => other) as object[];
  Annotations.of(at).addWarningV2(`cdk-s3-replication:${id}`, handOverText(nameIn(stack, target), lost, filled));
}

/** How to call a bucket or a key whose policy cannot be changed. */
function nameIn(stack: Stack, target: s3.IBucketRef | KeyPointer | undefined): string {
  if (!target) {
    return 'key of the default encryption';
  }
  if ('arn' in target) {
    const arn = stack.resolve(target.arn);
    return `key '${typeof arn === 'string' ? arn : JSON.stringify(arn)}'`;
  }
  return 'cfn' in target ? `key '${target.cfn.node.path}'` : `bucket '${target.node.path}'`;
}

/** @param statements as their owner writes them */
export function handOverText(policy: string, lost: Lost, statements: readonly object[]): string {
  return (
    `The policy of the ${policy} cannot be changed from this app, and no ${lost} arrives until its owner adds ` +
    `${JSON.stringify({ Version: '2012-10-17', Statement: statements })} to it. Hand this over, then acknowledge it`
  );
}
