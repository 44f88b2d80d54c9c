import { aws_iam as iam, aws_s3 as s3, CfnElement, CfnParameter, PhysicalName, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { silenced } from '../templates';
import { inStack } from '../updates';
import { BucketReplication } from 'cdk-s3-replication';

silenced();

describe('permissions come before the configuration where the name of the source is known', () => {
  /** What CloudFormation creates before a resource, by logical id. */
  function before(template: any, id: string, seen = new Set<string>()): Set<string> {
    const direct = [template.Resources[id].DependsOn ?? []].flat() as string[];
    JSON.stringify(template.Resources[id].Properties, (key, value) => {
      if (key === 'Ref' || key === 'Fn::GetAtt') direct.push([value].flat()[0]);
      return value;
    });
    for (const other of direct.filter((it) => template.Resources[it] && !seen.has(it))) {
      seen.add(other);
      before(template, other, seen);
    }
    return seen;
  }
  const app = (source: (stack: Stack) => s3.IBucketRef & Construct, role?: (stack: Stack) => iam.IRole) => {
    let ids: Record<'bucket' | 'role' | 'policy', string | undefined>;
    const { App: template } = inStack((stack) => {
      const bucket = source(stack);
      const replication = new BucketReplication(stack, 'Replication', {
        source: bucket,
        role: role?.(stack),
        rules: [{ destination: new s3.Bucket(stack, 'Replicas') }],
      });
      const cfn = (bucket.node.defaultChild ?? bucket) as CfnElement;
      const idOf = (construct?: Construct) =>
        construct && (stack.resolve((construct as CfnElement).logicalId) as string);
      ids = {
        bucket: idOf(cfn),
        role: idOf(replication.role.node.defaultChild as CfnElement | undefined),
        policy: undefined,
      };
    });
    ids!.policy = Object.keys(template.Resources).find((id) => template.Resources[id].Type === 'AWS::IAM::Policy');
    return { template, bucket: ids!.bucket!, role: ids!.role!, policy: ids!.policy! };
  };

  test('the judge: a policy that nobody waits for', () => {
    const template = {
      Resources: {
        Bucket: { Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
        Role: { Properties: {} },
        Policy: { Properties: { Roles: [{ Ref: 'Role' }] } },
      },
    };
    expect([...before(template, 'Bucket')]).toEqual(['Role']);
    expect([...before(template, 'Policy')]).toEqual(['Role']);
  });

  test.each<[string, (stack: Stack) => s3.IBucketRef & Construct]>([
    ['a literal name', (stack) => new s3.Bucket(stack, 'Source', { bucketName: 'data-of-mine' })],
    [
      'a name from a parameter',
      (stack) => new s3.Bucket(stack, 'Source', { bucketName: new CfnParameter(stack, 'Name').valueAsString }),
    ],
    ['a name with the account', (stack) => new s3.Bucket(stack, 'Source', { bucketName: `data-${stack.account}` })],
    ['an L1 bucket with a name', (stack) => new s3.CfnBucket(stack, 'Source', { bucketName: 'data-of-mine' })],
  ])('%s: they are in the role, and the bucket waits for it', (_, source) => {
    const { template, bucket, role, policy } = app(source);
    expect(policy).toBeUndefined();
    expect(JSON.stringify(template.Resources[role].Properties.Policies)).toContain('s3:ReplicateObject');
    expect(before(template, bucket)).toContain(role);
    expect(before(template, role)).not.toContain(bucket);
  });

  test.each<[string, (stack: Stack) => s3.IBucketRef & Construct]>([
    ['no name', (stack) => new s3.Bucket(stack, 'Source')],
    [
      'a name that may be generated',
      (stack) => new s3.Bucket(stack, 'Source', { bucketName: PhysicalName.GENERATE_IF_NEEDED }),
    ],
    ['an L1 bucket without a name', (stack) => new s3.CfnBucket(stack, 'Source')],
  ])('%s: they are a policy that waits for the bucket', (_, source) => {
    const { template, bucket, role, policy } = app(source);
    expect(template.Resources[role].Properties.Policies).toBeUndefined();
    expect(before(template, policy)).toContain(bucket);
    expect(before(template, bucket)).toContain(role);
  });

  test.each<[string, (stack: Stack) => iam.IRole]>([
    [
      'of the stack',
      (stack) => new iam.Role(stack, 'Mine', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') }),
    ],
    ['imported', (stack) => iam.Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111111111111:role/mine')],
  ])("a role of one's own, %s: the bucket waits for the policy where the name is known", (_, role) => {
    const named = app((stack) => new s3.Bucket(stack, 'Source', { bucketName: 'data-of-mine' }), role);
    expect(before(named.template, named.bucket)).toContain(named.policy);
    const unnamed = app((stack) => new s3.Bucket(stack, 'Source'), role);
    expect(before(unnamed.template, unnamed.policy)).toContain(unnamed.bucket);
  });
});
