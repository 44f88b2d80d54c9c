import { aws_iam as iam, Stack, Token } from 'aws-cdk-lib';
import { SourceAnchor } from './anchors';
import { definedResource } from './bucket-end';
import { DenyQuestion } from './denies';
import { partitionOf } from './environment';

/** The replication role as policies of a stack may name it: by an attribute in its own stack, by its ARN when it has a name. */
export function roleIn(
  anchor: SourceAnchor,
  stack: Stack,
): Pick<DenyQuestion, 'role' | 'account'> & { known: NonNullable<DenyQuestion['known']> } {
  const own = Stack.of(anchor);
  const account = Token.isUnresolved(own.account) ? undefined : own.account;
  const arn = literalArn(anchor);
  if (stack !== own) {
    return { role: arn, account, known: [] };
  }
  const attribute = own.resolve(anchor.role.roleArn);
  return { role: attribute, account, known: arn === undefined ? [] : [[attribute, arn]] };
}

function literalArn({ role }: SourceAnchor): string | undefined {
  if (!Token.isUnresolved(role.roleArn)) {
    return role.roleArn;
  }
  const cfn = definedResource(role, 'AWS::IAM::Role') as iam.CfnRole | undefined;
  const { account, region } = Stack.of(role);
  const partition = partitionOf(region);
  const { roleName, path = '/' } = cfn ?? {};
  return roleName === undefined || partition === undefined || Token.isUnresolved(`${account}${path}${roleName}`)
    ? undefined
    : `arn:${partition}:iam::${account}:role${path}${roleName}`;
}
