import { aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { quietApp } from '../app';
import { bucket, ENV } from '../builders';

/** What the README says about core's `replicationRules`, seen in its templates and errors. */
describe('replicationRules of aws-cdk-lib', () => {
  function replicated(rule: Partial<s3.ReplicationRule> = {}, destination: s3.BucketProps = { versioned: true }) {
    const app = quietApp();
    const stack = new Stack(app, 'Core', { env: ENV });
    const replica = bucket(stack, 'Replica', destination);
    bucket(stack, 'Data', {
      versioned: true,
      encryptionKey: new kms.Key(stack, 'Key'),
      replicationRules: [{ destination: replica, ...rule }],
    });
    const template = Template.fromStack(stack);
    const of = (type: string) => Object.values<any>(template.findResources(type)).map(({ Properties }) => Properties);
    const [configuration] = of('AWS::S3::Bucket').flatMap((it) => it?.ReplicationConfiguration ?? []);
    return { rule: configuration.Rules[0], statements: of('AWS::IAM::Policy')[0].PolicyDocument.Statement, stack };
  }
  const allowing = (statements: any[], action: string) =>
    statements.find(({ Action }) => [Action].flat().includes(action));

  test('have permissions for keys without conditions, and none to decrypt with the key of the replicas', () => {
    const kmsKey = kms.Key.fromKeyArn(new Stack(), 'K', 'arn:aws:kms:us-east-1:111111111111:key/1');
    const { statements } = replicated({ kmsKey, sseKmsEncryptedObjects: true });
    const encrypt = allowing(statements, 'kms:Encrypt');
    expect(encrypt.Condition).toBeUndefined();
    expect([encrypt.Action].flat()).not.toContain('kms:Decrypt');
    expect(allowing(statements, 'kms:Decrypt').Condition).toBeUndefined();
  });

  test('have permissions for the whole bucket, whatever the prefix, and may always change the owner', () => {
    const { statements } = replicated({ filter: { prefix: 'reports/' } });
    expect(JSON.stringify(statements)).not.toContain('reports/');
    expect(allowing(statements, 's3:ObjectOwnerOverrideToBucketOwner')).toBeDefined();
  });

  test('say neither the account of the destination nor an id of the rule, and have no metrics', () => {
    const { rule } = replicated();
    expect(rule.Destination).toEqual({ Bucket: expect.anything() });
    expect(rule.ID ?? rule.Id).toBeUndefined();
  });

  test('want versioning of the source, and are a prop of it', () => {
    const stack = new Stack(quietApp(), 'Core', { env: ENV });
    const replicationRules = [{ destination: bucket(stack, 'Replica') }];
    expect(() => bucket(stack, 'Data', { replicationRules })).toThrow('require versioning');
  });

  test('take a destination without versioning, and a source with KMS that would replicate nothing', () => {
    const { rule, stack } = replicated({}, {});
    expect(rule.SourceSelectionCriteria).toBeUndefined();
    expect(Template.fromStack(stack).toJSON().Resources).toBeDefined();
  });
});
