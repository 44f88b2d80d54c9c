import {
  App,
  aws_cloudtrail as cloudtrail,
  aws_config as config,
  aws_ec2 as ec2,
  aws_elasticloadbalancing as classic,
  aws_elasticloadbalancingv2 as elb,
  aws_iam as iam,
  aws_logs as logs,
  aws_s3 as s3,
  aws_wafv2 as waf,
  CfnResource,
  Stack,
} from 'aws-cdk-lib';
import { quietApp } from '../app';
import { bucket, ENV, l1 } from '../builders';
import { circles, silenced, templatesOf } from '../templates';
import { LogAggregationSRR, LogProducer } from 'cdk-s3-replication';

silenced();

/** Resources that switch logging on, as their L1s are written, and their producer. */
type Switch = [string, LogProducer, (stack: Stack, to: s3.IBucket) => CfnResource];
const SWITCHES: Switch[] = [
  [
    'a flow log',
    LogProducer.vpcFlowLogs(),
    (stack, { bucketArn }) =>
      new ec2.CfnFlowLog(stack, 'Logging', {
        resourceId: 'vpc-1',
        resourceType: 'VPC',
        trafficType: 'ALL',
        logDestinationType: 's3',
        logDestination: bucketArn,
      }),
  ],
  [
    'a flow log into a folder',
    LogProducer.vpcFlowLogs({ prefix: 'vpc' }),
    (stack, to) =>
      new ec2.CfnFlowLog(stack, 'Logging', {
        resourceId: 'vpc-1',
        resourceType: 'VPC',
        trafficType: 'ALL',
        logDestinationType: 's3',
        logDestination: to.arnForObjects('vpc'),
      }),
  ],
  [
    'a web ACL',
    LogProducer.waf(),
    (stack, { bucketArn }) =>
      new waf.CfnLoggingConfiguration(stack, 'Logging', {
        resourceArn: 'arn:aws:wafv2:us-east-1:111111111111:regional/webacl/a/1',
        logDestinationConfigs: [bucketArn],
      }),
  ],
  [
    'a trail',
    LogProducer.cloudTrail({ trailName: 'main' }),
    (stack, { bucketName }) =>
      new cloudtrail.CfnTrail(stack, 'Logging', { isLogging: true, s3BucketName: bucketName, trailName: 'main' }),
  ],
  [
    'a delivery channel',
    LogProducer.config(),
    (stack, { bucketName }) => new config.CfnDeliveryChannel(stack, 'Logging', { s3BucketName: bucketName }),
  ],
  [
    'a load balancer',
    LogProducer.alb(),
    (stack, { bucketName }) =>
      new elb.CfnLoadBalancer(stack, 'Logging', {
        loadBalancerAttributes: [
          { key: 'access_logs.s3.enabled', value: 'true' },
          { key: 'access_logs.s3.bucket', value: bucketName },
        ],
      }),
  ],
  [
    'a classic load balancer',
    LogProducer.alb(),
    (stack, { bucketName }) =>
      new classic.CfnLoadBalancer(stack, 'Logging', {
        listeners: [],
        accessLoggingPolicy: { enabled: true, s3BucketName: bucketName },
      }),
  ],
  [
    'a delivery destination',
    LogProducer.cloudFront(),
    (stack, { bucketArn }) =>
      new logs.CfnDeliveryDestination(stack, 'Logging', { name: 'cdn', destinationResourceArn: bucketArn }),
  ],
];

const waitsFor = (app: App, stack: Stack, to: s3.IBucket): unknown[] => {
  const { [stack.stackName]: template } = templatesOf(app);
  expect(circles(template)).toEqual([]);
  const policies = Object.entries<any>(template.Resources).filter(
    ([, { Type, Properties }]) =>
      Type === 'AWS::S3::BucketPolicy' &&
      JSON.stringify(Properties.Bucket) === JSON.stringify(stack.resolve(to.bucketName)),
  );
  expect(policies).toHaveLength(1);
  return [template.Resources.Logging.DependsOn ?? []].flat().map((id) => id === policies[0][0]);
};

describe.each(SWITCHES)('%s waits for the policy of its bucket', (_, producer, make) => {
  const built = (name: string | undefined, given: (to: s3.Bucket, stack: Stack) => s3.IBucket = (to) => to) => {
    const app = quietApp();
    const stack = new Stack(app, 'App', { env: ENV });
    const to = bucket(stack, 'Logs', { bucketName: name });
    make(stack, given(to, stack)); // before its policy
    new LogAggregationSRR(stack, 'Archive').addSource(to, { producers: [producer], uniqueKeys: true });
    return waitsFor(app, stack, to);
  };

  test('by a reference', () => expect(built('aws-waf-logs-mine')).toEqual([true]));

  test('by its name as text', () =>
    expect(
      built('aws-waf-logs-mine', (__, stack) => s3.Bucket.fromBucketName(stack, 'Named', 'aws-waf-logs-mine')),
    ).toEqual([true]));

  test('and not for that of another bucket', () =>
    expect(
      built('aws-waf-logs-mine', (__, stack) => s3.Bucket.fromBucketName(stack, 'Named', 'aws-waf-logs-mine-2')),
    ).toEqual([]));
});

test('by a bucket without a name, which the archive makes', () => {
  const app = quietApp();
  const stack = new Stack(app, 'App', { env: ENV });
  const to = new LogAggregationSRR(stack, 'Archive').addProducer('Flow', LogProducer.vpcFlowLogs());
  SWITCHES[0][2](stack, to);
  expect(waitsFor(app, stack, to)).toEqual([true]);
});

test('not where the policy refers to what switches logging on', () => {
  const app = quietApp();
  const stack = new Stack(app, 'App', { env: ENV });
  const to = bucket(stack, 'Logs');
  const trail = new cloudtrail.CfnTrail(stack, 'Logging', {
    isLogging: true,
    s3BucketName: 'other',
    trailName: 'main',
  });
  trail.s3BucketName = to.bucketName;
  LogProducer.cloudTrail({ trailName: 'main' }).allowDeliveryTo(to);
  to.addToResourcePolicy(
    new iam.PolicyStatement({
      actions: ['s3:GetObject'],
      principals: [new iam.AccountRootPrincipal()],
      resources: [to.arnForObjects('*')],
      conditions: { StringEquals: { 'aws:SourceArn': trail.attrArn } },
    }),
  );
  expect(waitsFor(app, stack, to)).toEqual([]);
});

test('what a template says of a load balancer may still change after that', () => {
  const app = quietApp();
  const stack = new Stack(app, 'App', { env: ENV });
  const to = bucket(stack, 'Logs');
  LogProducer.alb().allowDeliveryTo(to);
  const balancer = new elb.ApplicationLoadBalancer(stack, 'Balancer', {
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['a', 'b'],
      publicSubnetIds: ['subnet-1', 'subnet-2'],
    }),
  });
  balancer.logAccessLogs(to);
  l1(to).node.addValidation({
    validate: () => {
      balancer.setAttribute('idle_timeout.timeout_seconds', '77');
      return [];
    },
  });
  const { App: template } = templatesOf(app);
  const made = Object.values<any>(template.Resources).find(({ Type }) => /LoadBalancer$/.test(Type));
  expect(JSON.stringify(made.Properties.LoadBalancerAttributes)).toContain('77');
  expect(made.DependsOn).toContain(Object.keys(template.Resources).find((id) => /LogsPolicy/.test(id)));
});
