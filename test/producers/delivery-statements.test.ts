import { Aws, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LogProducer } from '../../src/producers/log-producer';
import { quietApp } from '../app';
import { beside, bucket, key, KMS, l1 } from '../builders';
import { logs, MANAGEMENT, ORGANIZATION, OTHER, OWN, trail, WAF_LOGS } from './builders';

const BUCKET = 'arn:aws:s3:::Logs';

/** References by the id of what they refer to. */
function flat(value: any): any {
  if (Array.isArray(value)) return value.map(flat);
  if (typeof value !== 'object' || value === null) return value;
  if (value.Ref) return value.Ref === 'AWS::Partition' ? 'aws' : value.Ref;
  if (value['Fn::GetAtt']) return `arn:aws:s3:::${value['Fn::GetAtt'][0].replace(/[0-9A-F]{8}$/, '')}`;
  if (value['Fn::Join']) return value['Fn::Join'][1].map(flat).join(value['Fn::Join'][0]);
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, flat(it)]));
}

/** The statements with an id in the policies of the stack. */
function added(stack: Stack, type: 'AWS::S3::BucketPolicy' | 'AWS::KMS::Key'): any[] {
  const documents = stack.node.findAll().flatMap((it) => {
    if (type === 'AWS::KMS::Key') return it instanceof kms.CfnKey ? [it.keyPolicy] : [];
    return it instanceof s3.CfnBucketPolicy ? [it.policyDocument] : [];
  });
  return flat(stack.resolve(documents)).flatMap(({ Statement }: any) =>
    Statement.filter(({ Sid }: any) => Sid !== undefined),
  );
}

function allowed(producer: LogProducer, props: s3.BucketProps = {}) {
  const stack = logs();
  producer.allowDeliveryTo(bucket(stack, 'Logs', props));
  return { bucketPolicy: added(stack, 'AWS::S3::BucketPolicy'), keyPolicy: added(stack, 'AWS::KMS::Key') };
}

const service = (name: string) => ({ Service: `${name}.amazonaws.com` });
const statement = (what: string, principal: string, rest: object) => ({
  Sid: expect.stringMatching(new RegExp(`^LogDelivery${what}[0-9a-f]{8}$`)),
  Effect: 'Allow',
  Principal: service(principal),
  ...rest,
});
const acl = { 's3:x-amz-acl': 'bucket-owner-full-control' };

/** A producer, what it needs of a policy, and what the bucket must be like. */
type Needs = [producer: string, LogProducer, statements: object[], props?: s3.BucketProps];

function needs(rows: Needs[], check: (producer: LogProducer, statements: object[], props: s3.BucketProps) => void) {
  test.each(rows.map(([name, ...rest]) => ({ name, rest })))(
    'of $name',
    ({ rest: [producer, statements, props = {}] }) => check(producer, statements, props),
  );
}

/** What the delivery service of CloudWatch Logs needs. */
function vended(resource: string, arn = `arn:aws:logs:us-east-1:${OWN}:*`) {
  const account = { 'aws:SourceAccount': OWN };
  const source = { ArnLike: { 'aws:SourceArn': arn } };
  return {
    check: statement('Check', 'delivery.logs', {
      Action: 's3:GetBucketAcl',
      Resource: BUCKET,
      Condition: { StringEquals: account, ...source },
    }),
    write: statement('Write', 'delivery.logs', {
      Action: 's3:PutObject',
      Resource: `${BUCKET}/${resource}`,
      Condition: { StringEquals: { ...account, ...acl }, ...source },
    }),
    encrypt: statement('Encrypt', 'delivery.logs', {
      Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      Resource: '*',
      Condition: { StringEquals: account, ...source },
    }),
  };
}

describe('the policy of the bucket', () => {
  const any = vended(`AWSLogs/${OWN}/*`);
  const trailArn = { 'aws:SourceArn': `arn:aws:cloudtrail:us-east-1:${OWN}:trail/trail` };
  const ofTrail = (resource: string | string[], arn: object) => [
    statement('Check', 'cloudtrail', {
      Action: 's3:GetBucketAcl',
      Resource: BUCKET,
      Condition: { StringEquals: arn },
    }),
    statement('Write', 'cloudtrail', {
      Action: 's3:PutObject',
      Resource: resource,
      Condition: { StringEquals: { ...arn, ...acl } },
    }),
  ];
  const ofAlb = (resource: string, more: object = {}) => [
    statement('Write', 'logdelivery.elasticloadbalancing', {
      Action: 's3:PutObject',
      Resource: `${BUCKET}/${resource}`,
      ...more,
    }),
  ];
  const loadBalancer = (rest: string, account = OWN) => ({
    Condition: {
      ArnLike: { 'aws:SourceArn': `arn:aws:elasticloadbalancing:us-east-1:${account}:loadbalancer/${rest}` },
    },
  });
  const accessLogs = (resource: string, arn: string | string[]) => [
    statement('Write', 'logging.s3', {
      Action: 's3:PutObject',
      Resource: `${BUCKET}/${resource}`,
      Condition: { StringEquals: { 'aws:SourceAccount': OWN }, ArnLike: { 'aws:SourceArn': arn } },
    }),
  ];
  const ofConfig = (folder: string, account: string | string[]) => [
    statement('Check', 'config', {
      Action: ['s3:GetBucketAcl', 's3:ListBucket'],
      Resource: BUCKET,
      Condition: { StringEquals: { 'aws:SourceAccount': account } },
    }),
    statement('Write', 'config', {
      Action: 's3:PutObject',
      Resource: `${BUCKET}/${folder}`,
      Condition: { StringEquals: { 'aws:SourceAccount': account, ...acl } },
    }),
  ];

  const rows: Needs[] = [
    ['server access logs', LogProducer.serverAccessLogs(), accessLogs('*', 'arn:aws:s3:::*')],
    [
      'server access logs of named buckets',
      LogProducer.serverAccessLogs({ loggedBucketNames: ['web', 'data'], prefix: 'logs/' }),
      accessLogs('logs/*', ['arn:aws:s3:::data', 'arn:aws:s3:::web']),
    ],
    ['ALB', LogProducer.alb(), ofAlb(`AWSLogs/${OWN}/*`)],
    ['ALB with a prefix', LogProducer.alb({ prefix: 'alb/web' }), ofAlb(`alb/web/AWSLogs/${OWN}/*`)],
    ['ALB by its source', LogProducer.alb({ sourceCondition: true }), ofAlb(`AWSLogs/${OWN}/*`, loadBalancer('*'))],
    [
      'ALB by its name',
      LogProducer.alb({ loadBalancerNames: ['web'] }),
      ofAlb(`AWSLogs/${OWN}/*`, loadBalancer('app/web/*')),
    ],
    [
      'ALB of another account',
      LogProducer.alb({ accounts: [OTHER], sourceCondition: true }),
      ofAlb(`AWSLogs/${OTHER}/*`, loadBalancer('*', OTHER)),
    ],
    ['NLB', LogProducer.nlb(), [any.check, any.write]],
    [
      'NLB with a prefix of characters that are special in policies',
      LogProducer.nlb({ prefix: 'a*b?c$d' }),
      [any.check, vended(`a\${*}b\${?}c\${$}d/AWSLogs/${OWN}/*`).write],
    ],
    ['CloudTrail', LogProducer.cloudTrail(trail), ofTrail(`${BUCKET}/AWSLogs/${OWN}/*`, trailArn)],
    [
      'CloudTrail of another region and account',
      LogProducer.cloudTrail({ ...trail, accounts: [OTHER], homeRegion: 'eu-west-1', prefix: 'trails' }),
      ofTrail(`${BUCKET}/trails/AWSLogs/${OTHER}/*`, {
        'aws:SourceArn': `arn:aws:cloudtrail:eu-west-1:${OTHER}:trail/trail`,
      }),
    ],
    [
      'CloudTrail of an organization',
      LogProducer.organizationTrail(ORGANIZATION),
      ofTrail([`${BUCKET}/AWSLogs/${MANAGEMENT}/*`, `${BUCKET}/AWSLogs/o-a1b2c3d4e5/*`], {
        'aws:SourceArn': `arn:aws:cloudtrail:us-east-1:${MANAGEMENT}:trail/all`,
      }),
    ],
    ['VPC flow logs', LogProducer.vpcFlowLogs(), [any.check, any.write]],
    [
      'VPC flow logs of two regions, for Hive',
      LogProducer.vpcFlowLogs({ hiveCompatible: true, prefix: 'vpc', regions: ['us-west-2', 'eu-west-1'] }),
      ['Check', 'Write'].map((what) => ({
        Sid: expect.stringContaining(what),
        Effect: 'Allow',
        Principal: service('delivery.logs'),
        Action: what === 'Check' ? 's3:GetBucketAcl' : 's3:PutObject',
        Resource: what === 'Check' ? BUCKET : `${BUCKET}/vpc/AWSLogs/aws-account-id=${OWN}/*`,
        Condition: {
          StringEquals: { 'aws:SourceAccount': OWN, ...(what === 'Check' ? {} : acl) },
          ArnLike: { 'aws:SourceArn': ['eu-west-1', 'us-west-2'].map((it) => `arn:aws:logs:${it}:${OWN}:*`) },
        },
      })),
    ],
    ['AWS Config', LogProducer.config(), ofConfig(`AWSLogs/${OWN}/Config/*`, OWN)],
    [
      'AWS Config of another account',
      LogProducer.config({ accounts: [OTHER], prefix: 'config' }),
      ofConfig(`config/AWSLogs/${OTHER}/Config/*`, OTHER),
    ],
    ['WAF', LogProducer.waf(), [any.check, any.write], WAF_LOGS],
    [
      'WAF for CloudFront',
      LogProducer.waf({ regions: ['us-east-1'], prefix: 'waf' }),
      [any.check, vended(`waf/AWSLogs/${OWN}/*`).write],
      WAF_LOGS,
    ],
    [
      'CloudFront',
      LogProducer.cloudFront(),
      [vended(`AWSLogs/${OWN}/CloudFront/*`, `arn:aws:logs:us-east-1:${OWN}:delivery-source:*`).write],
    ],
    [
      'CloudFront for Hive',
      LogProducer.cloudFront({ hiveCompatible: true }),
      [vended(`AWSLogs/aws-account-id=${OWN}/CloudFront/*`, `arn:aws:logs:us-east-1:${OWN}:delivery-source:*`).write],
    ],
    [
      'CloudFront with a prefix',
      LogProducer.cloudFront({ prefix: 'cdn' }),
      [vended('cdn/*', `arn:aws:logs:us-east-1:${OWN}:delivery-source:*`).write],
    ],
  ];
  needs(rows, (producer, statements, props) => {
    const { bucketPolicy, keyPolicy } = allowed(producer, props);
    expect(bucketPolicy).toEqual(statements);
    expect(keyPolicy).toEqual([]);
  });

  test('has the region of the bucket, and us-east-1 for CloudFront', () => {
    const stack = new Stack(quietApp(), 'Stack', { env: { account: OWN, region: 'eu-west-1' } });
    LogProducer.nlb().allowDeliveryTo(bucket(stack, 'Logs'));
    LogProducer.cloudFront().allowDeliveryTo(bucket(stack, 'Cdn'));
    const arns = added(stack, 'AWS::S3::BucketPolicy').map(({ Condition }) => Condition.ArnLike['aws:SourceArn']);
    expect(arns).toEqual([
      `arn:aws:logs:eu-west-1:${OWN}:*`,
      `arn:aws:logs:eu-west-1:${OWN}:*`,
      `arn:aws:logs:us-east-1:${OWN}:delivery-source:*`,
    ]);
  });

  test('names several accounts in one statement, whatever their order', () => {
    const [check, write] = allowed(LogProducer.nlb({ accounts: [OTHER, OWN, OTHER] })).bucketPolicy;
    expect(check.Condition).toEqual({
      StringEquals: { 'aws:SourceAccount': [OWN, OTHER] },
      ArnLike: { 'aws:SourceArn': [OWN, OTHER].map((it) => `arn:aws:logs:us-east-1:${it}:*`) },
    });
    expect(write.Resource).toEqual([OWN, OTHER].map((it) => `${BUCKET}/AWSLogs/${it}/*`));
  });

  test('names logged buckets of the app', () => {
    const app = quietApp();
    const stack = logs(app);
    const named = bucket(beside(stack, 'Other'), 'Named', { bucketName: 'named' });
    const producer = LogProducer.serverAccessLogs({
      loggedBuckets: [bucket(stack, 'Web'), named],
      loggedBucketNames: ['another'],
    });
    producer.allowDeliveryTo(bucket(stack, 'Logs'));
    expect(added(stack, 'AWS::S3::BucketPolicy')).toEqual(
      accessLogs('*', ['arn:aws:s3:::another', 'arn:aws:s3:::Web', 'arn:aws:s3:::named']),
    );
  });

  test('is left as it was otherwise, and stays the same when the producer is let in twice', () => {
    const stack = logs();
    const target = bucket(stack, 'Logs', { enforceSSL: true, encryption: KMS });
    LogProducer.vpcFlowLogs().allowDeliveryTo(target);
    const once = Template.fromStack(stack).toJSON();
    expect(JSON.stringify(once)).toContain('aws:SecureTransport');
    const [app, twice] = [quietApp(), (it: s3.IBucketRef) => LogProducer.vpcFlowLogs().allowDeliveryTo(it)];
    const again = logs(app);
    const both = bucket(again, 'Logs', { enforceSSL: true, encryption: KMS });
    [both, l1(both), both].forEach(twice);
    expect(Template.fromStack(again).toJSON()).toEqual(once);
  });

  test('has statements only once that several producers need', () => {
    const stack = logs();
    const target = bucket(stack, 'Logs', WAF_LOGS);
    [LogProducer.waf(), LogProducer.nlb(), LogProducer.vpcFlowLogs(), LogProducer.nlb({ prefix: 'nlb' })].forEach(
      (producer) => producer.allowDeliveryTo(target),
    );
    expect(added(stack, 'AWS::S3::BucketPolicy')).toEqual([any.check, any.write, vended(`nlb/AWSLogs/${OWN}/*`).write]);
  });

  test('does not need a known environment', () => {
    const stack = new Stack(quietApp(), 'Stack');
    LogProducer.nlb().allowDeliveryTo(bucket(stack, 'Logs'));
    const [check, write] = added(stack, 'AWS::S3::BucketPolicy');
    expect(check.Condition.ArnLike).toEqual({ 'aws:SourceArn': 'arn:aws:logs:AWS::Region:AWS::AccountId:*' });
    expect(write.Resource).toBe(`${BUCKET}/AWSLogs/AWS::AccountId/*`);
    expect(write.Sid).toBe(allowed(LogProducer.nlb()).bucketPolicy[1].Sid);
  });

  test('and that of the key have ids that never change', () => {
    const stack = new Stack(quietApp(), 'Stack');
    LogProducer.cloudTrail(trail).allowDeliveryTo(bucket(stack, 'Logs', { encryption: KMS }));
    const sids = [...added(stack, 'AWS::S3::BucketPolicy'), ...added(stack, 'AWS::KMS::Key')].map(({ Sid }) => Sid);
    expect(sids).toEqual([
      'LogDeliveryCheckea64b634',
      'LogDeliveryWriteaa1eff53',
      'LogDeliveryEncrypt0ca4e83e',
      'LogDeliveryEncrypta4420746',
    ]);
  });

  test('of an L1 bucket', () => {
    const stack = logs();
    LogProducer.nlb().allowDeliveryTo(new s3.CfnBucket(stack, 'Logs'));
    expect(added(stack, 'AWS::S3::BucketPolicy')).toEqual([any.check, any.write]);
  });
});

describe('the policy of the key', () => {
  const encrypted = { encryption: KMS };
  const ofTrail = (account: string, name: string) => {
    const source = { StringEquals: { 'aws:SourceArn': `arn:aws:cloudtrail:us-east-1:${account}:trail/${name}` } };
    const context = { 'kms:EncryptionContext:aws:cloudtrail:arn': `arn:aws:cloudtrail:*:${account}:trail/*` };
    return [
      statement('Encrypt', 'cloudtrail', {
        Action: 'kms:GenerateDataKey*',
        Resource: '*',
        Condition: { ...source, StringLike: context },
      }),
      statement('Encrypt', 'cloudtrail', {
        Action: ['kms:Decrypt', 'kms:DescribeKey'],
        Resource: '*',
        Condition: source,
      }),
    ];
  };
  const ofConfig = statement('Encrypt', 'config', {
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Resource: '*',
    Condition: { StringEquals: { 'aws:SourceAccount': OWN } },
  });

  const rows: Needs[] = [
    ['NLB', LogProducer.nlb(), [vended('').encrypt]],
    ['VPC flow logs', LogProducer.vpcFlowLogs(), [vended('').encrypt]],
    ['WAF', LogProducer.waf(), [vended('').encrypt], WAF_LOGS],
    ['CloudFront', LogProducer.cloudFront(), [vended('', `arn:aws:logs:us-east-1:${OWN}:delivery-source:*`).encrypt]],
    ['CloudTrail', LogProducer.cloudTrail(trail), ofTrail(OWN, 'trail')],
    ['CloudTrail of an organization', LogProducer.organizationTrail(ORGANIZATION), ofTrail(MANAGEMENT, 'all')],
    ['AWS Config', LogProducer.config(), [ofConfig]],
  ];
  needs(rows, (producer, statements, props) => {
    const { keyPolicy, bucketPolicy } = allowed(producer, { ...encrypted, ...props });
    expect(keyPolicy).toEqual(statements);
    expect(bucketPolicy).toEqual(allowed(producer, props).bucketPolicy);
  });

  test.each([
    ['CloudTrail', (encryptionKey: kms.IKeyRef) => LogProducer.cloudTrail({ ...trail, encryptionKey }), 2],
    [
      'an organization',
      (encryptionKey: kms.IKeyRef) => LogProducer.organizationTrail({ ...ORGANIZATION, encryptionKey }),
      2,
    ],
    ['AWS Config', (encryptionKey: kms.IKeyRef) => LogProducer.config({ encryptionKey }), 1],
  ])('that %s itself encrypts with', (_, producer, statements) => {
    const stack = logs();
    producer(key(stack)).allowDeliveryTo(bucket(stack, 'Logs'));
    expect(added(stack, 'AWS::KMS::Key')).toHaveLength(statements);
  });

  test('of an L1 key with a policy of its own has the statements once', () => {
    const stack = logs();
    const administrators = {
      Effect: 'Allow',
      Principal: { AWS: `arn:${Aws.PARTITION}:iam::${OWN}:root` },
      Action: 'kms:*',
      Resource: '*',
    };
    const own = new kms.CfnKey(stack, 'Key', { keyPolicy: { Version: '2012-10-17', Statement: [administrators] } });
    const target = bucket(stack, 'Logs');
    l1(target).bucketEncryption = {
      serverSideEncryptionConfiguration: [
        { serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: own.attrArn } },
      ],
    };
    [1, 2].forEach(() => LogProducer.nlb().allowDeliveryTo(target));
    expect(added(stack, 'AWS::KMS::Key')).toEqual([
      { ...vended('').encrypt, Action: expect.anything(), Resource: expect.anything() },
    ]);
  });

  test('of a key that serves two buckets has the statements once', () => {
    const stack = logs();
    const encryptionKey = key(stack);
    ['A', 'B'].forEach((id) => LogProducer.nlb().allowDeliveryTo(bucket(stack, id, { encryptionKey })));
    expect(added(stack, 'AWS::KMS::Key')).toHaveLength(1);
  });
});
