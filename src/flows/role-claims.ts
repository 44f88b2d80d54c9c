// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { SourceAnchor } from './source';
import { BucketEnd, nameOf } from '../app/bucket';
import { definedResource } from '../app/resource';
import { mistake } from '../messages/mistake';

/** The sources of an app by the account and name of their role; a property of the root, which Stages share. */
const CLAIMS = Symbol.for('cdk-s3-replication.roleNames');

/**
 * Throws when another source of the account has a role of that name.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export function claimRoleName(at: IConstruct, source: BucketEnd, roleName: string | undefined): void {
  if (roleName === undefined || Token.isUnresolved(`${roleName}${source.account}`)) {
    return;
  }
  const root = at.node.root as IConstruct & { [CLAIMS]?: Map<string, string> };
  const claims = (root[CLAIMS] ??= new Map());
  const claim = `${source.account}/${roleName.toLowerCase()}`; // IAM does not tell them apart by case
  const other = claims.get(claim);
  if (other !== undefined) {
    throw mistake(at, {
      saw: `roleName '${roleName}' for ${nameOf(source)}, and for ${other} in the same account '${source.account}'`,
      because: 'the name of a role is unique in an account, over all its regions',
      instead: 'give every source a roleName of its own',
    });
  }
  claims.set(claim, nameOf(source));
}

const SOURCES = Symbol.for('cdk-s3-replication.sourcesOfRoles');

/** Lets the sources that were given one role know each other, in whichever stacks they are. */
export function shareRole(source: SourceAnchor, role: iam.IRole): void {
  const root = source.node.root as IConstruct & { [SOURCES]?: Map<string, SourceAnchor[]> };
  const known = (root[SOURCES] ??= new Map());
  const { stack } = source.end;
  const id = definedResource(role, 'AWS::IAM::Role')?.node.path ?? stack.resolve([stack.account, role.roleArn]);
  const companions = known.get(JSON.stringify(id)) ?? [];
  known.set(JSON.stringify(id), companions);
  companions.push(source);
  source.companions = companions;
}
