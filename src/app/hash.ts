// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'crypto';

/** A short text that stands for a value, the same in every run: for names that must not meet. */
export function hashOf(value: unknown, length: number): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
