// SPDX-License-Identifier: Apache-2.0
import { saysEnforced } from '../app/ownership';
import { BucketFacts, ReplicationFacts, RuleFacts } from '../flows/facts';
import { Findings, error, warning } from '../messages/finding';

/** Whether ACLs are enabled decides about a permission, when the rule is added. */
export function ownership({ destination, foreign, saysOwner, ownerOverride }: RuleFacts): Findings {
  const { properties, grants, name } = destination;
  const settled = !properties || !foreign || saysOwner || ownerOverride || saysEnforced(properties.OwnershipControls);
  return settled || grants.some((grant) => grant.explicit && !grant.ownerOverride)
    ? undefined
    : error('destinationOwnershipChanged', {
        saw: `Object Ownership of destination ${name} was changed after the rule was added`,
        because: 'with ACLs enabled the other account would not own its replicas, and the rule does not ask for it',
        instead: 'set objectOwnership in the props of the bucket, or ownerOverride of the rule',
      });
}

/** The same for sources that are not in this app. */
export function grantedOwnership({ properties, grants, name }: BucketFacts): Findings {
  const silent = grants.find((grant) => grant.explicit && !grant.saysOwner && !grant.ownerOverride);
  return (
    silent !== undefined &&
    !saysEnforced(properties?.OwnershipControls) &&
    error('grantedOwnershipChanged', {
      saw: `Object Ownership of ${name} was changed after replicasFrom()`,
      because:
        'with ACLs enabled the other account would own its replicas, and the grant does not let it hand them over',
      instead: 'set objectOwnership in the props of the bucket, or ownerOverride in replicasFrom()',
    })
  );
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html */
export function acls({ source, rules }: ReplicationFacts): Findings {
  const ownedBy = source.properties?.OwnershipControls?.Rules?.[0]?.ObjectOwnership;
  return rules.length === 0 || (ownedBy !== 'ObjectWriter' && ownedBy !== 'BucketOwnerPreferred')
    ? undefined
    : warning(
        'sourceUsesAcls',
        `ACLs are enabled at the source ${source.name} (${ownedBy}). Objects that other accounts wrote fail to replicate ` +
          'unless their owner grants READ and READ_ACP to the owner of the bucket. ' +
          'Use ObjectOwnership.BUCKET_OWNER_ENFORCED, or acknowledge this',
      );
}
