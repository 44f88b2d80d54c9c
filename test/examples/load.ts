import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';

export const EXAMPLES = join(__dirname, '../../examples');

export const exampleNames = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The context with which the CDK CLI runs an example. */
export const contextOf = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(EXAMPLES, name, 'cdk.json'), 'utf8')).context;

/** Loads an example as the CDK CLI would, with the region and account that it falls back to. */
export function loadExample(name: string): App {
  const environment = process.env;
  process.env = { ...environment, CDK_CONTEXT_JSON: JSON.stringify(contextOf(name)) };
  for (const variable of ['CDK_OUTDIR', 'CDK_DEFAULT_ACCOUNT', 'CDK_DEFAULT_REGION']) delete process.env[variable];
  try {
    return jest.requireActual(join(EXAMPLES, name, 'app.ts')).app;
  } finally {
    process.env = environment;
  }
}
