// SPDX-License-Identifier: Apache-2.0
import { missingFromBoundary, trustsS3 } from '../documents/allows';
import { same } from '../documents/intrinsics';
import { ReplicationFacts } from '../flows/facts';
import { Findings, error, warning } from '../messages/finding';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html */
export function boundary({ role }: ReplicationFacts): Findings {
  const missing =
    role.boundary === undefined
      ? []
      : missingFromBoundary(role.boundary, [...new Set(role.statements.flatMap(({ Action }) => Action))]);
  return missing.length === 0
    ? undefined
    : warning(
        'permissionsBoundaryForbids',
        `The permissions boundary of the replication role '${role.path}' does not allow ${missing.join(', ')}: replication would fail. ` +
          'Allow these actions in the boundary, or acknowledge this',
      );
}

/** What cannot be seen before the role is final: whether S3 may assume it. */
export function trust({ role: { properties, path } }: ReplicationFacts): Findings {
  return properties === undefined || trustsS3(properties.AssumeRolePolicyDocument)
    ? undefined
    : error('roleDoesNotTrustS3', {
        saw: `the role '${path}' does not trust the service s3.amazonaws.com`,
        because: 'S3 accepts it and then fails every object (AssumeRoleNotPermitted)',
        instead: "create it with assumedBy: new iam.ServicePrincipal('s3.amazonaws.com')",
      });
}

/** Whether it still has the name that the policies of other accounts say. */
export function knownRole({ role: { properties, path, knownAs } }: ReplicationFacts): Findings {
  const { RoleName, Path = '/' } = properties ?? {};
  return properties === undefined || !knownAs || same([Path, RoleName], [knownAs.rolePath, knownAs.roleName])
    ? undefined
    : error('roleRenamed', {
        saw: `the role '${path}' is named ${JSON.stringify(RoleName)} with path ${JSON.stringify(Path)} in the end`,
        because: `the other account lets in ${JSON.stringify(knownAs.roleName)} with path ${JSON.stringify(knownAs.rolePath)}`,
        instead: 'give roleName and rolePath to the construct that makes the role, not by an override or an aspect',
      });
}

export function takesNoPolicy({ role }: ReplicationFacts): Findings {
  return role.takesPolicy
    ? undefined
    : warning(
        'roleTakesNoPolicy',
        `The role '${role.path}' takes no policies from this app, so it lacks the permissions for replication. ` +
          'Import it without `mutable: false`, or give it the permissions that docs/permissions.md lists and acknowledge this',
      );
}
