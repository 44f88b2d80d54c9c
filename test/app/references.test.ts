import {
  aws_iam as iam,
  aws_s3 as s3,
  CfnOutput,
  CfnWaitConditionHandle,
  NestedStack,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { quietApp, testApp } from '../app';
import { bucket, ENV } from '../builders';
import { EU, inStack, REPLICA_STACK, resources, silenced, surplus, Templates } from '../templates';
import { ReplicatedBucketPair } from 'cdk-s3-replication';

silenced();

test('the name of a destination in another Stage can be used', () => {
  const app = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const destination = bucket(new Stack(new Stage(app, 'Backup', { env: ENV }), 'Other'), 'Destination', {
    bucketName: 'backup',
  });
  const { destinationBucketName, destinationBucketArn } = new ReplicatedBucketPair(stack, 'Pair', { destination });
  new CfnOutput(stack, 'Name', { value: destinationBucketName });
  new CfnOutput(stack, 'Arn', { value: destinationBucketArn });
  const { Name, Arn } = Template.fromStack(stack).toJSON().Outputs;
  expect(Name.Value).toBe('backup');
  expect(JSON.stringify(Arn.Value)).toMatch(/:s3:::backup"/);
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
