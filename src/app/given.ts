// SPDX-License-Identifier: Apache-2.0
/** The props that are given: one that is undefined would hide the default of a property injector. */
export function given<P extends object>(props: P): P {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as P;
}
