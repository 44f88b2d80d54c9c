// SPDX-License-Identifier: Apache-2.0
/** Part of the key of each report. */
export const REPORT_PREFIX = 'batch-replication';

/** What one construct asks of the machine of its source. */
export interface Run {
  /** Of the input that asks for it. */
  readonly name: string;
  /** What S3 selects objects by, beside that a rule takes them. */
  readonly filter: { readonly [member: string]: unknown };
  readonly reportBucket: string;
  readonly reportBucketArn: string;
  readonly topicArn?: string;
  /** At most so many jobs a day, and none without a failure since the last one; no limit without it. */
  readonly maxJobsPerDay?: number;
  /** What the outcomes are called: of a job without failures, with some, and when there is nothing to do. */
  readonly words: { readonly all: string; readonly some: string; readonly none: string };
  /** Names of the metrics of objects that were replicated, and of those that were not. */
  readonly metrics: { readonly done: string; readonly failed: string };
}

/** A rule whose failures are counted. */
export interface CountedRule {
  readonly ruleId: string;
  readonly destination: string;
}

/** A machine, and what it is made for. */
export interface Batch {
  readonly partition: string;
  readonly account: string;
  /** Name of the bucket. */
  readonly source: string;
  readonly sourceArn: string;
  readonly jobRoleArn: string;
  readonly runs: readonly Run[];
  readonly rules: readonly CountedRule[];
}

/** A text in an expression, which may be a token that is not known yet. */
export const quoted = (text: string) => `'${text}'`;

/** What the description of each job of a source begins with; a name of a bucket has no colon. */
export const labelOf = (source: string) => `Replication of ${source}`;

/**
 * Whether a job failed because nothing matched, for which no code is documented.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-troubleshoot.html
 */
export const saysEmpty = (reasons: string) => `$count(${reasons}[$contains(FailureReason, 'no keys matching')]) > 0`;
