import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { silenced, Templates } from '../templates';
import {
  docstrings,
  euKey,
  euKey2,
  harm,
  inStack,
  once,
  saysThatChangesHurt,
  transitions,
  usKey,
  usKey2,
} from '../updates';
import {
  BucketReplication,
  BucketReplicationProps,
  ReplicatedBucketPair,
  ReplicatedBucketPairProps,
  ReplicationFilter,
  ReplicationRuleOptions,
} from 'cdk-s3-replication';

silenced();

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
    enableVersioning: { states: Object.fromEntries([true, false].map((it) => [it, () => ({ enableVersioning: it })])) },
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
        source:
          name === 'enableVersioning'
            ? s3.Bucket.fromBucketName(stack, 'Shared', 'shared')
            : new s3.Bucket(stack, 'Source'),
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
