import { Aws } from 'aws-cdk-lib';
import { ORGANIZATION, trail } from './builders';
import { LogProducer } from '../../src/producers/log-producer';
import { expectParts } from '../messages';

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
    ['no account', () => LogProducer.config({ accounts: [] }), 'an empty list of accounts', 'omit accounts'],
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
  ])('refuse %s', (_, make, ...says) => expectParts(make, says));

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
