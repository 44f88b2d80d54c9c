import { App, AppProps, aws_s3 as s3, CfnOutput, Stack, StackProps } from 'aws-cdk-lib';
import recommended from 'aws-cdk-lib/recommended-feature-flags.json';
import { testApp } from '../app';
import {
  circles,
  deployOrder,
  EMPTIED,
  ENCRYPTED,
  EU,
  expectReplication,
  inStack,
  PINNED,
  silenced,
  surplus,
  templatesOf,
  US,
} from '../templates';
import { BucketReplication, ReplicatedBucketPair, ReplicatedBucketPairProps } from 'cdk-s3-replication';

silenced();

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
    'SRR with KMS': (stack) => new ReplicatedBucketPair(stack, 'Pair', ENCRYPTED),
    CRR: (stack) => new ReplicatedBucketPair(stack, 'Pair', EU),
    'CRR with KMS': (stack) => new ReplicatedBucketPair(stack, 'Pair', { ...EU, ...ENCRYPTED }),
    'CRR with names and KMS': (stack) =>
      new ReplicatedBucketPair(stack, 'Pair', {
        ...EU,
        ...ENCRYPTED,
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
    const [source, destination] = [sources, destinations].map((stack) => new s3.Bucket(stack, 'Bucket', ENCRYPTED));
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
    const templates = inStack((stack) => new ReplicatedBucketPair(stack, 'Pair', ENCRYPTED), {});
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
