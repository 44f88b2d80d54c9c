import {
  createValidatedPolicy,
  validateIdentityPolicy,
  validateResourcePolicy,
  type ValidatedPolicy,
} from '@cloud-copilot/iam-policy';
import { runSimulation, runUnsafeSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import { Document, Statement, asList } from './policies';

/** A call to AWS, with what the service that is called knows about it. */
export interface Call {
  /** ARN of a role, or the name of a service. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** The account that owns the resource. */
  readonly owner: string;
  readonly context: Readonly<Record<string, string | string[]>>;
}

/** The policies that decide about a call. */
export interface Policies {
  readonly identity: readonly Document[];
  readonly boundary?: Document;
  readonly resource?: Document;
}

/** What the simulator says. Throws when it cannot tell, or leaves out something that it was told. */
export async function simulate(call: Call, policies: Policies): Promise<boolean> {
  const result = await runSimulation(simulationOf(call, policies), {});
  const asked = `${call.action} on ${call.resource}`;
  if (result.resultType !== 'single') throw new Error(`${asked}: ${JSON.stringify(result)}`);
  const { ignoredContextKeys } = result.result;
  if (ignoredContextKeys?.length !== 0) throw new Error(`${asked}: the simulator ignores ${ignoredContextKeys}`);
  return result.overallResult === 'Allowed';
}

const checked = new Set<string>();

/**
 * The same, only faster, for calls by the thousand. The simulator's checks of context keys are made once for each
 * action, kind of resource and set of context keys, and it is given only the statements that can be about the call, if
 * one of them is an Allow.
 */
export async function isAllowed(call: Call, policies: Policies): Promise<boolean> {
  const kind = /:::[^/]+(\/?)/.exec(call.resource)?.[1] ?? call.resource.split(/[:/]/)[5];
  const request = [call.action, kind, ...Object.keys(call.context)].join(' ');
  if (!checked.has(request)) {
    const allowed = await simulate(call, policies);
    checked.add(request);
    return allowed;
  }
  if (nothingAllows(call, policies)) return false;
  // the unchecked form does not know of actions that take no resource
  if (call.resource === '*') return simulate(call, policies);
  return runUnsafeSimulation(simulationOf(call, policies, call), {}) === 'Allowed';
}

/** Without an Allow there is no permission, and a role needs two for what is of another account. */
function nothingAllows(call: Call, { identity, resource }: Policies): boolean {
  const allows = (document: Document, validate: typeof validateIdentityPolicy) =>
    prepared(document, validate, call).policyDocument.Statement.some(({ Effect }) => Effect === 'Allow');
  const [, , , , account = call.owner] = call.principal.split(':');
  const byIdentity = identity.map((document) => allows(document, validateIdentityPolicy)).includes(true);
  const byResource = resource !== undefined && allows(resource, validateResourcePolicy);
  return !byIdentity && (!byResource || account !== call.owner);
}

/** @param about leaves out statements that cannot be about this call */
function simulationOf(call: Call, { identity, boundary, resource }: Policies, about?: Call): Simulation {
  const ofIdentity = (name: string, document: Document) => ({
    name,
    policy: prepared(document, validateIdentityPolicy, about),
  });
  return {
    request: {
      principal: call.principal,
      action: call.action,
      resource: { resource: starred(call.resource), accountId: call.owner },
      contextVariables: renamed(call.context),
    },
    identityPolicies: identity.map((document, index) => ofIdentity(`${index}`, document)),
    permissionBoundaryPolicies: boundary && [ofIdentity('boundary', boundary)],
    resourcePolicy: resource && prepared(resource, validateResourcePolicy, about),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  };
}

/** Whether a statement can be about an action. */
export const namesAction = ({ Action, NotAction }: Statement, action: string): boolean =>
  NotAction !== undefined || asList(Action).some((pattern) => matcher(pattern).test(action));

/** Whether a statement can be about a resource: not when what its patterns have before a wildcard or variable differs. */
const namesResource = ({ Resource }: Statement, resource: string): boolean =>
  Resource === undefined ||
  asList(Resource).some((pattern) => {
    const [start] = /^[^*?$]*/.exec(pattern)!;
    const [text, literal] = [starred(resource).toLowerCase(), start.toLowerCase()];
    return start === pattern ? text === literal : text.startsWith(literal);
  });

const appliesTo = (statement: Statement, call: Call) =>
  namesAction(statement, call.action) && namesResource(statement, call.resource);

const matchers = new Map<string, RegExp>();

function matcher(pattern: string): RegExp {
  if (!matchers.has(pattern)) {
    matchers.set(pattern, new RegExp(`^${pattern.replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 'i'));
  }
  return matchers.get(pattern)!;
}

/**
 * The simulator drops `kms:EncryptionContext:…` without a word. A tag of the principal is the other kind of key that it
 * takes for every action, with any name and one value.
 */
const renamedKey = (key: string) =>
  key.replace(
    /^kms:EncryptionContext:(.+)$/i,
    (_, name: string) => `aws:PrincipalTag/kms-context-${name.replace(/:/g, '-')}`,
  );

const renamed = <T>(keys: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(keys).map(([key, value]) => [renamedKey(key), value]));

/** A `*` in the ARN of a request is a wildcard for the simulator, and a character of a key for S3. */
const STAR = '\u2217';
const starred = (resource: string) => resource.replace(/(?<=.)\*/g, STAR);

const ready = new WeakMap<Document, ValidatedPolicy<{ name: string }>>();

/** A policy in the simulator's words. Throws when it is none. */
function prepared(
  document: Document,
  validate: typeof validateIdentityPolicy,
  about?: Call,
): { readonly policyDocument: Document } {
  let made = ready.get(document);
  if (!made) {
    const policy = { Version: '2012-10-17', Statement: document.Statement.map(preparedStatement) };
    made = createValidatedPolicy(policy, validate, { name: 'policy' });
    if (made.errors.length > 0) throw new Error(`${JSON.stringify(document)}: ${JSON.stringify(made.errors)}`);
    ready.set(document, made);
  }
  const policy = made.policyDocument as Document;
  if (about === undefined) return { ...made, policyDocument: policy };
  return {
    ...made,
    policyDocument: { ...policy, Statement: policy.Statement.filter((statement) => appliesTo(statement, about)) },
  };
}

function preparedStatement(statement: Statement): object {
  const made: Record<string, any> = { ...statement };
  for (const element of ['Resource', 'NotResource']) {
    if (made[element]) made[element] = asList<string>(made[element]).map((it) => it.replaceAll('${*}', STAR));
  }
  if (statement.Condition) {
    made.Condition = Object.fromEntries(
      Object.entries(statement.Condition).map(([operator, keys]) => [operator, renamed(keys)]),
    );
  }
  return made;
}
