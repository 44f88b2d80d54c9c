import { aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Document, resourcePolicy } from './policies';
import { Call, isAllowed } from './simulate';
import { quietApp } from '../../test/app';
import { DeployedApp } from '../assembly/deployed';
import { readStacks } from '../assembly/stacks';
import { LogProducer } from 'cdk-s3-replication';

const [OWN, OTHER, STRANGER] = ['111111111111', '222222222222', '333333333333'];
const BUCKET = 'arn:aws:s3:::aws-waf-logs-all';
const OWNER_ACL = { 's3:x-amz-acl': 'bucket-owner-full-control' };

interface Target {
  readonly bucketPolicy: Document;
  readonly keyPolicy: Document;
  readonly key: string;
}

/** A bucket that one producer may deliver into, with a key that policies are added to even where it is not its own. */
function target(producer: LogProducer, encrypted: boolean): Target {
  const app = quietApp();
  const stack = new Stack(app, 'Stack', { env: { account: OWN, region: 'eu-west-1' } });
  const key = new kms.Key(stack, 'Key');
  const bucket = new s3.Bucket(stack, 'Logs', {
    bucketName: 'aws-waf-logs-all',
    enforceSSL: true,
    encryptionKey: encrypted ? key : undefined,
  });
  producer.allowDeliveryTo(bucket);
  const deployed = new DeployedApp(readStacks(app.synth()));
  const arn = deployed.ofType('AWS::KMS::Key')[0].arn!;
  return {
    bucketPolicy: resourcePolicy(deployed, BUCKET)!.document,
    keyPolicy: resourcePolicy(deployed, arn)!.document,
    key: arn,
  };
}

/** How AWS documents that a service delivers one log object. */
interface Delivery {
  readonly producer: LogProducer;
  readonly service: string;
  /** What it asks of the bucket before. */
  readonly checks: string[];
  /** What it does with a customer managed key; none when only SSE-S3 is supported. */
  readonly uses: string[];
  readonly key: string;
  /** On whose behalf, and what of that a policy has to ask for. */
  readonly source: { readonly 'aws:SourceArn': string; readonly 'aws:SourceAccount': string };
  readonly asked: Array<'aws:SourceArn' | 'aws:SourceAccount'>;
  readonly acl: boolean;
  /** Keys and sources that it has no business with. */
  readonly otherKeys: string[];
  readonly otherSources: Array<Partial<Delivery['source']>>;
}

const BOTH: Delivery['asked'] = ['aws:SourceArn', 'aws:SourceAccount'];
const VENDED_USES = ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GenerateDataKey', 'DescribeKey'];
const from = (arn: string, account = OWN) => ({ 'aws:SourceArn': arn, 'aws:SourceAccount': account });

/** The delivery service of CloudWatch Logs, as it is used by several services. */
function vended(producer: LogProducer, key: string, more: Partial<Delivery> = {}): Delivery {
  return {
    producer,
    service: 'delivery.logs',
    checks: ['GetBucketAcl'],
    uses: VENDED_USES,
    key,
    source: from(`arn:aws:logs:eu-west-1:${OWN}:some-delivery`),
    asked: BOTH,
    acl: true,
    otherKeys: [key.replace(OWN, STRANGER), `x/${key}`, 'a.txt'],
    otherSources: [
      from(`arn:aws:logs:eu-west-1:${STRANGER}:some-delivery`, STRANGER),
      from(`arn:aws:logs:us-west-2:${OWN}:some-delivery`),
      from(`arn:aws:ec2:eu-west-1:${OWN}:vpc-flow-log/fl-1`),
    ],
    ...more,
  };
}

const alb = (producer: LogProducer, account: string, prefix = ''): Delivery => ({
  producer,
  service: 'logdelivery.elasticloadbalancing',
  checks: [],
  uses: [],
  key: `${prefix}AWSLogs/${account}/elasticloadbalancing/eu-west-1/2026/11/23/${account}_elasticloadbalancing_eu-west-1_app.web.1234567890abcdef_20261123T2340Z_172.160.1.192_20sg8hgm.log.gz`,
  source: from(`arn:aws:elasticloadbalancing:eu-west-1:${account}:loadbalancer/app/web/1234567890abcdef`, account),
  asked: [],
  acl: false,
  otherKeys: [`${prefix}AWSLogs/${STRANGER}/elasticloadbalancing/a.log.gz`, `x/AWSLogs/${account}/a.log.gz`, 'a'],
  otherSources: [],
});

const cloudTrail = (producer: LogProducer, account: string, folder: string, name: string): Delivery => ({
  producer,
  service: 'cloudtrail',
  checks: ['GetBucketAcl'],
  uses: ['GenerateDataKey', 'Decrypt', 'DescribeKey'],
  key: `AWSLogs/${folder}/CloudTrail/us-east-1/2026/11/23/${account}_CloudTrail_us-east-1_20261123T0210Z_Mu0KsOhtH1ar15ZZ.json.gz`,
  source: from(`arn:aws:cloudtrail:eu-west-1:${account}:trail/${name}`, account),
  asked: ['aws:SourceArn'],
  acl: true,
  otherKeys: [`AWSLogs/${STRANGER}/CloudTrail/us-east-1/a.json.gz`, `x/AWSLogs/${folder}/CloudTrail/a`, 'a'],
  otherSources: [
    from(`arn:aws:cloudtrail:eu-west-1:${account}:trail/${name}-2`, account),
    from(`arn:aws:cloudtrail:us-east-1:${account}:trail/${name}`, account),
    from(`arn:aws:cloudtrail:eu-west-1:${STRANGER}:trail/${name}`, STRANGER),
  ],
});

const accessLogs = (producer: LogProducer, prefix: string, logged: string): Delivery => ({
  producer,
  service: 'logging.s3',
  checks: [],
  uses: [],
  key: `${prefix}2026-11-23-21-32-16-E568B2907131C0C0`,
  source: from(`arn:aws:s3:::${logged}`),
  asked: BOTH,
  acl: false,
  otherKeys: [],
  otherSources: [from(`arn:aws:s3:::${logged}`, STRANGER)],
});

const config = (producer: LogProducer, account: string): Delivery => ({
  producer,
  service: 'config',
  checks: ['GetBucketAcl', 'ListBucket'],
  uses: ['Decrypt', 'GenerateDataKey'],
  key: `AWSLogs/${account}/Config/ConfigWritabilityCheckFile`,
  source: from(`arn:aws:config:eu-west-1:${account}:*`, account),
  asked: ['aws:SourceAccount'],
  acl: true,
  otherKeys: [`AWSLogs/${STRANGER}/Config/ConfigWritabilityCheckFile`, `AWSLogs/${account}/CloudTrail/a`, 'x/a'],
  otherSources: [from(`arn:aws:config:eu-west-1:${STRANGER}:*`, STRANGER)],
});

const webAcl = `AWSLogs/${OWN}/WAFLogs/eu-west-1/acl/2026/11/23/19/50/${OWN}_waflogs_eu-west-1_acl_20261123T1950Z_e0ca43b5.log.gz`;
const flow = (folder: string) =>
  `AWSLogs/${folder}/2026/11/23/${OWN}_vpcflowlogs_eu-west-1_fl-1_20261123T1620Z_f.log.gz`;
const cdn = {
  checks: [],
  source: from(`arn:aws:logs:us-east-1:${OWN}:delivery-source:cdn`),
  otherSources: [
    from(`arn:aws:logs:us-east-1:${STRANGER}:delivery-source:cdn`, STRANGER),
    from(`arn:aws:logs:eu-west-1:${OWN}:delivery-source:cdn`),
    from(`arn:aws:logs:us-east-1:${OWN}:log-group:cdn`),
  ],
};
const others = [from(`arn:aws:elasticloadbalancing:eu-west-1:${STRANGER}:loadbalancer/app/web/1`, STRANGER)];

const deliveries: Record<string, Delivery> = {
  'server access logs': accessLogs(LogProducer.serverAccessLogs(), '', 'any'),
  'server access logs of a bucket': {
    ...accessLogs(LogProducer.serverAccessLogs({ loggedBucketNames: ['web'], prefix: 'logs/' }), 'logs/', 'web'),
    otherKeys: ['log/2026', '2026'],
    otherSources: [from('arn:aws:s3:::web-2'), from('arn:aws:s3:::we'), from('arn:aws:s3:::web', STRANGER)],
  },
  'partitioned server access logs': {
    ...accessLogs(LogProducer.serverAccessLogs({ partitioned: true }), `${OWN}/eu-west-1/web/2026/11/23/`, 'web'),
  },
  ALB: alb(LogProducer.alb(), OWN),
  'ALB with its test file': { ...alb(LogProducer.alb(), OWN), key: `AWSLogs/${OWN}/ELBAccessLogTestFile` },
  'ALB of another account with a prefix': {
    ...alb(LogProducer.alb({ accounts: [OTHER], prefix: 'a*b' }), OTHER, 'a*b/'),
    otherKeys: [`AWSLogs/${OTHER}/a`, `aXb/AWSLogs/${OTHER}/a`, `a*b/AWSLogs/${OWN}/a`],
  },
  'ALB by its source': {
    ...alb(LogProducer.alb({ sourceCondition: true }), OWN),
    asked: ['aws:SourceArn'],
    otherSources: [...others, from(`arn:aws:elasticloadbalancing:us-east-1:${OWN}:loadbalancer/app/web/1`)],
  },
  'ALB by its name': {
    ...alb(LogProducer.alb({ loadBalancerNames: ['web'] }), OWN),
    asked: ['aws:SourceArn'],
    otherSources: [...others, from(`arn:aws:elasticloadbalancing:eu-west-1:${OWN}:loadbalancer/app/web-2/1`)],
  },
  NLB: vended(
    LogProducer.nlb(),
    `AWSLogs/${OWN}/elasticloadbalancing/eu-west-1/2026/11/23/${OWN}_elasticloadbalancing_eu-west-1_net.a.log.gz`,
  ),
  CloudTrail: cloudTrail(LogProducer.cloudTrail({ trailName: 'trail' }), OWN, OWN, 'trail'),
  'CloudTrail of an organization, a member': cloudTrail(
    LogProducer.organizationTrail({ organizationId: 'o-a1b2c3d4e5', managementAccount: OTHER, trailName: 'all' }),
    OTHER,
    `o-a1b2c3d4e5/${OWN}`,
    'all',
  ),
  'CloudTrail of an organization, its management account': cloudTrail(
    LogProducer.organizationTrail({ organizationId: 'o-a1b2c3d4e5', managementAccount: OTHER, trailName: 'all' }),
    OTHER,
    OTHER,
    'all',
  ),
  'VPC flow logs': vended(LogProducer.vpcFlowLogs(), flow(`${OWN}/vpcflowlogs/eu-west-1`)),
  'VPC flow logs for Hive': vended(
    LogProducer.vpcFlowLogs({ hiveCompatible: true }),
    flow(`aws-account-id=${OWN}/aws-service=vpcflowlogs/aws-region=eu-west-1`),
  ),
  'VPC flow logs of another region and account': vended(
    LogProducer.vpcFlowLogs({ accounts: [OTHER], regions: ['us-east-1'] }),
    flow(`${OTHER}/vpcflowlogs/us-east-1`),
    { source: from(`arn:aws:logs:us-east-1:${OTHER}:x`, OTHER), otherKeys: [flow(OWN)] },
  ),
  'AWS Config': config(LogProducer.config(), OWN),
  'AWS Config of another account': config(LogProducer.config({ accounts: [OTHER] }), OTHER),
  WAF: vended(LogProducer.waf(), webAcl),
  CloudFront: vended(LogProducer.cloudFront(), `AWSLogs/${OWN}/CloudFront/E1.2026-11-23-20.RT4KCN4SGK9.gz`, cdn),
  'CloudFront for Hive': vended(
    LogProducer.cloudFront({ hiveCompatible: true }),
    `AWSLogs/aws-account-id=${OWN}/CloudFront/DistributionId=E1/E1.2026-11-23-20.RT4KCN4SGK9.gz`,
    cdn,
  ),
  'CloudFront with a prefix': vended(LogProducer.cloudFront({ prefix: 'cdn' }), 'cdn/E1.2026-11-23-20.RT4.gz', {
    ...cdn,
    otherKeys: [`AWSLogs/${OWN}/CloudFront/a.gz`, 'cdn-2/a.gz', 'x/cdn/a.gz'],
  }),
};

/** Another service, another source, another object. */
interface Other {
  readonly service?: string;
  readonly key?: string;
  readonly source?: Partial<Delivery['source']>;
  readonly context?: Call['context'];
}

function bucketCall(delivery: Delivery, action: string, other: Other = {}): Call {
  const service = `${other.service ?? delivery.service}.amazonaws.com`;
  return {
    principal: service,
    action: `s3:${action}`,
    resource: action.includes('Object') ? `${BUCKET}/${other.key ?? delivery.key}` : BUCKET,
    owner: OWN,
    context: {
      ...asService(service),
      's3:ResourceAccount': OWN,
      ...(other.source ?? delivery.source),
      ...(action === 'PutObject' && delivery.acl ? OWNER_ACL : {}),
      ...other.context,
    },
  };
}

const asService = (service: string): Call['context'] => ({
  'aws:PrincipalIsAWSService': 'true',
  'aws:PrincipalServiceName': service,
  'aws:SecureTransport': 'true',
});

function keyCall(delivery: Delivery, key: string, action: string, other: Other = {}): Call {
  const service = `${other.service ?? delivery.service}.amazonaws.com`;
  const trail = { 'kms:EncryptionContext:aws:cloudtrail:arn': delivery.source['aws:SourceArn'] };
  return {
    principal: service,
    action: `kms:${action}`,
    resource: key,
    owner: OWN,
    context: {
      ...asService(service),
      ...(other.source ?? delivery.source),
      ...(delivery.service === 'cloudtrail' && action === 'GenerateDataKey' ? trail : {}),
      ...other.context,
    },
  };
}

/** Everything that the producer has to do with the bucket, or with the key. */
const bucketCalls = (delivery: Delivery, other?: Other) =>
  [...delivery.checks, 'PutObject'].map((action) => bucketCall(delivery, action, other));
const keyCalls = (delivery: Delivery, key: string, other?: Other) =>
  delivery.uses.map((action) => keyCall(delivery, key, action, other));

const without = (source: Delivery['source'], key: 'aws:SourceArn' | 'aws:SourceAccount'): Partial<Delivery['source']> =>
  Object.fromEntries(Object.entries(source).filter(([name]) => name !== key));

/** What nobody may be allowed because of the delivery, by what is different. */
function strangers(delivery: Delivery): Array<[string, Other]> {
  return [
    ...delivery.asked.map((key): [string, Other] => [`without ${key}`, { source: without(delivery.source, key) }]),
    ...delivery.otherSources.map((source): [string, Other] => [`for ${JSON.stringify(source)}`, { source }]),
    ...['delivery.logs', 'cloudtrail', 'config', 'logging.s3', 'logdelivery.elasticloadbalancing', 's3', 'ec2']
      .filter((service) => service !== delivery.service)
      .map((service): [string, Other] => [`by ${service}`, { service }]),
  ];
}

async function allowedOf(calls: Call[], resource: Document): Promise<string[]> {
  const answers = await Promise.all(calls.map((call) => isAllowed(call, { identity: [], resource })));
  return calls.filter((_, index) => answers[index]).map(({ action, resource: on }) => `${action} on ${on}`);
}

describe.each(Object.entries(deliveries))('%s', (_, delivery) => {
  let bucketPolicy: Document, keyPolicy: Document, key: string;
  beforeAll(() => ({ bucketPolicy, keyPolicy, key } = target(delivery.producer, delivery.uses.length > 0)));

  test('may deliver as AWS documents it', async () => {
    expect(await allowedOf(bucketCalls(delivery), bucketPolicy)).toHaveLength(delivery.checks.length + 1);
    expect(await allowedOf(keyCalls(delivery, key), keyPolicy)).toHaveLength(delivery.uses.length);
  });

  test('nobody else may, and not for others', async () => {
    const allowed = await Promise.all(
      strangers(delivery).map(async ([what, other]) => [
        what,
        ...(await allowedOf(bucketCalls(delivery, other), bucketPolicy)),
        ...(await allowedOf(keyCalls(delivery, key, other), keyPolicy)),
      ]),
    );
    expect(allowed.filter((it) => it.length > 1)).toEqual([]);
  });

  test('it may not write other keys, without TLS, without the ACL that was asked for, or do more', async () => {
    const write = (other: Other) => bucketCall(delivery, 'PutObject', other);
    expect(
      await allowedOf(
        [
          ...delivery.otherKeys.map((other) => write({ key: other })),
          write({ context: { 'aws:SecureTransport': 'false' } }),
          ...(delivery.acl ? [write({ context: { 's3:x-amz-acl': 'private' } })] : []),
          ...['DeleteObject', 'GetObject', 'PutObjectTagging', 'PutBucketPolicy', 'DeleteBucket'].map((action) =>
            bucketCall(delivery, action),
          ),
        ],
        bucketPolicy,
      ),
    ).toEqual([]);
    const more = ['CreateGrant', 'ScheduleKeyDeletion', 'Sign'];
    expect(
      await allowedOf(
        more.map((action) => keyCall(delivery, key, action)),
        keyPolicy,
      ),
    ).toEqual([]);
  });
});

test('without a condition, anybody may have an ALB deliver into the folder of the account', async () => {
  const delivery = { ...deliveries.ALB, source: from(`arn:aws:x:eu-west-1:${STRANGER}:y`, STRANGER) };
  const { bucketPolicy } = target(delivery.producer, false);
  expect(await allowedOf(bucketCalls(delivery), bucketPolicy)).toHaveLength(1);
});

test('CloudTrail may not encrypt for another trail', async () => {
  const { keyPolicy, key } = target(deliveries.CloudTrail.producer, true);
  const context = {
    'kms:EncryptionContext:aws:cloudtrail:arn': `arn:aws:cloudtrail:eu-west-1:${STRANGER}:trail/trail`,
  };
  expect(await allowedOf([keyCall(deliveries.CloudTrail, key, 'GenerateDataKey', { context })], keyPolicy)).toEqual([]);
});

test.each([
  ['StringEquals', 'VPC flow logs', 'aws:SourceAccount'],
  ['ArnLike', 'VPC flow logs', 'aws:SourceArn'],
  ['StringEquals', 'CloudTrail', 'aws:SourceArn'],
  ['StringEquals', 'AWS Config', 'aws:SourceAccount'],
  ['ArnLike', 'ALB by its name', 'aws:SourceArn'],
] as const)('the judge sees that %s is missing for %s', async (operator, name, key) => {
  const delivery = deliveries[name];
  const { bucketPolicy } = target(delivery.producer, delivery.uses.length > 0);
  const wide: Document = {
    ...bucketPolicy,
    Statement: bucketPolicy.Statement.map((it) => {
      const { [operator]: _, ...rest } = it.Condition ?? {};
      return it.Effect === 'Allow' ? { ...it, Condition: rest } : it;
    }),
  };
  const calls = bucketCalls(delivery, { source: without(delivery.source, key) });
  expect(await allowedOf(calls, wide)).toHaveLength(calls.length);
});
