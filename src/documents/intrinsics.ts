// SPDX-License-Identifier: Apache-2.0
/**
 * A resolved value with the pseudo parameters that are known, and joins of text, as CloudFormation would fill them in.
 *
 * @param unknown what to put in the place of other intrinsics
 */
export function filledIn(
  value: unknown,
  known: { readonly [pseudo: string]: string | undefined },
  unknown: (intrinsic: object) => unknown,
): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => filledIn(item, known, unknown));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value);
  const [key, inner] = entries[0] ?? [];
  if (entries.length === 1 && key === 'Fn::Join' && Array.isArray(inner)) {
    const parts = filledIn(inner[1], known, unknown);
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string')
      ? parts.join(String(inner[0]))
      : unknown(value);
  }
  if (entries.length === 1 && (key === 'Ref' || key?.startsWith('Fn::'))) {
    return known[String(inner)] ?? unknown(value);
  }
  return Object.fromEntries(entries.map(([name, part]) => [name, filledIn(part, known, unknown)]));
}

export function asRecord(value: unknown): Record<string, any> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, any>)
    : undefined;
}

export function asList(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Whether a resolved value is one CloudFormation intrinsic. */
export function isIntrinsic(value: unknown): boolean {
  return /^(Ref|Condition|Fn::[^,]*)$/.test(Object.keys(asRecord(value) ?? {}).join());
}

/** What a resolved value may be: both branches of `Fn::If`. */
export function branches(value: unknown): unknown[] {
  const { 'Fn::If': condition, Ref } = asRecord(value) ?? {};
  return Array.isArray(condition) ? condition.slice(1).flatMap(branches) : [Ref === 'AWS::NoValue' ? undefined : value];
}

/** Whether two resolved values are equal in a template. */
export const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
