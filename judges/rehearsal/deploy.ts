import { Action, Plan, UNNAMED } from './adversary';
import { putOutputs, valueNow } from './exports';
import { DeployedStack, Model, Refuse, StackResource } from './model';
import { Part, partsOf } from './order';
import { removal, waitingFor } from './remove';
import { resourceTypes } from './resource-types';
import { isRules, sameRules } from './rules-resource';
import { DeployedApp } from '../assembly/deployed';
import { StackOfApp } from '../assembly/stacks';

const OUTPUTS = 'outputs';

/**
 * What CloudFormation does to a stack that is created or updated: creates and updates in the order of the dependencies,
 * then outputs, and at last the removal of what is no longer in the template. Nothing when the template is the same,
 * because the CDK CLI skips the stack then.
 */
export function deployment(start: Model, app: DeployedApp, stack: StackOfApp): Plan {
  const actions = new Map<string, Action>();
  const plan = { stack: stack.id, after: stack.after, actions };
  const former = start.stacks.get(stack.id)?.stack;
  if (former && textOf(former) === textOf(stack)) return plan;

  const parts = partsOf(app, stack);
  for (const part of parts.values()) actions.set(part.id, put(app, stack, part));
  const all = new Set(parts.keys());
  actions.set(OUTPUTS, {
    id: OUTPUTS,
    needs: all,
    matters: false,
    early: false,
    apply: (model, refuse) => {
      putOutputs(model, app, stack, refuse);
      return UNNAMED;
    },
  });

  const gone = new Map<string, StackResource>();
  for (const [key, resource] of start.resources) {
    if (resource.stack.id !== stack.id) continue;
    const next = parts.get(resource.logicalId)?.resource;
    if (!next) gone.set(key, resource);
    else if (isReplaced(resource, next)) gone.set(`${key}${REPLACED}`, resource);
  }
  for (const [key, resource] of gone) {
    const needs = new Set([OUTPUTS, ...waitingFor(resource, gone)]);
    const replaced = key.endsWith(REPLACED);
    actions.set(key, {
      ...removal(key, resource, replaced ? resource.declared.UpdateReplacePolicy : resource.deletionPolicy),
      needs,
    });
  }
  return plan;
}

const REPLACED = '#replaced';
const textOf = ({ template, nested }: StackOfApp) => JSON.stringify([template, nested]);

type Identity = Pick<StackResource, 'type' | 'physicalId' | 'arn' | 'properties'>;

function isReplaced(before: Identity, next: Identity): boolean {
  if (before.type !== next.type || before.physicalId !== next.physicalId || before.arn !== next.arn) return true;
  if (isRules(next.type)) return !sameRules(before.properties, next.properties);
  return next.type === 'AWS::S3::BucketPolicy' && before.properties.Bucket !== next.properties.Bucket;
}

function put(app: DeployedApp, stack: StackOfApp, { id, label, resource, needs, reads }: Part): Action {
  const key = `${stack.id}|${id}`;
  const type = resource && resourceTypes[resource.type];
  const prefix = id.slice(0, id.lastIndexOf('.') + 1);
  const readNow = remembered((model, refuse) =>
    valueNow(model, app, stack, prefix, resource!.declared.Properties, refuse),
  );
  const apply = (model: Model, refuse: Refuse): string | undefined => {
    if (!resource) return undefined;
    const properties = reads ? readNow(model, refuse) : resource.properties;
    const next: StackResource = { ...resource, properties, label, needs };
    const former = model.resources.get(key);
    const replaced = former !== undefined && isReplaced(former, next);
    const same = !replaced && JSON.stringify(former?.properties) === JSON.stringify(properties);
    if (!same) type?.put?.(model, next, replaced ? undefined : former, refuse);
    if (replaced) model.resources.set(`${key}${REPLACED}`, former);
    model.resources.set(key, next);
    if (same) return undefined;
    return `${replaced ? 'replace' : former ? 'update' : 'create'} ${label}`;
  };
  return {
    id,
    needs,
    matters: type !== undefined,
    early:
      resource !== undefined && (resource.properties.ReplicationConfiguration !== undefined || isRules(resource.type)),
    apply,
  };
}

/** Reads what other stacks give once for all states in which those stacks are the same. */
function remembered(read: (model: Model, refuse: Refuse) => any): typeof read {
  let last: { stacks: DeployedStack[]; value: any; refused: string[] } | undefined;
  return (model, refuse) => {
    const stacks = [...model.stacks.values()];
    if (last?.stacks.length !== stacks.length || stacks.some((it, index) => it !== last!.stacks[index])) {
      const refused: string[] = [];
      last = { stacks, value: read(model, (words) => refused.push(words)), refused };
    }
    last!.refused.forEach(refuse);
    return last!.value;
  };
}
