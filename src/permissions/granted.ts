// SPDX-License-Identifier: Apache-2.0
import { neededAtDestination } from './actions';
import { Grant, Grantee } from './destination-statements';
import { isWithin } from './prefixes';
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

/**
 * Whether a role is let in already for all keys that begin so. One that is named by itself is let in for what its grant
 * says, and for nothing else.
 */
export function covers(grant: Granted, role: RoleOfAccount, starts: readonly string[]): boolean {
  return means(grant, role) && ('account' in grant.grantee || mayWrite(grant, role, starts));
}

export const mayWrite = ({ keyPrefixes }: Granted, { account }: RoleOfAccount, starts: readonly string[]): boolean =>
  starts.every((start) => isWithin(start, keyPrefixes, account));

function means({ grantee }: Granted, role: RoleOfAccount): boolean {
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
    if (!other.explicit && 'account' in grantee && means(added, grantee) && isStricter(added, other, grantee)) {
      return {
        saw: `replicasFrom() for the role '${grantee.roleName}', which a rule of this app has let in already`,
        because: 'permissions add up, so the limits of this grant would not hold',
        instead: 'call replicasFrom() before the rule is added: the rule then adds nothing to it',
      };
    }
  }
  return undefined;
}

/** A grant for many roles limits the keys of those that have no statement of their own. */
function isStricter(added: Granted, other: Granted, role: RoleOfAccount): boolean {
  const allowed = actionsOf(added);
  return (
    added.enforceSSL ||
    actionsOf(other).some((action) => !allowed.includes(action)) ||
    ('account' in added.grantee && !mayWrite(added, role, other.keyPrefixes))
  );
}

const same = (one: Grantee | object, other: Grantee | object) => JSON.stringify(one) === JSON.stringify(other);

const termsOf = (grant: Granted) => [actionsOf(grant), grant.enforceSSL, grant.keyPrefixes];

/** What a grant allows. */
export const actionsOf = (grant: Granted): string[] => neededAtDestination(grant);

/** What rules have let the same role in for, for the same keys. */
export function allowedBefore(others: readonly Granted[], { grantee, keyPrefixes, explicit }: Granted): string[] {
  return others
    .filter((other) => !explicit && !other.explicit && same([other.grantee, other.keyPrefixes], [grantee, keyPrefixes]))
    .flatMap(actionsOf);
}
