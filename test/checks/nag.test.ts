import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  App,
  Aspects,
  aws_iam as iam,
  aws_s3 as s3,
  CfnParameter,
  CfnResource,
  Duration,
  Fn,
  NestedStack,
  Stack,
  Stage,
  Validations,
} from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks, NagPack, NIST80053R5Checks } from 'cdk-nag';
import { Construct } from 'constructs';
import { testApp } from '../app';
import { PACKS } from '../nag-packs';
import { BucketReplication, ReplicatedBucketPair, ReplicationFilter } from 'cdk-s3-replication';

const US = { region: 'us-east-1' };

beforeEach(() => void jest.spyOn(console, 'error').mockImplementation(() => {}));
afterEach(() => jest.restoreAllMocks());
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

/** What all packs find when the app is synthesized: `<rule> <construct path>`. */
function findings(app: App): string[] {
  app.synth();
  return packsOn(app);
}

function packsOn(app: App): string[] {
  return PACKS.flatMap((Pack) => new Pack().validateScope(app).violations).flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map((it) => `${ruleName} ${(it as { constructPath?: string }).constructPath}`),
  );
}

/** What the app acknowledges, in the same form. */
function acknowledged(app: App): string[] {
  return app.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        Object.entries<string>(data).map(([id, reason]) => {
          expect(reason).toMatch(/^[A-Z].{30,}\.$/);
          return `${id.replace(/^annotation::/i, '')} ${construct.node.path}`;
        }),
      ),
  );
}

/** What all packs would find if nothing were acknowledged. */
function findingsBeneath(app: App): string[] {
  const spy = jest
    .spyOn(NagPack.prototype as unknown as { isAcknowledged: () => boolean }, 'isAcknowledged')
    .mockReturnValue(false);
  try {
    return packsOn(app);
  } finally {
    spy.mockRestore();
  }
}

const INHERENT = /-IAM5\[|IAMNoInlinePolicy|S3BucketReplicationEnabled/;
const inherent = (lines: string[]) => lines.filter((line) => INHERENT.test(line));

function appWith(define: (stack: Stack) => void, flags?: 'recommended' | 'none'): App {
  const app = testApp(flags);
  define(new Stack(app, 'App', { env: US }));
  return app;
}

const bucket = (scope: Construct, id: string, props: s3.BucketProps = {}) =>
  new s3.Bucket(scope, id, { enforceSSL: true, blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL, ...props });
const s3Role = (scope: Construct, id = 'Mine') =>
  new iam.Role(scope, id, { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });

describe('findings inherent to replication are acknowledged, whatever the reference looks like', () => {
  /** The resource that holds the permissions, and the ARNs of objects that cdk-nag sees in them (`P`: the partition, as text or not). */
  type Shape = [define: (stack: Stack) => void, holder: 'Role' | 'Policy', ...arns: string[]];
  const NAMED = { bucketName: 'data-of-mine' };
  const filtered = (prefix: string): Shape => [
    (stack) => {
      const replication = BucketReplication.of(bucket(stack, 'Data', NAMED));
      for (const destination of [bucket(stack, 'Replicas'), s3.Bucket.fromBucketName(stack, 'Theirs', 'theirs')]) {
        replication.addRule({ destination, filter: ReplicationFilter.prefix(prefix) });
      }
    },
    'Role',
  ];
  const shapes: Record<string, Shape> = {
    'a literal name, inline in the role': [
      (stack) =>
        BucketReplication.of(bucket(stack, 'Data', NAMED)).addRule({
          destination: bucket(stack, 'Replicas', { bucketName: 'replicas-of-mine' }),
        }),
      'Role',
      'arn:P:s3:::data-of-mine/*',
      '<Replicas81EE3CB4.Arn>/*',
    ],
    'GetAtt, in a policy of its own': [
      (stack) => BucketReplication.of(bucket(stack, 'Data')).addRule({ destination: bucket(stack, 'Replicas') }),
      'Policy',
      '<Data666C94C7.Arn>/*',
      '<Replicas81EE3CB4.Arn>/*',
    ],
    'GetStackOutput across regions': [
      (stack) =>
        new ReplicatedBucketPair(stack, 'Pair', {
          destinationRegion: 'eu-west-1',
          encryption: s3.BucketEncryption.KMS,
        }),
      'Policy',
      '<PairSource29DA4F8E.Arn>/*',
      '{"Fn::GetStackOutput":{"StackName":"App-us-east-1-replica-eu-west-1","Region":"eu-west-1","OutputName":"PublishOutputFnGetAttPairDestinationA880140FArn"}}/*',
    ],
    'GetStackOutput within a region': [
      (stack) =>
        BucketReplication.of(bucket(stack, 'Data', NAMED)).addRule({
          destination: bucket(new Stack(stack, 'Other', { env: US }), 'Replicas'),
        }),
      'Role',
    ],
    'an imported destination': [
      (stack) =>
        BucketReplication.of(bucket(stack, 'Data', NAMED)).addRule({
          destination: s3.Bucket.fromBucketName(stack, 'Theirs', 'theirs'),
        }),
      'Role',
      'arn:P:s3:::data-of-mine/*',
      'arn:P:s3:::theirs/*',
    ],
    'an imported destination with a literal ARN': [
      (stack) =>
        BucketReplication.of(bucket(stack, 'Data')).addRule({
          destination: s3.Bucket.fromBucketArn(stack, 'Theirs', 'arn:aws:s3:::theirs'),
        }),
      'Policy',
      '<Data666C94C7.Arn>/*',
      'arn:P:s3:::theirs/*',
    ],
    'an imported destination with Fn::ImportValue': [
      (stack) =>
        BucketReplication.of(bucket(stack, 'Data')).addRule({
          destination: s3.Bucket.fromBucketName(stack, 'Theirs', Fn.importValue('name')),
        }),
      'Policy',
      '<Data666C94C7.Arn>/*',
      'arn:P:s3:::name/*',
    ],
    'a name with the account': [
      (stack) =>
        BucketReplication.of(bucket(stack, 'Data', { bucketName: `data-${stack.account}` })).addRule({
          destination: bucket(stack, 'Replicas'),
        }),
      'Role',
      'arn:P:s3:::data-<AWS::AccountId>/*',
      '<Replicas81EE3CB4.Arn>/*',
    ],
    'a name from a parameter': [
      (stack) =>
        BucketReplication.of(
          bucket(stack, 'Data', { bucketName: new CfnParameter(stack, 'Name').valueAsString }),
        ).addRule({ destination: bucket(stack, 'Replicas') }),
      'Role',
      'arn:P:s3:::<Name>/*',
      '<Replicas81EE3CB4.Arn>/*',
    ],
    'a name with Fn::Sub': [
      (stack) =>
        BucketReplication.of(
          bucket(stack, 'Data', { bucketName: Fn.sub('data-${AWS::AccountId}-${Stage}', { Stage: 'prod' }) }),
        ).addRule({ destination: bucket(stack, 'Replicas') }),
      'Role',
    ],
    'a name with Fn::Select': [
      (stack) =>
        BucketReplication.of(
          bucket(stack, 'Data', {
            bucketName: Fn.select(1, Fn.split('/', new CfnParameter(stack, 'Names').valueAsString)),
          }),
        ).addRule({ destination: bucket(stack, 'Replicas') }),
      'Role',
    ],
    'a name with Fn::Join of lists': [
      (stack) =>
        BucketReplication.of(
          bucket(stack, 'Data', { bucketName: Fn.join('-', ['data', stack.region, stack.account]) }),
        ).addRule({ destination: bucket(stack, 'Replicas') }),
      'Role',
    ],
    'a prefix': [
      filtered('reports/')[0],
      'Role',
      'arn:P:s3:::data-of-mine/reports/*',
      '<Replicas81EE3CB4.Arn>/reports/*',
      'arn:P:s3:::theirs/reports/*',
    ],
    'a prefix with wildcards': filtered('a*b?c/'),
    'a prefix with a dollar sign and braces': filtered('${user}/{a}/$'),
    'a prefix with spaces': filtered('my reports/of 2026 '),
    'a prefix with brackets, colons and quotes': filtered('[a]::b:"c"\'d\'\\'),
    'a prefix of other scripts': filtered('отчёты/報告/'),
    'a prefix with <angle> brackets': filtered('<AWS::Partition>/'),
    'a prefix from a parameter': [
      (stack) =>
        BucketReplication.of(bucket(stack, 'Data', NAMED)).addRule({
          destination: bucket(stack, 'Replicas'),
          filter: ReplicationFilter.prefix(new CfnParameter(stack, 'Prefix').valueAsString),
        }),
      'Role',
      'arn:P:s3:::data-of-mine/<Prefix>*',
      '<Replicas81EE3CB4.Arn>/<Prefix>*',
    ],
    'several rules': [
      (stack) =>
        ['a/', 'b/', 'b/c/'].forEach((prefix) => {
          BucketReplication.of(
            (stack.node.tryFindChild('Data') as s3.Bucket | undefined) ?? bucket(stack, 'Data'),
          ).addRule({
            destination: bucket(stack, `Replicas${prefix[0]}${prefix.length}`),
            filter: ReplicationFilter.prefix(prefix),
          });
        }),
      'Policy',
    ],
    "a role of one's own": [
      (stack) =>
        new BucketReplication(stack, 'Replication', {
          source: bucket(stack, 'Data'),
          role: s3Role(stack),
          rules: [{ destination: bucket(stack, 'Replicas') }],
        }),
      'Policy',
      '<Data666C94C7.Arn>/*',
      '<Replicas81EE3CB4.Arn>/*',
    ],
    "a role of one's own, and a literal name": [
      (stack) =>
        new BucketReplication(stack, 'Replication', {
          source: bucket(stack, 'Data', NAMED),
          role: s3Role(stack),
          rules: [{ destination: bucket(stack, 'Replicas') }],
        }),
      'Policy',
      'arn:P:s3:::data-of-mine/*',
      '<Replicas81EE3CB4.Arn>/*',
    ],
    'an imported role': [
      (stack) =>
        new BucketReplication(stack, 'Replication', {
          source: bucket(stack, 'Data'),
          role: iam.Role.fromRoleName(stack, 'Theirs', 'theirs'),
          rules: [{ destination: bucket(stack, 'Replicas') }],
        }),
      'Policy',
      '<Data666C94C7.Arn>/*',
      '<Replicas81EE3CB4.Arn>/*',
    ],
    'an L1 bucket in a nested stack, its destination in another': [
      (stack) => {
        const [source, destination] = ['Sources', 'Destinations'].map(
          (id) => new s3.CfnBucket(new NestedStack(stack, id), 'Bucket'),
        );
        BucketReplication.of(source).addRule({ destination });
      },
      'Policy',
    ],
    'an empty construct, whose rules come from an aspect': [
      (stack) => {
        const [source, destination] = [bucket(stack, 'Data', NAMED), bucket(stack, 'Replicas')];
        Aspects.of(stack).add({
          visit: (node) => {
            if (node === source) BucketReplication.of(source).addRule({ destination });
          },
        });
      },
      'Role',
      'arn:P:s3:::data-of-mine/*',
      '<Replicas81EE3CB4.Arn>/*',
    ],
  };

  test.each(
    Object.keys(shapes).flatMap((shape) => (['recommended', 'none'] as const).map((flags) => [shape, flags] as const)),
  )('%s (%s feature flags)', (shape, flags) => {
    const [define, holder, ...arns] = shapes[shape];
    const app = appWith(define, flags);
    expect(inherent(findings(app))).toEqual([]);

    const ours = acknowledged(app).filter((line) => line.startsWith('AwsSolutions-IAM5'));
    for (const line of ours) expect(line).toMatch(new RegExp(`/S3Replication/${holder}/Resource$`));
    if (arns.length > 0) {
      const seen = ours.map((line) => line.match(/^AwsSolutions-IAM5\[Resource::(.*)\] \S+$/)![1]);
      const tidy = (arn: string) =>
        arn.replace(/([0-9A-F]{8}Arn)[0-9A-F]{8}"/, '$1"').replace(/^arn:(aws|<AWS::Partition>):/, 'arn:P:');
      expect(seen.map(tidy).sort()).toEqual([...arns].sort());
    }
    // each of them is a finding without the acknowledgement, so none is there in vain
    expect(findingsBeneath(app)).toEqual(expect.arrayContaining(ours));
  });

  test('in each of two Stages', () => {
    const app = testApp();
    for (const id of ['Beta', 'Prod']) {
      new ReplicatedBucketPair(new Stack(new Stage(app, id, { env: US }), 'Data'), 'Pair', {
        destinationRegion: 'eu-west-1',
      });
    }
    expect(inherent(findings(app))).toEqual([]);
  });

  test('when the app is synthesized again after another rule', () => {
    const app = testApp();
    const stack = new Stack(app, 'App', { env: US });
    const source = bucket(stack, 'Data');
    const replication = BucketReplication.of(source);
    replication.addRule({ destination: bucket(stack, 'Replicas') });
    findings(app);
    expect(() => replication.addRule({ destination: bucket(stack, 'Late') })).toThrow(/after synthesis/);
  });
});

describe('nothing else is acknowledged', () => {
  const inlinePolicy = ['HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5', 'PCI.DSS.321'].map(
    (pack) => `${pack}-IAMNoInlinePolicy`,
  );
  const replica = ['HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5', 'PCI.DSS.321'].map(
    (pack) => `${pack}-S3BucketReplicationEnabled`,
  );

  test('exactly these: object wildcards and the inline policy of the role, and the replica that is not replicated', () => {
    const app = appWith((stack) => new ReplicatedBucketPair(stack, 'Pair', { encryption: s3.BucketEncryption.KMS }));
    findings(app);
    expect(acknowledged(app).sort()).toEqual(
      [
        'AwsSolutions-IAM5[Resource::<PairSource29DA4F8E.Arn>/*] App/Pair/Source/Resource/S3Replication/Policy/Resource',
        'AwsSolutions-IAM5[Resource::<PairDestinationA880140F.Arn>/*] App/Pair/Source/Resource/S3Replication/Policy/Resource',
        ...inlinePolicy.map((id) => `${id} App/Pair/Source/Resource/S3Replication/Policy/Resource`),
        ...replica.map((id) => `${id} App/Pair/Destination/Resource`),
      ].sort(),
    );
  });

  test("what is the user's to decide is found: access logs, KMS by default, Object Lock", () => {
    const app = appWith((stack) => new ReplicatedBucketPair(stack, 'Pair'));
    const rules = [
      'AwsSolutions-S1',
      'NIST.800.53.R5-S3BucketLoggingEnabled',
      'NIST.800.53.R5-S3DefaultEncryptionKMS',
      'NIST.800.53.R4-S3BucketDefaultLockEnabled',
      'HIPAA.Security-S3BucketLoggingEnabled',
      'HIPAA.Security-S3DefaultEncryptionKMS',
      'PCI.DSS.321-S3BucketLoggingEnabled',
      'PCI.DSS.321-S3DefaultEncryptionKMS',
      'NIST.800.53.R4-S3BucketLoggingEnabled',
    ];
    expect(findings(app).sort()).toEqual(
      rules.flatMap((rule) => [`${rule} App/Pair/Destination/Resource`, `${rule} App/Pair/Source/Resource`]).sort(),
    );
  });

  test('a pair that decides all of that has no finding in any pack', () => {
    const app = appWith((stack) => {
      const serverAccessLogsBucket = s3.Bucket.fromBucketName(stack, 'Logs', 'logs-of-mine');
      new ReplicatedBucketPair(stack, 'Pair', {
        encryption: s3.BucketEncryption.KMS,
        objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)),
        sourceOptions: { serverAccessLogsBucket },
        destinationOptions: { serverAccessLogsBucket },
      });
    });
    expect(findings(app)).toEqual([]);
  });

  test.each<[string, s3.BucketProps, (role: iam.IRole) => void, string[]]>([
    [
      'in a policy of its own',
      {},
      (role) => role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] })),
      ['IAM5[Action::s3:*]', 'IAM5[Resource::*]'],
    ],
    [
      'next to permissions in the role',
      { bucketName: 'data-of-mine' },
      (role) => role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] })),
      ['IAM5[Action::s3:*]', 'IAM5[Resource::*]', 'IAMNoInlinePolicy'],
    ],
    [
      'on the very objects that are replicated',
      { bucketName: 'data-of-mine' },
      (role) =>
        role.addToPrincipalPolicy(
          new iam.PolicyStatement({ actions: ['s3:DeleteObject'], resources: ['arn:aws:s3:::data-of-mine/*'] }),
        ),
      ['IAM5[Resource::arn:aws:s3:::data-of-mine/*]'],
    ],
    [
      'that is attached',
      {},
      (role) =>
        role.attachInlinePolicy(
          new iam.Policy(role, 'More', {
            statements: [new iam.PolicyStatement({ actions: ['kms:*'], resources: ['*'] })],
          }),
        ),
      ['IAM5[Action::kms:*]', 'IAMNoInlinePolicy'],
    ],
    [
      'that is put into the role with an escape hatch',
      { bucketName: 'data-of-mine' },
      (role) => {
        const cfn = role.node.defaultChild as iam.CfnRole;
        const policyDocument = new iam.PolicyDocument({
          statements: [new iam.PolicyStatement({ actions: ['sqs:*'], resources: ['arn:aws:sqs:::q-*'] })],
        });
        cfn.policies = [...(cfn.policies as iam.CfnRole.PolicyProperty[]), { policyName: 'Mine', policyDocument }];
      },
      ['IAM5[Action::sqs:*]', 'IAM5[Resource::arn:aws:sqs:::q-*]', 'IAMNoInlinePolicy'],
    ],
    [
      'of a managed policy',
      {},
      (role) => role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonS3FullAccess')),
      ['IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonS3FullAccess]'],
    ],
  ])('permissions that the user gives our role are found: %s', (_, props, give, expected) => {
    const app = appWith((stack) => {
      const replication = BucketReplication.of(bucket(stack, 'Data', props));
      replication.addRule({ destination: bucket(stack, 'Replicas') });
      give(replication.role);
    });
    const found = findings(app).map((line) => line.replace(/^[\w.]+-/, '').replace(/ \S+$/, ''));
    for (const rule of expected) expect(found).toContain(rule);
  });

  test('permissions of a role that the user brings are found', () => {
    const app = appWith((stack) => {
      const role = s3Role(stack);
      role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:Get*'], resources: ['*'] }));
      new BucketReplication(stack, 'Replication', {
        source: bucket(stack, 'Data'),
        role,
        rules: [{ destination: bucket(stack, 'Replicas') }],
      });
    });
    const found = inherent(findings(app));
    expect(found).toEqual(
      expect.arrayContaining([
        'AwsSolutions-IAM5[Action::s3:Get*] App/Mine/DefaultPolicy/Resource',
        'AwsSolutions-IAM5[Resource::*] App/Mine/DefaultPolicy/Resource',
      ]),
    );
    expect(found.filter((line) => !line.endsWith(' App/Mine/DefaultPolicy/Resource'))).toEqual([]);
  });

  test('a bucket without rules, and one that has nothing to do with replication, are still asked to be replicated', () => {
    const app = appWith((stack) => {
      new BucketReplication(stack, 'Replication', { source: bucket(stack, 'Empty') });
      bucket(stack, 'Other');
    });
    const found = findings(app).filter((line) => line.startsWith('NIST.800.53.R5-S3BucketReplicationEnabled'));
    expect(found).toEqual(
      ['Empty', 'Other'].map((id) => `NIST.800.53.R5-S3BucketReplicationEnabled App/${id}/Resource`),
    );
  });

  test("other findings of the user's own buckets are still found", () => {
    const app = appWith((stack) => {
      const [source, destination] = ['Data', 'Replicas'].map((id) => new s3.Bucket(stack, id)); // no TLS
      BucketReplication.of(source).addRule({ destination });
    });
    const found = findings(app);
    for (const id of ['Data', 'Replicas']) {
      for (const rule of ['AwsSolutions-S1', 'AwsSolutions-S10']) expect(found).toContain(`${rule} App/${id}/Resource`);
    }
  });

  test('of the destination only that it is not replicated', () => {
    const app = appWith((stack) =>
      BucketReplication.of(bucket(stack, 'Data')).addRule({ destination: bucket(stack, 'Replicas') }),
    );
    findings(app);
    expect(
      acknowledged(app)
        .filter((line) => line.includes(' App/Replicas'))
        .map((line) => line.split(' ')[0]),
    ).toEqual(replica);
  });
});

describe('as plugins of the app', () => {
  /** What core reports of the plugins: newer versions throw then, older ones set the exit code. */
  function reported(acknowledge: boolean): string[] {
    const app = appWith((stack) => {
      new ReplicatedBucketPair(stack, 'Pair', {
        destinationRegion: 'eu-west-1',
        encryption: s3.BucketEncryption.KMS,
        filter: ReplicationFilter.prefix('my reports/'),
      });
    });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new NIST80053R5Checks(app));
    const reason = 'Access logs are not needed in this test.';
    if (acknowledge) {
      Validations.of(app).acknowledge(
        { id: 'AwsSolutions-S1', reason },
        { id: 'NIST.800.53.R5-S3BucketLoggingEnabled', reason },
      );
    }
    const { exitCode } = process;
    try {
      app.synth();
    } catch (error) {
      expect((error as Error).message).toMatch(/AwsSolutions-S1|Validation failed/);
    } finally {
      process.exitCode = exitCode;
    }
    const { pluginReports } = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));
    return pluginReports.flatMap(({ violations }: any) => violations.map(({ ruleName }: any) => ruleName));
  }

  test('nothing of ours is reported', () => {
    expect(reported(true)).toEqual([]);
  });

  test('the judge: access logs', () => {
    expect(reported(false).sort()).toEqual(['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled']);
  });
});

test('the judges: a wildcard without an acknowledgement is found, with one it is not', () => {
  const define = (acknowledge: boolean) =>
    appWith((stack) => {
      const policy = new iam.Policy(stack, 'Policy', {
        roles: [s3Role(stack)],
        statements: [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::mine/*'] })],
      });
      if (acknowledge) {
        (policy.node.defaultChild as CfnResource).node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, {
          'annotation::AwsSolutions-IAM5[Resource::arn:aws:s3:::mine/*]': 'A reason that is long enough to be one.',
        });
      }
    });
  const rule = 'AwsSolutions-IAM5[Resource::arn:aws:s3:::mine/*] App/Policy/Resource';
  expect(findings(define(false))).toContain(rule);
  const app = define(true);
  expect(findings(app)).not.toContain(rule);
  expect(acknowledged(app)).toEqual([rule]);
  expect(findingsBeneath(app)).toContain(rule);
});
