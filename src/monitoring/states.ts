// SPDX-License-Identifier: Apache-2.0
/** 5, 15, 45 and 135 seconds at most: a call that still fails then is a finding. */
export const RETRY = [
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxAttempts: 4, BackoffRate: 3, JitterStrategy: 'FULL' },
];

/** Where an execution goes on when a call failed for good, and what is known then. */
export const otherwise = (Next: string, Assign?: object) => [
  { ErrorEquals: ['States.ALL'], Next, ...(Assign && { Assign }) },
];

/**
 * The resource of a task that calls AWS.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export const calling = (partition: string, action: string) => `arn:${partition}:states:::aws-sdk:${action}`;
