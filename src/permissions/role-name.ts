// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { RoleOptions } from './role';
import { BucketEnd } from '../app/bucket';
import { shown } from '../app/environment';
import { hashOf } from '../app/hash';
import { definedResource } from '../app/resource';
import { deployedStack } from '../app/stacks';
import { mistake } from '../messages/mistake';

/** How policies of another account name a role. */
export interface RoleName {
  readonly roleName: string;
  readonly rolePath: string;
}

/** One role of another account. */
export interface RoleOfAccount extends RoleName {
  readonly account: string;
}

const MAX_ROLE_NAME = 64;

/**
 * The name of the replication role where an account boundary is crossed: the other account has to know it before the
 * role exists. Unique in the account, because roles of all regions share their names; and the same as long as the
 * bucket stays where it is in the app.
 */
export function crossAccountRoleName({ stack, cfn, ref, account, region }: BucketEnd): string {
  const { stackName } = deployedStack(stack);
  const hash = hashOf([stackName, (cfn ?? ref).node.path, account, region], 12);
  return `s3-replication-${stackName.slice(0, MAX_ROLE_NAME - 28)}-${hash}`;
}

/** How names of replication roles start that an archive of logs lets in, unless both sides say something else. */
export const ROLE_NAME_PREFIX = 's3-log-replication-';

/** What is left of a role's name for a prefix, beside a hash, a hyphen and the region. */
export const MAX_ROLE_NAME_PREFIX = MAX_ROLE_NAME - 29;

/**
 * A name for policies that name roles by how they start. The region is part of it as such where it is open: the same
 * template may be deployed to several.
 */
export function prefixedRoleName({ stack, cfn, account, region }: BucketEnd, prefix: string): string {
  const { stackName } = deployedStack(stack);
  const where = hasKnownPlace(stack) ? [account, region] : [];
  const hash = hashOf([stackName, cfn?.node.path, ...where], 12);
  return `${prefix}${hash}${where.length > 0 ? '' : `-${stack.region}`}`;
}

/** Of the role of a source. Throws when its name is not known at synthesis. */
export function replicationRoleName(at: IConstruct, source: BucketEnd, options: RoleOptions): RoleName {
  const { role, roleName, rolePath = '/' } = options;
  return role
    ? nameOfGivenRole(at, role)
    : source.stack.resolve({ roleName: roleName ?? crossAccountRoleName(source), rolePath });
}

/** How policies of another account name the role. Throws when they cannot. */
export function granteeOf(at: IConstruct, source: BucketEnd, options: RoleOptions): RoleOfAccount {
  const name = replicationRoleName(at, source, options);
  checkKnownRole(at, name);
  return { account: source.account, ...name };
}

/** Of a role that the user gave. Throws when its name is not known at synthesis. */
function nameOfGivenRole(at: IConstruct, role: iam.IRole): RoleName {
  const cfn = definedResource(role, 'AWS::IAM::Role') as iam.CfnRole | undefined;
  const [, path, name] = /:role(\/.*?)([^/]+)$/.exec(cfn ? '' : role.roleArn) ?? [];
  const found = cfn ? { rolePath: cfn.path ?? '/', roleName: cfn.roleName } : { rolePath: path, roleName: name };
  const { rolePath, roleName } = found;
  if (rolePath === undefined || roleName === undefined || Token.isUnresolved(`${rolePath}${roleName}`)) {
    throw mistake(at, {
      saw: `role '${role.node.path}' with a name ${shown(role.roleName)} for a destination in another account`,
      because: 'the policies of the other account name the role, also before it exists',
      instead: 'give the role a roleName, or omit role to have one created',
    });
  }
  // in this order, which ids of statements are made of
  return { roleName, rolePath };
}

/** Throws when policies of another account cannot name a role so: they compare names with wildcards and variables. */
export function checkKnownRole(at: IConstruct, { roleName, rolePath }: RoleName): void {
  const name = `${rolePath}${roleName}`;
  if (typeof roleName !== 'string' || typeof rolePath !== 'string' || Token.isUnresolved(name) || /[*?$]/.test(name)) {
    throw mistake(at, {
      saw:
        `a replication role named ${JSON.stringify(roleName)} with path ${JSON.stringify(rolePath)} ` +
        'for a destination in another account',
      because: 'policies of the other account name the role as text, in which *, ? and $ have a meaning',
      instead: 'give roleName and rolePath as plain text without these characters',
    });
  }
}

/** The stack's region is part of the name of the role. */
export const hasKnownPlace = (stack: Stack) => !Token.isUnresolved(`${stack.account}${stack.region}`);
