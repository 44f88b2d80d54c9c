// SPDX-License-Identifier: Apache-2.0
import { Aws, aws_kms as kms, CfnResource, Stack } from 'aws-cdk-lib';
import { denyFinding, roleIn } from './denies';
import { urlSuffixOf } from '../app/environment';
import { KeyPointer } from '../app/key';
import { keyPolicyOf } from '../app/rendered';
import { definedResource } from '../app/resource';
import { mayAllow } from '../documents/allows';
import { findDenies } from '../documents/denies';
import { SourceAnchor } from '../flows/source';
import { waitsFor } from '../flows/waits';
import { Finding, aboutRule, error, warning } from '../messages/finding';
import { ACTIONS } from '../permissions/actions';
import { ruleKeys } from '../rules/rule-keys';

/**
 * Key policies of this app that do not let the replication role use the key: the role has the permission in IAM, which
 * counts only where the key policy lets IAM decide.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export function keyPolicyFindings(anchor: SourceAnchor): Finding[] {
  return anchor.rules.flatMap((rule) => {
    const { replicatesKmsObjects, sourceKeys, replicaKey } = ruleKeys(anchor.bucket, rule);
    return replicatesKmsObjects
      ? [
          ...sourceKeys.flatMap((key) => inPolicyOf(anchor, key, ACTIONS.sourceKey, 'source')),
          ...(replicaKey ? aboutRule(rule, inPolicyOf(anchor, replicaKey, ACTIONS.replicaKey, 'destination')) : []),
        ]
      : [];
  });
}

function inPolicyOf(anchor: SourceAnchor, key: KeyPointer, actions: readonly string[], whose: string): Finding[] {
  if (!('cfn' in key)) {
    return [];
  }
  const stack = Stack.of(key.cfn);
  const { role, account, owner, known } = roleIn(anchor, stack);
  const document = keyPolicyOf(key.cfn as kms.CfnKey);
  const policy = `the policy of the ${whose} key '${key.cfn.node.path}'`;
  const denies = findDenies({
    document,
    actions,
    role,
    account,
    owner,
    viaService: stack.resolve(`s3.${stack.region}.${Aws.URL_SUFFIX}`),
    known: [...known, [{ Ref: 'AWS::URLSuffix' }, urlSuffixOf(stack.region)]],
  });
  const foreign = owner === account ? undefined : account;
  const missing = actions.filter((action) => !mayAllow(document, action, role, foreign));
  return [
    ...denies.map((deny) => denyFinding(deny, policy)),
    ...circle(anchor, key.cfn, policy),
    ...(missing.length === 0
      ? []
      : [
          warning(
            'keyPolicyWithoutAccount',
            `No statement in ${policy} allows ${missing.join(', ')} to the account or to the replication role, so the permissions of the role ` +
              'do not count for this key. Let the account decide with a statement for its root, as CDK does by default, or acknowledge this',
          ),
        ]),
  ];
}

/** A role with its permissions inside names the key, so the key cannot name the role in return. */
function circle(anchor: SourceAnchor, key: CfnResource, policy: string): Finding[] {
  const role = definedResource(anchor.role, 'AWS::IAM::Role');
  const inside = role !== undefined && role.node.scopes.includes(anchor) && anchor.policy === undefined;
  return !inside || !waitsFor(key, role, 'template')
    ? []
    : [
        error({
          saw: `${policy} refers to the replication role`,
          because: 'the role names the key, so CloudFormation could create neither before the other',
          instead: 'give the role a roleName, and write its ARN as text in the key policy',
        }),
      ];
}
