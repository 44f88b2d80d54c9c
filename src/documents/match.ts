// SPDX-License-Identifier: Apache-2.0
import { asList, asRecord } from './intrinsics';

/** How a part of a statement meets the requests of replication: all of them, some of them, nobody can tell, none. */
export type Fit = 'all' | 'part' | 'unknown' | 'none';

export const strongest = (fits: Fit[]): Fit =>
  (['all', 'part', 'unknown'] as const).find((fit) => fits.includes(fit)) ?? 'none';

export const opposite = (fit: Fit): Fit => (fit === 'all' ? 'none' : fit === 'none' ? 'all' : fit);

/** Whether the Action or NotAction of a statement matches an action. */
export function actionFit(body: Record<string, unknown>, action: string, spell: Spell = speller()): Fit {
  const listed = (actions: unknown) =>
    strongest(
      asList(actions).map((pattern) =>
        compare(symbols(spell(pattern).toLowerCase(), spell), [...action.toLowerCase()]),
      ),
    );
  return body.NotAction === undefined ? listed(body.Action) : opposite(listed(body.NotAction));
}

/** A resolved value as text. */
export type Spell = (value: unknown) => string;

/** Wildcards of a pattern; longer than a character, so that no character of a text equals them. */
export const ANY = 'any';

const ONE = 'one';

/**
 * Resolved values as text: literals as they are, every other intrinsic as one private-use character (there are 65,534),
 * equal ones as the same.
 */
export function speller(
  known: ReadonlyArray<readonly [intrinsic: unknown, literal: string]> = [],
  bucket?: unknown,
): Spell {
  const texts = new Map(known.map(([intrinsic, literal]) => [JSON.stringify(intrinsic), literal]));
  const stand = (value: unknown) => {
    const json = String(JSON.stringify(value));
    texts.set(json, texts.get(json) ?? String.fromCodePoint(0xf0000 + texts.size));
    return texts.get(json)!;
  };
  const spell = (value: unknown): string => {
    const [name, argument] = Object.entries(asRecord(value) ?? {})[0] ?? [];
    if (name === 'Fn::Join' && Array.isArray(argument?.[1])) {
      return argument[1].map(spell).join(argument[0]);
    }
    const [template, variables] = name === 'Fn::Sub' ? (asList(argument) as [unknown, any?]) : [];
    if (typeof template === 'string') {
      return template.replace(/\$\{([^}]*)\}/g, (_, path: string) =>
        path.startsWith('!')
          ? `\${${path.slice(1)}}`
          : spell(variables?.[path] ?? (path.includes('.') ? { 'Fn::GetAtt': path.split('.') } : { Ref: path })),
      );
    }
    return /object|undefined/.test(typeof value) ? stand(value) : String(value);
  };
  const attribute = asRecord(bucket)?.['Fn::GetAtt'];
  if (Array.isArray(attribute)) {
    texts.set(JSON.stringify(bucket), `${S3}${spell({ Ref: attribute[0] })}`); // policies often put the ARN together from the name
  }
  return spell;
}

/** Bucket and policy are in the same partition, however the policy writes it. */
const S3 = 'arn:aws:s3:::';

export const bucketArn = (value: unknown, spell: Spell) => spell(value).replace(/^arn:[^:]*:s3:::/, S3);

/**
 * The characters and wildcards of a pattern; `${*}`, `${?}` and `${$}` are escapes of IAM, other `${}` its variables.
 */
export const symbols = (text: string, spell: Spell, wild = true) =>
  (text.match(/\$\{[^}]*\}|[^]/gu) ?? []).map((symbol) => {
    if (symbol.startsWith('${')) {
      return /^\$\{[*?$]\}$/.test(symbol) ? symbol[2] : spell({ variable: symbol });
    }
    return wild && symbol === '*' ? ANY : wild && symbol === '?' ? ONE : symbol;
  });

export const hasOpaque = (text: string) => /[\u{F0000}-\u{FFFFD}]/u.test(text);

/** Whether a pattern matches all that a target stands for; an `ANY` in the target stands for every text. */
export function compare(pattern: string[], target: string[]): Fit {
  let common = 0;
  while (common < pattern.length && pattern[common] === target[common] && pattern[common] !== ANY) {
    common++;
  }
  const rest = [pattern.slice(common), target.slice(common)] as const;
  if (meet(...rest, false)) {
    return 'all';
  }
  const [loosePattern, looseTarget] = rest.map((part) => part.map((symbol) => (hasOpaque(symbol) ? ANY : symbol)));
  return !meet(loosePattern, looseTarget, true) ? 'none' : hasOpaque(rest.flat().join('')) ? 'unknown' : 'part';
}

/**
 * Whether the pattern matches the target as it stands (covers it) or, `mutual`, whether some text is matched by both.
 */
function meet(pattern: readonly string[], target: readonly string[], mutual: boolean): boolean {
  let below: boolean[] = [];
  for (let i = pattern.length; i >= 0; i--) {
    const row: boolean[] = [];
    for (let j = target.length; j >= 0; j--) {
      const [p, t] = [pattern[i], target[j]];
      const single = p === t || (p === ONE && (mutual || (t !== ANY && !hasOpaque(t ?? ''))));
      row[j] =
        (p === undefined && t === undefined) ||
        (p === ANY && (below[j] || (t !== undefined && row[j + 1]))) ||
        (mutual && t === ANY && (row[j + 1] || (p !== undefined && below[j]))) ||
        (p !== undefined && t !== undefined && single && below[j + 1]);
    }
    below = row;
  }
  return below[0];
}
