// SPDX-License-Identifier: Apache-2.0
import { Annotations, Aws, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Stack, Token } from 'aws-cdk-lib';
import { bucketEnd, nameOf } from '../app/bucket';
import { givenName } from '../app/bucket-name';
import { defaultEncryption } from '../app/encryption';
import { partitionOf, urlSuffixOf } from '../app/environment';
import { isLocked } from '../app/object-lock';
import { bucketPoliciesOf, keyPolicyOf } from '../app/rendered';
import { definedResource } from '../app/resource';
import { DenyFinding, DenyQuestion, findDenies } from '../documents/denies';
import { DestinationAnchor } from '../flows/destination';
import { SourceAnchor } from '../flows/source';
import { Finding, aboutRule, error, warning } from '../messages/finding';
import { ACTIONS, neededAtDestination, neededAtSource } from '../permissions/actions';
import { Granted } from '../permissions/granted';
import { ruleKeys } from '../rules/rule-keys';

export function bucketDenies(anchor: SourceAnchor): Finding[] {
  const stack = Stack.of(anchor);
  const prefixes = stack.resolve(anchor.rules.map(({ filter }) => filter._prefix));
  return [
    ...(anchor.rules.length === 0
      ? []
      : inPoliciesOf(anchor, anchor.bucket, 'the source', {
          actions: neededAtSource(isLocked(anchor.bucket) === true),
          prefixes,
        })),
    ...anchor.rules.flatMap((rule) => {
      const { cfn } = rule.destination;
      const question = {
        actions: neededAtDestination({
          deleteMarkers: rule.options.deleteMarkerReplication,
          ownerOverride: rule.ownerOverride,
        }),
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

/** @param policy whose policy it is, for the message */
export function denyFinding(deny: DenyFinding, policy: string): Finding {
  const what = `${deny.statement} in ${policy} denies ${deny.actions.join(', ')}`;
  return deny.certain
    ? error({
        saw: what,
        because: `${deny.reason}, so replication would fail`,
        instead:
          'give the role a roleName and, with its ARN as text, exempt the replication role with ArnNotEquals on aws:PrincipalArn, or deny less',
      })
    : warning(
        'policyMayDeny',
        `${what} if it applies to the replication role: ${deny.reason}. Exempt the role with ArnNotEquals on aws:PrincipalArn (its ARN as text: give it a roleName), or acknowledge this`,
      );
}

/**
 * Deny statements in the policies of a destination that hit roles which were let in by ReplicaGrants: their sources are
 * not in this app, so nobody else looks. Those that may hit them are warned about.
 */
export function grantDenies(bucket: s3.CfnBucket): string[] {
  const explicit = DestinationAnchor.find(bucket)!.grants.filter((grant) => grant.explicit);
  const found = new Map(explicit.flatMap((grant) => deniesOf(bucket, grant)).map((finding) => [finding.text, finding]));
  for (const { warning: warningId, text } of found.values()) {
    if (warningId !== undefined) {
      Annotations.of(bucket).addWarningV2(warningId, text);
    }
  }
  return [...found.values()].filter((finding) => finding.warning === undefined).map(({ text }) => text);
}

function deniesOf(bucket: s3.CfnBucket, { grantee, keys, ownerOverride }: Granted): Finding[] {
  const end = bucketEnd(bucket);
  const { stack } = end;
  const partition = partitionOf(end.region);
  const one = 'account' in grantee ? grantee : undefined;
  const owner = Token.isUnresolved(end.account) ? undefined : end.account;
  const role = {
    role: one && `arn:${partition ?? 'aws'}:iam::${one.account}:role${one.rolePath}${one.roleName}`,
    account: one?.account,
    owner,
  };
  const name = stack.resolve(givenName(bucket));
  const known: DenyQuestion['known'] = [
    ...(partition === undefined ? [] : [[{ Ref: 'AWS::Partition' }, partition] as const]),
    ...(typeof name === 'string' ? [[stack.resolve(bucket.ref), name] as const] : []),
    [{ Ref: 'AWS::URLSuffix' }, urlSuffixOf(end.region)],
  ];
  const actions = neededAtDestination({ ownerOverride }); // delete markers: that is said at the source
  return [
    ...bucketPoliciesOf(bucket).flatMap(({ policy, document }) =>
      findDenies({ ...role, document, actions, resource: stack.resolve(bucket.attrArn), known }).map((deny) =>
        denyFinding(
          { ...deny, certain: deny.certain && policy.cfnOptions.condition === undefined },
          `the policy '${policy.node.path}' of destination ${nameOf(end)}`,
        ),
      ),
    ),
    ...keys.flatMap((key) =>
      'cfn' in key
        ? findDenies({
            ...role,
            document: keyPolicyOf(key.cfn as kms.CfnKey),
            actions: ACTIONS.replicaKey,
            viaService: stack.resolve(`s3.${end.region}.${Aws.URL_SUFFIX}`),
            known,
          }).map((deny) => denyFinding(deny, `the policy of key '${key.cfn.node.path}'`))
        : [],
    ),
  ];
}

/** The replication role as policies of a stack may name it: by an attribute in its own stack, by its ARN when it has a name. */
export function roleIn(
  anchor: SourceAnchor,
  stack: Stack,
): Pick<DenyQuestion, 'role' | 'account' | 'owner'> & { known: NonNullable<DenyQuestion['known']> } {
  const own = Stack.of(anchor);
  const account = knownText(own.account);
  const arn = literalArn(anchor);
  if (stack !== own) {
    return { role: arn, account, owner: knownText(stack.account), known: [] };
  }
  const attribute = own.resolve(anchor.role.roleArn);
  return { role: attribute, account, owner: account, known: arn === undefined ? [] : [[attribute, arn]] };
}

const knownText = (text: string) => (Token.isUnresolved(text) ? undefined : text);

function literalArn({ role }: SourceAnchor): string | undefined {
  if (!Token.isUnresolved(role.roleArn)) {
    return role.roleArn;
  }
  const cfn = definedResource(role, 'AWS::IAM::Role') as iam.CfnRole | undefined;
  const { account, region } = Stack.of(role);
  const partition = partitionOf(region);
  const { path = '/' } = cfn ?? {};
  const roleName: string | undefined = cfn && Stack.of(cfn).resolve(cfn.roleName);
  return typeof roleName !== 'string' || partition === undefined || Token.isUnresolved(`${account}${path}${roleName}`)
    ? undefined
    : `arn:${partition}:iam::${account}:role${path}${roleName}`;
}
