// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'crypto';

/** A short text that stands for a value, the same in every run: for names that must not meet. */
export function hashOf(value: unknown, length: number): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, length);
}
