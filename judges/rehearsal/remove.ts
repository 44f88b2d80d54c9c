import { Action, Plan, UNNAMED } from './adversary';
import { deleteOutputs } from './exports';
import { DeployedStack, Model, StackResource } from './model';
import { resourceTypes } from './resource-types';

const OUTPUTS = 'outputs';

/** What CloudFormation does to a stack that is deleted. */
export function deletion(start: Model, { stack }: DeployedStack): Plan {
  const actions = new Map<string, Action>();
  actions.set(OUTPUTS, {
    id: OUTPUTS,
    needs: new Set(),
    matters: false,
    early: false,
    apply: (model, refuse) => {
      deleteOutputs(model, stack, refuse);
      return UNNAMED;
    },
  });
  const mine = new Map([...start.resources].filter(([, it]) => it.stack.id === stack.id));
  for (const [key, resource] of mine) {
    const needs = new Set([OUTPUTS, ...waitingFor(resource, mine)]);
    actions.set(key, { ...removal(key, resource, resource.deletionPolicy), needs });
  }
  // those that depend on the stack go before it
  const after = [...start.stacks.values()].filter((it) => it.stack.after.includes(stack.id)).map((it) => it.stack.id);
  return { stack: stack.id, after, actions };
}

/** The keys of those that were made with a resource, and are deleted before it. */
export function waitingFor({ logicalId }: StackResource, among: Map<string, StackResource>): string[] {
  const keys: string[] = [];
  for (const [key, other] of among) {
    if (other.logicalId !== logicalId && [...other.needs].some((id) => includes(id, logicalId))) keys.push(key);
  }
  return keys;
}

/** Who needs the end of a nested stack needs all that is in it. */
const includes = (id: string, logicalId: string) =>
  id === logicalId || (id.endsWith('.') && (logicalId.startsWith(id) || logicalId === id.slice(0, -1)));

/** Deletes a resource, or leaves it behind; without its needs. */
export function removal(key: string, { label, type }: StackResource, policy = 'Delete'): Omit<Action, 'needs'> {
  return {
    id: key,
    matters: resourceTypes[type] !== undefined,
    // what is emptied while something still replicates into it is filled again
    early: type === 'Custom::S3AutoDeleteObjects',
    apply: (model, refuse) => {
      const gone = model.resources.get(key);
      if (!gone) return undefined;
      model.resources.delete(key);
      if (policy !== 'Delete') return `retain ${label}`;
      resourceTypes[type]?.remove?.(model, gone, refuse);
      return `delete ${label}`;
    },
  };
}
