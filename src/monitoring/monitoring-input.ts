// SPDX-License-Identifier: Apache-2.0
import { Duration, Token } from 'aws-cdk-lib';
import { ReplicationMonitoringProps } from './replication-monitoring-props';
import { Mistake, together } from '../messages/mistake';

/** What is wrong with the props, as far as they say it alone. */
export function monitoringMistake(props: ReplicationMonitoringProps): Mistake | undefined {
  const { replication, aggregation, failureThreshold = 1, latencyThreshold, silentAfter } = props;
  if ((replication === undefined) === (aggregation === undefined)) {
    return {
      saw: replication ? 'replication together with aggregation' : 'neither replication nor aggregation',
      because: 'one of them is watched',
      instead: 'give one of the two, or make two of this construct',
    };
  }
  if (!Token.isUnresolved(failureThreshold) && !(Number.isInteger(failureThreshold) && failureThreshold >= 1)) {
    return {
      saw: `failureThreshold ${failureThreshold}`,
      because: 'failures are counted in whole numbers, and an alarm at 0 would always go off',
      instead: 'give a whole number of at least 1',
    };
  }
  if (latencyThreshold && !latencyThreshold.isUnresolved() && latencyThreshold.toSeconds({ integral: false }) < 60) {
    return {
      saw: `latencyThreshold of ${latencyThreshold.toSeconds({ integral: false })} seconds`,
      because: 'S3 publishes the latency once a minute',
      instead: 'give a minute or more',
    };
  }
  const ofReplication = (['canary', 'latencyThreshold', 'latencyAlarms'] as const).filter(
    (it) => props[it] !== undefined,
  );
  if (aggregation && ofReplication.length > 0) {
    return together('aggregation', ofReplication, 'its sources are watched for failures and silence, all in one alarm');
  }
  if (replication && silentAfter) {
    return together('replication', ['silentAfter'], 'a canary says whether a quiet bucket would replicate');
  }
  if (props.latencyAlarms === false && latencyThreshold && !aggregation) {
    return together('latencyThreshold', ['latencyAlarms: false'], 'there would be no alarm with that threshold');
  }
  return silentAfter && hoursMistake(silentAfter);
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html (at most seven days) */
function hoursMistake(silentAfter: Duration): Mistake | undefined {
  const hours = silentAfter.isUnresolved() ? NaN : silentAfter.toHours({ integral: false });
  return Number.isInteger(hours) && hours >= 1 && hours <= 168
    ? undefined
    : {
        saw: `silentAfter ${Number.isNaN(hours) ? 'unknown at synthesis' : `of ${hours} hours`}`,
        because: 'CloudWatch looks back over whole hours, and over seven days at most',
        instead: 'give 1 to 168 whole hours, for example Duration.hours(24)',
      };
}
