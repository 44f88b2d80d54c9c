import { App, aws_iam as iam, aws_s3 as s3, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BucketReplication, ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { ACCOUNT, beside, bucket, ENV, flow, inEurope, KMS } from '../builders';
import { expectMessage, messageOf, Refusal, refuses, refusesAtSynthesis } from '../messages';

describe('the role', () => {
  const withRole =
    (props: {
      role?: (stack: Stack) => iam.IRole;
      roleName?: string;
      rolePath?: string;
      permissionsBoundary?: iam.IManagedPolicy;
    }) =>
    (stack: Stack) =>
      new BucketReplication(stack, 'Replication', {
        source: bucket(stack, 'Source'),
        ...props,
        role: props.role?.(stack),
      });
  const own = (stack: Stack) =>
    new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
  const longest = `/${'a'.repeat(510)}/`;

  refuses([
    [
      'role with roleName',
      withRole({ role: own, roleName: 'mine' }),
      '[Stack/Replication] … role together with roleName … the role that is created … leave out either role or roleName',
    ],
    [
      'role with rolePath',
      withRole({ role: own, rolePath: '/mine/' }),
      '[Stack/Replication] … role together with rolePath … the role that is created … leave out either role or rolePath',
    ],
    [
      'role with permissionsBoundary',
      (stack) =>
        withRole({ role: own, permissionsBoundary: iam.ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess') })(
          stack,
        ),
      '[Stack/Replication] … role together with permissionsBoundary … the role that is created … leave out either',
    ],
    [
      'of another account',
      withRole({ role: (stack) => iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::222222222222:role/theirs') }),
      "[Stack/Replication] … role 'Stack/Role' of account '222222222222', source bucket in account '111111111111' … the account that owns the source bucket … give a role of that account",
    ],
    [
      'of another partition',
      withRole({ role: (stack) => iam.Role.fromRoleArn(stack, 'Role', `arn:aws-cn:iam::${ACCOUNT}:role/ours`) }),
      `[Stack/Replication] … role 'arn:aws-cn:iam::${ACCOUNT}:role/ours', source bucket in 'us-east-1' (partition aws) … role of another partition … give a role of partition aws`,
    ],
    ...(
      [
        ['another region', (stack) => own(inEurope(stack))],
        ['another Stage', (stack) => own(new Stack(new Stage(stack.node.root as App, 'Roles'), 'Other', { env: ENV }))],
        ['an unknown region', (stack) => own(beside(stack, 'Anywhere', { account: ACCOUNT }))],
        ['an unknown account', (stack) => own(beside(stack, 'Anywhere', { region: 'us-east-1' }))],
      ] as Array<[string, (stack: Stack) => iam.IRole]>
    ).map(([where, role]): Refusal => [
      `of ${where}`,
      withRole({ role }),
      '[Stack/Replication] role … of a stack in another region or Stage … cannot refer to it … import it with Role.fromRoleName()',
    ]),
    ...['', 'a b', 'x'.repeat(65), 'a/b', 'Büro'].map((roleName): Refusal => [
      `the name '${roleName}'`,
      withRole({ roleName }),
      `[Stack/Replication] … roleName '${roleName}' (${roleName.length} characters) … 1 to 64 letters … omit roleName`,
    ]),
    ...['', 'a', '/a', 'a/', '/ä/', '/a b/', `/${'a'.repeat(511)}/`, `${longest}bbb/`].map((rolePath): Refusal => [
      `the path '${rolePath.slice(0, 10)}' (${rolePath.length} characters)`,
      withRole({ rolePath }),
      `[Stack/Replication] … rolePath '${rolePath}' … at most 512 characters … like '/replication/'`,
    ]),
  ]);

  test('the limits themselves are fine', () => {
    const stack = new Stack(quietApp(), 'Stack', { env: ENV });
    withRole({ roleName: 'x'.repeat(64), rolePath: longest })(stack);
    new BucketReplication(stack, 'Other', { source: bucket(stack, 'OtherSource'), rolePath: '/' });
  });

  test('a role that S3 cannot assume', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const message = messageOf(() => {
      withRole({
        role: () => new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }),
      })(stack);
      BucketReplication.of(stack.node.findChild('Source') as s3.Bucket).addRule({
        destination: bucket(stack, 'Destination'),
      });
      app.synth();
    });
    expectMessage(
      message,
      "[Stack/Source/Resource/S3Replication] the role 'Stack/Role/Resource' does not trust the service s3.amazonaws.com … AssumeRoleNotPermitted … new iam.ServicePrincipal('s3.amazonaws.com')",
    );
  });

  test('a role of another stack of the region is fine', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const replication = withRole({ role: () => own(beside(stack, 'Roles')) })(stack);
    replication.addRule({ destination: bucket(stack, 'Destination') });
    app.synth();
  });

  describe('is too small', () => {
    const prefixes = (replication: BucketReplication, stack: Stack, count: number) => {
      const destination = bucket(stack, 'Destination');
      for (let i = 0; i < count; i++) {
        replication.addRule({ destination, filter: ReplicationFilter.prefix(`${i}-${'x'.repeat(300)}/`) });
      }
    };
    refusesAtSynthesis([
      [
        'for many long prefixes',
        (stack) =>
          prefixes(new BucketReplication(stack, 'Replication', { source: bucket(stack, 'Source') }), stack, 30),
        /permissions of about 2\d{4} characters for 30 rules of the source '.*': .* at most 10240 characters.*; use fewer rules/,
      ],
      [
        'when it is the user’s',
        (stack) =>
          prefixes(
            new BucketReplication(stack, 'Replication', { source: bucket(stack, 'Source'), role: own(stack) }),
            stack,
            30,
          ),
        /permissions of about 2\d{4} characters for 30 rules of the source '.*': .* at most 10240 characters.*; use fewer rules/,
      ],
      [
        'for a configuration of more than 2 MB',
        (stack) => {
          const destination = bucket(stack, 'Destination');
          const replication = flow(stack, { destination });
          const tags = Object.fromEntries(
            [...Array(10).keys()].map((n) => [`${n}${'漢'.repeat(127)}`, '漢'.repeat(256)]),
          ); // 3 bytes each
          for (let i = 0; i < 190; i++) {
            replication.addRule({ destination, filter: ReplicationFilter.prefixAndTags(`${i}`, tags) });
          }
        },
        /configuration of about \d{7} bytes for the source '.*': .* at most 2097152 bytes; use fewer rules/,
      ],
    ]);

    test('25 destinations with keys of their own fit in', () => {
      const app = quietApp();
      const stack = new Stack(app, 'Stack', { env: ENV });
      const europe = inEurope(stack);
      const replication = new BucketReplication(stack, 'Replication', {
        source: bucket(stack, 'Source', { encryption: KMS }),
      });
      for (let i = 0; i < 25; i++) {
        replication.addRule({ destination: bucket(europe, `Destination${i}`, { encryption: KMS }) });
      }
      const { Properties } = Object.values<any>(Template.fromStack(stack).findResources('AWS::IAM::Policy'))[0];
      const filled = JSON.parse(JSON.stringify(Properties.PolicyDocument), (_, value) => {
        return value?.['Fn::GetStackOutput'] || value?.['Fn::GetAtt']
          ? 'x'.repeat(76)
          : value?.Ref
            ? 'amazonaws.com'
            : value?.['Fn::Join']
              ? value['Fn::Join'][1].join(value['Fn::Join'][0])
              : value;
      });
      const size = JSON.stringify(filled).length;
      expect(size).toBeGreaterThan(5000);
      expect(size).toBeLessThan(10240);
    });
  });
});
