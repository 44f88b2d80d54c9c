import { Annotations, App, aws_kms as kms, aws_s3 as s3, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { BucketReplication, ReplicatedBucketPair, ReplicatedBucketPairProps, ReplicationFilter } from '../../src';
import { testApp } from '../app';

const env = { account: '111111111111', region: 'us-east-1' };
const elsewhere = 'eu-west-1';

function sourceStack(app: App = testApp()): Stack {
  return new Stack(app, 'Main', { env });
}

const replicaStackOf = (stack: Stack, region = elsewhere) => stack.node.findChild(`ReplicaStack-${region}`) as Stack;

describe.each(['recommended', 'none'] as const)('with %s feature flags', (flags) => {
  test.each<[string, ReplicatedBucketPairProps]>([
    ['SRR', {}],
    ['CRR', { destinationRegion: elsewhere }],
    [
      'CRR with KMS, Object Lock and names',
      {
        destinationRegion: elsewhere,
        encryption: s3.BucketEncryption.KMS,
        objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(30)),
        sourceOptions: { bucketName: 'the-source' },
        destinationOptions: { bucketName: 'the-replica' },
      },
    ],
  ])('snapshot: %s', (_, props) => {
    const stack = sourceStack(testApp(flags));
    new ReplicatedBucketPair(stack, 'Data', props);
    const templates = [stack, ...stack.node.children.filter(Stack.isStack)].map((it) => {
      const { Resources, Outputs } = Template.fromStack(it).toJSON();
      return { stackName: it.stackName, Resources, Outputs };
    });
    expect(templates).toMatchSnapshot();
  });
});

describe('buckets that are created', () => {
  test('are private, versioned, retained, for TLS only and without ACLs', () => {
    const stack = sourceStack();
    new ReplicatedBucketPair(stack, 'Data');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::S3::Bucket', 2);
    template.allResources('AWS::S3::Bucket', { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    template.allResourcesProperties('AWS::S3::Bucket', {
      BucketName: Match.absent(),
      VersioningConfiguration: { Status: 'Enabled' },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
    template.resourceCountIs('AWS::S3::BucketPolicy', 2);
    template.allResourcesProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })],
      },
    });
  });

  test('with a name: a first deployment that is rolled back does not leave them behind', () => {
    const stack = sourceStack();
    new ReplicatedBucketPair(stack, 'Data', { sourceOptions: { bucketName: 'the-source' } });
    Template.fromStack(stack).hasResource('AWS::S3::Bucket', {
      Properties: Match.objectLike({ BucketName: 'the-source' }),
      DeletionPolicy: 'RetainExceptOnCreate',
    });
  });

  test('KMS: one rotated and retained key for each region, with a bucket key', () => {
    const crr = sourceStack();
    new ReplicatedBucketPair(crr, 'Data', {
      encryption: s3.BucketEncryption.KMS,
      destinationRegion: elsewhere,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Annotations.of(crr).acknowledgeWarning('cdk-s3-replication:destroyNeedsEmptyBuckets');
    const srr = sourceStack();
    new ReplicatedBucketPair(srr, 'Data', { encryption: s3.BucketEncryption.KMS });
    for (const stack of [crr, replicaStackOf(crr), srr]) {
      const template = Template.fromStack(stack);
      template.resourceCountIs('AWS::KMS::Key', 1);
      template.hasResource('AWS::KMS::Key', {
        Properties: Match.objectLike({ EnableKeyRotation: true }),
        DeletionPolicy: 'RetainExceptOnCreate',
      });
      template.allResourcesProperties('AWS::S3::Bucket', {
        BucketEncryption: { ServerSideEncryptionConfiguration: [Match.objectLike({ BucketKeyEnabled: true })] },
      });
    }
  });

  test('options of one side are for this side only', () => {
    const stack = sourceStack();
    const logs = new s3.Bucket(stack, 'Logs');
    new ReplicatedBucketPair(stack, 'Data', {
      sourceOptions: { serverAccessLogsBucket: logs, serverAccessLogsPrefix: 'data/' },
      destinationOptions: { lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(30) }] },
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::S3::Bucket', {
      LoggingConfiguration: { LogFilePrefix: 'data/' },
      LifecycleConfiguration: Match.absent(),
      ReplicationConfiguration: Match.anyValue(),
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      LoggingConfiguration: Match.absent(),
      LifecycleConfiguration: Match.anyValue(),
      ReplicationConfiguration: Match.absent(),
    });
  });

  test('Object Lock at both ends', () => {
    const stack = sourceStack();
    new ReplicatedBucketPair(stack, 'Data', { objectLockEnabled: true });
    Template.fromStack(stack).allResourcesProperties('AWS::S3::Bucket', { ObjectLockEnabled: true });
  });
});

describe('another region', () => {
  test('the replica has a stack of its own, like that of the source, which deploys first', () => {
    const app = testApp();
    const stack = new Stack(app, 'Main', { env, terminationProtection: true, tags: { team: 'storage' } });
    new ReplicatedBucketPair(stack, 'Data', { destinationRegion: elsewhere });
    const replica = replicaStackOf(stack);
    const assembly = app.synth();
    expect(assembly.stacks.map(({ stackName }) => stackName)).toEqual(['Main-us-east-1-replica-eu-west-1', 'Main']);
    expect(assembly.getStackArtifact(stack.artifactId).dependencies.map(({ id }) => id)).toContain(replica.artifactId);
    expect(assembly.getStackArtifact(replica.artifactId)).toMatchObject({
      environment: { account: '111111111111', region: elsewhere },
      terminationProtection: true,
      tags: { team: 'storage' },
    });
  });

  test('one stack for each source stack and region', () => {
    const stack = sourceStack();
    new ReplicatedBucketPair(stack, 'One', { destinationRegion: elsewhere });
    new ReplicatedBucketPair(stack, 'Two', { destinationRegion: elsewhere });
    new ReplicatedBucketPair(stack, 'Three', { destinationRegion: 'eu-central-1' });
    expect(stack.node.children.filter(Stack.isStack).map(({ stackName }) => stackName)).toEqual([
      'Main-us-east-1-replica-eu-west-1',
      'Main-us-east-1-replica-eu-central-1',
    ]);
    Template.fromStack(replicaStackOf(stack)).resourceCountIs('AWS::S3::Bucket', 2);
  });

  test('a long stack name is cut, and stays unique', () => {
    const name = (stackName: string) => {
      const stack = new Stack(testApp(), 'Main', { env, stackName });
      new ReplicatedBucketPair(stack, 'Data', { destinationRegion: elsewhere });
      return replicaStackOf(stack).stackName;
    };
    const [a, b] = ['a', 'b'].map((last) => name('x'.repeat(127) + last));
    expect(a).toMatch(/^x+-[0-9a-f]{8}-us-east-1-replica-eu-west-1$/);
    expect(a).toHaveLength(128);
    expect(a).not.toBe(b);
  });

  test('name and ARN of the replica can be used in the stack of the source', () => {
    const stack = sourceStack();
    const pair = new ReplicatedBucketPair(stack, 'Data', { destinationRegion: elsewhere });
    new CfnOutput(stack, 'Name', { value: pair.destinationBucketName });
    new CfnOutput(stack, 'Arn', { value: pair.destinationBucketArn });
    const template = Template.fromStack(stack);
    template.hasOutput('Name', {
      Value: {
        'Fn::GetStackOutput': Match.objectLike({ StackName: 'Main-us-east-1-replica-eu-west-1', Region: elsewhere }),
      },
    });
    template.hasOutput('Arn', {
      Value: {
        'Fn::GetStackOutput': Match.objectLike({ StackName: 'Main-us-east-1-replica-eu-west-1', Region: elsewhere }),
      },
    });
  });

  test('within one region they are the plain attributes', () => {
    const stack = sourceStack();
    const pair = new ReplicatedBucketPair(stack, 'Data');
    new CfnOutput(stack, 'Name', { value: pair.destinationBucketName });
    Template.fromStack(stack).hasOutput('Name', { Value: { Ref: Match.stringLikeRegexp('^DataDestination') } });
  });

  test("the stack of the user: pairs of several stacks do not get in each other's way", () => {
    const app = testApp();
    const replicas = new Stack(app, 'Replicas', { env: { ...env, region: elsewhere } });
    for (const id of ['One', 'Two']) {
      new ReplicatedBucketPair(new Stack(app, id, { env }), 'Data', { destinationStack: replicas });
    }
    Template.fromStack(replicas).resourceCountIs('AWS::S3::Bucket', 2);
  });
});

describe('buckets that are brought along', () => {
  test('source: keeps its properties, and the replica follows its KMS and Object Lock', () => {
    const stack = sourceStack();
    const source = new s3.Bucket(stack, 'Mine', { encryption: s3.BucketEncryption.KMS, objectLockEnabled: true });
    const pair = new ReplicatedBucketPair(stack, 'Data', { source, destinationRegion: elsewhere });
    expect(pair.source).toBe(source);
    Template.fromStack(replicaStackOf(stack)).hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: true,
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          Match.objectLike({ ServerSideEncryptionByDefault: Match.objectLike({ SSEAlgorithm: 'aws:kms' }) }),
        ],
      },
    });
  });

  test('both, and options of the rule', () => {
    const stack = sourceStack();
    const [source, destination] = ['Mine', 'AlsoMine'].map((id) => new s3.Bucket(stack, id));
    const pair = new ReplicatedBucketPair(stack, 'Data', {
      source,
      destination,
      filter: ReplicationFilter.prefix('a/'),
      replicationTimeControl: true,
      ruleId: 'mine',
    });
    expect(pair.destination).toBe(destination);
    expect(pair.replication).toBe(BucketReplication.of(source));
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      ReplicationConfiguration: Match.objectLike({
        Rules: [Match.objectLike({ Id: 'mine', Filter: { Prefix: 'a/' } })],
      }),
    });
  });

  test('imported destination with its key', () => {
    const stack = sourceStack();
    const destination = s3.Bucket.fromBucketAttributes(stack, 'Theirs', {
      bucketName: 'the-replica',
      region: elsewhere,
      encryptionKey: kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:${elsewhere}:111111111111:key/1`),
    });
    const pair = new ReplicatedBucketPair(stack, 'Data', { destination });
    expect(pair.destinationBucketName).toBe('the-replica');
    const [rule] = Object.values(Template.fromStack(stack).findResources('AWS::S3::Bucket'))[0].Properties
      .ReplicationConfiguration.Rules;
    expect(rule.Destination.EncryptionConfiguration).toEqual({
      ReplicaKmsKeyID: `arn:aws:kms:${elsewhere}:111111111111:key/1`,
    });
  });
});

describe('keys that stay when encryption is switched off', () => {
  test('keepEncryptionKeys: SSE-S3 for new objects, KMS objects go on being replicated', () => {
    const stack = sourceStack();
    new ReplicatedBucketPair(stack, 'Data', {
      destinationRegion: elsewhere,
      encryption: s3.BucketEncryption.S3_MANAGED,
      keepEncryptionKeys: true,
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::KMS::Key', 1);
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      ReplicationConfiguration: Match.objectLike({
        Rules: [Match.objectLike({ SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } } })],
      }),
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([Match.objectLike({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'] })]),
      }),
    });
    Template.fromStack(replicaStackOf(stack)).resourceCountIs('AWS::KMS::Key', 1);
  });

  test('a key of the user with S3_MANAGED does the same', () => {
    const stack = sourceStack();
    const [one, two] = ['One', 'Two'].map((id) => new kms.Key(stack, id));
    new ReplicatedBucketPair(stack, 'Data', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      sourceOptions: { encryptionKey: one },
      destinationOptions: { encryptionKey: two },
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::KMS::Key', 2);
    template.allResourcesProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([Match.objectLike({ Sid: 'DecryptSourceObjects' })]),
      }),
    });
  });
});
