// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, Stack } from 'aws-cdk-lib';
import { ownershipFindings } from './ownership';
import { boundaryDocumentOf, finalProperties } from '../app/rendered';
import { definedResource } from '../app/resource';
import { missingFromBoundary, trustsS3 } from '../documents/allows';
import { SourceAnchor } from '../flows/source';
import { Finding, error, warning } from '../messages/finding';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html */
export function boundaryFindings(anchor: SourceAnchor): Finding[] {
  const role = definedResource(anchor.role, 'AWS::IAM::Role') as iam.CfnRole | undefined;
  const document = role && boundaryDocumentOf(role);
  if (document === undefined) {
    return [];
  }
  const missing = missingFromBoundary(document, [
    ...new Set(anchor.permissions().flatMap((statement) => statement.Action)),
  ]);
  return missing.length === 0
    ? []
    : [
        warning(
          'permissionsBoundaryForbids',
          `The permissions boundary of the replication role does not allow ${missing.join(', ')}: replication would fail. Allow these actions in the boundary, ` +
            'or acknowledge this',
        ),
      ];
}

/** What cannot be seen before the role is final: whether S3 may assume it, and whether it took our policy. */
export function roleFindings(anchor: SourceAnchor): Finding[] {
  const role = definedResource(anchor.role, 'AWS::IAM::Role');
  const findings: Finding[] = [];
  if (role && !trustsS3(finalProperties(role).AssumeRolePolicyDocument)) {
    findings.push(
      error({
        saw: `the role '${role.node.path}' does not trust the service s3.amazonaws.com`,
        because: 'S3 accepts it and then fails every object (AssumeRoleNotPermitted)',
        instead: "create it with assumedBy: new iam.ServicePrincipal('s3.amazonaws.com')",
      }),
    );
  }
  if (role && anchor.knownAs) {
    const { RoleName, Path = '/' } = finalProperties(role);
    const { roleName, rolePath } = anchor.knownAs;
    if (JSON.stringify([Path, RoleName]) !== JSON.stringify(Stack.of(anchor).resolve([rolePath, roleName]))) {
      findings.push(
        error({
          saw: `the role '${role.node.path}' is named ${JSON.stringify(RoleName)} with path ${JSON.stringify(Path)} in the end`,
          because: `the policies of the other account let in ${JSON.stringify(roleName)} with path ${JSON.stringify(rolePath)}`,
          instead:
            'give roleName and rolePath to the construct that makes the role, not with an override, a later assignment or an aspect',
        }),
      );
    }
  }
  findings.push(...ownershipFindings(anchor));
  const brought = anchor.role.node.scope !== anchor;
  if (brought && anchor.policy && Object.keys(finalProperties(anchor.policy)).length === 0) {
    findings.push(
      warning(
        'roleTakesNoPolicy',
        `The role '${anchor.role.node.path}' takes no policies from this app, so the permissions for replication are not added to it. ` +
          'Import it without `mutable: false` where that is why, or give it the permissions that docs/permissions.md lists and acknowledge this',
      ),
    );
  }
  return findings;
}
