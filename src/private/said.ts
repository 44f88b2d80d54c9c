// SPDX-License-Identifier: Apache-2.0
/** The props that say something: core looks at every one that is there, which takes its time in every bucket. */
export function said<T extends object>(props: T): T {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as T;
}
