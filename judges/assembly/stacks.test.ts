import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  App,
  Aws,
  aws_iam as iam,
  aws_s3 as s3,
  CfnOutput,
  CfnParameter,
  Fn,
  NestedStack,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { DeployedApp } from './deployed';
import { referencesIn } from './references';
import { readStacks } from './stacks';
import { quietApp } from '../../test/app';
import { ACCOUNT } from '../../test/builders';

const OTHER = '222222222222';

describe('stacks of a synthesized app', () => {
  const bucketIn = (scope: Stack, bucketName?: string) => new s3.Bucket(scope, 'Bucket', { bucketName });
  // the name that aws-cdk-lib had for it before prints a deprecation warning
  const waitFor = (stack: Stack, other: Stack) =>
    (stack as Stack & { addStackDependency: Stack['addDependency'] }).addStackDependency(other);
  const stacksOf = (app: App) => readStacks(app.synth());

  test('come in an order that CloudFormation can deploy, with their construct paths and environments', () => {
    const app = quietApp();
    const first = new Stack(app, 'A', { env: { account: ACCOUNT, region: 'us-east-1' } });
    const second = new Stack(app, 'B', { env: { account: OTHER, region: 'eu-west-1' } });
    const anywhere = new Stack(app, 'C');
    bucketIn(first);
    waitFor(first, second);
    waitFor(second, anywhere);
    const stacks = stacksOf(app);
    expect(stacks.map(({ id, account, region, after }) => [id, account, region, after])).toEqual([
      ['C', '111111111111', 'us-east-1', []],
      ['B', OTHER, 'eu-west-1', ['C']],
      ['A', ACCOUNT, 'us-east-1', ['B']],
    ]);
    expect(Object.values(stacks[2].paths)).toContain('A/Bucket');
    const cli = { account: '333333333333', region: 'sa-east-1' };
    expect(readStacks(app.synth().directory, cli)[0]).toMatchObject(cli);
  });

  test('in a circle are refused', () => {
    const app = quietApp();
    const [a, b] = ['A', 'B'].map((id) => new Stack(app, id));
    waitFor(a, b);
    const assembly = app.synth();
    const [first, second] = assembly.stacksRecursively;
    jest.spyOn(second, 'dependencies', 'get').mockReturnValue([first]);
    jest.spyOn(first, 'dependencies', 'get').mockReturnValue([second]);
    expect(() => readStacks(assembly)).toThrow('stacks wait for each other');
  });

  test('of Stages keep apart what has the same name', () => {
    const app = quietApp();
    for (const [id, region] of [
      ['Test', 'eu-west-1'],
      ['Production', 'us-east-1'],
    ]) {
      const stage = new Stage(app, id, { env: { account: ACCOUNT, region } });
      const one = new Stack(stage, 'One', { stackName: 'one' });
      const two = new Stack(stage, 'Two', { stackName: 'two' });
      new CfnOutput(two, 'Name', { value: bucketIn(one).bucketName });
    }
    const stacks = stacksOf(app);
    expect(stacks.map(({ id }) => id).sort()).toEqual(['Production/One', 'Production/Two', 'Test/One', 'Test/Two']);
    const deployed = new DeployedApp(stacks);
    for (const stack of stacks.filter(({ name }) => name === 'two')) {
      const [bucket] = deployed.ofType('AWS::S3::Bucket').filter((it) => it.stack.region === stack.region);
      expect(deployed.resolve(stack, stack.template.Outputs!.Name.Value)).toBe(bucket.physicalId);
    }
  });

  test.each([
    ['Fn::GetStackOutput', {}],
    ['custom resources', { '@aws-cdk/core:defaultCrossStackReferences': 'strong' }],
  ])('hand values to another region by %s', (how, context) => {
    const app = quietApp();
    for (const [flag, value] of Object.entries(context)) app.node.setContext(flag, value);
    const env = { account: ACCOUNT, region: 'eu-west-1' };
    const far = new Stack(app, 'Far', { env, crossRegionReferences: true });
    const near = new Stack(app, 'Near', { env: { ...env, region: 'us-east-1' }, crossRegionReferences: true });
    const bucket = bucketIn(far);
    new CfnOutput(near, 'Arn', { value: bucket.bucketArn });
    const stacks = stacksOf(app);
    const deployed = new DeployedApp(stacks);
    const reader = stacks.find(({ name }) => name === 'Near')!;
    expect(deployed.resolve(reader, reader.template.Outputs!.Arn.Value)).toBe(
      deployed.ofType('AWS::S3::Bucket')[0].arn,
    );
    expect(deployed.ofType('Custom::CrossRegionExportReader')).toHaveLength(how === 'custom resources' ? 1 : 0);
  });

  test('are read from the assembly of an aws-cdk-lib that is not there yet', () => {
    const app = quietApp();
    bucketIn(new Stack(app, 'Plain'));
    bucketIn(new Stack(new Stage(app, 'Production'), 'Staged'));
    const assembly = app.synth();
    for (const { directory } of [assembly, assembly.nestedAssemblies[0].nestedAssembly]) {
      const file = join(directory, 'manifest.json');
      const manifest = JSON.parse(readFileSync(file, 'utf8'));
      manifest.version = '9999.0.0';
      manifest.artifacts.New = { type: 'cdk:not-there-yet', properties: {} };
      writeFileSync(file, JSON.stringify(manifest));
    }
    expect(() => new CloudAssembly(assembly.directory)).toThrow('9999.0.0');
    expect(readStacks(assembly.directory).map(({ id }) => id)).toEqual(['Plain', 'Production/Staged']);
  });

  test('have their nested stacks, also those in nested stacks', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Main', { env: { account: ACCOUNT, region: 'us-east-1' } });
    const name = new CfnParameter(stack, 'Name', { default: 'given' });
    const inner = new NestedStack(stack, 'Inner');
    const deeper = new NestedStack(inner, 'Deeper');
    const bucket = bucketIn(deeper, Fn.join('-', [name.valueAsString, Aws.REGION]));
    new iam.Role(stack, 'Reader', {
      assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'),
      description: bucket.bucketArn,
    });
    const deployed = new DeployedApp(stacksOf(app));
    expect(deployed.ofType('AWS::S3::Bucket')).toMatchObject([{ physicalId: 'given-us-east-1' }]);
    expect(deployed.ofType('AWS::IAM::Role')[0].properties.Description).toBe('arn:aws:s3:::given-us-east-1');
  });
});

test('references are found wherever they are', () => {
  const out = { StackName: 'A', OutputName: 'B', Region: { Ref: 'InRegion' } };
  const found = referencesIn({
    a: [{ Ref: 'Bucket' }, { Ref: 'AWS::Region' }],
    b: { 'Fn::GetAtt': ['Role', 'Arn'] },
    c: { 'Fn::GetAtt': 'Key.Arn' },
    d: { 'Fn::Sub': '${InText.Arn}-${AWS::Region}-${!literal}-${Plain}' },
    e: { 'Fn::Sub': ['${Variable}-${Direct}', { Variable: { Ref: 'Behind' } }] },
    f: { 'Fn::Join': ['', [{ 'Fn::GetStackOutput': out }, { 'Fn::ImportValue': { Ref: 'NameOfExport' } }]] },
    g: { 'Fn::If': ['Condition', { Ref: 'Chosen' }, null] },
  });
  expect([...found.local].sort()).toEqual(
    ['Bucket', 'Role', 'Key', 'InText', 'Plain', 'Behind', 'Direct', 'InRegion', 'NameOfExport', 'Chosen'].sort(),
  );
  expect(found.outputs).toEqual([out]);
  expect(found.imports).toEqual([{ Ref: 'NameOfExport' }]);
  expect(referencesIn({ Ref: 'x' }).local).toEqual(new Set(['x']));
  expect(referencesIn(undefined)).toEqual({ local: new Set(), outputs: [], imports: [] });
});
