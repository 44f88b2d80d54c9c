// SPDX-License-Identifier: Apache-2.0
import { Annotations, Aws, aws_kms as kms, aws_s3 as s3, Token } from 'aws-cdk-lib';
import { DestinationAnchor } from './anchors';
import { bucketEnd, givenName, nameOf } from './bucket-end';
import { DenyQuestion, findDenies, NEEDED_ACTIONS } from './denies';
import { denyFinding } from './deny-finding';
import { partitionOf, urlSuffixOf } from './environment';
import { Finding } from './finding';
import type { Granted } from './granted';
import { bucketPoliciesOf, keyPolicyOf } from './policy-lookup';

/**
 * Deny statements in the policies of a destination that hit roles which were let in by ReplicaGrants: their sources are
 * not in this app, so nobody else looks. Those that may hit them are warned about.
 */
export function grantDenies(bucket: s3.CfnBucket): string[] {
  const explicit = DestinationAnchor.find(bucket)!.grants.filter((grant) => grant.explicit);
  const found = new Map(explicit.flatMap((grant) => deniesOf(bucket, grant)).map((finding) => [finding.text, finding]));
  for (const { warning, text } of found.values()) {
    if (warning !== undefined) {
      Annotations.of(bucket).addWarningV2(warning, text);
    }
  }
  return [...found.values()].filter(({ warning }) => warning === undefined).map(({ text }) => text);
}

function deniesOf(bucket: s3.CfnBucket, { grantee, keys }: Granted): Finding[] {
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
  // S3 uses ReplicateDelete for delete markers only, and whether they are replicated is said at the source
  const actions = NEEDED_ACTIONS.destinationBucket.filter((action) => action !== 's3:ReplicateDelete');
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
            actions: NEEDED_ACTIONS.destinationKey,
            viaService: stack.resolve(`s3.${end.region}.${Aws.URL_SUFFIX}`),
            known,
          }).map((deny) => denyFinding(deny, `the policy of key '${key.cfn.node.path}'`))
        : [],
    ),
  ];
}
