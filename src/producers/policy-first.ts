// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, CfnResource, Stack } from 'aws-cdk-lib';
import { literalName } from '../app/bucket-name';
import { waitFor } from '../app/references';
import { resourcesIn } from '../app/rendered';
import { asList } from '../documents/intrinsics';

/**
 * Where the resources that switch logging on say which bucket it goes to; core's L2s of load balancers wait by
 * themselves.
 */
const TARGETS: Record<string, (resource: any) => unknown> = {
  'AWS::CloudTrail::Trail': ({ s3BucketName }) => s3BucketName,
  'AWS::Config::DeliveryChannel': ({ s3BucketName }) => s3BucketName,
  'AWS::EC2::FlowLog': ({ logDestination }) => logDestination,
  'AWS::ElasticLoadBalancing::LoadBalancer': ({ accessLoggingPolicy }) => accessLoggingPolicy?.s3BucketName,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ({ loadBalancerAttributes }) =>
    asList(loadBalancerAttributes).map((it: any) => (/\.s3\.bucket$/.test(it?.key) ? it.value : undefined)),
  'AWS::Logs::DeliveryDestination': ({ destinationResourceArn }) => destinationResourceArn,
  'AWS::WAFv2::LoggingConfiguration': ({ logDestinationConfigs }) => logDestinationConfigs,
};

/**
 * What switches logging on waits for the policy of the bucket, in one stack: a service that may not write yet refuses,
 * or writes a policy of its own, and CloudFormation then finds one that it did not make.
 *
 * Asked while aspects run, so nothing is rendered but the names of buckets: that would settle what is lazy.
 *
 * @see https://github.com/aws/aws-cdk/issues/18985
 * @see https://github.com/aws/aws-cdk/issues/15808
 */
export function policyFirst(bucket: s3.CfnBucket): void {
  const { stack } = bucket;
  const logging = switchesIn(stack).filter((it) => names(stack, targetsOf(it), bucket));
  const policies =
    logging.length > 0
      ? resourcesIn(stack).filter((it) => s3.CfnBucketPolicy.isCfnBucketPolicy(it) && names(stack, [it.bucket], bucket))
      : [];
  for (const policy of policies as s3.CfnBucketPolicy[]) {
    const document = JSON.stringify(stack.resolve(policy.policyDocument));
    // unless the policy refers to it
    logging
      .filter(({ logicalId }) => !document.includes(`"${stack.resolve(logicalId)}"`))
      .forEach((it) => waitFor(it, policy));
  }
}

const SWITCHES = Symbol('cdk-s3-replication.loggingSwitches');

/** Looked for once: a stack may have a thousand buckets for logs. */
function switchesIn(stack: Stack & { [SWITCHES]?: CfnResource[] }): CfnResource[] {
  return (stack[SWITCHES] ??= resourcesIn(stack).filter((it) => it.cfnResourceType in TARGETS));
}

const targetsOf = (resource: CfnResource) =>
  [TARGETS[resource.cfnResourceType]?.(resource)].flat().filter((it) => typeof it === 'string');

function names(stack: Stack, targets: string[], bucket: s3.CfnBucket): boolean {
  const literal = literalName(bucket)?.replace(/\./g, '\\.');
  const [ref, arn, ...given] = stack
    .resolve([bucket.ref, bucket.attrArn, ...targets])
    .map((it: unknown) => JSON.stringify(it));
  return given.some(
    (it: string) => it.includes(ref) || it.includes(arn) || (literal && new RegExp(`[":]${literal}["/]`).test(it)),
  );
}
