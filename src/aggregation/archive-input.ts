// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Duration, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { LogAggregationSRRProps } from './log-aggregation-options';
import { BucketEnd, bucketEnd, nameOf } from '../app/bucket';
import { compare, shown } from '../app/environment';
import { awaitsLookup } from '../app/lookup';
import { checkPairInput } from '../buckets/created-input';
import { BucketSettings, bucketSettings } from '../buckets/replicated-bucket';
import { Mistake, mistake, together } from '../messages/mistake';
import { checkRoleName, checkRolesMeant } from '../permissions/role-input';
import { MAX_ROLE_NAME_PREFIX } from '../permissions/role-name';
import { checkDelivery } from '../producers/delivery';
import { canStartWith, keySpacesOf, readable } from '../producers/key-space';
import { LogProducer } from '../producers/log-producer';
import { ReplicationFilter } from '../rules/replication-filter';

/** What is created. Throws when the props contradict each other. */
export function checkArchiveInput(at: IConstruct, props: LogAggregationSRRProps): BucketSettings {
  const wrong = archiveMistake(props);
  if (wrong) {
    throw mistake(at, wrong);
  }
  if (props.roleNamePrefix !== undefined) {
    checkRoleNamePrefix(at, props.roleNamePrefix);
  }
  checkPairInput(at, props, false);
  return bucketSettings(props);
}

function archiveMistake(props: LogAggregationSRRProps): Mistake | undefined {
  const { destination, trustedAccounts, organizationId } = props;
  const ofCreated = (
    [
      'destinationOptions',
      'encryption',
      'removalPolicy',
      'objectLockEnabled',
      'objectLockDefaultRetention',
      'retention',
      'noncurrentVersionRetention',
      'transitions',
    ] as const
  ).filter((prop) => props[prop] !== undefined);
  if (destination && ofCreated.length > 0) {
    return together(
      'destination',
      ofCreated,
      'these describe the destination bucket that is created when none is given',
    );
  }
  const forOthers = (['roleNamePrefix', 'keyPrefixes', 'deleteMarkers'] as const).filter(
    (prop) => props[prop] !== undefined,
  );
  if (trustedAccounts === undefined && organizationId === undefined && forOthers.length > 0) {
    return {
      saw: `${forOthers.join(', ')} without trustedAccounts or organizationId`,
      because: 'these say how roles of other accounts are let in by the start of their names',
      instead: `give trustedAccounts or organizationId, or omit ${forOthers.join(', ')}`,
    };
  }
  return retentionMistake(props);
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html */
function retentionMistake(props: LogAggregationSRRProps): Mistake | undefined {
  const { retention, noncurrentVersionRetention, transitions } = props;
  for (const [prop, duration] of Object.entries({ retention, noncurrentVersionRetention })) {
    const wrong = duration && daysMistake(prop, duration);
    if (wrong) {
      return wrong;
    }
  }
  for (const { transitionAfter, transitionDate, storageClass } of transitions ?? []) {
    const wrong = transitionAfter && daysMistake(`transitionAfter for ${storageClass}`, transitionAfter);
    if (wrong) {
      return wrong;
    }
    if (transitionDate && retention) {
      return {
        saw: `transitions to ${storageClass} at a date, together with a retention in days`,
        because: 'S3 refuses a rule that has both',
        instead: 'give transitionAfter',
      };
    }
  }
  const late = transitions?.find(
    ({ transitionAfter }) => retention && transitionAfter && transitionAfter.toDays() >= retention.toDays(),
  );
  return late
    ? {
        saw:
          `transitions to ${late.storageClass} after ${late.transitionAfter!.toDays()} days ` +
          `with a retention of ${retention!.toDays()} days`,
        because: 'S3 wants objects to expire later than they move',
        instead: 'move them earlier, or keep them longer',
      }
    : undefined;
}

export function daysMistake(prop: string, duration: Duration): Mistake | undefined {
  const days = duration.isUnresolved() ? 1 : duration.toDays({ integral: false });
  return Number.isInteger(days) && days >= 1
    ? undefined
    : {
        saw: `${prop} of ${days} days`,
        because: 'S3 counts whole days',
        instead: 'give whole days of at least 1',
      };
}

/** What becomes of logs in the bucket that is created. */
export function archiveLifecycle(props: LogAggregationSRRProps): s3.LifecycleRule[] {
  const { retention, noncurrentVersionRetention = retention } = props;
  const transitions = props.transitions?.length ? props.transitions : undefined;
  return retention === undefined && noncurrentVersionRetention === undefined && transitions === undefined
    ? []
    : [{ expiration: retention, noncurrentVersionExpiration: noncurrentVersionRetention, transitions }];
}

/** Throws when the source is not where Same-Region Replication can reach it. */
export function checkSourcePlace(at: IConstruct, source: BucketEnd, destination: BucketEnd): void {
  const regions = compare(source.region, destination.region);
  if (regions === 'same') {
    return;
  }
  const where =
    `source ${nameOf(source)} in region ${shown(source.region)}, ` +
    `destination ${nameOf(destination)} in ${shown(destination.region)}`;
  throw mistake(
    at,
    regions === 'different'
      ? {
          saw: where,
          because: 'logs are collected within a region (Same-Region Replication)',
          instead:
            'make a LogAggregationSRR in each region, or replicate this source across regions with BucketReplication',
        }
      : {
          saw: where,
          because: 'whether they are in one region cannot be told at synthesis',
          instead: 'set env.region on both stacks (region in fromBucketAttributes() for an imported bucket)',
        },
  );
}

/** Throws when no role could be named so. */
export function checkRoleNamePrefix(at: IConstruct, prefix: string): void {
  checkRoleName(at, 'roleNamePrefix', prefix);
  checkRolesMeant(at, prefix);
  if (Token.isUnresolved(prefix) || (prefix.length > MAX_ROLE_NAME_PREFIX && !awaitsLookup(prefix))) {
    throw mistake(at, {
      saw: `roleNamePrefix ${Token.isUnresolved(prefix) ? 'that is not known at synthesis' : `'${prefix}' (${prefix.length} characters)`}`,
      because: `the name of a role has at most 64 characters, of which a hash and the region take ${64 - MAX_ROLE_NAME_PREFIX}`,
      instead: `give a text of at most ${MAX_ROLE_NAME_PREFIX} characters`,
    });
  }
}

/**
 * Throws when a producer cannot write into a source, or writes nothing that the filter lets through.
 *
 * @param source undefined when the bucket is not made yet
 */
export function checkProducers(
  at: IConstruct,
  source: s3.IBucketRef | undefined,
  producers: readonly LogProducer[],
  filter: ReplicationFilter | undefined,
): void {
  if (source) {
    producers.forEach(({ _spec }) => checkDelivery(_spec, source));
  }
  const { account, region } = source ? bucketEnd(source) : Stack.of(at);
  const spaces = producers.flatMap(({ _spec }) => keySpacesOf(_spec, { account, region }));
  const prefix = filter?._prefix ?? '';
  if (spaces.length > 0 && !spaces.some((space) => canStartWith(space, prefix))) {
    throw mistake(at, {
      saw:
        `a filter on the prefix '${prefix}' for ${producers.map(({ _spec }) => _spec.title).join(', ')}, ` +
        `whose keys start with '${readable(spaces[0].start)}'`,
      because: 'a filter chooses among the keys that the service makes, and none of them matches',
      instead: 'omit the filter, or configure the prefix at the service and give it to the LogProducer as prefix',
    });
  }
}
