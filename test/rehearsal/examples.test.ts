import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { rehearse, rehearseDestroy } from './rehearse';
import { rehearseSecondAttempt } from './rollback';
import { readStacks } from '../assembly/stacks';
import { exampleNames, loadExample } from '../examples/load';

afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

test.each(exampleNames)('example %s is deployed, destroyed, and deployed after a failure', (name) => {
  const stacks = readStacks(loadExample(name).synth());
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
