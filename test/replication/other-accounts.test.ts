import {
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  Aspects,
  Aws,
  CfnParameter,
  CliCredentialsStackSynthesizer,
  Fn,
  IStackSynthesizer,
  Lazy,
  LegacyStackSynthesizer,
  NestedStack,
  Stack,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { readStacks } from '../../judges/assembly/stacks';
import {
  BucketReplication,
  BucketReplicationProps,
  ReplicatedBucketPair,
  ReplicationFilter,
  ReplicationRuleOptions,
} from '../../src';
import { quietApp } from '../app';
import { bucket, KMS, l1 } from '../builders';
import { Grant, grant } from '../grant';

const [OURS, THEIRS] = ['111111111111', '222222222222'];
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

const ENFORCED = { objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED };

interface Setting {
  readonly source?: s3.BucketProps;
  readonly destination?: s3.BucketProps;
  readonly region?: string;
  readonly replication?: Partial<BucketReplicationProps>;
  readonly rule?: ReplicationRuleOptions;
}

/** Production in one account, its backup in another one. */
function stacks(region = 'us-east-1') {
  const app = quietApp();
  const ours = new Stack(app, 'Production', { env: { account: OURS, region: 'us-east-1' } });
  const theirs = new Stack(app, 'Backup', { env: { account: THEIRS, region } });
  return { app, ours, theirs };
}

/** The same with a bucket in each, the one replicated to the other. */
function twoAccounts({ source, destination, region = 'eu-west-1', replication, rule }: Setting = {}) {
  const { app, ours, theirs } = stacks(region);
  const data = bucket(ours, 'Data', source);
  const replica = bucket(theirs, 'Replica', destination);
  new BucketReplication(ours, 'Replication', {
    source: data,
    rules: [{ destination: replica, ...rule }],
    ...replication,
  });
  return { app, ours, theirs, data, replica };
}

/** An L1 bucket with a key. */
function replicaWith(theirs: Stack, kmsMasterKeyId: string) {
  const serverSideEncryptionByDefault = { sseAlgorithm: 'aws:kms', kmsMasterKeyId };
  return new s3.CfnBucket(theirs, 'Replica', {
    bucketEncryption: { serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault }] },
  });
}

const properties = (stack: Stack, type: string): any => {
  const [found, ...more] = Object.values<any>(Template.fromStack(stack).findResources(type));
  expect(more).toEqual([]);
  return found?.Properties;
};
const ruleOf = (stack: Stack) => properties(stack, 'AWS::S3::Bucket').ReplicationConfiguration.Rules[0];
const grantsIn = (document: any) => document.Statement.filter(({ Sid }: any) => Sid?.startsWith('ReplicasFrom'));

describe('the role', () => {
  const roleName = (setting?: Setting) => properties(twoAccounts(setting).ours, 'AWS::IAM::Role').RoleName;

  test('has a name that the other account can know, of at most 64 characters', () => {
    expect(roleName()).toMatch(/^s3-replication-Production-[0-9a-f]{12}$/);
    const app = quietApp();
    const ours = new Stack(app, 'P'.repeat(120), { env: { account: OURS, region: 'us-east-1' } });
    const theirs = new Stack(app, 'Backup', { env: { account: THEIRS, region: 'us-east-1' } });
    BucketReplication.of(bucket(ours, 'Data')).addRule({ destination: bucket(theirs, 'Replica') });
    expect(properties(ours, 'AWS::IAM::Role').RoleName).toHaveLength(64);
  });

  test('has another name for another bucket, stack, region or account, and no other one for other constructs', () => {
    const nameOf = (id: string, stackName: string, account: string, region: string, more = false) => {
      const stack = new Stack(quietApp(), stackName, { env: { account, region } });
      if (more) new iam.User(stack, 'Somebody');
      const destination = s3.Bucket.fromBucketAttributes(stack, 'Theirs', {
        bucketName: 'the-backup',
        account: THEIRS,
      });
      BucketReplication.of(bucket(stack, id)).addRule({ destination });
      return properties(stack, 'AWS::IAM::Role').RoleName;
    };
    const one = nameOf('A', 'S', OURS, 'us-east-1');
    expect(nameOf('A', 'S', OURS, 'us-east-1', true)).toBe(one);
    const others = [
      nameOf('B', 'S', OURS, 'us-east-1'),
      nameOf('A', 'T', OURS, 'us-east-1'),
      nameOf('A', 'S', '333333333333', 'us-east-1'),
      nameOf('A', 'S', OURS, 'us-east-2'),
    ];
    expect(new Set([one, ...others]).size).toBe(5);
  });

  test('has the name and the path that are wanted', () => {
    const { ours, theirs } = twoAccounts({ replication: { roleName: 'mine', rolePath: '/replication/' } });
    expect(properties(ours, 'AWS::IAM::Role')).toMatchObject({ RoleName: 'mine', Path: '/replication/' });
    const [{ Condition }] = grantsIn(properties(theirs, 'AWS::S3::BucketPolicy').PolicyDocument);
    expect(JSON.stringify(Condition)).toContain(`:iam::${OURS}:role/replication/mine`);
  });

  test('is named in the other account only when it is there that a rule goes to', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Production', { env: { account: OURS, region: 'us-east-1' } });
    BucketReplication.of(bucket(stack, 'Data')).addRule({ destination: bucket(stack, 'Replica') });
    expect(properties(stack, 'AWS::IAM::Role').RoleName).toBeUndefined();
    Template.fromStack(stack).resourceCountIs('AWS::S3::BucketPolicy', 0);
  });

  test('of the user is named as it is', () => {
    const { ours, theirs } = stacks();
    const trust = { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') };
    const roles = [
      new iam.Role(ours, 'Defined', { ...trust, roleName: 'defined', path: '/a/' }),
      iam.Role.fromRoleArn(ours, 'Imported', `arn:aws:iam::${OURS}:role/b/imported`),
      iam.Role.fromRoleName(ours, 'Named', 'named'),
    ];
    roles.forEach((role, i) => {
      const rules = [{ destination: bucket(theirs, `Replica${i}`) }];
      new BucketReplication(ours, `Replication${i}`, { source: bucket(ours, `Data${i}`), role, rules });
    });
    const policies = JSON.stringify(Template.fromStack(theirs).findResources('AWS::S3::BucketPolicy'));
    for (const name of ['a/defined', 'b/imported', 'named']) expect(policies).toContain(`:role/${name}"`);
  });
});

describe('the rule', () => {
  test('says who must own the destination, and leaves the owner of replicas to a bucket that settles it', () => {
    const { Destination } = ruleOf(twoAccounts({ destination: ENFORCED }).ours);
    expect(Destination.Account).toBe(THEIRS);
    expect(Destination.AccessControlTranslation).toBeUndefined();
  });

  test.each([
    ['the destination has ACLs', s3.ObjectOwnership.OBJECT_WRITER],
    ['an old destination may have them', undefined],
  ])('changes the owner where %s, with permission on both sides', (_, objectOwnership) => {
    const { ours, theirs } = twoAccounts({ source: { bucketName: 'the-data' }, destination: { objectOwnership } });
    expect(ruleOf(ours).Destination.AccessControlTranslation).toEqual({ Owner: 'Destination' });
    const action = 's3:ObjectOwnerOverrideToBucketOwner';
    expect(grantsIn(properties(theirs, 'AWS::S3::BucketPolicy').PolicyDocument)[0].Action).toContain(action);
    const [{ PolicyDocument }] = properties(ours, 'AWS::IAM::Role').Policies;
    expect(PolicyDocument.Statement).toContainEqual(expect.objectContaining({ Sid: 'OwnReplicas', Action: [action] }));
  });

  test('lets delete markers in only where it replicates them, and once for all rules of the role', () => {
    const actionsAfter = (...deleteMarkers: boolean[]) => {
      const { ours, theirs } = stacks();
      const destination = bucket(theirs, 'Replica', ENFORCED);
      const replication = BucketReplication.of(bucket(ours, 'Data'));
      deleteMarkers.forEach((deleteMarkerReplication, n) =>
        replication.addRule({ destination, deleteMarkerReplication, filter: ReplicationFilter.prefix(`${n}/`) }),
      );
      return grantsIn(properties(theirs, 'AWS::S3::BucketPolicy').PolicyDocument).map((it: any) => it.Action);
    };
    const [WRITE, DELETE] = [['s3:ReplicateObject', 's3:ReplicateTags'], 's3:ReplicateDelete'];
    expect(actionsAfter(false, false)).toEqual([WRITE]);
    expect(actionsAfter(true, false, true)).toEqual([[DELETE, ...WRITE]]);
    expect(actionsAfter(false, true)).toEqual([WRITE, DELETE]);
  });

  test('deploys after the destination', () => {
    const { app } = twoAccounts();
    expect(readStacks(app.synth()).map(({ name }) => name)).toEqual(['Backup', 'Production']);
  });
});

describe('the key of the destination', () => {
  test('lets the role in when objects of the source are encrypted with KMS', () => {
    const { theirs } = twoAccounts({ source: { encryption: KMS }, destination: { encryption: KMS } });
    expect(grantsIn(properties(theirs, 'AWS::KMS::Key').KeyPolicy)).toHaveLength(1);
  });

  test('does not, when they are not', () => {
    const { theirs } = twoAccounts({ destination: { encryption: KMS } });
    expect(grantsIn(properties(theirs, 'AWS::KMS::Key').KeyPolicy)).toEqual([]);
  });

  test('lets the role in when the source is encrypted with KMS later', () => {
    const { ours, theirs, data } = twoAccounts({ destination: { encryption: KMS } });
    const late = new kms.Key(ours, 'Late');
    l1(data).bucketEncryption = {
      serverSideEncryptionConfiguration: [
        { serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: late.keyArn } },
      ],
    };
    expect(grantsIn(properties(theirs, 'AWS::KMS::Key').KeyPolicy)).toHaveLength(1);
    expect(Annotations.fromStack(ours).findWarning('*', Match.anyValue())).toEqual([]);
  });
});

test('statements for different things have different ids', () => {
  const { ours, theirs } = stacks();
  const encryptionKey = new kms.Key(theirs, 'Key');
  const [one, two] = ['one-backup', 'two-backup'].map((bucketName, i) =>
    bucket(theirs, `Replica${i}`, { bucketName, encryptionKey }),
  );
  const replication = BucketReplication.of(bucket(ours, 'Data', { encryption: KMS }));
  replication.addRule({ destination: one, filter: ReplicationFilter.prefix('a/') });
  replication.addRule({ destination: one, filter: ReplicationFilter.prefix('b/'), ownerOverride: true });
  replication.addRule({ destination: two });
  const policies = Object.values<any>(Template.fromStack(theirs).findResources('AWS::S3::BucketPolicy'));
  for (const document of [
    ...policies.map((it) => it.Properties.PolicyDocument),
    properties(theirs, 'AWS::KMS::Key').KeyPolicy,
  ]) {
    const ids = grantsIn(document).map(({ Sid }: any) => Sid);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

test.each<[string, (theirs: Stack) => string]>([
  ['an L2 key', (theirs) => new kms.Key(theirs, 'Key').keyArn],
  [
    'an L1 key whose policy has tokens',
    (theirs) => {
      const principal = { AWS: `arn:${Aws.PARTITION}:iam::${THEIRS}:root` };
      const Statement = [{ Effect: 'Allow', Action: 'kms:*', Resource: '*', Principal: principal }];
      const keyPolicy = Lazy.any({ produce: () => ({ Version: '2012-10-17', Statement }) });
      return new kms.CfnKey(theirs, 'Key', { keyPolicy }).attrArn;
    },
  ],
])('an L1 bucket with %s has its policies written, also for two sources', (_, make) => {
  const { app, ours, theirs } = stacks();
  const destination = replicaWith(theirs, make(theirs));
  for (const id of ['Data', 'More']) {
    BucketReplication.of(bucket(ours, id, { encryption: KMS })).addRule({ destination });
  }
  app.synth();
  expect(Annotations.fromStack(theirs).findWarning('*', Match.anyValue())).toEqual([]);
  expect(grantsIn(properties(theirs, 'AWS::S3::BucketPolicy').PolicyDocument)).toHaveLength(2);
  const statements = properties(theirs, 'AWS::KMS::Key').KeyPolicy.Statement;
  expect(statements).toHaveLength(3);
  expect(statements[0]).toMatchObject({ Action: 'kms:*' });
});

test('a key policy that an intrinsic decides on is handed over', () => {
  const { ours, theirs } = stacks();
  const keyPolicy = Fn.conditionIf('Locked', { Statement: [] }, { Statement: [] });
  const kmsMasterKeyId = new kms.CfnKey(theirs, 'Key', { keyPolicy }).attrArn;
  const destination = replicaWith(theirs, kmsMasterKeyId);
  BucketReplication.of(bucket(ours, 'Data', { encryption: KMS })).addRule({ destination });
  const [{ entry }] = Annotations.fromStack(theirs).findWarning('*', Match.anyValue());
  expect(entry.data).toContain("The policy of the key 'Backup/Key' cannot be changed from this app");
});

/** What core says; the page about other accounts says what to do. */
const NO_ROLE = (reference: string) =>
  `cannot reference {${reference}/Resource[Arn]} in stack "Backup". Could not find a CloudFormation execution role for the consumer stack`;

test.each<[string, IStackSynthesizer, s3.BucketProps, s3.BucketProps, string | undefined]>([
  ['has a name', new LegacyStackSynthesizer(), {}, { bucketName: 'the-backup' }, undefined],
  ['has none', new LegacyStackSynthesizer(), {}, {}, NO_ROLE('Backup/Replica')],
  [
    'has one, but its key has none',
    new CliCredentialsStackSynthesizer(),
    { encryption: KMS },
    { bucketName: 'the-backup', encryption: KMS },
    NO_ROLE('Backup/Replica/Key'),
  ],
])(
  'a synthesizer without an execution role is enough where the destination %s',
  (_, synthesizer, source, its, message) => {
    const app = quietApp();
    const ours = new Stack(app, 'Production', { env: { account: OURS, region: 'us-east-1' }, synthesizer });
    const theirs = new Stack(app, 'Backup', { env: { account: THEIRS, region: 'us-east-1' } });
    BucketReplication.of(bucket(ours, 'Data', source)).addRule({ destination: bucket(theirs, 'Replica', its) });
    message ? expect(() => app.synth()).toThrow(message) : expect(() => app.synth()).not.toThrow();
  },
);

test.each([
  ['none', undefined],
  ['a name', 'the-backup'],
])('a nested source cannot read the other account, so its destination needs a name: %s', (_, bucketName) => {
  const { app, ours, theirs } = stacks();
  BucketReplication.of(bucket(new NestedStack(ours, 'Nested'), 'Data')).addRule({
    destination: bucket(theirs, 'Replica', { bucketName }),
  });
  bucketName
    ? expect(() => app.synth()).not.toThrow()
    : expect(() => app.synth()).toThrow(`Stack "Production/Nested" ${NO_ROLE('Backup/Replica')}`);
});

test.each([
  ['the account of the destination', THEIRS],
  ['the account of the source', OURS],
  ['a third account', '333333333333'],
])('an imported key of %s', (_, account) => {
  const ours = new Stack(quietApp(), 'Production', { env: { account: OURS, region: 'us-east-1' } });
  const attributes = { bucketName: 'the-backup', account: THEIRS, region: 'us-east-1' };
  const replicate = () =>
    BucketReplication.of(bucket(ours, 'Data', { encryption: KMS })).addRule({
      destination: s3.Bucket.fromBucketAttributes(ours, 'Backup', attributes),
      destinationKey: kms.Key.fromKeyArn(ours, 'Key', `arn:aws:kms:us-east-1:${account}:key/1`),
    });
  expect(replicate).not.toThrow();
});

test('destinations without a name that share a key need one statement in its policy', () => {
  const { ours, theirs } = stacks();
  const encryptionKey = new kms.Key(theirs, 'Key');
  const replication = BucketReplication.of(bucket(ours, 'Data', { encryption: KMS }));
  for (const id of ['One', 'Two']) replication.addRule({ destination: bucket(theirs, id, { encryptionKey }) });
  expect(grantsIn(properties(theirs, 'AWS::KMS::Key').KeyPolicy)).toHaveLength(1);
});

describe('a key that has no policy in this app', () => {
  const KEY = `arn:aws:kms:us-east-1:${THEIRS}:key/1`;
  test.each<[string, (theirs: Stack) => string, string]>([
    ['an ARN as text', () => KEY, `'${KEY}'`],
    ['an export of another stack', () => Fn.importValue('KeyArn'), `'{"Fn::ImportValue":"KeyArn"}'`],
    ['an imported key', (theirs) => kms.Key.fromKeyArn(theirs, 'Key', KEY).keyArn, `'${KEY}'`],
  ])('of an L1 bucket is handed over: %s', (_, make, shownAs) => {
    const { ours, theirs } = stacks();
    const destination = replicaWith(theirs, make(theirs));
    BucketReplication.of(bucket(ours, 'Data', { encryption: KMS })).addRule({ destination });
    const [{ entry }] = Annotations.fromStack(theirs).findWarning('*', Match.anyValue());
    expect(entry.data).toContain(`The policy of the key ${shownAs} cannot be changed from this app`);
  });

  test('unless it is a replica of a multi-Region key', () => {
    const { app, ours, theirs } = stacks();
    const principal = { AWS: `arn:aws:iam::${THEIRS}:root` };
    const replica = new kms.CfnReplicaKey(theirs, 'Key', {
      primaryKeyArn: `arn:aws:kms:eu-west-1:${THEIRS}:key/mrk-1`,
      keyPolicy: { Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*', Principal: principal }] },
    });
    const destination = replicaWith(theirs, replica.attrArn);
    const replication = BucketReplication.of(bucket(ours, 'Data', { encryption: KMS }));
    replication.addRule({ destination, filter: ReplicationFilter.prefix('a/') });
    replication.addRule({ destination, filter: ReplicationFilter.prefix('b/') });
    app.synth();
    expect(Annotations.fromStack(theirs).findWarning('*', Match.anyValue())).toEqual([]);
    expect(grantsIn(properties(theirs, 'AWS::KMS::ReplicaKey').KeyPolicy)).toHaveLength(1);
  });
});

describe('a role that is not named as the destination knows it is an error', () => {
  test.each<[string, (role: iam.CfnRole, stack: Stack) => void]>([
    ['an override', (role) => role.addPropertyOverride('RoleName', 'corp-replication')],
    ['a later assignment', (role) => (role.path = '/corp/')],
    [
      'an aspect',
      (_, stack) =>
        Aspects.of(stack).add({ visit: (it) => void (it instanceof iam.CfnRole && (it.roleName = 'corp')) }),
    ],
  ])('by %s', (_, change) => {
    const { app, ours, data } = twoAccounts();
    change(BucketReplication.of(data).role.node.defaultChild as iam.CfnRole, ours);
    expect(() => app.synth()).toThrow(
      /the role '.*' is named ".*" with path ".*" in the end: the other account lets in .*; give roleName and rolePath to the construct/,
    );
  });

  test.each<[string, Partial<BucketReplicationProps>]>([
    ['a token', { roleName: `replication-${Aws.REGION}` }],
    ['a wildcard in the path', { rolePath: '/a*/' }],
    ['a variable in the path', { rolePath: '/${aws:username}/' }],
  ])('with %s', (_, replication) => {
    expect(() => twoAccounts({ replication })).toThrow(
      /a replication role named .* for a destination in another account: policies of the other account name the role as text/,
    );
  });
});

describe('a grant that is there', () => {
  const ROLE = { account: OURS, roleName: 'data-to-backup' };
  const replicated = (options: Grant, rule: ReplicationRuleOptions = {}, first = true) => {
    const { app, ours, theirs } = stacks();
    const objectOwnership = s3.ObjectOwnership.OBJECT_WRITER;
    const replica = bucket(theirs, 'Replica', { encryption: KMS, objectOwnership });
    const steps = [
      () => grant(replica, options),
      () =>
        void new BucketReplication(ours, 'Replication', {
          source: bucket(ours, 'Data', { encryption: KMS }),
          roleName: 'data-to-backup',
          rules: [{ destination: replica, ...rule }],
        }),
    ];
    (first ? steps : steps.reverse()).forEach((step) => step());
    return { app, ours, theirs };
  };

  test.each<[string, Grant]>([
    ['of the role', { ...ROLE, enforceSSL: true, ownerOverride: false }],
    ['of accounts', { accounts: [OURS], roleNamePrefix: 'data-', ownerOverride: false }],
    ['of an organization', { organizationId: 'o-a1b2c3d4e5', roleNamePrefix: 'data-', ownerOverride: false }],
  ])('%s keeps its limits, and is all that is needed', (_, options) => {
    const { app, ours, theirs } = replicated(options, { filter: ReplicationFilter.prefix(`AWSLogs/${OURS}/`) });
    app.synth();
    expect(grantsIn(properties(theirs, 'AWS::S3::BucketPolicy').PolicyDocument)).toHaveLength(1);
    expect(grantsIn(properties(theirs, 'AWS::KMS::Key').KeyPolicy)).toHaveLength(1);
    expect(ruleOf(ours).Destination.AccessControlTranslation).toBeUndefined();
  });

  test.each<[string, Grant]>([
    ['another role', { account: OURS, roleName: 'another' }],
    ['another path', { ...ROLE, rolePath: '/a/' }],
    ['another account', { ...ROLE, account: '333333333333' }],
    ['another prefix', { organizationId: 'o-a1b2c3d4e5', roleNamePrefix: 'logs-' }],
    ['other accounts', { accounts: ['333333333333'], roleNamePrefix: 'data-' }],
  ])('of %s does not let the role in', (_, options) => {
    const { theirs } = replicated(options);
    expect(grantsIn(properties(theirs, 'AWS::S3::BucketPolicy').PolicyDocument)).toHaveLength(2);
  });

  test.each(['', 'AWSLogs/', 'AWSLogs/333333333333/'])(
    'of an organization does not let the role in for keys that are not its own: %s',
    (prefix) => {
      const options = { organizationId: 'o-a1b2c3d4e5', roleNamePrefix: 'data-', ownerOverride: false };
      const { theirs } = replicated(options, { filter: ReplicationFilter.prefix(prefix) });
      expect(grantsIn(properties(theirs, 'AWS::S3::BucketPolicy').PolicyDocument)).toHaveLength(2);
    },
  );

  test('contradicts a rule that replicates delete markers, or other keys', () => {
    expect(() => replicated(ROLE, { deleteMarkerReplication: true })).toThrow(
      'deleteMarkerReplication for a role that ReplicaGrants let in without it: the destination does not allow it, so what it is about would fail; give replicasFrom() deleteMarkers: true',
    );
    expect(() => replicated({ ...ROLE, keyPrefixes: ['a/'] }, { filter: ReplicationFilter.prefix('b/') })).toThrow(
      "a rule on the prefix 'b/' for a role that ReplicaGrants let in without it: the destination does not allow it, so what it is about would fail; give replicasFrom() such keyPrefixes",
    );
    for (const options of [{ deleteMarkers: true }, { keyPrefixes: ['a/'] }]) {
      const rule = { deleteMarkerReplication: 'deleteMarkers' in options, filter: ReplicationFilter.prefix('a/b/') };
      expect(() => replicated({ ...ROLE, ...options }, rule)).not.toThrow();
    }
  });

  test('contradicts a rule that changes the owner', () => {
    expect(() => replicated({ ...ROLE, ownerOverride: false }, { ownerOverride: true })).toThrow(
      'ownerOverride for a role that ReplicaGrants let in without it',
    );
  });

  test('with limits must come before the rule', () => {
    expect(() => replicated({ ...ROLE, enforceSSL: true }, {}, false)).toThrow(
      "replicasFrom() for the role 'data-to-backup', which a rule of this app has let in already: permissions add up",
    );
    for (const options of [{ keyPrefixes: ['a/'] }, { ownerOverride: false }]) {
      expect(() => replicated({ ...ROLE, ...options }, {}, false)).toThrow(
        'which a rule of this app has let in already',
      );
    }
    expect(() => replicated(ROLE, { deleteMarkerReplication: true }, false)).toThrow('has let in already');
    expect(() => replicated(ROLE, {}, false)).not.toThrow();
  });
});

test.each<[string, (cfn: s3.CfnBucket) => void]>([
  ['an override', (cfn) => cfn.addPropertyOverride('OwnershipControls.Rules', [{ ObjectOwnership: 'ObjectWriter' }])],
  ['a later assignment', (cfn) => (cfn.ownershipControls = { rules: [{ objectOwnership: 'ObjectWriter' }] })],
])('ACLs that are enabled by %s after the rule are an error', (_, change) => {
  const { app, replica } = twoAccounts({ destination: ENFORCED });
  change(l1(replica));
  expect(() => app.synth()).toThrow(
    /Object Ownership of destination 'Backup\/Replica' was changed after the rule was added/,
  );
});

test('ACLs that were enabled by an override before the rule count', () => {
  const app = quietApp();
  const ours = new Stack(app, 'Production', { env: { account: OURS, region: 'us-east-1' } });
  const destination = bucket(new Stack(app, 'Backup', { env: { account: THEIRS, region: 'us-east-1' } }), 'Replica');
  l1(destination).addPropertyOverride('OwnershipControls', { Rules: [{ ObjectOwnership: 'ObjectWriter' }] });
  BucketReplication.of(bucket(ours, 'Data')).addRule({ destination });
  expect(ruleOf(ours).Destination.AccessControlTranslation).toEqual({ Owner: 'Destination' });
});

test('the key in another stack does not name a bucket whose name comes from the stack of the bucket', () => {
  const app = quietApp();
  const ours = new Stack(app, 'Production', { env: { account: OURS, region: 'us-east-1' } });
  const [keys, theirs] = ['Keys', 'Backup'].map(
    (id) => new Stack(app, id, { env: { account: THEIRS, region: 'us-east-1' } }),
  );
  const encryptionKey = new kms.Key(keys, 'Key');
  const bucketName = new CfnParameter(theirs, 'Name').valueAsString;
  BucketReplication.of(bucket(ours, 'Data', { encryption: KMS })).addRule({
    destination: bucket(theirs, 'Replica', { bucketName, encryptionKey }),
  });
  expect(() => app.synth()).not.toThrow();
});

describe('the name of a role', () => {
  const named = (account: string, region: string, roleName: string, other: [string, string, string]) => () => {
    const app = quietApp();
    for (const [i, [itsAccount, itsRegion, name]] of [[account, region, roleName] as const, other].entries()) {
      const stack = new Stack(app, `Production${i}`, { env: { account: itsAccount, region: itsRegion } });
      new BucketReplication(stack, 'Replication', { source: bucket(stack, 'Data'), roleName: name });
    }
  };
  test('is given to one source of an account only, whatever the region and the case', () => {
    expect(named(OURS, 'us-east-1', 'backup', [OURS, 'eu-west-1', 'Backup'])).toThrow(
      "[Production1/Replication] roleName 'Backup' for 'Production1/Data', and for 'Production0/Data' in the same account '111111111111': " +
        'the name of a role is unique in an account, over all its regions; give every source a roleName of its own',
    );
  });
  test('may be the same in two accounts', () => {
    expect(named(OURS, 'us-east-1', 'backup', [THEIRS, 'us-east-1', 'backup'])).not.toThrow();
  });
});

test.each<[string, Record<string, unknown>, RegExp]>([
  [
    'everybody but the own account',
    { StringNotEquals: { 'aws:PrincipalAccount': THEIRS } },
    /denies .*s3:ReplicateObject/,
  ],
  [
    'every role but another one',
    { ArnNotLike: { 'aws:PrincipalArn': `arn:aws:iam::${THEIRS}:role/writer` } },
    /denies/,
  ],
])('a destination that denies %s is an error across accounts', (_, conditions, message) => {
  const { app, replica } = twoAccounts();
  replica.addToResourcePolicy(
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: ['s3:*'],
      resources: [`${replica.bucketArn}/*`],
      conditions,
    }),
  );
  expect(() => app.synth()).toThrow(message);
});

describe('an imported destination', () => {
  const half = (more: Partial<s3.BucketAttributes> = {}, source?: s3.BucketProps) => {
    const app = quietApp();
    const ours = new Stack(app, 'Production', { env: { account: OURS, region: 'us-east-1' } });
    const attributes = { bucketName: 'the-backup', account: THEIRS, region: 'eu-west-1', ...more };
    const destination = s3.Bucket.fromBucketAttributes(ours, 'Backup', attributes);
    new BucketReplication(ours, 'Replication', {
      source: bucket(ours, 'Data', source),
      roleName: 'data-to-backup',
      rules: [{ destination }],
    });
    return { app, ours };
  };
  const warnings = (stack: Stack) =>
    Annotations.fromStack(stack)
      .findWarning('*', Match.anyValue())
      .map(({ entry }) => String(entry.data));

  test('gets its policy handed over', () => {
    const [text, ...more] = warnings(half().ours);
    expect(more).toEqual([]);
    expect(text).toContain("The policy of the bucket 'Production/Backup' cannot be changed from this app");
    expect(text).toContain(`:iam::${OURS}:role/data-to-backup`);
    expect(text).toContain(':s3:::the-backup/*');
  });

  test('and that of its key', () => {
    const app = quietApp();
    const elsewhere = new Stack(app, 'Elsewhere', { env: { account: THEIRS, region: 'eu-west-1' } });
    const encryptionKey = kms.Key.fromKeyArn(elsewhere, 'Key', `arn:aws:kms:eu-west-1:${THEIRS}:key/1`);
    const texts = warnings(half({ encryptionKey }, { encryption: KMS }).ours).join('\n');
    expect(texts).toContain('The policy of the bucket');
    expect(texts).toContain(
      "The policy of the key 'arn:aws:kms:eu-west-1:222222222222:key/1' cannot be changed from this app",
    );
    expect(texts).toContain('s3.eu-west-1.');
  });
});

test('a pair has its destination in the stack of another account', () => {
  const app = quietApp();
  const ours = new Stack(app, 'Production', { env: { account: OURS, region: 'us-east-1' } });
  const theirs = new Stack(app, 'Backup', { env: { account: THEIRS, region: 'eu-west-1' } });
  new ReplicatedBucketPair(ours, 'Data', { destinationStack: theirs, encryption: KMS });
  expect(grantsIn(properties(theirs, 'AWS::S3::BucketPolicy').PolicyDocument)).toHaveLength(1);
  expect(grantsIn(properties(theirs, 'AWS::KMS::Key').KeyPolicy)).toHaveLength(1);
});
