// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { accessLogs } from './access-logs';
import { conditions, configurationTooLarge, destinationRenamed, namedAlike, renamed, replaced } from './configuration';
import { destinationDenies, grantDenies, sourceDenies } from './denies';
import { grantedEncryption, replicaKey, sourceEncryption, unfitKeys } from './encryption';
import { destinationImportsOwn, sharedSource, sourceImportsOwn } from './imports';
import { replicaKeyPolicy, sourceKeyPolicies } from './key-policies';
import { acknowledgeInlinePolicy, acknowledgeObjectWildcards } from './nag';
import { alarmsWithoutRegion, notifications } from './notifications';
import { objectLock } from './object-lock';
import { acls, grantedOwnership, ownership } from './ownership';
import { grantedPolicies, rolePolicy } from './policy-size';
import { boundary, knownRole, takesNoPolicy, trust } from './role';
import {
  archivedBothWays,
  chained,
  disabled,
  expiration,
  noRules,
  oddPrefix,
  oneWayModifications,
  scanResult,
  sseC,
} from './traps';
import { notVersioned } from './versioning';
import { definedResource } from '../app/resource';
import { BucketFacts, ReplicationFacts, RoleFacts, RuleFacts } from '../flows/facts';
import { readBucket, readReplication } from '../flows/read-facts';
import { SourceAnchor } from '../flows/source';
import { Findings } from '../messages/finding';
import { report } from '../messages/report';
import { POLICY_NAME } from '../permissions/role';

const OF_A_SOURCE: ReadonlyArray<(replication: ReplicationFacts) => Findings> = [
  noRules,
  sourceImportsOwn,
  sharedSource,
  replaced,
  ({ source }) => notVersioned(source, 'source'),
  renamed,
  rolePolicy,
  configurationTooLarge,
  sourceEncryption,
  sourceDenies,
  sourceKeyPolicies,
  boundary,
  trust,
  knownRole,
  takesNoPolicy,
  chained,
  acls,
  notifications,
  alarmsWithoutRegion,
];

const OF_A_RULE: ReadonlyArray<(rule: RuleFacts, replication: ReplicationFacts) => Findings> = [
  destinationImportsOwn,
  conditions,
  namedAlike,
  objectLock,
  replicaKey,
  unfitKeys,
  destinationDenies,
  replicaKeyPolicy,
  ownership,
  disabled,
  oddPrefix,
  oneWayModifications,
  archivedBothWays,
  scanResult,
  expiration,
  sseC,
  accessLogs,
];

/** Each destination is seen once, however many sources it has. */
const OF_A_DESTINATION: ReadonlyArray<(bucket: BucketFacts) => Findings> = [
  (bucket) => notVersioned(bucket, 'destination'),
  destinationRenamed,
  grantedEncryption,
  grantedOwnership,
  grantedPolicies,
  grantDenies,
];

/**
 * Checks the replication of one source when aspects have run and lazy values are settled: against the buckets, keys and
 * policies as they will be in the template, whoever changed them after us.
 *
 * @returns the errors; warnings go to the construct tree
 */
export function validateReplication(anchor: SourceAnchor): string[] {
  const facts = readReplication(anchor);
  acknowledgeFindingsOfNag(anchor, facts.role);
  const ofRules = anchor.rules.flatMap(({ at }, index) => {
    const rule = facts.rules[index];
    // findings about one rule belong to the construct that added it
    return report(
      anchor,
      OF_A_RULE.map((check) => check(rule, facts)),
      at,
    );
  });
  const ofSource = report(
    anchor,
    OF_A_SOURCE.map((check) => check(facts)),
    anchor.handle,
  );
  return [...new Set([...ofSource, ...ofRules])];
}

/** The same for a bucket of the app that receives replicas. */
export function validateDestination(bucket: s3.CfnBucket): string[] {
  const facts = readBucket(bucket);
  return report(
    bucket,
    OF_A_DESTINATION.map((check) => check(facts)),
  );
}

/** Now, because cdk-nag wants the ids of its findings with the resources as they are rendered. */
function acknowledgeFindingsOfNag(anchor: SourceAnchor, { statements, properties }: RoleFacts): void {
  const role = definedResource(anchor.role, 'AWS::IAM::Role') as iam.CfnRole | undefined;
  const holder = anchor.policy ?? role;
  if (holder === undefined) {
    return;
  }
  acknowledgeObjectWildcards(holder, statements);
  if (holder !== role || properties?.Policies?.every((policy: any) => policy.PolicyName === POLICY_NAME)) {
    acknowledgeInlinePolicy(holder);
  }
}
