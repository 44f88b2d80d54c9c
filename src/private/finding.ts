import { describe, Mistake } from './mistake';

/** What a check at synthesis found: an error stops the synthesis, a warning can be acknowledged by its id. */
export interface Finding {
  readonly text: string;
  /** Undefined for an error. */
  readonly warning?: string;
}

export function error(wrong: Mistake): Finding {
  return { text: describe(wrong) };
}

/** @param id what the user acknowledges; must never change after release */
export function warning(id: string, text: string): Finding {
  return { warning: `cdk-s3-replication:${id}`, text };
}
