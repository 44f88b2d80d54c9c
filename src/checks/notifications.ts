// SPDX-License-Identifier: Apache-2.0
import { encryptedTarget } from './targets';
import { NotificationFacts, ReplicationFacts } from '../flows/facts';
import { Findings, error } from '../messages/finding';

/** Events that S3 would not send, or not to whom they are meant for. */
export function notifications({ told, rules, source }: ReplicationFacts): Findings {
  if (!told) {
    return undefined;
  }
  const { tells, alsoInTemplate, all, targets } = told;
  const silent = rules.length > 0 && tells.includes('failure') && !rules.some(({ metrics }) => metrics);
  const untimed = tells.includes('threshold') && !rules.some(({ replicationTimeControl }) => replicationTimeControl);
  return [
    silent &&
      error('failuresAreNotTold', {
        saw: `a notification of failures, and metrics: false at all rules of ${source.name}`,
        because: 'S3 tells of failures of rules with metrics only',
        instead: 'set metrics: true on the rules, or leave it out',
      }),
    untimed &&
      error('thresholdWithoutTimeControl', {
        saw: `a notification of the threshold, and no rule of ${source.name} with replicationTimeControl`,
        because: 'S3 knows a threshold for rules with Replication Time Control only',
        instead: 'set replicationTimeControl: true on a rule, or use addFailureNotification()',
      }),
    alsoInTemplate &&
      error('notificationsWiped', {
        saw: `notifications in the template of ${source.name} beside those of addEventNotification()`,
        because: 'CloudFormation and the custom resource of aws-cdk-lib replace what the other one wrote',
        instead: 'add all of them with addEventNotification(), or with enableEventBridgeNotification()',
      }),
    overlap(all) &&
      error('notificationsOverlap', {
        saw: `several notifications of one event of replication for the same keys of ${source.name}`,
        because: 'S3 refuses configurations that share an event and overlap in prefix and suffix',
        instead: 'give each a prefix or suffix of its own, or tell one topic, and subscribe the others to it',
      }),
    targets.map((target) => encryptedTarget(target, 's3.amazonaws.com', `events of ${source.name}`)),
  ];
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html */
function overlap(all: readonly NotificationFacts[]): boolean {
  return all.some((one, i) =>
    all
      .slice(i + 1)
      .some(
        (other) =>
          one.events.some((a) => other.events.some((b) => shareEvent(a, b))) &&
          within(one.prefix, other.prefix, (text, start) => text.startsWith(start)) &&
          within(one.suffix, other.suffix, (text, end) => text.endsWith(end)),
      ),
  );
}

function shareEvent(a: unknown, b: unknown): boolean {
  if (typeof a !== 'string' || typeof b !== 'string' || ![a, b].some((it) => it.startsWith('s3:Replication:'))) {
    return false;
  }
  const covers = (wide: string, event: string) =>
    wide === event || (wide.endsWith('*') && event.startsWith(wide.slice(0, -1)));
  return covers(a, b) || covers(b, a);
}

const within = (a: unknown, b: unknown, fits: (text: string, part: string) => boolean) =>
  typeof a === 'string' && typeof b === 'string' && (fits(a, b) || fits(b, a));

/** Where neither is known, aws-cdk-lib drops the region of the metric, and the alarm watches nothing. */
export function alarmsWithoutRegion({ unplacedAlarms, source }: ReplicationFacts): Findings {
  return unplacedAlarms.map(({ path, region }) =>
    error('alarmWithoutRegion', {
      saw: `the alarm '${path}' on a metric of the replication of ${source.name}, in a stack without a region`,
      because: `S3 publishes the metric in '${region}', and an alarm looks at the region that its stack is deployed to`,
      instead: `set env.region of that stack to '${region}'`,
    }),
  );
}
