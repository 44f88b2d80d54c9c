import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Aws,
  aws_s3 as s3,
  CfnCondition,
  CfnOutput,
  CfnParameter,
  Fn,
  RemovalPolicy,
  Resource,
  Stack,
} from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { Construct } from 'constructs';
import { testApp } from '../app';
import {
  circles,
  ENCRYPTED,
  EU,
  expectReplication,
  inStack,
  resources,
  silenced,
  surplus,
  templatesOf,
  US,
} from '../templates';
import { BucketReplication, ReplicatedBucketPair } from 'cdk-s3-replication';

silenced();

const temporary: string[] = [];
afterAll(() => temporary.forEach((directory) => rmSync(directory, { recursive: true })));

describe('buckets of every make', () => {
  /** A construct of somebody else that is a bucket to others without being an L2. */
  class Wrapper extends Construct implements s3.IBucketRef {
    public readonly env;
    public readonly bucketRef;
    constructor(scope: Construct, id: string) {
      super(scope, id);
      const bucket = new s3.Bucket(this, 'Bucket', { ...ENCRYPTED, enforceSSL: true });
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
