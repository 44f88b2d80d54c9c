import { stacksOf, THEIRS } from './cell-app';
import { Cell, nameOf } from './cells';
import { expectedOf, fewestDenied, mutantsOf } from './expected';
import { AccessVerdict } from './judge';
import { demandsOf, judgeCell, optionsOf } from './matrix';
import { judgeMutations } from './mutation';
import { bootstrapped } from './two-accounts';
import { ACCOUNT } from '../../test/builders';
import { DeployedApp } from '../assembly/deployed';
import { StackOfApp } from '../assembly/stacks';
import { judgeRules } from '../generated/rules';
import { rehearse, rehearseDestroy, rehearseUpdate } from '../rehearsal/rehearse';

const removed = ({ statementsNecessary, partsNecessary }: Partial<AccessVerdict>) =>
  statementsNecessary! + partsNecessary!;
const excepted = ({ exceptions }: Pick<AccessVerdict, 'exceptions'>) =>
  Object.values(exceptions).reduce((sum, count) => sum + count, 0);

/**
 * A test for each cell: whether it is allowed what it needs and nothing else, whether it is deployed and, if asked for,
 * whether somebody notices when a policy is widened by a step.
 */
export function testTwoAccounts(cells: readonly Cell[], least: 'all' | 'sample', mutated: boolean): void {
  const score = { killed: 0, excepted: 0 };

  test.each(cells.map((cell, seed) => [nameOf(cell), cell, seed] as const))('%s', async (_, cell, seed) => {
    const stacks = stacksOf(cell);
    const app = new DeployedApp(stacks);
    const { actionsDenied, ...verdict } = await judgeCell(cell, { least, seed }, app);
    expect(verdict).toEqual(expectedOf(cell));
    expect(actionsDenied).toBeGreaterThanOrEqual(await fewestDenied(cell, least));
    expect(judgeRules(app)).toEqual([]);
    deployAndDestroy(cell, stacks);
    if (!mutated) return;
    const options = { ...optionsOf(cell, app), demands: demandsOf(cell, app) };
    const { denied, killed, ...others } = await judgeMutations(app, options);
    expect(others).toEqual({ mutants: mutantsOf(cell), findings: [] });
    expect(denied).toBeGreaterThan(100);
    score.killed += killed + removed(verdict);
    score.excepted += excepted(verdict);
  });

  if (!mutated) return;
  test('no mutant survives without a name for the reason', () => {
    const all = cells.map((cell) => ({ ...expectedOf(cell), mutants: mutantsOf(cell) }));
    const made = all.reduce((sum, it) => sum + removed(it) + excepted(it) + it.mutants, 0);
    expect(score.killed).toBe(made - score.excepted);
    expect(made).toBeGreaterThan(10_000);
  });
}

/** The one app, or the app of the destination first. */
function deployAndDestroy(cell: Cell, stacks: StackOfApp[]): void {
  const [theirs, ours] = [THEIRS, ACCOUNT].map((account) => stacks.filter((stack) => stack.account === account));
  const options = { outside: bootstrapped(ours[0].region) };
  const inOneApp = ours[0].after.length > 0;
  const first = rehearse(inOneApp ? stacks : theirs, options);
  const all = inOneApp ? first : rehearseUpdate(first.state, ours);
  expect([...first.refusals, ...first.dead, ...all.refusals, ...all.dead]).toEqual([]);
  expect(all.windows.length > 0).toBe(cell.name === 'made up');
  expect(rehearseDestroy(all.state).refusals).toEqual([]);
}
