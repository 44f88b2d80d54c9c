import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudArtifact, CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';

/** One stack of a synthesized app, as the files of the cloud assembly show it. */
export interface StackOfApp {
  /** Unique in the app; `name` is unique only in its account and region. */
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** Ids of the stacks that the CDK CLI deploys before this one. */
  readonly after: string[];
  readonly templateFile: string;
  readonly template: Template;
  /** The construct path of each logical id, to call things by a name that the user has written. */
  readonly paths: Record<string, string>;
  /** The templates of its nested stacks by logical id; those of a nested stack in a nested stack have both ids, with a dot. */
  readonly nested: Record<string, Template>;
}

// templates are read as CloudFormation has them, and there is no type for that
export interface Template {
  readonly Resources: Record<string, Resource>;
  readonly Outputs?: Record<string, { Value: any; Export?: { Name: any }; Condition?: string }>;
  readonly Parameters?: Record<string, { Default?: any; Type?: string }>;
  readonly Conditions?: Record<string, any>;
  readonly Mappings?: Record<string, Record<string, Record<string, any>>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, any>;
  readonly DependsOn?: string | string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** Where stacks go that do not say it: the CDK CLI takes that from its credentials. */
export interface Credentials {
  readonly account: string;
  readonly region: string;
}
const SOMEONE: Credentials = { account: '111111111111', region: 'us-east-1' };

/** An assembly may be of a newer aws-cdk-lib than ours: what is read of a manifest has been in all of them. */
const ANY_VERSION = { skipVersionCheck: true, skipEnumCheck: true };

/** The stacks of a cloud assembly and of the Stages in it, in the order in which `cdk deploy --all` deploys them. */
export function readStacks(assembly: CloudAssembly | string, credentials = SOMEONE): StackOfApp[] {
  const { stacksRecursively } = typeof assembly === 'string' ? new CloudAssembly(assembly, ANY_VERSION) : assembly;
  const stacks = stacksRecursively.map((artifact) => {
    const { account, region } = artifact.environment;
    return {
      id: idOf(artifact),
      name: artifact.stackName,
      account: account === 'unknown-account' ? credentials.account : account,
      region: region === 'unknown-region' ? credentials.region : region,
      after: artifact.dependencies.filter(isStack).map(idOf),
      templateFile: artifact.templateFile,
      template: artifact.template as Template,
      paths: Object.fromEntries(
        artifact
          .findMetadataByType('aws:cdk:logicalId')
          .map(({ path, data }) => [String(data), path.replace(/^\//, '').replace(/\/Resource$/, '')]),
      ),
      nested: readNested(artifact.assembly.directory, artifact.template, ''),
    };
  });
  return inOrder(stacks);
}

const isStack = (artifact: CloudArtifact): artifact is CloudFormationStackArtifact =>
  artifact instanceof CloudFormationStackArtifact;
const idOf = (stack: CloudArtifact) => (isStack(stack) ? stack.hierarchicalId : stack.id);

/** A nested stack's template is an asset, and its resource names the asset by its hash. */
function readNested(directory: string, { Resources = {} }: Template, prefix: string): Record<string, Template> {
  const nested: Record<string, Template> = {};
  for (const [logicalId, { Type, Properties }] of Object.entries(Resources)) {
    if (Type !== 'AWS::CloudFormation::Stack') continue;
    const hash = /\b([0-9a-f]{64})\.json/.exec(JSON.stringify(Properties!.TemplateURL))?.[1] ?? '';
    const inner: Template = JSON.parse(readFileSync(join(directory, fileOfAsset(directory, hash)), 'utf8'));
    nested[prefix + logicalId] = inner;
    Object.assign(nested, readNested(directory, inner, `${prefix}${logicalId}.`));
  }
  return nested;
}

function fileOfAsset(directory: string, hash: string): string {
  for (const name of readdirSync(directory).filter((it) => it.endsWith('.assets.json'))) {
    const { files } = JSON.parse(readFileSync(join(directory, name), 'utf8'));
    if (files[hash]) return files[hash].source.path;
  }
  throw new Error(`${directory} has no asset ${hash}`);
}

/** Those that others wait for come first; the CDK CLI refuses a circle, and so does this. */
function inOrder(stacks: StackOfApp[]): StackOfApp[] {
  const ordered: StackOfApp[] = [];
  while (ordered.length < stacks.length) {
    const ready = stacks.find(
      (stack) => !ordered.includes(stack) && stack.after.every((id) => ordered.some((it) => it.id === id)),
    );
    if (!ready) throw new Error('stacks wait for each other');
    ordered.push(ready);
  }
  return ordered;
}
