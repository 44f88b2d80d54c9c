import {
  App,
  aws_kms as kms,
  aws_s3 as s3,
  CfnCondition,
  CfnOutput,
  Duration,
  Fn,
  NestedStack,
  RemovalPolicy,
  Stack,
  Stage,
  Tags,
} from 'aws-cdk-lib';
import { handledRules, resources } from './two-way-templates';
import {
  BidirectionalReplication,
  BidirectionalReplicationProps,
  BucketReplication,
  ReplicatedBucketPair,
  ReplicationFilter,
} from '../../src';
import { quietApp } from '../app';
import { beside, bucket, dependOn, ENV, inEurope, KMS, l1 } from '../builders';
import { messagesIn, Refusal, refuses, refusesAtSynthesis, warningsOf } from '../messages';

const home = (app: App = quietApp()) => new Stack(app, 'Stack', { env: ENV });
const active = (stack: Stack, props?: BidirectionalReplicationProps) =>
  new BidirectionalReplication(stack, 'Active', props);
const on = { Status: 'Enabled' };
const forth = (of: s3.IBucket) =>
  resources(Stack.of(of), 'AWS::S3::Bucket').flatMap(
    ([, { Properties }]) => Properties.ReplicationConfiguration?.Rules ?? [],
  );

describe('one stack', () => {
  test('the first bucket has its rule in the template, the second by the custom resource', () => {
    const stack = home();
    const { first } = active(stack);
    expect(forth(first)).toEqual([
      {
        Id: expect.stringMatching(/^Active-Second-[0-9a-f]{8}$/),
        Priority: 1,
        Status: 'Enabled',
        Filter: { Prefix: '' },
        DeleteMarkerReplication: on,
        SourceSelectionCriteria: { ReplicaModifications: on },
        Destination: {
          Bucket: { 'Fn::GetAtt': ['ActiveSecond819ECEED', 'Arn'] },
          Account: ENV.account,
          Metrics: on,
        },
      },
    ]);
    const [{ properties, rules }, ...more] = handledRules(stack);
    expect(more).toEqual([]);
    expect(properties).toMatchObject({
      Bucket: { Ref: 'ActiveSecond819ECEED' },
      Owner: ENV.account,
      RuleIdPrefix: expect.stringMatching(/^[0-9a-f]{8}-$/),
    });
    expect(properties).not.toHaveProperty('Region');
    expect(rules).toEqual([
      {
        ID: expect.stringMatching(new RegExp(`^${properties.RuleIdPrefix}Active-First-[0-9a-f]{8}$`)),
        Status: 'Enabled',
        Filter: { Prefix: '' },
        DeleteMarkerReplication: on,
        SourceSelectionCriteria: { ReplicaModifications: on },
        Destination: { Bucket: 'ActiveFirstBF29418B.Arn', Account: ENV.account, Metrics: on },
      },
    ]);
  });

  test('no warning, no rule in the template of the second bucket, no asset, no reserved concurrency', () => {
    const app = quietApp();
    const stack = home(app);
    active(stack);
    expect(messagesIn(app)).toEqual([]);
    const buckets = resources(stack, 'AWS::S3::Bucket').map(
      ([, { Properties }]) => Properties.ReplicationConfiguration,
    );
    expect(buckets.filter((it) => it !== undefined)).toHaveLength(1);
    const [[, { Properties: handler }], ...more] = resources(stack, 'AWS::Lambda::Function');
    expect(more).toEqual([]);
    expect(Object.keys(handler.Code)).toEqual(['ZipFile']);
    expect(handler).not.toHaveProperty('ReservedConcurrentExecutions');
    expect(handler).toMatchObject({
      Handler: 'index.handler',
      Timeout: 900,
      Runtime: expect.stringMatching(/^nodejs/),
    });
  });

  test('the custom resource waits for its own policy, and refers to both buckets, the role and the function', () => {
    const stack = home();
    active(stack);
    const [[, { Properties, DependsOn }]] = resources(stack, 'Custom::S3ReplicationRules');
    const policies = resources(stack, 'AWS::IAM::Policy').filter(([id]) => DependsOn!.includes(id));
    expect(policies.map(([, policy]) => policy.Properties.PolicyDocument.Statement)).toEqual([
      [
        {
          Effect: 'Allow',
          Action: ['s3:GetReplicationConfiguration', 's3:PutReplicationConfiguration'],
          Resource: { 'Fn::GetAtt': ['ActiveSecond819ECEED', 'Arn'] },
          Condition: { StringEquals: { 's3:ResourceAccount': ENV.account } },
        },
        {
          Effect: 'Allow',
          Action: ['iam:PassRole'],
          Resource: Properties.Role,
          Condition: { StringEquals: { 'iam:PassedToService': 's3.amazonaws.com' } },
        },
      ],
    ]);
    const text = JSON.stringify(Properties);
    ['ActiveFirstBF29418B', 'ActiveSecond819ECEED', 'Function', 'Role'].forEach((it) => expect(text).toContain(it));
  });

  test('tags are on what is made for the handler', () => {
    const stack = home();
    active(stack);
    Tags.of(stack).add('team', 'data');
    for (const type of ['AWS::Lambda::Function', 'AWS::Logs::LogGroup']) {
      expect(resources(stack, type)[0][1].Properties.Tags).toEqual([{ Key: 'team', Value: 'data' }]);
    }
    expect(resources(stack, 'AWS::IAM::Role').map(([, { Properties }]) => Properties.Tags)).toEqual(
      Array(3).fill([{ Key: 'team', Value: 'data' }]),
    );
  });

  test('a condition of both buckets is one of the custom resource and its policy', () => {
    const stack = home();
    const condition = new CfnCondition(stack, 'Prod', { expression: Fn.conditionEquals('a', 'b') });
    const [first, second] = [bucket(stack, 'A'), bucket(stack, 'B')];
    [first, second].forEach((it) => (l1(it).cfnOptions.condition = condition));
    active(stack, { first, second });
    const [[, { Condition, DependsOn }]] = resources(stack, 'Custom::S3ReplicationRules');
    expect(Condition).toBe('Prod');
    const [[, policy]] = resources(stack, 'AWS::IAM::Policy').filter(([id]) => DependsOn!.includes(id));
    expect(policy.Condition).toBe('Prod');
  });

  test('emptied buckets: the rules go before their destinations are emptied', () => {
    const stack = home();
    active(stack, { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true });
    const emptying = (of: string) =>
      resources(stack, 'Custom::S3AutoDeleteObjects').find(([id]) => id.startsWith(`Active${of}`))![0];
    const [[, rules]] = resources(stack, 'Custom::S3ReplicationRules');
    expect(rules.DependsOn).toContain(emptying('First'));
    const [[, first]] = resources(stack, 'AWS::S3::Bucket').filter(([id]) => id.startsWith('ActiveFirst'));
    expect(first.DependsOn).toContain(emptying('Second'));
  });
});

describe('two regions', () => {
  test('two stacks, no third; the custom resource is with the first bucket and knows the region of the second', () => {
    const app = quietApp();
    const stack = home(app);
    const { first, second, secondBucketName, secondBucketArn } = active(stack, { secondRegion: 'eu-west-1' });
    new CfnOutput(stack, 'Name', { value: secondBucketName });
    new CfnOutput(stack, 'Arn', { value: secondBucketArn });
    const assembly = app.synth();
    expect(assembly.stacks.map(({ stackName }) => stackName)).toEqual(['Stack-us-east-1-replica-eu-west-1', 'Stack']);
    const [{ properties, rules }] = handledRules(stack);
    expect(properties.Region).toBe('eu-west-1');
    expect(properties.Bucket).toHaveProperty('Fn::GetStackOutput');
    expect(rules[0].Destination.Bucket).toMatch(/^ActiveFirst\w+\.Arn$/);
    expect(resources(Stack.of(second), 'AWS::IAM::Role')).toEqual([]);
    const { template } = assembly.getStackArtifact(stack.artifactId);
    for (const output of ['Name', 'Arn']) expect(template.Outputs[output].Value).toHaveProperty('Fn::GetStackOutput');
    expect(Stack.of(first)).toBe(stack);
    expect(JSON.stringify(template)).not.toContain('Fn::Split');
  });

  test('keys of both ends, for both roles', () => {
    const stack = home();
    active(stack, { secondRegion: 'eu-west-1', encryption: KMS, replicationTimeControl: true });
    const [{ rules }] = handledRules(stack);
    expect(rules[0]).toMatchObject({
      SourceSelectionCriteria: { ReplicaModifications: on, SseKmsEncryptedObjects: on },
      Destination: {
        EncryptionConfiguration: { ReplicaKmsKeyID: expect.stringMatching(/^ActiveKey\w+\.Arn$/) },
        ReplicationTime: { ...on, Time: { Minutes: 15 } },
        Metrics: { ...on, EventThreshold: { Minutes: 15 } },
      },
    });
    const statements = resources(stack, 'AWS::IAM::Role')
      .flatMap(([, { Properties }]) => Properties.Policies ?? [])
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    const host = (sid: string) =>
      JSON.stringify(statements.find(({ Sid }) => Sid === sid).Condition.StringEquals['kms:ViaService']);
    expect(host('DecryptSourceObjects')).toContain('s3.eu-west-1.');
    expect(host('EncryptReplicas')).toContain('s3.us-east-1.');
  });
});

describe('two accounts', () => {
  const build = () => {
    const app = quietApp();
    const [stack, theirs] = [
      home(app),
      new Stack(app, 'Theirs', { env: { account: '222222222222', region: 'eu-west-1' } }),
    ];
    active(stack, { secondStack: theirs });
    return { app, stack, theirs };
  };

  test('a third stack in the account of the second bucket, after both', () => {
    const { app } = build();
    const [third] = app.synth().stacksRecursively.filter(({ stackName }) => stackName === 'Theirs-two-way-eu-west-1');
    expect(third.environment).toMatchObject({ account: '222222222222', region: 'eu-west-1' });
    expect(third.dependencies.map(({ id }) => id)).toEqual(expect.arrayContaining(['Theirs', 'Stack']));
  });

  test('each bucket lets in the role of the other account, by its name', () => {
    const { stack, theirs } = build();
    const third = theirs.node.findChild('TwoWayStack-eu-west-1') as Stack;
    const roles = [stack, third].map((it) =>
      resources(it, 'AWS::IAM::Role')
        .map(([, { Properties }]) => Properties.RoleName)
        .find((name) => /^s3-replication-/.test(name)),
    );
    const policies = [theirs, stack].map((it) => JSON.stringify(resources(it, 'AWS::S3::BucketPolicy')));
    roles.forEach((role, index) => expect(policies[index]).toContain(`:role/${role}"`));
  });
});

describe('the second bucket', () => {
  test('has all its rules through the custom resource, also one-way ones', () => {
    const stack = home();
    const { second, replicationOfSecond } = active(stack);
    expect(BucketReplication.of(second)).toBe(replicationOfSecond);
    BucketReplication.of(second).addRule({ destination: bucket(stack, 'Backup'), ruleId: 'backup', priority: 9 });
    const [{ rules, properties }] = handledRules(stack);
    expect(rules).toHaveLength(2);
    expect(rules[1]).toMatchObject({ ID: `${properties.RuleIdPrefix}backup`, Priority: 9 });
    expect(replicationOfSecond.rules[1].ruleId).toBe(rules[1].ID);
  });

  test('is known by the prefix of its rules, which no other bucket has', () => {
    const stack = home();
    active(stack);
    new BidirectionalReplication(stack, 'Other');
    const prefixes = handledRules(stack).map(({ properties }) => properties.RuleIdPrefix);
    expect(new Set(prefixes).size).toBe(2);
    expect(resources(stack, 'AWS::Lambda::Function')).toHaveLength(1);
  });
});

describe('a pair that is there already', () => {
  const paired = (twoWay: boolean) => {
    const stack = home();
    const pair = new ReplicatedBucketPair(stack, 'Pair', { replicaModifications: true });
    if (twoWay) active(stack, { first: pair.source, second: pair.destination });
    return (stack.node.root as App).synth().getStackArtifact(stack.artifactId).template.Resources;
  };

  test('becomes two-way: nothing of it changes, and what comes is for the second direction', () => {
    const [before, after] = [paired(false), paired(true)];
    for (const [id, resource] of Object.entries(before)) expect(after[id]).toEqual(resource);
    const added = Object.keys(after).filter((id) => !(id in before));
    expect(added.map((id) => after[id].Type).sort()).toEqual([
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::IAM::Role',
      'AWS::Lambda::Function',
      'AWS::Logs::LogGroup',
      'Custom::S3ReplicationRules',
    ]);
  });
});

test('a rule that is there without replicaModifications: a warning, unless they are off here, too', () => {
  const warned = (props: BidirectionalReplicationProps) =>
    warningsOf((stack) => {
      const pair = new ReplicatedBucketPair(stack, 'Pair');
      active(stack, { ...props, first: pair.source, second: pair.destination });
    });
  expect(warned({})).toEqual([expect.stringContaining('replicaModificationsOnBothEnds')]);
  expect(warned({ replicaModifications: false })).toEqual([]);
});

test('a second bucket of two constructs: one custom resource writes its rules to both', () => {
  const stack = home();
  const [a, b, c] = ['A', 'B', 'C'].map((id) => bucket(stack, id));
  active(stack, { first: a, second: b });
  new BidirectionalReplication(stack, 'More', { first: c, second: b });
  const [{ rules }, ...more] = handledRules(stack);
  expect([rules.map(({ Destination }) => Destination.Bucket), more.length]).toEqual([
    [expect.stringMatching(/^A\w+\.Arn$/), expect.stringMatching(/^C\w+\.Arn$/)],
    0,
  ]);
});

test('the order of the code changes no template', () => {
  const build = (turned: boolean) => {
    const stack = home();
    const [a, b] = [bucket(stack, 'A'), bucket(stack, 'B')];
    const third = bucket(stack, 'C');
    const steps = [
      () => void active(stack, { first: a, second: b }),
      () => BucketReplication.of(a).addRule({ destination: third, priority: 5 }),
    ];
    (turned ? steps.reverse() : steps).forEach((step) => step());
    const { Resources } = (stack.node.root as App).synth().getStackArtifact(stack.artifactId).template;
    return Object.fromEntries(Object.entries(Resources).sort());
  };
  expect(build(true)).toEqual(build(false));
});

test('an imported second bucket: its own stack writes its rules, merged into those that are there', () => {
  const stack = home();
  const second = s3.Bucket.fromBucketName(stack, 'Shared', 'shared');
  active(stack, { first: bucket(stack, 'Mine'), second });
  expect(handledRules(stack).map(({ properties }) => properties.Bucket)).toEqual(['shared']);
});

test('an imported first bucket: the rules of the second one can be in its template', () => {
  const stack = home();
  const second = bucket(stack, 'Mine');
  active(stack, { first: s3.Bucket.fromBucketName(stack, 'Shared', 'shared'), second });
  expect(handledRules(stack).map(({ properties }) => properties.Bucket)).toEqual(['shared']);
  expect(forth(second)).toHaveLength(1);
});

describe('one end only', () => {
  test('lifecycle rules: a warning', () =>
    expect(
      warningsOf(
        (stack) => void active(stack, { secondOptions: { lifecycleRules: [{ expiration: Duration.days(30) }] } }),
      ),
    ).toEqual([expect.stringContaining('expirationIsNotReplicated')]));

  test('delete markers stay off with a filter on tags', () => {
    const stack = home();
    const { first } = active(stack, { filter: ReplicationFilter.tags({ keep: 'yes' }) });
    expect(forth(first)[0].DeleteMarkerReplication).toEqual({ Status: 'Disabled' });
  });
});

describe('refuses', () => {
  const key = (stack: Stack) => new kms.Key(stack, 'Key');
  const cases: Refusal[] = [
    [
      'one bucket twice',
      (stack) => {
        const it = bucket(stack, 'A');
        active(stack, { first: it, second: it });
      },
      "[Stack/Active] … 'Stack/A' is the source bucket itself … name another bucket",
    ],
    [
      'one bucket twice, once by its name',
      (stack) =>
        active(stack, {
          first: bucket(stack, 'A', { bucketName: 'mine' }),
          second: s3.Bucket.fromBucketName(stack, 'Again', 'mine'),
        }),
      '[Stack/Active] … is the source bucket itself',
    ],
    [
      'a key for both directions',
      (stack) => active(stack, { destinationKey: key(stack) }),
      '[Stack/Active] … destinationKey for both directions … keys of its own … firstToSecond, secondToFirst',
    ],
    [
      'options of a rule that is there',
      (stack) => {
        const pair = new ReplicatedBucketPair(stack, 'Pair');
        active(stack, { first: pair.source, second: pair.destination, firstToSecond: { metrics: false } });
      },
      '[Stack/Active] … firstToSecond for two buckets between which there is a rule already … leave out firstToSecond',
    ],
    [
      'a second bucket with rules in its template',
      (stack) => {
        const [a, b] = [bucket(stack, 'A'), bucket(stack, 'B')];
        BucketReplication.of(b).addRule({ destination: bucket(stack, 'C') });
        active(stack, { first: a, second: b });
      },
      "[Stack/Active] … second 'Stack/B', which has a BucketReplication with 1 rules … let 'Stack/B' be the first one",
    ],
    [
      'two buckets with rules in their templates',
      (stack) => {
        const [a, b, c] = ['A', 'B', 'C'].map((id) => bucket(stack, id));
        [a, b].forEach((it) => BucketReplication.of(it).addRule({ destination: c }));
        active(stack, { first: a, second: b });
      },
      '[Stack/Active] … create this construct before anything else replicates it',
    ],
    [
      'a second bucket whose stack is fed by that of the first',
      (stack) => {
        const europe = inEurope(stack);
        dependOn(europe, stack);
        active(stack, { first: bucket(stack, 'A'), second: bucket(europe, 'B') });
      },
      "[Stack/Active] … destination 'Europe/B' in the stack 'Europe', which depends on the source's stack 'Stack'",
    ],
    [
      'buckets of two Stages',
      (stack) => {
        const other = new Stack(new Stage(stack.node.root as App, 'Stage'), 'Other', { env: ENV });
        active(stack, { first: bucket(stack, 'A'), second: bucket(other, 'B', { bucketName: 'other-stage' }) });
      },
      '[Stack/Active] … in different Stages … put the stacks of both buckets into one Stage',
    ],
    [
      'a nested stack',
      (stack) => active(stack, { first: bucket(new NestedStack(stack, 'Nested'), 'A'), second: bucket(stack, 'B') }),
      "[Stack/Active] … bucket 'Stack/Nested/A' in the nested stack 'Stack/Nested' … in stacks that are not nested",
    ],
    [
      'delete markers with a filter on tags',
      (stack) => active(stack, { filter: ReplicationFilter.tags({ a: 'b' }), deleteMarkerReplication: true }),
      '[Stack/Active] … deleteMarkerReplication with a filter on the tags',
    ],
    [
      'options of a bucket that is given',
      (stack) => active(stack, { first: bucket(stack, 'A'), firstOptions: { bucketName: 'mine' } }),
      '[Stack/Active] … first together with firstOptions … leave out either',
    ],
    [
      'a region and a stack',
      (stack) => active(stack, { secondRegion: 'eu-west-1', secondStack: inEurope(stack) }),
      '[Stack/Active] … secondRegion together with secondStack … leave out either',
    ],
    [
      'a region in a stack of unknown region',
      (stack) =>
        new BidirectionalReplication(new Stack(stack.node.root as App, 'Open'), 'Active', {
          secondRegion: 'eu-west-1',
        }),
      "[Open/Active] … secondRegion 'eu-west-1' with a source stack 'Open' of unknown region … set env.region",
    ],
    [
      'an account that is open on one side',
      (stack) => {
        const open = beside(stack, 'Open', { region: 'us-east-1' });
        active(stack, { first: bucket(stack, 'A'), second: bucket(open, 'B') });
      },
      '[Stack/Active] … account … set env.account on both stacks',
    ],
    [
      'an id that is too long with the prefix',
      (stack) => active(stack, { secondToFirst: { ruleId: 'x'.repeat(250) } }),
      '[Stack/Active] … ruleId … 259 characters … shorten it',
    ],
  ];
  refuses(cases);

  refusesAtSynthesis([
    [
      'Object Lock at the second end only',
      (stack) => active(stack, { first: bucket(stack, 'A'), second: bucket(stack, 'B', { objectLockEnabled: true }) }),
      "the source 'Stack/B' has Object Lock and destination 'Stack/A' has not … set objectLockEnabled: true",
    ],
    [
      'KMS at one end without a key for the other',
      (stack) => active(stack, { first: bucket(stack, 'A'), second: bucket(stack, 'B', { encryption: KMS }) }),
      "the source 'Stack/B' is encrypted with SSE-KMS … destination 'Stack/A' has no KMS key … set destinationKey",
    ],
  ]);
});
