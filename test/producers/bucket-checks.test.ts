import { readdirSync } from 'fs';
import { Aspects, Aws, aws_s3 as s3, CfnParameter, Duration, Fn, Stack } from 'aws-cdk-lib';
import { LogProducer } from '../../src/producers/log-producer';
import { quietApp } from '../app';
import { beside, bucket, ENV, key, KMS, l1 } from '../builders';
import { logs, OTHER, OWN, trail, WAF_LOGS } from './builders';
import { expectParts } from '../messages';

/** What is built, and what the message says, in its order. */
type Case = [mistake: string, build: (stack: Stack) => void, ...says: string[]];

describe('refused at once', () => {
  const imported = (stack: Stack, bucketName: string, region?: string) =>
    s3.Bucket.fromBucketAttributes(stack, 'Imported', { bucketName, region, account: OWN });
  const logged = (...loggedBuckets: s3.IBucketRef[]) => LogProducer.serverAccessLogs({ loggedBuckets });

  test.each<Case>([
    [
      'an imported bucket with another name, for WAF',
      (stack) => LogProducer.waf().allowDeliveryTo(imported(stack, 'waf-logs')),
      "[Stack/Imported] logs of AWS WAF into imported bucket 'waf-logs'",
      "starts with 'aws-waf-logs-'",
      'bucketName',
    ],
    [
      'an imported bucket with dots, for CloudFront',
      (stack) => LogProducer.cloudFront().allowDeliveryTo(imported(stack, 'logs.example.com')),
      "imported bucket 'logs.example.com'",
      'has no dot',
    ],
    [
      'a logged bucket of another region',
      (stack) => logged(imported(stack, 'web', 'eu-west-1')).allowDeliveryTo(bucket(stack, 'Logs')),
      "[Stack/Logs/Resource] server access logs of imported bucket 'web' in region 'eu-west-1' into 'Stack/Logs' in region 'us-east-1'",
      'within one account and one region',
      "in region 'eu-west-1', and replicate it",
    ],
    [
      'a logged bucket of another account',
      (stack) => {
        const other = beside(stack, 'Other', { ...ENV, account: OTHER });
        logged(bucket(other, 'Web', { bucketName: 'web' })).allowDeliveryTo(bucket(stack, 'Logs'));
      },
      "'Other/Web' in account '222222222222'",
    ],
    [
      'a logged bucket of another stack without a name',
      (stack) => logged(bucket(beside(stack, 'Other'), 'Web')).allowDeliveryTo(bucket(stack, 'Logs')),
      "loggedBuckets with 'Other/Web'",
      'each stack would wait for the other',
      'bucketName',
    ],
    [
      'a bucket that is to be logged into itself',
      (stack) => {
        const both = bucket(stack, 'Logs');
        logged(l1(both)).allowDeliveryTo(both);
      },
      "'Stack/Logs' writes its server access logs to itself",
      'causes another one',
      'another bucket',
    ],
  ])('%s', (_, build, ...says) => expectParts(() => build(logs()), says));

  test('not an imported bucket whose name is not known', () => {
    const stack = logs();
    const name = new CfnParameter(stack, 'Name').valueAsString;
    expect(() => LogProducer.waf().allowDeliveryTo(imported(stack, name))).not.toThrow();
  });
});

describe('at synthesis', () => {
  const into =
    (producer: LogProducer, props: s3.BucketProps = {}) =>
    (stack: Stack) =>
      producer.allowDeliveryTo(bucket(stack, 'Logs', props));
  const KEY_ARN = `arn:aws:kms:us-east-1:${OWN}:key/12345678-90ab-cdef-1234-567890abcdef`;
  const defaultKey = (sseAlgorithm: string, kmsMasterKeyId?: string) => (stack: Stack) =>
    new s3.CfnBucket(stack, 'Logs', {
      bucketEncryption: {
        serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm, kmsMasterKeyId } }],
      },
    });
  const sse = 'supports encryption with SSE-S3 only';

  test.each<Case>([
    [
      'ALB into a bucket with KMS',
      into(LogProducer.alb(), { encryption: KMS }),
      '[Stack/Logs/Resource/S3LogProducers]',
      "access logs of Application Load Balancers into 'Stack/Logs', which is encrypted with KMS (aws:kms)",
      sse,
      'elasticloadbalancing/latest/application/enable-access-logging.html',
      'BucketEncryption.S3_MANAGED',
    ],
    [
      'server access logs into KMS',
      into(LogProducer.serverAccessLogs(), { encryption: KMS }),
      'S3 server access logs',
      sse,
    ],
    [
      'ALB into a bucket with DSSE',
      into(LogProducer.alb(), { encryption: s3.BucketEncryption.DSSE }),
      'KMS (aws:kms:dsse)',
      sse,
    ],
    [
      'ALB into a bucket with the AWS managed key',
      into(LogProducer.alb(), { encryption: s3.BucketEncryption.KMS_MANAGED }),
      sse,
    ],
    [
      'ALB into a bucket that becomes KMS later',
      (stack) => {
        const target = bucket(stack, 'Logs');
        LogProducer.alb().allowDeliveryTo(target);
        l1(target).addPropertyOverride('BucketEncryption.ServerSideEncryptionConfiguration', [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY_ARN } },
        ]);
      },
      sse,
    ],
    ...(['nlb', 'vpcFlowLogs', 'cloudFront'] as const).map((producer): Case => [
      `${producer} into a bucket with the AWS managed key`,
      into(LogProducer[producer](), { encryption: s3.BucketEncryption.KMS_MANAGED }),
      'which is encrypted with the AWS managed key aws/s3',
      'nobody can read',
      'kms.Key',
    ]),
    [
      'the alias of the AWS managed key',
      (stack) => LogProducer.nlb().allowDeliveryTo(defaultKey('aws:kms', 'alias/aws/s3')(stack)),
      'the AWS managed key aws/s3',
    ],
    ...['alias/mine', KEY_ARN.replace(/key.*/, 'alias/mine'), KEY_ARN.split('/')[1]].map((keyId): Case => [
      `a key that is named ${keyId}`,
      (stack) => LogProducer.nlb().allowDeliveryTo(defaultKey('aws:kms', keyId)(stack)),
      `which is encrypted with a key that is named "${keyId}"`,
      'needs the full ARN',
      'attrArn',
    ]),
    [
      'a key of the app by its id',
      (stack) => LogProducer.nlb().allowDeliveryTo(defaultKey('aws:kms', key(stack).keyId)(stack)),
      'a key that is named {"Ref":"Key961B73FD"}',
    ],
    [
      'an alias of the app',
      (stack) => {
        const alias = key(stack).addAlias('logs');
        LogProducer.nlb().allowDeliveryTo(bucket(stack, 'Logs', { encryptionKey: alias }));
      },
      'needs the full ARN',
    ],
    [
      'a key that comes later',
      (stack) => {
        const target = bucket(stack, 'Logs');
        LogProducer.nlb().allowDeliveryTo(target);
        l1(target).bucketEncryption = defaultKey('aws:kms', KEY_ARN)(new Stack(stack, 'Nowhere')).bucketEncryption;
      },
      `the key "${KEY_ARN}", set after the producer was let in`,
      'does not allow the service',
      'in its props',
    ],
    [
      'access logs into a bucket with Object Lock',
      into(LogProducer.serverAccessLogs(), { objectLockEnabled: true }),
      'S3 server access logs',
      'which has Object Lock',
      'without Object Lock',
    ],
    [
      'Config into a bucket with a default retention',
      into(LogProducer.config(), {
        objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)),
      }),
      'AWS Config',
      'which has Object Lock',
    ],
    [
      'Config into a bucket that is locked by an aspect',
      (stack) => {
        const target = bucket(stack, 'Logs');
        LogProducer.config().allowDeliveryTo(target);
        Aspects.of(stack).add({
          visit: (node) => void (node === l1(target) && (l1(target).objectLockEnabled = true)),
        });
      },
      'which has Object Lock',
    ],
    [
      'WAF into a bucket without a name',
      into(LogProducer.waf()),
      "logs of AWS WAF into 'Stack/Logs', which has no name of its own",
      "starts with 'aws-waf-logs-'",
      'bucketName',
    ],
    ['WAF into another name', into(LogProducer.waf(), { bucketName: 'waf-logs' }), 'is called "waf-logs"'],
    ['WAF into a short name', into(LogProducer.waf(), { bucketName: 'aws-waf' }), 'is called "aws-waf"'],
    [
      'WAF into a name that begins in another way',
      into(LogProducer.waf(), { bucketName: `logs-${Aws.ACCOUNT_ID}` }),
      'is called {"Fn::Join":["",["logs-"',
    ],
    [
      'CloudFront into a name with dots',
      into(LogProducer.cloudFront(), { bucketName: 'logs.example.com' }),
      'has no dot',
    ],
    [
      'a bucket that logs to itself',
      into(LogProducer.serverAccessLogs(), { serverAccessLogsPrefix: 'own/' }),
      "'Stack/Logs' writes its server access logs to itself",
    ],
    [
      'two policies',
      (stack) => {
        const target = bucket(stack, 'Logs');
        LogProducer.nlb().allowDeliveryTo(target);
        new s3.CfnBucketPolicy(stack, 'Mine', { bucket: target.bucketName, policyDocument: { Statement: [] } });
      },
      "2 bucket policies for 'Stack/Logs': ",
      "'Stack/Mine'",
      'overwrite',
      'addToResourcePolicy',
    ],
    [
      'more accounts than a policy takes',
      into(LogProducer.nlb({ accounts: Array.from({ length: 200 }, (_, index) => `${100000000000 + index}`) })),
      "the policy of 'Stack/Logs' has about",
      'at most 20480',
      'several buckets',
    ],
  ])('is refused: %s', (_, build, ...says) => {
    const app = quietApp();
    build(logs(app));
    expectParts(() => app.synth(), says);
    expect(readdirSync(app.outdir).filter((file) => file.endsWith('.template.json'))).toEqual([]);
  });

  test.each<[string, (stack: Stack) => void]>([
    ['ALB into SSE-S3', into(LogProducer.alb(), { encryption: s3.BucketEncryption.S3_MANAGED })],
    ['ALB into a bucket with Object Lock', into(LogProducer.alb(), { objectLockEnabled: true })],
    ['NLB into a key of the app', into(LogProducer.nlb(), { encryption: KMS })],
    [
      'NLB into a key by its ARN',
      (stack) => LogProducer.nlb().allowDeliveryTo(defaultKey('aws:kms', key(stack).keyArn)(stack)),
    ],
    [
      'CloudTrail into the AWS managed key',
      into(LogProducer.cloudTrail(trail), { encryption: s3.BucketEncryption.KMS_MANAGED }),
    ],
    ['WAF into its name', into(LogProducer.waf(), WAF_LOGS)],
    ['WAF into a name that begins so', into(LogProducer.waf(), { bucketName: `aws-waf-logs-${Aws.ACCOUNT_ID}` })],
    [
      'WAF into a name that begins so (Fn::Sub)',
      into(LogProducer.waf(), { bucketName: Fn.sub('aws-waf-logs-${AWS::Region}') }),
    ],
    [
      'WAF into a name that is a parameter',
      (stack) => into(LogProducer.waf(), { bucketName: new CfnParameter(stack, 'Name').valueAsString })(stack),
    ],
    ['WAF into a name that nobody knows', into(LogProducer.waf(), { bucketName: Fn.sub('${AWS::StackName}-logs') })],
    [
      'WAF into an account-regional name',
      (stack) => {
        const target = new s3.CfnBucket(stack, 'Logs');
        target.addPropertyOverride('BucketNamePrefix', 'aws-waf-logs-acl');
        target.addPropertyOverride('BucketNamespace', 'account-regional');
        LogProducer.waf().allowDeliveryTo(target);
      },
    ],
    ['NLB into a name with dots', into(LogProducer.nlb(), { bucketName: 'logs.example.com' })],
  ])('is accepted: %s', (_, build) => {
    const app = quietApp();
    build(logs(app));
    expect(() => app.synth()).not.toThrow();
  });
});
