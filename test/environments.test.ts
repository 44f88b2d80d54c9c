import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  App,
  AppProps,
  Aspects,
  Aws,
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  BootstraplessSynthesizer,
  CfnCondition,
  CfnOutput,
  CfnParameter,
  CfnWaitConditionHandle,
  CliCredentialsStackSynthesizer,
  DefaultStackSynthesizer,
  Duration,
  Fn,
  IAspect,
  LegacyStackSynthesizer,
  NestedStack,
  PermissionsBoundary,
  pipelines,
  RemovalPolicy,
  Resource,
  SecretValue,
  Stack,
  StackProps,
  StackSynthesizer,
  Stage,
  Tags,
} from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import recommended from 'aws-cdk-lib/recommended-feature-flags.json';
import {
  BucketReplication,
  ReplicatedBucketPair,
  ReplicatedBucketPairProps,
  ReplicationFilter,
} from 'cdk-s3-replication';
import { Construct, IConstruct } from 'constructs';
import { quietApp, testApp } from './app';

const US = { region: 'us-east-1' };
const PINNED = { ...US, account: '111111111111' };
const KMS = { encryption: s3.BucketEncryption.KMS };
const EU = { destinationRegion: 'eu-west-1' };
const REPLICA_STACK = 'App-us-east-1-replica-eu-west-1';
const EMPTIED = { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true };

/** Every template of an app by its file, those of Stages and nested stacks too. */
type Templates = Record<string, any>;

let printed: jest.SpyInstance[];
beforeEach(() => {
  printed = [
    jest.spyOn(console, 'error').mockImplementation(() => {}),
    jest.spyOn(console, 'warn').mockImplementation(() => {}),
  ];
});
afterEach(() => jest.restoreAllMocks());
const temporary: string[] = [];
afterAll(() => {
  CloudAssembly.cleanupTemporaryDirectories();
  temporary.forEach((directory) => rmSync(directory, { recursive: true }));
});

function templatesOf(app: App): Templates {
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
function inStack(define: (stack: Stack) => void, props: StackProps = { env: US }, app = testApp()): Templates {
  define(new Stack(app, 'App', props));
  return templatesOf(app);
}

const resources = (templates: Templates, type: string): any[] =>
  Object.values(templates)
    .flatMap(({ Resources }) => Object.values<any>(Resources))
    .filter(({ Type }) => Type === type);
const replicating = (templates: Templates) =>
  resources(templates, 'AWS::S3::Bucket').filter(({ Properties }) => Properties?.ReplicationConfiguration);

/** The one bucket with a replication configuration, whose role there is and whose destinations have versioning. */
function expectReplication(templates: Templates, rules = 1): any {
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
function surplus(templates: Templates): string[] {
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
function circles({ Resources }: any): string[] {
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
function deployOrder(assembly: CloudAssembly): string[] {
  return assembly.stacks.map(({ stackName }) => stackName);
}

describe('the judges of this file', () => {
  const policy = (statement: object) => ({
    Resources: { P: { Type: 'AWS::IAM::Policy', Properties: { PolicyDocument: { Statement: [statement] } } } },
  });
  test.each<[string, any, string[]]>([
    ['function', { Resources: { F: { Type: 'AWS::Lambda::Function' } } }, ['T: function F']],
    [
      'custom resource',
      { Resources: { C: { Type: 'Custom::Thing' }, D: { Type: 'AWS::CloudFormation::CustomResource' } } },
      ['T: custom resource C', 'T: custom resource D'],
    ],
    ['SSM parameter', { Resources: { S: { Type: 'AWS::SSM::Parameter' } } }, ['T: SSM parameter S']],
    ['policy', policy({ Resource: ['arn', '*'] }), ['T: resource * in P']],
    ['negated policy', policy({ NotResource: 'arn' }), ['T: resource * in P']],
    [
      'inline policy',
      {
        Resources: {
          R: {
            Type: 'AWS::IAM::Role',
            Properties: { Policies: [{ PolicyDocument: { Statement: [{ Resource: '*' }] } }] },
          },
        },
      },
      ['T: resource * in R'],
    ],
    ['export', { Resources: {}, Outputs: { O: { Value: 1, Export: { Name: 'n' } } } }, ['T: export O']],
    [
      'import',
      { Resources: { B: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { 'Fn::ImportValue': 'n' } } } } },
      ['T: import'],
    ],
    [
      'nothing of these',
      {
        Resources: {
          B: { Type: 'AWS::S3::Bucket' },
          K: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Statement: [{ Resource: '*' }] } } },
        },
        Outputs: { O: { Value: 1 } },
      },
      [],
    ],
  ])('surplus: %s', (_, template, expected) => {
    expect(surplus({ T: template })).toEqual(expected);
  });

  test('surplus: in an app', () => {
    const found = surplus(inStack((stack) => new ReplicatedBucketPair(stack, 'Pair', { ...EU, ...EMPTIED }))).join(
      '\n',
    );
    for (const kind of ['function', 'custom resource']) expect(found).toContain(kind);

    const strong = new App({ context: { '@aws-cdk/core:defaultCrossStackReferences': 'strong' } });
    const bucket = new s3.Bucket(new Stack(strong, 'Producer', { env: US, crossRegionReferences: true }), 'Bucket');
    new CfnOutput(new Stack(strong, 'Near', { env: US }), 'Name', { value: bucket.bucketName });
    new CfnOutput(new Stack(strong, 'Far', { env: { region: 'eu-west-1' }, crossRegionReferences: true }), 'Name', {
      value: bucket.bucketName,
    });
    [...strong.node.children].filter(Stack.isStack).forEach((stack) => new CfnWaitConditionHandle(stack, 'Handle'));
    const references = surplus(templatesOf(strong)).join('\n');
    for (const kind of ['export', 'import', 'custom resource', 'function']) expect(references).toContain(kind);
  });

  test('circles', () => {
    const [a, b] = [{ DependsOn: 'B' }, { Properties: { X: { 'Fn::Join': ['', [{ Ref: 'A' }]] } } }];
    expect(circles({ Resources: { A: a, B: b, C: { DependsOn: ['A'] } } })).toEqual(['A', 'B']);
    expect(circles({ Resources: { A: {}, B: b } })).toEqual([]);
  });
});

describe('nothing but buckets, keys, roles and policies', () => {
  const STRENGTH = '@aws-cdk/core:defaultCrossStackReferences';
  const flags: Record<string, AppProps['context']> = {
    recommended,
    none: {},
    ...Object.fromEntries(
      ['strong', 'both', 'weak'].map((strength) => [strength, { ...recommended, [STRENGTH]: strength }]),
    ),
  };
  const kinds: Record<string, (stack: Stack) => void> = {
    SRR: (stack) => new ReplicatedBucketPair(stack, 'Pair'),
    'SRR with KMS': (stack) => new ReplicatedBucketPair(stack, 'Pair', KMS),
    CRR: (stack) => new ReplicatedBucketPair(stack, 'Pair', EU),
    'CRR with KMS': (stack) => new ReplicatedBucketPair(stack, 'Pair', { ...EU, ...KMS }),
    'CRR with names and KMS': (stack) =>
      new ReplicatedBucketPair(stack, 'Pair', {
        ...EU,
        ...KMS,
        sourceOptions: { bucketName: 'mine' },
        destinationOptions: { bucketName: 'replicas' },
      }),
    'two stacks of a region': (stack) =>
      between(
        stack,
        new Stack(stack.node.root as App, 'Other', { env: stack.environment.includes('unknown') ? US : PINNED }),
      ),
    'two stacks of two regions': (stack) =>
      between(
        stack,
        new Stack(stack, 'Other', {
          env: { ...(stack.environment.includes('unknown') ? {} : PINNED), region: 'eu-west-1' },
        }),
      ),
  };
  const between = (sources: Stack, destinations: Stack) => {
    const [source, destination] = [sources, destinations].map((stack) => new s3.Bucket(stack, 'Bucket', KMS));
    BucketReplication.of(source).addRule({ destination });
    new CfnOutput(sources, 'Arn', { value: source.bucketArn });
  };

  describe.each(Object.keys(flags))('with %s feature flags:', (name) => {
    test.each(
      Object.keys(kinds).flatMap(
        (kind) =>
          [
            [kind, 'known', PINNED],
            [kind, 'unknown', US],
          ] as const,
      ),
    )('%s, account %s', (kind, _, env) => {
      // core validates the templates too, which is slow: once is enough
      const validation = { builtinCloudFormationValidation: name === 'recommended' };
      const templates = inStack(
        kinds[kind],
        { env, crossRegionReferences: kind.includes('KMS') },
        new App({ analyticsReporting: false, ...validation, context: flags[name] }),
      );
      expectReplication(templates);
      expect(surplus(templates)).toEqual([]);
      expect(Object.values(templates).flatMap(circles)).toEqual([]);
    });
  });

  test('everything unknown: SRR in an environment-agnostic stack', () => {
    const templates = inStack((stack) => new ReplicatedBucketPair(stack, 'Pair', KMS), {});
    const { Properties } = expectReplication(templates);
    expect(Properties.ReplicationConfiguration.Rules[0].Destination.Account).toEqual({ Ref: 'AWS::AccountId' });
    expect(JSON.stringify(templates)).toContain(
      JSON.stringify({ 'Fn::Join': ['', ['s3.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] }),
    );
    expect(surplus(templates)).toEqual([]);
  });

  test('everything unknown: two environment-agnostic stacks', () => {
    const app = testApp();
    const destination = new s3.Bucket(new Stack(app, 'Destinations'), 'Bucket');
    const source = new s3.Bucket(new Stack(app, 'Sources'), 'Bucket');
    new ReplicatedBucketPair(Stack.of(source), 'Pair', { source, destination });
    const templates = templatesOf(app);
    expectReplication(templates);
    expect(surplus(templates)).toEqual([]);
    expect(deployOrder(app.synth())).toEqual(['Destinations', 'Sources']);
  });

  test.each<[string, StackProps, ReplicatedBucketPairProps]>([
    ['SRR', { env: US }, {}],
    ['CRR', { env: US }, EU],
    ['CRR, account known', { env: PINNED }, EU],
  ])('autoDeleteObjects, the only prop that adds more: %s', (_, props, where) => {
    const templates = inStack((stack) => new ReplicatedBucketPair(stack, 'Pair', { ...where, ...EMPTIED }), props);
    const allowed = /: (function CustomS3AutoDeleteObjects|custom resource Pair(Source|Destination)AutoDeleteObjects)/;
    expect(surplus(templates).filter((line) => !allowed.test(line))).toEqual([]);
    expect(Object.values(templates).flatMap(circles)).toEqual([]);
  });
});

describe('autoDeleteObjects', () => {
  const deletedBefore = (template: any, id: string): string[] =>
    Object.keys(template.Resources).filter((other) => [template.Resources[other].DependsOn].flat().includes(id));

  test('within a stack the source goes before the destination is emptied', () => {
    const { App: template } = inStack((stack) => new ReplicatedBucketPair(stack, 'Pair', EMPTIED));
    const [emptying] = Object.keys(template.Resources).filter((id) => /^PairDestinationAutoDeleteObjects/.test(id));
    const [source] = Object.keys(template.Resources).filter(
      (id) => template.Resources[id].Properties?.ReplicationConfiguration,
    );
    expect(deletedBefore(template, emptying)).toContain(source);
    expect(circles(template)).toEqual([]);
  });

  test('without it nothing has to go before (the judge)', () => {
    const { App: template } = inStack((stack) => {
      const [source, destination] = ['A', 'B'].map((id) => new s3.Bucket(stack, id, EMPTIED));
      new ReplicatedBucketPair(stack, 'Pair', { source, destination });
    });
    const [emptying] = Object.keys(template.Resources).filter((id) => /^BAutoDeleteObjects/.test(id));
    expect(
      Object.keys(template.Resources).filter(
        (id) =>
          deletedBefore(template, emptying).includes(id) && template.Resources[id].Properties?.ReplicationConfiguration,
      ),
    ).toEqual([]);
  });

  test.each<[string, (stack: Stack) => void]>([
    ['two pairs', (stack) => ['One', 'Two'].forEach((id) => new ReplicatedBucketPair(stack, id, EMPTIED))],
    [
      'a bucket of the user that is emptied too',
      (stack) => {
        new s3.Bucket(stack, 'Mine', EMPTIED);
        new ReplicatedBucketPair(stack, 'Pair', EMPTIED);
      },
    ],
    [
      'a pair over two regions before one within',
      (stack) => {
        new ReplicatedBucketPair(stack, 'Far', { ...EU, ...EMPTIED });
        new ReplicatedBucketPair(stack, 'Near', EMPTIED);
      },
    ],
    [
      'a source that is brought',
      (stack) => new ReplicatedBucketPair(stack, 'Pair', { source: new s3.Bucket(stack, 'Mine', EMPTIED), ...EMPTIED }),
    ],
    [
      'a destination that is the source of another pair',
      (stack) => {
        const { destination } = new ReplicatedBucketPair(stack, 'One', EMPTIED);
        new ReplicatedBucketPair(stack, 'Two', { source: destination, ...EMPTIED });
      },
    ],
    [
      'names',
      (stack) =>
        new ReplicatedBucketPair(stack, 'Pair', {
          ...EMPTIED,
          sourceOptions: { bucketName: 'mine' },
          destinationOptions: { bucketName: 'replicas' },
        }),
    ],
  ])('closes no circle: %s', (_, define) => {
    expect(Object.values(inStack(define)).flatMap(circles)).toEqual([]);
  });

  test('over two stacks the order of the stacks does it: cdk destroy goes backwards', () => {
    const app = testApp();
    new ReplicatedBucketPair(new Stack(app, 'App', { env: US }), 'Pair', { ...EU, ...EMPTIED });
    expect(deployOrder(app.synth())).toEqual([REPLICA_STACK, 'App']);
  });
});

describe('Stages and pipelines', () => {
  class Product extends Stage {
    constructor(scope: Construct, id: string) {
      super(scope, id, { env: PINNED });
      const stack = new Stack(this, 'Data');
      const pair = new ReplicatedBucketPair(stack, 'Pair', { ...EU, ...KMS });
      new CfnOutput(stack, 'Replica', { value: pair.destinationBucketName });
    }
  }

  test('a Stage: each has its replica stack', () => {
    const app = testApp();
    ['Beta', 'Prod'].forEach((id) => new Product(app, id));
    const assembly = app.synth();
    for (const id of ['Beta', 'Prod']) {
      expect(deployOrder(assembly.getNestedAssembly(`assembly-${id}`))).toEqual([
        `${id}-Data-us-east-1-replica-eu-west-1`,
        `${id}-Data`,
      ]);
    }
    const templates = templatesOf(app);
    expect(surplus(templates)).toEqual([]);
    expectReplication(
      Object.fromEntries(Object.entries(templates).filter(([file]) => file.startsWith('assembly-Prod/'))),
    );
    const [references] = [...new Set(JSON.stringify(templates).match(/"StackName":"Prod-[^"]*"/g))];
    expect(references).toBe('"StackName":"Prod-Data-us-east-1-replica-eu-west-1"');
  });

  const pipelineOf = (app: App) =>
    new pipelines.CodePipeline(new Stack(app, 'Pipeline', { env: PINNED }), 'Pipeline', {
      crossAccountKeys: true,
      synth: new pipelines.ShellStep('Synth', {
        input: pipelines.CodePipelineSource.connection('owner/repo', 'main', {
          connectionArn: 'arn:aws:codestar-connections:us-east-1:111111111111:connection/c',
        }),
        commands: ['npx cdk synth'],
      }),
    });

  test("a pipeline deploys the replica's stack first", () => {
    const app = testApp();
    pipelineOf(app).addStage(new Product(app, 'Prod'));
    const templates = templatesOf(app);

    const [pipeline] = resources(templates, 'AWS::CodePipeline::Pipeline');
    const actions: any[] = pipeline.Properties.Stages.find(({ Name }: any) => Name === 'Prod').Actions;
    const replicas = actions.filter(({ Name }) => /replica/i.test(Name)).map(({ RunOrder }) => RunOrder);
    const sources = actions.filter(({ Name }) => !/replica/i.test(Name)).map(({ RunOrder }) => RunOrder);
    expect(actions).toHaveLength(4);
    expect(replicas.length).toBeGreaterThan(0);
    expect(Math.max(...replicas)).toBeLessThan(Math.min(...sources));
  });

  test('a rule that is added after the Stage went into a pipeline is refused, not lost', () => {
    const app = testApp();
    const stage = new Stage(app, 'Prod', { env: PINNED });
    const stack = new Stack(stage, 'Data');
    const { source } = new ReplicatedBucketPair(stack, 'Pair');
    pipelineOf(app).addStage(stage);
    expect(() =>
      BucketReplication.of(source).addRule({ destination: s3.Bucket.fromBucketName(stack, 'Late', 'late') }),
    ).toThrow(/Prod\/Data\/Pair\/Source.*after synthesis.*add rules before/);
  });
});

describe('nested stacks', () => {
  const cases: Record<string, [rules: number, define: (stack: Stack) => void]> = {
    'a pair in one': [1, (stack) => new ReplicatedBucketPair(new NestedStack(stack, 'Nested'), 'Pair', KMS)],
    'a pair over two regions in one': [
      1,
      (stack) => {
        const nested = new NestedStack(stack, 'Nested');
        const pair = new ReplicatedBucketPair(nested, 'Pair', { ...EU, ...KMS });
        new CfnOutput(nested, 'Replica', { value: pair.destinationBucketName });
      },
    ],
    'a pair over two regions in one that is nested twice': [
      1,
      (stack) =>
        new ReplicatedBucketPair(new NestedStack(new NestedStack(stack, 'Outer'), 'Inner'), 'Pair', { ...EU, ...KMS }),
    ],
    'source in one, destination in another of the same root': [
      1,
      (stack) => {
        const [source, destination] = ['Sources', 'Destinations'].map(
          (id) => new s3.Bucket(new NestedStack(stack, id), 'Bucket', KMS),
        );
        BucketReplication.of(source).addRule({ destination });
      },
    ],
    'source in one, destination in the root': [
      1,
      (stack) => {
        BucketReplication.of(new s3.Bucket(new NestedStack(stack, 'Nested'), 'Bucket', KMS)).addRule({
          destination: new s3.Bucket(stack, 'Bucket', KMS),
        });
      },
    ],
    'source in the root, destination in one': [
      1,
      (stack) => {
        BucketReplication.of(new s3.Bucket(stack, 'Bucket', KMS)).addRule({
          destination: new s3.Bucket(new NestedStack(stack, 'Nested'), 'Bucket', KMS),
        });
      },
    ],
    'source in one, destination in a stack of its own': [
      1,
      (stack) => {
        const destination = new s3.Bucket(new Stack(stack.node.root as App, 'Other', { env: US }), 'Bucket', KMS);
        new ReplicatedBucketPair(stack, 'Pair', {
          source: new s3.Bucket(new NestedStack(stack, 'Nested'), 'Bucket', KMS),
          destination,
        });
      },
    ],
    'a brought source in one, replicas in two regions': [
      2,
      (stack) => {
        const source = new s3.Bucket(new NestedStack(stack, 'Nested'), 'Bucket', { ...KMS, bucketName: 'mine' });
        for (const destinationRegion of ['eu-west-1', 'us-west-2']) {
          new ReplicatedBucketPair(stack, destinationRegion, { source, destinationRegion });
        }
      },
    ],
  };
  test.each(
    Object.keys(cases).flatMap((name) => (['recommended', 'none'] as const).map((flags) => [name, flags] as const)),
  )('%s, %s feature flags', (name, flags) => {
    const [rules, define] = cases[name];
    const templates = inStack(define, undefined, testApp(flags));
    expectReplication(templates, rules);
    expect(surplus(templates)).toEqual([]);
    expect(Object.values(templates).flatMap(circles)).toEqual([]);
  });

  test("the replica's stack is named after the stack that is deployed, and deploys before it", () => {
    const app = testApp();
    new ReplicatedBucketPair(new NestedStack(new Stack(app, 'App', { env: US }), 'Nested'), 'Pair', EU);
    expect(deployOrder(app.synth())).toEqual([REPLICA_STACK, 'App']);
  });
});

describe('buckets of every make', () => {
  /** A construct of somebody else that is a bucket to others without being an L2. */
  class Wrapper extends Construct implements s3.IBucketRef {
    public readonly env;
    public readonly bucketRef;
    constructor(scope: Construct, id: string) {
      super(scope, id);
      const bucket = new s3.Bucket(this, 'Bucket', { ...KMS, enforceSSL: true });
      this.node.defaultChild = bucket;
      this.env = bucket.env;
      this.bucketRef = bucket.bucketRef;
    }
  }
  class Lake extends Resource implements s3.IBucketRef {
    public readonly bucketRef;
    constructor(scope: Construct, id: string, bucketName: string) {
      super(scope, id);
      this.bucketRef = new s3.CfnBucket(this, 'Resource', { bucketName }).bucketRef;
      (this.node.defaultChild as s3.CfnBucket).applyRemovalPolicy(RemovalPolicy.RETAIN);
    }
  }
  const included = (stack: Stack, properties: object = {}) => {
    const directory = mkdtempSync(join(tmpdir(), 'include-'));
    temporary.push(directory);
    const templateFile = join(directory, 'template.json');
    writeFileSync(
      templateFile,
      JSON.stringify({
        Resources: { Data: { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Retain', Properties: properties } },
      }),
    );
    return new CfnInclude(stack, 'Include', { templateFile }).getResource('Data') as s3.CfnBucket;
  };
  const makes: Record<string, (stack: Stack, name: string) => s3.IBucketRef> = {
    L1: (stack) => new s3.CfnBucket(stack, 'Data'),
    CfnInclude: (stack) => included(stack),
    'CfnInclude with versioning and a name': (stack, name) =>
      included(stack, { BucketName: name, VersioningConfiguration: { Status: 'Enabled' } }),
    'Bucket.fromCfnBucket()': (stack) => s3.Bucket.fromCfnBucket(new s3.CfnBucket(stack, 'Data')),
    'Bucket.fromCfnBucket() of an included one': (stack) => s3.Bucket.fromCfnBucket(included(stack)),
    'a wrapper with a default child': (stack) => new Wrapper(stack, 'Data'),
    'a wrapper with a child called Resource': (stack, name) => new Lake(stack, 'Data', name),
    'a name from a parameter': (stack) =>
      new s3.Bucket(stack, 'Data', { bucketName: new CfnParameter(stack, 'Name').valueAsString }),
    'a name with the account': (stack, name) =>
      new s3.Bucket(stack, 'Data', { bucketName: `${name}-${Aws.ACCOUNT_ID}` }),
    'a name with Fn::Sub': (stack) =>
      new s3.CfnBucket(stack, 'Data', { bucketName: Fn.sub('data-${AWS::AccountId}-${AWS::Region}') }),
  };

  test.each(Object.keys(makes))('source and destination: %s', (make) => {
    const templates = inStack((stack) => {
      const far = new Stack(stack, 'Far', { env: { region: 'eu-west-1' } });
      BucketReplication.of(makes[make](stack, 'sources')).addRule({ destination: makes[make](far, 'replicas') });
    });
    expectReplication(templates);
    expect(surplus(templates)).toEqual([]);
    expect(Object.values(templates).flatMap(circles)).toEqual([]);
  });

  test('an included bucket keeps its logical id, and the rest of it', () => {
    const {
      App: { Resources },
    } = inStack((stack) =>
      BucketReplication.of(included(stack, { BucketName: 'included' })).addRule({
        destination: new s3.Bucket(stack, 'Replicas'),
      }),
    );
    expect(Resources.Data).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { BucketName: 'included', ReplicationConfiguration: { Rules: [{ Status: 'Enabled' }] } },
    });
  });

  test('BucketReplication.of() finds the same one by each of its handles', () => {
    inStack((stack) => {
      const wrapper = new Construct(stack, 'Data');
      const bucket = new s3.Bucket(wrapper, 'Bucket');
      wrapper.node.defaultChild = bucket;
      const replication = BucketReplication.of(
        Object.assign(wrapper, { env: bucket.env, bucketRef: bucket.bucketRef }),
      );
      replication.addRule({ destination: new s3.Bucket(stack, 'Replicas') });
      const cfn = bucket.node.defaultChild as s3.CfnBucket;
      for (const handle of [bucket, cfn, s3.Bucket.fromCfnBucket(cfn)]) {
        expect(BucketReplication.of(handle)).toBe(replication);
      }
    });
  });

  test.each<[string, (stack: Stack) => string, unknown]>([
    [
      'a parameter',
      (stack) => new CfnParameter(stack, 'Name').valueAsString,
      ['arn:', { Ref: 'AWS::Partition' }, ':s3:::', { Ref: 'Name' }],
    ],
    [
      'the account',
      () => `data-${Aws.ACCOUNT_ID}`,
      ['arn:', { Ref: 'AWS::Partition' }, ':s3:::data-', { Ref: 'AWS::AccountId' }],
    ],
  ])('a name that is a token, %s: the permissions name the same bucket', (_, name, arn) => {
    const templates = inStack((stack) => {
      BucketReplication.of(new s3.Bucket(stack, 'Data', { bucketName: name(stack) })).addRule({
        destination: new s3.Bucket(stack, 'Replicas'),
      });
    });
    const [{ PolicyDocument }] = resources(templates, 'AWS::IAM::Role')[0].Properties.Policies;
    expect(PolicyDocument.Statement[0].Resource).toEqual([{ 'Fn::Join': ['', arn] }]);
  });
});

describe('buckets that may not be there, or may have no name', () => {
  const conditional = (stack: Stack) =>
    new CfnCondition(stack, 'Production', { expression: Fn.conditionEquals(Aws.STACK_NAME, 'prod') });

  test.each<[string, s3.CfnBucketProps, boolean]>([
    ['without a name', {}, true],
    ['with a name', { bucketName: 'mine' }, true],
    ['whose condition comes later', {}, false],
  ])('a source that is created on a condition, %s: its role and policy too', (_, props, first) => {
    const {
      App: { Resources },
    } = inStack((stack) => {
      const source = new s3.CfnBucket(stack, 'Source', props);
      if (first) source.cfnOptions.condition = conditional(stack);
      BucketReplication.of(source).addRule({ destination: new s3.Bucket(stack, 'Replicas') });
      if (!first) source.cfnOptions.condition = conditional(stack);
    });
    const conditions = Object.fromEntries(
      Object.values<any>(Resources).map(({ Type, Condition, Properties }) => [
        Properties.ReplicationConfiguration ? 'source' : Type,
        Condition,
      ]),
    );
    expect(conditions).toEqual({
      source: 'Production',
      'AWS::IAM::Role': 'Production',
      ...(props.bucketName ? {} : { 'AWS::IAM::Policy': 'Production' }),
      'AWS::S3::Bucket': undefined,
    });
  });

  test('a name that may be left out (Fn::If with AWS::NoValue) is not known', () => {
    const templates = inStack((stack) => {
      const bucketName = Fn.conditionIf(conditional(stack).logicalId, 'mine', Aws.NO_VALUE).toString();
      BucketReplication.of(new s3.CfnBucket(stack, 'Source', { bucketName })).addRule({
        destination: new s3.Bucket(stack, 'Replicas'),
      });
    });
    expectReplication(templates);
    expect(resources(templates, 'AWS::IAM::Role')[0].Properties.Policies).toBeUndefined();
    expect(resources(templates, 'AWS::IAM::Policy')[0].Properties.PolicyDocument.Statement[0].Resource).toEqual([
      { 'Fn::GetAtt': ['Source', 'Arn'] },
    ]);
  });

  test('logical ids that are overridden later', () => {
    const app = testApp();
    const stack = new Stack(app, 'App', { env: US });
    const pair = new ReplicatedBucketPair(stack, 'Pair', EU);
    new CfnOutput(stack, 'Replica', { value: pair.destinationBucketName });
    for (const bucket of [pair.source, pair.destination]) {
      (bucket.node.defaultChild as s3.CfnBucket).overrideLogicalId('Renamed');
    }
    const templates = templatesOf(app);
    expectReplication(templates);
    for (const { Resources } of Object.values(templates)) expect(Resources.Renamed.Type).toBe('AWS::S3::Bucket');
  });
});

describe('roles that somebody else looks after', () => {
  const named = (stack: Stack) => new s3.Bucket(stack, 'Source', { bucketName: 'mine' });
  const messages = (app: App) =>
    app.synth().stacks.flatMap((stack) => stack.messages.map(({ level, entry }) => `${level} ${entry.data}`));

  test.each<[string, (stack: Stack) => iam.IRole]>([
    [
      'imported as immutable',
      (stack) => iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/theirs', { mutable: false }),
    ],
    [
      'withoutPolicyUpdates()',
      (stack) =>
        new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') }).withoutPolicyUpdates(),
    ],
  ])('a role that takes no permissions, %s: a warning says so', (_, role) => {
    const app = testApp();
    const stack = new Stack(app, 'App', { env: PINNED });
    new BucketReplication(stack, 'Replication', {
      source: named(stack),
      role: role(stack),
      rules: [{ destination: new s3.Bucket(stack, 'Replicas') }],
    });
    expect(messages(app).filter((line) => /^warning .*permission.*cdk-s3-replication:/s.test(line))).toHaveLength(1);
  });

  test('roles of the stack that are made elsewhere (Role.customizeRoles)', () => {
    const templates = inStack(
      (stack) => {
        iam.Role.customizeRoles(stack, {
          usePrecreatedRoles: { 'App/Source/Resource/S3Replication/Role': 'made-elsewhere' },
        });
        BucketReplication.of(named(stack)).addRule({ destination: new s3.Bucket(stack, 'Replicas') });
      },
      { env: PINNED },
    );
    expect(replicating(templates)[0].Properties.ReplicationConfiguration.Role).toBe(
      'arn:aws:iam::111111111111:role/made-elsewhere',
    );
    expect(
      Object.values(templates)
        .flatMap(({ Resources }) => Object.values<any>(Resources))
        .filter(({ Type }) => Type.startsWith('AWS::IAM::')),
    ).toEqual([]);
  });
});

describe("the replica's stack is one of its own", () => {
  test('the same stack in several regions: its replicas are not in one stack', () => {
    const app = testApp();
    for (const region of ['us-east-1', 'eu-central-1']) {
      new ReplicatedBucketPair(new Stack(app, `App-${region}`, { stackName: 'App', env: { region } }), 'Pair', EU);
    }
    const names = app.synth().stacks.map(({ stackName, environment }) => `${stackName} in ${environment.region}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test('of a Stage within a Stage, with the permissions boundary of the Stage', () => {
    const app = testApp();
    const stage = new Stage(new Stage(app, 'Outer'), 'Inner', {
      env: PINNED,
      permissionsBoundary: PermissionsBoundary.fromName('limits'),
    });
    new ReplicatedBucketPair(new Stack(stage, 'App'), 'Pair', EU);
    const templates = templatesOf(app);
    expectReplication(templates);
    expect(resources(templates, 'AWS::IAM::Role')[0].Properties.PermissionsBoundary).toBe(
      'arn:aws:iam::111111111111:policy/limits',
    );
    expect(surplus(templates)).toEqual([]);
  });
});

describe("what a stack passes on to its replica's stack", () => {
  const pairIn = (
    props: StackProps,
    pair: ReplicatedBucketPairProps = {},
    app = quietApp(),
    then: (stack: Stack) => void = () => {},
  ): App => {
    const stack = new Stack(app, 'App', { env: US, ...props });
    new ReplicatedBucketPair(stack, 'Pair', { ...EU, ...pair });
    then(stack);
    return app;
  };
  const stacks = (app: App) => ['App', REPLICA_STACK].map((name) => app.synth().getStackByName(name));

  test.each<[string, StackProps, (stack: Stack) => void]>([
    ["the stack's prop", { permissionsBoundary: PermissionsBoundary.fromName('limits-${Qualifier}') }, () => {}],
    [
      'an aspect on the stack',
      {},
      (stack) =>
        iam.PermissionsBoundary.of(stack).apply(
          iam.ManagedPolicy.fromManagedPolicyName(stack, 'Limits', 'limits-hnb659fds'),
        ),
    ],
    [
      'an aspect on the app',
      {},
      (stack) =>
        iam.PermissionsBoundary.of(stack.node.root).apply(
          iam.ManagedPolicy.fromManagedPolicyName(stack, 'Limits', 'limits-hnb659fds'),
        ),
    ],
  ])('permissions boundary by %s: on every role of both', (_, props, then) => {
    const roles = resources(templatesOf(pairIn({ env: PINNED, ...props }, EMPTIED, undefined, then)), 'AWS::IAM::Role');
    expect(roles).toHaveLength(3); // ours, and core's for emptying in each stack
    for (const { Properties } of roles) {
      expect(JSON.stringify(Properties.PermissionsBoundary)).toContain('policy/limits-hnb659fds');
    }
  });

  test('a permissions boundary of the role itself wins over that of the app', () => {
    const templates = inStack(
      (stack) => {
        const limits = (name: string) =>
          iam.ManagedPolicy.fromManagedPolicyArn(stack, name, `arn:aws:iam::111111111111:policy/${name}`);
        new BucketReplication(stack, 'Replication', {
          source: new s3.Bucket(stack, 'Data'),
          permissionsBoundary: limits('own'),
          rules: [{ destination: new s3.Bucket(stack, 'Replicas') }],
        });
      },
      { permissionsBoundary: PermissionsBoundary.fromName('limits') },
    );
    expect(resources(templates, 'AWS::IAM::Role')[0].Properties.PermissionsBoundary).toBeDefined();
  });

  test('tags of Tags.of(stack), on the resources of both, also when they come later', () => {
    const templates = templatesOf(pairIn({}, KMS, undefined, (stack) => Tags.of(stack).add('team', 'data')));
    for (const type of ['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::IAM::Role']) {
      const found = resources(templates, type);
      expect(found).toHaveLength(type === 'AWS::IAM::Role' ? 1 : 2);
      for (const { Properties } of found) expect(Properties.Tags).toContainEqual({ Key: 'team', Value: 'data' });
    }
  });

  test('tags of StackProps.tags, in whatever order they are given', () => {
    const [one, other] = [
      { team: 'data', cost: '42', app: 'x' },
      { app: 'x', cost: '42', team: 'data' },
    ].map((tags) => pairIn({ tags }));
    for (const app of [one, other]) {
      for (const { tags } of stacks(app)) expect(tags).toEqual({ team: 'data', cost: '42', app: 'x' });
    }
    expect(JSON.stringify(templatesOf(one))).toBe(JSON.stringify(templatesOf(other)));
  });

  test.each<[string, StackProps, (stack: Stack) => void]>([
    ['its prop', { terminationProtection: true }, () => {}],
    [
      'later',
      {},
      (stack) => {
        stack.terminationProtection = true;
      },
    ],
    [
      'an aspect',
      {},
      (stack) =>
        Aspects.of(stack.node.root).add({
          visit: (node) => {
            if (node === stack) stack.terminationProtection = true;
          },
        }),
    ],
  ])('termination protection by %s', (_, props, then) => {
    expect(
      stacks(pairIn(props, {}, undefined, then)).map(({ terminationProtection }) => terminationProtection),
    ).toEqual([true, true]);
  });

  test('no termination protection when the stack has none', () => {
    expect(stacks(pairIn({})).map(({ terminationProtection }) => terminationProtection ?? false)).toEqual([
      false,
      false,
    ]);
  });

  describe('the synthesizer', () => {
    /** How the CLI deploys a stack: with which roles, and from where the template comes. */
    const deployment = ({
      assumeRoleArn,
      cloudFormationExecutionRoleArn,
      stackTemplateAssetObjectUrl,
      bootstrapStackVersionSsmParameter,
      requiresBootstrapStackVersion,
      assumeRoleExternalId,
    }: any) =>
      JSON.stringify({
        assumeRoleArn,
        cloudFormationExecutionRoleArn,
        stackTemplateAssetObjectUrl,
        bootstrapStackVersionSsmParameter,
        requiresBootstrapStackVersion,
        assumeRoleExternalId,
      })
        .replace(/us-east-1|eu-west-1/g, '<region>')
        .replace(/[0-9a-f]{64}/g, '<hash>');
    const alike = (app: App) => {
      const [source, replica] = stacks(app).map(deployment);
      expect(replica).toBe(source);
      return source;
    };

    test('by default', () => {
      expect(alike(pairIn({}))).toContain('hnb659fds');
    });

    test('of the stack, with a qualifier', () => {
      expect(alike(pairIn({ synthesizer: new DefaultStackSynthesizer({ qualifier: 'mine' }) }))).toContain(
        'cdk-mine-deploy-role',
      );
    });

    test('a qualifier from the context', () => {
      expect(
        alike(pairIn({}, {}, new App({ context: { ...recommended, '@aws-cdk/core:bootstrapQualifier': 'mine' } }))),
      ).toContain('cdk-mine-deploy-role');
    });

    test.each<[string, () => StackSynthesizer]>([
      [
        'DefaultStackSynthesizer with roles',
        () =>
          new DefaultStackSynthesizer({
            qualifier: 'mine',
            deployRoleArn: 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/deploys-${AWS::Region}',
          }),
      ],
      ['CliCredentialsStackSynthesizer', () => new CliCredentialsStackSynthesizer({ qualifier: 'mine' })],
      ['LegacyStackSynthesizer', () => new LegacyStackSynthesizer()],
      [
        'BootstraplessSynthesizer',
        () => new BootstraplessSynthesizer({ deployRoleArn: 'arn:aws:iam::111111111111:role/deploys' }),
      ],
    ])('of the app: %s', (_, synthesizer) => {
      alike(pairIn({}, {}, new App({ context: recommended, defaultStackSynthesizer: synthesizer() as any })));
    });

    class Own extends DefaultStackSynthesizer {}
    test.each<[string, () => StackSynthesizer]>([
      ['BootstraplessSynthesizer', () => new BootstraplessSynthesizer()],
      ['LegacyStackSynthesizer', () => new LegacyStackSynthesizer()],
      ['CliCredentialsStackSynthesizer', () => new CliCredentialsStackSynthesizer()],
      ['a subclass', () => new Own({ qualifier: 'mine' })],
      [
        "roles of one's own",
        () => new DefaultStackSynthesizer({ deployRoleArn: 'arn:aws:iam::111111111111:role/deploys' }),
      ],
    ])('of the stack, one that cannot be made again is an error: %s', (_, synthesizer) => {
      expect(() => pairIn({ synthesizer: synthesizer() })).toThrow(
        /\[App\/Pair\].*synthesizer of its own.*destinationStack/,
      );
    });

    // what decides where the template is uploaded to and how the stack is deployed must be the same, or refused
    test.each<[string, () => StackSynthesizer]>([
      ['fileAssetsBucketName', () => new DefaultStackSynthesizer({ fileAssetsBucketName: 'assets-${AWS::Region}' })],
      ['bucketPrefix', () => new DefaultStackSynthesizer({ qualifier: 'mine', bucketPrefix: 'templates/' })],
      [
        'bootstrapStackVersionSsmParameter',
        () => new DefaultStackSynthesizer({ qualifier: 'mine', bootstrapStackVersionSsmParameter: '/my/version' }),
      ],
      [
        'deployRoleExternalId',
        () => new DefaultStackSynthesizer({ qualifier: 'mine', deployRoleExternalId: 'secret' }),
      ],
      [
        'generateBootstrapVersionRule',
        () => new DefaultStackSynthesizer({ qualifier: 'mine', generateBootstrapVersionRule: false }),
      ],
    ])('of the stack, with %s: alike, or an error that asks for destinationStack', (_, synthesizer) => {
      let app: App;
      try {
        app = pairIn({ synthesizer: synthesizer() });
      } catch (error) {
        expect((error as Error).message).toMatch(/\[App\/Pair\].*synthesizer of its own.*destinationStack/);
        return;
      }
      alike(app);
      const [source, replica] = stacks(app).map(({ template }) => Object.keys(template.Rules ?? {}));
      expect(replica).toEqual(source);
    });

    test('with destinationStack any synthesizer will do', () => {
      const app = testApp();
      const stack = new Stack(app, 'App', { env: US, synthesizer: new BootstraplessSynthesizer() });
      const destinationStack = new Stack(app, 'Replicas', {
        env: { region: 'eu-west-1' },
        synthesizer: new BootstraplessSynthesizer(),
      });
      new ReplicatedBucketPair(stack, 'Pair', { destinationStack });
      expectReplication(templatesOf(app));
      expect(deployOrder(app.synth())).toEqual(['Replicas', 'App']);
    });
  });
});

describe('aspects', () => {
  const aspect = (visit: IAspect['visit']): IAspect => ({ visit });

  test.each(['recommended', 'none'] as const)('that add aspects (%s feature flags)', (flags) => {
    const templates = inStack(
      (stack) => {
        new ReplicatedBucketPair(stack, 'Pair', EU);
        const inner = aspect((node) => {
          if (node instanceof s3.CfnBucket) {
            node.addPropertyOverride('AccelerateConfiguration.AccelerationStatus', 'Suspended');
          }
        });
        Aspects.of(stack).add(
          aspect((node) => {
            if (node instanceof s3.Bucket) Aspects.of(node).add(inner);
          }),
        );
      },
      undefined,
      testApp(flags),
    );
    expectReplication(templates);
    if (flags === 'none') return; // without the flag for stabilization core ignores aspects that come from aspects
    for (const { Properties } of resources(templates, 'AWS::S3::Bucket')) {
      expect(Properties.AccelerateConfiguration).toBeDefined();
    }
  });

  test.each(['recommended', 'none'] as const)(
    'that add rules, also to a bucket of another stack (%s feature flags)',
    (flags) => {
      const app = testApp(flags);
      const [sources, destinations, others] = ['Sources', 'Destinations', 'Others'].map(
        (id) => new Stack(app, id, { env: id === 'Others' ? { region: 'eu-west-1' } : US }),
      );
      const source = new s3.Bucket(sources, 'Source', KMS);
      const [destination, other] = [destinations, others].map((stack) => new s3.Bucket(stack, 'Destination', KMS));
      Aspects.of(app).add(
        aspect((node: IConstruct) => {
          if (node === source) BucketReplication.of(source).addRule({ destination });
          if (node === other) BucketReplication.of(source).addRule({ destination: other });
        }),
      );
      const templates = templatesOf(app);
      expectReplication(templates, 2);
      expect(surplus(templates)).toEqual([]);
      expect(deployOrder(app.synth()).slice(-1)).toEqual(['Sources']);
    },
  );

  test('that add a whole pair', () => {
    const templates = inStack((stack) => {
      const source = new s3.Bucket(stack, 'Source');
      Aspects.of(stack).add(
        aspect((node) => {
          if (node === source) new ReplicatedBucketPair(stack, 'Pair', { source, ...EU });
        }),
      );
    });
    expectReplication(templates);
    expect(Object.keys(templates)).toHaveLength(2);
  });
});

describe('partitions', () => {
  const partitions: Array<[string, string, string, string]> = [
    ['China', 'cn-north-1', 'cn-northwest-1', 'arn:aws-cn:'],
    ['GovCloud', 'us-gov-west-1', 'us-gov-east-1', 'arn:aws-us-gov:'],
  ];
  test.each(partitions)('%s: no ARN and no host name of another partition', (_, region, destinationRegion, arn) => {
    const templates = inStack(
      (stack) => {
        new ReplicatedBucketPair(stack, 'Pair', { destinationRegion, ...KMS });
        new ReplicatedBucketPair(stack, 'Near', { ...KMS, sourceOptions: { bucketName: 'data-of-mine' } });
      },
      { env: { region } },
    );
    const text = JSON.stringify(templates);
    expect(text).not.toMatch(/arn:aws:/);
    expect(text.match(/arn:aws[\w-]*:/g)!.filter((it) => it !== arn)).toEqual([]);
    expect(text).not.toMatch(/s3\.[\w-]+\.amazonaws\.com/); // kms:ViaService
    expect(surplus(templates)).toEqual([]);
  });

  test('the judge: an ARN of another partition', () => {
    const text = JSON.stringify(
      inStack((stack) => new CfnOutput(stack, 'Arn', { value: new s3.Bucket(stack, 'B') && 'arn:aws:s3:::mine' }), {
        env: { region: 'cn-north-1' },
      }),
    );
    expect(text).toMatch(/arn:aws:/);
  });

  test.each([
    ['us-east-1', 'cn-north-1'],
    ['us-gov-west-1', 'us-east-1'],
  ])('from %s to %s is refused', (region, destinationRegion) => {
    expect(() =>
      inStack((stack) => new ReplicatedBucketPair(stack, 'Pair', { destinationRegion }), { env: { region } }),
    ).toThrow(/\[App\/Pair\].*partition/);
  });
});

describe('the name and the ARN of a replica in another region', () => {
  const outputsOf = (templates: Templates) => templates.App.Outputs;

  test.each(['recommended', 'none'] as const)(
    "in outputs of the user's own stack, as often as one likes (%s feature flags)",
    (flags) => {
      const templates = inStack(
        (stack) => {
          const pair = new ReplicatedBucketPair(stack, 'Pair', EU);
          new CfnOutput(stack, 'Replica', { value: pair.destinationBucketName });
          new CfnOutput(stack, 'Again', { value: pair.destinationBucketName });
          new CfnOutput(stack, 'Arn', { value: `${pair.destinationBucketArn}/*` });
        },
        undefined,
        testApp(flags),
      );
      const name = {
        'Fn::GetStackOutput': { StackName: REPLICA_STACK, Region: 'eu-west-1', OutputName: expect.any(String) },
      };
      expect(outputsOf(templates)).toMatchObject({ Replica: { Value: name }, Again: { Value: name } });
      expect(JSON.stringify(outputsOf(templates).Arn.Value)).toContain('Fn::GetStackOutput');
      expect(surplus(templates)).toEqual([]);

      const { OutputName } = outputsOf(templates).Replica.Value['Fn::GetStackOutput'];
      const [bucketId] = Object.entries<any>(
        templates.AppReplicaStackeuwest1D4F2B8B7?.Resources ??
          Object.values(templates).find((it) => it !== templates.App).Resources,
      )
        .filter(([, { Type }]) => Type === 'AWS::S3::Bucket')
        .map(([id]) => id);
      expect(Object.values(templates).find((it) => it !== templates.App).Outputs[OutputName].Value).toEqual({
        Ref: bucketId,
      });
    },
  );

  test('within a region, and of an imported bucket', () => {
    const templates = inStack((stack) => {
      const near = new ReplicatedBucketPair(stack, 'Near');
      const imported = new ReplicatedBucketPair(stack, 'Imported', {
        destination: s3.Bucket.fromBucketName(stack, 'Theirs', 'theirs'),
      });
      new CfnOutput(stack, 'NearName', { value: near.destinationBucketName });
      new CfnOutput(stack, 'ImportedName', { value: imported.destinationBucketName });
    });
    expect(outputsOf(templates)).toMatchObject({
      NearName: { Value: { Ref: expect.stringMatching(/^NearDestination/) } },
      ImportedName: { Value: 'theirs' },
    });
  });

  test('in resources of the user: an environment variable, a policy', () => {
    const templates = inStack((stack) => {
      const pair = new ReplicatedBucketPair(stack, 'Pair', EU);
      new iam.ManagedPolicy(stack, 'Read', {
        statements: [
          new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [`${pair.destinationBucketArn}/*`] }),
        ],
      });
    });
    expect(JSON.stringify(resources(templates, 'AWS::IAM::ManagedPolicy'))).toContain('Fn::GetStackOutput');
    expect(surplus(templates)).toEqual([]);
  });

  test('in a nested stack of the user', () => {
    const templates = inStack((stack) => {
      const pair = new ReplicatedBucketPair(stack, 'Pair', EU);
      const nested = new NestedStack(stack, 'Nested');
      new CfnWaitConditionHandle(nested, 'Handle');
      new CfnOutput(nested, 'Replica', { value: pair.destinationBucketName });
    });
    expect(surplus(templates)).toEqual([]);
  });
});

describe('the destination deploys first', () => {
  const environments: Array<[string, string]> = [
    ['the same region', 'us-east-1'],
    ['another region', 'eu-west-1'],
  ];
  test.each(
    environments.flatMap(([where, region]) => [undefined, 'replicas'].map((name) => [where, name, region] as const)),
  )('in %s, with the name %s', (_, bucketName, region) => {
    const app = quietApp();
    const sources = new Stack(app, 'Sources', { env: US });
    const destination = new s3.Bucket(new Stack(app, 'Destinations', { env: { region } }), 'Bucket', { bucketName });
    new ReplicatedBucketPair(sources, 'Pair', { source: new s3.Bucket(sources, 'Bucket'), destination });
    expect(
      app
        .synth()
        .getStackByName('Sources')
        .dependencies.map(({ id }) => id),
    ).toContain('Destinations');
  });

  test('an imported one is not waited for (the judge)', () => {
    const app = quietApp();
    const sources = new Stack(app, 'Sources', { env: US });
    const others = new Stack(app, 'Others', { env: US });
    new CfnWaitConditionHandle(others, 'Handle');
    const destination = s3.Bucket.fromBucketName(others, 'Bucket', 'replicas');
    new ReplicatedBucketPair(sources, 'Pair', { source: new s3.Bucket(sources, 'Bucket'), destination });
    expect(
      app
        .synth()
        .getStackByName('Sources')
        .dependencies.map(({ id }) => id),
    ).not.toContain('Others');
  });
});

describe('several on one source', () => {
  test('two pairs and a rule from another stack: one configuration and one role', () => {
    const app = testApp();
    const stack = new Stack(app, 'App', { env: US });
    const first = new ReplicatedBucketPair(stack, 'First', { ...EU, ...KMS });
    const second = new ReplicatedBucketPair(stack, 'Second', { source: first.source, destinationRegion: 'us-west-2' });
    const elsewhere = new Stack(app, 'Elsewhere', { env: { region: 'ap-south-1' } });
    BucketReplication.of(first.source).addRule({
      destination: new s3.Bucket(elsewhere, 'Bucket', KMS),
      filter: ReplicationFilter.prefix('reports/'),
    });
    expect(second.replication).toBe(first.replication);
    expect(second.source).toBe(first.source);

    const templates = templatesOf(app);
    const { Properties } = expectReplication(templates, 3);
    expect(Properties.ReplicationConfiguration.Rules.map(({ Priority }: any) => Priority)).toEqual([1, 2, 3]);
    expect(resources(templates, 'AWS::IAM::Policy')).toHaveLength(1);
    expect(surplus(templates)).toEqual([]);
    expect(deployOrder(app.synth()).slice(-1)).toEqual(['App']);
  });

  test('pairs of two stacks with one source', () => {
    const app = testApp();
    const [owner, other] = ['Owner', 'Other'].map((id) => new Stack(app, id, { env: US }));
    const source = new s3.Bucket(owner, 'Source');
    new ReplicatedBucketPair(owner, 'Pair', { source, ...EU });
    new ReplicatedBucketPair(other, 'Pair', { source }); // its replica is in Other
    const templates = templatesOf(app);
    expectReplication(templates, 2);
    expect(surplus(templates)).toEqual([]);
    expect(deployOrder(app.synth()).slice(-1)).toEqual(['Owner']);
  });
});

describe('the order of a map that the user gives', () => {
  const orders: Array<{ [key: string]: string }> = [
    { a: '1', b: '2', c: '3' },
    { c: '3', a: '1', b: '2' },
    { b: '2', c: '3', a: '1' },
  ];
  test.each<[string, (tags: { [key: string]: string }) => ReplicationFilter]>([
    ['tags()', (tags) => ReplicationFilter.tags(tags)],
    ['prefixAndTags()', (tags) => ReplicationFilter.prefixAndTags('a/', tags)],
  ])('ReplicationFilter.%s renders byte-equal templates', (_, filter) => {
    const [first, ...others] = orders.map((tags) =>
      JSON.stringify(inStack((stack) => new ReplicatedBucketPair(stack, 'Pair', { ...EU, filter: filter(tags) }))),
    );
    for (const other of others) expect(other).toBe(first);
    expect(
      JSON.stringify(
        inStack((stack) => new ReplicatedBucketPair(stack, 'Pair', { ...EU, filter: filter({ a: '1', b: '2' }) })),
      ),
    ).not.toBe(first);
  });
});

describe('what is printed', () => {
  const everything = (stack: Stack) => {
    new ReplicatedBucketPair(stack, 'Far', { ...EU, ...KMS, ...EMPTIED });
    new ReplicatedBucketPair(stack, 'Near', { ...EMPTIED, objectLockEnabled: false });
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
    new BucketReplication(stack, 'Replication', {
      source: new s3.Bucket(stack, 'Named', { bucketName: 'data-of-mine' }),
      role,
      rules: [{ destination: new s3.CfnBucket(stack, 'Replicas') }],
    });
  };

  /** Warnings of ours and of deprecations; jsii prints each of the latter only once, so it is asked to throw instead. */
  const warnings = (define: (stack: Stack) => void) => {
    jest.replaceProperty(process, 'env', { ...process.env, JSII_DEPRECATED: 'fail' });
    const app = new App({
      analyticsReporting: false,
      context: { ...recommended, '@aws-cdk/core:defaultCrossStackReferences': 'weak' },
    });
    define(new Stack(app, 'App', { env: US }));
    return app.synth().stacks.flatMap(({ messages }) => messages.map(({ entry }) => String(entry.data)));
  };

  test('nothing: no warning, and no use of what aws-cdk-lib has deprecated', () => {
    expect(warnings(everything)).toEqual([]);
    expect(printed.flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  test('the judges: a warning of ours, a deprecated method', () => {
    expect(
      warnings((stack) => new ReplicatedBucketPair(stack, 'Pair', { removalPolicy: RemovalPolicy.DESTROY })).join(),
    ).toContain('autoDeleteObjects');
    expect(() => warnings(() => SecretValue.plainText('x'))).toThrow(/deprecated/);
  });

  test('no warning of ours, nor an error, for the plain use cases', () => {
    for (const props of [
      {},
      KMS,
      EU,
      { ...EU, ...KMS },
      { ...EU, objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)) },
    ]) {
      const app = testApp();
      new ReplicatedBucketPair(new Stack(app, 'App', { env: US }), 'Pair', props);
      const messages = app.synth().stacks.flatMap((stack) => stack.messages.map(({ entry }) => String(entry.data)));
      expect(messages.filter((line) => !line.includes('@aws-cdk/core:crossStackReferences'))).toEqual([]);
    }
  });
});

test("a key that somebody else made in the replica's region", () => {
  const app = testApp();
  const stack = new Stack(app, 'App', { env: US });
  const eu = new Stack(app, 'Keys', { env: { region: 'eu-west-1' } });
  const key = new kms.Key(eu, 'Key');
  new ReplicatedBucketPair(stack, 'Pair', { destinationStack: eu, ...KMS, destinationOptions: { encryptionKey: key } });
  const templates = templatesOf(app);
  expectReplication(templates);
  expect(surplus(templates)).toEqual([]);
});
