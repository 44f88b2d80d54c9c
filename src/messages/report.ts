// SPDX-License-Identifier: Apache-2.0
import { Annotations, Stage, Validations } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { Finding, Findings } from './finding';

/**
 * Shows what was found while CDK validates: warnings in the construct tree, where they can be acknowledged.
 *
 * @param validated whose validation this is
 * @param place whose props the findings are about
 * @returns the errors, as CDK takes them from a validation
 */
export function report(validated: IConstruct, found: Findings, place = validated): string[] {
  const findings = listOf(found);
  for (const { severity, id, text } of findings) {
    // another Stage may be synthesized already, and would never show it
    const at = Stage.of(place) === Stage.of(validated) ? place : validated;
    if (severity === 'warning' && ![at, validated].some((scope) => isAcknowledged(scope, id, text))) {
      Annotations.of(at).addWarningV2(id, text);
    }
  }
  return [...new Set(findings.filter(({ severity }) => severity === 'error').map(textOf))];
}

const listOf = (found: Findings): Finding[] =>
  Array.isArray(found) ? found.flatMap(listOf) : found ? [found as Finding] : [];

/** The error that stops at the line of the user's code. */
export function refusal(at: IConstruct, finding: Finding): Error {
  return new Error(`[${at.node.path}] ${textOf(finding)}`);
}

/** An error cannot be acknowledged, but looked up: its id stands where core shows that of a warning. */
const textOf = ({ text, id }: Finding) => `${text} [${id}]`;

/**
 * Whether the warning is acknowledged on a construct or around it. Core tells only by not recording it, and older
 * versions look around the construct but not at itself, nor at what `Validations` has acknowledged.
 */
function isAcknowledged(scope: IConstruct, id: string, text: string): boolean {
  const byRule = scope.node.scopes
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .some(({ data }) => Object.keys(data).some((rule) => rule.replace(/^annotation::/i, '') === id));
  const probe = new Construct(scope, 'S3ReplicationProbe');
  Annotations.of(probe).addWarningV2(id, text);
  scope.node.tryRemoveChild('S3ReplicationProbe');
  return byRule || probe.node.metadata.length === 0;
}
