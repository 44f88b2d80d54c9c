import { Aws, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { SourceAnchor } from './anchors';
import { boundaryDocumentOf, missingFromBoundary } from './boundary';
import { definedResource, givenName, nameOf } from './bucket-end';
import { DenyFinding, DenyQuestion, findDenies, NEEDED_ACTIONS } from './denies';
import { defaultEncryption, KeyPointer } from './encryption';
import { partitionOf, urlSuffixOf } from './environment';
import { error, Finding, warning } from './finding';
import { ruleKeys } from './keys';
import { bucketPoliciesOf, keyPolicyOf } from './policy-lookup';

/**
 * Statements of policies in this app that stop replication: S3 reports them for each object, long after the deployment.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-troubleshoot.html
 */
export function policyFindings(anchor: SourceAnchor): Finding[] {
  const findings = [...bucketDenies(anchor), ...keyDenies(anchor), ...boundaryFindings(anchor)];
  return findings.filter((one, index) => findings.findIndex((other) => other.text === one.text) === index);
}

function bucketDenies(anchor: SourceAnchor): Finding[] {
  const sourceStack = Stack.of(anchor);
  const role = sourceStack.resolve(anchor.role.roleArn);
  const prefixes = anchor.rules.map(({ filter }) => filter._prefix);
  return [
    ...(anchor.rules.length === 0
      ? []
      : inPoliciesOf(anchor.bucket, 'the source', { actions: NEEDED_ACTIONS.sourceBucket, prefixes, role })),
    ...anchor.rules.flatMap((rule) => {
      const { cfn, stack } = rule.destination;
      return cfn === undefined
        ? []
        : inPoliciesOf(cfn, `destination ${nameOf(rule.destination)}`, {
            actions: NEEDED_ACTIONS.destinationBucket,
            prefixes: [rule.filter._prefix],
            role: stack === sourceStack ? role : undefined,
            replicaEncryption: replicaEncryption(anchor.bucket, ruleKeys(anchor.bucket, rule).replicatesKmsObjects),
          });
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

function inPoliciesOf(bucket: s3.CfnBucket, whose: string, question: Omit<DenyQuestion, 'document'>): Finding[] {
  const stack = Stack.of(bucket);
  const name = stack.resolve(givenName(bucket));
  const partition = partitionOf(stack.region);
  const known: Array<readonly [unknown, string]> = [
    ...(partition === undefined ? [] : [[{ Ref: 'AWS::Partition' }, partition] as const]),
    ...(typeof name === 'string' ? [[stack.resolve(bucket.ref), name] as const] : []),
  ];
  return bucketPoliciesOf(bucket).flatMap(({ policy, document }) =>
    findDenies({ ...question, document, resource: stack.resolve(bucket.attrArn), known }).map((deny) =>
      finding(
        { ...deny, certain: deny.certain && policy.cfnOptions.condition === undefined },
        `the policy '${policy.node.path}' of ${whose}`,
      ),
    ),
  );
}

function keyDenies(anchor: SourceAnchor): Finding[] {
  const inPolicyOf = (key: KeyPointer | undefined, actions: readonly string[], whose: string) => {
    const cfn = key && 'cfn' in key ? key.cfn : undefined;
    if (cfn === undefined) {
      return [];
    }
    const stack = Stack.of(cfn);
    const role = stack === Stack.of(anchor) ? stack.resolve(anchor.role.roleArn) : undefined;
    const viaService = stack.resolve(`s3.${stack.region}.${Aws.URL_SUFFIX}`);
    return findDenies({
      document: keyPolicyOf(cfn as kms.CfnKey),
      actions,
      role,
      viaService,
      known: [[{ Ref: 'AWS::URLSuffix' }, urlSuffixOf(stack.region)]],
    }).map((deny) => finding(deny, `the policy of the ${whose} key '${cfn.node.path}'`));
  };
  return anchor.rules.flatMap((rule) => {
    const { replicatesKmsObjects, sourceKeys, replicaKey } = ruleKeys(anchor.bucket, rule);
    return replicatesKmsObjects
      ? [
          ...sourceKeys.flatMap((key) => inPolicyOf(key, NEEDED_ACTIONS.sourceKey, 'source')),
          ...inPolicyOf(replicaKey, NEEDED_ACTIONS.destinationKey, 'destination'),
        ]
      : [];
  });
}

function finding(deny: DenyFinding, policy: string): Finding {
  const what = `${deny.statement} in ${policy} denies ${deny.actions.join(', ')}`;
  return deny.certain
    ? error({
        saw: what,
        because: `${deny.reason}, so replication would fail`,
        instead: 'exempt the replication role with ArnNotEquals on aws:PrincipalArn, or deny less',
      })
    : warning(
        'policyMayDeny',
        `${what} if it applies to the replication role: ${deny.reason}. Exempt the role with ArnNotEquals on aws:PrincipalArn, or acknowledge this`,
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
