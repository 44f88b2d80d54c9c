import { CloudAssembly } from 'aws-cdk-lib/cx-api';

/** One stack of a synthesized app, as the files of the cloud assembly show it. */
export interface SynthesizedStack {
  /** Unique in the app; `name` is unique only in its account and region. */
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** Ids of the stacks that are deployed before this one. */
  readonly after: string[];
  readonly templateFile: string;
  readonly template: Template;
  /** The construct path of each logical id, to call things by a name that the user has written. */
  readonly paths: Record<string, string>;
}

export interface Template {
  readonly Resources: Record<string, Resource>;
  readonly Outputs?: Record<string, { Value: unknown; Export?: { Name: unknown } }>;
}

export interface Resource {
  readonly Type: string;
  // properties are read as CloudFormation has them, and there is no type for that
  readonly Properties?: Record<string, any>;
}

/** The stacks of a cloud assembly, in the order in which `cdk deploy --all` deploys them. */
export function readAssembly(directory: string): SynthesizedStack[] {
  const assembly = new CloudAssembly(directory);
  if (assembly.nestedAssemblies.length > 0) {
    throw new Error(`${directory}: apps with Stages are not understood here, and would be shown in part`);
  }
  const ids = assembly.stacks.map(({ id }) => id);
  return assembly.stacks.map((stack) => ({
    id: stack.id,
    name: stack.stackName,
    account: stack.environment.account,
    region: stack.environment.region,
    after: stack.dependencies.map(({ id }) => id).filter((id) => ids.includes(id)),
    templateFile: stack.templateFile,
    template: stack.template,
    paths: Object.fromEntries(
      stack
        .findMetadataByType('aws:cdk:logicalId')
        .map(({ path, data }) => [String(data), path.replace(/^\//, '').replace(/\/Resource$/, '')]),
    ),
  }));
}
