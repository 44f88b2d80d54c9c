import { Bucket, Model, Refuse, StackResource } from './model';

interface LogService {
  readonly principal: string;
  /** The name or ARN of the bucket, as the properties have it. */
  readonly target: (properties: any) => string | undefined;
  /** Whether it writes a policy of its own where it may not write, as its caller is allowed to. */
  readonly writesPolicy: boolean;
}

const DELIVERY = 'delivery.logs.amazonaws.com';
const BALANCERS = 'logdelivery.elasticloadbalancing.amazonaws.com';

/**
 * What switches the logging of a service on. All of them look at once whether they may write.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html
 */
export const logServices: Record<string, LogService> = {
  'AWS::EC2::FlowLog': { principal: DELIVERY, writesPolicy: true, target: (it) => it.LogDestination },
  'AWS::WAFv2::LoggingConfiguration': {
    principal: DELIVERY,
    writesPolicy: true,
    target: (it) => it.LogDestinationConfigs?.[0],
  },
  'AWS::CloudTrail::Trail': {
    principal: 'cloudtrail.amazonaws.com',
    writesPolicy: false,
    target: (it) => it.S3BucketName,
  },
  'AWS::Config::DeliveryChannel': {
    principal: 'config.amazonaws.com',
    writesPolicy: false,
    target: (it) => it.S3BucketName,
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    principal: BALANCERS,
    writesPolicy: false,
    target: (it) => it.LoadBalancerAttributes?.find(({ Key }: any) => Key === 'access_logs.s3.bucket')?.Value,
  },
};

export function switchLoggingOn(
  model: Model,
  { declared, properties }: StackResource,
  _: unknown,
  refuse: Refuse,
): void {
  const { principal, target, writesPolicy } = logServices[declared.Type]!;
  const bucket = bucketMeant(model, target(properties));
  if (!bucket || mayWrite(bucket, principal)) return;
  // the policy of the stack that comes later is then not made: "The bucket policy already exists"
  refuse(writesPolicy ? `${bucket.label} gets a policy of the service` : `Access Denied for bucket: ${bucket.label}`);
}

const mayWrite = ({ policy }: Bucket, principal: string) =>
  ([policy?.Statement ?? []].flat() as any[]).some(
    ({ Principal, Action }) =>
      [Principal?.Service].flat().includes(principal) && [Action].flat().includes('s3:PutObject'),
  );

function bucketMeant(model: Model, target: unknown): Bucket | undefined {
  if (typeof target !== 'string') return undefined;
  const name = target.split(':::').pop()!.split('/')[0];
  return [...model.buckets.values()].find(({ arn }) => arn.endsWith(`:::${name}`));
}
