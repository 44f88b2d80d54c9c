// SPDX-License-Identifier: Apache-2.0
import { inKeyPolicy } from './denies';
import { mayAllow } from '../documents/allows';
import { KeyFacts, ReplicationFacts, RoleFacts, RuleFacts } from '../flows/facts';
import { Findings, error, warning } from '../messages/finding';
import { ACTIONS } from '../permissions/actions';

/**
 * Key policies of this app that do not let the replication role use the key: the role has the permission in IAM, which
 * counts only where the key policy lets IAM decide.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export function sourceKeyPolicies({ role, rules }: ReplicationFacts): Findings {
  const keys = new Set(rules.flatMap(({ sourceKeys }) => sourceKeys));
  return [...keys].map((key) => inPolicyOf(role, key, ACTIONS.sourceKey, 'source'));
}

export function replicaKeyPolicy({ replicaKey }: RuleFacts, { role }: ReplicationFacts): Findings {
  return replicaKey && inPolicyOf(role, replicaKey, ACTIONS.replicaKey, 'destination');
}

function inPolicyOf(role: RoleFacts, key: KeyFacts, actions: readonly string[], whose: string): Findings {
  if (!key.properties) {
    return [];
  }
  const { KeyPolicy } = key.properties;
  const policy = `the policy of the ${whose} key '${key.path}'`;
  const caller = role.reference?.template === key.template ? role.reference?.arn : role.arn;
  const foreign = key.account === role.account ? undefined : role.account;
  const missing = actions.filter((action) => !mayAllow(KeyPolicy, action, caller, foreign));
  return [
    inKeyPolicy(key, policy, role, actions),
    circle(role, key, policy),
    missing.length > 0 &&
      warning(
        'keyPolicyWithoutAccount',
        `No statement in ${policy} allows ${missing.join(', ')} to the account or to the replication role, so the permissions of the role ` +
          'do not count for this key. Let the account decide with a statement for its root, as CDK does by default, or acknowledge this',
      ),
  ];
}

/** A role with its permissions inside names the key, so the key cannot name the role in return. */
function circle({ waitingKeys }: RoleFacts, { path }: KeyFacts, policy: string): Findings {
  return path === undefined || !waitingKeys.includes(path)
    ? undefined
    : error('keyPolicyNamesRole', {
        saw: `${policy} refers to the replication role`,
        because: 'the role names the key, so CloudFormation could create neither before the other',
        instead: 'give the role a roleName, and write its ARN as text in the key policy',
      });
}
