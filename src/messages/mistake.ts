// SPDX-License-Identifier: Apache-2.0
import { IConstruct } from 'constructs';

/** What is wrong with the input, in the four parts that every message of this library has. */
export interface Mistake {
  /** What was seen, with its value. */
  readonly saw: string;
  /** Why Amazon S3 (or CloudFormation, IAM, KMS) refuses it or what would happen. */
  readonly because: string;
  /** What to write instead. */
  readonly instead: string;
}

/** The mistake of giving a prop together with others that say nothing then. */
export function together(prop: string, others: readonly string[], because: string): Mistake {
  return {
    saw: `${prop} together with ${others.join(', ')}`,
    because,
    instead: `leave out either ${prop} or ${others.join(', ')}`,
  };
}

export function describe(wrong: Mistake): string {
  return `${wrong.saw}: ${wrong.because}; ${wrong.instead}`;
}

/**
 * The error for a mistake at a construct; plain `Error`, because the constructor of core's ValidationError is not
 * stable.
 */
export function mistake(at: IConstruct | string, wrong: Mistake): Error {
  return new Error(`[${typeof at === 'string' ? at : at.node.path}] ${describe(wrong)}`);
}
