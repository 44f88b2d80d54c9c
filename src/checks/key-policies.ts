// SPDX-License-Identifier: Apache-2.0
import { inKeyPolicy } from './denies';
import { urlSuffixOf } from '../app/environment';
import { hashOf } from '../app/hash';
import { mayAllow } from '../documents/allows';
import { BucketFacts, KeyFacts, ReplicationFacts, RoleFacts, RuleFacts } from '../flows/facts';
import { Findings, error, warning } from '../messages/finding';
import { ACTIONS } from '../permissions/actions';
import { handOverText } from '../permissions/hand-over';

/**
 * Key policies of this app that do not let the replication role use the key: the role has the permission in IAM, which
 * counts only where the key policy lets IAM decide.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export function sourceKeyPolicies({ role, rules, source }: ReplicationFacts): Findings {
  const keys = new Set(rules.flatMap(({ sourceKeys }) => sourceKeys));
  return [...keys].map((key) => [
    inPolicyOf(role, key, ACTIONS.sourceKey, 'source'),
    ofOtherAccount(role, key, ACTIONS.sourceKey, source),
  ]);
}

/** What roles of another account need was told with the statements of the bucket policy. */
export function replicaKeyPolicy(
  { replicaKey, foreign, destination }: RuleFacts,
  { role }: ReplicationFacts,
): Findings {
  return (
    replicaKey && [
      inPolicyOf(role, replicaKey, ACTIONS.replicaKey, 'destination'),
      !foreign && ofOtherAccount(role, replicaKey, ACTIONS.replicaKey, destination),
    ]
  );
}

/**
 * A key of another account than the role is let in twice: by the role's permissions, and by its own policy.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
 */
function ofOtherAccount(role: RoleFacts, key: KeyFacts, actions: readonly string[], bucket: BucketFacts): Findings {
  const { arn, account, region } = key;
  if (arn === undefined || account === undefined || role.account === undefined || account === role.account) {
    return undefined;
  }
  const [, partition] = arn.split(':');
  const bucketArn = typeof bucket.bucketName === 'string' && `arn:${partition}:s3:::${bucket.bucketName}`;
  const statement = {
    Sid: `ReplicationOf${role.account}${hashOf([actions, bucket.path], 8)}`,
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${role.account}:root` },
    Action: actions,
    Resource: '*',
    Condition: {
      StringEquals: { 'kms:ViaService': `s3.${region}.${urlSuffixOf(region!)}` },
      ...(bucketArn && { StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucketArn, `${bucketArn}/*`] } }),
      ...(role.arn && { ArnEquals: { 'aws:PrincipalArn': role.arn } }),
    },
  };
  return warning('keyTakesNoPolicy', handOverText(`key '${arn}'`, 'replica', [statement]));
}

function inPolicyOf(role: RoleFacts, key: KeyFacts, actions: readonly string[], end: string): Findings {
  if (!key.properties) {
    return [];
  }
  const { KeyPolicy } = key.properties;
  const policy = `the policy of the ${end} key '${key.path}'`;
  const caller = role.reference?.template === key.template ? role.reference?.arn : role.arn;
  const foreign = key.account === role.account ? undefined : role.account;
  const missing = actions.filter((action) => !mayAllow(KeyPolicy, action, caller, foreign));
  return [
    inKeyPolicy(key, policy, role, actions),
    circle(role, key, policy),
    missing.length > 0 &&
      warning(
        'keyPolicyWithoutAccount',
        `No statement in ${policy} allows ${missing.join(', ')} to the account or to the replication role, ` +
          'so the permissions of the role do not count for this key. ' +
          'Let the account decide with a statement for its root, as CDK does by default, or acknowledge this',
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
