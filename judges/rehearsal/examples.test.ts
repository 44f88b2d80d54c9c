import { rehearse, rehearseDestroy, rehearseUpdate } from './rehearse';
import { rehearseSecondAttempt } from './rollback';
import { bootstrapped, readDeployedStacks, together } from '../../test/examples/deployment';
import { exampleNames, loadExample } from '../../test/examples/load';
import { StackOfApp } from '../assembly/stacks';

const stacksOf = (name: string) => together(loadExample(name).map((app) => readDeployedStacks(app.synth())));

/** Retained sources whose role has a name, which other accounts know: the role goes with its stack (docs/cross-account.md). */
const DEAD: Record<string, string[]> = {
  'cross-account-backup': ['Contracts/Documents (retained): its role is not there'],
  'cross-account-through-pipelines': ['Prod/Archive/Invoices (retained): its role is not there'],
  'mirror-production-to-test': ['ShopProduction/Orders (retained): its role is not there'],
  'organization-log-archive': ['LogBaseline/Logs/Logs (retained): its role is not there'],
  'two-teams': ['Shop/Events (retained): its role is not there'],
};

test.each(exampleNames)('example %s is deployed, destroyed, and deployed after a failure', (name) => {
  const stacks = stacksOf(name);
  const outside = bootstrapped(stacks);
  const deployed = rehearse(stacks, { outside });
  expect(deployed).toMatchObject({ refusals: [], dead: [] });
  expect(deployed.order).toHaveLength(stacks.length);
  // few examples give their sources a name: see the README about the permissions of such a bucket
  for (const window of deployed.windows) {
    expect(window).toMatch(/^(\S+): no permission .*; from 'create \1' until 'create \1\S*\/S3Replication\/Policy'$/);
  }
  if (name !== 'existing-bucket') expect(deployed.windows).not.toEqual([]);
  expect(rehearseDestroy(deployed.state)).toMatchObject({ refusals: [], windows: [], dead: DEAD[name] ?? [] });
  // the bucket of somebody else has a name, and stays when its deployment fails
  const taken = name === 'existing-bucket' ? [expect.stringMatching(/^create Uploads\/Uploads: .*already own it/)] : [];
  expect(rehearseSecondAttempt(stacks, { outside })).toEqual(taken);
});

test.each(Object.keys(DEAD))(
  'example %s leaves nothing dead behind when it is deployed without rules first',
  (name) => {
    const stacks = stacksOf(name);
    const { state } = rehearse(stacks, { outside: bootstrapped(stacks) });
    const [without, sources] = withoutRules(stacks);
    expect(sources).toHaveLength(1);
    const updated = rehearseUpdate(state, without);
    expect(updated).toMatchObject({ order: sources, refusals: [], windows: [], dead: [] });
    expect(rehearseDestroy(updated.state)).toMatchObject({ refusals: [], windows: [], dead: [] });
  },
);

/** The stacks without replication configurations, and the ids of those that had one. */
function withoutRules(stacks: StackOfApp[]): [StackOfApp[], string[]] {
  const sources: string[] = [];
  const without = structuredClone(stacks);
  for (const { id, template } of without) {
    for (const { Properties } of Object.values(template.Resources)) {
      if (!Properties?.ReplicationConfiguration) continue;
      delete Properties.ReplicationConfiguration;
      sources.push(id);
    }
  }
  return [without, sources];
}

test('the stacks of examples between accounts cannot be deployed the other way round', () => {
  for (const name of Object.keys(DEAD)) {
    const stacks = stacksOf(name);
    const reversed = stacks.map((stack) => ({
      ...stack,
      after: stacks.filter(({ after }) => after.includes(stack.id)).map(({ id }) => id),
    }));
    expect(rehearse(reversed, { outside: bootstrapped(stacks) }).refusals).not.toEqual([]);
  }
});

test('a role that nobody has bootstrapped cannot be named', () => {
  const { refusals } = rehearse(stacksOf('mirror-production-to-test'));
  expect(refusals).toContainEqual(expect.stringContaining('cdk-hnb659fds-cfn-exec-role-111111111111-us-east-1'));
});
