import { App, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Aws, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { ReplicasFromOptions } from '../../src';
import { quietApp, testApp } from '../app';
import { bucket, key, KMS } from '../builders';
import { Grant, grant as granted } from '../grant';

const SOURCE = '111111111111';
const ROLE = { account: SOURCE, roleName: 'data-to-backup' };
const ORGANIZATION = { organizationId: 'o-a1b2c3d4e5', roleNamePrefix: 'backup-' };
const ENV = { account: '222222222222', region: 'eu-west-1' };

const backup = (app: App = quietApp()) => new Stack(app, 'Backup', { env: ENV });
const inPartition = (...rest: unknown[]) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ...rest]] });
const ACCOUNT_OF_SOURCE = { AWS: inPartition(`:iam::${SOURCE}:root`) };
const isRole = (arn: string) => ({ ArnEquals: { 'aws:PrincipalArn': inPartition(arn) } });
const THE_ROLE = isRole(`:iam::${SOURCE}:role/data-to-backup`);
const throughS3 = { 'kms:ViaService': { 'Fn::Join': ['', ['s3.eu-west-1.', { Ref: 'AWS::URLSuffix' }]] } };

const grant = (target: s3.IBucketRef, asked: Grant = ROLE) => granted(target, asked);

/** The statements that were added to the only policy of this type. */
function added(stack: Stack, type: 'AWS::S3::BucketPolicy' | 'AWS::KMS::Key'): any[] {
  const [{ Properties }, ...more] = Object.values<any>(Template.fromStack(stack).findResources(type));
  expect(more).toEqual([]);
  return (Properties.PolicyDocument ?? Properties.KeyPolicy).Statement.filter(({ Sid }: any) =>
    Sid?.includes('Replicas'),
  );
}
const inBucketPolicy = (stack: Stack) => added(stack, 'AWS::S3::BucketPolicy');
const inKeyPolicy = (stack: Stack) => added(stack, 'AWS::KMS::Key');

test('lets one role write replicas, by its account and a condition', () => {
  const stack = backup();
  grant(bucket(stack, 'Replica'));
  expect(inBucketPolicy(stack)).toEqual([
    {
      Sid: expect.stringMatching(/^ReplicasFrom111111111111[0-9a-f]{8}$/),
      Effect: 'Allow',
      Principal: ACCOUNT_OF_SOURCE,
      Action: ['s3:ObjectOwnerOverrideToBucketOwner', 's3:ReplicateObject', 's3:ReplicateTags'],
      Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['ReplicaDDFB2A87', 'Arn'] }, '/*']] },
      Condition: THE_ROLE,
    },
  ]);
});

test('switches versioning on, and needs nothing at deploy time', () => {
  const stack = backup();
  grant(bucket(stack, 'Replica'));
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } });
  template.resourceCountIs('AWS::Lambda::Function', 0);
  template.resourceCountIs('AWS::IAM::Role', 0);
});

test.each([
  ['a path', { ...ROLE, rolePath: '/service-role/' }, isRole(`:iam::${SOURCE}:role/service-role/data-to-backup`)],
  [
    'an organization',
    ORGANIZATION,
    {
      StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' },
      ArnLike: { 'aws:PrincipalArn': inPartition(':iam::*:role/backup-*') },
      ArnNotLike: { 'aws:PrincipalArn': inPartition(':iam::*:role/*/*') },
    },
  ],
  [
    'an organization with a path',
    { ...ORGANIZATION, rolePath: '/replication/' },
    {
      StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' },
      ArnLike: { 'aws:PrincipalArn': inPartition(':iam::*:role/replication/backup-*') },
      ArnNotLike: { 'aws:PrincipalArn': inPartition(':iam::*:role/replication/*/*') },
    },
  ],
])('names roles by %s', (_, options, Condition) => {
  const stack = backup();
  grant(bucket(stack, 'Replica'), options);
  expect(inBucketPolicy(stack)).toMatchObject([{ Condition }]);
});

test.each<[string, s3.BucketProps, Partial<ReplicasFromOptions>, boolean]>([
  ['a bucket that does not say, as old ones do', {}, {}, true],
  ['bucket owner enforced', { objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED }, {}, false],
  ['ACLs', { objectOwnership: s3.ObjectOwnership.OBJECT_WRITER }, {}, true],
  ['bucket owner preferred', { objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_PREFERRED }, {}, true],
  ['ACLs, but no wish', { objectOwnership: s3.ObjectOwnership.OBJECT_WRITER }, { ownerOverride: false }, false],
  ['a wish', {}, { ownerOverride: true }, true],
])('owner override with %s', (_, props, options, expected) => {
  const stack = backup();
  grant(bucket(stack, 'Replica', props), { ...ROLE, ...options });
  const [{ Action }] = inBucketPolicy(stack);
  expect(Action.includes('s3:ObjectOwnerOverrideToBucketOwner')).toBe(expected);
});

describe('keys', () => {
  const resources = (options: Grant) => {
    const stack = backup();
    grant(bucket(stack, 'Replica', { bucketName: 'the-backup', encryption: KMS }), options);
    const [{ Resource }] = inBucketPolicy(stack);
    const [{ Condition }] = inKeyPolicy(stack);
    const texts = [Resource, Condition.StringLike['kms:EncryptionContext:aws:s3:arn'].slice(1)].map((list) =>
      [list].flat().map((it: any) => it['Fn::Join'][1].at(-1).replace(':s3:::the-backup/', '')),
    );
    expect([...texts[1]].sort()).toEqual([...texts[0]].sort());
    return texts[1];
  };

  test.each<[string, Grant, string[]]>([
    ['all of them for one role', ROLE, ['*']],
    [
      'some for one role',
      { ...ROLE, keyPrefixes: ['a*/', 'b/{account}/'] },
      ['a${*}/*', 'b/${aws:PrincipalAccount}/*'],
    ],
    [
      'the own ones for many roles',
      ORGANIZATION,
      [
        'AWSLogs/${aws:PrincipalAccount}/*',
        'AWSLogs/aws-account-id=${aws:PrincipalAccount}/*',
        '${aws:PrincipalAccount}/*',
      ],
    ],
    [
      'others for many roles',
      { ...ORGANIZATION, keyPrefixes: ['alb/AWSLogs/{account}/'] },
      ['alb/AWSLogs/${aws:PrincipalAccount}/*'],
    ],
  ])('%s', (_, options, expected) => expect(resources(options)).toEqual(expected));

  test.each<[string, Grant, string]>([
    [
      'that do not say the account, of many',
      { ...ORGANIZATION, keyPrefixes: ['AWSLogs/{account}/', 'AWSLogs/'] },
      "keyPrefixes with 'AWSLogs/' for roles of several accounts: each of them could put newer versions over the objects of another; write the account into it",
    ],
    ['none', { ...ROLE, keyPrefixes: [] }, 'keyPrefixes without any: no key could be written; omit keyPrefixes'],
    ['with a slash', { ...ROLE, keyPrefixes: ['/a'] }, "keyPrefixes with '/a': keys begin without a slash"],
    ['with something else to fill in', { ...ROLE, keyPrefixes: ['{region}/'] }, "keyPrefixes with '{region}/': "],
    [
      'that are not known',
      { ...ROLE, keyPrefixes: [Token.asString({ Ref: 'P' })] },
      'keyPrefixes with one that is not known at synthesis: ',
    ],
  ])('%s are refused', (_, options, message) => {
    expect(() => grant(bucket(backup(), 'Replica'), options)).toThrow(message);
  });
});

test.each(['bac', 'a', 'AWS', 'AWSReservedSSO_', 'aws-logs-', 'cdk-', 'cdk-hnb659fds-', 'stacksets-exec-', 'Orga'])(
  'roles that begin with %s are not let in',
  (roleNamePrefix) => {
    const many = { organizationId: 'o-a1b2c3d4e5', roleNamePrefix };
    expect(() => grant(bucket(backup(), 'Replica'), many)).toThrow(
      /roleNamePrefix '.+': with (less than 4 characters|a name like those that AWS and deployment tools give) it lets in roles that were never meant to write; write one that only replication roles have/,
    );
  },
);

test('accepts replicas over TLS only, on request', () => {
  const stack = backup();
  grant(bucket(stack, 'Replica'), { ...ROLE, enforceSSL: true });
  const tls = { ...THE_ROLE, Bool: { 'aws:SecureTransport': 'true' } };
  expect(inBucketPolicy(stack)).toMatchObject([{ Condition: tls }]);
});

describe('tells the owner of the source', () => {
  const infos = (stack: Stack) =>
    Annotations.fromStack(stack)
      .findInfo('*', Match.anyValue())
      .map(({ entry }) => entry.data);

  test('what to import, on synthesis', () => {
    const stack = backup();
    const replica = bucket(stack, 'Replica', { bucketName: 'the-backup' });
    grant(replica);
    grant(replica, ORGANIZATION);
    expect(infos(stack)).toEqual([
      expect.stringContaining(': BucketName the-backup, Account 222222222222, Region eu-west-1'),
    ]);
    Template.fromStack(stack).templateMatches({ Outputs: Match.absent() });
  });

  test('what is known when it is deployed, as outputs', () => {
    const stack = backup();
    const replica = bucket(stack, 'Replica', { encryption: KMS });
    grant(replica, { ...ROLE, outputs: true });
    grant(replica, { ...ORGANIZATION, outputs: true });
    expect(infos(stack)).toEqual([expect.stringContaining('BucketName (deployed)')]);
    const outputs = Object.values(Template.fromStack(stack).findOutputs('*')).map(({ Value }) => Value);
    expect(outputs).toEqual([
      { Ref: 'ReplicaDDFB2A87' },
      ENV.account,
      ENV.region,
      { 'Fn::GetAtt': [expect.stringMatching(/^ReplicaKey/), 'Arn'] },
    ]);
  });
});

describe('the key', () => {
  const use = (more: object) => ({
    Effect: 'Allow',
    Principal: ACCOUNT_OF_SOURCE,
    Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
    Resource: '*',
    Condition: { ...THE_ROLE, StringEquals: throughS3, ...more },
  });

  test('of a bucket with a name may be used for this bucket only', () => {
    const stack = backup();
    grant(bucket(stack, 'Replica', { bucketName: 'the-backup', encryption: KMS }));
    const arns = [inPartition(':s3:::the-backup'), inPartition(':s3:::the-backup/*')];
    expect(inKeyPolicy(stack)).toMatchObject([use({ StringLike: { 'kms:EncryptionContext:aws:s3:arn': arns } })]);
  });

  test('of a bucket without a name may be used through S3: its policy cannot refer to the bucket', () => {
    const stack = backup();
    grant(bucket(stack, 'Replica', { encryption: KMS }));
    const [{ Sid, ...statement }] = inKeyPolicy(stack);
    expect(Sid).toMatch(/^ReplicasFrom111111111111/);
    expect(statement).toEqual(use({}));
  });

  test('is the one that is named', () => {
    const stack = backup();
    grant(bucket(stack, 'Replica'), { ...ROLE, encryptionKey: key(stack) });
    expect(inKeyPolicy(stack)).toHaveLength(1);
  });

  test('of an organization has the same conditions as the bucket', () => {
    const stack = backup();
    grant(bucket(stack, 'Replica', { encryption: KMS }), ORGANIZATION);
    expect(inKeyPolicy(stack)).toMatchObject([
      {
        Principal: '*',
        Condition: {
          StringEquals: { ...throughS3, 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' },
          ArnLike: {},
          ArnNotLike: {},
        },
      },
    ]);
  });

  test('of SSE-S3 does not exist', () => {
    const stack = backup();
    grant(bucket(stack, 'Replica', { encryption: s3.BucketEncryption.S3_MANAGED }));
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 0);
  });
});

describe('what has a policy', () => {
  class Wrapper extends Construct {
    constructor(scope: Construct) {
      super(scope, 'Wrapper');
      this.node.defaultChild = bucket(scope as Stack, 'Inner', { enforceSSL: true });
    }
  }
  test.each<[string, (stack: Stack) => s3.IBucketRef]>([
    ['a bucket with a policy', (stack) => bucket(stack, 'Replica', { enforceSSL: true })],
    ['an L1 bucket', (stack) => new s3.CfnBucket(stack, 'Replica')],
    [
      'the resource of an L2 bucket',
      (stack) => bucket(stack, 'Replica', { enforceSSL: true }).node.defaultChild as any,
    ],
    ['a construct around a bucket', (stack) => new Wrapper(stack) as any],
  ])('%s', (_, make) => {
    const app = quietApp();
    const stack = backup(app);
    grant(make(stack));
    app.synth();
    expect(inBucketPolicy(stack)).toHaveLength(1);
  });

  test('an L1 key', () => {
    const stack = backup();
    const cfnKey = new kms.CfnKey(stack, 'Key', { keyPolicy: { Version: '2012-10-17', Statement: [] } });
    grant(bucket(stack, 'Replica', { encryptionKey: kms.Key.fromCfnKey(cfnKey) }));
    expect(inKeyPolicy(stack)).toHaveLength(1);
  });
});

describe('policies that cannot be changed are handed over', () => {
  test('of an imported bucket', () => {
    const stack = backup();
    const replica = s3.Bucket.fromBucketAttributes(stack, 'Replica', { bucketName: 'theirs', ...ENV });
    grant(replica);
    const statement = `"Action":["s3:ReplicateObject","s3:ReplicateTags"],"Resource":["arn:aws:s3:::theirs/*"]`;
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('bucketTakesNoPolicy|cannot be changed'));
    const [{ entry }] = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
    expect(entry.data).toContain("The policy of the bucket 'Backup/Replica' cannot be changed from this app");
    expect(entry.data).toContain(statement);
    expect(entry.data).toContain(`arn:aws:iam::${SOURCE}:role/data-to-backup`);
    expect(entry.data).toMatch(/ adds \{"Version":"2012-10-17","Statement":\[/);
    expect(entry.data).not.toMatch(/Fn::|"Ref"/);
  });

  test('of an imported key', () => {
    const stack = backup();
    const theirs = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:222222222222:key/1');
    grant(bucket(stack, 'Replica', { encryption: KMS, encryptionKey: theirs }));
    const [{ entry }, ...more] = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
    expect(more).toEqual([]);
    expect(entry.data).toContain(
      "The policy of the key 'arn:aws:kms:eu-west-1:222222222222:key/1' cannot be changed from this app",
    );
    expect(entry.data).not.toMatch(/Fn::|"Ref"/);
    expect(entry.data).toContain('"kms:Encrypt","kms:GenerateDataKey","kms:Decrypt"');
  });

  test('and nothing is said where they were changed', () => {
    const stack = backup();
    grant(bucket(stack, 'Replica', { encryption: KMS }));
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });
});

describe('a Deny that hits the roles that were let in', () => {
  const denying = (options: Grant, conditions: Record<string, unknown>) => {
    const app = quietApp();
    const replica = bucket(backup(app), 'Replica');
    replica.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Locked',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:*'],
        resources: [replica.arnForObjects('*')],
        conditions,
      }),
    );
    grant(replica, options);
    return app;
  };
  const exempt = (roleName: string) => ({
    ArnNotEquals: { 'aws:PrincipalArn': `arn:aws:iam::${SOURCE}:role/${roleName}` },
  });
  test.each<[string, Grant, Record<string, unknown>]>([
    ['without a condition', ROLE, {}],
    ['of everybody but another role', ROLE, exempt('another')],
    ['an organization', ORGANIZATION, {}],
  ])('is an error: %s', (_, options, conditions) => {
    expect(() => denying(options, conditions).synth()).toThrow(/Locked in the policy .* denies s3:ReplicateObject/);
  });
  test('of becoming the owner is an error where that was granted, and none elsewhere', () => {
    const synthesized = (options: Grant) => {
      const app = quietApp();
      const replica = bucket(backup(app), 'Replica');
      replica.addToResourcePolicy(
        new iam.PolicyStatement({
          effect: iam.Effect.DENY,
          principals: [new iam.AnyPrincipal()],
          actions: ['s3:ObjectOwnerOverrideToBucketOwner'],
          resources: [replica.arnForObjects('*')],
        }),
      );
      grant(replica, options);
      return () => app.synth();
    };
    expect(synthesized({ ...ROLE, ownerOverride: true })).toThrow(/denies s3:ObjectOwnerOverrideToBucketOwner/);
    expect(synthesized({ ...ROLE, ownerOverride: false })).not.toThrow();
  });
  test.each([
    [true, true],
    [false, false],
  ])('of delete markers is an error where those were granted: %s', (deleteMarkers, expected) => {
    const app = quietApp();
    const replica = bucket(backup(app), 'Replica');
    replica.addToResourcePolicy(
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:ReplicateDelete'],
        resources: [replica.arnForObjects('*')],
      }),
    );
    grant(replica, { ...ROLE, deleteMarkers });
    const denied = /denies s3:ReplicateDelete/;
    expected ? expect(() => app.synth()).toThrow(denied) : expect(() => app.synth()).not.toThrow();
  });
  test('is none when the role is exempt', () => {
    expect(() => denying(ROLE, exempt('data-to-backup')).synth()).not.toThrow();
  });
});

test.each<[string, Grant, Grant, string]>([
  [
    'other limits',
    ROLE,
    { ...ROLE, enforceSSL: true },
    'two grants for the same roles that differ: permissions add up',
  ],
  ['another owner', ROLE, { ...ROLE, ownerOverride: false }, 'two grants for the same roles that differ'],
  ['delete markers', ROLE, { ...ROLE, deleteMarkers: true }, 'two grants for the same roles that differ'],
  ['other keys', ROLE, { ...ROLE, keyPrefixes: ['a/'] }, 'two grants for the same roles that differ'],
])('a second grant with %s is an error', (_, one, other, message) => {
  const replica = bucket(backup(), 'Replica', { objectLockEnabled: true });
  grant(replica, one);
  expect(() => grant(replica, other)).toThrow(message);
});

test('a grant after synthesis is an error', () => {
  const app = quietApp();
  const replica = bucket(backup(app), 'Replica');
  grant(replica);
  app.synth();
  expect(() => grant(replica, ORGANIZATION)).toThrow(
    'replicasFrom() after synthesis: the Stage of the bucket is synthesized',
  );
});

describe('many sources', () => {
  const withRoles = (count: number) => {
    const app = quietApp();
    const replica = bucket(backup(app), 'Replica', { encryption: KMS });
    for (let i = 0; i < count; i++) {
      grant(replica, { account: String(1e11 + i), roleName: `${'n'.repeat(60)}${1000 + i}` });
    }
    return app;
  };

  test.each<[string, number, s3.BucketProps, Partial<ReplicasFromOptions> & { roleName: string }]>([
    ['usual names', 48, {}, { roleName: `s3-replication-Production-${'a'.repeat(12)}` }],
    [
      'usual names, and a name of the bucket',
      58,
      { bucketName: 'the-backup-bucket' },
      { roleName: 'records-to-backup' },
    ],
    [
      'the longest names and owner override',
      45,
      { objectOwnership: s3.ObjectOwnership.OBJECT_WRITER },
      { roleName: 'n'.repeat(64) },
    ],
  ])('%s: %d fit', (_, count, props, options) => {
    for (const minimize of [true, false]) {
      const synth = (roles: number) => () => {
        const app = quietApp();
        app.node.setContext('@aws-cdk/aws-iam:minimizePolicies', minimize);
        const replica = bucket(backup(app), 'Replica', { enforceSSL: true, ...props });
        for (let i = 0; i < roles; i++) grant(replica, { account: String(1e11 + i), ...options });
        app.synth();
      };
      expect(synth(count)).not.toThrow();
      expect(synth(count + 1)).toThrow('AWS takes at most 20480');
    }
  });

  test('as many as fit with the longest names, and then an error with the remedy', () => {
    expect(() => withRoles(46).synth()).not.toThrow();
    expect(() => withRoles(47).synth()).toThrow(
      /the policy .* of 'Backup\/Replica' has about \d+ characters: AWS takes at most 20480; let roles in by the start of their names/,
    );
  });

  test('the policy of a key that many buckets share is full, too', () => {
    const sharing = (count: number) => {
      const app = quietApp();
      const stack = backup(app);
      const encryptionKey = key(stack);
      for (let i = 0; i < count; i++) {
        const bucketName = `${'b'.repeat(59)}${1000 + i}`;
        grant(bucket(stack, `Replica${i}`, { bucketName }), {
          account: String(1e11 + i),
          roleName: `${'n'.repeat(60)}${1000 + i}`,
          encryptionKey,
        });
      }
      return app;
    };
    expect(() => sharing(53).synth()).not.toThrow();
    expect(() => sharing(54).synth()).toThrow(
      /the policy of key 'Backup\/Key\/Resource' has about \d+ characters: AWS takes at most 32768/,
    );
  });

  test('the same role twice is one statement', () => {
    const stack = backup();
    const replica = bucket(stack, 'Replica');
    grant(replica);
    grant(replica);
    expect(inBucketPolicy(stack)).toHaveLength(1);
  });
});

describe('refuses', () => {
  const replica = (stack: Stack) => bucket(stack, 'Replica');
  test.each<[string, (stack: Stack) => s3.IBucketRef, Grant, string]>([
    ['something else than an account', replica, { ...ROLE, account: '1111' }, "account '1111': … 12 digits"],
    [
      'its own account',
      replica,
      { ...ROLE, account: ENV.account },
      "which is the account of 'Backup/Replica': … leave the grant out",
    ],
    [
      'something else than an organization',
      replica,
      { ...ORGANIZATION, organizationId: '*' },
      "organizationId '*': … fixed id",
    ],
    ['a wildcard in the name', replica, { ...ROLE, roleName: '*' }, "roleName '*' (1 characters): IAM takes"],
    [
      'a wildcard in the prefix',
      replica,
      { ...ORGANIZATION, roleNamePrefix: 'a*' },
      "roleNamePrefix 'a*' (2 characters): IAM takes",
    ],
    [
      'an empty prefix',
      replica,
      { ...ORGANIZATION, roleNamePrefix: '' },
      "roleNamePrefix '' (0 characters): IAM takes",
    ],
    [
      'a token in the name',
      replica,
      { ...ROLE, roleName: `data-${Aws.REGION}` },
      'a replication role named … policies of the other account name the role as text',
    ],
    ['a wildcard in the path', replica, { ...ROLE, rolePath: '/*/' }, 'with path "/*/" for a destination'],
    ['a path without slashes', replica, { ...ROLE, rolePath: 'a' }, "rolePath 'a' (1 characters): IAM takes"],
    [
      'an AWS managed key',
      (stack) => bucket(stack, 'Replica', { encryption: s3.BucketEncryption.KMS_MANAGED }),
      ROLE,
      'AWS managed key aws/s3 as default encryption: … with customer managed keys … encrypt the bucket with a kms.Key',
    ],
    [
      'a key of another region',
      replica,
      { ...ROLE, encryptionKey: { region: 'us-west-2' } as any },
      "encryptionKey 'Backup/Key' of region 'us-west-2' for a bucket in 'eu-west-1': … with customer managed keys",
    ],
    [
      'an alias',
      replica,
      { ...ROLE, encryptionKey: { alias: true } as any },
      "encryptionKey 'Backup/Alias' … with customer managed keys",
    ],
  ])('%s', (_, make, options, message) => {
    const stack = backup();
    const target = make(stack);
    const wanted = options.encryptionKey as unknown as { alias?: boolean; region?: string } | undefined;
    const imported = () =>
      kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:${wanted?.region ?? ENV.region}:${ENV.account}:key/1`);
    const encryptionKey = wanted && (wanted.alias ? kms.Alias.fromAliasName(stack, 'Alias', 'alias/a') : imported());
    const pattern = message
      .split(' … ')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^]*');
    expect(() => grant(target, { ...options, encryptionKey })).toThrow(
      new RegExp(`^\\[Backup/Replica/Resource\\] [^]*${pattern}`),
    );
  });

  test('a second policy beside that of the user', () => {
    const app = quietApp();
    const stack = backup(app);
    const target = new s3.CfnBucket(stack, 'Replica');
    grant(target);
    new s3.CfnBucketPolicy(stack, 'Policy', { bucket: target.ref, policyDocument: { Statement: [] } });
    expect(() => app.synth()).toThrow(
      /2 bucket policies for 'Backup\/Replica': .* one of them would overwrite the other; define your policy before/,
    );
  });
});

test('snapshot', () => {
  const stack = backup(testApp());
  const replica = bucket(stack, 'Replica', { bucketName: 'the-backup', encryption: KMS, enforceSSL: true });
  grant(replica);
  grant(replica, ORGANIZATION);
  const { Resources } = Template.fromStack(stack).toJSON();
  expect(Resources).toMatchSnapshot();
});
