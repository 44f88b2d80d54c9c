// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, Stack, Token } from 'aws-cdk-lib';
import { SourceAnchor } from './anchors';
import { definedResource } from './bucket-end';
import { DenyQuestion } from './denies';
import { partitionOf } from './environment';

/** The replication role as policies of a stack may name it: by an attribute in its own stack, by its ARN when it has a name. */
export function roleIn(
  anchor: SourceAnchor,
  stack: Stack,
): Pick<DenyQuestion, 'role' | 'account' | 'owner'> & { known: NonNullable<DenyQuestion['known']> } {
  const own = Stack.of(anchor);
  const account = knownText(own.account);
  const arn = literalArn(anchor);
  if (stack !== own) {
    return { role: arn, account, owner: knownText(stack.account), known: [] };
  }
  const attribute = own.resolve(anchor.role.roleArn);
  return { role: attribute, account, owner: account, known: arn === undefined ? [] : [[attribute, arn]] };
}

const knownText = (text: string) => (Token.isUnresolved(text) ? undefined : text);

function literalArn({ role }: SourceAnchor): string | undefined {
  if (!Token.isUnresolved(role.roleArn)) {
    return role.roleArn;
  }
  const cfn = definedResource(role, 'AWS::IAM::Role') as iam.CfnRole | undefined;
  const { account, region } = Stack.of(role);
  const partition = partitionOf(region);
  const { path = '/' } = cfn ?? {};
  const roleName: string | undefined = cfn && Stack.of(cfn).resolve(cfn.roleName);
  return typeof roleName !== 'string' || partition === undefined || Token.isUnresolved(`${account}${path}${roleName}`)
    ? undefined
    : `arn:${partition}:iam::${account}:role${path}${roleName}`;
}
