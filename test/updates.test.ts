import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fullDiff } from '@aws-cdk/cloudformation-diff';
import {
  App,
  Aspects,
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  CfnElement,
  CfnOutput,
  CfnParameter,
  CfnWaitConditionHandle,
  Duration,
  Fn,
  MissingRemovalPolicies,
  NestedStack,
  PhysicalName,
  RemovalPolicies,
  RemovalPolicy,
  Stack,
  StackProps,
} from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import {
  BucketReplication,
  BucketReplicationProps,
  ReplicatedBucketPair,
  ReplicatedBucketPairProps,
  ReplicationFilter,
  ReplicationRuleOptions,
} from 'cdk-s3-replication';
import { Construct } from 'constructs';
import { quietApp } from './app';

/** The templates of an app by the name of their stack, which is what CloudFormation knows a deployed stack by. */
type Templates = Record<string, any>;

const US = { region: 'us-east-1' };
const PINNED = { ...US, account: '111111111111' };

function synthesize(define: (app: App) => void, flags?: 'recommended' | 'none'): Templates {
  const app = quietApp(flags);
  define(app);
  return Object.fromEntries(app.synth().stacks.map(({ stackName, template }) => [stackName, template]));
}

/** An app of one stack, 'App' in us-east-1. */
function inStack(define: (stack: Stack) => void, env: StackProps['env'] = US): Templates {
  return synthesize((app) => define(new Stack(app, 'App', { env })));
}

const resourcesOf = (templates: Templates) =>
  Object.values(templates).flatMap(({ Resources }) => Object.values<any>(Resources));
const only = (type: string, templates: Templates) => {
  const found = resourcesOf(templates).filter(({ Type }) => Type === type);
  expect(found).toHaveLength(1);
  return found[0];
};

const IN_PLACE = ['WILL_UPDATE', 'WILL_CREATE', 'NO_CHANGE'];

/**
 * What an update does that nobody wants: resources of whatever type which are replaced (or may be), deleted or left behind
 * (retained outside of the stack), and stacks that are no longer in the app. Accepted are updates in place and new resources, nothing else.
 */
function harm(before: Templates, after: Templates): string[] {
  return Object.keys(before).flatMap((stack) => {
    if (after[stack] === undefined) return [`stack ${stack} is no longer in the app`];
    const { resources } = fullDiff(before[stack], after[stack]);
    return Object.entries(resources.changes)
      .filter(([, { changeImpact }]) => !IN_PLACE.includes(changeImpact))
      .map(([id, { changeImpact, oldResourceType }]) => `${changeImpact} ${oldResourceType} ${id}`);
  });
}

/** Everything that an update changes, a line each: `+` and `-` for resources, outputs and so on, `~` for a property or attribute of a resource. */
function changes(before: Templates, after: Templates): string[] {
  const lines: string[] = [];
  for (const stack of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!before[stack] || !after[stack]) {
      lines.push(`${before[stack] ? '-' : '+'} stack ${stack}`);
      continue;
    }
    const { resources, ...sections } = fullDiff(before[stack], after[stack]);
    for (const [id, change] of Object.entries(resources.changes)) {
      if (change.isUpdate) {
        lines.push(
          ...Object.keys({ ...change.propertyUpdates, ...change.otherChanges }).map(
            (name) => `~ ${change.newResourceType} ${id}.${name}`,
          ),
        );
      } else {
        lines.push(`${change.isAddition ? '+' : '-'} ${change.newResourceType ?? change.oldResourceType} ${id}`);
      }
    }
    for (const section of ['conditions', 'mappings', 'metadata', 'outputs', 'parameters', 'unknown'] as const) {
      const updates = Object.entries<any>(sections[section].changes);
      lines.push(
        ...updates.map(([id, change]) => `${change.isAddition ? '+' : change.isRemoval ? '-' : '~'} ${section} ${id}`),
      );
    }
  }
  return lines.sort();
}

/** Every way from one state of a prop to another one, there and back. */
function transitions<T>(states: Map<string, T>): Array<[string, T, T]> {
  const entries = [...states];
  return entries.flatMap(([from, before]) =>
    entries.filter(([to]) => to !== from).map(([to, after]): [string, T, T] => [`${from} -> ${to}`, before, after]),
  );
}

const SRC = join(__dirname, '../src');
const SOURCES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(SRC, file), 'utf8'));

/** The props of an interface of src/, those that it extends too, with their docstrings. */
function docstrings(name: string): Record<string, string> {
  const head = new RegExp(`^export interface ${name} (?:extends ([\\w, ]+) )?\\{`, 'm');
  const source = SOURCES.find((text) => head.test(text));
  if (!source) throw new Error(`no interface ${name} in src/`);
  const { index, 1: parents } = head.exec(source)!;
  const body = source.slice(index).split('\n}\n')[0];
  const own = [...body.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s+readonly (\w+)\??:/g)].map(([, text, prop]) => [
    prop,
    text.replace(/\s+\*\s+/g, ' '),
  ]);
  return Object.assign({}, ...(parents?.split(', ') ?? []).map(docstrings), Object.fromEntries(own));
}

const saysThatChangesHurt = (docstring: string) =>
  /\b(later|a change|when you \w+)\b[^.]*\b(replaces?|removes?|retains?|leaves?|moves|re-points|makes a new)\b/i.test(
    docstring,
  );

// hundreds of apps: what they are warned of, and whether their templates are valid, is the business of other test files
beforeAll(() => void jest.spyOn(console, 'error').mockImplementation(() => {}));
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

const usKey = (scope: Construct, id = 'ImportedKey') =>
  kms.Key.fromKeyArn(scope, id, 'arn:aws:kms:us-east-1:111111111111:key/11111111-1111-1111-1111-111111111111');
const usKey2 = (scope: Construct) =>
  kms.Key.fromKeyArn(
    scope,
    'ImportedKey2',
    'arn:aws:kms:us-east-1:111111111111:key/22222222-2222-2222-2222-222222222222',
  );
const euKey = (scope: Construct) =>
  kms.Key.fromKeyArn(
    scope,
    'ImportedEuKey',
    'arn:aws:kms:eu-west-1:111111111111:key/33333333-3333-3333-3333-333333333333',
  );
const euKey2 = (scope: Construct) =>
  kms.Key.fromKeyArn(
    scope,
    'ImportedEuKey2',
    'arn:aws:kms:eu-west-1:111111111111:key/44444444-4444-4444-4444-444444444444',
  );

/** Somebody who has the name and the ARN of a bucket in a stack. */
function read(stack: Stack, bucket: s3.IBucket, index = 0): void {
  new CfnOutput(stack, `Name${index}`, { value: bucket.bucketName });
  new CfnOutput(stack, `Arn${index}`, { value: bucket.bucketArn });
  new CfnWaitConditionHandle(stack, `Handle${index}`); // a template has at least one resource
}

describe('the judges of this file', () => {
  const before = { App: { Resources: { Data: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'a' } } } } };
  const withBucket = (bucket: object) => ({
    App: { Resources: { Data: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'a' }, ...bucket } } },
  });

  test.each<[string, Templates, Templates, string[]]>([
    [
      'a name that changes',
      before,
      withBucket({ Properties: { BucketName: 'b' } }),
      ['WILL_REPLACE AWS::S3::Bucket Data'],
    ],
    ['a name that appears', withBucket({ Properties: {} }), before, ['WILL_REPLACE AWS::S3::Bucket Data']],
    [
      'Object Lock that is switched on',
      before,
      withBucket({ Properties: { BucketName: 'a', ObjectLockEnabled: true } }),
      ['WILL_REPLACE AWS::S3::Bucket Data'],
    ],
    [
      'another logical id',
      before,
      { App: { Resources: { Date: before.App.Resources.Data } } },
      ['WILL_DESTROY AWS::S3::Bucket Data'],
    ],
    [
      'a retained bucket that leaves',
      withBucket({ DeletionPolicy: 'Retain' }),
      { App: { Resources: {} } },
      ['WILL_ORPHAN AWS::S3::Bucket Data'],
    ],
    ['a stack that leaves', before, {}, ['stack App is no longer in the app']],
    [
      'a property that is updated in place',
      before,
      withBucket({ Properties: { BucketName: 'a', VersioningConfiguration: { Status: 'Enabled' } } }),
      [],
    ],
    ['a new resource', before, { App: { Resources: { ...before.App.Resources, Key: { Type: 'AWS::KMS::Key' } } } }, []],
  ])('harm: %s', (_, was, is, expected) => {
    expect(harm(was, is)).toEqual(expected);
  });

  test('changes: all of them', () => {
    expect(
      changes(before, {
        App: { Resources: { Key: { Type: 'AWS::KMS::Key' } }, Outputs: { Name: { Value: 'a' } } },
        Eu: {},
      }),
    ).toEqual(['+ AWS::KMS::Key Key', '+ outputs Name', '+ stack Eu', '- AWS::S3::Bucket Data']);
    expect(changes(before, withBucket({ Properties: { BucketName: 'b' }, DependsOn: ['Role'] }))).toEqual([
      '~ AWS::S3::Bucket Data.BucketName',
      '~ AWS::S3::Bucket Data.DependsOn',
    ]);
    expect(changes(before, before)).toEqual([]);
  });

  test('docstrings: of every prop', () => {
    const found = docstrings('ReplicatedBucketPairProps');
    expect(Object.keys(found)).toContain('destinationRegion');
    expect(saysThatChangesHurt(found.destinationRegion)).toBe(true);
    expect(saysThatChangesHurt(found.removalPolicy)).toBe(false);
    expect(saysThatChangesHurt('The source bucket. Versioning is switched on.')).toBe(false);
  });
});

describe('adding replication to a deployed bucket', () => {
  type Define = (stack: Stack) => s3.IBucketRef;
  const sources: Array<[string, Define, string]> = [
    ['L2', (stack) => new s3.Bucket(stack, 'Source'), 'Source71E471F1'],
    ['L2 with a name', (stack) => new s3.Bucket(stack, 'Source', { bucketName: 'data-of-mine' }), 'Source71E471F1'],
    [
      'L2 with KMS',
      (stack) => new s3.Bucket(stack, 'Source', { encryption: s3.BucketEncryption.KMS, enforceSSL: true }),
      'Source71E471F1',
    ],
    ['L1', (stack) => new s3.CfnBucket(stack, 'Source'), 'Source'],
    [
      'L1 with a name from a parameter',
      (stack) => new s3.CfnBucket(stack, 'Source', { bucketName: new CfnParameter(stack, 'Name').valueAsString }),
      'Source',
    ],
    [
      'PhysicalName.GENERATE_IF_NEEDED',
      (stack) => new s3.Bucket(stack, 'Source', { bucketName: PhysicalName.GENERATE_IF_NEEDED }),
      'Source71E471F1',
    ],
  ];

  test.each(sources)('%s: to another bucket of the stack', (kind, source, id) => {
    const app = (replicate: boolean) =>
      inStack((stack) => {
        const from = source(stack);
        const to = new s3.Bucket(stack, 'Replicas', { encryption: s3.BucketEncryption.KMS });
        if (replicate) new BucketReplication(stack, 'Replication', { source: from, rules: [{ destination: to }] });
      });
    const added = changes(app(false), app(true));

    expect(added.filter((line) => !line.startsWith('+'))).toEqual([
      '~ AWS::S3::Bucket Replicas81EE3CB4.VersioningConfiguration',
      `~ AWS::S3::Bucket ${id}.ReplicationConfiguration`,
      `~ AWS::S3::Bucket ${id}.VersioningConfiguration`,
    ]);
    const named = /name from|with a name/.test(kind);
    expect(added.filter((line) => line.startsWith('+')).map((line) => line.split(' ')[1])).toEqual([
      ...(named ? [] : ['AWS::IAM::Policy']),
      'AWS::IAM::Role',
    ]);
  });

  test.each(sources)('%s: a pair with a replica in another region', (_, source, id) => {
    const app = (replicate: boolean) =>
      inStack((stack) => {
        const from = source(stack);
        if (replicate && from instanceof s3.Bucket) {
          new ReplicatedBucketPair(stack, 'Pair', { source: from, destinationRegion: 'eu-west-1' });
        }
        if (replicate && !(from instanceof s3.Bucket)) {
          const eu = new Stack(stack, 'Eu', { env: { region: 'eu-west-1' } });
          BucketReplication.of(from).addRule({ destination: new s3.Bucket(eu, 'Replicas') });
        }
      });

    expect(changes(app(false), app(true)).filter((line) => !line.startsWith('+'))).toEqual([
      `~ AWS::S3::Bucket ${id}.ReplicationConfiguration`,
      `~ AWS::S3::Bucket ${id}.VersioningConfiguration`,
    ]);
  });

  test('a bucket that has versioning keeps it as it is', () => {
    const app = (replicate: boolean) =>
      inStack((stack) => {
        const source = new s3.Bucket(stack, 'Source', { versioned: true });
        if (replicate) new ReplicatedBucketPair(stack, 'Pair', { source });
      });
    expect(changes(app(false), app(true)).filter((line) => line.startsWith('~'))).toEqual([
      '~ AWS::S3::Bucket Source71E471F1.ReplicationConfiguration',
    ]);
  });

  test('taking it away again harms no bucket and no key', () => {
    const app = (replicate: boolean) =>
      inStack((stack) => {
        const source = new s3.Bucket(stack, 'Source', { versioned: true, encryption: s3.BucketEncryption.KMS });
        const destination = new s3.Bucket(stack, 'Replicas', { versioned: true, encryption: s3.BucketEncryption.KMS });
        if (replicate) new ReplicatedBucketPair(stack, 'Pair', { source, destination });
      });
    expect(harm(app(true), app(false)).filter((line) => !line.includes('AWS::IAM::'))).toEqual([]);
  });
});

describe("other consumers of the user's buckets keep byte-equal templates", () => {
  // each reads the source and the destination, before or after replication is added
  const consumers: Record<string, (app: App, buckets: s3.Bucket[]) => void> = {
    'a stack of the same region': (app, buckets) => outputs(new Stack(app, 'Reader', { env: US }), buckets),
    'a stack of another region': (app, buckets) =>
      outputs(new Stack(app, 'Reader', { env: { region: 'us-west-2' }, crossRegionReferences: true }), buckets),
    'a nested stack': (app, buckets) =>
      outputs(new NestedStack(new Stack(app, 'Reader', { env: US }), 'Nested'), buckets),
  };
  const outputs = (stack: Stack, buckets: s3.Bucket[]) =>
    buckets.forEach((bucket, index) => read(stack, bucket, index));
  const app = (flags: 'recommended' | 'none', consumer: string, replicate: boolean, readFirst: boolean) =>
    synthesize((root) => {
      const source = new s3.Bucket(new Stack(root, 'Sources', { env: US, crossRegionReferences: true }), 'Source', {
        versioned: true,
      });
      const destination = new s3.Bucket(
        new Stack(root, 'Destinations', { env: US, crossRegionReferences: true }),
        'Destination',
        { versioned: true },
      );
      if (readFirst) consumers[consumer](root, [source, destination]);
      if (replicate) new ReplicatedBucketPair(Stack.of(source), 'Pair', { source, destination });
      if (!readFirst) consumers[consumer](root, [source, destination]);
    }, flags);

  test.each(
    Object.keys(consumers).flatMap((consumer) =>
      (['recommended', 'none'] as const).flatMap((flags) =>
        [true, false].map((first) => [consumer, flags, first] as const),
      ),
    ),
  )('%s, %s feature flags, reading first: %s', (consumer, flags, readFirst) => {
    const [before, after] = [false, true].map((replicate) => app(flags, consumer, replicate, readFirst));
    expect(JSON.stringify(after.Reader)).toBe(JSON.stringify(before.Reader));
    // nor is anything that they were made of taken away from the stacks which they read
    expect(changes(before, after).filter((line) => !line.startsWith('+'))).toEqual([
      '~ AWS::S3::Bucket Source71E471F1.ReplicationConfiguration',
    ]);
  });

  test('somebody who reads the destination in the stack of the source', () => {
    const own = (replicate: boolean) =>
      synthesize((root) => {
        const source = new s3.Bucket(new Stack(root, 'Sources', { env: US }), 'Source');
        const destination = new s3.Bucket(new Stack(root, 'Destinations', { env: US }), 'Destination');
        outputs(Stack.of(source), [destination]);
        if (replicate) new ReplicatedBucketPair(Stack.of(source), 'Pair', { source, destination });
      }, 'none');
    const [before, after] = [false, true].map(own);
    expect(JSON.stringify(after.Sources.Outputs)).toBe(JSON.stringify(before.Sources.Outputs));
  });
});

describe('changing one prop replaces and removes nothing', () => {
  /** What users write in a rule; each gets the region of the destination's keys. */
  interface RuleRow {
    readonly [state: string]: (scope: Construct, destinationRegion: string) => ReplicationRuleOptions;
  }
  const destinationKeys = (region: string) => (region === 'eu-west-1' ? [euKey, euKey2] : [usKey, usKey2]);
  const ruleRows: Record<keyof ReplicationRuleOptions, RuleRow> = {
    ruleId: { first: () => ({ ruleId: 'first' }), second: () => ({ ruleId: 'second' }) },
    priority: { 5: () => ({ priority: 5 }), 0: () => ({ priority: 0 }) },
    enabled: { false: () => ({ enabled: false }), true: () => ({ enabled: true }) },
    filter: {
      prefix: () => ({ filter: ReplicationFilter.prefix('a/') }),
      tags: () => ({ filter: ReplicationFilter.tags({ a: '1', b: '2' }) }),
      both: () => ({ filter: ReplicationFilter.prefixAndTags('a/', { a: '1' }) }),
    },
    storageClass: {
      ia: () => ({ storageClass: s3.StorageClass.INFREQUENT_ACCESS }),
      glacier: () => ({ storageClass: s3.StorageClass.GLACIER }),
    },
    deleteMarkerReplication: {
      true: () => ({ deleteMarkerReplication: true }),
      false: () => ({ deleteMarkerReplication: false }),
    },
    ownerOverride: { off: () => ({ ownerOverride: false }) },
    replicaModifications: {
      true: () => ({ replicaModifications: true }),
      false: () => ({ replicaModifications: false }),
    },
    replicationTimeControl: {
      true: () => ({ replicationTimeControl: true }),
      false: () => ({ replicationTimeControl: false }),
    },
    metrics: { true: () => ({ metrics: true }), false: () => ({ metrics: false }) },
    destinationKey: {
      one: (scope, region) => ({ destinationKey: destinationKeys(region)[0](scope) }),
      other: (scope, region) => ({ destinationKey: destinationKeys(region)[1](scope) }),
    },
    sourceKeys: {
      one: (scope, region) => ({
        sourceKeys: [usKey(scope)],
        destinationKey: destinationKeys(region)[0](new Construct(scope, 'Theirs')),
      }),
      two: (scope, region) => ({
        sourceKeys: [usKey(scope), usKey2(scope)],
        destinationKey: destinationKeys(region)[0](new Construct(scope, 'Theirs')),
      }),
    },
  };

  const shapes: Record<
    string,
    (options: (scope: Construct, destinationRegion: string) => ReplicationRuleOptions) => Templates
  > = {
    'a pair over two regions': (options) =>
      inStack((stack) => {
        new ReplicatedBucketPair(stack, 'Pair', { ...options(stack, 'eu-west-1'), destinationRegion: 'eu-west-1' });
      }),
    'a rule of a bucket with a name': (options) =>
      inStack((stack) => {
        const source = new s3.Bucket(stack, 'Source', { bucketName: 'data-of-mine' });
        new BucketReplication(stack, 'Replication', {
          source,
          rules: [{ ...options(stack, 'us-east-1'), destination: new s3.Bucket(stack, 'Replicas') }],
        });
      }),
    'a rule of an L1 bucket with KMS': (options) =>
      inStack((stack) => {
        const bucketEncryption = {
          serverSideEncryptionConfiguration: [
            {
              serverSideEncryptionByDefault: {
                sseAlgorithm: 'aws:kms',
                kmsMasterKeyId: new kms.Key(stack, 'Key').keyArn,
              },
            },
          ],
        };
        const [source, destination] = ['Source', 'Replicas'].map(
          (id) => new s3.CfnBucket(stack, id, { bucketEncryption }),
        );
        BucketReplication.of(source).addRule({ ...options(stack, 'us-east-1'), destination });
      }),
  };

  const absent = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, once(() => shape(() => ({})))]),
  );
  describe.each(Object.keys(shapes))('%s:', (shape) => {
    test.each(Object.keys(ruleRows) as Array<keyof ReplicationRuleOptions>)('%s', (prop) => {
      const states = new Map([
        ['absent', absent[shape]()],
        ...Object.entries(ruleRows[prop]).map(([state, options]): [string, Templates] => [
          state,
          shapes[shape](options),
        ]),
      ]);
      for (const [how, before, after] of transitions(states)) {
        expect([how, harm(before, after)]).toEqual([how, []]);
      }
    });
  });

  /** `base`: what the other props are; `accepts`: the exact consequences that the docstring tells of. */
  interface Row<Props> {
    readonly base?: Props;
    readonly states: Record<string, (scope: Construct) => Partial<Props>>;
    readonly accepts?: RegExp;
  }
  function check<Props>(row: Row<Props>, define: (stack: Stack, props: Props) => void): void {
    const template = (props: (scope: Construct) => Partial<Props>) =>
      inStack((stack) => define(stack, { ...row.base, ...props(stack) } as Props));
    const states = new Map(
      Object.entries({ absent: () => ({}), ...row.states }).map(([state, props]): [string, Templates] => [
        state,
        template(props),
      ]),
    );
    for (const [how, before, after] of transitions(states)) {
      expect([how, harm(before, after).filter((line) => !row.accepts?.test(line))]).toEqual([how, []]);
    }
  }

  const KMS = { encryption: s3.BucketEncryption.KMS };
  const RETAINED_KEY = /^WILL_ORPHAN AWS::KMS::Key /;
  // emptying is core's: a custom resource, its function and the function's role
  const EMPTYING =
    /^WILL_DESTROY (Custom::S3AutoDeleteObjects|AWS::(Lambda::Function|IAM::Role) CustomS3AutoDeleteObjects)/;
  const lifecycle = (days: number) => ({ lifecycleRules: [{ expiration: Duration.days(days) }] });
  const bucketRows = (
    options: 'sourceOptions' | 'destinationOptions',
  ): Record<string, Row<ReplicatedBucketPairProps>> => ({
    lifecycleRules: {
      states: {
        short: () => ({ [options]: lifecycle(30) }),
        long: () => ({ [options]: lifecycle(90) }),
        none: () => ({ [options]: { lifecycleRules: [] } }),
      },
    },
    serverAccessLogsBucket: {
      states: {
        one: (scope) => ({
          [options]: { serverAccessLogsBucket: s3.Bucket.fromBucketName(scope, 'Logs1', 'logs-one') },
        }),
        other: (scope) => ({
          [options]: { serverAccessLogsBucket: s3.Bucket.fromBucketName(scope, 'Logs2', 'logs-other') },
        }),
      },
    },
    serverAccessLogsPrefix: {
      states: Object.fromEntries(
        ['one/', 'other/'].map((prefix) => [
          prefix,
          (scope: Construct) => ({
            [options]: {
              serverAccessLogsBucket: s3.Bucket.fromBucketName(scope, 'Logs1', 'logs-one'),
              serverAccessLogsPrefix: prefix,
            },
          }),
        ]),
      ),
    },
    'encryptionKey, from S3_MANAGED on': {
      base: { encryption: s3.BucketEncryption.S3_MANAGED },
      states: {
        one: (scope) => ({
          [options]: { encryptionKey: usKey(scope) },
          destinationKey: usKey(new Construct(scope, 'Theirs')),
        }),
      },
    },
    'encryptionKey, one to another with KMS': {
      base: KMS,
      states: {
        absent: (scope) => ({ [options]: { encryptionKey: usKey(scope) } }),
        other: (scope) => ({ [options]: { encryptionKey: usKey2(scope) } }),
      },
    },
    "encryptionKey, a key of one's own instead of the created one": {
      base: { ...KMS, keepEncryptionKeys: true },
      states: {
        own: (scope) => ({
          sourceOptions: { encryptionKey: usKey(scope) },
          destinationOptions: { encryptionKey: usKey2(scope) },
        }),
      },
    },
  });
  const rows: Record<string, Row<ReplicatedBucketPairProps>> = {
    encryption: {
      states: { KMS: () => KMS, S3_MANAGED: () => ({ encryption: s3.BucketEncryption.S3_MANAGED }) },
      accepts: RETAINED_KEY,
    },
    'encryption with keepEncryptionKeys': {
      base: { keepEncryptionKeys: true },
      states: { KMS: () => KMS, S3_MANAGED: () => ({ encryption: s3.BucketEncryption.S3_MANAGED }) },
    },
    keepEncryptionKeys: {
      states: { true: () => ({ keepEncryptionKeys: true }), false: () => ({ keepEncryptionKeys: false }) },
      accepts: RETAINED_KEY,
    },
    'keepEncryptionKeys with KMS': {
      base: KMS,
      states: { true: () => ({ keepEncryptionKeys: true }), false: () => ({ keepEncryptionKeys: false }) },
    },
    removalPolicy: {
      states: Object.fromEntries(
        [RemovalPolicy.DESTROY, RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE].map((removalPolicy) => [
          removalPolicy,
          () => ({ removalPolicy }),
        ]),
      ),
    },
    autoDeleteObjects: {
      base: { removalPolicy: RemovalPolicy.DESTROY },
      states: { true: () => ({ autoDeleteObjects: true }), false: () => ({ autoDeleteObjects: false }) },
      accepts: EMPTYING,
    },
    objectLockDefaultRetention: {
      base: { objectLockEnabled: true },
      states: {
        governance: () => ({ objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)) }),
        compliance: () => ({ objectLockDefaultRetention: s3.ObjectLockRetention.compliance(Duration.days(2)) }),
      },
    },
    ...Object.fromEntries(
      (['sourceOptions', 'destinationOptions'] as const).flatMap((options) =>
        Object.entries(bucketRows(options)).map(([prop, row]) => [`${options}.${prop}`, row]),
      ),
    ),
  };

  describe.each<[string, ReplicatedBucketPairProps]>([
    ['over two regions', { destinationRegion: 'eu-west-1' }],
    ['within a region', {}],
  ])('a pair %s:', (_, where) => {
    // keys and log buckets of this table are in us-east-1; emptying differs between one stack and two
    const inOneRegion = (name: string) => /encryptionKey|destinationOptions\.server/.test(name);
    const fits = (name: string) =>
      inOneRegion(name) === (where.destinationRegion === undefined) || name === 'autoDeleteObjects';
    test.each(Object.keys(rows).filter(fits))('%s', (name) => {
      check(rows[name], (stack, props) => {
        new ReplicatedBucketPair(stack, 'Pair', { ...where, ...props });
      });
    });
  });

  const replicationRows: Record<string, Row<Omit<BucketReplicationProps, 'source'>>> = {
    permissionsBoundary: {
      states: Object.fromEntries(
        ['one', 'other'].map((name) => [
          name,
          (scope: Construct) => ({ permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(scope, name, name) }),
        ]),
      ),
    },
    rules: {
      states: {
        one: (scope) => ({ rules: [{ destination: new s3.Bucket(scope, 'One') }] }),
        two: (scope) => ({
          rules: [
            { destination: new s3.Bucket(scope, 'One') },
            { destination: s3.Bucket.fromBucketName(scope, 'Two', 'two') },
          ],
        }),
      },
      accepts: / AWS::(S3::Bucket One|IAM::Policy )/, // the destination of the test itself; the permissions: see "the way out"
    },
  };
  test.each(Object.keys(replicationRows))('BucketReplication: %s', (name) => {
    check(replicationRows[name], (stack, props) => {
      new BucketReplication(stack, 'Replication', {
        rules: [{ destination: s3.Bucket.fromBucketName(stack, 'Zero', 'zero') }],
        ...props,
        source: new s3.Bucket(stack, 'Source'),
      });
    });
  });

  /** Props that may be changed at a price, which the docstring must name; the buckets that leave are retained, never deleted. */
  const atAPrice: Record<string, Record<string, Row<any>>> = {
    ReplicatedBucketPairProps: {
      source: { states: { mine: (scope) => ({ source: new s3.Bucket(scope, 'Mine') }) } },
      destination: { states: { mine: (scope) => ({ destination: new s3.Bucket(scope, 'Mine') }) } },
      destinationRegion: {
        states: { eu: () => ({ destinationRegion: 'eu-west-1' }), us: () => ({ destinationRegion: 'us-west-2' }) },
      },
      destinationStack: {
        states: { eu: (scope) => ({ destinationStack: new Stack(scope, 'Eu', { env: { region: 'eu-west-1' } }) }) },
      },
      encryption: { states: { KMS: () => KMS } },
      keepEncryptionKeys: { states: { true: () => ({ keepEncryptionKeys: true }) } },
      objectLockEnabled: { states: { true: () => ({ objectLockEnabled: true }) } },
      objectLockDefaultRetention: {
        states: { set: () => ({ objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)) }) },
      },
    },
    ReplicatedBucketOptions: {
      bucketName: {
        states: {
          one: () => ({ sourceOptions: { bucketName: 'one' } }),
          other: () => ({ sourceOptions: { bucketName: 'other' } }),
        },
      },
      bucketNamePrefix: {
        states: {
          one: () => ({ sourceOptions: { bucketNamePrefix: 'one' } }),
          other: () => ({ sourceOptions: { bucketNamePrefix: 'other' } }),
        },
      },
      encryptionKey: {
        base: KMS,
        states: {
          own: (scope) => ({
            sourceOptions: { encryptionKey: usKey(scope) },
            destinationOptions: { encryptionKey: usKey2(scope) },
          }),
        },
      },
    },
    BucketReplicationProps: {
      source: { base: { source: 'first' }, states: { other: () => ({ source: 'second' }) } },
      role: {
        states: {
          mine: (scope) => ({
            role: new iam.Role(scope, 'Mine', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') }),
          }),
        },
      },
      roleName: { states: { one: () => ({ roleName: 'one' }), other: () => ({ roleName: 'other' }) } },
      rolePath: { states: { one: () => ({ rolePath: '/one/' }) } },
    },
  };

  describe.each(Object.keys(atAPrice))('at a price that the docstring names, %s:', (api) => {
    const props = atAPrice[api];
    test.each(Object.keys(props))('%s', (prop) => {
      const { base, states } = props[prop];
      const define = (stack: Stack, it: any) => {
        if (api !== 'BucketReplicationProps') return new ReplicatedBucketPair(stack, 'Pair', it);
        const buckets: Record<string, s3.Bucket> = {
          first: new s3.Bucket(stack, 'First'),
          second: new s3.Bucket(stack, 'Second'),
        };
        new BucketReplication(stack, 'Replication', {
          rules: [{ destination: s3.Bucket.fromBucketName(stack, 'Zero', 'zero') }],
          ...it,
          source: buckets[it.source ?? 'first'],
        });
        return undefined;
      };
      const templates = Object.entries<(scope: Construct) => unknown>({ absent: () => ({}), ...states }).map(
        ([state, of]): [string, Templates] => [
          state,
          inStack((stack) => void define(stack, { ...base, ...(of(stack) as object) })),
        ],
      );
      const all = transitions(new Map(templates)).flatMap(([, before, after]) => harm(before, after));

      expect(all).not.toEqual([]);
      expect(all.filter((line) => /DESTROY AWS::(S3::Bucket|KMS::Key) /.test(line))).toEqual([]);
      expect([prop, saysThatChangesHurt(docstrings(api)[prop])]).toEqual([prop, true]);
    });
  });

  test('the tables above have every prop', () => {
    const declared = [
      'ReplicatedBucketPairProps',
      'ReplicatedBucketOptions',
      'BucketReplicationProps',
      'ReplicationRuleOptions',
    ].flatMap((name) => Object.keys(docstrings(name)));
    const covered = [
      ...Object.keys(ruleRows),
      ...Object.keys(rows).map((it) => it.split(/[ ,]/)[0].replace(/^\w+Options\./, '')),
      ...Object.keys(replicationRows),
      ...Object.values(atAPrice).flatMap((props) => Object.keys(props)),
    ];
    expect(declared.filter((prop) => !covered.includes(prop) && !/^(source|destination)Options$/.test(prop))).toEqual(
      [],
    );
  });
});

describe('switching encryption off', () => {
  const pair = (where: ReplicatedBucketPairProps, props: ReplicatedBucketPairProps) =>
    inStack((stack) => new ReplicatedBucketPair(stack, 'Pair', { ...where, ...props }));
  const statements = (templates: Templates) => only('AWS::IAM::Policy', templates).Properties.PolicyDocument.Statement;

  describe.each<[string, ReplicatedBucketPairProps]>([
    ['over two regions', { destinationRegion: 'eu-west-1' }],
    ['within a region', {}],
  ])('%s', (_, where) => {
    const before = once(() => pair(where, { encryption: s3.BucketEncryption.KMS }));

    test('with keepEncryptionKeys keeps the keys, the opt-in and the permissions', () => {
      const after = pair(where, { encryption: s3.BucketEncryption.S3_MANAGED, keepEncryptionKeys: true });

      expect(harm(before(), after)).toEqual([]);
      expect(
        changes(before(), after)
          .map((line) => line.replace(/^(~ [\w:]+ )\w+/, '$1'))
          .sort(),
      ).toEqual(['~ AWS::S3::Bucket .BucketEncryption', '~ AWS::S3::Bucket .BucketEncryption']);
      expect(statements(after)).toEqual(statements(before()));
      expect(statements(after).map(({ Sid }: any) => Sid)).toEqual(
        expect.arrayContaining(['DecryptSourceObjects', 'EncryptReplicas']),
      );
    });

    test('without it, the keys leave the stack but not the account', () => {
      const after = pair(where, { encryption: s3.BucketEncryption.S3_MANAGED });

      const gone = harm(before(), after);
      expect(gone).not.toEqual([]);
      expect(gone.filter((line) => !line.startsWith('WILL_ORPHAN AWS::KMS::Key '))).toEqual([]);
      for (const key of resourcesOf(before()).filter(({ Type }) => Type === 'AWS::KMS::Key')) {
        expect(key).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
      }
    });
  });

  test.each<[string, (stack: Stack) => ReplicatedBucketPairProps]>([
    ['encryption: KMS', () => ({ encryption: s3.BucketEncryption.KMS })],
    [
      'a source that is brought and encrypted with KMS',
      (stack) => ({ source: new s3.Bucket(stack, 'Mine', { encryption: s3.BucketEncryption.KMS }) }),
    ],
    [
      "keys of one's own",
      (stack) => ({
        sourceOptions: { encryptionKey: usKey(stack) },
        destinationOptions: { encryptionKey: usKey2(stack) },
      }),
    ],
  ])('keepEncryptionKeys alone, before anything is switched off, changes no bucket: %s', (_, props) => {
    const [before, after] = [undefined, true].map((keepEncryptionKeys) =>
      inStack((stack) => {
        new ReplicatedBucketPair(stack, 'Pair', { ...props(stack), keepEncryptionKeys });
      }),
    );
    expect(changes(before, after).filter((line) => /AWS::S3::Bucket /.test(line))).toEqual([]);
  });

  test('of a source that is brought: the key of the replicas and the opt-in stay', () => {
    const app = (encryption: s3.BucketEncryption) =>
      inStack((stack) => {
        const key = new kms.Key(stack, 'MyKey');
        const source = new s3.Bucket(
          stack,
          'Mine',
          encryption === s3.BucketEncryption.KMS ? { encryption, encryptionKey: key } : { encryption },
        );
        new ReplicatedBucketPair(stack, 'Pair', { source, sourceKeys: [key], keepEncryptionKeys: true });
      });
    const [before, after] = [s3.BucketEncryption.KMS, s3.BucketEncryption.S3_MANAGED].map(app);
    expect(harm(before, after)).toEqual([]);
    expect(statements(after)).toEqual(statements(before));
  });

  test("a key of one's own keeps its opt-in and its permissions as long as it is named", () => {
    const own = (encryption: s3.BucketEncryption) =>
      inStack((stack) => {
        new ReplicatedBucketPair(stack, 'Pair', {
          encryption,
          sourceOptions: { encryptionKey: usKey(stack) },
          destinationOptions: { encryptionKey: usKey2(stack) },
        });
      });
    const [before, after] = [s3.BucketEncryption.KMS, s3.BucketEncryption.S3_MANAGED].map(own);
    expect(harm(before, after)).toEqual([]);
    expect(statements(after)).toEqual(statements(before));
  });
});

const everyKind: Array<[string, (stack: Stack) => void]> = [
  [
    'a pair within a region',
    (stack) => new ReplicatedBucketPair(stack, 'Pair', { encryption: s3.BucketEncryption.KMS }),
  ],
  ['a pair over two regions', (stack) => new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: 'eu-west-1' })],
  [
    'a pair over two regions with KMS',
    (stack) =>
      new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: 'eu-west-1', encryption: s3.BucketEncryption.KMS }),
  ],
  [
    'a pair with names',
    (stack) =>
      new ReplicatedBucketPair(stack, 'Pair', {
        destinationRegion: 'eu-west-1',
        sourceOptions: { bucketName: 'data-of-mine' },
        destinationOptions: { bucketName: 'replicas-of-mine' },
      }),
  ],
  [
    'a pair whose buckets are emptied',
    (stack) =>
      new ReplicatedBucketPair(stack, 'Pair', {
        removalPolicy: RemovalPolicy.DESTROY,
        autoDeleteObjects: true,
        destinationRegion: 'eu-west-1',
      }),
  ],
  [
    'an L2 bucket',
    (stack) =>
      BucketReplication.of(new s3.Bucket(stack, 'Source')).addRule({ destination: new s3.Bucket(stack, 'Replicas') }),
  ],
  [
    'an L2 bucket with a name',
    (stack) =>
      BucketReplication.of(new s3.Bucket(stack, 'Source', { bucketName: 'mine' })).addRule({
        destination: new s3.Bucket(stack, 'Replicas'),
      }),
  ],
  [
    'a bucket named after the account',
    (stack) => {
      BucketReplication.of(new s3.Bucket(stack, 'Source', { bucketName: `data-${stack.account}` })).addRule({
        destination: new s3.Bucket(stack, 'Replicas'),
      });
    },
  ],
  [
    'an L1 bucket',
    (stack) =>
      BucketReplication.of(new s3.CfnBucket(stack, 'Source')).addRule({
        destination: new s3.CfnBucket(stack, 'Replicas'),
      }),
  ],
  [
    "a role of one's own",
    (stack) => {
      const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
      const rules = [{ destination: new s3.Bucket(stack, 'Replicas') }];
      new BucketReplication(stack, 'Unnamed', { source: new s3.Bucket(stack, 'Source'), role, rules });
      new BucketReplication(stack, 'Named', {
        source: new s3.Bucket(stack, 'NamedSource', { bucketName: 'data-of-mine' }),
        role,
        rules,
      });
    },
  ],
  [
    'PhysicalName.GENERATE_IF_NEEDED',
    (stack) => {
      const [source, destination] = ['Source', 'Replicas'].map(
        (id) => new s3.Bucket(stack, id, { bucketName: PhysicalName.GENERATE_IF_NEEDED }),
      );
      new ReplicatedBucketPair(stack, 'Pair', { source, destination });
    },
  ],
  [
    'two regions and GENERATE_IF_NEEDED',
    (stack) => {
      const eu = new Stack(stack, 'Eu', {
        env: {
          ...(stack.environment === 'aws://unknown-account/us-east-1' ? {} : { account: stack.account }),
          region: 'eu-west-1',
        },
      });
      const [source, destination] = [stack, eu].map(
        (it) =>
          new s3.Bucket(it, 'Bucket', {
            bucketName: PhysicalName.GENERATE_IF_NEEDED,
            encryption: s3.BucketEncryption.KMS,
          }),
      );
      new ReplicatedBucketPair(stack, 'Pair', { source, destination });
    },
  ],
];

describe('pinning the account later (env { region } -> { account, region })', () => {
  // a name made of the account is the user's, and changes when it becomes known
  test.each(everyKind.filter(([name]) => name !== 'a bucket named after the account'))('%s', (_, define) => {
    const [open, pinned] = [inStack(define), inStack(define, PINNED)];
    expect(harm(open, pinned)).toEqual([]);
    expect(harm(pinned, open)).toEqual([]);
  });

  test.each(everyKind.filter(([name]) => !/account|two regions|emptied|names$/.test(name)))(
    'and the region, which was open too: %s',
    (_, define) => {
      const [open, pinned] = [synthesize((app) => define(new Stack(app, 'App'))), inStack(define, PINNED)];
      expect(harm(open, pinned)).toEqual([]);
      expect(harm(pinned, open)).toEqual([]);
    },
  );

  test('a bucket named after AWS::AccountId', () => {
    const define = (stack: Stack) =>
      BucketReplication.of(new s3.Bucket(stack, 'Source', { bucketName: Fn.sub('data-${AWS::AccountId}') })).addRule({
        destination: new s3.Bucket(stack, 'Replicas'),
      });
    expect(harm(inStack(define), inStack(define, PINNED))).toEqual([]);
  });
});

describe('somebody starts to read the name of a bucket', () => {
  const pairs: Record<string, ReplicatedBucketPairProps> = {
    'a pair': { encryption: s3.BucketEncryption.KMS },
    'a pair over two regions': { destinationRegion: 'eu-west-1' },
  };
  const pairApp = (props: ReplicatedBucketPairProps, account?: string, readIn?: string) =>
    synthesize((root) => {
      const stack = new Stack(root, 'App', { env: { account, region: 'us-east-1' }, crossRegionReferences: true });
      const { source, destination } = new ReplicatedBucketPair(stack, 'Pair', props);
      if (readIn === undefined) return;
      const reader = new Stack(root, 'Reader', { env: { account, region: readIn }, crossRegionReferences: true });
      [source, destination].forEach((bucket, index) => read(reader, bucket, index));
    });

  describe.each(Object.keys(pairs))('of %s', (pair) => {
    test.each([
      ['known', '111111111111'],
      ['unknown', undefined],
    ])('account %s', (_, account) => {
      const before = pairApp(pairs[pair], account);
      for (const region of ['us-east-1', 'ap-south-1']) {
        expect([region, harm(before, pairApp(pairs[pair], account, region))]).toEqual([region, []]);
      }
    });
  });

  /** Core names such a bucket when it is read from far, and so replaces it, with or without us; only what comes on top would be ours. */
  test.each<[string, StackProps]>([
    ['another region', { env: { ...PINNED, region: 'ap-south-1' } }],
    ['another account', { env: { account: '222222222222', region: 'us-east-1' } }],
  ])('of PhysicalName.GENERATE_IF_NEEDED buckets, from %s: no more happens than without replication', (_, props) => {
    const app = (replicate: boolean, reading: boolean) =>
      synthesize((root) => {
        const [sources, destinations] = ['us-east-1', 'eu-west-1'].map(
          (region) => new Stack(root, region, { env: { ...PINNED, region } }),
        );
        const [source, destination] = [sources, destinations].map(
          (stack) => new s3.Bucket(stack, 'Bucket', { bucketName: PhysicalName.GENERATE_IF_NEEDED, versioned: true }),
        );
        if (replicate) new ReplicatedBucketPair(sources, 'Pair', { source, destination });
        if (!reading) return;
        const reader = new Stack(root, 'Reader', props);
        [source, destination].forEach((bucket, index) => read(reader, bucket, index));
      });
    const [without, within] = [false, true].map((replicate) => harm(app(replicate, false), app(replicate, true)));
    expect(without).not.toEqual([]);
    expect(within).toEqual(without);
  });

  test('of PhysicalName.GENERATE_IF_NEEDED buckets, which replication itself does not name', () => {
    const templates = synthesize((root) => {
      const [sources, destinations] = ['us-east-1', 'eu-west-1'].map(
        (region) => new Stack(root, region, { env: { ...PINNED, region } }),
      );
      const [source, destination] = [sources, destinations].map(
        (stack) => new s3.Bucket(stack, 'Bucket', { bucketName: PhysicalName.GENERATE_IF_NEEDED }),
      );
      const pair = new ReplicatedBucketPair(sources, 'Pair', { source, destination });
      new CfnOutput(sources, 'Replica', { value: pair.destinationBucketName });
    });
    expect(resourcesOf(templates).filter(({ Properties }) => Properties?.BucketName !== undefined)).toEqual([]);
  });
});

describe('lines of user code change places', () => {
  /** Same resources and properties, except for the numbers that decide between rules. */
  const withoutPriorities = (templates: Templates): Templates =>
    JSON.parse(JSON.stringify(templates), (key, value) => {
      if (key === 'ReplicationConfiguration') {
        return {
          ...value,
          Rules: value.Rules.map(({ Priority, ...rule }: any) => rule).sort((a: any, b: any) => (a.Id < b.Id ? -1 : 1)),
        };
      }
      return value;
    });

  test('wherever BucketReplication is made and whatever it is called, the templates are the same', () => {
    const ways: Array<(stack: Stack, props: BucketReplicationProps) => void> = [
      (stack, props) => new BucketReplication(stack, 'Replication', props),
      (stack, props) => new BucketReplication(new Construct(stack, 'Deep'), 'Other', props),
      (stack, props) => new BucketReplication(new Stack(stack, 'Elsewhere', { env: US }), 'Replication', props),
      (_, { source, rules }) => rules!.forEach((rule) => BucketReplication.of(source).addRule(rule)),
      (_, { source, rules }) =>
        rules!.forEach((rule) =>
          BucketReplication.of((source as s3.Bucket).node.defaultChild as s3.CfnBucket).addRule(rule),
        ),
      (stack, { source, rules }) => {
        new BucketReplication(stack, 'Replication', { source });
        rules!.forEach((rule) => BucketReplication.of(source).addRule(rule));
      },
    ];
    const [first, ...others] = ways.map((way) =>
      inStack((stack) => {
        const [source, one, two] = ['Source', 'One', 'Two'].map((id) => new s3.Bucket(stack, id));
        way(stack, { source, rules: [{ destination: one }, { destination: two }] });
      }),
    );
    for (const other of others) expect(JSON.stringify(other.App)).toBe(JSON.stringify(first.App));
  });

  test('BucketReplication.of() before a new BucketReplication: refused, not overwritten', () => {
    expect(() =>
      inStack((stack) => {
        const source = new s3.Bucket(stack, 'Source');
        BucketReplication.of(source).addRule({ destination: new s3.Bucket(stack, 'One') });
        new BucketReplication(stack, 'Replication', { source });
      }),
    ).toThrow(/App\/Replication.*second BucketReplication.*BucketReplication\.of\(bucket\)/);
  });

  const places: Record<string, (stack: Stack, first: boolean) => void> = {
    'two pairs on one source': (stack, first) => {
      const source = new s3.Bucket(stack, 'Source', { encryption: s3.BucketEncryption.KMS });
      const lines = [
        () => new ReplicatedBucketPair(stack, 'Far', { source, destinationRegion: 'eu-west-1' }),
        () => new ReplicatedBucketPair(stack, 'Near', { source }),
      ];
      (first ? lines : lines.reverse()).forEach((line) => line());
    },
    rules: (stack, first) => {
      const [source, one, two] = ['Source', 'One', 'Two'].map((id) => new s3.Bucket(stack, id));
      const rules = [
        { destination: one },
        { destination: two, filter: ReplicationFilter.prefix('a/') },
        { destination: one, filter: ReplicationFilter.tags({ a: 'b' }) },
      ];
      (first ? rules : rules.reverse()).forEach((rule) => BucketReplication.of(source).addRule(rule));
    },
    'buckets and pairs': (stack, first) => {
      const lines = [
        () => new ReplicatedBucketPair(stack, 'A', { destinationRegion: 'eu-west-1' }),
        () => new ReplicatedBucketPair(stack, 'B', { destinationRegion: 'eu-west-1' }),
      ];
      (first ? lines : lines.reverse()).forEach((line) => line());
    },
    'a pair and somebody who makes tokens before': (stack, first) => {
      const others = () =>
        new s3.Bucket(stack, 'Unrelated', {
          encryption: s3.BucketEncryption.KMS,
          bucketName: new CfnParameter(stack, 'UnrelatedName').valueAsString,
        });
      const prefix = new CfnParameter(stack, 'Prefix');
      if (!first) others();
      new ReplicatedBucketPair(stack, 'Pair', {
        destinationRegion: 'eu-west-1',
        encryption: s3.BucketEncryption.KMS,
        filter: ReplicationFilter.prefix(prefix.valueAsString),
      });
      if (first) others();
    },
    'the source and its reader': (stack, first) => {
      const [source, destination] = ['Source', 'Destination'].map(
        (id) => new s3.Bucket(stack, id, { bucketName: PhysicalName.GENERATE_IF_NEEDED }),
      );
      const readSource = () => read(new Stack(stack, 'Reader', { env: { ...PINNED, region: 'eu-west-1' } }), source);
      if (first) readSource();
      new ReplicatedBucketPair(stack, 'Pair', { source, destination });
      if (!first) readSource();
    },
  };
  test.each(Object.keys(places))('%s', (name) => {
    const [before, after] = [true, false].map((first) =>
      inStack((stack) => places[name](stack, first), name.includes('reader') ? PINNED : US),
    );
    expect(harm(before, after)).toEqual([]);
    expect(changes(withoutPriorities(before), withoutPriorities(after))).toEqual([]);
  });

  test('unrelated constructs that are added before change nothing of ours', () => {
    const app = (unrelated: boolean) =>
      inStack((stack) => {
        if (unrelated) {
          new s3.Bucket(stack, 'Unrelated', {
            encryption: s3.BucketEncryption.KMS,
            autoDeleteObjects: true,
            removalPolicy: RemovalPolicy.DESTROY,
          });
        }
        const pair = new ReplicatedBucketPair(stack, 'Pair', {
          destinationRegion: 'eu-west-1',
          encryption: s3.BucketEncryption.KMS,
        });
        new CfnOutput(stack, 'Replica', { value: pair.destinationBucketName });
      });
    expect(changes(app(false), app(true)).filter((line) => !line.startsWith('+'))).toEqual([]);
  });
});

describe('rules that come and go', () => {
  const app = (...prefixes: string[]) =>
    inStack((stack) => {
      const [source, destination] = ['Source', 'Destination'].map((id) => new s3.Bucket(stack, id));
      prefixes.forEach((prefix) =>
        BucketReplication.of(source).addRule({ destination, filter: ReplicationFilter.prefix(prefix) }),
      );
    });
  const rules = (templates: Templates): any[] =>
    resourcesOf(templates).find(({ Properties }) => Properties?.ReplicationConfiguration).Properties
      .ReplicationConfiguration.Rules;
  const ids = (templates: Templates) =>
    Object.fromEntries(rules(templates).map(({ Id, Filter }) => [Filter.Prefix, Id]));

  test('leave the ids of the others alone', () => {
    const all = ids(app('a/', 'b/', 'c/'));
    expect(new Set(Object.values(all)).size).toBe(3);
    for (const some of [['a/'], ['b/'], ['c/', 'a/'], ['c/', 'b/', 'a/', 'd/']]) {
      expect({ ...all, ...ids(app(...some)) }).toMatchObject(all);
    }
  });

  test('may renumber the others', () => {
    const numbers = (...prefixes: string[]) =>
      rules(app(...prefixes)).map(({ Filter, Priority }) => [Filter.Prefix, Priority]);
    expect(numbers('a/', 'b/')).toEqual([
      ['a/', 1],
      ['b/', 2],
    ]);
    expect(numbers('b/')).toEqual([['b/', 1]]);
  });

  test('pairs that come and go leave the replica of the others alone', () => {
    const pairs = (...names: string[]) =>
      inStack((stack) =>
        names.forEach((name) => new ReplicatedBucketPair(stack, name, { destinationRegion: 'eu-west-1' })),
      );
    expect(harm(pairs('A', 'B'), pairs('B', 'A', 'C'))).toEqual([]);
    expect(harm(pairs('A', 'B'), pairs('B')).filter((line) => !/ A(Source|Destination)/.test(line))).toEqual([]);
  });
});

describe('the way out', () => {
  const sources: Array<[string, s3.BucketProps]> = [
    ['without a name', {}],
    ['with a name', { bucketName: 'data-of-mine' }],
  ];
  type Rules = Array<ReplicationRuleOptions & { to: 'One' | 'Two' }>;
  const app = (props: s3.BucketProps, rules?: Rules) =>
    inStack((stack) => {
      const source = new s3.Bucket(stack, 'Source', { versioned: true, ...props });
      const destinations = {
        One: new s3.Bucket(stack, 'One', { versioned: true }),
        Two: new s3.Bucket(stack, 'Two', { versioned: true }),
      };
      if (!rules) return;
      const replication = new BucketReplication(stack, 'Replication', { source });
      rules.forEach(({ to, ...rule }) => replication.addRule({ ...rule, destination: destinations[to] }));
    });
  const sourceOf = (templates: Templates) =>
    resourcesOf(templates).find(({ Properties }) => Properties?.ReplicationConfiguration).Properties
      .ReplicationConfiguration;
  /** What the role may do, wherever it is written. */
  const permissions = (templates: Templates): string =>
    JSON.stringify(
      resourcesOf(templates)
        .filter(({ Type }) => Type.startsWith('AWS::IAM::'))
        .flatMap(
          ({ Properties }) => Properties.Policies ?? (Properties.PolicyDocument ? [Properties.PolicyDocument] : []),
        ),
    );

  describe.each(sources)('of a source %s', (_, props) => {
    test('disabling a rule keeps its permissions: only its status changes', () => {
      const before = app(props, [{ to: 'One' }, { to: 'Two' }]);
      const disabled = app(props, [{ to: 'One' }, { to: 'Two', enabled: false }]);

      expect(changes(before, disabled)).toEqual(['~ AWS::S3::Bucket Source71E471F1.ReplicationConfiguration']);
      const [one, two] = sourceOf(before).Rules;
      expect(sourceOf(disabled)).toEqual({ ...sourceOf(before), Rules: [one, { ...two, Status: 'Disabled' }] });
      expect(permissions(disabled)).toBe(permissions(before));
    });

    test('removing it afterwards removes its permissions', () => {
      const disabled = app(props, [{ to: 'One' }, { to: 'Two', enabled: false }]);
      const removed = app(props, [{ to: 'One' }]);

      expect(harm(disabled, removed)).toEqual([]);
      expect(permissions(disabled)).toContain('Two');
      expect(permissions(removed)).not.toContain('Two');
      expect(permissions(removed)).toContain('One');
    });

    test('removing the last rule removes the configuration and all permissions on objects', () => {
      const disabled = app(props, [{ to: 'One', enabled: false }]);
      const removed = app(props, []);

      expect(permissions(removed)).not.toMatch(/s3:(Replicate|GetObject)/);
      expect(resourcesOf(removed).filter(({ Properties }) => Properties?.ReplicationConfiguration)).toEqual([]);
      // a policy that is orphaned would stay attached to the role: the permissions would remain in the account
      expect(harm(disabled, removed)).toEqual([]);
    });

    test('removing the construct after its rules are disabled leaves nothing behind in the account', () => {
      const disabled = app(props, [{ to: 'One', enabled: false }]);
      const never = app(props);

      const gone = ['WILL_DESTROY AWS::IAM::Role', ...(props.bucketName ? [] : ['WILL_DESTROY AWS::IAM::Policy'])];
      expect(harm(disabled, never).map((line) => line.replace(/ \w+$/, ''))).toEqual(gone);
    });
  });

  describe('deleting the stack', () => {
    const fates = (templates: Templates) =>
      Object.fromEntries(
        resourcesOf(templates)
          .filter(({ Type, Properties }) => Type.startsWith('AWS::IAM::') || Properties?.ReplicationConfiguration)
          .map(({ Type, DeletionPolicy, UpdateReplacePolicy }) => [
            Type.replace(/.*::/, ''),
            [DeletionPolicy ?? 'Delete', UpdateReplacePolicy ?? 'Delete'],
          ]),
      );
    const stackWith = (
      props: s3.BucketProps,
      then: (stack: Stack, source: s3.Bucket) => void = () => {},
      replication: Partial<BucketReplicationProps> = {},
    ) =>
      inStack((stack) => {
        const source = new s3.Bucket(stack, 'Source', props);
        new BucketReplication(stack, 'Replication', {
          ...replication,
          source,
          rules: [{ destination: s3.Bucket.fromBucketName(stack, 'One', 'one') }],
        });
        then(stack, source);
      });
    const RETAINED = ['Retain', 'Retain'];
    const DELETED = ['Delete', 'Delete'];

    test.each<[string, () => Templates, string[]]>([
      ['a retained source: the role and its policy stay', () => stackWith({}), RETAINED],
      [
        'RETAIN_ON_UPDATE_OR_DELETE',
        () => stackWith({ removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE }),
        ['RetainExceptOnCreate', 'Retain'],
      ],
      ['DESTROY: they go', () => stackWith({ removalPolicy: RemovalPolicy.DESTROY }), DELETED],
      [
        'retained later',
        () =>
          stackWith({ removalPolicy: RemovalPolicy.DESTROY }, (_, source) =>
            source.applyRemovalPolicy(RemovalPolicy.RETAIN),
          ),
        RETAINED,
      ],
      ['deleted later', () => stackWith({}, (_, source) => source.applyRemovalPolicy(RemovalPolicy.DESTROY)), DELETED],
      [
        'retained by an aspect',
        () =>
          stackWith({ removalPolicy: RemovalPolicy.DESTROY }, (stack) =>
            Aspects.of(stack).add({
              visit: (node) => node instanceof s3.CfnBucket && node.applyRemovalPolicy(RemovalPolicy.RETAIN),
            }),
          ),
        RETAINED,
      ],
      [
        'deleted by an aspect',
        () =>
          stackWith({}, (stack) =>
            Aspects.of(stack).add({
              visit: (node) => node instanceof s3.CfnBucket && node.applyRemovalPolicy(RemovalPolicy.DESTROY),
            }),
          ),
        DELETED,
      ],
      [
        'RemovalPolicies.of(stack).destroy()',
        () => stackWith({}, (stack) => RemovalPolicies.of(stack).destroy()),
        DELETED,
      ],
      [
        'RemovalPolicies.of(stack).retain()',
        () => stackWith({ removalPolicy: RemovalPolicy.DESTROY }, (stack) => RemovalPolicies.of(stack).retain()),
        RETAINED,
      ],
      [
        'MissingRemovalPolicies.of(stack).destroy()',
        () => stackWith({}, (stack) => MissingRemovalPolicies.of(stack).destroy()),
        RETAINED,
      ],
    ])('%s', (_, templates, fate) => {
      expect(fates(templates())).toEqual({ Bucket: fate, Role: fate, Policy: fate });
    });

    test('a policy of its own for the role wins', () => {
      const templates = stackWith({}, (_, source) =>
        BucketReplication.of(source).role.applyRemovalPolicy(RemovalPolicy.DESTROY),
      );
      expect(fates(templates)).toMatchObject({ Bucket: RETAINED, Role: DELETED });
    });

    test('a source with a name: the role holds the permissions and stays', () => {
      expect(fates(stackWith({ bucketName: 'data-of-mine' }))).toEqual({ Bucket: RETAINED, Role: RETAINED });
    });

    test('a role with a name goes, so that the stack can be created again', () => {
      expect(fates(stackWith({}, undefined, { roleName: 'replicates-data' }))).toEqual({
        Bucket: RETAINED,
        Role: DELETED,
        Policy: DELETED,
      });
      expect(fates(stackWith({ bucketName: 'data-of-mine' }, undefined, { roleName: 'replicates-data' }))).toEqual({
        Bucket: RETAINED,
        Role: DELETED,
      });
    });

    test('an L1 bucket: as CloudFormation treats the bucket', () => {
      const l1 = (policy?: RemovalPolicy) =>
        inStack((stack) => {
          const source = new s3.CfnBucket(stack, 'Source');
          if (policy) source.applyRemovalPolicy(policy);
          BucketReplication.of(source).addRule({ destination: s3.Bucket.fromBucketName(stack, 'One', 'one') });
        });
      expect(fates(l1())).toEqual({ Bucket: DELETED, Role: DELETED, Policy: DELETED });
      expect(fates(l1(RemovalPolicy.RETAIN))).toEqual({ Bucket: RETAINED, Role: RETAINED, Policy: RETAINED });
    });
  });
});

describe('permissions come before the configuration where the name of the source is known', () => {
  /** What CloudFormation creates before a resource, by logical id. */
  function before(template: any, id: string, seen = new Set<string>()): Set<string> {
    const direct = [template.Resources[id].DependsOn ?? []].flat() as string[];
    JSON.stringify(template.Resources[id].Properties, (key, value) => {
      if (key === 'Ref' || key === 'Fn::GetAtt') direct.push([value].flat()[0]);
      return value;
    });
    for (const other of direct.filter((it) => template.Resources[it] && !seen.has(it))) {
      seen.add(other);
      before(template, other, seen);
    }
    return seen;
  }
  const app = (source: (stack: Stack) => s3.IBucketRef & Construct, role?: (stack: Stack) => iam.IRole) => {
    let ids: Record<'bucket' | 'role' | 'policy', string | undefined>;
    const { App: template } = inStack((stack) => {
      const bucket = source(stack);
      const replication = new BucketReplication(stack, 'Replication', {
        source: bucket,
        role: role?.(stack),
        rules: [{ destination: new s3.Bucket(stack, 'Replicas') }],
      });
      const cfn = (bucket.node.defaultChild ?? bucket) as CfnElement;
      const idOf = (construct?: Construct) =>
        construct && (stack.resolve((construct as CfnElement).logicalId) as string);
      ids = {
        bucket: idOf(cfn),
        role: idOf(replication.role.node.defaultChild as CfnElement | undefined),
        policy: undefined,
      };
    });
    ids!.policy = Object.keys(template.Resources).find((id) => template.Resources[id].Type === 'AWS::IAM::Policy');
    return { template, bucket: ids!.bucket!, role: ids!.role!, policy: ids!.policy! };
  };

  test('the judge: a policy that nobody waits for', () => {
    const template = {
      Resources: {
        Bucket: { Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
        Role: { Properties: {} },
        Policy: { Properties: { Roles: [{ Ref: 'Role' }] } },
      },
    };
    expect([...before(template, 'Bucket')]).toEqual(['Role']);
    expect([...before(template, 'Policy')]).toEqual(['Role']);
  });

  test.each<[string, (stack: Stack) => s3.IBucketRef & Construct]>([
    ['a literal name', (stack) => new s3.Bucket(stack, 'Source', { bucketName: 'data-of-mine' })],
    [
      'a name from a parameter',
      (stack) => new s3.Bucket(stack, 'Source', { bucketName: new CfnParameter(stack, 'Name').valueAsString }),
    ],
    ['a name with the account', (stack) => new s3.Bucket(stack, 'Source', { bucketName: `data-${stack.account}` })],
    ['an L1 bucket with a name', (stack) => new s3.CfnBucket(stack, 'Source', { bucketName: 'data-of-mine' })],
  ])('%s: they are in the role, and the bucket waits for it', (_, source) => {
    const { template, bucket, role, policy } = app(source);
    expect(policy).toBeUndefined();
    expect(JSON.stringify(template.Resources[role].Properties.Policies)).toContain('s3:ReplicateObject');
    expect(before(template, bucket)).toContain(role);
    expect(before(template, role)).not.toContain(bucket);
  });

  test.each<[string, (stack: Stack) => s3.IBucketRef & Construct]>([
    ['no name', (stack) => new s3.Bucket(stack, 'Source')],
    [
      'a name that may be generated',
      (stack) => new s3.Bucket(stack, 'Source', { bucketName: PhysicalName.GENERATE_IF_NEEDED }),
    ],
    ['an L1 bucket without a name', (stack) => new s3.CfnBucket(stack, 'Source')],
  ])('%s: they are a policy that waits for the bucket', (_, source) => {
    const { template, bucket, role, policy } = app(source);
    expect(template.Resources[role].Properties.Policies).toBeUndefined();
    expect(before(template, policy)).toContain(bucket);
    expect(before(template, bucket)).toContain(role);
  });

  test.each<[string, (stack: Stack) => iam.IRole]>([
    [
      'of the stack',
      (stack) => new iam.Role(stack, 'Mine', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') }),
    ],
    ['imported', (stack) => iam.Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111111111111:role/mine')],
  ])("a role of one's own, %s: the bucket waits for the policy where the name is known", (_, role) => {
    const named = app((stack) => new s3.Bucket(stack, 'Source', { bucketName: 'data-of-mine' }), role);
    expect(before(named.template, named.bucket)).toContain(named.policy);
    const unnamed = app((stack) => new s3.Bucket(stack, 'Source'), role);
    expect(before(unnamed.template, unnamed.policy)).toContain(unnamed.bucket);
  });
});

/** Templates that several tests compare with are made once, and inside of a test. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
