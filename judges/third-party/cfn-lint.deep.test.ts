import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  App,
  Aws,
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  aws_s3_notifications as s3n,
  aws_sns as sns,
  CfnCondition,
  CfnOutput,
  Duration,
  Fn,
  NestedStack,
  RemovalPolicy,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import { MUTATIONS } from './broken-templates';
import { checkWithCfnLint } from './cfn-lint';
import { Finding } from './finding';
import { goodTemplates } from './good-templates';
import { quietApp } from '../../test/app';
import { bucket, ENV, KMS, key, l1 } from '../../test/builders';
import { deployedTemplateFiles } from '../../test/examples/deployment';
import { exampleNames, loadExample } from '../../test/examples/load';
import { templateFiles } from '../assembly/template-files';
import { makePython, PythonEnvironment } from '../python/environment';
import {
  BucketReplication,
  LogAggregationSRR,
  ReplicatedBucketPair,
  ReplicationCanary,
  ReplicationFilter,
  ReplicationMonitoring,
} from 'cdk-s3-replication';

let environment: PythonEnvironment;
beforeAll(() => void (environment = makePython()));

const directory = mkdtempSync(join(tmpdir(), 'cfn-lint-'));

function write(name: string, template: unknown): string {
  const file = join(directory, `${name.replace(/\W+/g, '-')}.template.json`);
  writeFileSync(file, JSON.stringify(template));
  return file;
}

/** What can be made with the library, in a stack of some region; `there` is another region of its partition. */
const APPS: Record<string, (stack: Stack, there: string) => void> = {
  'same region': (stack) => new ReplicatedBucketPair(stack, 'Pair'),
  'another region': (stack, there) => {
    const pair = new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: there });
    new CfnOutput(stack, 'Replica', { value: pair.destinationBucketArn });
  },
  'KMS and Object Lock': (stack, there) =>
    new ReplicatedBucketPair(stack, 'Pair', {
      destinationRegion: there,
      encryption: KMS,
      objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(30)),
    }),
  'keys kept': (stack) => new ReplicatedBucketPair(stack, 'Pair', { keepEncryptionKeys: true }),
  names: (stack, there) =>
    new ReplicatedBucketPair(stack, 'Pair', {
      destinationRegion: there,
      encryption: KMS,
      sourceOptions: { bucketName: 'a-source' },
      destinationOptions: { bucketName: 'a-destination' },
    }),
  'names made of tokens': (stack) =>
    new ReplicatedBucketPair(stack, 'Pair', { sourceOptions: { bucketName: `data-${Aws.ACCOUNT_ID}-${Aws.REGION}` } }),
  'every option of a rule': (stack) => {
    const [from, to] = ['From', 'To'].map((id) => bucket(stack, id, { versioned: true }));
    const replication = new BucketReplication(stack, 'Replication', {
      source: from,
      roleName: 'replicator',
      rolePath: '/storage/',
      permissionsBoundary: iam.ManagedPolicy.fromAwsManagedPolicyName('PowerUserAccess'),
    });
    replication.addRule({ destination: to, priority: 0, filter: ReplicationFilter.prefix('a$*?/'), enabled: false });
    replication.addRule({ destination: to, filter: ReplicationFilter.tags({ a: 'b' }), replicationTimeControl: true });
    replication.addRule({ destination: to, filter: ReplicationFilter.tags({ a: 'b', c: '' }), metrics: false });
    replication.addRule({
      destination: to,
      filter: ReplicationFilter.prefixAndTags('x/', { a: 'b' }),
      storageClass: s3.StorageClass.DEEP_ARCHIVE,
    });
    replication.addRule({ destination: to, priority: 2147483647, deleteMarkerReplication: true });
  },
  'many rules': (stack) => {
    const [from, to] = ['From', 'To'].map((id) => bucket(stack, id, { versioned: true }));
    for (let i = 0; i < 40; i++) {
      BucketReplication.of(from).addRule({ destination: to, filter: ReplicationFilter.prefix(`team-${i}/`) });
    }
  },
  'many destinations with keys': (stack) => {
    const from = bucket(stack, 'From', { versioned: true, encryption: KMS });
    for (let i = 0; i < 10; i++) {
      const to = bucket(stack, `To${i}`, { versioned: true, encryption: KMS });
      BucketReplication.of(from).addRule({ destination: to });
    }
  },
  'a role of the app': (stack) => {
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
    new BucketReplication(stack, 'Replication', {
      source: bucket(stack, 'From'),
      role,
      rules: [{ destination: bucket(stack, 'To') }],
    });
  },
  'an imported destination': (stack, there) => {
    const attributes = { bucketName: 'elsewhere', region: there, account: stack.account };
    new ReplicatedBucketPair(stack, 'Pair', {
      encryption: KMS,
      destination: s3.Bucket.fromBucketAttributes(stack, 'Elsewhere', attributes),
      destinationKey: kms.Key.fromKeyArn(
        stack,
        'Key',
        `arn:${stack.partition}:kms:${there}:${stack.account}:key/11111111-2222-3333-4444-555555555555`,
      ),
    });
  },
  'emptied and deleted': (stack, there) =>
    new ReplicatedBucketPair(stack, 'Pair', {
      destinationRegion: there,
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
    }),
  watched: (stack, there) => {
    const { replication } = new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: there });
    const alarmTopic = new sns.Topic(stack, 'Topic');
    const canary = new ReplicationCanary(stack, 'Canary', { replication, alarmTopic });
    new ReplicationMonitoring(stack, 'Monitoring', { replication, canary, alarmTopic });
    replication.addFailureNotification(new s3n.SnsDestination(alarmTopic));
    const aggregation = new LogAggregationSRR(stack, 'Logs', { metrics: true });
    aggregation.addSource(bucket(stack, 'Source'), { uniqueKeys: true });
    new ReplicationMonitoring(stack, 'LogMonitoring', { aggregation, silentAfter: Duration.hours(24) });
  },
  'access logs': (stack) =>
    new ReplicatedBucketPair(stack, 'Pair', { sourceOptions: { serverAccessLogsBucket: bucket(stack, 'Logs') } }),
  'a bucket with a condition': (stack) => {
    const source = bucket(stack, 'From');
    l1(source).cfnOptions.condition = new CfnCondition(stack, 'Here', {
      expression: Fn.conditionEquals(Aws.REGION, stack.region),
    });
    BucketReplication.of(source).addRule({ destination: bucket(stack, 'To') });
  },
  'a key of the app': (stack) => {
    const options = { encryptionKey: key(stack, 'Key', { enableKeyRotation: true }) };
    new ReplicatedBucketPair(stack, 'Pair', { encryption: KMS, sourceOptions: options, destinationOptions: options });
  },
  'nested stacks': (stack) => {
    const inner = new NestedStack(stack, 'Inner');
    new ReplicatedBucketPair(inner, 'Inside', { source: bucket(new NestedStack(inner, 'Deeper'), 'From') });
    new ReplicatedBucketPair(stack, 'Out', { destination: bucket(inner, 'To') });
  },
};

const REGIONS: Array<[region: string, there: string]> = [
  ['us-east-1', 'eu-west-1'],
  ['cn-north-1', 'cn-northwest-1'],
  ['us-gov-west-1', 'us-gov-east-1'],
];

test('the examples have no error and no warning', () => {
  const files = exampleNames.flatMap(loadExample).flatMap((app) => deployedTemplateFiles(app.synth().directory));
  expect(files.length).toBeGreaterThanOrEqual(exampleNames.length);
  const regions = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-southeast-2'];
  expect(checkWithCfnLint(environment, files, regions)).toEqual([]);
});

test.each(REGIONS)('what can be made in %s has no error and no warning', (region, there) => {
  const files = Object.entries(APPS).flatMap(([name, define]) => {
    const app: App = quietApp();
    // in a Stage all stacks get their environment from it, and templates are in a directory of their own
    const stage = new Stage(app, name.replace(/\W/g, ''), { env: { ...ENV, region } });
    define(new Stack(stage, 'App'), there);
    return templateFiles(app.synth().directory);
  });
  expect(files.length).toBeGreaterThan(Object.keys(APPS).length);
  expect(checkWithCfnLint(environment, files, [region, there])).toEqual([]);
});

describe('a broken template is flagged:', () => {
  const source = (template: any): any =>
    Object.values<any>(template.Resources).find(({ Properties }) => Properties?.ReplicationConfiguration);
  const CASES: Array<[what: string, mutate: (template: any) => void, rule: string]> = [
    ...[
      ['configuration_has_role_and_rules', 'no role', 'E3003'],
      ['configuration_has_role_and_rules', 'name of a role', 'E3511'],
      ['rule_has_id', 'a long id', 'E3033'],
      ['rule_has_status', 'no status', 'E3003'],
      ['rule_has_status', 'another status', 'E3030'],
      ['storage_class_is_known_to_cloudformation', 'EXPRESS_ONEZONE', 'E3030'],
      ['owner_override_names_the_owner', 'override to somebody else', 'E3030'],
      ['replica_key_needs_opt_in', 'no key', 'E3003'],
      ['keys_are_retained', 'nothing said', 'W3011'],
    ].map(([rule, how, found]): [string, (template: any) => void, string] => [
      `${rule}, ${how}`,
      MUTATIONS.find((it) => it.rule === rule && it.how === how)!.mutate,
      found,
    ]),
    ['a resource that is not there', (t) => (source(t).Properties.BucketName = { Ref: 'Nobody' }), 'E1020'],
    [
      'an attribute that is not there',
      (t) => (source(t).Properties.BucketName = { 'Fn::GetAtt': ['RecordsKey99747094', 'Name'] }),
      'E1010',
    ],
    ['a property that is not there', (t) => (source(t).Properties.Replication = {}), 'E3002'],
    ['a type that is not there', (t) => (source(t).Type = 'AWS::S3::Buckets'), 'E3006'],
    ['a dependency that is not there', (t) => (source(t).DependsOn = ['Nobody']), 'E3005'],
    [
      'a number that is text',
      (t) => (source(t).Properties.ReplicationConfiguration.Rules[0].Priority = 'first'),
      'E3012',
    ],
    [
      'a circle',
      (t) => (source(t).DependsOn = Object.keys(t.Resources).find((id) => t.Resources[id].Type === 'AWS::IAM::Policy')),
      'E3004',
    ],
    [
      'an output of a stack without its name',
      (t) => (source(t).Properties.BucketName = { 'Fn::GetStackOutput': { StackName: 'Other' } }),
      'E1033',
    ],
    [
      'a policy without effect',
      (t) => {
        for (const { Type, Properties } of Object.values<any>(t.Resources)) {
          if (Type === 'AWS::IAM::Policy') delete Properties.PolicyDocument.Statement[0].Effect;
        }
      },
      'E3510',
    ],
  ];
  let findings: Finding[];
  beforeAll(() => {
    const files = CASES.map(([, mutate], index) => {
      const template = structuredClone(goodTemplates().attached);
      mutate(template);
      return write(`broken-${index}`, template);
    });
    findings = checkWithCfnLint(environment, [...files, write('good', goodTemplates().attached)]);
  });
  const rulesOf = (name: string) =>
    findings.filter(({ where: [place] }) => place.startsWith(`${name}.template.json`)).map(({ rule }) => rule);

  test.each(CASES.map(([what, , rule], index) => ({ what, rule, index })))('$what ($rule)', ({ rule, index }) => {
    expect(rulesOf(`broken-${index}`)).toContain(rule);
  });

  test('and not the one that they are made of', () => {
    expect(rulesOf('good')).toEqual([]);
  });
});

test('cfn-lint that could not judge is an error', () => {
  const good = write('good', goodTemplates().attached);
  expect(() => checkWithCfnLint(environment, [good], ['nowhere-1'])).toThrow(/^cfn-lint failed: /);
  expect(() => checkWithCfnLint(environment, [join(directory, 'nothing.json')])).toThrow(/^cfn-lint failed: /);
  expect(() => checkWithCfnLint({ python: join(directory, 'python') }, [good])).toThrow('ENOENT');
  writeFileSync(good, '{ "Resources": ');
  expect(checkWithCfnLint(environment, [good])).toMatchObject([{ rule: 'E0000' }]);
});
