// SPDX-License-Identifier: Apache-2.0
import { CfnOutput, CfnParameter, Stack } from 'aws-cdk-lib';
import { constructsIn } from '../app/rendered';
import { Findings, error } from '../messages/finding';
import { report } from '../messages/report';

const LIMIT = 200;
const CHECKED = Symbol.for('cdk-s3-replication.stackSize');

/**
 * Checks once what references add to a stack over all its buckets, when core has made them: an output for each bucket or
 * key that another stack refers to, a parameter for each that a nested stack does. Resources core counts itself.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
export function checkStackSize(stack: Stack & { [CHECKED]?: boolean }): void {
  if (!stack[CHECKED]) {
    Object.defineProperty(stack, CHECKED, { value: true });
    stack.node.addValidation({ validate: () => report(stack, stackSize(stack)) });
  }
}

function stackSize(stack: Stack): Findings {
  const all = constructsIn(stack);
  const outputs = all.filter((it) => it instanceof CfnOutput).length;
  const parameters = all.filter((it) => it instanceof CfnParameter).length;
  return [
    outputs > LIMIT &&
      error('tooManyOutputs', {
        saw: `${outputs} outputs of the stack '${stack.node.path}'`,
        because: `CloudFormation takes at most ${LIMIT}, and each bucket or key that another stack refers to has one`,
        instead:
          'give the destinations a bucketName each, which takes the place of an output, or use several stacks for them',
      }),
    parameters > LIMIT &&
      error('tooManyParameters', {
        saw: `${parameters} parameters of the stack '${stack.node.path}'`,
        because: `CloudFormation takes at most ${LIMIT}, and each bucket or key that a nested stack refers to is one`,
        instead: 'use several nested stacks for the sources, or define the destinations beside them',
      }),
  ];
}
