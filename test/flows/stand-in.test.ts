import {
  App,
  Aspects,
  aws_iam as iam,
  aws_s3 as s3,
  CfnResource,
  CustomResource,
  IAspect,
  RemovalPolicies,
  Stack,
  Tags,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { quietApp } from '../app';
import { bucket, ENV, l1 } from '../builders';
import { circles, resources, silenced, Templates, templatesOf } from '../templates';
import {
  BucketReplication,
  CrossAccountReplication,
  LogAggregationSRR,
  LogSource,
  ReplicatedBucketPair,
} from 'cdk-s3-replication';

silenced();

const B = '222222222222';
const near = (stack: Stack) => s3.Bucket.fromBucketName(stack, 'Near', 'acme-replica');
const far = (stack: Stack) =>
  s3.Bucket.fromBucketAttributes(stack, 'Far', { bucketName: 'acme-backup', account: B, region: 'us-east-1' });

/** Every construct that replicates a bucket which is not its own. */
const CONSTRUCTS: Array<[string, (stack: Stack, source: s3.Bucket) => Construct]> = [
  [
    'BucketReplication',
    (stack, source) => new BucketReplication(stack, 'It', { source, rules: [{ destination: near(stack) }] }),
  ],
  [
    'BucketReplication.of()',
    (stack, source) => {
      BucketReplication.of(source).addRule({ destination: near(stack) });
      return BucketReplication.of(source);
    },
  ],
  [
    'ReplicatedBucketPair',
    (stack, source) => new ReplicatedBucketPair(stack, 'It', { source, destination: near(stack) }),
  ],
  [
    'ReplicatedBucketPair that makes the destination',
    (stack, source) => new ReplicatedBucketPair(stack, 'It', { source, destinationRegion: 'eu-west-1' }),
  ],
  [
    'CrossAccountReplication',
    (stack, source) => new CrossAccountReplication(stack, 'It', { source, destination: far(stack) }),
  ],
  [
    'LogAggregationSRR',
    (stack, source) => {
      const logs = new LogAggregationSRR(stack, 'It');
      logs.addSource(source, { uniqueKeys: true });
      return logs;
    },
  ],
  [
    'LogSource',
    (stack, source) =>
      new LogSource(stack, 'It', { source, destination: far(stack), roleNamePrefix: 'acme-logs-', uniqueKeys: true }),
  ],
];

const custom = (stack: Stack, id: string) =>
  new CustomResource(stack, id, {
    serviceToken: 'arn:aws:lambda:us-east-1:111111111111:function:any',
    resourceType: 'Custom::Any',
  });

const NAMES: Array<[string, s3.BucketProps]> = [
  ['without a name', {}],
  ['with a name', { bucketName: 'acme-data' }],
];

describe.each(CONSTRUCTS)('%s', (_, make) => {
  describe.each(NAMES)('of a source %s', (__, props) => {
    const ids = (stack: Stack, source: s3.Bucket) =>
      l1(source)
        .node.findAll()
        .filter((it) => CfnResource.isCfnResource(it))
        .map((it) => stack.resolve(it.logicalId) as string);
    const built = (use: (stack: Stack, construct: Construct) => void) => {
      const app = quietApp();
      const stack = new Stack(app, 'App', { env: ENV });
      const source = bucket(stack, 'Source', props);
      use(stack, make(stack, source));
      const template = templatesOf(app).App;
      expect(circles(template)).toEqual([]);
      return { template, ids: ids(stack, source) };
    };

    test('what depends on it waits for the bucket, the role and its policy', () => {
      const { template, ids: needed } = built((stack, it) => custom(stack, 'Seed').node.addDependency(it));
      expect(needed).toHaveLength(props.bucketName ? 2 : 3);
      expect(template.Resources.Seed.DependsOn).toEqual(expect.arrayContaining(needed));
    });

    test('bucket, role and policy wait for what it depends on', () => {
      const { template, ids: waiting } = built((stack, it) => it.node.addDependency(custom(stack, 'Prepare')));
      expect(waiting).toHaveLength(props.bucketName ? 2 : 3);
      for (const id of waiting) {
        expect([id, template.Resources[id].DependsOn]).toEqual([id, expect.arrayContaining(['Prepare'])]);
      }
    });
  });

  const roleIn = (templates: Templates) =>
    resources(templates, 'AWS::IAM::Role').find(({ Properties }) =>
      JSON.stringify(Properties.AssumeRolePolicyDocument).includes('s3.amazonaws.com'),
    );
  const inApp = (use: (parts: { it: Construct; source: s3.Bucket; role: iam.IRole; stack: Stack }) => void) => {
    const app: App = quietApp();
    const stack = new Stack(app, 'App', { env: ENV });
    const it = make(stack, bucket(stack, 'Source'));
    const source = stack.node.findChild('Source') as s3.Bucket;
    use({ it, source, role: BucketReplication.of(source).role, stack });
    const templates = templatesOf(app);
    const replicated = Object.values<any>(templates.App.Resources).find(
      ({ Properties }) => Properties?.ReplicationConfiguration,
    );
    return { role: roleIn(templates), source: replicated };
  };
  const TEAM = [{ Key: 'team', Value: 'storage' }];

  test('tags of the role reach it, and not the source', () => {
    const { role, source } = inApp(({ role: ofReplication }) => Tags.of(ofReplication).add('team', 'storage'));
    expect(role.Properties.Tags).toEqual(TEAM);
    expect(source.Properties.Tags).toBeUndefined();
  });

  test('tags of the bucket reach both', () => {
    const { role, source } = inApp(({ source: ofUser }) => Tags.of(ofUser).add('team', 'storage'));
    expect([role.Properties.Tags, source.Properties.Tags]).toEqual([TEAM, TEAM]);
  });

  test('tags of the construct reach neither', () => {
    const { role, source } = inApp(({ it }) => Tags.of(it).add('team', 'storage'));
    expect([role.Properties.Tags, source.Properties.Tags]).toEqual([undefined, undefined]);
  });

  test.each(['role', 'source', 'stack'] as const)('a permissions boundary of the %s reaches the role', (place) => {
    const { role } = inApp((parts) =>
      iam.PermissionsBoundary.of(parts[place]).apply(
        iam.ManagedPolicy.fromManagedPolicyName(parts.stack, 'Boundary', 'acme-boundary'),
      ),
    );
    expect(JSON.stringify(role.Properties.PermissionsBoundary)).toContain(':policy/acme-boundary');
  });

  test('a removal policy of the role reaches it, and not the source', () => {
    const { role, source } = inApp(({ role: ofReplication }) => RemovalPolicies.of(ofReplication).destroy());
    expect([role.DeletionPolicy, source.DeletionPolicy]).toEqual(['Delete', 'Retain']);
  });

  test('an aspect of the stack sees the role once', () => {
    const seen: string[] = [];
    const aspect: IAspect = { visit: (node) => void (node instanceof iam.CfnRole && seen.push(node.node.path)) };
    inApp(({ stack }) => Aspects.of(stack).add(aspect));
    expect(seen.filter((path) => path.includes('S3Replication'))).toHaveLength(1);
  });
});

test('a tag that is on the stack before a source reaches its role', () => {
  const app = quietApp();
  const stack = new Stack(app, 'App', { env: ENV });
  const logs = new LogAggregationSRR(stack, 'Logs');
  Tags.of(stack).add('team', 'platform');
  logs.addSource(bucket(stack, 'Source'), { uniqueKeys: true });
  const [role] = resources(templatesOf(app), 'AWS::IAM::Role');
  expect(role.Properties.Tags).toEqual([{ Key: 'team', Value: 'platform' }]);
});

describe('a dependency that cannot be', () => {
  test.each<[string, (stack: Stack, source: s3.Bucket, replication: BucketReplication) => void]>([
    ['on the source', (_, source, replication) => replication.node.addDependency(source)],
    ['on itself', (_, __, replication) => replication.node.addDependency(replication)],
    [
      'on another construct of the same source',
      (stack, source, replication) => {
        const destination = bucket(stack, 'Other');
        replication.node.addDependency(new ReplicatedBucketPair(stack, 'Pair', { source, destination }));
      },
    ],
  ])('%s is no circle', (_, depend) => {
    const app = quietApp();
    const stack = new Stack(app, 'App', { env: ENV });
    const source = bucket(stack, 'Source');
    depend(stack, source, new BucketReplication(stack, 'It', { source, rules: [{ destination: near(stack) }] }));
    expect(circles(templatesOf(app).App)).toEqual([]);
  });
});

test('two replications one after the other', () => {
  const app = quietApp();
  const stack = new Stack(app, 'App', { env: ENV });
  const [first, second] = ['First', 'Second'].map(
    (id) =>
      new BucketReplication(stack, `${id}Replication`, {
        source: bucket(stack, id),
        rules: [{ destination: bucket(stack, `${id}Replica`) }],
      }),
  );
  second.node.addDependency(first);
  const { Resources } = templatesOf(app).App;
  const [[firstId], [secondId]] = [first, second].map(({ source }) =>
    Object.entries<any>(Resources).find(([id]) => id === stack.resolve(l1(source as s3.Bucket).logicalId))!,
  );
  expect(Resources[secondId].DependsOn).toContain(firstId);
});
