import { EXCEPTIONS, RequiredCall } from './calls';
import { asList, Policy, Statement } from './policies';
import { namesAction } from './simulate';
import { Documents, World } from './world';

export interface Necessity {
  /** Statements without which a call is denied that S3 cannot do without. */
  statements: number;
  /** The same for actions, resources and values of conditions. */
  parts: number;
  /** How often something is there only for the sake of a call that S3 may do without. */
  readonly exceptions: Partial<Record<keyof typeof EXCEPTIONS, number>>;
  readonly findings: string[];
}

interface Mutation {
  readonly what: string;
  /** Without it the whole statement is gone. */
  readonly statement?: Statement;
  /** What it can change the answer for; others are not asked about. */
  readonly canChange: (call: RequiredCall) => boolean;
  /** What it probably changes the answer for: asked about first. */
  readonly likely: (call: RequiredCall) => boolean;
}

/** Takes everything out of a policy, one piece at a time: each time some required call must be denied. */
export async function judgeNecessity(
  world: World,
  policy: Policy,
  statement: Statement,
  allowed: readonly RequiredCall[],
  result: Necessity,
): Promise<void> {
  const affected = allowed.filter(({ action }) => namesAction(statement, action));
  const at = policy.document.Statement.indexOf(statement);
  for (const mutation of mutationsOf(statement)) {
    const document = {
      ...policy.document,
      Statement: policy.document.Statement.flatMap((it) => (it === statement ? (mutation.statement ?? []) : it)),
    };
    const changed: Documents = (it) => (it === policy ? document : it.document);
    const denied = await firstDenied(world, changed, mutation, affected);
    if (!denied) {
      result.findings.push(
        `${policy.kind} policy ${policy.name}, ${statement.Sid ?? `statement ${at + 1}`}: nothing needs ${mutation.what}`,
      );
      continue;
    }
    if (denied.exception) result.exceptions[denied.exception] = (result.exceptions[denied.exception] ?? 0) + 1;
    else if (mutation.statement) result.parts++;
    else result.statements++;
  }
}

/** A required call that is denied now, one that S3 cannot do without if there is one. */
async function firstDenied(
  world: World,
  changed: Documents,
  { canChange, likely }: Mutation,
  affected: readonly RequiredCall[],
): Promise<RequiredCall | undefined> {
  const rank = (call: RequiredCall) => (call.exception ? 2 : 0) + (likely(call) ? 0 : 1);
  for (const call of affected.filter(canChange).sort((one, other) => rank(one) - rank(other))) {
    if (!(await world.allows(call, changed))) return call;
  }
  return undefined;
}

function mutationsOf(statement: Statement): Mutation[] {
  const all = () => true;
  const without = <T>(list: T[], index: number) => list.filter((_, at) => at !== index);
  const [actions, resources] = [asList(statement.Action), asList(statement.Resource)];
  const about = resources.map(startsLike);
  const inside = (call: RequiredCall) => about.some((like) => like(call.resource));
  const mutations: Mutation[] = [{ what: 'the statement', canChange: all, likely: inside }];
  if (actions.length > 1) {
    actions.forEach((action, index) =>
      mutations.push({
        what: action,
        statement: { ...statement, Action: without(actions, index) },
        canChange: (call) => namesAction({ ...statement, Action: action }, call.action),
        likely: inside,
      }),
    );
  }
  if (resources.length > 1) {
    resources.forEach((resource, index) =>
      mutations.push({
        what: resource,
        statement: { ...statement, Resource: without(resources, index) },
        canChange: all,
        likely: (call) => about[index](call.resource),
      }),
    );
  }
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    for (const [key, list] of Object.entries(keys)) {
      const values = asList(list);
      if (values.length < 2) continue;
      values.forEach((value, index) => {
        const like = startsLike(value);
        mutations.push({
          what: `${value} as ${key}`,
          statement: {
            ...statement,
            Condition: { ...statement.Condition, [operator]: { ...keys, [key]: without(values, index) } },
          },
          canChange: all,
          likely: (call) => inside(call) && like(`${call.context[key]}`),
        });
      });
    }
  }
  return mutations;
}

/** A guess at what a pattern matches, and enough to ask about the right call first. */
function startsLike(pattern: string): (text: string) => boolean {
  if (!pattern.endsWith('*')) return (text) => text === pattern;
  const start = pattern.slice(0, -1).replace(/\$\{([*?$])\}/g, '$1');
  return (text) => text.startsWith(start);
}
