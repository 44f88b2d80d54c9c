import { App, Stack } from 'aws-cdk-lib';

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, any>;
  readonly DependsOn?: string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
}

/** Resources of a type in a stack, by their logical ids. */
export function resources(stack: Stack, type: string): [string, Resource][] {
  const template = (stack.node.root as App).synth().getStackArtifact(stack.artifactId).template as {
    Resources?: Record<string, Resource>;
  };
  return Object.entries(template.Resources ?? {}).filter(([, { Type }]) => Type === type);
}

/** The rules that custom resources of a stack write, with the text of references in place of what they refer to. */
export function handledRules(stack: Stack): { id: string; properties: Record<string, any>; rules: any[] }[] {
  return resources(stack, 'Custom::S3ReplicationRules').map(([id, { Properties }]) => {
    const { Rules } = Properties;
    const parts: unknown[] = typeof Rules === 'string' ? [Rules] : Rules['Fn::Join'][1];
    const text = parts.map((part) => (typeof part === 'string' ? part : named(part))).join('');
    return { id, properties: Properties, rules: JSON.parse(text) };
  });
}

/** `GetAtt Id.Arn` or what another stack says. */
const named = (part: any): string =>
  part.Ref ?? part['Fn::GetAtt']?.join('.') ?? part['Fn::GetStackOutput']?.OutputName ?? '?';
