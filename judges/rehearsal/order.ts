import { DeployedApp, DeployedResource } from '../assembly/deployed';
import { referencesIn } from '../assembly/references';
import { Resource, StackOfApp } from '../assembly/stacks';

/** Something that CloudFormation does in one go: a resource, or (without one) the end of a nested stack. */
export interface Part {
  /** The logical id as `DeployedApp` has it; that of a nested stack's end has a dot at its end. */
  readonly id: string;
  readonly label: string;
  readonly resource?: DeployedResource;
  /** Ids of parts of the same stack that are made before it. */
  readonly needs: ReadonlySet<string>;
  /** Whether its properties read what other stacks give. */
  readonly reads: boolean;
}

/** What a stack and the stacks nested in it consist of, by id. */
export function partsOf(app: DeployedApp, stack: StackOfApp): Map<string, Part> {
  const parts = new Map<string, Part>();
  const there = app.resources.filter((resource) => resource.stack === stack);
  const ids = new Set(there.map(({ logicalId }) => logicalId));
  for (const resource of there) {
    const { logicalId: id, declared } = resource;
    const prefix = id.slice(0, id.lastIndexOf('.') + 1);
    const { needs, reads } = needsOf(stack, declared, prefix, ids);
    const label = labelOf(stack, id);
    parts.set(id, { id, label, resource, needs, reads });
    if (stack.nested[id]) {
      const inner = there.filter((it) => it.logicalId.startsWith(`${id}.`)).map(({ logicalId }) => logicalId);
      const ends = inner.filter((it) => stack.nested[it]).map((it) => `${it}.`);
      parts.set(`${id}.`, { id: `${id}.`, label, needs: new Set([id, ...inner, ...ends]), reads: false });
    }
  }
  return parts;
}

function needsOf(stack: StackOfApp, declared: Resource, prefix: string, ids: Set<string>) {
  const { local, outputs, imports } = referencesIn(declared.Properties);
  const wanted = [...local, ...[declared.DependsOn ?? []].flat()].map((it) => prefix + it);
  const needs = new Set(wanted.filter((it) => ids.has(it)).map((it) => (stack.nested[it] ? `${it}.` : it)));
  if (prefix) needs.add(prefix.slice(0, -1));
  return { needs, reads: outputs.length + imports.length > 0 };
}

function labelOf(stack: StackOfApp, id: string): string {
  const logicalId = id.slice(id.lastIndexOf('.') + 1);
  return stack.paths[logicalId] ?? `${stack.name}/${logicalId}`;
}

interface Node {
  readonly id: string;
  readonly needs: Iterable<string>;
}

/** Everything that has to be done before each node, and what is in a circle. */
export function closures(nodes: Map<string, Node>): { before: Map<string, Set<string>>; circle: string[] } {
  const before = new Map<string, Set<string>>();
  for (const id of nodes.keys()) before.set(id, reach(nodes, id, before));
  return { before, circle: [...nodes.keys()].filter((id) => before.get(id)!.has(id)).sort() };
}

function reach(nodes: Map<string, Node>, from: string, known: Map<string, Set<string>>): Set<string> {
  const found = new Set<string>();
  const open = [...nodes.get(from)!.needs];
  while (open.length > 0) {
    const id = open.pop()!;
    if (found.has(id) || !nodes.has(id)) continue;
    found.add(id);
    const done = known.get(id);
    if (done) done.forEach((it) => found.add(it));
    else open.push(...nodes.get(id)!.needs);
  }
  return found;
}

/** An order in which the nodes that `early` chooses come as soon as what they need allows. */
export function orderOf<N extends Node>(nodes: Map<string, N>, early: (node: N) => boolean): N[] {
  const ordered: N[] = [];
  const visited = new Set<string>();
  const visit = (node: N) => {
    if (visited.has(node.id)) return;
    visited.add(node.id);
    for (const id of node.needs) if (nodes.has(id)) visit(nodes.get(id)!);
    ordered.push(node);
  };
  const all = [...nodes.values()];
  [...all.filter(early), ...all].forEach(visit);
  return ordered;
}
