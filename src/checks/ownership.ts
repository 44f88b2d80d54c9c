// SPDX-License-Identifier: Apache-2.0
import { Stack } from 'aws-cdk-lib';
import { nameOf } from '../app/bucket';
import { compare } from '../app/environment';
import { saysEnforced } from '../app/ownership';
import { finalProperties } from '../app/rendered';
import { DestinationAnchor } from '../flows/destination';
import { SourceAnchor } from '../flows/source';
import { Finding, aboutRule, error, warning } from '../messages/finding';

/** Whether ACLs are enabled decides about a permission, when the rule is added. */
export function ownershipFindings(anchor: SourceAnchor): Finding[] {
  const foreign = anchor.rules.filter(
    ({ destination, options }) =>
      destination.cfn &&
      options.ownerOverride === undefined &&
      compare(destination.account, Stack.of(anchor).account) === 'different',
  );
  return foreign.flatMap((rule) => {
    const enforced = saysEnforced(finalProperties(rule.destination.cfn!).OwnershipControls);
    const covering = (DestinationAnchor.find(rule.destination.cfn!)?.grants ?? []).some(
      (grant) => grant.explicit && !grant.ownerOverride,
    );
    return enforced || rule.ownerOverride || covering
      ? []
      : aboutRule(rule, [
          error({
            saw: `Object Ownership of destination ${nameOf(rule.destination)} was changed after the rule was added`,
            because: 'with ACLs enabled the other account would not own its replicas, and the rule does not ask for it',
            instead: 'set objectOwnership in the props of the bucket, or ownerOverride of the rule',
          }),
        ]);
  });
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html */
export function acls(source: Record<string, any>): Finding[] {
  const ownership = source.OwnershipControls?.Rules?.[0]?.ObjectOwnership;
  return ownership !== 'ObjectWriter' && ownership !== 'BucketOwnerPreferred'
    ? []
    : [
        warning(
          'sourceUsesAcls',
          `ACLs are enabled at the source (${ownership}): objects that other accounts wrote fail to replicate unless their owner grants READ and READ_ACP to the owner of the bucket. ` +
            'Use ObjectOwnership.BUCKET_OWNER_ENFORCED, or acknowledge this',
        ),
      ];
}
