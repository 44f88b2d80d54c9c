// SPDX-License-Identifier: Apache-2.0
import { Mistake, describe } from './mistake';

/**
 * What a check found: an error stops, a warning can be acknowledged. Either is known by an id that never changes after
 * release.
 */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly id: string;
  readonly text: string;
}

/** What checks return: findings, or nothing. */
export type Findings = Finding | false | undefined | readonly Findings[];

export function error(id: string, wrong: Mistake): Finding {
  return { severity: 'error', id: `cdk-s3-replication:${id}`, text: describe(wrong) };
}

/** @param id what the user acknowledges */
export function warning(id: string, text: string): Finding {
  return { severity: 'warning', id: `cdk-s3-replication:${id}`, text };
}
