// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { bucketEnd, bucketOf, nameOf } from '../app/bucket';
import { compare, shown } from '../app/environment';
import { resourceBehind } from '../app/resource';
import { toldTarget } from '../app/told-target';
import { SourceAnchor } from '../flows/source';
import { checkGiven } from '../messages/given';
import { mistake } from '../messages/mistake';

/**
 * The events of replication by what they tell.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html
 */
const EVENTS = {
  failure: [s3.EventType.REPLICATION_OPERATION_FAILED_REPLICATION],
  threshold: [
    s3.EventType.REPLICATION_OPERATION_MISSED_THRESHOLD,
    s3.EventType.REPLICATION_OPERATION_REPLICATED_AFTER_THRESHOLD,
  ],
};

/** Through `addEventNotification()` of core, whose custom resource comes after the policy of the target. */
export function notify(
  at: Construct,
  source: SourceAnchor,
  tells: keyof typeof EVENTS,
  target: s3.IBucketNotificationDestination,
  filters: s3.NotificationKeyFilter[],
): void {
  checkGiven(at, { target });
  const judged: s3.IBucketNotificationDestination = {
    bind: (scope, bucket) => {
      const bound = target.bind(scope, bucket);
      checkTarget(at, source, bound.arn);
      source.notifications.push({ tells, target: resourceBehind(bound.arn, 'AWS::SNS::Topic', 'AWS::SQS::Queue') });
      return bound;
    },
  };
  EVENTS[tells].forEach((event) => bucketOf(source.end.ref).addEventNotification(event, judged, ...filters));
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
function checkTarget(at: Construct, source: SourceAnchor, arn: string): void {
  const { resource, region, fifo } = toldTarget(arn);
  const name = resource ? `'${resource.node.path.replace(/\/Resource$/, '')}'` : `'${shownArn(arn)}'`;
  if (fifo) {
    throw mistake(at, {
      saw: `notification target ${name}, which is FIFO`,
      because: 'S3 sends events to standard topics and queues only',
      instead: 'give a standard one, and let it forward what must be in order',
    });
  }
  const bucket = bucketEnd(source.end.ref);
  if (region !== undefined && compare(region, bucket.region) === 'different') {
    throw mistake(at, {
      saw: `notification target ${name} in region ${shown(region)}, the bucket ${nameOf(bucket)} in ${shown(bucket.region)}`,
      because: 'S3 sends events to topics, queues and functions of the region of the bucket',
      instead: 'give one of that region',
    });
  }
}

const shownArn = (arn: string) => (Token.isUnresolved(arn) ? 'with an ARN unknown at synthesis' : arn);
