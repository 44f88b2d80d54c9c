import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { rehearse, rehearseDestroy } from './rehearse';
import { rehearseSecondAttempt } from './rollback';
import { readStacks } from '../assembly/stacks';

const EXAMPLES = join(__dirname, '../../examples');
const names = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Loads an example as the CDK CLI would. */
function load(name: string): App {
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

afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

test.each(names)('example %s is deployed, destroyed, and deployed after a failure', (name) => {
  const stacks = readStacks(load(name).synth());
  const deployed = rehearse(stacks);
  expect(deployed).toMatchObject({ refusals: [], dead: [] });
  expect(deployed.order).toHaveLength(stacks.length);
  // no example gives its sources a name: see the README about the permissions of such a bucket
  for (const window of deployed.windows) {
    expect(window).toMatch(/^(\S+): no permission .*; from 'create \1' until 'create \1\S*\/S3Replication\/Policy'$/);
  }
  expect(deployed.windows).not.toEqual([]);
  expect(rehearseDestroy(deployed.state)).toMatchObject({ refusals: [], windows: [], dead: [] });
  expect(rehearseSecondAttempt(stacks)).toEqual([]);
});
