import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';

export const EXAMPLES = join(__dirname, '../../examples');

export const exampleNames = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The organization that examples fall back to. */
export const ORGANIZATION = 'o-a1b2c3d4e5';

/** The files with the apps of an example in the order in which they are deployed: by name. */
export const appsOf = (name: string): string[] =>
  readdirSync(join(EXAMPLES, name))
    .filter((file) => /^(.+\.)?app\.ts$/.test(file))
    .sort();

/** Every app: the example, and the file. */
export const exampleApps = exampleNames.flatMap((name) => appsOf(name).map((file): [string, string] => [name, file]));

/** The context with which the CDK CLI runs an example. */
export const contextOf = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(EXAMPLES, name, 'cdk.json'), 'utf8')).context;

/** The environment for an example that synthesizes to the same for everybody: with the accounts that it falls back to. */
export function exampleEnvironment(context: Record<string, unknown>): NodeJS.ProcessEnv {
  // with CDK_OUTDIR an app would synthesize itself once more at the end of its process, even one that failed
  const own = /^(CDK_OUTDIR|CDK_CONTEXT_JSON|REPOSITORY|ORGANIZATION_ID|\w+_(ACCOUNT|REGION|ARN))$/;
  const rest = Object.entries(process.env).filter(([name]) => !own.test(name));
  return { ...Object.fromEntries(rest), CDK_CONTEXT_JSON: JSON.stringify(context) };
}

/** Loads an app as the CDK CLI would. */
export function loadApp(name: string, file: string): App {
  const environment = process.env;
  process.env = exampleEnvironment(contextOf(name));
  try {
    return jest.requireActual(join(EXAMPLES, name, file)).app;
  } finally {
    process.env = environment;
  }
}

/** All apps of an example. */
export const loadExample = (name: string): App[] => appsOf(name).map((file) => loadApp(name, file));

/** What an example is for, written by hand beside it: nothing of it is read from its templates. */
export interface Expected {
  /** Every rule. */
  readonly flows: string[];
  /** What happens to objects that are written and deleted inside and outside of the rules. */
  readonly objects: string[];
}

export const expectedOf = (name: string): Expected =>
  JSON.parse(readFileSync(join(EXAMPLES, name, 'expected.json'), 'utf8'));
