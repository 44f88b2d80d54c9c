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
          'exempt the replication role: give it a roleName and put its ARN, as text, into ArnNotEquals on aws:PrincipalArn; or deny less',
      })
    : warning(
        'policyMayDeny',
        `${what} if it applies to the replication role: ${deny.reason}. Exempt the role (give it a roleName and put its ARN, as text, into ArnNotEquals on aws:PrincipalArn), or acknowledge this`,
      );
}
