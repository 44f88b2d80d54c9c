import { App } from 'aws-cdk-lib';
import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  NagPack,
  NIST80053R4Checks,
  NIST80053R5Checks,
  PCIDSS321Checks,
  ServerlessChecks,
} from 'cdk-nag';

/** Every pack of cdk-nag. */
export const PACKS: Array<new () => NagPack> = [
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  NIST80053R4Checks,
  NIST80053R5Checks,
  PCIDSS321Checks,
  ServerlessChecks,
];

/** What the packs find in an app, about constructs whose path has a part, without the names of packs that say the same. */
export function findingsAbout(app: App, part: RegExp): string[] {
  const found = PACKS.flatMap((Pack) => new Pack().validateScope(app).violations).flatMap(
    ({ ruleName, violatingResources }) =>
      violatingResources.map((it) => `${ruleName} ${(it as { constructPath?: string }).constructPath}`),
  );
  const about = found.filter((line) => part.test(line)).map((line) => line.replace(/^(HIPAA|NIST|PCI)[^-]*-/, ''));
  return [...new Set(about)].sort();
}
