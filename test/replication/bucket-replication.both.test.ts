import { Annotations, App, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { BucketReplication, ReplicationFilter } from '../../src';
import { testApp } from '../app';

const env = { account: '111111111111', region: 'us-east-1' };

function templateOf(stack: Stack): Template {
  return Template.fromStack(stack);
}

/** The rules of the only bucket that has some. */
function rulesIn(template: Template): any[] {
  const [bucket] = Object.values(
    template.findResources('AWS::S3::Bucket', { Properties: { ReplicationConfiguration: Match.anyValue() } }),
  );
  return bucket.Properties.ReplicationConfiguration.Rules;
}

describe.each(['recommended', 'none'] as const)('with %s feature flags', (flags) => {
  let app: App;
  let stack: Stack;
  beforeEach(() => {
    app = testApp(flags);
    stack = new Stack(app, 'Stack', { env });
  });

  test('source with a name: permissions are part of the role, and the bucket waits for it', () => {
    new BucketReplication(stack, 'Replication', {
      source: new s3.Bucket(stack, 'Source', { bucketName: 'the-source' }),
      rules: [{ destination: new s3.Bucket(stack, 'Destination'), filter: ReplicationFilter.prefix('logs/') }],
    });
    const template = templateOf(stack);
    template.resourceCountIs('AWS::IAM::Policy', 0);
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 's3.amazonaws.com' } }],
      },
      RoleName: Match.absent(),
      Policies: [
        {
          PolicyName: 'S3Replication',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Sid: 'ReadReplicationConfiguration',
                Effect: 'Allow',
                Action: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
                Resource: [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::the-source']] }],
              },
              Match.objectLike({
                Resource: [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::the-source/logs/*']] }],
              }),
              {
                Sid: 'WriteReplicas',
                Effect: 'Allow',
                Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
                Resource: [
                  { 'Fn::Join': ['', [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^Destination'), 'Arn'] }, '/logs/*']] },
                ],
              },
            ],
          },
        },
      ],
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketName: 'the-source',
      VersioningConfiguration: { Status: 'Enabled' },
      ReplicationConfiguration: {
        Role: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SourceS3ReplicationRole'), 'Arn'] },
        Rules: [
          {
            Id: Match.stringLikeRegexp('^Destination-logs-[0-9a-f]{8}$'),
            Priority: 1,
            Status: 'Enabled',
            Filter: { Prefix: 'logs/' },
            DeleteMarkerReplication: { Status: 'Disabled' },
            SourceSelectionCriteria: Match.absent(),
            Destination: {
              Bucket: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Destination'), 'Arn'] },
              Account: '111111111111',
              Metrics: { Status: 'Enabled', EventThreshold: Match.absent() },
            },
          },
        ],
      },
    });
    template.allResourcesProperties('AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } });
  });

  test('source without a name: a policy of its own, which names the bucket resource', () => {
    BucketReplication.of(new s3.Bucket(stack, 'Source')).addRule({ destination: new s3.Bucket(stack, 'Destination') });
    const template = templateOf(stack);
    template.hasResourceProperties('AWS::IAM::Role', { Policies: Match.absent() });
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('^SourceS3ReplicationRole') }],
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({ Resource: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^Source'), 'Arn'] }] }),
        ]),
      }),
    });
  });

  test('everything on: snapshot', () => {
    const key = (id: string) => new kms.Key(stack, id);
    const source = new s3.Bucket(stack, 'Source', {
      bucketName: 'the-source',
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: key('SourceKey'),
      objectLockEnabled: true,
    });
    const destination = new s3.Bucket(stack, 'Destination', {
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: key('DestinationKey'),
      objectLockEnabled: true,
    });
    new BucketReplication(stack, 'Replication', {
      source,
      rules: [
        {
          destination,
          ruleId: 'everything',
          priority: 5,
          storageClass: s3.StorageClass.INFREQUENT_ACCESS,
          deleteMarkerReplication: true,
          replicaModifications: true,
          replicationTimeControl: true,
          sourceKeys: [key('FormerKey')],
        },
        {
          destination,
          filter: ReplicationFilter.prefixAndTags('a/', { two: '2', one: '1' }),
          enabled: false,
          metrics: false,
        },
      ],
      rolePath: '/replication/',
      permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'),
    });
    Annotations.of(stack).acknowledgeWarning('cdk-s3-replication:disabledRulesDoNotCatchUp');
    expect(templateOf(stack).toJSON().Resources).toMatchSnapshot();
  });
});

describe('one replication for a source', () => {
  let stack: Stack;
  beforeEach(() => {
    stack = new Stack(testApp(), 'Stack', { env });
  });

  test('of() finds what there is, whichever way the bucket is named', () => {
    const source = new s3.Bucket(stack, 'Source');
    const replication = new BucketReplication(stack, 'Replication', { source });
    expect(BucketReplication.of(source)).toBe(replication);
    expect(BucketReplication.of(source.node.defaultChild as s3.CfnBucket)).toBe(replication);
    expect(BucketReplication.of(s3.Bucket.fromCfnBucket(source.node.defaultChild as s3.CfnBucket))).toBe(replication);
    expect(replication.source).toBe(source);
  });

  test('the role has the same logical id however it comes about', () => {
    const logicalIds = (build: (source: s3.Bucket, inner: Stack) => void) => {
      const inner = new Stack(testApp(), 'Stack', { env });
      const source = new s3.Bucket(inner, 'Source');
      build(source, inner);
      BucketReplication.of(source).addRule({ destination: new s3.Bucket(inner, 'Destination') });
      return Object.keys(templateOf(inner).findResources('AWS::IAM::Role'));
    };
    const viaOf = logicalIds(() => {});
    expect(viaOf).toHaveLength(1);
    expect(logicalIds((source, inner) => new BucketReplication(inner, 'Any', { source }))).toEqual(viaOf);
    expect(
      logicalIds((source, inner) => {
        const elsewhere = new Stack(inner, 'Elsewhere');
        new s3.Bucket(elsewhere, 'Unrelated');
        new BucketReplication(elsewhere, 'Any', { source });
      }),
    ).toEqual(viaOf);
  });

  test('rules of different callers come together, with priorities and ids of their own', () => {
    const source = new s3.Bucket(stack, 'Source');
    const [one, two] = ['One', 'Two'].map((id) => new s3.Bucket(stack, id));
    BucketReplication.of(source).addRule({ destination: one, priority: 1 });
    BucketReplication.of(source).addRule({ destination: two });
    BucketReplication.of(source).addRule({ destination: two, filter: ReplicationFilter.prefix('x') });
    const template = templateOf(stack);
    const rules = rulesIn(template);
    expect(rules.map((rule) => rule.Priority)).toEqual([1, 2, 3]);
    expect(new Set(rules.map((rule) => rule.Id)).size).toBe(3);
    template.resourceCountIs('AWS::IAM::Role', 1);
    template.resourceCountIs('AWS::IAM::Policy', 1);
  });

  test('imported destination: named by its ARN, owned by the account that CDK knows', () => {
    const destination = s3.Bucket.fromBucketAttributes(stack, 'Replica', {
      bucketName: 'the-replica',
      region: 'eu-west-1',
    });
    BucketReplication.of(new s3.Bucket(stack, 'Source')).addRule({ destination });
    expect(rulesIn(templateOf(stack))[0].Destination).toEqual({
      Bucket: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::the-replica']] },
      Account: '111111111111',
      Metrics: { Status: 'Enabled' },
    });
  });
});

test('a prefix that is lazy is escaped in the policy like any other', () => {
  const stack = new Stack(testApp(), 'Stack', { env });
  BucketReplication.of(new s3.Bucket(stack, 'Source')).addRule({
    destination: new s3.Bucket(stack, 'Destination'),
    filter: ReplicationFilter.prefix(Lazy.string({ produce: () => 'a*/' })),
  });
  const template = JSON.stringify(templateOf(stack).toJSON().Resources);
  expect(template).toContain('"/a${*}/*"');
  expect(template).not.toContain('"/a*/*"');
  expect(rulesIn(templateOf(stack))[0].Filter).toEqual({ Prefix: 'a*/' });
});

describe('role of the user', () => {
  test('gets the permissions; with a named source the bucket waits for them', () => {
    const stack = new Stack(testApp(), 'Stack', { env });
    const role = new iam.Role(stack, 'Mine', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
    const replication = new BucketReplication(stack, 'Replication', {
      source: new s3.Bucket(stack, 'Source', { bucketName: 'the-source' }),
      role,
      rules: [{ destination: new s3.Bucket(stack, 'Destination') }],
    });
    expect(replication.role).toBe(role);
    const template = templateOf(stack);
    template.resourceCountIs('AWS::IAM::Role', 1);
    const [policy] = Object.keys(
      template.findResources('AWS::IAM::Policy', { Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^Mine') }] } }),
    );
    template.hasResource('AWS::S3::Bucket', {
      Properties: Match.objectLike({ BucketName: 'the-source' }),
      DependsOn: [policy],
    });
  });

  test('an imported role of the account gets them too', () => {
    const stack = new Stack(testApp(), 'Stack', { env });
    new BucketReplication(stack, 'Replication', {
      source: new s3.Bucket(stack, 'Source'),
      role: iam.Role.fromRoleName(stack, 'Mine', 'my-role'),
      rules: [{ destination: new s3.Bucket(stack, 'Destination') }],
    });
    templateOf(stack).hasResourceProperties('AWS::IAM::Policy', { Roles: ['my-role'] });
  });
});

describe('KMS', () => {
  let stack: Stack;
  beforeEach(() => {
    stack = new Stack(testApp(), 'Stack', { env });
  });
  const encrypted = (id: string, encryptionKey?: kms.IKey) =>
    new s3.Bucket(stack, id, { encryption: s3.BucketEncryption.KMS, encryptionKey });
  const keyActions = (template: Template) =>
    Object.values(template.findResources('AWS::IAM::Policy'))
      .flatMap((policy: any) => policy.Properties.PolicyDocument.Statement)
      .filter((statement: any) => statement.Action.some((action: string) => action.startsWith('kms:')));

  test('the default keys of both buckets are used', () => {
    BucketReplication.of(encrypted('Source')).addRule({ destination: encrypted('Destination') });
    const template = templateOf(stack);
    expect(rulesIn(template)[0]).toMatchObject({
      SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
      Destination: {
        EncryptionConfiguration: {
          ReplicaKmsKeyID: { 'Fn::GetAtt': [expect.stringMatching(/^DestinationKey/), 'Arn'] },
        },
      },
    });
    expect(
      keyActions(template).map((statement: any) => [
        statement.Sid,
        statement.Resource[0]['Fn::GetAtt'][0].slice(0, -8),
      ]),
    ).toEqual([
      ['DecryptSourceObjects', 'SourceKey'],
      ['EncryptReplicas', 'DestinationKey'],
    ]);
  });

  test('keys that are named win over, or add to, the default keys', () => {
    const [former, other] = ['Former', 'Other'].map((id) => new kms.Key(stack, id));
    BucketReplication.of(encrypted('Source')).addRule({
      destination: encrypted('Destination'),
      sourceKeys: [former],
      destinationKey: other,
    });
    const template = templateOf(stack);
    expect(rulesIn(template)[0].Destination.EncryptionConfiguration.ReplicaKmsKeyID['Fn::GetAtt'][0]).toMatch(/^Other/);
    const keys = keyActions(template).map((statement: any) => statement.Resource[0]['Fn::GetAtt'][0].slice(0, -8));
    expect(keys).toEqual(['SourceKey', 'Former', 'Other']);
  });

  test('SSE-S3 at both ends: nothing about KMS anywhere', () => {
    BucketReplication.of(new s3.Bucket(stack, 'Source')).addRule({ destination: new s3.Bucket(stack, 'Destination') });
    expect(JSON.stringify(templateOf(stack).toJSON())).not.toMatch(/kms|Kms/);
  });

  test.each([
    ['ARN of the key', (key: kms.Key) => key.keyArn],
    ['id of the key', (key: kms.Key) => key.keyId],
  ])('L1 source that names its key by the %s', (_, name) => {
    const source = new s3.CfnBucket(stack, 'Source', {
      bucketEncryption: {
        serverSideEncryptionConfiguration: [
          {
            serverSideEncryptionByDefault: {
              sseAlgorithm: 'aws:kms',
              kmsMasterKeyId: name(new kms.Key(stack, 'SourceKey')),
            },
          },
        ],
      },
    });
    BucketReplication.of(source).addRule({ destination: encrypted('Destination') });
    expect(keyActions(templateOf(stack))[0].Resource[0]['Fn::GetAtt'][0]).toMatch(/^SourceKey/);
  });

  test('key id in plain text becomes the ARN of the key in the account and region of the bucket', () => {
    const source = new s3.CfnBucket(stack, 'Source', {
      bucketEncryption: {
        serverSideEncryptionConfiguration: [
          {
            serverSideEncryptionByDefault: {
              sseAlgorithm: 'aws:kms',
              kmsMasterKeyId: '12345678-1234-1234-1234-123456789012',
            },
          },
        ],
      },
    });
    BucketReplication.of(source).addRule({ destination: encrypted('Destination') });
    expect(keyActions(templateOf(stack))[0].Resource).toEqual([
      {
        'Fn::Join': [
          '',
          ['arn:', { Ref: 'AWS::Partition' }, ':kms:us-east-1:111111111111:key/12345678-1234-1234-1234-123456789012'],
        ],
      },
    ]);
  });

  test('encryption that is set after the rule counts', () => {
    const source = new s3.CfnBucket(stack, 'Source');
    BucketReplication.of(source).addRule({ destination: encrypted('Destination') });
    source.bucketEncryption = {
      serverSideEncryptionConfiguration: [
        {
          serverSideEncryptionByDefault: {
            sseAlgorithm: 'aws:kms:dsse',
            kmsMasterKeyId: new kms.Key(stack, 'Late').keyArn,
          },
        },
      ],
    };
    expect(keyActions(templateOf(stack))[0].Resource[0]['Fn::GetAtt'][0]).toMatch(/^Late/);
  });
});
