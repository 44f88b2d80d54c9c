// SPDX-License-Identifier: Apache-2.0
import { Grantee } from '../permissions/destination-statements';

/** One replication role of another account. */
export interface ReplicaGranteeRole {
  /** The account of the source bucket and of its replication role: 12 digits. */
  readonly account: string;

  /** The exact name of the replication role, which need not exist yet. */
  readonly roleName: string;

  /**
   * The path of the role, with a slash at both ends, for example `/service-role/` for a role that the console made.
   *
   * @default /
   */
  readonly rolePath?: string;
}

/** Replication roles whose names start alike. */
export interface ReplicaGranteeRoles {
  /** What the names of the roles start with. */
  readonly roleNamePrefix: string;

  /**
   * The path of the roles, with a slash at both ends. Roles of a longer path are not meant.
   *
   * @default /
   */
  readonly rolePath?: string;
}

/** Who may write replicas into a bucket: replication roles of other accounts. */
export class ReplicaGrantee {
  /** One role of another account. */
  public static role(role: ReplicaGranteeRole): ReplicaGrantee {
    const { account, roleName, rolePath = '/' } = role;
    return new ReplicaGrantee({ account, roleName, rolePath });
  }

  /**
   * The roles of some accounts whose names start alike. S3 refuses a policy with an account that does not exist any
   * more.
   *
   * @param accounts 12 digits each; one statement names them all
   */
  public static rolesOfAccounts(accounts: string[], roles: ReplicaGranteeRoles): ReplicaGrantee {
    const { roleNamePrefix, rolePath = '/' } = roles;
    return new ReplicaGrantee({ accounts: [...new Set(accounts)].sort(), roleNamePrefix, rolePath });
  }

  /**
   * The roles of all accounts of an AWS Organization whose names start alike. Roles of the bucket's own account are
   * among them.
   *
   * @param organizationId for example `o-a1b2c3d4e5`
   */
  public static rolesOfOrganization(organizationId: string, roles: ReplicaGranteeRoles): ReplicaGrantee {
    const { roleNamePrefix, rolePath = '/' } = roles;
    return new ReplicaGrantee({ organizationId, roleNamePrefix, rolePath });
  }

  /** @internal */
  public readonly _roles: Grantee;

  private constructor(roles: Grantee) {
    this._roles = roles;
  }
}
