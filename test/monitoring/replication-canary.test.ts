import { aws_iam as iam, aws_s3 as s3, aws_sns as sns, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { BucketReplication, ReplicationCanary, ReplicationCanaryProps, ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { bucket, ENV, flow, inEurope, KMS } from '../builders';

const home = () => new Stack(quietApp(), 'Stack', { env: ENV });
const canaryOf = (
  stack: Stack,
  replication: BucketReplication = flow(stack),
  props: Partial<ReplicationCanaryProps> = {},
) => new ReplicationCanary(stack, 'Canary', { replication, ...props });
const definitionOf = (stack: Stack) => {
  const [machine] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  const text = machine.Properties.DefinitionString;
  const parts: unknown[] = typeof text === 'string' ? [text] : text['Fn::Join'][1];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'TOKEN')).join(''));
};
const itemsOf = (stack: Stack) => definitionOf(stack).States.Probes.Items as Array<{ Key: string; Tagging?: string }>;
const statementsOf = (stack: Stack) =>
  Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy')).find(([id]) =>
    id.startsWith('CanaryPolicy'),
  )![1].Properties.PolicyDocument.Statement as any[];

test('a probe for each distinct filter, with its tags; not for rules that are disabled; later ones too', () => {
  const stack = home();
  const replication = flow(stack, { filter: ReplicationFilter.prefix('logs/') });
  canaryOf(stack, replication);
  const [second, third] = ['Second', 'Third'].map((id) => bucket(stack, id));
  replication.addRule({ destination: second, filter: ReplicationFilter.prefix('logs/') });
  replication.addRule({
    destination: second,
    filter: ReplicationFilter.prefixAndTags('*a/', { 'a b': 'c&d', e: 'f' }),
  });
  replication.addRule({ destination: third, filter: ReplicationFilter.prefix('off/'), enabled: false });
  expect(itemsOf(stack).map(({ Key, Tagging }) => [Key, Tagging])).toEqual([
    ['logs/.replication-canary/probe', undefined],
    ['*a/.replication-canary/probe', 'a%20b=c%26d&e=f'],
  ]);
  const [probe, tags] = statementsOf(stack);
  expect(JSON.stringify(probe.Resource)).toContain('/${*}a/.replication-canary/probe');
  expect(tags).toMatchObject({ Sid: 'ProbeTags', Action: ['s3:PutObjectTagging'] });
  expect(JSON.stringify(tags.Resource)).not.toContain('logs/');
});

test('least privilege: the probe in the source, and metrics of one namespace', () => {
  const stack = home();
  canaryOf(stack);
  expect(statementsOf(stack).map(({ Sid, Action, Condition }) => [Sid, Action, Condition])).toEqual([
    ['Probe', ['s3:PutObject', 's3:GetObjectVersion', 's3:DeleteObjectVersion'], undefined],
    ['Result', ['cloudwatch:PutMetricData'], { StringEquals: { 'cloudwatch:namespace': 'S3Replication' } }],
  ]);
});

test('with KMS the key of the source, for objects that S3 writes', () => {
  const stack = home();
  canaryOf(
    stack,
    flow(
      stack,
      { destination: bucket(stack, 'Destination', { encryption: KMS }) },
      bucket(stack, 'Source', { encryption: KMS }),
    ),
  );
  expect(statementsOf(stack)[1]).toMatchObject({
    Sid: 'ProbeEncryption',
    Action: ['kms:GenerateDataKey'],
    Condition: {
      StringEquals: { 'kms:ViaService': { 'Fn::Join': ['', ['s3.us-east-1.', { Ref: 'AWS::URLSuffix' }]] } },
    },
  });
});

test('in a bucket with default retention a probe is locked for a minute', () => {
  const stack = home();
  const lock = {
    objectLockEnabled: true,
    objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(9)),
  };
  canaryOf(stack, flow(stack, { destination: bucket(stack, 'Destination', lock) }, bucket(stack, 'Source', lock)));
  expect(definitionOf(stack).States.Probes.ItemProcessor.States.Write.Arguments).toContain('GOVERNANCE');
  expect(statementsOf(stack)[0].Action).toContain('s3:PutObjectRetention');
});

test('the schedule starts after the permissions and the bucket, at a minute made of the path', () => {
  const stack = home();
  canaryOf(stack);
  const [schedule] = Object.values(Template.fromStack(stack).findResources('AWS::Scheduler::Schedule'));
  expect(schedule.Properties.ScheduleExpression).toMatch(/^cron\(\d+\/15 \* \* \* \? \*\)$/);
  expect(schedule.DependsOn.join()).toMatch(/CanaryPolicy.*Source|Source.*CanaryPolicy/);
});

test('the alarm: two intervals in a row, and nothing at all is a failure', () => {
  const stack = home();
  const topic = new sns.Topic(stack, 'Topic');
  canaryOf(stack, flow(stack), { interval: Duration.hours(2), alarmTopic: topic });
  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'S3Replication',
    MetricName: 'ProbeFailed',
    Statistic: 'Maximum',
    Period: 7200,
    EvaluationPeriods: 2,
    DatapointsToAlarm: 2,
    TreatMissingData: 'breaching',
    AlarmActions: [{ Ref: Match.stringLikeRegexp('Topic') }],
    OKActions: [{ Ref: Match.stringLikeRegexp('Topic') }],
  });
});

test('what a probe leaves at the destination expires; of an imported one a warning says so', () => {
  const stack = home();
  const replication = flow(stack, { filter: ReplicationFilter.prefix('logs/') });
  canaryOf(stack, replication);
  const plain = new s3.CfnBucket(stack, 'L1');
  replication.addRule({ destination: plain });
  replication.addRule({ destination: plain, filter: ReplicationFilter.prefix('data/') });
  const own = new s3.CfnBucket(stack, 'OwnRules', { lifecycleConfiguration: { rules: [] } });
  replication.addRule({ destination: own });
  replication.addRule({ destination: s3.Bucket.fromBucketName(stack, 'Theirs', 'theirs') });
  const template = Template.fromStack(stack);
  const expires = (...prefixes: string[]) => ({
    LifecycleConfiguration: {
      Rules: prefixes.map((Prefix) =>
        Match.objectLike({
          ...{ Status: 'Enabled', Prefix, ExpirationInDays: 1 },
          NoncurrentVersionExpiration: { NoncurrentDays: 1 },
        }),
      ),
    },
  });
  template.resourcePropertiesCountIs('AWS::S3::Bucket', expires('logs/.replication-canary/'), 1);
  template.resourcePropertiesCountIs(
    'AWS::S3::Bucket',
    expires('.replication-canary/', 'data/.replication-canary/'),
    1,
  );
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp("stay in 'Stack/OwnRules'"));
  Annotations.fromStack(stack).hasWarning(
    '*',
    Match.stringLikeRegexp("Replicas of the probe stay in imported bucket 'theirs'"),
  );
});

test.each([
  [5, /^cron\([0-4]\/5 \* \* \* \? \*\)$/],
  [30, /^cron\(\d+\/30 \* \* \* \? \*\)$/],
  [60, /^cron\(\d+ 0\/1 \* \* \? \*\)$/],
  [1440, /^cron\(\d+ \d+\/24 \* \* \? \*\)$/],
])('every %s minutes', (minutes, cron) => {
  const stack = home();
  canaryOf(stack, flow(stack), { interval: Duration.minutes(minutes) });
  const [schedule] = Object.values(Template.fromStack(stack).findResources('AWS::Scheduler::Schedule'));
  expect(schedule.Properties.ScheduleExpression).toMatch(cron);
});

test.each<[string, (stack: Stack) => unknown, string]>([
  [
    'less than 5 minutes',
    (it) => canaryOf(it, flow(it), { interval: Duration.minutes(4) }),
    'an interval of 4 minutes',
  ],
  [
    'no whole minutes',
    (it) => canaryOf(it, flow(it), { interval: Duration.seconds(450) }),
    'an interval of 7.5 minutes',
  ],
  ['what no hour divides into', (it) => canaryOf(it, flow(it), { interval: Duration.minutes(7) }), 'give 5, 6, 10, 12'],
  ['a timeout of a second', (it) => canaryOf(it, flow(it), { timeout: Duration.seconds(1) }), 'a timeout of 1 seconds'],
  ['an empty prefix', (it) => canaryOf(it, flow(it), { keyPrefix: '' }), 'keyPrefix ""'],
  [
    'a second canary',
    (it) => {
      const replication = flow(it);
      canaryOf(it, replication);
      new ReplicationCanary(it, 'Second', { replication });
    },
    "which 'Stack/Canary' probes",
  ],
  [
    'another region than that of the source',
    (it) => canaryOf(inEurope(it), flow(it)),
    "the stack in region 'eu-west-1', the bucket 'Stack/Source' in 'us-east-1'",
  ],
  ['a bucket for a replication', (it) => canaryOf(it, 'x' as any), 'give the BucketReplication'],
])('refused at once: %s', (_, build, message) => expect(() => build(home())).toThrow(message));

const denying = (stack: Stack, conditions: object, principal: iam.IPrincipal = new iam.AnyPrincipal()) => {
  const source = bucket(stack, 'Source');
  source.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'Strict',
      effect: iam.Effect.DENY,
      principals: [principal],
      actions: ['s3:Put*'],
      resources: [source.arnForObjects('*')],
      conditions,
    }),
  );
  return canaryOf(stack, flow(stack, {}, source));
};

test.each<[string, (stack: Stack) => unknown, string]>([
  [
    'no rule',
    (it) => canaryOf(it, new BucketReplication(it, 'R', { source: bucket(it, 'Source') })),
    'canaryWithoutRule',
  ],
  ['only disabled rules', (it) => canaryOf(it, flow(it, { enabled: false })), 'canaryWithoutRule'],
  [
    'a key that is too long',
    (it) => canaryOf(it, flow(it, { filter: ReplicationFilter.prefix('a'.repeat(1010)) })),
    'canaryKeyTooLong',
  ],
  [
    'a Deny of writes without a header for the encryption',
    (it) => denying(it, { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } }),
    'canaryDenied',
  ],
  [
    'a Deny of writes from outside a VPC',
    (it) => denying(it, { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }),
    'canaryDenied',
  ],
  [
    'a Deny of short retentions',
    (it) => denying(it, { NumericLessThan: { 's3:object-lock-remaining-retention-days': '10' } }),
    'canaryDenied',
  ],
])('refused: %s', (_, build, id) => {
  const stack = home();
  build(stack);
  expect(() => Template.fromStack(stack)).toThrow(`[cdk-s3-replication:${id}]`);
});

test.each<[string, object]>([
  ['of requests without TLS', { Bool: { 'aws:SecureTransport': 'false' } }],
  [
    'that exempts roles',
    { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' }, ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/x' } },
  ],
])('a Deny %s does not disturb', (_, conditions) => {
  const stack = home();
  denying(stack, conditions);
  Template.fromStack(stack);
});

test('more filters than one execution has room for: a warning', () => {
  const stack = home();
  const replication = flow(stack, { filter: ReplicationFilter.prefix('0/') });
  canaryOf(stack, replication);
  const destination = stack.node.findChild('Destination') as s3.Bucket;
  for (let i = 1; i <= 20; i++) {
    replication.addRule({ destination, filter: ReplicationFilter.prefix(`${i}/`) });
  }
  expect(itemsOf(stack)).toHaveLength(20);
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('have 21 different filters'));
});
