// SPDX-License-Identifier: Apache-2.0
import { IConstruct } from 'constructs';
import { BucketEnd, nameOf } from '../app/bucket';
import { literalName } from '../app/bucket-name';
import { isNested } from '../app/stacks';
import { mistake } from '../messages/mistake';
import { RuleKeys } from '../rules/rule-keys';

/**
 * Throws when the stack of the source would have to read something of the other account, and has no role to do so: core
 * lets the CloudFormation execution role of the consumer read the outputs of the producer.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
 */
export function checkExecutionRole(
  at: IConstruct,
  source: BucketEnd,
  destination: BucketEnd,
  { replicaKey }: RuleKeys,
): void {
  const { stack } = source;
  const { synthesizer } = stack;
  const read = [
    ...(destination.cfn && literalName(destination.cfn) === undefined ? [`destination ${nameOf(destination)}`] : []),
    ...(replicaKey && 'cfn' in replicaKey ? [`key '${replicaKey.cfn.node.path}'`] : []),
  ];
  if (read.length > 0 && synthesizer.cloudFormationExecutionRole === undefined) {
    throw mistake(at, {
      saw: `${read.join(' and ')} in another account, and stack '${stack.node.path}' with a synthesizer without an execution role (${synthesizer.constructor.name})`,
      because: 'CloudFormation reads the ARN from the other account with the execution role of the stack',
      instead: isNested(stack)
        ? 'define the source in a stack that is not nested, or give the destination a bucketName and its key with Key.fromKeyArn()'
        : 'use a synthesizer with one (DefaultStackSynthesizer, or BootstraplessSynthesizer with cloudFormationExecutionRoleArn), or give the bucket a bucketName and the key with Key.fromKeyArn()',
    });
  }
}
