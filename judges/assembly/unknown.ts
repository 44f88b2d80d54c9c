/** Where a value is kept. */
interface Place {
  readonly account: string;
  readonly region: string;
}

/**
 * Text for a value that somebody else's parameter store or secret has: an app does not say it.
 *
 * It is equal to itself in one account and region only, it is no name of anything, and it has none of the characters at
 * which ARNs and lists are split.
 */
export const unknownValue = (from: string, { account, region }: Place) =>
  `<${encodeURIComponent(from)} in ${account} ${region}>`;

const UNKNOWN = /<[\w%.!~*'()-]+ in \d{12} [\w-]+>/;
export const hasUnknown = (value: unknown): value is string => typeof value === 'string' && UNKNOWN.test(value);

/** Whether the default of a parameter of this type is the name of an SSM parameter, and not the value. */
export const isStoredElsewhere = (type?: string) =>
  type !== undefined && type.startsWith('AWS::SSM::Parameter::Value<');

/**
 * The text with an unknown value in place of each dynamic reference.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
 */
export const withoutDynamicReferences = (text: string, place: Place) =>
  text.replace(/\{\{resolve:((?:ssm|ssm-secure|secretsmanager):[^{}]+)\}\}/g, (_, from) => unknownValue(from, place));

/** Split at a delimiter. What follows an unknown part may be more of it: the part stands for all the rest. */
export function split(text: string, delimiter: string): string[] {
  const parts = text.split(delimiter);
  const first = parts.findIndex(hasUnknown);
  return first < 0 ? parts : parts.slice(0, first + 1);
}

/** A member of a list; past the end of one whose last member is unknown, that one. */
export const memberOf = (list: any[], index: number): any =>
  list[index] ?? (index >= list.length && hasUnknown(list.at(-1)) ? list.at(-1) : undefined);
