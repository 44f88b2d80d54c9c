import type { Resource, StackOfApp } from '../assembly/stacks';

/** A stack with this template, without an app. */
export function plainStack(
  id: string,
  resources: Record<string, Resource>,
  rest: Partial<Omit<StackOfApp, 'id' | 'name'>> & { readonly outputs?: StackOfApp['template']['Outputs'] } = {},
): StackOfApp {
  const { outputs, ...given } = rest;
  const place = { account: '111111111111', region: 'us-east-1', after: [], templateFile: '', paths: {}, nested: {} };
  return { id, name: id, ...place, template: { Resources: resources, Outputs: outputs }, ...given };
}
