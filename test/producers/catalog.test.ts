import * as catalog from '../../src/producers/catalog';
import { LogProducerSpec } from '../../src/producers/spec';

/** What AWS documents about each service, once more and as text: see the page of each. */
const SPECS: Array<[of: string, make: () => LogProducerSpec, spec: object]> = [
  [
    'serverAccessLogs({})',
    () => catalog.serverAccessLogs({}),
    {
      bucketActions: [],
      ownerAcl: false,
      keyByArnOnly: false,
      objectLock: false,
      bucketName: {
        dots: true,
      },
      kind: 'ServerAccessLogs',
      title: 'S3 server access logs',
      service: 'logging.s3.amazonaws.com',
      prefix: '',
      folders: [''],
      source: {
        account: true,
        arns: {
          operator: 'ArnLike',
          patterns: ['arn:{partition}:s3:::*'],
        },
        buckets: [],
      },
      keys: {
        starts: [''],
        saysAccount: false,
        saysRegion: false,
        unique: 'in its bucket',
      },
      page: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html',
    },
  ],
  [
    "serverAccessLogs({ loggedBucketNames: ['one', 'two'], prefix: 'access/', partitioned: true })",
    () => catalog.serverAccessLogs({ loggedBucketNames: ['one', 'two'], prefix: 'access/', partitioned: true }),
    {
      bucketActions: [],
      ownerAcl: false,
      keyByArnOnly: false,
      objectLock: false,
      bucketName: {
        dots: true,
      },
      kind: 'PartitionedServerAccessLogs',
      title: 'S3 server access logs',
      service: 'logging.s3.amazonaws.com',
      prefix: 'access/',
      folders: [''],
      source: {
        account: true,
        arns: {
          operator: 'ArnLike',
          patterns: ['arn:{partition}:s3:::one', 'arn:{partition}:s3:::two'],
        },
        buckets: [],
      },
      keys: {
        starts: ['{account}/{region}/'],
        saysAccount: true,
        saysRegion: true,
        unique: 'everywhere',
      },
      page: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html',
    },
  ],
  [
    'alb({})',
    () => catalog.alb({}),
    {
      bucketActions: [],
      ownerAcl: false,
      keyByArnOnly: false,
      objectLock: true,
      bucketName: {
        dots: true,
      },
      kind: 'Alb',
      title: 'access logs of Application Load Balancers',
      service: 'logdelivery.elasticloadbalancing.amazonaws.com',
      prefix: '',
      folders: ['AWSLogs/{account}/'],
      source: {
        account: false,
      },
      keys: {
        starts: ['AWSLogs/{account}/elasticloadbalancing/{region}/'],
        saysAccount: true,
        saysRegion: true,
        unique: 'everywhere',
      },
      page: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html',
    },
  ],
  [
    "alb({ accounts: ['222222222222'], prefix: 'shop', loadBalancerNames: ['web', 'api'] })",
    () => catalog.alb({ accounts: ['222222222222'], prefix: 'shop', loadBalancerNames: ['web', 'api'] }),
    {
      bucketActions: [],
      ownerAcl: false,
      keyByArnOnly: false,
      objectLock: true,
      bucketName: {
        dots: true,
      },
      kind: 'Alb',
      title: 'access logs of Application Load Balancers',
      service: 'logdelivery.elasticloadbalancing.amazonaws.com',
      accounts: ['222222222222'],
      prefix: 'shop/',
      folders: ['AWSLogs/{account}/'],
      source: {
        account: false,
        arns: {
          operator: 'ArnLike',
          patterns: [
            'arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/app/api/*',
            'arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/app/web/*',
          ],
        },
      },
      keys: {
        starts: ['AWSLogs/{account}/elasticloadbalancing/{region}/'],
        saysAccount: true,
        saysRegion: true,
        unique: 'everywhere',
      },
      page: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html',
    },
  ],
  [
    'alb({ sourceCondition: true })',
    () => catalog.alb({ sourceCondition: true }),
    {
      bucketActions: [],
      ownerAcl: false,
      keyByArnOnly: false,
      objectLock: true,
      bucketName: {
        dots: true,
      },
      kind: 'Alb',
      title: 'access logs of Application Load Balancers',
      service: 'logdelivery.elasticloadbalancing.amazonaws.com',
      prefix: '',
      folders: ['AWSLogs/{account}/'],
      source: {
        account: false,
        arns: {
          operator: 'ArnLike',
          patterns: ['arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/*'],
        },
      },
      keys: {
        starts: ['AWSLogs/{account}/elasticloadbalancing/{region}/'],
        saysAccount: true,
        saysRegion: true,
        unique: 'everywhere',
      },
      page: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html',
    },
  ],
  [
    "nlb({ accounts: ['222222222222'], prefix: 'shop' })",
    () => catalog.nlb({ accounts: ['222222222222'], prefix: 'shop' }),
    {
      bucketActions: ['s3:GetBucketAcl'],
      ownerAcl: true,
      keyByArnOnly: true,
      objectLock: true,
      bucketName: {
        dots: true,
      },
      service: 'delivery.logs.amazonaws.com',
      source: {
        account: true,
        arns: {
          operator: 'ArnLike',
          patterns: ['arn:{partition}:logs:{region}:{account}:*'],
        },
      },
      keyUses: [
        {
          actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        },
      ],
      kind: 'Nlb',
      title: 'access logs of Network Load Balancers',
      accounts: ['222222222222'],
      prefix: 'shop/',
      folders: ['AWSLogs/{account}/'],
      keys: {
        starts: ['AWSLogs/{account}/elasticloadbalancing/{region}/'],
        saysAccount: true,
        saysRegion: true,
        unique: 'everywhere',
      },
      page: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html',
    },
  ],
  [
    "cloudTrail({ trailName: 'all' })",
    () => catalog.cloudTrail({ trailName: 'all' }),
    {
      bucketActions: ['s3:GetBucketAcl'],
      ownerAcl: true,
      keyByArnOnly: false,
      objectLock: true,
      bucketName: {
        dots: true,
      },
      kind: 'CloudTrail',
      title: 'logs of CloudTrail',
      service: 'cloudtrail.amazonaws.com',
      prefix: '',
      source: {
        account: false,
        arns: {
          operator: 'StringEquals',
          patterns: ['arn:{partition}:cloudtrail:{region}:{account}:trail/all'],
        },
      },
      keyUses: [
        {
          actions: ['kms:GenerateDataKey*'],
          trailContext: ['arn:{partition}:cloudtrail:*:{account}:trail/*'],
        },
        {
          actions: ['kms:Decrypt', 'kms:DescribeKey'],
        },
      ],
      page: 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html',
      folders: ['AWSLogs/{account}/'],
      keys: {
        starts: ['AWSLogs/{account}/CloudTrail'],
        saysAccount: true,
        saysRegion: true,
        unique: 'everywhere',
      },
    },
  ],
  [
    "cloudTrail({ trailName: 'all', homeRegion: 'us-east-1', prefix: 'trail', accounts: ['222222222222'] })",
    () =>
      catalog.cloudTrail({ trailName: 'all', homeRegion: 'us-east-1', prefix: 'trail', accounts: ['222222222222'] }),
    {
      bucketActions: ['s3:GetBucketAcl'],
      ownerAcl: true,
      keyByArnOnly: false,
      objectLock: true,
      bucketName: {
        dots: true,
      },
      kind: 'CloudTrail',
      title: 'logs of CloudTrail',
      service: 'cloudtrail.amazonaws.com',
      regions: ['us-east-1'],
      prefix: 'trail/',
      source: {
        account: false,
        arns: {
          operator: 'StringEquals',
          patterns: ['arn:{partition}:cloudtrail:{region}:{account}:trail/all'],
        },
      },
      keyUses: [
        {
          actions: ['kms:GenerateDataKey*'],
          trailContext: ['arn:{partition}:cloudtrail:*:{account}:trail/*'],
        },
        {
          actions: ['kms:Decrypt', 'kms:DescribeKey'],
        },
      ],
      page: 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html',
      accounts: ['222222222222'],
      folders: ['AWSLogs/{account}/'],
      keys: {
        starts: ['AWSLogs/{account}/CloudTrail'],
        saysAccount: true,
        saysRegion: true,
        unique: 'everywhere',
      },
    },
  ],
  [
    "organizationTrail({ trailName: 'all', organizationId: 'o-a1b2c3d4e5', managementAccount: '222222222222' })",
    () =>
      catalog.organizationTrail({
        trailName: 'all',
        organizationId: 'o-a1b2c3d4e5',
        managementAccount: '222222222222',
      }),
    {
      bucketActions: ['s3:GetBucketAcl'],
      ownerAcl: true,
      keyByArnOnly: false,
      objectLock: true,
      bucketName: {
        dots: true,
      },
      kind: 'CloudTrail',
      title: 'logs of CloudTrail',
      service: 'cloudtrail.amazonaws.com',
      prefix: '',
      source: {
        account: false,
        arns: {
          operator: 'StringEquals',
          patterns: ['arn:{partition}:cloudtrail:{region}:{account}:trail/all'],
        },
      },
      keyUses: [
        {
          actions: ['kms:GenerateDataKey*'],
          trailContext: ['arn:{partition}:cloudtrail:*:{account}:trail/*'],
        },
        {
          actions: ['kms:Decrypt', 'kms:DescribeKey'],
        },
      ],
      page: 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html',
      accounts: ['222222222222'],
      folders: ['AWSLogs/{account}/', 'AWSLogs/o-a1b2c3d4e5/'],
      keys: {
        starts: ['AWSLogs/{account}/CloudTrail', 'AWSLogs/o-a1b2c3d4e5/'],
        saysAccount: true,
        saysRegion: true,
        unique: 'everywhere',
      },
    },
  ],
  [
    'vpcFlowLogs({})',
    () => catalog.vpcFlowLogs({}),
    {
      bucketActions: ['s3:GetBucketAcl'],
      ownerAcl: true,
      keyByArnOnly: true,
      objectLock: true,
      bucketName: {
        dots: true,
      },
      service: 'delivery.logs.amazonaws.com',
      source: {
        account: true,
        arns: {
          operator: 'ArnLike',
          patterns: ['arn:{partition}:logs:{region}:{account}:*'],
        },
      },
      keyUses: [
        {
          actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        },
      ],
      kind: 'VpcFlowLogs',
      title: 'VPC flow logs',
      prefix: '',
      folders: ['AWSLogs/{account}/'],
      keys: {
        starts: ['AWSLogs/{account}/vpcflowlogs/{region}/'],
        saysAccount: true,
        saysRegion: true,
        unique: 'everywhere',
      },
      page: 'https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html',
    },
  ],
  [
    "vpcFlowLogs({ hiveCompatible: true, regions: ['eu-west-1'], prefix: 'flow', accounts: ['222222222222'] })",
    () =>
      catalog.vpcFlowLogs({ hiveCompatible: true, regions: ['eu-west-1'], prefix: 'flow', accounts: ['222222222222'] }),
    {
      bucketActions: ['s3:GetBucketAcl'],
      ownerAcl: true,
      keyByArnOnly: true,
      objectLock: true,
      bucketName: {
        dots: true,
      },
      service: 'delivery.logs.amazonaws.com',
      source: {
        account: true,
        arns: {
          operator: 'ArnLike',
          patterns: ['arn:{partition}:logs:{region}:{account}:*'],
        },
      },
      keyUses: [
        {
          actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        },
      ],
      kind: 'VpcFlowLogs',
      title: 'VPC flow logs',
      accounts: ['222222222222'],
      regions: ['eu-west-1'],
      prefix: 'flow/',
      folders: ['AWSLogs/aws-account-id={account}/'],
      keys: {
        starts: ['AWSLogs/aws-account-id={account}/aws-service=vpcflowlogs/aws-region={region}/'],
        saysAccount: true,
        saysRegion: true,
        unique: 'everywhere',
      },
      page: 'https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html',
    },
  ],
  [
    "config({ prefix: 'config', accounts: ['222222222222'] })",
    () => catalog.config({ prefix: 'config', accounts: ['222222222222'] }),
    {
      bucketActions: ['s3:GetBucketAcl', 's3:ListBucket'],
      ownerAcl: true,
      keyByArnOnly: false,
      objectLock: false,
      bucketName: {
        dots: true,
      },
      kind: 'Config',
      title: 'configuration history and snapshots of AWS Config',
      service: 'config.amazonaws.com',
      accounts: ['222222222222'],
      prefix: 'config/',
      folders: ['AWSLogs/{account}/Config/'],
      source: {
        account: true,
      },
      keyUses: [
        {
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        },
      ],
      keys: {
        starts: ['AWSLogs/{account}/Config/'],
        saysAccount: true,
        saysRegion: false,
        unique: 'never',
      },
      page: 'https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html',
    },
  ],
  [
    "waf({ prefix: 'waf', regions: ['eu-west-1'] })",
    () => catalog.waf({ prefix: 'waf', regions: ['eu-west-1'] }),
    {
      bucketActions: ['s3:GetBucketAcl'],
      ownerAcl: true,
      keyByArnOnly: true,
      objectLock: true,
      bucketName: {
        start: 'aws-waf-logs-',
        dots: true,
      },
      service: 'delivery.logs.amazonaws.com',
      source: {
        account: true,
        arns: {
          operator: 'ArnLike',
          patterns: ['arn:{partition}:logs:{region}:{account}:*'],
        },
      },
      keyUses: [
        {
          actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        },
      ],
      kind: 'Waf',
      title: 'logs of AWS WAF',
      regions: ['eu-west-1'],
      prefix: 'waf/',
      folders: ['AWSLogs/{account}/'],
      keys: {
        starts: ['AWSLogs/{account}/WAFLogs/'],
        saysAccount: true,
        saysRegion: true,
        unique: 'everywhere',
      },
      page: 'https://docs.aws.amazon.com/waf/latest/developerguide/logging-s3.html',
    },
  ],
  [
    'cloudFront({})',
    () => catalog.cloudFront({}),
    {
      bucketActions: [],
      ownerAcl: true,
      keyByArnOnly: true,
      objectLock: true,
      bucketName: {
        dots: false,
      },
      service: 'delivery.logs.amazonaws.com',
      source: {
        account: true,
        arns: {
          operator: 'ArnLike',
          patterns: ['arn:{partition}:logs:us-east-1:{account}:delivery-source:*'],
        },
      },
      keyUses: [
        {
          actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        },
      ],
      kind: 'CloudFront',
      title: 'standard logs (v2) of CloudFront',
      prefix: '',
      folders: ['AWSLogs/{account}/CloudFront/'],
      keys: {
        starts: ['AWSLogs/{account}/CloudFront/'],
        saysAccount: true,
        saysRegion: false,
        unique: 'everywhere',
      },
      page: 'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html',
    },
  ],
  [
    "cloudFront({ hiveCompatible: true, accounts: ['222222222222'] })",
    () => catalog.cloudFront({ hiveCompatible: true, accounts: ['222222222222'] }),
    {
      bucketActions: [],
      ownerAcl: true,
      keyByArnOnly: true,
      objectLock: true,
      bucketName: {
        dots: false,
      },
      service: 'delivery.logs.amazonaws.com',
      source: {
        account: true,
        arns: {
          operator: 'ArnLike',
          patterns: ['arn:{partition}:logs:us-east-1:{account}:delivery-source:*'],
        },
      },
      keyUses: [
        {
          actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        },
      ],
      kind: 'CloudFront',
      title: 'standard logs (v2) of CloudFront',
      accounts: ['222222222222'],
      prefix: '',
      folders: ['AWSLogs/aws-account-id={account}/CloudFront/'],
      keys: {
        starts: ['AWSLogs/aws-account-id={account}/CloudFront/'],
        saysAccount: true,
        saysRegion: false,
        unique: 'everywhere',
      },
      page: 'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html',
    },
  ],
  [
    "cloudFront({ prefix: 'cdn' })",
    () => catalog.cloudFront({ prefix: 'cdn' }),
    {
      bucketActions: [],
      ownerAcl: true,
      keyByArnOnly: true,
      objectLock: true,
      bucketName: {
        dots: false,
      },
      service: 'delivery.logs.amazonaws.com',
      source: {
        account: true,
        arns: {
          operator: 'ArnLike',
          patterns: ['arn:{partition}:logs:us-east-1:{account}:delivery-source:*'],
        },
      },
      keyUses: [
        {
          actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        },
      ],
      kind: 'CloudFront',
      title: 'standard logs (v2) of CloudFront',
      prefix: 'cdn/',
      folders: [''],
      keys: {
        starts: [''],
        saysAccount: false,
        saysRegion: false,
        unique: 'everywhere',
      },
      page: 'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html',
    },
  ],
];

test.each(SPECS)('%s', (_, make, spec) => expect(JSON.parse(JSON.stringify(make()))).toEqual(spec));

test('each producer is here', () => {
  const made = SPECS.map(([of]) => of.split('(')[0]);
  expect(Object.keys(catalog).filter((name) => !made.includes(name))).toEqual([]);
});

test.each<[string, () => unknown, string]>([
  [
    'a name of a bucket',
    () => catalog.serverAccessLogs({ loggedBucketNames: ['Upper'] }),
    'LogProducer.serverAccessLogs()',
  ],
  ['a name of a load balancer', () => catalog.alb({ loadBalancerNames: ['a b'] }), 'LogProducer.alb()'],
  ['a name of a trail', () => catalog.cloudTrail({ trailName: 'a..b' }), 'LogProducer.cloudTrail()'],
  ['a short name of a trail', () => catalog.cloudTrail({ trailName: 'ab' }), '3 to 128 letters'],
  ['a prefix with AWSLogs', () => catalog.nlb({ prefix: 'a/AWSLogs' }), 'LogProducer.nlb()'],
  [
    'a prefix of flow logs with AWSLogs',
    () => catalog.vpcFlowLogs({ prefix: 'AWSLogs/x' }),
    'LogProducer.vpcFlowLogs()',
  ],
  ['an account', () => catalog.config({ accounts: ['1'] }), 'LogProducer.config()'],
  ['a region', () => catalog.waf({ regions: ['mars'] }), 'LogProducer.waf()'],
  ['an account of CloudFront', () => catalog.cloudFront({ accounts: ['1'] }), 'LogProducer.cloudFront()'],
  [
    'an organization',
    () => catalog.organizationTrail({ trailName: 'all', organizationId: 'x', managementAccount: '222222222222' }),
    'LogProducer.organizationTrail()',
  ],
])('refused: %s', (_, make, message) => expect(make).toThrow(message));

test('part of the name of a directory is no AWSLogs folder', () =>
  expect(catalog.vpcFlowLogs({ prefix: 'MyAWSLogs' }).prefix).toBe('MyAWSLogs/'));
