import {
  App,
  aws_cloudfront as cloudfront,
  aws_cloudfront_origins as origins,
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  CfnOutput,
  PhysicalName,
  Stack,
} from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { quietApp } from '../app';
import { ENV, KMS, l1 } from '../builders';
import { LogAggregationSRR, LogProducer, ReplicatedBucketPair, ReplicatedBucketPairProps } from 'cdk-s3-replication';

// what core says in docs/troubleshooting.md, and what to write instead

const FAR = 'eu-west-1';
const CYCLE = /^'App' depends on '.*'.*\. Adding this dependency \(.* -> App\/.*\) would create a cyclic reference\.$/;

/** The stacks of an app by their ids, and the warnings of the whole app. */
function synthesized(define: (stack: Stack) => void, context: Record<string, boolean | string> = {}) {
  const app = quietApp();
  for (const [flag, value] of Object.entries(context)) app.node.setContext(flag, value);
  define(new Stack(app, 'App', { env: ENV }));
  const { stacks } = app.synth();
  const warnings = stacks.flatMap(({ messages }) => messages.map(({ entry }) => String(entry.data)));
  const found = (id: string) => stacks.find((it) => it.hierarchicalId === id)!;
  return { template: (id: string) => Template.fromJSON(found(id).template), warnings };
}
const pair = (stack: Stack, props: ReplicatedBucketPairProps = {}) =>
  new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: FAR, ...props });
const REPLICA_STACK = `App/ReplicaStack-${FAR}`;
const published = {
  'Fn::GetStackOutput': Match.objectLike({ StackName: `App-us-east-1-replica-${FAR}`, Region: FAR }),
};
const allows = (Action: unknown, Resource: unknown, more: object = {}) => ({
  PolicyDocument: Match.objectLike({ Statement: Match.arrayWith([Match.objectLike({ Action, Resource, ...more })]) }),
});

describe('a destination of another region in the stack of the source', () => {
  const reader = (stack: Stack) =>
    new iam.Role(stack, 'Reader', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  const READ = ['s3:GetBucket*', 's3:GetObject*', 's3:List*'];

  test.each<[string, (stack: Stack) => unknown]>([
    ['a grant', (stack) => pair(stack).destination.grantRead(reader(stack))],
    ['its name', (stack) => new CfnOutput(stack, 'Name', { value: pair(stack).destination.bucketName })],
  ])('%s: core asks for a name', (_, define) => {
    const words = `Cannot use resource '${REPLICA_STACK}/Pair/Destination' in a cross-environment fashion, the resource's physical name must be explicit set or use \`PhysicalName.GENERATE_IF_NEEDED\``;
    expect(() => synthesized(define)).toThrow(words);
  });

  test('imported by the name that the pair publishes', () => {
    const { template, warnings } = synthesized((stack) => {
      const bucketName = pair(stack).destinationBucketName;
      s3.Bucket.fromBucketAttributes(stack, 'Replica', { bucketName, region: FAR }).grantRead(reader(stack));
    });
    const part = (...end: string[]) => ({ 'Fn::Join': ['', ['arn:aws:s3:::', published, ...end]] });
    template('App').hasResourceProperties('AWS::IAM::Policy', allows(READ, [part('/*'), part()]));
    expect(warnings).toEqual([]);
  });

  test.each([undefined, KMS])('with a name that core makes up, encryption %s', (encryption) => {
    const destinationOptions = { bucketName: PhysicalName.GENERATE_IF_NEEDED };
    const { template, warnings } = synthesized((stack) => {
      pair(stack, { encryption, destinationOptions }).destination.grantRead(reader(stack));
    });
    const [{ Properties }] = Object.values(template(REPLICA_STACK).findResources('AWS::S3::Bucket'));
    const arn = `arn:aws:s3:::${Properties.BucketName}`;
    template('App').hasResourceProperties('AWS::IAM::Policy', allows(READ, [arn, `${arn}/*`]));
    // what the page says of keys
    const decrypts = allows(['kms:Decrypt', 'kms:DescribeKey'], '*');
    template('App').resourcePropertiesCountIs('AWS::IAM::Policy', decrypts, encryption ? 1 : 0);
    expect(warnings).toEqual([]);
  });
});

describe('CloudFront with both buckets as origins', () => {
  const distribution = (stack: Stack, ...[primary, fallback]: s3.IBucket[]) => {
    const origin = (it: s3.IBucket) => origins.S3BucketOrigin.withOriginAccessControl(it);
    const group = new origins.OriginGroup({ primaryOrigin: origin(primary), fallbackOrigin: origin(fallback) });
    new cloudfront.Distribution(stack, 'Distribution', { defaultBehavior: { origin: group } });
  };

  test('core would let the destination wait for the distribution', () => {
    const define = (stack: Stack) => {
      const { source, destination } = pair(stack);
      distribution(stack, source, destination);
    };
    expect(() => synthesized(define)).toThrow(CYCLE);
  });

  test('let in by the ARN of any distribution of the account', () => {
    const { template, warnings } = synthesized((stack) => {
      const { source, destination, destinationBucketName: bucketName } = pair(stack);
      destination.addToResourcePolicy(
        new iam.PolicyStatement({
          principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
          actions: ['s3:GetObject'],
          resources: [destination.arnForObjects('*')],
          conditions: {
            ArnLike: { 'aws:SourceArn': `arn:${stack.partition}:cloudfront::${stack.account}:distribution/*` },
          },
        }),
      );
      const replica = s3.Bucket.fromBucketAttributes(stack, 'Replica', { bucketName, region: FAR });
      distribution(stack, source, replica);
    });
    const condition = { ArnLike: { 'aws:SourceArn': Match.anyValue() } };
    const service = { Principal: { Service: 'cloudfront.amazonaws.com' }, Condition: condition };
    template(REPLICA_STACK).hasResourceProperties(
      'AWS::S3::BucketPolicy',
      allows('s3:GetObject', Match.anyValue(), service),
    );
    template('App').hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: Match.objectLike({
        Origins: Match.arrayWith([
          Match.objectLike({
            DomainName: { 'Fn::Join': ['', [published, `.s3.${FAR}.amazonaws.com`]] },
            OriginAccessControlId: Match.anyValue(),
          }),
        ]),
      }),
    });
    expect(warnings).toEqual([expect.stringContaining('Cannot update bucket policy of an imported bucket')]);
  });
});

describe('access logs of a pair in a bucket of log aggregation', () => {
  const BY_POLICY = '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy';
  const logs = (stack: Stack) =>
    new LogAggregationSRR(stack, 'Logs').addProducer('Access', LogProducer.serverAccessLogs());
  const byProperty = (stack: Stack) => pair(stack, { sourceOptions: { serverAccessLogsBucket: logs(stack) } });
  const byL1 = (stack: Stack) => {
    const destinationBucketName = logs(stack).bucketName;
    l1(pair(stack).source).loggingConfiguration = { destinationBucketName };
  };

  test('core wants ACLs without the flag', () => {
    expect(() => synthesized(byProperty, { [BY_POLICY]: false })).toThrow(
      'objectOwnership must be set to "ObjectWriter" when accessControl is "LogDeliveryWrite"',
    );
  });

  test.each<[string, (stack: Stack) => void, boolean]>([
    ['the property with the flag', byProperty, true],
    ['the L1 property without it', byL1, false],
  ])('%s', (_, define, flag) => {
    const { template } = synthesized(define, { [BY_POLICY]: flag });
    const app = template('App');
    const [logged] = Object.values(
      app.findResources('AWS::S3::Bucket', { Properties: { LoggingConfiguration: Match.anyValue() } }),
    );
    const { DestinationBucketName: to } = logged.Properties.LoggingConfiguration;
    const may = allows('s3:PutObject', Match.anyValue(), { Principal: { Service: 'logging.s3.amazonaws.com' } });
    app.hasResourceProperties('AWS::S3::BucketPolicy', { Bucket: to, ...may });
    app.allResourcesProperties('AWS::S3::Bucket', { AccessControl: Match.absent() });
  });
});

describe('a multi-Region key and its replica', () => {
  const policy = () => {
    const admin = { principals: [new iam.AccountRootPrincipal()], actions: ['kms:*'], resources: ['*'] };
    return new iam.PolicyDocument({ statements: [new iam.PolicyStatement(admin)] });
  };
  const define = (keyStack: (stack: Stack) => Stack) => (stack: Stack) => {
    const destinationStack = new Stack(stack.node.root as App, 'Replicas', {
      env: { ...ENV, region: FAR },
      crossRegionReferences: true,
    });
    const encryptionKey = new kms.Key(keyStack(stack), 'Key', { multiRegion: true });
    const replicaKey = new kms.CfnReplicaKey(destinationStack, 'Key', {
      primaryKeyArn: encryptionKey.keyArn,
      keyPolicy: policy(),
    });
    const byArn = kms.Key.fromKeyArn(destinationStack, 'KeyByArn', replicaKey.attrArn);
    new ReplicatedBucketPair(stack, 'Pair', {
      destinationStack,
      encryption: KMS,
      sourceOptions: { encryptionKey },
      destinationOptions: { encryptionKey: byArn },
    });
  };

  test('core lets the replica wait for the key, and the source has to wait for the replica', () => {
    expect(() => synthesized(define((stack) => stack))).toThrow(CYCLE);
  });

  test.each(['weak', 'strong'])('the key has a stack of its own, references of core are %s', (references) => {
    const keys = (stack: Stack) => new Stack(stack.node.root as App, 'Keys', { env: ENV, crossRegionReferences: true });
    const { template, warnings } = synthesized(define(keys), {
      '@aws-cdk/core:defaultCrossStackReferences': references,
    });
    const replicaKey = { 'Fn::GetStackOutput': Match.objectLike({ StackName: 'Replicas', Region: FAR }) };
    const encrypts = allows(['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'], [replicaKey]);
    template('App').hasResourceProperties('AWS::IAM::Policy', encrypts);
    template('App').hasResourceProperties(
      'AWS::IAM::Policy',
      allows(Match.arrayWith(['kms:Decrypt']), Match.anyValue()),
    );
    template('App').hasResourceProperties('AWS::S3::Bucket', {
      ReplicationConfiguration: Match.objectLike({
        Rules: [
          Match.objectLike({
            Destination: Match.objectLike({ EncryptionConfiguration: { ReplicaKmsKeyID: replicaKey } }),
          }),
        ],
      }),
    });
    for (const id of ['App', 'Replicas']) template(id).resourceCountIs('AWS::KMS::Key', 0);
    expect(warnings).toEqual([]);
  });

  test('the key stays in the stack of the source, and its replica is named by ARN', () => {
    const { template, warnings } = synthesized((stack) => {
      const encryptionKey = new kms.Key(stack, 'Key', { multiRegion: true });
      const later = new Stack(stack.node.root as App, 'Replicas', { env: { ...ENV, region: FAR } });
      new kms.CfnReplicaKey(later, 'Key', { primaryKeyArn: encryptionKey.keyArn, keyPolicy: policy() });
      const arn = stack.formatArn({ service: 'kms', region: FAR, resource: 'key', resourceName: encryptionKey.keyId });
      pair(stack, {
        encryption: KMS,
        sourceOptions: { encryptionKey },
        destinationKey: kms.Key.fromKeyArn(stack, 'ReplicaKey', arn),
      });
    });
    const [id] = Object.keys(template('App').findResources('AWS::KMS::Key'));
    const arn = { 'Fn::Join': ['', [`arn:aws:kms:${FAR}:111111111111:key/`, { Ref: id }]] };
    const encrypts = allows(['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'], [arn]);
    template('App').hasResourceProperties('AWS::IAM::Policy', encrypts);
    expect(warnings).toEqual([]);
  });
});
