import { App, aws_s3 as s3, CfnOutput, NestedStack, pipelines, Stack, Stage } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { testApp } from '../app';
import {
  circles,
  deployOrder,
  ENCRYPTED,
  EU,
  expectReplication,
  inStack,
  PINNED,
  REPLICA_STACK,
  resources,
  silenced,
  surplus,
  templatesOf,
  US,
} from '../templates';
import { BucketReplication, ReplicatedBucketPair } from 'cdk-s3-replication';

silenced();

describe('Stages and pipelines', () => {
  class Product extends Stage {
    constructor(scope: Construct, id: string) {
      super(scope, id, { env: PINNED });
      const stack = new Stack(this, 'Data');
      const pair = new ReplicatedBucketPair(stack, 'Pair', { ...EU, ...ENCRYPTED });
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
    'a pair in one': [1, (stack) => new ReplicatedBucketPair(new NestedStack(stack, 'Nested'), 'Pair', ENCRYPTED)],
    'a pair over two regions in one': [
      1,
      (stack) => {
        const nested = new NestedStack(stack, 'Nested');
        const pair = new ReplicatedBucketPair(nested, 'Pair', { ...EU, ...ENCRYPTED });
        new CfnOutput(nested, 'Replica', { value: pair.destinationBucketName });
      },
    ],
    'a pair over two regions in one that is nested twice': [
      1,
      (stack) =>
        new ReplicatedBucketPair(new NestedStack(new NestedStack(stack, 'Outer'), 'Inner'), 'Pair', {
          ...EU,
          ...ENCRYPTED,
        }),
    ],
    'source in one, destination in another of the same root': [
      1,
      (stack) => {
        const [source, destination] = ['Sources', 'Destinations'].map(
          (id) => new s3.Bucket(new NestedStack(stack, id), 'Bucket', ENCRYPTED),
        );
        BucketReplication.of(source).addRule({ destination });
      },
    ],
    'source in one, destination in the root': [
      1,
      (stack) => {
        BucketReplication.of(new s3.Bucket(new NestedStack(stack, 'Nested'), 'Bucket', ENCRYPTED)).addRule({
          destination: new s3.Bucket(stack, 'Bucket', ENCRYPTED),
        });
      },
    ],
    'source in the root, destination in one': [
      1,
      (stack) => {
        BucketReplication.of(new s3.Bucket(stack, 'Bucket', ENCRYPTED)).addRule({
          destination: new s3.Bucket(new NestedStack(stack, 'Nested'), 'Bucket', ENCRYPTED),
        });
      },
    ],
    'source in one, destination in a stack of its own': [
      1,
      (stack) => {
        const destination = new s3.Bucket(new Stack(stack.node.root as App, 'Other', { env: US }), 'Bucket', ENCRYPTED);
        new ReplicatedBucketPair(stack, 'Pair', {
          source: new s3.Bucket(new NestedStack(stack, 'Nested'), 'Bucket', ENCRYPTED),
          destination,
        });
      },
    ],
    'a brought source in one, replicas in two regions': [
      2,
      (stack) => {
        const source = new s3.Bucket(new NestedStack(stack, 'Nested'), 'Bucket', { ...ENCRYPTED, bucketName: 'mine' });
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
