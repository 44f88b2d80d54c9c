import {
  App,
  Aspects,
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  BootstraplessSynthesizer,
  CliCredentialsStackSynthesizer,
  DefaultStackSynthesizer,
  LegacyStackSynthesizer,
  PermissionsBoundary,
  Stack,
  StackProps,
  StackSynthesizer,
  Stage,
  Tags,
} from 'aws-cdk-lib';
import recommended from 'aws-cdk-lib/recommended-feature-flags.json';
import { quietApp, testApp } from '../app';
import {
  deployOrder,
  EMPTIED,
  ENCRYPTED,
  EU,
  expectReplication,
  inStack,
  PINNED,
  REPLICA_STACK,
  resources,
  silenced,
  surplus,
  templatesOf,
  US,
} from '../templates';
import { BucketReplication, ReplicatedBucketPair, ReplicatedBucketPairProps } from 'cdk-s3-replication';

silenced();

describe("the replica's stack is one of its own", () => {
  test('the same stack in several regions: its replicas are not in one stack', () => {
    const app = testApp();
    for (const region of ['us-east-1', 'eu-central-1']) {
      new ReplicatedBucketPair(new Stack(app, `App-${region}`, { stackName: 'App', env: { region } }), 'Pair', EU);
    }
    const names = app.synth().stacks.map(({ stackName, environment }) => `${stackName} in ${environment.region}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test('of a Stage within a Stage, with the permissions boundary of the Stage', () => {
    const app = testApp();
    const stage = new Stage(new Stage(app, 'Outer'), 'Inner', {
      env: PINNED,
      permissionsBoundary: PermissionsBoundary.fromName('limits'),
    });
    new ReplicatedBucketPair(new Stack(stage, 'App'), 'Pair', EU);
    const templates = templatesOf(app);
    expectReplication(templates);
    expect(resources(templates, 'AWS::IAM::Role')[0].Properties.PermissionsBoundary).toBe(
      'arn:aws:iam::111111111111:policy/limits',
    );
    expect(surplus(templates)).toEqual([]);
  });
});

describe("what a stack passes on to its replica's stack", () => {
  const pairIn = (
    props: StackProps,
    pair: ReplicatedBucketPairProps = {},
    app = quietApp(),
    then: (stack: Stack) => void = () => {},
  ): App => {
    const stack = new Stack(app, 'App', { env: US, ...props });
    new ReplicatedBucketPair(stack, 'Pair', { ...EU, ...pair });
    then(stack);
    return app;
  };
  const stacks = (app: App) => ['App', REPLICA_STACK].map((name) => app.synth().getStackByName(name));

  test.each<[string, StackProps, (stack: Stack) => void]>([
    ["the stack's prop", { permissionsBoundary: PermissionsBoundary.fromName('limits-${Qualifier}') }, () => {}],
    [
      'an aspect on the stack',
      {},
      (stack) =>
        iam.PermissionsBoundary.of(stack).apply(
          iam.ManagedPolicy.fromManagedPolicyName(stack, 'Limits', 'limits-hnb659fds'),
        ),
    ],
    [
      'an aspect on the app',
      {},
      (stack) =>
        iam.PermissionsBoundary.of(stack.node.root).apply(
          iam.ManagedPolicy.fromManagedPolicyName(stack, 'Limits', 'limits-hnb659fds'),
        ),
    ],
  ])('permissions boundary by %s: on every role of both', (_, props, then) => {
    const roles = resources(templatesOf(pairIn({ env: PINNED, ...props }, EMPTIED, undefined, then)), 'AWS::IAM::Role');
    expect(roles).toHaveLength(3); // ours, and core's for emptying in each stack
    for (const { Properties } of roles) {
      expect(JSON.stringify(Properties.PermissionsBoundary)).toContain('policy/limits-hnb659fds');
    }
  });

  test('a permissions boundary of the role itself wins over that of the app', () => {
    const templates = inStack(
      (stack) => {
        const limits = (name: string) =>
          iam.ManagedPolicy.fromManagedPolicyArn(stack, name, `arn:aws:iam::111111111111:policy/${name}`);
        new BucketReplication(stack, 'Replication', {
          source: new s3.Bucket(stack, 'Data'),
          permissionsBoundary: limits('own'),
          rules: [{ destination: new s3.Bucket(stack, 'Replicas') }],
        });
      },
      { permissionsBoundary: PermissionsBoundary.fromName('limits') },
    );
    expect(resources(templates, 'AWS::IAM::Role')[0].Properties.PermissionsBoundary).toBeDefined();
  });

  test('tags of Tags.of(stack), on the resources of both, also when they come later', () => {
    const templates = templatesOf(pairIn({}, ENCRYPTED, undefined, (stack) => Tags.of(stack).add('team', 'data')));
    for (const type of ['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::IAM::Role']) {
      const found = resources(templates, type);
      expect(found).toHaveLength(type === 'AWS::IAM::Role' ? 1 : 2);
      for (const { Properties } of found) expect(Properties.Tags).toContainEqual({ Key: 'team', Value: 'data' });
    }
  });

  test('tags of StackProps.tags, in whatever order they are given', () => {
    const [one, other] = [
      { team: 'data', cost: '42', app: 'x' },
      { app: 'x', cost: '42', team: 'data' },
    ].map((tags) => pairIn({ tags }));
    for (const app of [one, other]) {
      for (const { tags } of stacks(app)) expect(tags).toEqual({ team: 'data', cost: '42', app: 'x' });
    }
    expect(JSON.stringify(templatesOf(one))).toBe(JSON.stringify(templatesOf(other)));
  });

  test.each<[string, StackProps, (stack: Stack) => void]>([
    ['its prop', { terminationProtection: true }, () => {}],
    [
      'later',
      {},
      (stack) => {
        stack.terminationProtection = true;
      },
    ],
    [
      'an aspect',
      {},
      (stack) =>
        Aspects.of(stack.node.root).add({
          visit: (node) => {
            if (node === stack) stack.terminationProtection = true;
          },
        }),
    ],
  ])('termination protection by %s', (_, props, then) => {
    expect(
      stacks(pairIn(props, {}, undefined, then)).map(({ terminationProtection }) => terminationProtection),
    ).toEqual([true, true]);
  });

  test('no termination protection when the stack has none', () => {
    expect(stacks(pairIn({})).map(({ terminationProtection }) => terminationProtection ?? false)).toEqual([
      false,
      false,
    ]);
  });

  describe('the synthesizer', () => {
    /** How the CLI deploys a stack: with which roles, and from where the template comes. */
    const deployment = ({
      assumeRoleArn,
      cloudFormationExecutionRoleArn,
      stackTemplateAssetObjectUrl,
      bootstrapStackVersionSsmParameter,
      requiresBootstrapStackVersion,
      assumeRoleExternalId,
    }: any) =>
      JSON.stringify({
        assumeRoleArn,
        cloudFormationExecutionRoleArn,
        stackTemplateAssetObjectUrl,
        bootstrapStackVersionSsmParameter,
        requiresBootstrapStackVersion,
        assumeRoleExternalId,
      })
        .replace(/us-east-1|eu-west-1/g, '<region>')
        .replace(/[0-9a-f]{64}/g, '<hash>');
    const alike = (app: App) => {
      const [source, replica] = stacks(app).map(deployment);
      expect(replica).toBe(source);
      return source;
    };

    test('by default', () => {
      expect(alike(pairIn({}))).toContain('hnb659fds');
    });

    test('of the stack, with a qualifier', () => {
      expect(alike(pairIn({ synthesizer: new DefaultStackSynthesizer({ qualifier: 'mine' }) }))).toContain(
        'cdk-mine-deploy-role',
      );
    });

    test('a qualifier from the context', () => {
      expect(
        alike(pairIn({}, {}, new App({ context: { ...recommended, '@aws-cdk/core:bootstrapQualifier': 'mine' } }))),
      ).toContain('cdk-mine-deploy-role');
    });

    test.each<[string, () => StackSynthesizer]>([
      [
        'DefaultStackSynthesizer with roles',
        () =>
          new DefaultStackSynthesizer({
            qualifier: 'mine',
            deployRoleArn: 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/deploys-${AWS::Region}',
          }),
      ],
      ['CliCredentialsStackSynthesizer', () => new CliCredentialsStackSynthesizer({ qualifier: 'mine' })],
      ['LegacyStackSynthesizer', () => new LegacyStackSynthesizer()],
      [
        'BootstraplessSynthesizer',
        () => new BootstraplessSynthesizer({ deployRoleArn: 'arn:aws:iam::111111111111:role/deploys' }),
      ],
    ])('of the app: %s', (_, synthesizer) => {
      alike(pairIn({}, {}, new App({ context: recommended, defaultStackSynthesizer: synthesizer() as any })));
    });

    class Own extends DefaultStackSynthesizer {}
    test.each<[string, () => StackSynthesizer]>([
      ['BootstraplessSynthesizer', () => new BootstraplessSynthesizer()],
      ['LegacyStackSynthesizer', () => new LegacyStackSynthesizer()],
      ['CliCredentialsStackSynthesizer', () => new CliCredentialsStackSynthesizer()],
      ['a subclass', () => new Own({ qualifier: 'mine' })],
      [
        "roles of one's own",
        () => new DefaultStackSynthesizer({ deployRoleArn: 'arn:aws:iam::111111111111:role/deploys' }),
      ],
    ])('of the stack, one that cannot be made again is an error: %s', (_, synthesizer) => {
      expect(() => pairIn({ synthesizer: synthesizer() })).toThrow(
        /\[App\/Pair\].*synthesizer of its own.*destinationStack/,
      );
    });

    // what decides where the template is uploaded to and how the stack is deployed must be the same, or refused
    test.each<[string, () => StackSynthesizer]>([
      ['fileAssetsBucketName', () => new DefaultStackSynthesizer({ fileAssetsBucketName: 'assets-${AWS::Region}' })],
      ['bucketPrefix', () => new DefaultStackSynthesizer({ qualifier: 'mine', bucketPrefix: 'templates/' })],
      [
        'bootstrapStackVersionSsmParameter',
        () => new DefaultStackSynthesizer({ qualifier: 'mine', bootstrapStackVersionSsmParameter: '/my/version' }),
      ],
      [
        'deployRoleExternalId',
        () => new DefaultStackSynthesizer({ qualifier: 'mine', deployRoleExternalId: 'secret' }),
      ],
      [
        'generateBootstrapVersionRule',
        () => new DefaultStackSynthesizer({ qualifier: 'mine', generateBootstrapVersionRule: false }),
      ],
    ])('of the stack, with %s: alike, or an error that asks for destinationStack', (_, synthesizer) => {
      let app: App;
      try {
        app = pairIn({ synthesizer: synthesizer() });
      } catch (error) {
        expect((error as Error).message).toMatch(/\[App\/Pair\].*synthesizer of its own.*destinationStack/);
        return;
      }
      alike(app);
      const [source, replica] = stacks(app).map(({ template }) => Object.keys(template.Rules ?? {}));
      expect(replica).toEqual(source);
    });

    test('with destinationStack any synthesizer will do', () => {
      const app = testApp();
      const stack = new Stack(app, 'App', { env: US, synthesizer: new BootstraplessSynthesizer() });
      const destinationStack = new Stack(app, 'Replicas', {
        env: { region: 'eu-west-1' },
        synthesizer: new BootstraplessSynthesizer(),
      });
      new ReplicatedBucketPair(stack, 'Pair', { destinationStack });
      expectReplication(templatesOf(app));
      expect(deployOrder(app.synth())).toEqual(['Replicas', 'App']);
    });
  });
});

test("a key that somebody else made in the replica's region", () => {
  const app = testApp();
  const stack = new Stack(app, 'App', { env: US });
  const eu = new Stack(app, 'Keys', { env: { region: 'eu-west-1' } });
  const key = new kms.Key(eu, 'Key');
  new ReplicatedBucketPair(stack, 'Pair', {
    destinationStack: eu,
    ...ENCRYPTED,
    destinationOptions: { encryptionKey: key },
  });
  const templates = templatesOf(app);
  expectReplication(templates);
  expect(surplus(templates)).toEqual([]);
});
