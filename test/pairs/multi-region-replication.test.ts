import { App, aws_iam as iam, aws_s3 as s3, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { handledRules, resources } from './two-way-templates';
import { BucketReplication, MultiRegionReplication, MultiRegionReplicationProps } from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV, inEurope, KMS } from '../builders';
import { messagesIn, refuses, warningsOf } from '../messages';

const REGIONS = ['us-east-1', 'eu-west-1', 'ap-southeast-2'];
const home = (app: App = quietApp()) => new Stack(app, 'Stack', { env: ENV });
const global = (stack: Stack, props: Partial<MultiRegionReplicationProps> = {}) =>
  new MultiRegionReplication(stack, 'Global', props.buckets ? props : { regions: REGIONS, ...props });
const templates = (stack: Stack) =>
  Object.fromEntries(
    (stack.node.root as App).synth().stacksRecursively.map(({ stackName, template }) => [stackName, template]),
  );

describe('three regions', () => {
  test('a stack for each other region; each bucket has a rule to each other one', () => {
    const app = quietApp();
    const stack = home(app);
    const { buckets } = global(stack);
    expect(app.synth().stacksRecursively.map(({ stackName }) => stackName)).toEqual([
      'Stack-us-east-1-replica-ap-southeast-2',
      'Stack-us-east-1-replica-eu-west-1',
      'Stack',
    ]);
    const [[, hub]] = resources(stack, 'AWS::S3::Bucket');
    const written = handledRules(stack);
    expect(
      [hub.Properties.ReplicationConfiguration, ...written].map(({ Rules, rules }: any) => (Rules ?? rules).length),
    ).toEqual([2, 2, 2]);
    expect(written.map(({ properties }) => properties.Region)).toEqual(['ap-southeast-2', 'eu-west-1']);
    expect(written.flatMap(({ rules }) => rules.map(({ Destination }: any) => Destination.Bucket))).toEqual([
      expect.stringMatching(/^GlobalBucket\w+\.Arn$/),
      expect.stringMatching(/^PublishOutput.*Arn/),
      expect.stringMatching(/^GlobalBucket\w+\.Arn$/),
      expect.stringMatching(/^PublishOutput.*Arn/),
    ]);
    expect(resources(stack, 'AWS::Lambda::Function')).toHaveLength(1);
    expect(buckets.map((it) => it.stack.region)).toEqual(['us-east-1', 'ap-southeast-2', 'eu-west-1']);
    expect(messagesIn(app)).toEqual([]);
  });

  test('the order of regions changes no template', () => {
    const [one, other] = [REGIONS, [...REGIONS].reverse()].map((regions) => {
      const stack = home();
      global(stack, { regions, accessPoint: true });
      return templates(stack);
    });
    expect(other).toEqual(one);
  });

  test('a region more: nothing of the others is replaced', () => {
    const [two, three] = [REGIONS.slice(0, 2), REGIONS].map((regions) => {
      const stack = home();
      global(stack, { regions });
      return templates(stack);
    });
    const id = 'Stack-us-east-1-replica-eu-west-1';
    expect(Object.keys(three[id].Resources)).toEqual(Object.keys(two[id].Resources));
    expect(Object.keys(three.Stack.Resources)).toEqual(expect.arrayContaining(Object.keys(two.Stack.Resources)));
    const prefix = ({ Stack: { Resources } }: any) =>
      Object.entries<any>(Resources).find(
        ([logicalId]) => logicalId.includes('Fromeuwest1Rules') && Resources[logicalId].Type.startsWith('Custom'),
      )![1].Properties.RuleIdPrefix;
    expect(prefix(three)).toBe(prefix(two));
  });

  test('metrics up to three buckets, and when they are asked for', () => {
    const metrics = (props: Partial<MultiRegionReplicationProps>) => {
      const stack = home();
      global(stack, props);
      return handledRules(stack)[0].rules.map(({ Destination }: any) => Destination.Metrics?.Status);
    };
    const four = [...REGIONS, 'eu-central-1'];
    expect([metrics({}), metrics({ regions: four }), metrics({ regions: four, metrics: true })]).toEqual([
      ['Enabled', 'Enabled'],
      [undefined, undefined, undefined],
      ['Enabled', 'Enabled', 'Enabled'],
    ]);
  });

  test('the bucket of a region', () => {
    const all = global(home());
    expect(all.bucketIn('eu-west-1').stack.region).toBe('eu-west-1');
  });

  test('emptied buckets: no rule writes into a bucket that has been emptied', () => {
    const stack = home();
    global(stack, { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true });
    const [[emptying]] = resources(stack, 'Custom::S3AutoDeleteObjects');
    const rules = resources(stack, 'Custom::S3ReplicationRules');
    expect(rules.map(([, { DependsOn }]) => DependsOn!.includes(emptying))).toEqual([true, true]);
  });
});

test('buckets that are given, with their keys; an option for one more', () => {
  const stack = home();
  const [hub, spoke] = [
    bucket(stack, 'Hub', { encryption: KMS }),
    bucket(inEurope(stack), 'Spoke', { encryption: KMS }),
  ];
  const { buckets } = global(stack, { buckets: [hub, spoke] });
  expect(buckets).toEqual([hub, spoke]);
  BucketReplication.of(spoke).addRule({ destination: bucket(stack, 'Backup', { encryption: KMS }) });
  const [{ rules }] = handledRules(stack);
  expect(rules.map(({ Destination }: any) => Destination.EncryptionConfiguration.ReplicaKmsKeyID)).toEqual([
    expect.stringMatching(/^HubKey\w+\.Arn$/),
    expect.stringMatching(/^BackupKey\w+\.Arn$/),
  ]);
});

describe('the access point', () => {
  test('has one bucket of each region, no name, and blocks public access', () => {
    const stack = home();
    const { accessPointArn, accessPointAlias } = global(stack, { accessPoint: true });
    const [[id, { Properties }], ...more] = resources(stack, 'AWS::S3::MultiRegionAccessPoint');
    expect(more).toEqual([]);
    expect(Properties).not.toHaveProperty('Name');
    expect(Properties.Regions).toHaveLength(3);
    expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    const alias = { 'Fn::GetAtt': [id, 'Alias'] };
    expect(stack.resolve(accessPointAlias)).toEqual(alias);
    expect(stack.resolve(accessPointArn)).toEqual({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3::${ENV.account}:accesspoint/`, alias]],
    });
  });

  const granted = (grant: 'grantRead' | 'grantReadWrite', props: Partial<MultiRegionReplicationProps> = {}) => {
    const app = quietApp();
    const stack = home(app);
    const other = beside(stack, 'Reader');
    const role = new iam.Role(other, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    const grants = global(stack, { accessPoint: true, ...props })[grant](role);
    expect(grants.success).toBe(true);
    const { dependencies } = app.synth().getStackArtifact(other.artifactId);
    const [[, { Properties }]] = resources(other, 'AWS::IAM::Policy');
    return { statements: Properties.PolicyDocument.Statement as any[], dependencies: dependencies.map(({ id }) => id) };
  };

  test('reading: access point and every bucket, in a stack that is deployed after them', () => {
    const { statements, dependencies } = granted('grantRead');
    expect(statements.map(({ Action, Resource }) => [Action[0], Resource.length])).toEqual([
      ['s3:ListBucket', 4],
      ['s3:GetObject', 4],
    ]);
    expect(JSON.stringify(statements)).toContain('/object/*');
    expect(JSON.stringify(statements)).not.toMatch(/Put|Delete|kms/);
    expect(dependencies).toContain('Stack');
    expect(dependencies.filter((id) => id.startsWith('StackReplicaStack'))).toHaveLength(2);
  });

  test('writing, with the key of each region', () => {
    const { statements } = granted('grantReadWrite', { encryption: KMS });
    expect(statements[1].Action).toEqual(expect.arrayContaining(['s3:GetObject', 's3:PutObject', 's3:DeleteObject']));
    expect([statements[2].Action, statements[2].Resource.length]).toEqual([['kms:Decrypt', 'kms:GenerateDataKey'], 3]);
  });

  test('passive regions: the custom resource says all routes, and waits for its policy', () => {
    const stack = home();
    global(stack, { accessPoint: true, passiveRegions: ['eu-west-1'] });
    const [[, { Properties, DependsOn }]] = resources(stack, 'Custom::S3AccessPointRoutes');
    expect(JSON.parse(Properties.Routes)).toEqual([
      { Region: 'ap-southeast-2', TrafficDialPercentage: 100 },
      { Region: 'eu-west-1', TrafficDialPercentage: 0 },
      { Region: 'us-east-1', TrafficDialPercentage: 100 },
    ]);
    const own = resources(stack, 'AWS::IAM::Policy').filter(([id]) => DependsOn!.includes(id));
    expect(own.map(([, policy]) => policy.Properties.PolicyDocument.Statement)).toEqual([
      [{ Effect: 'Allow', Action: ['s3:SubmitMultiRegionAccessPointRoutes'], Resource: Properties.Mrap }],
    ]);
  });

  test('without passiveRegions nothing switches routes', () => {
    const stack = home();
    global(stack, { accessPoint: true });
    expect(resources(stack, 'Custom::S3AccessPointRoutes')).toEqual([]);
  });

  test('in a region that an account must enable: a warning', () =>
    expect(
      warningsOf((stack) => void global(stack, { accessPoint: true, regions: ['us-east-1', 'eu-south-2'] })),
    ).toEqual([expect.stringContaining('accessPointInOptInRegion')]));
});

describe('refuses', () => {
  const regions =
    (...all: string[]) =>
    (stack: Stack) =>
      global(stack, { regions: all, accessPoint: true });
  refuses([
    [
      'neither regions nor buckets',
      (stack) => new MultiRegionReplication(stack, 'Global', {}),
      '[Stack/Global] … neither regions nor buckets … give one of the two',
    ],
    [
      'both',
      (stack) => new MultiRegionReplication(stack, 'Global', { regions: REGIONS, buckets: [bucket(stack, 'A')] }),
      '[Stack/Global] … regions together with buckets … give one of the two',
    ],
    [
      'a region twice',
      regions('us-east-1', 'eu-west-1', 'eu-west-1'),
      "[Stack/Global] … regions with 'eu-west-1' twice … name each region once",
    ],
    ['one region', regions('us-east-1'), "[Stack/Global] … one region, 'us-east-1' … name another region"],
    [
      'a stack of another region',
      regions('eu-west-1', 'eu-west-2'),
      "[Stack/Global] … in a stack of region 'us-east-1' … add 'us-east-1'",
    ],
    [
      'a stack of unknown region',
      (stack) => global(new Stack(stack.node.root as App, 'Open')),
      "[Open/Global] … 'Open' of unknown region … set env.region",
    ],
    [
      'something that is no region',
      regions('us-east-1', 'eu-west1'),
      "[Stack/Global] … regions 'eu-west1' … no region has such a code",
    ],
    [
      'another partition',
      regions('us-east-1', 'cn-north-1'),
      "[Stack/Global] … regions 'cn-north-1' (partition aws-cn) … same partition",
    ],
    [
      'a region without access points',
      regions('us-east-1', 'mx-central-1'),
      "[Stack/Global] … accessPoint with a bucket in region 'mx-central-1' … not known to be one … leave out accessPoint, or that region",
    ],
    [
      'more regions than an access point takes',
      (stack) =>
        global(stack, {
          accessPoint: true,
          regions: [
            ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'ca-west-1', 'sa-east-1'],
            ...['eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1'],
            ...['ap-south-1', 'ap-south-2', 'ap-east-1', 'ap-northeast-1'],
          ],
        }),
      '[Stack/Global] … accessPoint for 18 regions … at most 17',
    ],
    [
      'what every rule cannot have alike',
      (stack) => global(stack, { ruleId: 'mine', priority: 3 }),
      '[Stack/Global] … ruleId, priority for the rules of all buckets … leave out ruleId, priority',
    ],
    [
      'options of created buckets with given ones',
      (stack) => global(stack, { buckets: [bucket(stack, 'A'), bucket(inEurope(stack), 'B')], encryption: KMS }),
      '[Stack/Global] … buckets together with encryption … leave out either',
    ],
    [
      'one name for all buckets',
      (stack) => global(stack, { bucketOptions: { bucketName: 'mine' } }),
      '[Stack/Global] … bucketOptions.bucketName for buckets in several regions … bucketNamePrefix',
    ],
    [
      'passive regions without an access point',
      (stack) => global(stack, { passiveRegions: ['eu-west-1'] }),
      '[Stack/Global] … passiveRegions without accessPoint … set accessPoint: true',
    ],
    [
      'only passive regions',
      (stack) => global(stack, { accessPoint: true, passiveRegions: REGIONS }),
      '[Stack/Global] … passiveRegions … at least one of them to be active',
    ],
    [
      'a passive region without a bucket',
      (stack) => global(stack, { accessPoint: true, passiveRegions: ['eu-west-2'] }),
      '[Stack/Global] … passiveRegions eu-west-2 of the regions … name some of these regions',
    ],
    [
      'two buckets of one region',
      (stack) => global(stack, { buckets: [bucket(stack, 'A'), bucket(stack, 'B')] }),
      "[Stack/Global] … two buckets in region 'us-east-1' … give one of them",
    ],
    [
      'a bucket of another account',
      (stack) => {
        const theirs = beside(stack, 'Theirs', { account: '222222222222', region: 'eu-west-1' });
        global(stack, { buckets: [bucket(stack, 'A'), bucket(theirs, 'B')] });
      },
      "[Stack/Global] … bucket 'Theirs/B' in account '222222222222' … BidirectionalReplication for two of different accounts",
    ],
    [
      'an imported bucket',
      (stack) => global(stack, { buckets: [bucket(stack, 'A'), s3.Bucket.fromBucketName(stack, 'B', 'theirs')] }),
      "[Stack/Global] … imported bucket 'theirs', which is not defined in this app … define the bucket in this app",
    ],
    [
      'a bucket with rules in its template that is not the first',
      (stack) => {
        const spoke = bucket(inEurope(stack), 'B');
        BucketReplication.of(spoke).addRule({ destination: bucket(inEurope(stack, 'Backup'), 'C') });
        global(stack, { buckets: [bucket(stack, 'A'), spoke] });
      },
      "[Stack/Global] … second 'Europe/B', which has a BucketReplication",
    ],
    [
      'a bucket of a region that there is none in',
      (stack) => global(stack).bucketIn('eu-west-2'),
      "[Stack/Global] … region 'eu-west-2' … name one of these regions",
    ],
    [
      'the ARN of no access point',
      (stack) => global(stack).accessPointArn,
      '[Stack/Global] … accessPointArn without an access point … set accessPoint: true',
    ],
    [
      'a grantee of another account',
      (stack) => {
        const theirs = beside(stack, 'Theirs', { account: '222222222222', region: 'us-east-1' });
        global(stack, { accessPoint: true }).grantRead(
          new iam.Role(theirs, 'Role', { assumedBy: new iam.AccountRootPrincipal() }),
        );
      },
      "[Stack/Global/AccessPoint] … a grantee of account '222222222222' … grant to a role of that account which the other account may assume",
    ],
  ]);
});
