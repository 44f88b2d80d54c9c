import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, aws_s3 as s3, RemovalPolicy, Stack, StackProps } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { testApp } from './app';

export const US = { region: 'us-east-1' };
export const PINNED = { ...US, account: '111111111111' };
export const ENCRYPTED = { encryption: s3.BucketEncryption.KMS };
export const EU = { destinationRegion: 'eu-west-1' };
export const REPLICA_STACK = 'App-us-east-1-replica-eu-west-1';
export const EMPTIED = { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true };

/** Every template of an app by its file, those of Stages and nested stacks too. */
export type Templates = Record<string, any>;

/** Keeps tests from printing, and removes the assemblies that they made; tells what would have been printed. */
export function silenced(): () => unknown[] {
  let printed: jest.SpyInstance[];
  beforeEach(() => {
    printed = [
      jest.spyOn(console, 'error').mockImplementation(() => {}),
      jest.spyOn(console, 'warn').mockImplementation(() => {}),
    ];
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => CloudAssembly.cleanupTemporaryDirectories());
  return () => printed.flatMap(({ mock }) => mock.calls);
}

export function templatesOf(app: App): Templates {
  const { directory } = app.synth();
  const files = (readdirSync(directory, { recursive: true }) as string[])
    .filter((file) => file.endsWith('.template.json'))
    .sort();
  return Object.fromEntries(
    files.map((file) => [
      file.replace(/(\.nested)?\.template\.json$/, ''),
      JSON.parse(readFileSync(join(directory, file), 'utf8')),
    ]),
  );
}

/** An app of one stack, 'App'. */
export function inStack(define: (stack: Stack) => void, props: StackProps = { env: US }, app = testApp()): Templates {
  define(new Stack(app, 'App', props));
  return templatesOf(app);
}

export const resources = (templates: Templates, type: string): any[] =>
  Object.values(templates)
    .flatMap(({ Resources }) => Object.values<any>(Resources))
    .filter(({ Type }) => Type === type);
export const replicating = (templates: Templates) =>
  resources(templates, 'AWS::S3::Bucket').filter(({ Properties }) => Properties?.ReplicationConfiguration);

/** The one bucket with a replication configuration, whose role there is and whose destinations have versioning. */
export function expectReplication(templates: Templates, rules = 1): any {
  const [source, ...others] = replicating(templates);
  expect(others).toEqual([]);
  const { Rules, Role } = source.Properties.ReplicationConfiguration;
  expect(Rules).toHaveLength(rules);
  expect(new Set(Rules.map(({ Id }: any) => Id)).size).toBe(rules);
  expect(Role).toEqual({ 'Fn::GetAtt': [expect.any(String), 'Arn'] });
  const roles = Object.values(templates)
    .flatMap(({ Resources }) => Object.entries<any>(Resources))
    .filter(
      ([, { Type, Properties }]) =>
        Type === 'AWS::IAM::Role' && JSON.stringify(Properties.AssumeRolePolicyDocument).includes('s3.amazonaws.com'),
    );
  expect(roles.map(([id]) => id)).toEqual([Role['Fn::GetAtt'][0]]);
  expect(
    resources(templates, 'AWS::S3::Bucket').filter(
      ({ Properties }) => Properties?.VersioningConfiguration?.Status !== 'Enabled',
    ),
  ).toEqual([]);
  return source;
}

/** What needs more than CloudFormation at deploy time, ties stacks together, or allows more than it should. */
export function surplus(templates: Templates): string[] {
  return Object.entries(templates).flatMap(([file, template]) => {
    const found: string[] = [];
    for (const [id, { Type, Properties }] of Object.entries<any>(template.Resources ?? {})) {
      if (/^AWS::Lambda::/.test(Type)) found.push(`${file}: function ${id}`);
      if (/^(Custom::|AWS::CloudFormation::CustomResource$)/.test(Type)) found.push(`${file}: custom resource ${id}`);
      if (Type === 'AWS::SSM::Parameter') found.push(`${file}: SSM parameter ${id}`);
      const documents = Type.startsWith('AWS::IAM::')
        ? [Properties.PolicyDocument, ...(Properties.Policies ?? []).map((it: any) => it.PolicyDocument)]
        : [];
      const statements = documents.flatMap((document) => document?.Statement ?? []);
      if (statements.some((it: any) => [it.Resource].flat().includes('*') || it.NotResource !== undefined)) {
        found.push(`${file}: resource * in ${id}`);
      }
    }
    for (const [id, { Export }] of Object.entries<any>(template.Outputs ?? {})) {
      if (Export) found.push(`${file}: export ${id}`);
    }
    if (JSON.stringify(template).includes('"Fn::ImportValue"')) found.push(`${file}: import`);
    return found;
  });
}

/** Resources that wait for themselves: CloudFormation refuses the template. */
export function circles({ Resources }: any): string[] {
  const needs = (id: string): string[] => {
    const found = [Resources[id].DependsOn ?? []].flat();
    JSON.stringify(Resources[id], (key, value) => {
      if (key === 'Ref' || key === 'Fn::GetAtt') found.push([value].flat()[0]);
      return value;
    });
    return found.filter((it) => Resources[it]);
  };
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    needs(from).some((next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))));
  return Object.keys(Resources).filter((id) => reaches(id, id));
}

/** The names of the stacks in the order in which the CLI deploys them. */
export function deployOrder(assembly: CloudAssembly): string[] {
  return assembly.stacks.map(({ stackName }) => stackName);
}
