import {
  aws_cloudtrail as cloudtrail,
  aws_config as config,
  aws_ec2 as ec2,
  aws_elasticloadbalancingv2 as elb,
  aws_s3 as s3,
  aws_wafv2 as waf,
  Stack,
} from 'aws-cdk-lib';
import { changed, synthesized } from './apps';
import { rehearse } from './rehearse';
import { LogAggregationSRR, LogProducer } from 'cdk-s3-replication';

const SERVICES: Array<[string, LogProducer, RegExp, (stack: Stack, bucket: s3.IBucket) => unknown]> = [
  [
    'a flow log',
    LogProducer.vpcFlowLogs(),
    /A: App\/Logs\/Of gets a policy of the service$/,
    (stack, { bucketArn }) =>
      new ec2.CfnFlowLog(stack, 'A', {
        resourceId: 'vpc-1',
        resourceType: 'VPC',
        logDestinationType: 's3',
        logDestination: bucketArn,
      }),
  ],
  [
    'a web ACL',
    LogProducer.waf(),
    /A: App\/Logs\/Of gets a policy of the service$/,
    (stack, { bucketArn }) =>
      new waf.CfnLoggingConfiguration(stack, 'A', {
        resourceArn: 'arn:aws:wafv2:us-east-1:111111111111:regional/webacl/a/1',
        logDestinationConfigs: [bucketArn],
      }),
  ],
  [
    'a trail',
    LogProducer.cloudTrail({ trailName: 'main' }),
    /A: Access Denied for bucket/,
    (stack, { bucketName }) =>
      new cloudtrail.CfnTrail(stack, 'A', { isLogging: true, s3BucketName: bucketName, trailName: 'main' }),
  ],
  [
    'a delivery channel',
    LogProducer.config(),
    /A: Access Denied for bucket/,
    (stack, { bucketName }) => new config.CfnDeliveryChannel(stack, 'A', { s3BucketName: bucketName }),
  ],
  [
    'a load balancer',
    LogProducer.alb(),
    /A: Access Denied for bucket/,
    (stack, { bucketName }) =>
      new elb.CfnLoadBalancer(stack, 'A', {
        loadBalancerAttributes: [{ key: 'access_logs.s3.bucket', value: bucketName }],
      }),
  ],
];

const TYPES = /FlowLog|LoggingConfiguration|Trail|DeliveryChannel|LoadBalancer/;

test.each(SERVICES)('%s is switched on when the bucket lets it in, in every order', (_, producer, refusal, make) => {
  const stacks = synthesized((stack) => {
    const bucket = new LogAggregationSRR(stack, 'Logs').addProducer('Of', producer);
    make(stack, bucket);
  });
  expect(rehearse(stacks).refusals).toEqual([]);

  const unordered = changed(stacks, (resources) =>
    Object.values<any>(resources)
      .filter(({ Type }) => TYPES.test(Type))
      .forEach((it) => delete it.DependsOn),
  );
  expect(rehearse(unordered).refusals).toEqual([expect.stringMatching(refusal)]);
});
