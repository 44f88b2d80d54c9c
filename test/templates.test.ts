import { App, aws_s3 as s3, CfnOutput, CfnWaitConditionHandle, Stack } from 'aws-cdk-lib';
import { circles, EMPTIED, EU, inStack, silenced, surplus, templatesOf, US } from './templates';
import { ReplicatedBucketPair } from 'cdk-s3-replication';

silenced();

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
