import { readFileSync } from 'node:fs';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { readStacks, StackOfApp, Template } from '../../judges/assembly/stacks';
import { templateFiles } from '../../judges/assembly/template-files';

/**
 * The stacks of an app that somebody deploys with the CDK CLI, or a pipeline does for him: not the pipeline itself, and
 * not the stack of a trail, which the local AWS does not have.
 */
export function readDeployedStacks(assembly: CloudAssembly | string): StackOfApp[] {
  const stacks = readStacks(assembly);
  const deployed = stacks.filter((stack) => !isPipeline(stack) && !isTrail(stack));
  const ids = new Set(deployed.map(({ id }) => id));
  return deployed.map((stack) => ({ ...stack, after: stack.after.filter((id) => ids.has(id)) }));
}

/** Apps that are deployed one after the other, as if they were one: so judges see both sides of what they have between them. */
export function together(apps: StackOfApp[][]): StackOfApp[] {
  const ids = apps.flat().map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice) throw new Error(`two apps have a stack ${twice}`);
  return apps.flatMap((stacks, i) => {
    const before = apps.slice(0, i).flatMap((it) => it.map(({ id }) => id));
    return stacks.map((stack) => ({ ...stack, after: [...before, ...stack.after] }));
  });
}

/** What `cdk bootstrap` has made in every environment of an app, and what its stacks may name: roles that deploy. */
export function bootstrapped(stacks: StackOfApp[]): { roles: string[] } {
  const roles = stacks.map(({ account, region }) => {
    const partition = /^(cn|us-gov)-/.exec(region)?.[1];
    const arn = partition ? `arn:aws-${partition}` : 'arn:aws';
    return `${arn}:iam::${account}:role/cdk-hnb659fds-cfn-exec-role-${account}-${region}`;
  });
  return { roles: [...new Set(roles)] };
}

/** The template files of an app without that of a pipeline, whose bucket and roles CDK Pipelines makes for itself. */
export const deployedTemplateFiles = (directory: string): string[] =>
  templateFiles(directory).filter((file) => !isPipeline({ template: JSON.parse(readFileSync(file, 'utf8')) }));

type WithTemplate = { readonly template: Template };
const has = ({ template }: WithTemplate, type: string) =>
  Object.values(template.Resources ?? {}).some(({ Type }) => Type === type);

export const isPipeline = (stack: WithTemplate): boolean => has(stack, 'AWS::CodePipeline::Pipeline');
export const isTrail = (stack: WithTemplate): boolean => has(stack, 'AWS::CloudTrail::Trail');
