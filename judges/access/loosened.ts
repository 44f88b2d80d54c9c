import { asList, Policy, Statement } from './policies';

/** A statement that allows more than it did. */
export interface Loosened {
  readonly what: string;
  readonly statement: Statement;
}

/**
 * Each way to make a statement wider by one step. Not among them is a wider principal beside a condition on its ARN,
 * which has the account in it: it does not change what is allowed.
 */
export function loosened(statement: Statement, { kind }: Policy): Loosened[] {
  const with_ = (what: string, more: Partial<Statement>): Loosened => ({ what, statement: { ...statement, ...more } });
  const actions = asList(statement.Action);
  if (kind === 'trust') return [with_('a principal of any kind', { Principal: '*' })];
  return [
    with_('any action', { Action: [...actions, `${actions[0].split(':')[0]}:*`] }),
    ...(kind === 'identity' ? asList(statement.Resource).flatMap((it) => widerResources(statement, it)) : []),
    ...(kind === 'bucket' ? asList(statement.Resource).flatMap((it) => everyAccount(statement, it)) : []),
    ...conditionsOf(statement).flatMap(([operator, key, values]) => [
      with_(`without ${key} in ${operator}`, { Condition: without(statement.Condition!, operator, key) }),
      ...values.flatMap((value) => widerValue(statement, operator, key, value)),
    ]),
  ];
}

const conditionsOf = ({ Condition = {} }: Statement): Array<[string, string, string[]]> =>
  Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]): [string, string, string[]] => [operator, key, asList(values)]),
  );

function widerResources(statement: Statement, resource: string): Loosened[] {
  const instead = (wider: string): Loosened => ({
    what: `${wider} instead of ${resource}`,
    statement: { ...statement, Resource: asList(statement.Resource).map((it) => (it === resource ? wider : it)) },
  });
  const [, bucket, prefix] = /^(.+?\/)(.+)\*$/.exec(resource) ?? [];
  return [instead('*'), ...(prefix ? [instead(`${bucket}*`)] : [])];
}

/** The keys of all accounts instead of those of the caller's. */
function everyAccount(statement: Statement, resource: string): Loosened[] {
  const wider = resource.replace(CALLERS_ACCOUNT, '*');
  const Resource = asList(statement.Resource).map((it) => (it === resource ? wider : it));
  return wider === resource ? [] : [{ what: `${wider} instead of ${resource}`, statement: { ...statement, Resource } }];
}

const CALLERS_ACCOUNT = /\$\{aws:PrincipalAccount\}.*$/;

function widerValue(statement: Statement, operator: string, key: string, value: string): Loosened[] {
  if (!/^(String|Arn)(Equals|Like)$/.test(operator)) return [];
  // all of a bucket is as wide as it gets
  if (/^[^/]*\/\*$/.test(value)) return [];
  const wider = CALLERS_ACCOUNT.test(value)
    ? value.replace(CALLERS_ACCOUNT, '*')
    : `${value.endsWith('*') ? value.slice(0, -2) : value}*`;
  const { Condition = {} } = statement;
  const like = operator.replace('Equals', 'Like');
  const values = asList(Condition[operator][key]).map((it) => (it === value ? wider : it));
  const rest = without(Condition, operator, key);
  return [
    {
      what: `${wider} as ${key}`,
      statement: { ...statement, Condition: { ...rest, [like]: { ...rest[like], [key]: values } } },
    },
  ];
}

function without(condition: NonNullable<Statement['Condition']>, operator: string, key: string) {
  const { [operator]: keys, ...operators } = condition;
  const { [key]: _, ...others } = keys;
  return Object.keys(others).length > 0 ? { ...operators, [operator]: others } : operators;
}
