// SPDX-License-Identifier: Apache-2.0
import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { asList, asRecord, isIntrinsic, managedPolicyDocument, finalProperties, statementsIn } from './policy-lookup';
import { actionFit } from './policy-match';

/**
 * Which actions a permissions boundary takes away: no Allow can match them, or a Deny of everything hits them.
 * Resources and conditions of an Allow are given the benefit of the doubt; a document that cannot be read takes away
 * nothing.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export function missingFromBoundary(boundaryDocument: unknown, actions: readonly string[]): string[] {
  const statements = statementsIn(boundaryDocument);
  if (statements.length === 0) {
    return [];
  }
  const mayAllow = (action: string) =>
    statements.some(({ body }) => {
      return isIntrinsic(body)
        ? body.Ref !== 'AWS::NoValue'
        : body.Effect === 'Allow' && actionFit(body, action) !== 'none';
    });
  const denies = (action: string) =>
    statements.some(
      ({ body, conditional }) =>
        !conditional &&
        body.Effect === 'Deny' &&
        Object.keys(asRecord(body.Condition) ?? {}).length === 0 &&
        asList(body.Resource).includes('*') &&
        actionFit(body, action) === 'all',
    );
  return actions.filter((action) => !mayAllow(action) || denies(action));
}

/**
 * The document of the managed policy that bounds a role, when the role's own stack defines it; what the boundary of
 * another stack or of the account allows is not known.
 */
export function boundaryDocumentOf(role: iam.CfnRole): unknown {
  // as rendered, because CDK applies boundaries with an aspect that overrides the property
  const logicalId = asRecord(finalProperties(role).PermissionsBoundary)?.Ref;
  return typeof logicalId === 'string' ? managedPolicyDocument(Stack.of(role), logicalId) : undefined;
}
