// SPDX-License-Identifier: Apache-2.0
import { IConstruct } from 'constructs';
import { Mistake, describe } from './mistake';

/** What a check at synthesis found: an error stops the synthesis, a warning can be acknowledged by its id. */
export interface Finding {
  readonly text: string;
  /** Undefined for an error. */
  readonly warning?: string;
  /** Where a warning is shown, and can be acknowledged; the bucket's replication when not given. */
  readonly at?: IConstruct;
}

export function error(wrong: Mistake): Finding {
  return { text: describe(wrong) };
}

/** @param id what the user acknowledges; must never change after release */
export function warning(id: string, text: string): Finding {
  return { warning: `cdk-s3-replication:${id}`, text };
}

/** Findings about one rule belong to the construct that added it. */
export function aboutRule(rule: { readonly at: IConstruct }, findings: Finding[]): Finding[] {
  return findings.map((finding) => ({ ...finding, at: rule.at }));
}
