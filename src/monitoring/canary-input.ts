// SPDX-License-Identifier: Apache-2.0
import { Duration, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { BucketEnd, nameOf } from '../app/bucket';
import { compare, shown } from '../app/environment';
import { hashOf } from '../app/hash';
import { SourceAnchor } from '../flows/source';
import { mistake } from '../messages/mistake';

/** Throws when the stack is not where the bucket is: alarms and state machines look at their own region and account. */
export function checkWatcherPlace(at: IConstruct, bucket: BucketEnd): void {
  const { account, region } = Stack.of(at);
  const pairs: Array<[what: string, here: string, there: string]> = [
    ['region', region, bucket.region],
    ['account', account, bucket.account],
  ];
  for (const [what, here, there] of pairs) {
    if (compare(here, there) !== 'same') {
      throw mistake(at, {
        saw: `the stack in ${what} ${shown(here)}, the bucket ${nameOf(bucket)} in ${shown(there)}`,
        because: `failures are counted in the ${what} of the bucket, and nothing would be seen from another one`,
        instead: `define this in a stack of the ${what} of the bucket, with env.${what} on both stacks or on none`,
      });
    }
  }
}

export function checkOnlyCanary(at: IConstruct, { canary, end }: SourceAnchor): void {
  if (canary) {
    throw mistake(at, {
      saw: `a second canary for the source ${nameOf(end)}, which '${canary.node.path}' probes`,
      because: 'both would publish the same metric, and one that stopped would not be noticed',
      instead: 'have one canary for a source: it probes each filter of its rules',
    });
  }
}

const FITTING = '5, 6, 10, 12, 15, 20 or 30 minutes, or 1, 2, 3, 4, 6, 8, 12 or 24 hours';

/**
 * A cron expression whose first minute is made of the path: canaries of one account do not start together, and none
 * starts before the deployment is over, as with a rate.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function cronOf(at: IConstruct, interval: Duration): string {
  const minutes = interval.isUnresolved() ? NaN : interval.toMinutes({ integral: false });
  const offset = parseInt(hashOf(at.node.path, 8), 16);
  if (Number.isInteger(minutes) && minutes >= 5 && minutes < 60 && 60 % minutes === 0) {
    return `cron(${offset % minutes}/${minutes} * * * ? *)`;
  }
  const hours = minutes / 60;
  if (Number.isInteger(hours) && hours >= 1 && 24 % hours === 0) {
    return `cron(${offset % 60} ${offset % hours}/${hours} * * ? *)`;
  }
  throw mistake(at, {
    saw: `an interval of ${Number.isNaN(minutes) ? 'unknown length' : `${minutes} minutes`}`,
    because:
      'a schedule at equal distances divides an hour or a day, and a probe in less than 5 minutes costs more than it tells',
    instead: `give ${FITTING}`,
  });
}

/** At most a quarter of a day: the state machine looks as long. */
export function limitOf(at: IConstruct, timeout: Duration): number {
  const seconds = timeout.isUnresolved() ? NaN : timeout.toSeconds({ integral: false });
  if (!Number.isInteger(seconds) || seconds < 30 || seconds > 6 * 3600) {
    throw mistake(at, {
      saw: `a timeout of ${seconds} seconds`,
      because: 'a probe is looked at every few seconds at first, and for six hours at most',
      instead: 'give whole seconds, from 30 seconds to 6 hours',
    });
  }
  return seconds;
}

export function checkKeyPrefix(at: IConstruct, keyPrefix: string): void {
  if (Token.isUnresolved(keyPrefix) || keyPrefix === '' || /[\x00-\x1f]/.test(keyPrefix)) {
    throw mistake(at, {
      saw: `keyPrefix ${Token.isUnresolved(keyPrefix) ? 'unknown at synthesis' : JSON.stringify(keyPrefix)}`,
      because: 'a lifecycle rule of the destination expires what begins so',
      instead: "write a text that no other key has there, such as '.replication-canary/'",
    });
  }
}
