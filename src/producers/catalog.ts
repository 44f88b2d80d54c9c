// SPDX-License-Identifier: Apache-2.0
import {
  AlbLogOptions,
  CloudFrontLogOptions,
  ConfigLogOptions,
  FlowLogOptions,
  LogProducerOptions,
  OrganizationTrailLogOptions,
  ServerAccessLogOptions,
  TrailLogOptions,
  WafLogOptions,
} from './log-producer-options';
import { LogInput } from './option-input';
import { LogProducerSpec, SourceCondition } from './spec';

const DOCS = 'https://docs.aws.amazon.com';

const TRAIL_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9]|[._-](?![._-])){1,126}[A-Za-z0-9]$/;

/** What holds for most producers. */
const USUAL = {
  bucketActions: ['s3:GetBucketAcl'],
  ownerAcl: true,
  keyByArnOnly: false,
  objectLock: true,
  bucketName: { dots: true },
} as const;

/** What the delivery service of CloudWatch Logs needs, which several producers use. */
const VENDED = {
  ...USUAL,
  service: 'delivery.logs.amazonaws.com',
  source: {
    account: true,
    arns: { operator: 'ArnLike', patterns: ['arn:{partition}:logs:{region}:{account}:*'] },
  } as SourceCondition,
  keyUses: [{ actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'] }],
  keyByArnOnly: true,
} as const;

export function serverAccessLogs(options: ServerAccessLogOptions): LogProducerSpec {
  const input = new LogInput('LogProducer.serverAccessLogs()');
  const names = input.names(
    'loggedBucketNames',
    options.loggedBucketNames,
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'write the name of the bucket that is logged',
  );
  const buckets = options.loggedBuckets ?? [];
  const anyBucket = names === undefined && buckets.length === 0;
  const arns = (anyBucket ? ['*'] : (names ?? [])).map((name) => `arn:{partition}:s3:::${name}`);
  return {
    ...USUAL,
    kind: options.partitioned ? 'PartitionedServerAccessLogs' : 'ServerAccessLogs',
    title: 'S3 server access logs',
    service: 'logging.s3.amazonaws.com',
    prefix: input.prefix(options.prefix),
    folders: [''],
    bucketActions: [],
    ownerAcl: false,
    source: { account: true, arns: { operator: 'ArnLike', patterns: arns }, buckets },
    objectLock: false,
    keys: options.partitioned
      ? // with the name of the logged bucket, which has its logs delivered into one bucket only
        { starts: ['{account}/{region}/'], saysAccount: true, saysRegion: true, unique: 'everywhere' }
      : { starts: [''], saysAccount: false, saysRegion: false, unique: 'in its bucket' },
    page: `${DOCS}/AmazonS3/latest/userguide/enable-server-access-logging.html`,
  };
}

export function alb(options: AlbLogOptions): LogProducerSpec {
  const input = new LogInput('LogProducer.alb()');
  const names = input.names(
    'loadBalancerNames',
    options.loadBalancerNames,
    /^[A-Za-z0-9-]{1,32}$/,
    'write the name of the load balancer',
  );
  const resources = names?.map((name) => `app/${name}/*`) ?? (options.sourceCondition ? ['*'] : undefined);
  return {
    ...USUAL,
    kind: 'Alb',
    title: 'access logs of Application Load Balancers',
    service: 'logdelivery.elasticloadbalancing.amazonaws.com',
    accounts: input.accounts('accounts', options.accounts),
    prefix: input.folder(options.prefix, /AWSLogs/),
    folders: ['AWSLogs/{account}/'],
    bucketActions: [],
    ownerAcl: false,
    source: {
      account: false,
      ...(resources && {
        arns: {
          operator: 'ArnLike',
          patterns: resources.map(
            (name) => `arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/${name}`,
          ),
        },
      }),
    },
    keys: {
      starts: ['AWSLogs/{account}/elasticloadbalancing/{region}/'],
      saysAccount: true,
      saysRegion: true,
      unique: 'everywhere',
    },
    page: `${DOCS}/elasticloadbalancing/latest/application/enable-access-logging.html`,
  };
}

export function nlb(options: LogProducerOptions): LogProducerSpec {
  const input = new LogInput('LogProducer.nlb()');
  return {
    ...VENDED,
    kind: 'Nlb',
    title: 'access logs of Network Load Balancers',
    accounts: input.accounts('accounts', options.accounts),
    prefix: input.folder(options.prefix, /AWSLogs/),
    folders: ['AWSLogs/{account}/'],
    keys: {
      starts: ['AWSLogs/{account}/elasticloadbalancing/{region}/'],
      saysAccount: true,
      saysRegion: true,
      unique: 'everywhere',
    },
    page: `${DOCS}/elasticloadbalancing/latest/network/enable-access-logs.html`,
  };
}

export function cloudTrail(options: TrailLogOptions): LogProducerSpec {
  const input = new LogInput('LogProducer.cloudTrail()');
  return {
    ...trail(input, options),
    accounts: input.accounts('accounts', options.accounts),
    folders: ['AWSLogs/{account}/'],
    keys: { starts: ['AWSLogs/{account}/CloudTrail'], saysAccount: true, saysRegion: true, unique: 'everywhere' },
  };
}

export function organizationTrail(options: OrganizationTrailLogOptions): LogProducerSpec {
  const input = new LogInput('LogProducer.organizationTrail()');
  const organization = input.organization('organizationId', options.organizationId);
  return {
    ...trail(input, options),
    accounts: [input.account('managementAccount', options.managementAccount)],
    folders: ['AWSLogs/{account}/', `AWSLogs/${organization}/`],
    keys: {
      starts: ['AWSLogs/{account}/CloudTrail', `AWSLogs/${organization}/`],
      saysAccount: true,
      saysRegion: true,
      unique: 'everywhere',
    },
  };
}

function trail(
  input: LogInput,
  { trailName, homeRegion, prefix, encryptionKey }: TrailLogOptions | OrganizationTrailLogOptions,
): Omit<LogProducerSpec, 'folders' | 'keys'> {
  const [name] = input.names(
    'trailName',
    [trailName],
    TRAIL_NAME,
    'write the name of the trail: 3 to 128 letters, digits, dots, underscores and dashes, no two of these together',
  )!;
  return {
    ...USUAL,
    kind: 'CloudTrail',
    title: 'logs of CloudTrail',
    service: 'cloudtrail.amazonaws.com',
    regions: input.region('homeRegion', homeRegion),
    prefix: input.folder(prefix),
    source: {
      account: false,
      arns: { operator: 'StringEquals', patterns: [`arn:{partition}:cloudtrail:{region}:{account}:trail/${name}`] },
    },
    keyUses: [
      { actions: ['kms:GenerateDataKey*'], trailContext: ['arn:{partition}:cloudtrail:*:{account}:trail/*'] },
      { actions: ['kms:Decrypt', 'kms:DescribeKey'] },
    ],
    encryptionKey,
    page: `${DOCS}/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html`,
  };
}

export function vpcFlowLogs(options: FlowLogOptions): LogProducerSpec {
  const input = new LogInput('LogProducer.vpcFlowLogs()');
  const folder = options.hiveCompatible ? 'AWSLogs/aws-account-id={account}/' : 'AWSLogs/{account}/';
  return {
    ...VENDED,
    kind: 'VpcFlowLogs',
    title: 'VPC flow logs',
    accounts: input.accounts('accounts', options.accounts),
    regions: input.regions('regions', options.regions),
    prefix: input.folder(options.prefix, /(^|\/)AWSLogs(\/|$)/),
    folders: [folder],
    keys: {
      starts: [`${folder}${options.hiveCompatible ? 'aws-service=vpcflowlogs/aws-region=' : 'vpcflowlogs/'}{region}/`],
      saysAccount: true,
      saysRegion: true,
      unique: 'everywhere',
    },
    page: `${DOCS}/vpc/latest/userguide/flow-logs-s3-permissions.html`,
  };
}

export function config(options: ConfigLogOptions): LogProducerSpec {
  const input = new LogInput('LogProducer.config()');
  return {
    ...USUAL,
    kind: 'Config',
    title: 'configuration history and snapshots of AWS Config',
    service: 'config.amazonaws.com',
    accounts: input.accounts('accounts', options.accounts),
    prefix: input.folder(options.prefix),
    folders: ['AWSLogs/{account}/Config/'],
    bucketActions: ['s3:GetBucketAcl', 's3:ListBucket'],
    source: { account: true },
    keyUses: [{ actions: ['kms:Decrypt', 'kms:GenerateDataKey'] }],
    encryptionKey: options.encryptionKey,
    objectLock: false,
    // every channel writes ConfigWritabilityCheckFile there, and history files have no random part
    keys: { starts: ['AWSLogs/{account}/Config/'], saysAccount: true, saysRegion: false, unique: 'never' },
    page: `${DOCS}/config/latest/developerguide/s3-bucket-policy.html`,
  };
}

export function waf(options: WafLogOptions): LogProducerSpec {
  const input = new LogInput('LogProducer.waf()');
  return {
    ...VENDED,
    kind: 'Waf',
    title: 'logs of AWS WAF',
    regions: input.regions('regions', options.regions),
    prefix: input.folder(options.prefix),
    folders: ['AWSLogs/{account}/'],
    bucketName: { start: 'aws-waf-logs-', dots: true },
    keys: { starts: ['AWSLogs/{account}/WAFLogs/'], saysAccount: true, saysRegion: true, unique: 'everywhere' },
    page: `${DOCS}/waf/latest/developerguide/logging-s3.html`,
  };
}

export function cloudFront(options: CloudFrontLogOptions): LogProducerSpec {
  const input = new LogInput('LogProducer.cloudFront()');
  const prefix = input.folder(options.prefix);
  const account = options.hiveCompatible ? 'aws-account-id={account}' : '{account}';
  const folders = prefix === '' ? [`AWSLogs/${account}/CloudFront/`] : [''];
  return {
    ...VENDED,
    kind: 'CloudFront',
    title: 'standard logs (v2) of CloudFront',
    accounts: input.accounts('accounts', options.accounts),
    prefix,
    folders,
    bucketActions: [],
    source: {
      account: true,
      arns: { operator: 'ArnLike', patterns: ['arn:{partition}:logs:us-east-1:{account}:delivery-source:*'] },
    },
    bucketName: { dots: false },
    keys: { starts: folders, saysAccount: prefix === '', saysRegion: false, unique: 'everywhere' },
    page: `${DOCS}/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html`,
  };
}
