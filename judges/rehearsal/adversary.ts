import { keyOf, NO_ROLE, Problem, problemsIn } from './liveness';
import { Model, Refuse } from './model';
import { closures, orderOf } from './order';

/** Something that is done to one resource. */
export interface Action {
  readonly id: string;
  /** Ids of actions of the same stack that are done before it. */
  readonly needs: ReadonlySet<string>;
  /** Whether it is about something that the model has. */
  readonly matters: boolean;
  /** Whether most goes wrong when it is done early. */
  readonly early: boolean;
  /** Does it, also when it is refused. Gives a name for what was done, if anything was. */
  readonly apply: (model: Model, refuse: Refuse) => string | undefined;
}

/** What is done to one stack. */
export interface Plan {
  readonly stack: string;
  /** The stacks that are done before it. */
  readonly after: string[];
  readonly actions: Map<string, Action>;
}

export interface Outcome {
  readonly state: Model;
  readonly steps: string[];
  readonly refusals: string[];
  readonly windows: string[];
  readonly dead: string[];
}

interface Ordered extends Plan {
  readonly order: Action[];
  readonly before: Map<string, Set<string>>;
  /** Indices of the plans that are carried out before it in any case. */
  readonly ancestors: Set<number>;
}

const nothing = () => {};

/** The name of an action that no user has a name for. */
export const UNNAMED = '';

/**
 * Carries out plans in the worst of all orders that their dependencies leave open.
 *
 * What AWS asks for is that something else is there. So the worst moment for an action is when only that has been done
 * which it waits for, and each action is judged at its own worst moment, whatever order would lead there.
 *
 * @param plans each one after those it names in `after`
 */
export function perform(start: Model, plans: Plan[]): Outcome {
  const refusals = new Set<string>();
  const ordered: Ordered[] = [];
  for (const plan of plans) {
    const { before, circle } = closures(plan.actions);
    if (circle.length > 0) refusals.add(`${plan.stack}: Circular dependency between resources: [${circle.join(', ')}]`);
    const ancestors = new Set<number>();
    ordered.forEach((other, index) => {
      if (plan.after.includes(other.stack)) [index, ...other.ancestors].forEach((it) => ancestors.add(it));
    });
    ordered.push({ ...plan, before, order: orderOf(plan.actions, ({ early }) => early), ancestors });
  }
  if (refusals.size > 0) return { state: start, steps: [], refusals: [...refusals], windows: [], dead: [] };

  const steps: string[] = [];
  const windows = new Set<string>();
  const known = new Set(problemsIn(start).map(keyOf));
  const state = start.copy();
  ordered.forEach((plan, index) => {
    const base = plan.ancestors.size === index ? state.copy() : worstStart(start, ordered, plan);
    for (const action of plan.order) {
      const refused: string[] = [];
      const step = action.apply(state, (words) => refused.push(words));
      if (step) steps.push(step);
      if (step !== undefined || refused.length > 0) {
        const minimal = base.copy();
        const needed = action.matters ? plan.before.get(action.id)! : new Set<string>();
        for (const other of plan.order) if (needed.has(other.id)) other.apply(minimal, nothing);
        const first = action.matters ? minimal.copy() : minimal;
        const name = (action.apply(minimal, (words) => refused.push(words)) ?? step) || plan.stack;
        refused.forEach((words) => refusals.add(`${name}: ${words}`));
        if (!action.matters) continue;
        const problems = problemsIn(minimal).filter((it) => !known.has(keyOf(it)));
        if (problems.length === 0) continue;
        const old = new Set(problemsIn(first, new Set(problems.map(({ arn }) => arn))).map(keyOf));
        const news = problems.filter((it) => !old.has(keyOf(it)));
        const rest = [
          ...plan.order.filter((it) => it !== action && !needed.has(it.id)),
          ...ordered.flatMap((it, at) => (it === plan || plan.ancestors.has(at) ? [] : it.order)),
        ];
        for (const [until, closed] of closings(minimal, rest, news)) {
          for (const [bucket, whats] of closed) {
            windows.add(`${bucket}: ${[...whats].join(', ')}; from '${name}' until '${until}'`);
          }
        }
      }
    }
  });
  const dead = new Set(problemsIn(state).map((it) => line(it, state.isLeftBehind(it.arn))));
  return { state, steps, refusals: [...refusals], windows: [...windows], dead: [...dead] };
}

const line = ({ bucket, what }: Problem, leftBehind = false) => `${bucket}${leftBehind ? ' (retained)' : ''}: ${what}`;

/** When nothing has been deployed but what the stack waits for. */
function worstStart(start: Model, plans: Ordered[], { ancestors }: Ordered): Model {
  const model = start.copy();
  plans.forEach(({ order }, index) => {
    if (ancestors.has(index)) for (const action of order) action.apply(model, nothing);
  });
  return model;
}

/**
 * After which action which problems of which buckets are over. What stays is no window but dead, and nothing is lost of a bucket that goes
 * with all its objects.
 */
function closings(model: Model, rest: Action[], problems: Problem[]): Map<string, Map<string, Set<string>>> {
  const closed = new Map<string, Map<string, Set<string>>>();
  let open = problems;
  for (const action of rest) {
    if (open.length === 0) break;
    const step = action.apply(model, nothing);
    if (!step || !action.matters) continue;
    const still = new Set(problemsIn(model, new Set(open.map(({ arn }) => arn))).map(keyOf));
    const isOver = (it: Problem) => !still.has(keyOf(it)) && !still.has(keyOf({ ...it, what: NO_ROLE, detail: '' }));
    for (const problem of open.filter((it) => isOver(it) && model.buckets.has(it.arn))) {
      const buckets = closed.get(step) ?? new Map<string, Set<string>>();
      closed.set(step, buckets.set(problem.bucket, (buckets.get(problem.bucket) ?? new Set()).add(problem.what)));
    }
    open = open.filter((it) => !isOver(it));
  }
  return closed;
}

/** Carries out plans in an order that is left to chance: what is refused, and what cannot work in between. */
export function wander(start: Model, plans: Plan[], chance: () => number): { refusals: string[]; problems: string[] } {
  const refusals = new Set<string>();
  const problems = new Set<string>();
  const state = start.copy();
  const pick = <T>(from: T[]) => from[Math.floor(chance() * from.length)];
  const open = new Set(plans);
  while (open.size > 0) {
    const plan = pick([...open].filter(({ after }) => ![...open].some((other) => after.includes(other.stack))));
    const left = new Set(plan.actions.values());
    while (left.size > 0) {
      const ready = [...left].filter(({ needs }) => ![...left].some(({ id }) => needs.has(id)));
      const action = pick(ready);
      const refused: string[] = [];
      const step = action.apply(state, (words) => refused.push(words));
      refused.forEach((words) => refusals.add(`${step || plan.stack}: ${words}`));
      problemsIn(state).forEach((it) => problems.add(line(it)));
      left.delete(action);
    }
    open.delete(plan);
  }
  return { refusals: [...refusals], problems: [...problems] };
}
