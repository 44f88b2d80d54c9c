import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an app synthesized, as far as CloudFormation and the CDK CLI act on it. */
export interface Assembly {
  /** By file name, in nested assemblies with that of their directory. */
  readonly templates: Record<string, unknown>;
  /** By stack: where it is deployed to, and after which others. */
  readonly stacks: Record<string, { environment: string; dependencies: string[] }>;
  /** By construct of a stack: what is said about it, and which findings of validation are acknowledged. */
  readonly messages: Record<string, Message[]>;
  /** The libraries that its constructs are from, with their versions. */
  readonly libraries: string[];
}

export function readAssembly(directory: string): Assembly {
  const read = (name: string) => JSON.parse(readFileSync(join(directory, name), 'utf8'));
  const artifactsOf = (folder: string) => Object.entries<Artifact>(read(join(folder, 'manifest.json')).artifacts);
  const withNested = (folder: string): string[] => [
    folder,
    ...artifactsOf(folder)
      .filter(([, { type }]) => type === 'cdk:cloud-assembly')
      .flatMap(([, { properties }]) => withNested(join(folder, properties!.directoryName!))),
  ];
  const folders = withNested('');
  const files = folders.flatMap((folder) => readdirSync(join(directory, folder)).map((name) => join(folder, name)));
  const stacks = folders.flatMap((folder) =>
    artifactsOf(folder).flatMap(([id, artifact]) =>
      artifact.type === 'aws:cloudformation:stack' ? [{ id, folder, ...artifact }] : [],
    ),
  );
  const metadata = stacks.flatMap(({ folder, metadata: inside = {}, additionalMetadataFile: beside }) =>
    Object.entries<Message[]>({ ...inside, ...(beside ? read(join(folder, beside)) : {}) }),
  );
  const messages = metadata.map(
    ([path, all]) =>
      [path, all.filter(({ type }) => MESSAGES.test(type)).map(({ type, data }) => ({ type, data }))] as const,
  );
  return {
    templates: Object.fromEntries(
      files.filter((file) => file.endsWith('.template.json')).map((file) => [file, read(file)]),
    ),
    stacks: Object.fromEntries(
      stacks.map(({ id, environment, dependencies = [] }) => [
        id,
        { environment, dependencies: [...dependencies].sort() },
      ]),
    ),
    messages: Object.fromEntries(messages.filter(([, all]) => all.length > 0)),
    libraries: [...new Set(librariesOf(read('tree.json').tree))].sort(),
  };
}

interface Message {
  readonly type: string;
  readonly data: unknown;
}
/** The others are for analytics, or tell where in the program something was made, as `trace` does. */
const MESSAGES = /^aws:cdk:(info|warning|error|acknowledged-rules)$/;

interface Artifact {
  readonly type: string;
  readonly environment: string;
  readonly dependencies?: string[];
  readonly properties?: { readonly directoryName?: string };
  readonly metadata?: Record<string, Message[]>;
  readonly additionalMetadataFile?: string;
}

interface Node {
  readonly constructInfo?: { readonly fqn: string; readonly version: string };
  readonly children?: Record<string, Node>;
}
const librariesOf = ({ constructInfo, children = {} }: Node): string[] => [
  ...(constructInfo ? [`${constructInfo.fqn.split('.')[0]}@${constructInfo.version}`] : []),
  ...Object.values(children).flatMap(librariesOf),
];
