/** The part of an assembly's stack that says what is deployed. */
export interface Deployed {
  readonly stackName: string;
  readonly template: any;
}

/**
 * What the templates of a variant mean, as text: two variants with the same text deploy the same.
 *
 * Left out is what everyone names as they like: logical ids, names of stacks, outputs, policies and rules, and
 * descriptions. A list of one item is the item, and the order of statements, actions and resources does not matter.
 *
 * @throws when a logical id does not say which pair it belongs to, or two resources would get the same name
 */
export function settled(stacks: readonly Deployed[]): string {
  const names = new Map(stacks.map((stack) => [stack.stackName, namesOf(stack.template)]));
  const inStack = (stack: Deployed): unknown[] => {
    const known = names.get(stack.stackName)!;
    const settle = (value: any, key = ''): unknown => {
      if (Array.isArray(value)) {
        const items = value.map((item) => settle(item));
        return items.length === 1 ? items[0] : UNORDERED.includes(key) ? items.map(text).sort() : items;
      }
      if (typeof value !== 'object' || value === null) {
        return known.get(value) ?? value;
      }
      const output = value['Fn::GetStackOutput'];
      if (output) {
        const producer = stacks.find(({ stackName }) => stackName === output.StackName)!;
        const { Value } = producer.template.Outputs[output.OutputName];
        return [output.Region, names.get(producer.stackName)!.get(Value['Fn::GetAtt'][0]), Value['Fn::GetAtt'][1]];
      }
      const kept = Object.keys(value).filter((name) => !NAMES.includes(name));
      return Object.fromEntries(kept.sort().map((name) => [name, settle(value[name], name)]));
    };
    return Object.entries<any>(stack.template.Resources).map(([id, resource]) => [known.get(id), settle(resource)]);
  };
  return stacks.flatMap(inStack).map(text).sort().join('\n');
}

const NAMES = ['Description', 'Id', 'PolicyName', 'Metadata'];
const UNORDERED = ['Statement', 'Action', 'Resource'];
const text = (value: unknown) => JSON.stringify(value);

/** `AWS::S3::Bucket of Pair7, destination` for each logical id of a template. */
function namesOf(template: any): Map<string, string> {
  const names = new Map<string, string>();
  for (const [id, { Type }] of Object.entries<any>(template.Resources)) {
    const [ofPair] = /^Pair\d+/.exec(id) ?? [];
    names.set(id, `${Type} of ${ofPair}, ${id.includes('Destination') ? 'destination' : 'source'}`);
    if (ofPair === undefined) {
      throw new Error(`the resource '${id}' belongs to no pair`);
    }
  }
  if (new Set(names.values()).size < names.size) {
    throw new Error(`a pair has two resources of a kind: ${[...names.keys()].join(', ')}`);
  }
  return names;
}
