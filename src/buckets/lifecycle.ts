// SPDX-License-Identifier: Apache-2.0
import { Annotations, aws_s3 as s3 } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** How long objects are kept before they move to Infrequent Access, and in it before they move on. */
const DAYS = 30;

/**
 * A warning and no error: a part of AWS's pages does not have this limit any more.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
 */
export function warnOfEarlyTransitions(at: IConstruct, rules: readonly s3.LifecycleRule[] = []): void {
  const early = rules
    .flatMap(({ transitions, noncurrentVersionTransitions }) => [transitions ?? [], noncurrentVersionTransitions ?? []])
    .flatMap(earlyOf);
  if (early.length > 0) {
    Annotations.of(at).addWarningV2(
      'cdk-s3-replication:transitionTooEarly',
      `Lifecycle rules of '${at.node.path}' move objects ${early.join(', ')}. S3 moves objects to Infrequent Access after ${DAYS} days ` +
        `and on to another class after ${DAYS} days there, and may refuse the rules. Move them later, or acknowledge this`,
    );
  }
}

function earlyOf(transitions: ReadonlyArray<s3.Transition | s3.NoncurrentVersionTransition>): string[] {
  const steps = transitions
    .flatMap(({ storageClass, transitionAfter: after }) =>
      after && !after.isUnresolved() ? [{ to: storageClass.value, days: after.toDays() }] : [],
    )
    .sort((a, b) => a.days - b.days);
  return steps
    .filter(
      ({ to, days }, i) =>
        days < (isInfrequent(to) ? DAYS : isInfrequent(steps[i - 1]?.to) ? steps[i - 1].days + DAYS : 0),
    )
    .map(({ to, days }) => `to ${to} after ${days} days`);
}

const isInfrequent = (storageClass?: string) => storageClass === 'STANDARD_IA' || storageClass === 'ONEZONE_IA';
