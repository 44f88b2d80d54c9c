import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import {
  Annotations,
  App,
  Aspects,
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  Aws,
  CfnCondition,
  CfnParameter,
  Duration,
  Fn,
  RemovalPolicy,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import { quietApp } from './app';
import { bucket, ENV, inEurope, key, KMS, l1 } from './builders';
import {
  BucketReplication,
  LogAggregationSRR,
  ReplicatedBucketPair,
  ReplicatedBucketPairProps,
  ReplicationFilter,
  ReplicationRule,
} from '../src';

/** One rule between two buckets, `Source` and `Destination`, in one stack unless they are given. */
function flow(stack: Stack, rule: Partial<ReplicationRule> = {}, source: s3.IBucketRef = bucket(stack, 'Source')) {
  const replication = BucketReplication.of(source);
  replication.addRule({ ...rule, destination: rule.destination ?? bucket(stack, 'Destination') });
  return replication;
}

/** One rule between buckets of these properties. */
const between =
  (source?: s3.BucketProps, destination?: s3.BucketProps, rule?: Partial<ReplicationRule>) => (stack: Stack) =>
    void flow(
      stack,
      { ...rule, destination: bucket(stack, 'Destination', destination) },
      bucket(stack, 'Source', source),
    );

const pair = (props: ReplicatedBucketPairProps) => (stack: Stack) =>
  void new ReplicatedBucketPair(stack, 'Pair', props);

/** Warnings and errors of all stacks; synthesis must succeed. */
function warningsOf(build: (stack: Stack) => void, app = quietApp()): string[] {
  build(new Stack(app, 'Stack', { env: ENV }));
  return messagesIn(app);
}

const messagesIn = (app: App) =>
  app
    .synth()
    .stacksRecursively.flatMap(({ messages }) => messages)
    .map(({ entry }) => String(entry.data));

/** What will be regretted, what the warning says (seen, remedy), and what would be fine: it gives no warning at all. */
type Case = [
  id: string,
  what: string,
  regretted: (stack: Stack) => void,
  saw: string | RegExp,
  remedy: string,
  fine: (stack: Stack) => void,
];

const warnings: Case[] = [
  [
    'noRules',
    'no rule',
    (stack) => void BucketReplication.of(bucket(stack, 'Source')),
    'nothing is replicated',
    'Add rules with addRule()',
    between(),
  ],
  [
    'disabledRulesDoNotCatchUp',
    'a disabled rule',
    between({}, {}, { enabled: false, ruleId: 'paused' }),
    /(Disabled: 'paused'|rule 'paused' is disabled)/,
    'Remove `enabled: false`',
    between({}, {}, { enabled: true }),
  ],
  [
    'disabledRulesDoNotCatchUp',
    'a disabled rule whose ID is a token',
    (stack) => flow(stack, { enabled: false, ruleId: new CfnParameter(stack, 'Id').valueAsString }),
    /isabled/,
    'Remove `enabled: false`',
    (stack) => flow(stack, { ruleId: new CfnParameter(stack, 'Id').valueAsString }),
  ],
  ...['/reports/', 'reports/*'].map((prefix): Case => [
    'literalPrefix',
    prefix,
    between({}, {}, { filter: ReplicationFilter.prefix(prefix) }),
    `'${prefix}' is compared literally`,
    'Leave the slash or the asterisk out',
    between({}, {}, { filter: ReplicationFilter.prefix('reports*/') }),
  ]),
  [
    'replicasAreNotReplicated',
    'a chain',
    (stack) => {
      const middle = bucket(stack, 'Middle');
      flow(stack, {}, middle);
      flow(stack, { destination: middle });
    },
    "receives replicas of 'Stack/Source/Resource'",
    'Add a rule from there to each destination',
    (stack) => flow(stack).addRule({ destination: bucket(stack, 'Other') }),
  ],
  ...[s3.ObjectOwnership.OBJECT_WRITER, s3.ObjectOwnership.BUCKET_OWNER_PREFERRED].map((objectOwnership): Case => [
    'sourceUsesAcls',
    objectOwnership,
    between({ objectOwnership }),
    `ACLs are enabled at the source (${objectOwnership})`,
    'Use ObjectOwnership.BUCKET_OWNER_ENFORCED',
    between({ objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED }, { objectOwnership }),
  ]),
  ...(
    [
      ['of objects', { expiration: Duration.days(30) }],
      ['of noncurrent versions', { noncurrentVersionExpiration: Duration.days(30) }],
      ['at a date', { expirationDate: new Date('2030-01-01') }],
    ] as Array<[string, s3.LifecycleRule]>
  ).map(([what, rule]): Case => [
    'expirationIsNotReplicated',
    `expiration ${what}`,
    between({ lifecycleRules: [rule] }),
    "'Stack/Destination' has no lifecycle rules",
    'Give the destination lifecycle rules of its own',
    between({ lifecycleRules: [rule] }, { lifecycleRules: [{ expiration: Duration.days(400) }] }),
  ]),
  [
    'expirationIsNotReplicated',
    'expiration among other rules',
    between({
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }, { expiration: Duration.days(1) }],
    }),
    'The source expires objects',
    'lifecycle rules of its own',
    between({
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
        { transitions: [{ storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(30) }] },
        { enabled: false, expiration: Duration.days(30) },
      ],
    }),
  ],
  [
    'destinationBlocksSseC',
    'SSE-C',
    (stack) => flow(stack, {}, allowing(stack, 'Source', 'NONE')),
    "The source allows SSE-C and 'Stack/Destination' blocks it",
    'Allow SSE-C at the destination too',
    (stack) => flow(stack, { destination: allowing(stack, 'Destination', 'NONE') }, allowing(stack, 'Source', 'NONE')),
  ],
  [
    'destinationBlocksSseC',
    'SSE-C, explicitly',
    (stack) => flow(stack, { destination: allowing(stack, 'Destination', 'SSE-C') }, allowing(stack, 'Source', 'NONE')),
    "'Stack/Destination' blocks it",
    'block it at the source',
    (stack) =>
      flow(stack, { destination: allowing(stack, 'Destination', 'SSE-C') }, allowing(stack, 'Source', 'SSE-C')),
  ],
  [
    'destinationCannotTakeAccessLogs',
    'KMS',
    (stack) => {
      const destination = bucket(stack, 'Destination', { encryption: KMS });
      flow(stack, { destination }, bucket(stack, 'Source', { encryption: KMS }));
      bucket(stack, 'Logged', { serverAccessLogsBucket: destination });
    },
    'into a bucket with KMS as default encryption',
    'Give the access logs a bucket of their own',
    (stack) => {
      const destination = bucket(stack, 'Destination');
      flow(stack, { destination });
      bucket(stack, 'Logged', { serverAccessLogsBucket: destination });
    },
  ],
  [
    'destinationCannotTakeAccessLogs',
    'Object Lock',
    (stack) => {
      const destination = bucket(stack, 'Destination', { objectLockEnabled: true });
      flow(stack, { destination });
      bucket(stack, 'Logged', { serverAccessLogsBucket: destination });
    },
    'into a bucket with Object Lock',
    'Give the access logs a bucket of their own',
    (stack) => {
      flow(stack, { destination: bucket(stack, 'Destination', { objectLockEnabled: true }) });
      bucket(stack, 'Logged', { serverAccessLogsBucket: bucket(stack, 'Logs') });
    },
  ],
  [
    'negatedStatementOnLogBucket',
    'NotAction',
    (stack) => forLogs(stack, { effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], notActions: ['s3:*'] }),
    "The policy of 'Stack/Destination', a bucket for logs, has NotPrincipal or NotAction (Guard)",
    'Write it with Principal and Action',
    (stack) =>
      forLogs(stack, {
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:PutBucketPolicy'],
      }),
  ],
  [
    'objectLockOfImportedDestination',
    'Object Lock',
    (stack) =>
      flow(
        stack,
        { destination: s3.Bucket.fromBucketName(stack, 'Imported', 'theirs') },
        bucket(stack, 'Source', { objectLockEnabled: true }),
      ),
    "whether imported bucket 'theirs' has it cannot be seen",
    'Check with `aws s3api get-object-lock-configuration`',
    between({ objectLockEnabled: true }, { objectLockEnabled: true }),
  ],
  [
    'sourceUsesAwsManagedKey',
    'aws/s3',
    (stack) =>
      flow(
        stack,
        { destinationKey: key(stack) },
        bucket(stack, 'Source', { encryption: s3.BucketEncryption.KMS_MANAGED }),
      ),
    'the AWS managed key aws/s3',
    'Encrypt the source with a customer managed key',
    between({ encryption: KMS }, { encryption: KMS }),
  ],
  [
    'sourceEncryptionUnknown',
    'Fn::If',
    (stack) => flow(stack, {}, new s3.CfnBucket(stack, 'Source', { bucketEncryption: prod(stack, {}) })),
    'How the source is encrypted is not known at synthesis',
    'Name them',
    (stack) =>
      flow(
        stack,
        { sourceKeys: [key(stack)], destinationKey: key(stack, 'Other') },
        new s3.CfnBucket(stack, 'Source', { bucketEncryption: prod(stack, {}) }),
      ),
  ],
  [
    'sourceKeyOverridden',
    'a property override with a key that no rule names',
    (stack) => overridden(stack, 'arn:aws:kms:us-east-1:111111111111:key/overriding'),
    'a key that is not among the sourceKeys of every rule',
    'name the key in sourceKeys',
    (stack) => overridden(stack, 'arn:aws:kms:us-east-1:111111111111:key/named'),
  ],
  [
    'replicasKeepSseS3',
    'KMS at the destination',
    between({}, { encryption: KMS }),
    "the default encryption of 'Stack/Destination' is SSE-KMS",
    'Encrypt the source with KMS',
    between({ encryption: KMS }, { encryption: KMS }),
  ],
  [
    'replicasKeepSseS3',
    'aws/s3 at the destination',
    between({ encryption: s3.BucketEncryption.S3_MANAGED }, { encryption: s3.BucketEncryption.KMS_MANAGED }),
    "the default encryption of 'Stack/Destination' is aws/s3",
    'Encrypt the source with KMS',
    between({ encryption: s3.BucketEncryption.S3_MANAGED }, { encryption: s3.BucketEncryption.S3_MANAGED }),
  ],
  [
    'destinationKeyWithoutSourceKey',
    'only one key',
    (stack) => flow(stack, { destinationKey: key(stack) }),
    "so the replicas in 'Stack/Destination' are too",
    'Name the keys of single objects in sourceKeys',
    (stack) => flow(stack, { destinationKey: key(stack), sourceKeys: [key(stack, 'SourceKey')] }),
  ],
  ...(
    [
      ['an organization', { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } }],
      ['a tag of the caller', { StringNotEquals: { 'aws:PrincipalTag/team': 'data' } }],
      ['a user id, which may be that of the role', { StringNotLike: { 'aws:userid': 'AROAEXAMPLE:*' } }],
      ['a remaining retention', { NumericGreaterThan: { 's3:object-lock-remaining-retention-days': '10' } }],
      [
        'a VPC endpoint unless AWS calls',
        { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' }, Bool: { 'aws:ViaAWSService': 'false' } },
      ],
    ] as Array<[string, object]>
  ).map(([what, conditions]): Case => [
    'policyMayDeny',
    what,
    denying('Destination', { conditions }),
    /Guard in the policy 'Stack\/Destination\/Policy\/Resource' of destination 'Stack\/Destination' denies s3:ReplicateObject.* if it applies/,
    'ArnNotEquals on aws:PrincipalArn',
    denying('Destination', { conditions: { Bool: { 'aws:SecureTransport': 'false' } } }),
  ]),
  [
    'policyMayDeny',
    'a part of the objects',
    denying('Destination', { resource: 'arn/secret/*' }),
    'covers a part of what the rules replicate',
    'Exempt the role',
    denying('Destination', { resource: 'arn/secret/*' }, { filter: ReplicationFilter.prefix('public/') }),
  ],
  [
    'policyMayDeny',
    'under a condition of the template',
    (stack) => {
      const source = bucket(stack, 'Source');
      flow(stack, {}, source);
      const statement = {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [source.bucketArn, source.arnForObjects('*')],
      };
      new s3.CfnBucketPolicy(stack, 'Policy', {
        bucket: source.bucketName,
        policyDocument: { Statement: [prod(stack, statement)] },
      });
    },
    'a condition of the template decides whether it is there',
    'Exempt the role',
    denying('Source', { conditions: { NumericLessThan: { 's3:TlsVersion': '1.2' } } }),
  ],
  [
    'policyMayDeny',
    'in the policy of a key',
    (stack) => {
      const sourceKey = key(stack);
      flow(stack, { destinationKey: key(stack, 'Other') }, bucket(stack, 'Source', { encryptionKey: sourceKey }));
      sourceKey.addToResourcePolicy(
        new iam.PolicyStatement({
          sid: 'Guard',
          effect: iam.Effect.DENY,
          principals: [new iam.AnyPrincipal()],
          actions: ['kms:*'],
          resources: ['*'],
          conditions: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } },
        }),
      );
    },
    "Guard in the policy of the source key 'Stack/Key/Resource'",
    'Exempt the role',
    (stack) => {
      const sourceKey = key(stack);
      const { role } = flow(
        stack,
        { destinationKey: key(stack, 'Other') },
        bucket(stack, 'Source', { encryptionKey: sourceKey }),
      );
      sourceKey.addToResourcePolicy(
        new iam.PolicyStatement({
          sid: 'Guard',
          effect: iam.Effect.DENY,
          principals: [new iam.AnyPrincipal()],
          actions: ['kms:ScheduleKeyDeletion'],
          resources: ['*'],
          conditions: { ArnNotEquals: { 'aws:PrincipalArn': role.roleArn } },
        }),
      );
    },
  ],
  [
    'permissionsBoundaryForbids',
    'in the props',
    (stack) =>
      new BucketReplication(stack, 'Replication', {
        source: bucket(stack, 'Source'),
        rules: [{ destination: bucket(stack, 'Destination') }],
        permissionsBoundary: allowingOnly(stack, 's3:Get*', 's3:List*'),
      }),
    'does not allow s3:ReplicateObject, s3:ReplicateDelete, s3:ReplicateTags',
    'Allow these actions in the boundary',
    (stack) =>
      new BucketReplication(stack, 'Replication', {
        source: bucket(stack, 'Source'),
        rules: [{ destination: bucket(stack, 'Destination') }],
        permissionsBoundary: allowingOnly(stack, 's3:*'),
      }),
  ],
  [
    'permissionsBoundaryForbids',
    'of the whole app',
    (stack) => {
      between({ encryption: KMS }, { encryption: KMS })(stack);
      iam.PermissionsBoundary.of(stack.node.root).apply(allowingOnly(stack, 's3:*'));
    },
    'kms:Decrypt',
    'Allow these actions in the boundary',
    (stack) => {
      between({ encryption: KMS }, { encryption: KMS })(stack);
      iam.PermissionsBoundary.of(stack.node.root).apply(allowingOnly(stack, 's3:*', 'kms:*'));
    },
  ],
  ...(['SourceKey', 'DestinationKey'] as const).map((id): Case => [
    'keyPolicyWithoutAccount',
    id,
    withPolicyOf(id, 'arn:aws:iam::111111111111:role/keys'),
    new RegExp(
      `No statement in the policy of the (source|destination) key 'Stack/${id}/Resource' allows (kms:\\w+, )*kms:Decrypt`,
    ),
    'Let the account decide with a statement for its root',
    withPolicyOf(id, '111111111111'),
  ]),
  [
    'keyPolicyWithoutAccount',
    'without an environment',
    (stack) => withPolicyOf('SourceKey', `arn:${Aws.PARTITION}:iam::111111111111:role/keys`)(stack),
    'kms:Decrypt',
    'statement for its root',
    withPolicyOf('SourceKey', `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:root`),
  ],
  [
    'roleTakesNoPolicy',
    'an immutable role',
    withRole({ mutable: false }),
    "The role 'Stack/Role' takes no policies from this app",
    'Import it without `mutable: false`',
    withRole({}),
  ],
  [
    'destinationMayNotExist',
    'another condition',
    underConditions('Narrow', 'Wide'),
    "'Stack/Destination' exists under the condition 'Stack/Wide', the source under 'Stack/Narrow'",
    'same condition',
    underConditions('Wide', 'Wide'),
  ],
  [
    'destinationMayNotExist',
    'a conditional source to a bucket that is always there',
    underConditions('Narrow', 'Wide'),
    "'Stack/Wide'",
    'same condition',
    underConditions('Narrow', undefined),
  ],
  [
    'deployOrderAcrossStages',
    'another Stage',
    (stack) => {
      const backup = new Stack(new Stage(stack.node.root as App, 'Backup', { env: ENV }), 'Stack');
      flow(stack, { destination: bucket(backup, 'Destination', { bucketName: 'backup' }) });
    },
    "The destination 'Backup/Stack/Destination' is in another Stage",
    'Deploy the Stage of the destination first',
    (stack) => flow(stack, { destination: bucket(inEurope(stack), 'Destination') }),
  ],
  [
    'destroyNeedsEmptyBuckets',
    'DESTROY',
    pair({ removalPolicy: RemovalPolicy.DESTROY }),
    'DESTROY without autoDeleteObjects',
    'Set autoDeleteObjects: true',
    pair({ removalPolicy: RemovalPolicy.RETAIN }),
  ],
  [
    'destroyNeedsEmptyBuckets',
    'DESTROY, of a construct that has no autoDeleteObjects',
    (stack) => new LogAggregationSRR(stack, 'Logs', { removalPolicy: RemovalPolicy.DESTROY }),
    'DESTROY without autoDeleteObjects',
    'Empty them yourself before',
    (stack) => new LogAggregationSRR(stack, 'Logs', { removalPolicy: RemovalPolicy.RETAIN }),
  ],
];

/** An L1 bucket that says which encryption it blocks. */
function allowing(stack: Stack, id: string, blocked: string) {
  return new s3.CfnBucket(stack, id, {
    bucketEncryption: {
      serverSideEncryptionConfiguration: [{ blockedEncryptionTypes: { encryptionType: [blocked] } }],
    },
  });
}

function forLogs(stack: Stack, statement: iam.PolicyStatementProps) {
  const destination = bucket(stack, 'Destination');
  flow(stack, { destination });
  bucket(stack, 'Logged', { serverAccessLogsBucket: destination });
  destination.addToResourcePolicy(
    new iam.PolicyStatement({ sid: 'Guard', resources: [destination.bucketArn], ...statement }),
  );
}

function denying(
  which: 'Source' | 'Destination',
  { resource, conditions }: { resource?: string; conditions?: object },
  rule?: Partial<ReplicationRule>,
) {
  return (stack: Stack) => {
    between({}, {}, rule)(stack);
    const it = stack.node.findChild(which) as s3.Bucket;
    it.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Guard',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:*'],
        conditions,
        resources: resource ? [resource.replace('arn', it.bucketArn)] : [it.bucketArn, it.arnForObjects('*')],
      }),
    );
  };
}

/** Two keys, one of which only a given principal may use. */
function withPolicyOf(id: 'SourceKey' | 'DestinationKey', principal: string) {
  return (stack: Stack) => {
    const policy = new iam.PolicyDocument({
      statements: [
        new iam.PolicyStatement({
          principals: [new iam.ArnPrincipal(principal)],
          actions: ['kms:*'],
          resources: ['*'],
        }),
      ],
    });
    const [source, destination] = ['SourceKey', 'DestinationKey'].map(
      (name) => new kms.Key(stack, name, name === id ? { policy } : {}),
    );
    between({ encryptionKey: source }, { encryptionKey: destination })(stack);
  };
}

/** A source and a destination that exist under conditions of the template. */
function underConditions(...conditions: Array<string | undefined>) {
  return (stack: Stack) => {
    between()(stack);
    ['Source', 'Destination'].forEach((id, index) => {
      const name = conditions[index];
      l1(stack.node.findChild(id) as s3.Bucket).cfnOptions.condition =
        name === undefined
          ? undefined
          : ((stack.node.tryFindChild(name) as CfnCondition | undefined) ??
            new CfnCondition(stack, name, { expression: Fn.conditionEquals(Aws.REGION, name) }));
    });
  };
}

function withRole(options: iam.FromRoleArnOptions) {
  return (stack: Stack) =>
    void new BucketReplication(stack, 'Replication', {
      source: bucket(stack, 'Source'),
      rules: [{ destination: bucket(stack, 'Destination') }],
      role: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/fixed', options),
    });
}

/** Buckets that may be used from a VPC only, except by the replication role. */
function denyingAllBut(place: 'Stack' | 'Europe') {
  return (stack: Stack) => {
    const source = bucket(stack, 'Source');
    const destination = bucket(place === 'Stack' ? stack : inEurope(stack), 'Destination');
    new BucketReplication(stack, 'Replication', { source, rules: [{ destination }], roleName: 'replication' });
    [source, destination].forEach((it) =>
      it.addToResourcePolicy(
        new iam.PolicyStatement({
          effect: iam.Effect.DENY,
          principals: [new iam.AnyPrincipal()],
          actions: ['s3:*'],
          resources: [it.bucketArn, it.arnForObjects('*')],
          conditions: {
            StringNotEquals: { 'aws:SourceVpce': 'vpce-1' },
            ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/replication' },
          },
        }),
      ),
    );
  };
}

function allowingOnly(stack: Stack, ...actions: string[]) {
  return new iam.ManagedPolicy(stack, 'Boundary', {
    statements: [new iam.PolicyStatement({ actions, resources: ['*'] })],
  });
}

function prod(stack: Stack, value: unknown): any {
  const condition = new CfnCondition(stack, 'Prod', { expression: Fn.conditionEquals(Aws.REGION, 'us-east-1') });
  return Fn.conditionIf(condition.logicalId, value, { Ref: 'AWS::NoValue' });
}

describe.each(warnings)('%s: %s', (name, _, regretted, saw, remedy, fine) => {
  const id = `cdk-s3-replication:${name}`;

  test('is said, with a remedy', () => {
    const said = warningsOf(regretted);
    expect(said).toEqual([expect.stringContaining(`[ack: ${id}]`)]);
    expect(said[0]).toEqual(typeof saw === 'string' ? expect.stringContaining(saw) : expect.stringMatching(saw));
    expect(said[0]).toContain(remedy);
    expect(said[0]).toMatch(/acknowledge|Deploy the Stage/);
    expect(said[0]).not.toMatch(/undefined|\[object|\$\{Token/);
  });

  test('can be acknowledged', () => {
    expect(
      warningsOf((stack) => {
        regretted(stack);
        Annotations.of(stack).acknowledgeWarning(id, 'we know');
      }),
    ).toEqual([]);
  });

  test('is not said when all is well', () => expect(warningsOf(fine)).toEqual([]));
});

test('every warning of the library is tested here', () => {
  const src = join(__dirname, '../src');
  const code = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(src, file), 'utf8'))
    .join('\n');
  const ids = [...code.matchAll(/(?:\bwarning\(\s*'|addWarningV2\(\s*'cdk-s3-replication:)(\w+)'/g)].map(
    ([, id]) => id,
  );
  const elsewhere = ['logKeysMayMeet']; // log-aggregation-keys.test.ts
  expect([...new Set(ids)].sort()).toEqual([...new Set([...elsewhere, ...warnings.map(([id]) => id)])].sort());
});

describe('acknowledged elsewhere', () => {
  const id = 'cdk-s3-replication:disabledRulesDoNotCatchUp';
  const off = between({}, {}, { enabled: false });

  test('at the source bucket', () =>
    expect(
      warningsOf((stack) => {
        off(stack);
        Annotations.of(stack.node.findChild('Source')).acknowledgeWarning(id);
      }),
    ).toEqual([]));

  test('before the rule is there', () =>
    expect(
      warningsOf((stack) => {
        Annotations.of(stack).acknowledgeWarning(id);
        off(stack);
      }),
    ).toEqual([]));

  test('at a pair', () =>
    expect(
      warningsOf((stack) => {
        const made = new ReplicatedBucketPair(stack, 'Pair', { enabled: false });
        Annotations.of(made).acknowledgeWarning(id);
      }),
    ).toEqual([]));

  test('at the BucketReplication', () =>
    expect(
      warningsOf((stack) => {
        const replication = new BucketReplication(stack, 'Replication', {
          source: bucket(stack, 'Source'),
          rules: [{ destination: bucket(stack, 'Destination'), enabled: false }],
        });
        Annotations.of(replication).acknowledgeWarning(id);
      }),
    ).toEqual([]));

  test('at a pair of buckets of the user', () =>
    expect(
      warningsOf((stack) => {
        const made = new ReplicatedBucketPair(stack, 'Pair', {
          source: bucket(stack, 'Source'),
          destination: bucket(stack, 'Destination'),
          enabled: false,
        });
        Annotations.of(made).acknowledgeWarning(id);
      }),
    ).toEqual([]));

  test('at one of two pairs counts for that one', () =>
    expect(
      warningsOf((stack) => {
        const source = bucket(stack, 'Source');
        const [one] = ['One', 'Two'].map((name) => new ReplicatedBucketPair(stack, name, { source, enabled: false }));
        Annotations.of(one).acknowledgeWarning(id);
      }),
    ).toEqual([expect.stringContaining('StackTwoDestination')]));

  test('at the Stage', () => {
    // not at the app: core looks for acknowledgements below it only
    const app = quietApp();
    const stage = new Stage(app, 'Stage', { env: ENV });
    off(new Stack(stage, 'Stack'));
    Annotations.of(stage).acknowledgeWarning(id);
    expect(messagesIn(app)).toEqual([]);
  });

  test('at another stack does not count', () =>
    expect(
      warningsOf((stack) => {
        off(stack);
        Annotations.of(inEurope(stack)).acknowledgeWarning(id);
      }),
    ).toHaveLength(1));
});

test('what concerns two rules is said once', () => {
  expect(
    warningsOf((stack) => {
      const destination = bucket(stack, 'Destination');
      flow(
        stack,
        { destination, filter: ReplicationFilter.prefix('a/') },
        bucket(stack, 'Source', { lifecycleRules: [{ expiration: Duration.days(1) }] }),
      ).addRule({ destination, filter: ReplicationFilter.prefix('b/') });
    }),
  ).toHaveLength(1);
});

test('a second synthesis does not say it twice', () => {
  const app = quietApp();
  between({}, {}, { enabled: false })(new Stack(app, 'Stack', { env: ENV }));
  app.synth();
  expect(app.synth({ force: true }).stacks[0].messages).toHaveLength(1);
});

test('what an aspect changes counts', () => {
  expect(
    warningsOf((stack) => {
      between()(stack);
      Aspects.of(stack).add({
        visit: (node) => {
          if (s3.CfnBucket.isCfnResource(node) && node.node.path === 'Stack/Source/Resource') {
            (node as s3.CfnBucket).addPropertyOverride('OwnershipControls', {
              Rules: [{ ObjectOwnership: 'ObjectWriter' }],
            });
          }
        },
      });
    }),
  ).toEqual([expect.stringContaining('sourceUsesAcls')]);
});

describe('nothing to say', () => {
  const locked = {
    objectLockEnabled: true,
    objectLockDefaultRetention: s3.ObjectLockRetention.compliance(Duration.days(30)),
  };
  const cases: Array<[string, (stack: Stack) => void]> = [
    ['a pair in one region', pair({})],
    ['a pair in two regions', pair({ destinationRegion: 'eu-west-1' })],
    ['a pair with keys', pair({ destinationRegion: 'eu-west-1', encryption: KMS })],
    ['a pair with Object Lock and keys', pair({ destinationRegion: 'eu-west-1', encryption: KMS, ...locked })],
    ['a pair that is destroyed', pair({ removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true })],
    [
      'a pair that keeps its former keys',
      pair({ destinationRegion: 'eu-west-1', encryption: s3.BucketEncryption.S3_MANAGED, keepEncryptionKeys: true }),
    ],
    [
      'a pair with all options of a rule',
      pair({
        replicationTimeControl: true,
        replicaModifications: true,
        deleteMarkerReplication: true,
        storageClass: s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
        filter: ReplicationFilter.prefix('a/'),
        priority: 3,
        ruleId: 'all',
      }),
    ],
    [
      'two pairs on one source',
      (stack) => {
        const source = bucket(stack, 'Source', { encryption: KMS });
        pair({ source, destinationRegion: 'eu-west-1' })(stack);
        new ReplicatedBucketPair(stack, 'Other', {
          source,
          destinationRegion: 'eu-central-1',
          filter: ReplicationFilter.tags({ team: 'a' }),
        });
      },
    ],
    [
      'two buckets that require TLS',
      between({ enforceSSL: true, minimumTLSVersion: 1.2 }, { enforceSSL: true, minimumTLSVersion: 1.2 }),
    ],
    [
      'a Deny that exempts the role',
      (stack) => {
        const source = bucket(stack, 'Source');
        const { role } = flow(stack, {}, source);
        source.addToResourcePolicy(
          new iam.PolicyStatement({
            effect: iam.Effect.DENY,
            principals: [new iam.AnyPrincipal()],
            actions: ['s3:*'],
            resources: [source.bucketArn, source.arnForObjects('*')],
            conditions: {
              StringNotEquals: { 'aws:SourceVpce': 'vpce-1' },
              ArnNotEquals: { 'aws:PrincipalArn': role.roleArn },
            },
          }),
        );
      },
    ],
    ['a Deny that exempts the role by its name', denyingAllBut('Stack')],
    ['a Deny that exempts the role by its name, in another region', denyingAllBut('Europe')],
    [
      'a Deny of other accounts',
      denying('Destination', { conditions: { StringNotEquals: { 'aws:PrincipalAccount': ENV.account } } }),
    ],
    [
      'a Deny of uploads without KMS',
      (stack) => {
        const destination = bucket(stack, 'Destination', { encryption: KMS });
        flow(stack, { destination }, bucket(stack, 'Source', { encryption: KMS }));
        destination.addToResourcePolicy(
          new iam.PolicyStatement({
            effect: iam.Effect.DENY,
            principals: [new iam.AnyPrincipal()],
            actions: ['s3:PutObject'],
            resources: [destination.arnForObjects('*')],
            conditions: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
          }),
        );
      },
    ],
    [
      'buckets that are emptied',
      between(
        { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true },
        { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true },
      ),
    ],
    [
      'access logs of both to a third bucket',
      (stack) => {
        const serverAccessLogsBucket = bucket(stack, 'Logs');
        between({ serverAccessLogsBucket }, { serverAccessLogsBucket })(stack);
      },
    ],
    [
      'an imported destination with its key',
      (stack) =>
        flow(
          stack,
          {
            destination: s3.Bucket.fromBucketAttributes(stack, 'Imported', {
              bucketName: 'theirs',
              region: 'eu-west-1',
              encryptionKey: kms.Key.fromKeyArn(
                stack,
                'TheirKey',
                'arn:aws:kms:eu-west-1:111111111111:key/12345678-90ab-cdef-1234-567890abcdef',
              ),
            }),
          },
          bucket(stack, 'Source', { encryption: KMS }),
        ),
    ],
    [
      'a bucket whose encryption is set by an L1 property',
      (stack) => {
        const source = bucket(stack, 'Source');
        l1(source).bucketEncryption = {
          serverSideEncryptionConfiguration: [
            { bucketKeyEnabled: true, serverSideEncryptionByDefault: { sseAlgorithm: 'AES256' } },
          ],
        };
        flow(stack, {}, source);
      },
    ],
  ];

  test.each(cases)('%s', (_, build) => expect(warningsOf(build)).toEqual([]));

  test.each(cases)('%s, without feature flags', (_, build) => {
    expect(warningsOf(build, quietApp('none')).filter((message) => message.includes('cdk-s3-replication'))).toEqual([]);
  });
});

/** A source whose key only a property override names. */
function overridden(stack: Stack, arn: string) {
  const source = bucket(stack, 'Source');
  l1(source).addPropertyOverride('BucketEncryption', {
    ServerSideEncryptionConfiguration: [
      { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arn } },
    ],
  });
  const named = kms.Key.fromKeyArn(stack, 'Named', 'arn:aws:kms:us-east-1:111111111111:key/named');
  flow(stack, { sourceKeys: [named], destinationKey: key(stack) }, source);
}
