import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Finding } from '../../judges/third-party/finding';

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
