import validate from 'asl-validator';
import { aws_cloudwatch as cloudwatch, aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_scheduler as scheduler, aws_sns as sns, Duration, Size, Stack } from 'aws-cdk-lib'; // prettier-ignore
import { Match, Template } from 'aws-cdk-lib/assertions';
import { BucketReplication, ExistingObjectReplication, ExistingObjectReplicationProps, ExistingObjectStatus, ReplicatedBucketPair, ReplicationCanary, ReplicationMonitoring, ReplicationRepair, ReplicationRepairProps } from '../../src'; // prettier-ignore
import { quietApp } from '../app';
import { beside, bucket, ENV, inEurope } from '../builders';

const testStack = () => new Stack(quietApp(), 'Stack', { env: ENV });

const made = (stack = testStack(), id = 'Pair') => new ReplicatedBucketPair(stack, id).replication;
function existing(props: Partial<ExistingObjectReplicationProps> = {}, replication = made()) {
  const construct = new ExistingObjectReplication(Stack.of(replication), 'Existing', { replication, ...props });
  return { construct, stack: Stack.of(construct) };
}
function repair(props: Partial<ReplicationRepairProps> = {}, replication = made()) {
  const construct = new ReplicationRepair(Stack.of(replication), 'Repair', { replication, ...props });
  return { construct, stack: Stack.of(construct) };
}
/** With intrinsics as texts. */
function definitionOf(stack: Stack): any {
  const [machine] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  const { DefinitionString } = machine.Properties;
  const parts: any[] = DefinitionString['Fn::Join'][1];
  return JSON.parse(
    parts.map((it) => (typeof it === 'string' ? it : (it.Ref ?? `<${it['Fn::GetAtt'].join('.')}>`))).join(''),
  );
}
const requestOf = (stack: Stack, run: string) => definitionOf(stack).States.Start.Assign.runs[run].request;

test('both, with one machine, one role of jobs and one bucket for reports', () => {
  const replication = made();
  existing({}, replication);
  const { stack } = repair({}, replication);
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::StepFunctions::StateMachine', 1);
  template.resourceCountIs('AWS::Lambda::Function', 0);
  template.resourceCountIs('AWS::S3::Bucket', 3);
  expect(validate(definitionOf(stack)).errors).toEqual([]);
  expect([Object.keys(definitionOf(stack).States.Start.Assign.runs)]).toEqual([['Existing', 'Repair']]);
  expect(template.toJSON()).toMatchSnapshot();
});

test('whichever came first, the machine has the same names', () => {
  const ids = (first: 'existing' | 'repair') => {
    const replication = made();
    const define = [() => existing({}, replication), () => repair({}, replication)];
    (first === 'existing' ? define : define.reverse()).forEach((it) => it());
    return Object.keys(Template.fromStack(Stack.of(replication)).toJSON().Resources).sort();
  };
  expect(ids('repair')).toEqual(ids('existing'));
});

test('what was there before is in the template as it was', () => {
  const plain = Template.fromStack(Stack.of(made())).toJSON().Resources;
  const { stack } = repair();
  const resources = Template.fromStack(stack).toJSON().Resources;
  for (const [id, resource] of Object.entries(plain)) expect([id, resources[id]]).toEqual([id, resource]);
});

test('only objects without a status by default; filters as the API has them', () => {
  const { stack } = existing();
  const { Filter } = requestOf(stack, 'Existing').ManifestGenerator.S3JobManifestGenerator;
  expect(Filter).toEqual({ EligibleForReplication: true, ObjectReplicationStatuses: ['NONE'] });
  const all = existing({
    statuses: [ExistingObjectStatus.NONE, ExistingObjectStatus.COMPLETED],
    createdAfter: new Date('2026-01-01'),
    createdBefore: new Date('2026-11-01T00:00:00Z'),
    keyPrefixes: ['logs/'],
    keySuffixes: ['.gz'],
    largerThan: Size.kibibytes(1),
    smallerThan: Size.mebibytes(1),
    storageClasses: [s3.StorageClass.INFREQUENT_ACCESS, new s3.StorageClass('STANDARD')],
  });
  expect(requestOf(all.stack, 'Existing').ManifestGenerator.S3JobManifestGenerator.Filter).toEqual({
    EligibleForReplication: true,
    ObjectReplicationStatuses: ['NONE', 'COMPLETED'],
    CreatedAfter: '2026-01-01T00:00:00.000Z',
    CreatedBefore: '2026-11-01T00:00:00.000Z',
    KeyNameConstraint: { MatchAnyPrefix: ['logs/'], MatchAnySuffix: ['.gz'] },
    ObjectSizeGreaterThanBytes: 1024,
    ObjectSizeLessThanBytes: 1_048_576,
    MatchAnyStorageClass: ['STANDARD_IA', 'STANDARD'],
  });
});

describe('with the deployment', () => {
  const startOf = (stack: Stack) => {
    const [id, start] = Object.entries(Template.fromStack(stack).findResources('Custom::AWS'))[0] as [string, any];
    return {
      id,
      start,
      create: JSON.stringify(start.Properties.Create),
      update: start.Properties.Update,
      onDelete: start.Properties.Delete,
    };
  };
  const started = (change: (replication: BucketReplication, stack: Stack) => void = () => {}) => {
    const replication = made();
    change(replication, Stack.of(replication));
    return startOf(existing({ startOnDeployment: true }, replication).stack);
  };

  test('it is started when the rules and the permissions are there, and never on delete', () => {
    const { start, create, update, onDelete } = started();
    expect(create).toContain('\\\\\\"deployed\\\\\\":true');
    expect(JSON.stringify(update)).toBe(create);
    expect(onDelete).toBeUndefined();
    const waits = start.DependsOn.join();
    for (const part of ['JobPolicy', 'BatchReplicationPolicy']) expect(waits).toContain(part);
  });

  test('again only when the rules replicate something else', () => {
    const first = started().create;
    expect(started().create).toBe(first);
    expect(started((_, stack) => void bucket(stack, 'Unrelated')).create).toBe(first);
    const other = started((it, stack) => it.addRule({ destination: bucket(stack, 'More') })).create;
    expect(other).not.toBe(first);
    const archived = (storageClass?: s3.StorageClass, deleteMarkerReplication?: boolean) =>
      started((it, stack) => it.addRule({ destination: bucket(stack, 'More'), storageClass, deleteMarkerReplication }))
        .create;
    expect(archived(s3.StorageClass.GLACIER)).toBe(other);
    expect(archived(undefined, true)).not.toBe(other);
    const off = started((it, stack) => it.addRule({ destination: bucket(stack, 'More'), enabled: false })).create;
    expect(off).toBe(first);
  });
});

test('a schedule once a day at a minute of its own, and alarms', () => {
  const replication = made();
  const { failureAlarms } = new ReplicationMonitoring(Stack.of(replication), 'Monitoring', {
    replication,
    latencyAlarms: false,
  });
  const { stack } = repair({ alarms: failureAlarms }, replication);
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: Match.stringLikeRegexp('^cron\\(\\d+ \\d+/24 \\* \\* \\? \\*\\)$'),
    Target: { Input: '{"run":"Repair"}' },
  });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.cloudwatch'],
      'detail-type': ['CloudWatch Alarm State Change'],
      detail: { state: { value: ['ALARM'] } },
    },
    Targets: [{ Input: '{"run":"Repair"}' }],
  });
});

test('outputs with the command, metrics, and who may start it', () => {
  const replication = made();
  const topic = new sns.Topic(Stack.of(replication), 'Topic');
  const { construct, stack } = repair({ topic }, replication);
  const more = existing({}, replication).construct;
  const reader = new iam.Role(stack, 'Operator', { assumedBy: new iam.AccountRootPrincipal() });
  construct.grantStart(reader);
  more.grantStart(reader);
  const metrics = [
    construct.metricRepairedObjects(),
    construct.metricUnrepairedObjects(),
    more.metricReplicatedObjects(),
    more.metricFailedObjects(),
  ];
  expect(metrics.map(({ metricName, statistic }) => `${metricName} ${statistic}`)).toEqual([
    'RepairedObjects Sum',
    'UnrepairedObjects Sum',
    'ReplicatedExistingObjects Sum',
    'FailedExistingObjects Sum',
  ]);
  expect([construct.executionInput, more.executionInput]).toEqual(['{"run":"Repair"}', '{"run":"Existing"}']);
  expect([construct.reportBucket, construct.jobRole, construct.stateMachine]).toEqual([
    more.reportBucket,
    more.jobRole,
    more.stateMachine,
  ]);
  const outputs = JSON.stringify(Template.fromStack(stack).toJSON().Outputs);
  expect(outputs).toContain('aws stepfunctions start-execution --region us-east-1 --state-machine-arn ');
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).toContain('states:StartExecution');
});

test('a topic with a key: the machine may use it', () => {
  const replication = made();
  const stack = Stack.of(replication);
  repair({ topic: new sns.Topic(stack, 'Topic', { masterKey: new kms.Key(stack, 'Key') }) }, replication);
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).toContain('"Sid":"TellEncrypted"');
});

test('an imported source, and a report bucket of the user', () => {
  const stack = testStack();
  const source = s3.Bucket.fromBucketName(stack, 'Imported', 'old-bucket');
  const replication = new BucketReplication(stack, 'Replication', {
    source,
    rules: [{ destination: bucket(stack, 'D') }],
  });
  existing({ reportBucket: bucket(stack, 'Mine') }, replication);
  const request = requestOf(stack, 'Existing');
  expect(request.ManifestGenerator.S3JobManifestGenerator.SourceBucket).toContain('old-bucket');
  expect(request.Report.Bucket).toMatch(/^<Mine.*Arn>$/);
});

describe('refused, with what to do', () => {
  const cases: Array<[name: string, make: () => unknown, says: RegExp]> = [
    ['no whole number of jobs', () => repair({ maxJobsPerDay: 1.5 }), /\[.*Repair\] maxJobsPerDay 1.5: .*; give a whole number/],
    ['no job at all', () => repair({ maxJobsPerDay: 0 }), /maxJobsPerDay 0/],
    ['a rate below an hour', () => repair({ schedule: scheduler.ScheduleExpression.rate(Duration.minutes(30)) }), /schedule rate\(30 minutes\)/],
    ['a cron with several minutes', () => repair({ schedule: scheduler.ScheduleExpression.expression('cron(0/15 * * * ? *)') }), /schedule cron\(0\/15/],
    ['a rule without metrics', () => { const it = made(); it.addRule({ destination: bucket(Stack.of(it), 'More'), metrics: false }); repair({}, it); }, /metrics: false at the rule/],
    ['a second repair', () => { const it = made(); repair({}, it); new ReplicationRepair(Stack.of(it), 'Again', { replication: it }); }, /a second repair of the source .* 'Stack\/Repair' repairs|a second repair/],
    ['an id twice', () => { const it = made(); existing({}, it); new ExistingObjectReplication(Stack.of(it).node.findChild('Pair') as any, 'Existing', { replication: it }); }, /a second construct 'Existing'/],
    ['the source as report bucket', () => { const it = made(); existing({ reportBucket: it.source }, it); }, /which is the source/],
    ['a destination as report bucket', () => { const it = made(); const b = bucket(Stack.of(it), 'More'); it.addRule({ destination: b }); existing({ reportBucket: b }, it); }, /to which a rule replicates/],
    ['a report bucket elsewhere', () => { const it = made(); existing({ reportBucket: bucket(inEurope(Stack.of(it)), 'Far') }, it); }, /in region 'eu-west-1', the source/],
    ['a locked report bucket', () => { const it = made(); existing({ reportBucket: bucket(Stack.of(it), 'L', { objectLockEnabled: true, objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)) }) }, it); }, /default retention of Object Lock/],
    ['a FIFO topic', () => { const it = made(); existing({ topic: new sns.Topic(Stack.of(it), 'T', { fifo: true }) }, it); }, /which is FIFO/],
    ['a topic elsewhere', () => { const it = made(); existing({ topic: new sns.Topic(inEurope(Stack.of(it)), 'T') }, it); }, /topic .* in region 'eu-west-1'/],
    ['an alarm elsewhere', () => { const it = made(); repair({ alarms: [cloudwatch.Alarm.fromAlarmArn(Stack.of(it), 'A', 'arn:aws:cloudwatch:eu-west-1:111111111111:alarm:a')] }, it); }, /alarm .*eu-west-1/],
    ['dates the wrong way round', () => existing({ createdAfter: new Date('2026-02-01'), createdBefore: new Date('2026-01-01') }), /createdBefore 2026-01-01/],
    ['sizes the wrong way round', () => existing({ largerThan: Size.mebibytes(1), smallerThan: Size.kibibytes(1) }), /largerThan 1048576 bytes/],
    ['all objects', () => existing({ statuses: [] }), /statuses \[\]/],
    ['an empty prefix', () => existing({ keyPrefixes: [''] }), /"" in keyPrefixes/],
    ['an expression as prefix', () => existing({ keyPrefixes: ['{% $x %}'] }), /take it for an expression/],
    ['another stack', () => { const it = made(); new ReplicationRepair(beside(Stack.of(it), 'Other', { account: '111111111111', region: 'eu-west-1' }), 'R', { replication: it }); }, /the stack in region 'eu-west-1'/],
  ]; // prettier-ignore
  test.each(cases)('%s', (_, make, says) => expect(make).toThrow(says));

  test.each<[string, (it: BucketReplication, to: s3.Bucket) => void]>([
    ['no rule', () => {}],
    ['disabled rules only', (it, destination) => it.addRule({ destination, enabled: false })],
  ])('%s', (saw, add) => {
    const stack = testStack();
    const replication = new BucketReplication(stack, 'R', { source: bucket(stack, 'S') });
    add(replication, bucket(stack, 'D'));
    existing({}, replication);
    expect(() => Template.fromStack(stack)).toThrow(`${saw} for the source`);
  });
});

test('replicas of a bucket that receives replicas: a warning, which can be acknowledged', () => {
  const warned = (statuses: ExistingObjectStatus[], receives: boolean) => {
    const replication = made();
    const stack = Stack.of(replication);
    if (receives) {
      const source = bucket(stack, 'Back');
      new BucketReplication(stack, 'R', { source, rules: [{ destination: replication.source }] });
    }
    existing({ statuses }, replication);
    const app = stack.node.root as any;
    const messages = app.synth().stacks.flatMap((it: any) => it.messages);
    return messages.some((it: any) => String(it.entry.data).includes('replicasOfReplicas'));
  };
  const { NONE, REPLICA } = ExistingObjectStatus;
  expect([warned([REPLICA], true), warned([NONE], true), warned([REPLICA], false)]).toEqual([true, false, false]);
});

test('a canary and a repair do not meet', () => {
  const replication = made();
  new ReplicationCanary(Stack.of(replication), 'Canary', { replication });
  expect(() => Template.fromStack(repair({}, replication).stack)).not.toThrow();
});
