// SPDX-License-Identifier: Apache-2.0
import { Grant, Grantee } from './destination-statements';
import { RoleOfAccount } from './role-name';
import { KeyPointer } from '../app/key';
import { Mistake } from '../messages/mistake';

/** What a destination of this app was asked to let in. */
export interface Granted extends Omit<Grant, 'destinationArn'> {
  /** Those whose policies let it use them; one that the bucket is encrypted with later comes along in the end. */
  readonly keys: KeyPointer[];
  /** Whether the grant itself says who may own replicas. */
  readonly saysOwner: boolean;
  /** Whether by ReplicaGrants, and not by a rule of this app. */
  readonly explicit: boolean;
}

/** Whether a role is let in already. */
export function covers({ grantee }: Granted, role: RoleOfAccount): boolean {
  if ('account' in grantee) {
    return JSON.stringify(nameOf(grantee)) === JSON.stringify(nameOf(role));
  }
  return (
    grantee.rolePath === role.rolePath &&
    role.roleName.startsWith(grantee.roleNamePrefix) &&
    (!('accounts' in grantee) || grantee.accounts.includes(role.account))
  );
}

const nameOf = ({ account, rolePath, roleName }: RoleOfAccount) => [account, rolePath, roleName];

/** Permissions add up: limits of one grant do not hold where another one allows the same without them. */
export function contradiction(others: readonly Granted[], added: Granted): Mistake | undefined {
  for (const other of others) {
    if (other.explicit && same(other.grantee, added.grantee) && !same(termsOf(other), termsOf(added))) {
      return {
        saw: 'two grants for the same roles that differ',
        because: 'permissions add up, so the weaker of the two would hold',
        instead: 'call replicasFrom() once, with what both ask for',
      };
    }
    const { grantee } = other;
    const weaker = added.enforceSSL || (other.ownerOverride && !added.ownerOverride);
    if (!other.explicit && weaker && 'account' in grantee && covers(added, grantee)) {
      return {
        saw: `replicasFrom() for the role '${grantee.roleName}', which a rule of this app has let in already`,
        because: 'permissions add up, so the limits of this grant would not hold',
        instead: 'call replicasFrom() before the rule is added: the rule then adds nothing to it',
      };
    }
  }
  return undefined;
}

const same = (one: Grantee | object, other: Grantee | object) => JSON.stringify(one) === JSON.stringify(other);

const termsOf = ({ ownerOverride, enforceSSL }: Granted) => [ownerOverride, enforceSSL];
