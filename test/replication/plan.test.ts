import { App, aws_iam as iam, aws_s3 as s3, NestedStack, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { BucketReplication, LogAggregationSRR, LogProducer, ReplicationRule } from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV, key, l1 } from '../builders';

const OTHER = { account: '222222222222', region: ENV.region };
/** The newer name of `addDependency()`, where core has it. */
const after = (stack: Stack & { addStackDependency?: Stack['addDependency'] }, first: Stack) => {
  stack.addStackDependency ? stack.addStackDependency(first) : stack.addDependency(first);
  return stack;
};
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

/** Templates, order and messages of all stacks. */
const deployed = (app: App) =>
  app
    .synth()
    .stacks.map(({ id, template, dependencies, messages }) => [
      id,
      template,
      dependencies.map((one) => one.id),
      messages.map(({ entry }) => entry.data),
    ]);

const suspended = (of: Stack, id: string) => {
  const made = bucket(of, id);
  l1(made).versioningConfiguration = { status: 'Suspended' };
  return made;
};

const nestedTwice = (stack: Stack, source: s3.IBucketRef) => {
  const nested = new NestedStack(stack, 'Nested');
  BucketReplication.of(bucket(nested, 'Inside')).addRule({ destination: source });
  return bucket(nested, 'Other');
};

test.each<[string, RegExp, (stack: Stack, source: s3.IBucketRef) => ReplicationRule]>([
  ['a priority below zero', /priority -1/, (it) => ({ destination: bucket(it, 'D'), priority: -1 })],
  ['a destination with versioning suspended', /'Suspended'/, (it) => ({ destination: suspended(it, 'D') })],
  [
    'a destination in a later stack',
    /'Later', which depends on the source's/,
    (it) => ({ destination: bucket(after(beside(it, 'Later'), it), 'D') }),
  ],
  [
    'a key in a later stack, for a destination in an earlier one',
    /key 'Later\/Key\/Resource' in the stack 'Later', which depends on the source's/,
    (it) => ({ destination: bucket(beside(it, 'Earlier'), 'D'), sourceKeys: [key(after(beside(it, 'Later'), it))] }),
  ],
  [
    'a circle around a nested stack',
    /closes a circle around the nested stack/,
    (it, source) => ({ destination: nestedTwice(it, source) }),
  ],
])('addRule() leaves nothing behind when it refuses %s', (_, says, rule) => {
  const build = (fail: boolean) => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const source = bucket(stack, 'Source');
    const asked = rule(stack, source);
    const replication = BucketReplication.of(source);
    if (fail) expect(() => replication.addRule(asked)).toThrow(says);
    replication.addRule({ destination: bucket(stack, 'Fine') });
    return deployed(app);
  };
  expect(build(true)).toEqual(build(false));
});

test('a given role whose name nobody knows changes nothing of a destination in another account', () => {
  const build = (fail: boolean) => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
    const replication = new BucketReplication(stack, 'Replication', { source: bucket(stack, 'Source'), role });
    const destination = bucket(beside(stack, 'Far', OTHER), 'D', { bucketName: 'far-away' });
    if (fail) expect(() => replication.addRule({ destination })).toThrow(/give the role a roleName/);
    return deployed(app);
  };
  expect(build(true)).toEqual(build(false));
});

test.each<[string, RegExp, (stack: Stack) => s3.IBucket]>([
  ['a source with versioning suspended', /source .* 'Suspended'/, (it) => suspended(it, 'Source')],
  [
    'a source that the stack of the destination waits for',
    /which depends on the source's stack/,
    (it) => {
      const first = beside(it, 'First');
      after(it, first);
      return bucket(first, 'Source');
    },
  ],
])('addSource() makes neither a role nor a statement for %s', (_, says, sourceOf) => {
  const build = (fail: boolean) => {
    const app = quietApp();
    const stack = new Stack(app, 'Archive', { env: ENV });
    const logs = new LogAggregationSRR(stack, 'Logs', { organizationId: 'o-a1b2c3d4e5', roleNamePrefix: 'logs-' });
    const source = sourceOf(stack);
    if (fail) expect(() => logs.addSource(source, { producers: [LogProducer.alb()] })).toThrow(says);
    return deployed(app);
  };
  expect(build(true)).toEqual(build(false));
});
