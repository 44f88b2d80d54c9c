import { aws_iam as iam, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { BucketEnd } from './bucket-end';
import { compare, shown } from './environment';
import { mistake } from './mistake';
import { RoleOptions } from './role';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export function checkRoleInput(at: IConstruct, source: BucketEnd, options: RoleOptions): void {
  const { role, roleName, rolePath } = options;
  const forOurRole = (['roleName', 'rolePath', 'permissionsBoundary'] as const).filter(
    (prop) => options[prop] !== undefined,
  );
  if (role && forOurRole.length > 0) {
    throw mistake(at, {
      saw: `role together with ${forOurRole.join(', ')}`,
      because: 'these describe the role that is created when none is given',
      instead: `leave out either role or ${forOurRole.join(', ')}`,
    });
  }
  if (role) {
    checkAccount(at, source, role);
  }
  if (roleName !== undefined && !Token.isUnresolved(roleName) && !/^[\w+=,.@-]{1,64}$/.test(roleName)) {
    throw mistake(at, {
      saw: `roleName '${roleName}' (${roleName.length} characters)`,
      because: 'IAM takes 1 to 64 letters, digits and +=,.@_- as the name of a role',
      instead: 'use such a name, or leave roleName off',
    });
  }
  if (
    rolePath !== undefined &&
    !Token.isUnresolved(rolePath) &&
    !/^\/([\x21-\x7e]+\/)?$/.test(rolePath.slice(0, 513))
  ) {
    throw mistake(at, {
      saw: `rolePath '${rolePath}'`,
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
      instead: 'give a role of that account, or leave role off to have one created',
    });
  }
}
