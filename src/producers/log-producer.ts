// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3 } from 'aws-cdk-lib';
import * as catalog from './catalog';
import { allowDelivery } from './delivery';
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
import { LogProducerSpec } from './spec';
import { checkGiven } from '../messages/given';

/**
 * A service of AWS that writes logs into a bucket: what it needs of the policies of the bucket and its key, what the
 * bucket must be like, and what the keys of its logs look like.
 *
 * The policies are those that AWS documents for each service, with the conditions on whose logs are delivered. The
 * delivery itself is configured at the service.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html
 */
export class LogProducer {
  /**
   * Server access logs of S3 buckets of the same account and region. The bucket has to be encrypted with SSE-S3 and
   * cannot have Object Lock.
   *
   * `serverAccessLogsBucket` of an `s3.Bucket` adds a policy of its own, which in the same stack is the same.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
   * @throws when a name is not that of a bucket or not known at synthesis
   */
  public static serverAccessLogs(options: ServerAccessLogOptions = {}): LogProducer {
    return new LogProducer(catalog.serverAccessLogs(options));
  }

  /**
   * Access logs of Application Load Balancers in the region of the bucket, which has to be encrypted with SSE-S3. The
   * prefix must not contain `AWSLogs`.
   *
   * Not for load balancers on Outposts and not for delivery through CloudWatch Logs.
   *
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
   * @throws when an account, a name or the prefix is not of its form or not known at synthesis
   */
  public static alb(options: AlbLogOptions = {}): LogProducer {
    return new LogProducer(catalog.alb(options));
  }

  /**
   * Access logs of Network Load Balancers (of their TLS listeners) in the region of the bucket. The bucket may be
   * encrypted with a customer managed key. The prefix must not contain `AWSLogs`.
   *
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html
   * @throws when an account or the prefix is not of its form or not known at synthesis
   */
  public static nlb(options: LogProducerOptions = {}): LogProducer {
    return new LogProducer(catalog.nlb(options));
  }

  /**
   * Logs and digests of a CloudTrail trail. They may be encrypted with a customer managed key, which is named at the
   * trail.
   *
   * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
   * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
   * @throws when an account, the region, the name or the prefix is not of its form or not known at synthesis
   */
  public static cloudTrail(options: TrailLogOptions): LogProducer {
    return new LogProducer(catalog.cloudTrail(options));
  }

  /**
   * Logs and digests of a CloudTrail trail for all accounts of an organization.
   *
   * @see
   * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html#org-trail-bucket-policy
   * @throws when an account, the organization, the region, the name or the prefix is not of its form or not known at
   * synthesis
   */
  public static organizationTrail(options: OrganizationTrailLogOptions): LogProducer {
    return new LogProducer(catalog.organizationTrail(options));
  }

  /**
   * VPC flow logs. The bucket may be encrypted with a customer managed key. `AWSLogs` must not be a folder of the
   * prefix.
   *
   * When the owner of a bucket creates a flow log into it and may change its policy, EC2 rewrites that policy: give the
   * role that deploys flow logs no `s3:PutBucketPolicy` for this bucket.
   *
   * @see https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
   * @throws when an account, a region or the prefix is not of its form or not known at synthesis
   */
  public static vpcFlowLogs(options: FlowLogOptions = {}): LogProducer {
    return new LogProducer(catalog.vpcFlowLogs(options));
  }

  /**
   * History and snapshots of AWS Config, delivered by the service itself, as it is with its service-linked role. The
   * bucket may be encrypted with a customer managed key, and cannot have Object Lock.
   *
   * Every delivery channel of an account writes the key `AWSLogs/<account>/Config/ConfigWritabilityCheckFile`: give the
   * channels of several regions a prefix each before their buckets are replicated into one.
   *
   * @see https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
   * @see https://docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html
   * @throws when an account or the prefix is not of its form or not known at synthesis
   */
  public static config(options: ConfigLogOptions = {}): LogProducer {
    return new LogProducer(catalog.config(options));
  }

  /**
   * Logs of AWS WAF web ACLs of the bucket's account. The name of the bucket has to start with `aws-waf-logs-`; it may
   * be encrypted with a customer managed key.
   *
   * When this logging is switched on by somebody who may change the policy of the bucket, WAF rewrites that policy,
   * too: give the role that does so no `s3:PutBucketPolicy` for this bucket.
   *
   * @see https://docs.aws.amazon.com/waf/latest/developerguide/logging-s3.html
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html
   * @throws when a region or the prefix is not of its form or not known at synthesis
   */
  public static waf(options: WafLogOptions = {}): LogProducer {
    return new LogProducer(catalog.waf(options));
  }

  /**
   * Standard logs (v2) of CloudFront distributions, with the default suffix path or one that begins like it. The name
   * of the bucket cannot have dots; it may be encrypted with a customer managed key, and be in any region.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
   * @throws when an account or the prefix is not of its form or not known at synthesis
   */
  public static cloudFront(options: CloudFrontLogOptions = {}): LogProducer {
    return new LogProducer(catalog.cloudFront(options));
  }

  /**
   * What the service needs, as data.
   * @internal
   */
  public readonly _spec: LogProducerSpec;

  private constructor(spec: LogProducerSpec) {
    this._spec = spec;
  }

  /**
   * Lets the service deliver its logs into a bucket: adds to the policy of the bucket and, when it is encrypted with a
   * customer managed key, to that of the key. Doing it twice adds nothing. What switches the logs on in the stack of
   * the bucket, such as a flow log, a trail or an L1 load balancer, waits for the policy; a nested stack has to depend
   * on the bucket.
   *
   * The policies of an imported bucket or key cannot be changed: the statements are then shown in a warning. Whether
   * the service can deliver into a bucket of this app is checked when the app is synthesized.
   *
   * @throws when the bucket is one that the service does not deliver into, as far as that is known already
   */
  public allowDeliveryTo(bucket: s3.IBucketRef): void {
    checkGiven('LogProducer.allowDeliveryTo()', { bucket });
    allowDelivery(this._spec, bucket);
  }
}
