import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SynthesizedStack } from './assembly';
import { Flow, nameOf } from './flows';

export interface Finding {
  readonly check: string;
  readonly rule: string;
  readonly message: string;
  /** Construct paths. */
  readonly where: string[];
}

export interface Findings {
  /** Any of these fails the demo. */
  readonly failures: Finding[];
  /** What the app's author is told and may decide to live with: warnings of constructs. */
  readonly warnings: Finding[];
}

const ANNOTATIONS = 'Construct Annotations';

/** The findings in the report that aws-cdk-lib writes next to the templates. */
export function readReport(directory: string): Findings {
  const { pluginReports: reports } = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
  const findings: Findings = { failures: [], warnings: [] };
  for (const { pluginName, conclusion, metadata, violations } of reports) {
    for (const violation of violations) {
      const tolerated = pluginName === ANNOTATIONS && violation.severity !== 'error';
      (tolerated ? findings.warnings : findings.failures).push({
        check: pluginName === ANNOTATIONS ? 'CDK' : pluginName,
        rule: violation.ruleName.replace(/^annotation::/i, ''),
        message: violation.description.replace(/ - \(Control IDs: .*/, ''), // half a screen of them
        where: violation.violatingConstructs.map(
          (it: any) => it.constructPath ?? it.cloudFormationResource?.logicalId ?? '?',
        ),
      });
    }
    if (conclusion === 'failure' && violations.length === 0) {
      findings.failures.push({ check: pluginName, rule: 'failed', message: JSON.stringify(metadata ?? {}), where: [] });
    }
  }
  return findings;
}

/** What S3 or CloudFormation would refuse, or what would leave objects behind, however valid each template is by itself. */
export function checkFlows(stacks: SynthesizedStack[], flows: Flow[]): Finding[] {
  if (flows.length === 0) {
    return [
      { check: 'Flows', rule: 'none', message: 'no bucket is replicated', where: stacks.map(({ name }) => name) },
    ];
  }
  return flows.flatMap((flow) => {
    const { source, destination, replicaKey } = flow;
    const problems: Array<[rule: string, message: string]> = [];
    const ends = [source, destination].flatMap((end) => (end.located ? [end.located] : []));

    for (const end of ends.filter(
      ({ resource }) => resource.Properties?.VersioningConfiguration?.Status !== 'Enabled',
    )) {
      problems.push(['versioning', `S3 replicates only between versioned buckets, and ${nameOf(end)} is not`]);
    }
    if (
      source.located.resource.Properties?.ObjectLockEnabled &&
      destination.located &&
      !destination.located.resource.Properties?.ObjectLockEnabled
    ) {
      problems.push(['object lock', 'the source has Object Lock, so the destination needs it too']);
    }
    if (source.encryption.includes('KMS') && !replicaKey) {
      problems.push(['encryption', `S3 skips ${source.encryption} objects in silence when the rule names no key`]);
    }
    if (
      replicaKey &&
      typeof replicaKey !== 'string' &&
      destination.located &&
      replicaKey.stack.region !== destination.region
    ) {
      problems.push(['encryption', `key ${nameOf(replicaKey)} is not in ${destination.region}`]);
    }
    if (destination.located && flow.expectedOwner && flow.expectedOwner !== destination.located.stack.account) {
      problems.push(['owner', `the rule expects the destination in account ${flow.expectedOwner}`]);
    }
    if (destination.located && !deploysAfter(stacks, source.located.stack, destination.located.stack)) {
      problems.push([
        'deploy order',
        `stack ${source.located.stack.name} must wait for ${destination.located.stack.name}: the destination has to exist first`,
      ]);
    }
    return problems.map(([rule, message]) => ({
      check: 'Flows',
      rule,
      message,
      where: [`${source.name} → ${destination.name}`],
    }));
  });
}

function deploysAfter(stacks: SynthesizedStack[], stack: SynthesizedStack, first: SynthesizedStack): boolean {
  if (stack === first) return true;
  return stacks.some((between) => stack.after.includes(between.id) && deploysAfter(stacks, between, first));
}
