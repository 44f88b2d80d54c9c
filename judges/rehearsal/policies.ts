/** A policy document with plain values. */
export interface PolicyDocument {
  readonly Statement?: Statement | Statement[];
}

export interface Statement {
  readonly Effect: string;
  readonly Principal?: any;
  readonly Action?: string | string[];
  readonly Resource?: string | string[];
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

const patterns = new Map<string, RegExp>();
const list = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

interface Permission {
  readonly actions: string[];
  readonly resources: string[] | undefined;
  readonly principals: string[];
  /** What the ARN of the caller has to be; each list has one that fits. */
  readonly callers: string[][];
}

// documents never change, and are asked again for each state that a rehearsal looks at
const read = new WeakMap<PolicyDocument, Permission[]>();

function permissionsOf(document: PolicyDocument | undefined): Permission[] {
  if (!document) return [];
  let permissions = read.get(document);
  if (!permissions) {
    permissions = list(document.Statement)
      .filter(({ Effect }) => Effect === 'Allow')
      .map(({ Action, Resource, Principal, Condition = {} }) => ({
        actions: list(Action),
        resources: Resource === undefined ? undefined : list(Resource),
        principals: principalsOf(Principal),
        callers: Object.entries(Condition)
          .filter(([operator, keys]) => /^(Arn|String)(Equals|Like)$/.test(operator) && 'aws:PrincipalArn' in keys)
          .map(([, keys]) => list(keys['aws:PrincipalArn'])),
      }));
    read.set(document, permissions);
  }
  return permissions;
}

function principalsOf(principal: any): string[] {
  if (typeof principal === 'string') return [principal];
  return Object.values<any>(principal ?? {}).flatMap((it) => list<string>(it));
}

function matches(pattern: string, value: string): boolean {
  let expression = patterns.get(pattern);
  if (!expression) {
    const source = pattern.replace(/\$\{([*?$])\}|([*?])|[^\w]/g, (all, literal, wildcard) =>
      literal ? `\\${literal}` : wildcard ? (wildcard === '*' ? '[^]*' : '[^]') : `\\${all}`,
    );
    expression = new RegExp(`^${source}$`, 'i');
    patterns.set(pattern, expression);
  }
  return expression.test(value);
}

const matchesAny = (wanted: string[], value: string) => wanted.some((pattern) => matches(pattern, value));

/**
 * Whether a statement of an identity policy is there for the call. Conditions and denies are not judged: this is about
 * the time at which a permission is there.
 */
export function allows(document: PolicyDocument, action: string, resource: string): boolean {
  return permissionsOf(document).some(
    ({ actions, resources = [] }) => matchesAny(actions, action) && matchesAny(resources, resource),
  );
}

/**
 * The same for the policy of a bucket or key, or the trust policy of a role, which name who may call, also in a condition
 * on the caller's ARN.
 *
 * @param id of the caller, if it is a role that a policy may have been pinned to
 */
export function admits(
  document: PolicyDocument | undefined,
  caller: string,
  action: string,
  resource = '*',
  id?: string,
): boolean {
  const account = caller.startsWith('arn:') ? caller.split(':')[4] : undefined;
  const isCaller = (it: string) =>
    it === '*' ||
    it === caller ||
    it === id ||
    (account !== undefined && (it === account || it.endsWith(`::${account}:root`)));
  const about = (pattern: string) => pattern.replaceAll('${aws:PrincipalAccount}', account ?? '');
  return permissionsOf(document).some(
    ({ actions, resources, principals, callers }) =>
      principals.some(isCaller) &&
      callers.every((wanted) => matchesAny(wanted, caller)) &&
      matchesAny(actions, action) &&
      (resources === undefined || resources.some((it) => it === '*' || matches(about(it), resource))),
  );
}

/** The roles and users that the statements of a policy name; S3, KMS and IAM look each of them up. */
export function namedIdentities(document: PolicyDocument | undefined): string[] {
  return list(document?.Statement).flatMap(({ Principal }) =>
    principalsOf(Principal).filter((it) => /^arn:[\w-]+:iam::\d*:(role|user)\//.test(it)),
  );
}

/**
 * What S3 and KMS keep of a policy: the id of each role that it names as a principal. A role that is made again under the
 * same name has another id.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function pinned(document: PolicyDocument, idOf: (arn: string) => string | undefined): PolicyDocument {
  if (namedIdentities(document).length === 0) return document;
  const pin = (arn: string) => idOf(arn) ?? arn;
  const Statement = list(document.Statement).map((statement) =>
    statement.Principal?.AWS
      ? { ...statement, Principal: { ...statement.Principal, AWS: list<string>(statement.Principal.AWS).map(pin) } }
      : statement,
  );
  return { ...document, Statement };
}

/** What counts for the quotas of IAM: white space does not. */
export const characters = (document: unknown): number => JSON.stringify(document ?? '').replace(/\s/g, '').length;
