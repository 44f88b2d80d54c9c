import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import {
  Annotations,
  App,
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
import { BidirectionalReplication, BucketReplication, LogAggregationSRR, ReplicationFilter } from '../../src';
import {
  ACCOUNT,
  between,
  bucket,
  denying,
  ENV,
  flow,
  importedKey,
  inEurope,
  key,
  KEY_ARN,
  KMS,
  l1,
  pair,
} from '../builders';
import { warningsOf } from '../messages';

/** What will be regretted, what the warning says (seen, remedy), and what would be fine: it gives no warning at all. */
type Case = [
  id: string,
  what: string,
  regretted: (stack: Stack) => void,
  saw: string | RegExp,
  remedy: string,
  fine: (stack: Stack) => void,
];

const keyOf = (account: string) => (stack: Stack) =>
  flow(stack, { sourceKeys: [importedKey(stack, KEY_ARN.replace(ACCOUNT, account))], destinationKey: key(stack) });

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
    'archivedBothWays',
    'replicas in an archive, of buckets that replicate to each other',
    (stack) =>
      void new BidirectionalReplication(stack, 'Active', {
        secondToFirst: { storageClass: s3.StorageClass.DEEP_ARCHIVE },
      }),
    'DEEP_ARCHIVE, and the two replicate to each other',
    'Use GLACIER_IR',
    between({}, {}, { storageClass: s3.StorageClass.DEEP_ARCHIVE }),
  ],
  [
    'importedSourceIsShared',
    'an imported source',
    (stack) =>
      void flow(
        stack,
        { sourceKeys: [importedKey(stack, KEY_ARN)], destinationKey: key(stack) },
        s3.Bucket.fromBucketName(stack, 'Shared', 'shared'),
      ),
    "Rules are added to imported bucket 'shared', which something else owns",
    'Declare the replication of the bucket in one place',
    between(),
  ],
  [
    'keyTakesNoPolicy',
    'a key of another account for the source',
    keyOf('333333333333'),
    "policy of the key 'arn:aws:kms:us-east-1:333333333333:key/",
    'Hand this over, then acknowledge it',
    keyOf(ENV.account),
  ],
  [
    'disabledRulesDoNotCatchUp',
    'a disabled rule',
    between({}, {}, { enabled: false, ruleId: 'paused' }),
    "The rule 'paused' is disabled",
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
    'Write how the keys begin',
    between({}, {}, { filter: ReplicationFilter.prefix('reports*/') }),
  ]),
  [
    'replicasAreNotReplicated',
    'a chain',
    (stack) => {
      const middle = bucket(stack, 'Middle');
      BucketReplication.of(middle).addRule({ destination: bucket(stack, 'Destination') });
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
    `ACLs are enabled at the source 'Stack/Source' (${objectOwnership})`,
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
    "The source 'Stack/Source' expires objects",
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
    "The source 'Stack/Source' allows SSE-C and 'Stack/Destination' blocks it",
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
    "How the source 'Stack/Source' is encrypted is not known at synthesis",
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
    "the default encryption of 'Stack/Destination' (SSE-KMS)",
    'Encrypt the source with KMS',
    between({ encryption: KMS }, { encryption: KMS }),
  ],
  [
    'replicasKeepSseS3',
    'aws/s3 at the destination',
    between({ encryption: s3.BucketEncryption.S3_MANAGED }, { encryption: s3.BucketEncryption.KMS_MANAGED }),
    "the default encryption of 'Stack/Destination' (aws/s3)",
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
    'Exempt the replication role',
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
    'Exempt the replication role',
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
    'Exempt the replication role',
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
    "'Stack/Destination' exists under the condition 'Stack/Wide', the source 'Stack/Source' under 'Stack/Narrow'",
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
  ...(['source', 'destination'] as const).flatMap((which): Case[] =>
    [
      (yes: string, no: string) => ({ status: Fn.conditionIf('Narrow', yes, no).toString() }),
      (yes: string, no: string) =>
        Fn.conditionIf('Narrow', { Status: yes }, no === 'Enabled' ? { Status: no } : Aws.NO_VALUE),
    ].map((made, at) => {
      const build = (other: string) => (stack: Stack) => {
        new CfnCondition(stack, 'Narrow', { expression: Fn.conditionEquals(Aws.REGION, 'eu-west-1') });
        const [source, destination] = ['source', 'destination'].map(
          (id) => new s3.CfnBucket(stack, id, id === which ? { versioningConfiguration: made('Enabled', other) } : {}),
        );
        flow(stack, { destination }, source);
      };
      return [
        'versioningByCondition',
        `versioning of the ${which} that a condition decides (${at === 0 ? 'its status' : 'all of it'})`,
        build('Suspended'),
        `ersioning of the ${which} 'Stack/${which}' is ${at === 0 ? "'Suspended'" : 'not set'} in a branch of Fn::If`,
        "Set the status to 'Enabled' in every branch",
        build('Enabled'),
      ];
    }),
  ),
  [
    'replicaModificationsOneWay',
    'replica modification sync in one direction',
    between({}, {}, { replicaModifications: true }),
    "no rule of this app replicates from 'Stack/Destination' to the source",
    'Remove it',
    between({}, {}, { replicaModifications: false }),
  ],
  [
    'scanResultComesTooLate',
    'a filter for the result of a scan',
    between({}, {}, { filter: ReplicationFilter.tags({ GuardDutyMalwareScanStatus: 'NO_THREATS_FOUND' }) }),
    'the rule never applies',
    'Remove the tag from the filter',
    between({}, {}, { filter: ReplicationFilter.tags({ scan: 'NO_THREATS_FOUND' }) }),
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
    (stack) => pair(stack, { removalPolicy: RemovalPolicy.DESTROY }),
    'DESTROY without autoDeleteObjects',
    'Set autoDeleteObjects: true',
    (stack) => pair(stack, { removalPolicy: RemovalPolicy.RETAIN }),
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
  const src = join(__dirname, '../../src');
  const code = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(src, file), 'utf8'))
    .join('\n');
  const ids = [...code.matchAll(/(?:\bwarning\(\s*'|addWarningV2\(\s*'cdk-s3-replication:)(\w+)'/g)].map(
    ([, id]) => id,
  );
  // test/aggregation/, test/buckets/, test/pairs/, test/replication/, test/monitoring/, test/existing-objects/
  const elsewhere = [
    'targetKeyTakesNoService',
    'replicasOfReplicas',
    'canaryReplicasStay',
    'canaryProbesSomeFilters',
    'sourceOfOtherAccountUnwatched',
    'logKeysMayMeet',
    'logKeysMayBeRefused',
    'deleteMarkersMayBeRefused',
    'logSourceMayWriteEveryKey',
    'transitionTooEarly',
    'accessPointInOptInRegion',
    'replicaModificationsOnBothEnds',
  ];
  expect([...new Set(ids)].sort()).toEqual([...new Set([...elsewhere, ...warnings.map(([id]) => id)])].sort());
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
