import { Outcome, perform } from './adversary';
import { deployment } from './deploy';
import { Bucket, Model } from './model';
import { closures, orderOf } from './order';
import { deletion } from './remove';
import { DeployedApp, LostReference } from '../assembly/deployed';
import { StackOfApp } from '../assembly/stacks';

/** What a deployment, an update or a destruction of an app would lead to. */
export interface Rehearsal extends Outcome {
  /** Ids of the stacks in the order in which they are dealt with; those without a change are left out. */
  readonly order: string[];
}

/** What exists in the account before the app does. */
export interface Outside {
  /** Buckets by name; those that are not described further have versioning. */
  readonly buckets?: Array<string | OutsideBucket>;
  /** ARNs of roles, which trust S3. */
  readonly roles?: string[];
  /** ARNs of keys, whose policies admit the role. */
  readonly keys?: string[];
}

export interface OutsideBucket extends Partial<Omit<Bucket, 'arn' | 'label'>> {
  readonly name: string;
}

export interface RehearsalOptions {
  readonly outside?: Outside;
  /** Whether every bucket holds objects when it is to be deleted. */
  readonly objects?: boolean;
}

/** `cdk deploy --all` of an app, by default into accounts where it never was. */
export function rehearse(stacks: StackOfApp[], options: RehearsalOptions = {}, from?: Model): Rehearsal {
  const start = from ? from.copy() : emptyModel(options);
  start.accounts = new Set([...start.accounts, ...stacks.map(({ account }) => account)]);
  let ordered: StackOfApp[];
  let app: DeployedApp;
  try {
    ordered = inOrder(stacks);
    app = new DeployedApp(ordered);
  } catch (error) {
    if (!(error instanceof LostReference || error instanceof StackCircle)) throw error;
    return { order: [], steps: [], refusals: [error.message], windows: [], dead: [], state: start };
  }
  const plans = ordered.map((stack) => deployment(start, app, stack));
  const order = plans.filter(({ actions }) => actions.size > 0).map(({ stack }) => stack);
  const outcome = perform(start, plans);
  // stacks are destroyed in the order that the app has now, also those that are skipped because they have not changed
  for (const stack of stacks) {
    const deployed = outcome.state.stacks.get(stack.id);
    if (deployed) outcome.state.stacks.set(stack.id, { ...deployed, stack });
  }
  return { order, ...outcome };
}

/** Stacks that wait for each other: the CDK CLI deploys none of the app then. */
export class StackCircle extends Error {}

/** Stacks in an order in which they can be deployed. Throws {@link StackCircle}. */
export function inOrder(stacks: StackOfApp[]): StackOfApp[] {
  const nodes = new Map(stacks.map((stack) => [stack.id, { id: stack.id, needs: stack.after, stack }]));
  const { circle } = closures(nodes);
  if (circle.length > 0) throw new StackCircle(`Could not determine ordering between: ${circle.join(', ')}`);
  return orderOf(nodes, () => false).map(({ stack }) => stack);
}

/** `cdk deploy --all` of another version of an app that was deployed. */
export function rehearseUpdate(from: Model, stacks: StackOfApp[], options: RehearsalOptions = {}): Rehearsal {
  return rehearse(stacks, options, from);
}

/** `cdk destroy` of some stacks, by default `--all`. */
export function rehearseDestroy(from: Model, options: { readonly stacks?: string[] } = {}): Rehearsal {
  const chosen = [...from.stacks.values()].filter(({ stack }) => options.stacks?.includes(stack.id) ?? true);
  const nodes = new Map(chosen.map(({ stack: { id, after: needs } }) => [id, { id, needs }]));
  const plans = orderOf(nodes, () => false)
    .reverse()
    .map(({ id }) => deletion(from, from.stacks.get(id)!));
  return { order: plans.map(({ stack }) => stack), ...perform(from, plans) };
}

/** What there is before anything is deployed. */
export function emptyModel({ outside = {}, objects = false }: RehearsalOptions): Model {
  const model = new Model();
  model.objects = objects;
  for (const it of outside.buckets ?? []) {
    const { name, ...known } = typeof it === 'string' ? { name: it } : it;
    const arn = `arn:aws:s3:::${name}`;
    model.buckets.set(arn, {
      arn,
      label: name,
      versioning: 'Enabled',
      objectLock: true,
      holdsObjects: true,
      ...known,
    });
  }
  for (const arn of outside.roles ?? []) {
    model.roles.set(arn, { arn, label: arn, name: arn.split('/').pop()!, inline: {}, managed: [] });
  }
  for (const arn of outside.keys ?? []) model.keys.set(arn, { arn, label: arn });
  return model;
}
