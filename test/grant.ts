import { aws_s3 as s3 } from 'aws-cdk-lib';
import { ReplicaGrantee, ReplicaGrants, ReplicasFromOptions } from 'cdk-s3-replication';

/** Whom a grant is for and how, in one line of a table. */
export type Grant = ReplicasFromOptions & { readonly rolePath?: string } & (
    | { readonly account: string; readonly roleName: string }
    | { readonly accounts: string[]; readonly roleNamePrefix: string }
    | { readonly organizationId: string; readonly roleNamePrefix: string }
  );

export function grant(bucket: s3.IBucketRef, asked: Grant): void {
  const { keyPrefixes, deleteMarkers, ownerOverride, encryptionKey, enforceSSL, outputs } = asked;
  const options = { keyPrefixes, deleteMarkers, ownerOverride, encryptionKey, enforceSSL, outputs };
  ReplicaGrants.fromBucket(bucket).replicasFrom(granteeOf(asked), options);
}

function granteeOf(asked: Grant): ReplicaGrantee {
  if ('account' in asked) {
    const { account, roleName, rolePath } = asked;
    return ReplicaGrantee.role({ account, roleName, rolePath });
  }
  const { roleNamePrefix, rolePath } = asked;
  return 'accounts' in asked
    ? ReplicaGrantee.rolesOfAccounts(asked.accounts, { roleNamePrefix, rolePath })
    : ReplicaGrantee.rolesOfOrganization(asked.organizationId, { roleNamePrefix, rolePath });
}
