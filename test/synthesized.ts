import { App, Stack } from 'aws-cdk-lib';

/** Properties of all resources of a type, of the whole app or of one stack, by their logical id. */
export function propertiesIn(where: App | Stack, type: string): Record<string, any> {
  const assembly = (where.node.root as App).synth();
  const stacks = Stack.isStack(where)
    ? assembly.stacksRecursively.filter(({ stackName }) => stackName === where.stackName)
    : assembly.stacksRecursively;
  return Object.fromEntries(
    stacks
      .flatMap(({ template }) => Object.entries<any>(template.Resources ?? {}))
      .filter(([, { Type }]) => Type === type)
      .map(([id, { Properties }]) => [id, Properties]),
  );
}

/** The only resource of a type. */
export function onlyIn(where: App | Stack, type: string): any {
  const [found, ...more] = Object.values(propertiesIn(where, type));
  expect([found === undefined, more]).toEqual([false, []]);
  return found;
}

/** Warnings of all stacks, `<id without ours>: <text>`. */
export function warningsIn(app: App): string[] {
  return app
    .synth()
    .stacksRecursively.flatMap(({ messages }) => messages)
    .filter(({ level }) => level === 'warning')
    .map(({ entry }) => String(entry.data));
}

/** Statements of a policy document whose id starts so. */
export const statementsOf = (document: any, sid: string): any[] =>
  document.Statement.filter(({ Sid }: any) => Sid?.startsWith(sid));

/** A resolved text with short names for what is not known: `<account>`, and the logical id for an attribute. */
export function flat(value: any): string {
  if (typeof value !== 'object') return String(value);
  if (value.Ref) return `<${value.Ref.replace('AWS::', '')}>`;
  if (value['Fn::GetAtt']) return `<${value['Fn::GetAtt'].join('.')}>`;
  const [separator, parts] = value['Fn::Join'];
  return parts.map(flat).join(separator);
}
