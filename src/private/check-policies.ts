// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { DestinationAnchor, SourceAnchor } from './anchors';
import { boundaryDocumentOf, missingFromBoundary } from './boundary';
import { definedResource, givenName, nameOf } from './bucket-end';
import { keyPolicyFindings } from './check-key-policies';
import { DenyQuestion, findDenies, NEEDED_ACTIONS } from './denies';
import { denyFinding } from './deny-finding';
import { defaultEncryption } from './encryption';
import { compare, partitionOf } from './environment';
import { aboutRule, error, Finding, warning } from './finding';
import { saysEnforced } from './grant-target';
import { ruleKeys } from './keys';
import { bucketPoliciesOf, finalProperties } from './policy-lookup';
import { roleIn } from './role-identity';
import { trustsS3 } from './role-input';

/**
 * Statements of policies in this app that stop replication: S3 reports them for each object, long after the deployment.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-troubleshoot.html
 */
export function policyFindings(anchor: SourceAnchor): Finding[] {
  const findings = [
    ...bucketDenies(anchor),
    ...keyPolicyFindings(anchor),
    ...boundaryFindings(anchor),
    ...roleFindings(anchor),
  ];
  return findings.filter(
    (one, index) => findings.findIndex((other) => other.text === one.text && other.at === one.at) === index,
  );
}

function bucketDenies(anchor: SourceAnchor): Finding[] {
  const stack = Stack.of(anchor);
  const prefixes = stack.resolve(anchor.rules.map(({ filter }) => filter._prefix));
  return [
    ...(anchor.rules.length === 0
      ? []
      : inPoliciesOf(anchor, anchor.bucket, 'the source', { actions: NEEDED_ACTIONS.sourceBucket, prefixes })),
    ...anchor.rules.flatMap((rule) => {
      const { cfn } = rule.destination;
      const question = {
        // S3 uses ReplicateDelete for delete markers only
        actions: NEEDED_ACTIONS.destinationBucket.filter(
          (action) => action !== 's3:ReplicateDelete' || rule.options.deleteMarkerReplication,
        ),
        prefixes: stack.resolve([rule.filter._prefix]),
        replicaEncryption: replicaEncryption(anchor.bucket, ruleKeys(anchor.bucket, rule).replicatesKmsObjects),
      };
      return cfn ? aboutRule(rule, inPoliciesOf(anchor, cfn, `destination ${nameOf(rule.destination)}`, question)) : [];
    }),
  ];
}

/**
 * A replica is encrypted in the way its source object is; a bucket whose default is SSE-S3 may hold KMS objects too,
 * when keys are named.
 */
function replicaEncryption(source: s3.CfnBucket, replicatesKmsObjects: boolean): DenyQuestion['replicaEncryption'] {
  const { kind } = defaultEncryption(source);
  if (kind === 'SSE-S3') {
    return replicatesKmsObjects ? undefined : 'AES256';
  }
  return kind === 'SSE-KMS' || kind === 'aws/s3' ? 'aws:kms' : kind === 'DSSE-KMS' ? 'aws:kms:dsse' : undefined;
}

function inPoliciesOf(
  anchor: SourceAnchor,
  bucket: s3.CfnBucket,
  whose: string,
  question: Omit<DenyQuestion, 'document'>,
): Finding[] {
  const stack = Stack.of(bucket);
  const name = stack.resolve(givenName(bucket));
  const partition = partitionOf(stack.region);
  const { role, account, owner, known: ofRole } = roleIn(anchor, stack);
  const known: Array<readonly [unknown, string]> = [
    ...ofRole,
    ...(partition === undefined ? [] : [[{ Ref: 'AWS::Partition' }, partition] as const]),
    ...(typeof name === 'string' ? [[stack.resolve(bucket.ref), name] as const] : []),
  ];
  return bucketPoliciesOf(bucket).flatMap(({ policy, document }) =>
    findDenies({ ...question, document, role, account, owner, resource: stack.resolve(bucket.attrArn), known }).map(
      (deny) =>
        denyFinding(
          { ...deny, certain: deny.certain && policy.cfnOptions.condition === undefined },
          `the policy '${policy.node.path}' of ${whose}`,
        ),
    ),
  );
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html */
function boundaryFindings(anchor: SourceAnchor): Finding[] {
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
function roleFindings(anchor: SourceAnchor): Finding[] {
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

/** Whether ACLs are enabled decides about a permission, when the rule is added. */
function ownershipFindings(anchor: SourceAnchor): Finding[] {
  const foreign = anchor.rules.filter(
    ({ destination, options }) =>
      destination.cfn &&
      options.ownerOverride === undefined &&
      compare(destination.account, Stack.of(anchor).account) === 'different',
  );
  return foreign.flatMap((rule) => {
    const enforced = saysEnforced(finalProperties(rule.destination.cfn!).OwnershipControls);
    const covering = (DestinationAnchor.find(rule.destination.cfn!)?.grants ?? []).some(
      (grant) => grant.explicit && !grant.ownerOverride,
    );
    return enforced || rule.ownerOverride || covering
      ? []
      : aboutRule(rule, [
          error({
            saw: `Object Ownership of destination ${nameOf(rule.destination)} was changed after the rule was added`,
            because: 'with ACLs enabled the other account would not own its replicas, and the rule does not ask for it',
            instead: 'set objectOwnership in the props of the bucket, or ownerOverride of the rule',
          }),
        ]);
  });
}
