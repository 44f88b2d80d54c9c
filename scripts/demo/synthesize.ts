import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import { readReport } from './checks';

/** What makes the output the same on every machine, and the report complete. */
const DEMO_CONTEXT = {
  '@aws-cdk/core:validateAgainstDefaultRules': true, // template findings are errors
  '@aws-cdk/core:annotationsInValidationReport': true,
  '@aws-cdk/core:failSynthOnValidationErrors': false, // the report is read here, and all of it is shown
};

/** Runs an example as the CDK CLI would, with cdk-nag added, and without an AWS account. */
export async function synthesize(example: string, outdir: string): Promise<void> {
  const { context } = JSON.parse(readFileSync(join(example, 'cdk.json'), 'utf8'));
  // with CDK_OUTDIR an app would synthesize itself at the end of this process once more, even one that failed
  for (const variable of ['CDK_OUTDIR', 'CDK_DEFAULT_ACCOUNT', 'CDK_DEFAULT_REGION']) delete process.env[variable];
  process.env.CDK_CONTEXT_JSON = JSON.stringify({ ...context, ...DEMO_CONTEXT });

  const { app } = (await import(pathToFileURL(join(example, 'app.ts')).href)) as { app: App };
  addChecks(app);
  const { directory } = app.synth();
  cpSync(directory, outdir, { recursive: true });
}

/**
 * Throws unless every check finds something in a template that is wrong for all of them.
 *
 * The report does not mention a check that found nothing, so one that never ran would look like one that was passed.
 */
export function proveThatChecksRun(): void {
  const outdir = mkdtempSync(join(tmpdir(), 'bad-template-'));
  try {
    const app = new App({ outdir, context: DEMO_CONTEXT });
    new CfnBucket(new Stack(app, 'Bad'), 'Bucket', { objectLockConfiguration: { objectLockEnabled: 'no such value' } });
    addChecks(app);
    app.synth();
    const ran = new Set(readReport(outdir).failures.map(({ check }) => check));
    for (const check of ['CloudFormation Validate', 'AwsSolutions', 'NIST.800.53.R5']) {
      if (!ran.has(check)) {
        throw new Error(
          `${check} has nothing to say about a template that is wrong: it does not run, so the demo would prove nothing`,
        );
      }
    }
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function addChecks(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(), new NIST80053R5Checks());
}
