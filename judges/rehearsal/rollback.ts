import { perform } from './adversary';
import { deployment } from './deploy';
import { Model } from './model';
import { orderOf } from './order';
import { emptyModel, inOrder, RehearsalOptions } from './rehearse';
import { removal } from './remove';
import { DeployedApp } from '../assembly/deployed';
import { StackOfApp } from '../assembly/stacks';

/**
 * What is refused when an app is deployed again after its first deployment failed and was rolled back: for each stack,
 * after each of its resources that the rollback leaves behind.
 */
export function rehearseSecondAttempt(stacks: StackOfApp[], options: RehearsalOptions = {}): string[] {
  const refusals = new Set<string>();
  const app = new DeployedApp(stacks);
  let state = emptyModel(options);
  state.accounts = new Set(stacks.map(({ account }) => account));
  for (const stack of inOrder(stacks)) {
    const plan = deployment(state, app, stack);
    const failing = state.copy();
    for (const action of orderOf(plan.actions, ({ early }) => early)) {
      action.apply(failing, nothing);
      if (!isKept(failing.resources.get(`${stack.id}|${action.id}`)?.deletionPolicy)) continue;
      const rolledBack = rollBack(failing, stack);
      const again = perform(rolledBack, [deployment(rolledBack, app, stack)]);
      again.refusals.forEach((it) => refusals.add(it));
    }
    state = perform(state, [plan]).state;
  }
  return [...refusals];
}

/** What is still there after the first deployment of a stack failed at its last resource and was rolled back. */
export function leftByRollback(stacks: StackOfApp[], options: RehearsalOptions = {}): string[] {
  const app = new DeployedApp(stacks);
  let state = emptyModel(options);
  state.accounts = new Set(stacks.map(({ account }) => account));
  const left: string[] = [];
  for (const stack of inOrder(stacks)) {
    const before = state;
    state = perform(before, [deployment(before, app, stack)]).state;
    const after = rollBack(state, stack);
    for (const kind of ['buckets', 'roles', 'keys', 'policies'] as const) {
      left.push(...[...after[kind].keys()].filter((arn) => !before[kind].has(arn)).map((arn) => labelOf(state, arn)));
    }
  }
  return left.sort();
}

const labelOf = ({ resources }: Model, arn: string) =>
  [...resources.values()].find((resource) => resource.arn === arn)?.label ?? arn;

const nothing = () => {};

/** Only `Retain` and `Snapshot` hold when the creation of a stack is rolled back. */
const isKept = (policy: string | undefined) => policy === 'Retain' || policy === 'Snapshot';

/** Takes back what was created of a stack, the last first. */
function rollBack(failed: Model, stack: StackOfApp): Model {
  const model = failed.copy();
  const mine = [...failed.resources].filter(([, it]) => it.stack.id === stack.id);
  for (const [key, resource] of mine.reverse()) {
    removal(key, resource, isKept(resource.deletionPolicy) ? 'Retain' : 'Delete').apply(model, nothing);
  }
  model.stacks.delete(stack.id);
  return model;
}
