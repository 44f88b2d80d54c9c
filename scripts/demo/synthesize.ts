import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import { readReport } from './checks';
import { appsOf, exampleEnvironment } from '../../test/examples/load';

/** What makes the output the same on every machine, and the report complete. */
const DEMO_CONTEXT = {
  '@aws-cdk/core:validateAgainstDefaultRules': true, // template findings are errors
  '@aws-cdk/core:annotationsInValidationReport': true,
  '@aws-cdk/core:failSynthOnValidationErrors': false, // the report is read here, and all of it is shown
};

/** What an example was synthesized to. */
export interface Synthesized {
  /** Of the example. */
  readonly directory: string;
  /** The directories of its apps, in the order in which they are deployed; of a single one it is the directory itself. */
  readonly assemblies: string[];
}

/** Runs the apps of an example as the CDK CLI would, with cdk-nag added, and without an AWS account. */
export async function synthesize(example: string, directory: string): Promise<Synthesized> {
  const { context } = JSON.parse(readFileSync(join(example, 'cdk.json'), 'utf8'));
  const environment = exampleEnvironment({ ...context, ...DEMO_CONTEXT });
  for (const variable of Object.keys(process.env)) if (!(variable in environment)) delete process.env[variable];
  Object.assign(process.env, environment);

  const files = appsOf(basename(example));
  const assemblies: string[] = [];
  for (const file of files) {
    const { app } = (await import(pathToFileURL(join(example, file)).href)) as { app: App };
    addChecks(app);
    const outdir = files.length === 1 ? directory : join(directory, file.replace(/\.app\.ts$/, ''));
    cpSync(app.synth().directory, outdir, { recursive: true });
    assemblies.push(outdir);
  }
  return { directory, assemblies };
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
