import { App, aws_iam as iam, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { testApp } from '../app';
import { inStack, PINNED, replicating, silenced } from '../templates';
import { BucketReplication } from 'cdk-s3-replication';

silenced();

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
