// SPDX-License-Identifier: Apache-2.0
import { DenyFinding } from './denies';
import { error, Finding, warning } from './finding';

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
