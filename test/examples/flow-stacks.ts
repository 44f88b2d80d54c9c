import { DeployedApp } from '../../judges/assembly/deployed';
import { StackOfApp } from '../../judges/assembly/stacks';
import { readFlows } from '../../scripts/demo/flows';

const SOURCE = { 'Fn::GetAtt': ['Role', 'Arn'] };

/** The stack of the replica: what a test says about it, and otherwise nothing that anybody could object to. */
export function replicaStack(properties: object = {}, more: Partial<StackOfApp> = {}): StackOfApp {
  return {
    id: 'Replica',
    name: 'Replica',
    account: '111111111111',
    region: 'eu-west-1',
    after: [],
    nested: {},
    templateFile: 'Replica.template.json',
    paths: { Copy: 'Replica/Copy', Key: 'Replica/Copy/Key' },
    template: {
      Resources: {
        Copy: {
          Type: 'AWS::S3::Bucket',
          Properties: { VersioningConfiguration: { Status: 'Enabled' }, ...properties },
        },
        Key: { Type: 'AWS::KMS::Key' },
      },
      Outputs: {
        CopyArn: { Value: { 'Fn::GetAtt': ['Copy', 'Arn'] } },
        KeyArn: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] } },
      },
    },
    ...more,
  };
}

export const output = (name: string, stack = 'Replica', region = 'eu-west-1') => ({
  'Fn::GetStackOutput': { StackName: stack, OutputName: name, Region: region },
});

/** The stack of the source with one rule, to which a test adds what it is about. */
export function sourceStack(rule: any = {}, properties: object = {}, more: Partial<StackOfApp> = {}): StackOfApp {
  return {
    id: 'Source',
    name: 'Source',
    account: '111111111111',
    region: 'us-east-1',
    after: ['Replica'],
    nested: {},
    templateFile: 'Source.template.json',
    paths: { Data: 'Source/Data' },
    template: {
      Resources: {
        Role: { Type: 'AWS::IAM::Role' },
        Data: {
          Type: 'AWS::S3::Bucket',
          Properties: {
            VersioningConfiguration: { Status: 'Enabled' },
            ReplicationConfiguration: {
              Role: SOURCE,
              Rules: [
                {
                  Id: 'rule',
                  Status: 'Enabled',
                  Priority: 1,
                  Filter: { Prefix: '' },
                  DeleteMarkerReplication: { Status: 'Disabled' },
                  ...rule,
                  Destination: { Bucket: output('CopyArn'), ...rule.Destination },
                },
              ],
            },
            ...properties,
          },
        },
      },
    },
    ...more,
  };
}

export const KMS = {
  BucketEncryption: {
    ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
  },
};
export const flowsOf = (...stacks: StackOfApp[]) => readFlows(new DeployedApp(stacks));
