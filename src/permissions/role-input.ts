// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { RoleOptions } from './role';
import { BucketEnd } from '../app/bucket';
import { compare, partitionOf, shown } from '../app/environment';
import { given } from '../app/given';
import { hasForm } from '../app/lookup';
import { definedResource } from '../app/resource';
import { sameStage } from '../app/stacks';
import { mistake, together } from '../messages/mistake';

/** The options that describe the role which is made when none is given, as far as they are there. */
export const ofOurRole = ({ roleName, rolePath, permissionsBoundary }: RoleOptions) =>
  given({ roleName, rolePath, permissionsBoundary });

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export function checkRoleInput(at: IConstruct, source: BucketEnd, options: RoleOptions): void {
  const { role, roleName, rolePath } = options;
  const ours = Object.keys(ofOurRole(options));
  if (role && ours.length > 0) {
    throw mistake(at, together('role', ours, 'these describe the role that is created when none is given'));
  }
  if (role) {
    checkAccount(at, source, role);
  }
  checkRoleName(at, 'roleName', roleName);
  checkRolePath(at, rolePath);
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export function checkRoleName(at: IConstruct, prop: string, roleName: string | undefined): void {
  if (roleName !== undefined && !Token.isUnresolved(roleName) && !hasForm(/^[\w+=,.@-]{1,64}$/, roleName)) {
    throw mistake(at, {
      saw: `${prop} '${roleName}' (${roleName.length} characters)`,
      because: 'IAM takes 1 to 64 letters, digits and +=,.@_- as the name of a role',
      instead: `use such a name, or omit ${prop}`,
    });
  }
}

const ROLES_OF_TOOLS = ['AWS', 'cdk-', 'stacksets-exec-', 'OrganizationAccountAccessRole'];

/** Throws when roles would be let in that nobody had in mind. */
export function checkRolesMeant(at: IConstruct, prefix: string): void {
  const text = prefix.toLowerCase();
  const tool = ROLES_OF_TOOLS.map((it) => it.toLowerCase()).find((it) => it.startsWith(text) || text.startsWith(it));
  if (!Token.isUnresolved(prefix) && (prefix.length < 4 || tool !== undefined)) {
    throw mistake(at, {
      saw: `roleNamePrefix '${prefix}'`,
      because:
        `${prefix.length < 4 ? 'with less than 4 characters' : 'with a name like those that AWS and deployment tools give'} ` +
        'it lets in roles that were never meant to write',
      instead: "write one that only replication roles have, for example 'logs-to-archive-'",
    });
  }
}

export function checkRolePath(at: IConstruct, rolePath: string | undefined): void {
  if (
    rolePath !== undefined &&
    !Token.isUnresolved(rolePath) &&
    !hasForm(/^(?=.{1,512}$)\/([\x21-\x7e]+\/)?$/, rolePath)
  ) {
    throw mistake(at, {
      saw: `rolePath '${rolePath}' (${rolePath.length} characters)`,
      because: 'IAM takes paths of at most 512 characters that begin and end with a slash',
      instead: "write it like '/replication/'",
    });
  }
}

function checkAccount(at: IConstruct, source: BucketEnd, role: iam.IRole): void {
  if (compare(role.env.account, source.account) === 'different') {
    throw mistake(at, {
      saw: `role '${role.node.path}' of account ${shown(role.env.account)}, source bucket in account ${shown(source.account)}`,
      because: 'S3 takes a role of the account that owns the source bucket only',
      instead: 'give a role of that account, or omit role to have one created',
    });
  }
  const partition = partitionOf(source.region);
  const [, other] = Token.isUnresolved(role.roleArn) ? [] : role.roleArn.split(':');
  if (partition !== undefined && other !== undefined && other !== partition) {
    throw mistake(at, {
      saw: `role '${role.roleArn}', source bucket in ${shown(source.region)} (partition ${partition})`,
      because: 'S3 refuses a role of another partition',
      instead: `give a role of partition ${partition}, or omit role to have one created`,
    });
  }
  const stack = Stack.of(role);
  const elsewhere =
    !sameStage(stack, source.stack) ||
    compare(stack.region, source.region) !== 'same' ||
    compare(stack.account, source.account) !== 'same';
  if (definedResource(role, 'AWS::IAM::Role') && elsewhere) {
    throw mistake(at, {
      saw: `role '${role.node.path}' of a stack in another region or Stage, or with env where the stack of the source has none`,
      because: 'CDK cannot refer to it from the stack of the source',
      instead:
        'give both stacks the same env, name the role and import it with Role.fromRoleName(), or omit role to have one created',
    });
  }
}
