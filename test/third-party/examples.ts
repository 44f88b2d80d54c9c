import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';

const EXAMPLES = join(__dirname, '../../examples');

export const exampleNames = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Loads an example as the CDK CLI would, with the region and account that it falls back to. */
export function loadExample(name: string): App {
  const environment = process.env;
  const { context } = JSON.parse(readFileSync(join(EXAMPLES, name, 'cdk.json'), 'utf8'));
  process.env = { ...environment, CDK_CONTEXT_JSON: JSON.stringify(context) };
  for (const variable of ['CDK_OUTDIR', 'CDK_DEFAULT_ACCOUNT', 'CDK_DEFAULT_REGION']) delete process.env[variable];
  try {
    return jest.requireActual(join(EXAMPLES, name, 'app.ts')).app;
  } finally {
    process.env = environment;
  }
}

/** The template files of a synthesized app, those of Stages and of nested stacks too. */
export function templateFiles(directory: string): string[] {
  return (readdirSync(directory, { recursive: true }) as string[])
    .filter((file) => file.endsWith('.template.json'))
    .sort()
    .map((file) => join(directory, file));
}
