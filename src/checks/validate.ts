// SPDX-License-Identifier: Apache-2.0
import { Annotations, aws_iam as iam, Stack, Stage } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { configurationFindings } from './configuration';
import { bucketDenies } from './denies';
import { encryptionFindings } from './encryption';
import { keyPolicyFindings } from './key-policies';
import { acknowledgeInlinePolicy, acknowledgeObjectWildcards } from './nag';
import { boundaryFindings, roleFindings } from './role';
import { trapFindings } from './traps';
import { definedResource } from '../app/resource';
import { SourceAnchor } from '../flows/source';
import { Finding } from '../messages/finding';
import { POLICY_NAME } from '../permissions/role';

/**
 * Statements of policies in this app that stop replication: S3 reports them for each object, long after the deployment.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-troubleshoot.html
 */
export function policyFindings(anchor: SourceAnchor): Finding[] {
  const findings = [
    ...bucketDenies(anchor),
    ...keyPolicyFindings(anchor),
    ...boundaryFindings(anchor),
    ...roleFindings(anchor),
  ];
  return findings.filter(
    (one, index) => findings.findIndex((other) => other.text === one.text && other.at === one.at) === index,
  );
}

/**
 * Checks the replication of one source when aspects have run and lazy values are settled: against the buckets, keys and
 * policies as they will be in the template, whoever changed them after us.
 *
 * @returns the errors; warnings go to the construct tree
 */
export function validateReplication(anchor: SourceAnchor): string[] {
  anchor.synthesized = true;
  acknowledgeFindingsOfNag(anchor);
  const findings = [configurationFindings, encryptionFindings, policyFindings, trapFindings].flatMap((check) =>
    check(anchor),
  );
  for (const { warning, text, at: place = anchor.handle } of findings) {
    // another Stage may be synthesized already, and would never show it
    const at = Stage.of(place) === Stage.of(anchor) ? place : anchor;
    if (warning !== undefined && ![at, anchor].some((scope) => isAcknowledged(scope, warning, text))) {
      Annotations.of(at).addWarningV2(warning, text);
    }
  }
  return findings.filter(({ warning }) => warning === undefined).map(({ text }) => text);
}

/**
 * Whether the warning is acknowledged on a construct or around it. Core tells only by not recording it, and older
 * versions look around the construct but not at itself.
 */
function isAcknowledged(scope: IConstruct, id: string, text: string): boolean {
  const probe = new Construct(scope, 'S3ReplicationProbe');
  Annotations.of(probe).addWarningV2(id, text);
  scope.node.tryRemoveChild('S3ReplicationProbe');
  return probe.node.metadata.length === 0;
}

/** Now, because cdk-nag wants the ids of its findings with the resources as they are rendered. */
function acknowledgeFindingsOfNag(anchor: SourceAnchor): void {
  const role = definedResource(anchor.role, 'AWS::IAM::Role') as iam.CfnRole | undefined;
  const holder = anchor.policy ?? role;
  if (holder === undefined) {
    return;
  }
  acknowledgeObjectWildcards(holder, Stack.of(anchor).resolve(anchor.permissions()));
  const inlined =
    holder !== role ||
    Stack.of(anchor)
      .resolve(role.policies)
      ?.every((it: iam.CfnRole.PolicyProperty) => it.policyName === POLICY_NAME);
  if (inlined) {
    acknowledgeInlinePolicy(holder);
  }
}
