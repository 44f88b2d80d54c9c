import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an app synthesized, as far as CloudFormation and the CDK CLI act on it. */
export interface Assembly {
  /** By file name. */
  readonly templates: Record<string, unknown>;
  /** By stack: where it is deployed to, and after which others. */
  readonly stacks: Record<string, { environment: string; dependencies: string[] }>;
  /** The libraries that its constructs are from, with their versions. */
  readonly libraries: string[];
}

export function readAssembly(directory: string): Assembly {
  const read = (name: string) => JSON.parse(readFileSync(join(directory, name), 'utf8'));
  const templates = readdirSync(directory).filter((name) => name.endsWith('.template.json'));
  const artifacts = Object.entries<Artifact>(read('manifest.json').artifacts);
  return {
    templates: Object.fromEntries(templates.map((name) => [name, read(name)])),
    stacks: Object.fromEntries(
      artifacts
        .filter(([, { type }]) => type === 'aws:cloudformation:stack')
        .map(([id, { environment, dependencies }]) => [id, { environment, dependencies: [...dependencies].sort() }]),
    ),
    libraries: [...new Set(librariesOf(read('tree.json').tree))].sort(),
  };
}

interface Artifact {
  readonly type: string;
  readonly environment: string;
  readonly dependencies: string[];
}

interface Node {
  readonly constructInfo?: { readonly fqn: string; readonly version: string };
  readonly children?: Record<string, Node>;
}
const librariesOf = ({ constructInfo, children = {} }: Node): string[] => [
  ...(constructInfo ? [`${constructInfo.fqn.split('.')[0]}@${constructInfo.version}`] : []),
  ...Object.values(children).flatMap(librariesOf),
];
