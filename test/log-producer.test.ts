import { readdirSync } from 'fs';
import { App, Aspects, Aws, aws_kms as kms, aws_s3 as s3, CfnParameter, Duration, Fn, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { quietApp } from './app';
import { beside, bucket, ENV, key, KMS, l1 } from './builders';
import { anyKeys, keySpacesOf, keySpacesOverlap, LogKeySpace } from '../src/producers/key-space';
import { LogProducer } from '../src/producers/log-producer';

const [OWN, OTHER, MANAGEMENT] = ['111111111111', '222222222222', '333333333333'];
const ORGANIZATION = { organizationId: 'o-a1b2c3d4e5', managementAccount: MANAGEMENT, trailName: 'all' };
const trail = { trailName: 'trail' };
const BUCKET = 'arn:aws:s3:::Logs';
const WAF_LOGS = { bucketName: 'aws-waf-logs-acl' };

const logs = (app: App = quietApp()) => new Stack(app, 'Stack', { env: ENV });

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

describe('what cannot be changed is handed over', () => {
  const handedOver = (stack: Stack) =>
    Annotations.fromStack(stack)
      .findWarning('*', Match.anyValue())
      .map(({ entry }) => String(entry.data));
  const imported = (stack: Stack, more: Partial<s3.BucketAttributes> = {}) =>
    s3.Bucket.fromBucketAttributes(stack, 'Imported', { bucketName: 'their-logs', account: OTHER, ...more });

  test('for an imported bucket and its key', () => {
    const stack = logs();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:us-east-1:${OTHER}:key/1234`);
    LogProducer.nlb().allowDeliveryTo(imported(stack, { encryptionKey }));
    expect(handedOver(stack)).toEqual([
      expect.stringMatching(
        /The policy of the bucket 'Stack\/Imported' .*"Action":\["s3:PutObject"\],"Resource":\[.*:s3:::their-logs\/AWSLogs\/222222222222\/\*.*logBucketTakesNoPolicy/,
      ),
      expect.stringMatching(
        /The policy of the key 'arn:aws:kms:us-east-1:222222222222:key\/1234' .*"kms:GenerateDataKey\*".*logKeyTakesNoPolicy/,
      ),
    ]);
  });

  test('for a key whose policy another app has', () => {
    const stack = logs();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:us-east-1:${OWN}:key/1234`);
    LogProducer.config().allowDeliveryTo(bucket(stack, 'Logs', { encryptionKey }));
    expect(handedOver(stack)).toEqual([expect.stringContaining('"kms:Decrypt","kms:GenerateDataKey"')]);
  });

  test('for a bucket whose encryption an intrinsic decides', () => {
    const stack = logs();
    const target = bucket(stack, 'Logs');
    l1(target).bucketEncryption = Lazy.any({ produce: () => ({ 'Fn::If': ['Yes', {}, {}] }) }) as any;
    LogProducer.nlb().allowDeliveryTo(target);
    expect(handedOver(stack)).toEqual([expect.stringContaining('The policy of the key of the default encryption')]);
    // which does not concern what is encrypted with SSE-S3 only
    const other = logs();
    const another = bucket(other, 'Logs');
    l1(another).bucketEncryption = l1(target).bucketEncryption;
    LogProducer.alb().allowDeliveryTo(another);
    expect(handedOver(other)).toEqual([]);
  });

  test('and can be acknowledged', () => {
    const stack = logs();
    const target = imported(stack);
    LogProducer.nlb().allowDeliveryTo(target);
    const { Annotations: CoreAnnotations } = jest.requireActual<typeof import('aws-cdk-lib')>('aws-cdk-lib');
    CoreAnnotations.of(target).acknowledgeWarning('cdk-s3-replication:logBucketTakesNoPolicy');
    expect(handedOver(stack)).toEqual([]);
  });
});

/** What is built, and what the message says, in its order. */
type Case = [mistake: string, build: (stack: Stack) => void, ...says: string[]];

function expectMessage(run: () => unknown, says: string[]): void {
  let message: string | undefined;
  try {
    run();
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toMatch(/\[[\w/.()-]+\] [^]+: .+; .+/);
  expect(message).not.toMatch(/Resolution error|undefined|\[object|\$\{Token/);
  let from = 0;
  for (const part of says) {
    expect(message!.slice(from)).toContain(part);
    from = message!.indexOf(part, from) + part.length;
  }
}

describe('options', () => {
  const token = Aws.STACK_NAME;
  const reference = 'a reference to what delivers into the bucket would be circular';

  test.each<[string, () => LogProducer, ...string[]]>([
    [
      'an account of 11 digits',
      () => LogProducer.alb({ accounts: ['11111111111'] }),
      "[LogProducer.alb()] accounts '11111111111': ",
      '12 digits',
    ],
    [
      'an unknown account',
      () => LogProducer.nlb({ accounts: [Aws.ACCOUNT_ID] }),
      'accounts that is not known',
      'as text',
    ],
    ['no account', () => LogProducer.config({ accounts: [] }), 'an empty list of accounts', 'leave accounts off'],
    ['a prefix with AWSLogs', () => LogProducer.alb({ prefix: 'my-AWSLogs' }), "prefix 'my-AWSLogs'", 'leave it out'],
    ['a prefix with AWSLogs (NLB)', () => LogProducer.nlb({ prefix: 'AWSLogs' }), "prefix 'AWSLogs'", 'leave it out'],
    ['a folder AWSLogs', () => LogProducer.vpcFlowLogs({ prefix: 'a/AWSLogs' }), "prefix 'a/AWSLogs'", 'leave it out'],
    ...['/logs', 'logs/', 'a//b', '/', ''].map((prefix): [string, () => LogProducer, ...string[]] => [
      `the prefix '${prefix}'`,
      () => LogProducer.cloudFront({ prefix }),
      `[LogProducer.cloudFront()] prefix '${prefix}': `,
      'empty folder',
      "like 'logs' or 'logs/production'",
    ]),
    ['a long prefix', () => LogProducer.waf({ prefix: 'ü'.repeat(257) }), '1,024 bytes', 'at most 512 bytes'],
    ['a long prefix of access logs', () => LogProducer.serverAccessLogs({ prefix: 'x'.repeat(513) }), '512 bytes'],
    ['an unknown prefix', () => LogProducer.serverAccessLogs({ prefix: `${token}/` }), 'prefix that is not known'],
    ['an unknown trail', () => LogProducer.cloudTrail({ trailName: token }), 'trailName that', reference, 'as text'],
    [
      'a trail by its ARN',
      () => LogProducer.cloudTrail({ trailName: 'arn:aws:x' }),
      "'arn:aws:x'",
      'name of the trail',
    ],
    ['a trail with a wildcard', () => LogProducer.cloudTrail({ trailName: 'trail*' }), 'name of the trail'],
    [
      'a trail of all regions',
      () => LogProducer.cloudTrail({ ...trail, homeRegion: '*' }),
      "homeRegion '*'",
      'eu-west-1',
    ],
    ['regions by name', () => LogProducer.vpcFlowLogs({ regions: ['Ireland'] }), "regions 'Ireland'", 'its code'],
    ['an unknown region', () => LogProducer.waf({ regions: [Aws.REGION] }), 'regions that is not known'],
    [
      'a load balancer by its ARN',
      () => LogProducer.alb({ loadBalancerNames: ['app/web/1'] }),
      'name of the load balancer',
    ],
    ['any load balancer', () => LogProducer.alb({ loadBalancerNames: ['*'] }), "loadBalancerNames '*'"],
    ['an unknown load balancer', () => LogProducer.alb({ loadBalancerNames: [token] }), reference],
    ['no load balancer', () => LogProducer.alb({ loadBalancerNames: [] }), 'an empty list of loadBalancerNames'],
    [
      'a bucket with a wildcard',
      () => LogProducer.serverAccessLogs({ loggedBucketNames: ['web-*'] }),
      "loggedBucketNames 'web-*'",
      'name of the bucket',
    ],
    [
      'an organization by its number',
      () => LogProducer.organizationTrail({ ...ORGANIZATION, organizationId: '1234' }),
      "organizationId '1234'",
      "'o-a1b2c3d4e5'",
    ],
    [
      'a management account by name',
      () => LogProducer.organizationTrail({ ...ORGANIZATION, managementAccount: 'main' }),
      "managementAccount 'main'",
      '12 digits',
    ],
  ])('refuse %s', (_, make, ...says) => expectMessage(make, says));

  test.each([
    ['a trail', () => LogProducer.cloudTrail({ trailName: 'my_trail.of-2026' })],
    ['a folder that only looks like it', () => LogProducer.vpcFlowLogs({ prefix: 'my-AWSLogs' })],
    [
      'regions of other partitions',
      () => LogProducer.waf({ regions: ['us-gov-west-1', 'cn-north-1', 'eusc-de-east-1'] }),
    ],
    ['a free prefix of access logs', () => LogProducer.serverAccessLogs({ prefix: 'a//b-' })],
  ])('accept %s', (_, make) => expect(make()).toBeInstanceOf(LogProducer));
});

test.each<[string, LogProducer, object]>([
  ['server access logs', LogProducer.serverAccessLogs(), { sse: true, lock: false }],
  ['ALB', LogProducer.alb(), { sse: true, lock: true }],
  ['NLB', LogProducer.nlb(), { sse: false, lock: true }],
  ['CloudTrail', LogProducer.cloudTrail(trail), { sse: false, lock: true }],
  ['VPC flow logs', LogProducer.vpcFlowLogs(), { sse: false, lock: true }],
  ['AWS Config', LogProducer.config(), { sse: false, lock: false }],
  ['WAF', LogProducer.waf(), { sse: false, lock: true, start: 'aws-waf-logs-' }],
  ['CloudFront', LogProducer.cloudFront(), { sse: false, lock: true, dots: false }],
])('what a bucket for %s must be like', (_, { _spec: spec }, expected) => {
  const { objectLock: lock, bucketName } = spec;
  expect({ sse: spec.keyUses === undefined, lock, ...bucketName }).toEqual({
    dots: true,
    ...expected,
  });
});

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
  ])('%s', (_, build, ...says) => expectMessage(() => build(logs()), says));

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
    expectMessage(() => app.synth(), says);
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

describe('collisions', () => {
  const at = (account: string, region = 'us-east-1') => ({ account, region });
  const space = (producer: LogProducer, where = at(OWN), filter?: string): LogKeySpace =>
    keySpacesOf(producer._spec, where, filter)[0];
  const accessLogs = (prefix?: string, partitioned = false) => LogProducer.serverAccessLogs({ prefix, partitioned });

  test.each<[string, LogProducer, Partial<LogKeySpace>]>([
    ['simple access logs', accessLogs('logs/'), { start: 'logs/', saysRegion: false, unique: 'in its bucket' }],
    [
      'partitioned access logs',
      accessLogs('logs/', true),
      { start: `logs/${OWN}/us-east-1/`, account: OWN, saysRegion: true, unique: 'everywhere' },
    ],
    [
      'ALB',
      LogProducer.alb({ prefix: 'alb' }),
      {
        start: `alb/AWSLogs/${OWN}/elasticloadbalancing/us-east-1/`,
        account: OWN,
        saysRegion: true,
        unique: 'everywhere',
      },
    ],
    [
      'CloudTrail of another account',
      LogProducer.cloudTrail({ ...trail, accounts: [OTHER] }),
      { start: `AWSLogs/${OTHER}/CloudTrail`, account: OTHER, saysRegion: true, unique: 'everywhere' },
    ],
    [
      'VPC flow logs for Hive',
      LogProducer.vpcFlowLogs({ hiveCompatible: true }),
      {
        start: `AWSLogs/aws-account-id=${OWN}/aws-service=vpcflowlogs/aws-region=us-east-1/`,
        account: OWN,
        unique: 'everywhere',
      },
    ],
    [
      'Config',
      LogProducer.config(),
      { start: `AWSLogs/${OWN}/Config/`, account: OWN, saysRegion: false, unique: 'never' },
    ],
    ['WAF', LogProducer.waf(), { start: `AWSLogs/${OWN}/WAFLogs/`, account: OWN, unique: 'everywhere' }],
    ['CloudFront', LogProducer.cloudFront(), { start: `AWSLogs/${OWN}/CloudFront/`, account: OWN, saysRegion: false }],
    ['CloudFront with a prefix', LogProducer.cloudFront({ prefix: 'cdn' }), { start: 'cdn/', account: undefined }],
  ])('keys of %s', (_, producer, expected) => {
    const [only, ...more] = keySpacesOf(producer._spec, at(OWN));
    expect(more).toEqual([]);
    expect({ account: undefined, ...only }).toMatchObject(expected);
  });

  test('an organization trail has the keys of its account and of the organization', () => {
    const spaces = keySpacesOf(LogProducer.organizationTrail(ORGANIZATION)._spec, at(OWN));
    expect(spaces.map(({ start }) => start)).toEqual([`AWSLogs/${MANAGEMENT}/CloudTrail`, 'AWSLogs/o-a1b2c3d4e5/']);
  });

  test('each account and region has keys of its own', () => {
    const spaces = keySpacesOf(
      LogProducer.vpcFlowLogs({ accounts: [OWN, OTHER], regions: ['eu-west-1', 'us-east-1'] })._spec,
      at(MANAGEMENT),
    );
    expect(spaces.map(({ account, start }) => [account, start.split('/')[3]])).toEqual([
      [OWN, 'eu-west-1'],
      [OWN, 'us-east-1'],
      [OTHER, 'eu-west-1'],
      [OTHER, 'us-east-1'],
    ]);
  });

  const config = (prefix?: string) => LogProducer.config({ prefix });
  const unknown = at(Aws.ACCOUNT_ID, Aws.REGION);
  test.each<[string, LogKeySpace, LogKeySpace, ReturnType<typeof keySpacesOverlap>]>([
    ['ALB of one account twice', space(LogProducer.alb()), space(LogProducer.alb()), 'none'],
    ['Config of one account twice', space(config()), space(config()), 'certain'],
    ['Config of two regions', space(config()), space(config(), at(OWN, 'eu-west-1')), 'certain'],
    ['Config of two accounts', space(config()), space(config(), at(OTHER)), 'none'],
    ['Config with a prefix each', space(config('a')), space(config('b')), 'none'],
    ['Config with a prefix within the other', space(config()), space(config('AWSLogs')), 'none'],
    ['Config of an unknown account', space(config()), space(config(), unknown), 'possible'],
    ['Config of the same unknown account', space(config(), unknown), space(config(), unknown), 'certain'],
    ['Config of an unknown account, with a prefix', space(config('a')), space(config('b'), unknown), 'none'],
    ['simple access logs twice', space(accessLogs()), space(accessLogs()), 'possible'],
    ['simple access logs of two accounts', space(accessLogs()), space(accessLogs(), at(OTHER)), 'possible'],
    ['simple access logs with and without a prefix', space(accessLogs()), space(accessLogs('a/')), 'none'],
    ['simple access logs with a prefix each', space(accessLogs('a/')), space(accessLogs('b/')), 'none'],
    [
      'partitioned access logs of two accounts',
      space(accessLogs('', true)),
      space(accessLogs('', true), at(OTHER)),
      'none',
    ],
    ['both kinds of access logs', space(accessLogs('', true)), space(accessLogs()), 'none'],
    ['Config and access logs', space(config()), space(accessLogs()), 'none'],
    ['Config and access logs among its keys', space(config()), space(accessLogs(`AWSLogs/${OWN}/Config/`)), 'none'],
    ['Config and anything', space(config()), anyKeys(), 'possible'],
    ['ALB and anything', space(LogProducer.alb()), anyKeys(), 'none'],
    ['Config and anything elsewhere', space(config()), anyKeys('app/'), 'none'],
    ['Config and anything within', space(config()), anyKeys(`AWSLogs/${OWN}/Config/us-east-1/`), 'possible'],
    ['anything twice', anyKeys(), anyKeys('a/'), 'possible'],
    ['anything with a prefix each', anyKeys('a/'), anyKeys('b/'), 'none'],
    ['Config, of which one is not replicated', space(config()), space(config(), at(OWN), 'other/'), 'none'],
    ['Config, filtered by what it writes', space(config()), space(config(), at(OWN), 'AWSLogs/'), 'certain'],
    [
      'Config, filtered by a part of what it writes',
      space(config()),
      space(config(), at(OWN), `AWSLogs/${OWN}/Config/us-east-1/`),
      'possible',
    ],
    [
      'keys that were declared as not unique',
      { ...anyKeys('app/'), form: 'declared' },
      { ...anyKeys('app/'), form: 'declared' },
      'certain',
    ],
  ])('of %s', (_, a, b, expected) => {
    expect([keySpacesOverlap(a, b), keySpacesOverlap(b, a)]).toEqual([expected, expected]);
  });
});
