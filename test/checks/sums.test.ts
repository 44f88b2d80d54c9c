import { App, aws_iam as iam, CfnOutput, CfnParameter, NestedStack, Stack } from 'aws-cdk-lib';
import { BucketReplication, ReplicaGrantee, ReplicaGrants } from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV, key } from '../builders';
import { errorsOf, expectMessage } from '../messages';
import { silenced } from '../templates';

silenced();

const TRUST = new iam.ServicePrincipal('s3.amazonaws.com');
const inApp = (define: (stack: Stack, app: App) => unknown): App => {
  const app = quietApp();
  define(new Stack(app, 'Stack', { env: ENV }), app);
  return app;
};

describe('the inline policies of one role', () => {
  const sources = (stack: Stack, count: number, role?: iam.IRole) => {
    for (let n = 0; n < count; n++) {
      const destination = bucket(stack, `Destination${n}`);
      new BucketReplication(stack, `Of${n}`, { source: bucket(stack, `Source${n}`), role, rules: [{ destination }] });
    }
  };
  const mine = (stack: Stack) => new iam.Role(stack, 'Mine', { assumedBy: TRUST });
  const imported = (stack: Stack) => iam.Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111111111111:role/mine');
  const SHARED =
    /\d+ inline policies of about \d+ characters together for the role '[\w/]+': .* 10240 characters together; omit role/;

  // the figure of the README
  test.each<[string, (stack: Stack) => iam.IRole]>([
    ['a role of the app', mine],
    ['an imported role', imported],
  ])('have room for 12 sources without KMS: %s', (_, role) => {
    expect(() => inApp((stack) => sources(stack, 12, role(stack))).synth()).not.toThrow();
    const message = errorsOf(inApp((stack) => sources(stack, 13, role(stack))));
    expectMessage(message, SHARED);
    expect(message.match(/characters together for/g)).toHaveLength(1);
  });

  test('are counted over stacks', () => {
    const app = inApp((stack) => {
      const role = mine(stack);
      sources(stack, 8, role);
      sources(beside(stack, 'Second'), 8, role);
    });
    expectMessage(errorsOf(app), /16 inline policies/);
  });

  test('imported twice are counted together', () => {
    const app = inApp((stack) => {
      sources(stack, 8, imported(stack));
      const second = beside(stack, 'Second');
      sources(second, 8, imported(second));
    });
    expectMessage(errorsOf(app), /16 inline policies/);
  });

  const more = (role: iam.IRole, count: number) =>
    Array.from({ length: count }, (_, n) =>
      role.addToPrincipalPolicy(
        new iam.PolicyStatement({
          actions: ['s3:GetObject'],
          resources: [`arn:aws:s3:::some-bucket-${'x'.repeat(40)}-${n}/data/${'y'.repeat(100)}/*`],
        }),
      ),
    );

  /** Not so long that core moves it. */
  const long = (role: iam.IRole) =>
    role.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [`arn:aws:s3:::${'x'.repeat(9800)}`] }),
    );

  test.each<[string, (stack: Stack) => unknown]>([
    [
      'what core leaves of its default policy when it moves the rest into managed ones',
      (stack) => {
        const role = mine(stack);
        more(role, 65);
        sources(stack, 3, role);
      },
    ],
    [
      'what is added to the role that is made',
      (stack) => {
        sources(stack, 1);
        long((stack.node.findChild('Of0') as BucketReplication).role);
      },
    ],
    [
      'what is written into the role',
      (stack) => {
        const statement = new iam.PolicyStatement({
          actions: ['s3:GetObject'],
          resources: [`arn:aws:s3:::${'x'.repeat(9900)}`],
        });
        const inlinePolicies = { Mine: new iam.PolicyDocument({ statements: [statement] }) };
        sources(stack, 1, new iam.Role(stack, 'Mine', { assumedBy: TRUST, inlinePolicies }));
      },
    ],
    [
      'an L1 policy that names the role as text',
      (stack) => {
        sources(stack, 1, new iam.Role(stack, 'Mine', { assumedBy: TRUST, roleName: 'mine' }));
        new iam.CfnRolePolicy(stack, 'More', {
          policyName: 'More',
          roleName: 'mine',
          policyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'x'.repeat(9900) }] },
        });
      },
    ],
  ])('count %s', (_, define) => expectMessage(errorsOf(inApp(define)), SHARED));

  test('the remedy: a role for each source, other permissions as a managed policy', () => {
    const app = inApp((stack) => {
      sources(stack, 30);
      const { role } = stack.node.findChild('Of0') as BucketReplication;
      const statement = new iam.PolicyStatement({
        actions: ['s3:GetObject'],
        resources: [`arn:aws:s3:::${'x'.repeat(6000)}`],
      });
      role.addManagedPolicy(new iam.ManagedPolicy(stack, 'More', { statements: [statement] }));
    });
    expect(() => app.synth()).not.toThrow();
  });
});

describe('what references add to a stack', () => {
  const outputs = (stack: Stack, count: number) => {
    for (let n = 0; n < count; n++) new CfnOutput(stack, `Mine${n}`, { value: 'mine' });
  };
  const pairs = (count: number, name?: (n: number) => string) =>
    inApp((stack) => {
      const other = beside(stack, 'Other');
      outputs(other, 190);
      for (let n = 0; n < count; n++) {
        const destination = bucket(other, `Destination${n}`, { bucketName: name?.(n) });
        BucketReplication.of(bucket(stack, `Source${n}`)).addRule({ destination });
      }
    });

  test('200 outputs in the stack of the destinations, and not one more', () => {
    expect(() => pairs(10).synth()).not.toThrow();
    const message = errorsOf(pairs(11));
    expectMessage(
      message,
      "[Other] … 201 outputs of the stack 'Other': CloudFormation takes at most 200 … give the destinations a bucketName each",
    );
    expect(message.match(/201 outputs/g)).toHaveLength(1);
  });

  test('the remedies: names take the place of outputs, several stacks', () => {
    expect(() => pairs(11, (n) => `replicas-${n}`).synth()).not.toThrow();
    const app = inApp((stack) => {
      for (const id of ['One', 'Other']) {
        const other = beside(stack, id);
        outputs(other, 190);
        BucketReplication.of(bucket(stack, `Source${id}`)).addRule({ destination: bucket(other, 'Destination') });
      }
    });
    expect(() => app.synth()).not.toThrow();
  });

  test('keys in a stack of their own', () => {
    const app = inApp((stack) => {
      const keys = beside(stack, 'Keys');
      outputs(keys, 199);
      BucketReplication.of(bucket(stack, 'Source')).addRule({
        destination: bucket(stack, 'Destination'),
        destinationKey: key(stack, 'Mine'),
        sourceKeys: [key(keys, 'One'), key(keys, 'Other')],
      });
    });
    expectMessage(errorsOf(app), "[Keys] … 201 outputs of the stack 'Keys'");
  });

  test('outputs that grants make on request', () => {
    const app = inApp((stack) => {
      outputs(stack, 198);
      const grantee = ReplicaGrantee.role({ account: '222222222222', roleName: 'of-the-source' });
      ReplicaGrants.fromBucket(bucket(stack, 'Bucket')).replicasFrom(grantee, { outputs: true });
    });
    expectMessage(errorsOf(app), "[Stack] … 201 outputs of the stack 'Stack'");
  });

  const nested = (count: number, stacks: number) =>
    inApp((stack) => {
      const inside = Array.from({ length: stacks }, (_, n) => new NestedStack(stack, `Nested${n}`));
      for (let n = 0; n < 195; n++) new CfnParameter(inside[0], `Mine${n}`, { default: 'mine' });
      for (let n = 0; n < count; n++) {
        const destination = bucket(stack, `Destination${n}`);
        BucketReplication.of(bucket(inside[n % stacks], `Source${n}`)).addRule({ destination });
      }
    });

  test('200 parameters of a nested stack with sources, and not one more', () => {
    expect(() => nested(5, 1).synth()).not.toThrow();
    expectMessage(errorsOf(nested(6, 1)), "[Stack/Nested0] … 201 parameters of the stack 'Stack/Nested0'");
  });

  test('the remedy: several nested stacks', () => {
    expect(() => nested(6, 2).synth()).not.toThrow();
  });
});
