import { afterTakeover, Circumstances, kmsCall, keyOf, RequiredCall, roleContext } from './calls';
import { allActions, CatalogAction } from './catalog';
import { asList, Policy, Statement } from './policies';
import { Replication } from './replications';
import { Call, namesAction } from './simulate';
import { Target, targetsOf } from './targets';
import { World } from './world';
import { partitionOf } from '../assembly/physical';

export interface Leastness {
  denied: number;
  readonly findings: string[];
}

/**
 * Asks about what S3 does not need: {@link possibleCalls} but those that are required.
 *
 * @param sample how many questions to ask about actions that no policy names; all when left out
 * @param seed which ones of them
 */
export async function judgeLeast(
  world: World,
  replication: Replication,
  required: readonly RequiredCall[],
  about: Circumstances,
  result: Leastness,
  sample?: number,
  seed = 0,
): Promise<void> {
  const whole = (call: Call) => `${keyOf(call)} ${call.owner}`;
  const needed = new Set(required.map(whole));
  for (const call of afterTakeover(required, replication)) {
    if (!(await world.allowsItself(call))) result.denied++;
    else result.findings.push(`allowed in a bucket of somebody else: ${shown(call)}`);
  }
  const { listed, unlisted } = await possibleCalls(world, replication, about);
  for (const make of [...listed, ...(sample === undefined ? unlisted : some(unlisted, sample, seed))]) {
    const call = make();
    if (needed.has(whole(call))) continue;
    if (!(await world.allows(call))) result.denied++;
    else result.findings.push(`not needed, but allowed: ${shown(call)}`);
  }
}

/**
 * Every action of S3 and KMS on the buckets, on objects within and outside the prefixes, on the keys, and on buckets and
 * keys of others; those that some policy names apart. All of them with the role and, for keys, with the source and the
 * encryption context that help most, and for what the role may do also with those that must not help.
 */
export async function possibleCalls(
  world: World,
  replication: Replication,
  about: Circumstances,
): Promise<Record<'listed' | 'unlisted', Array<() => Call>>> {
  const granting = grantingStatements(world, replication);
  const targets = targetsOf(replication, roomForEachKey(granting));
  const calls = { listed: [] as Array<() => Call>, unlisted: [] as Array<() => Call> };
  for (const action of await allActions()) {
    const into = granting.some((statement) => namesAction(statement, action.name)) ? calls.listed : calls.unlisted;
    if (typeof action.on === 'object' || action.on === '*') into.push(() => callTo(replication, about, action));
    for (const target of targets.filter(({ on }) => on === action.on)) {
      into.push(() => callTo(replication, about, action, target));
    }
  }
  return calls;
}

/** Spread over the list, and others for another seed. */
function some<T>(list: T[], count: number, seed: number): T[] {
  if (list.length <= count) return list;
  const step = list.length / count;
  return Array.from(
    { length: count },
    (_, index) => list[Math.floor(index * step + seed * 0.618 * step) % list.length],
  );
}

function callTo(replication: Replication, about: Circumstances, action: CatalogAction, target?: Target): Call {
  const { source, role } = replication;
  if (!target) {
    return {
      principal: role,
      action: action.name,
      resource: madeUp(action, replication),
      owner: source.account,
      context: roleContext(replication, about, source.account),
    };
  }
  const { arn, owner, kms } = target;
  const [service, name] = action.name.split(':');
  if (service === 'kms') {
    const call = kmsCall(replication, about, source.region, arn, name, '');
    const context: Record<string, any> = { ...call.context, 'kms:ViaService': kms?.via };
    context['kms:EncryptionContext:aws:s3:arn'] = kms?.encryptionContext;
    for (const key of Object.keys(context)) {
      const foreign = /^kms:(ViaService|CallerAccount)$/.test(key) && !action.keys.has(key);
      if (foreign || context[key] === undefined) delete context[key];
    }
    return { ...call, context };
  }
  return {
    principal: role,
    action: action.name,
    resource: arn,
    owner,
    context: {
      ...roleContext(replication, about, owner),
      ...(action.keys.has('s3:ResourceAccount') && { 's3:ResourceAccount': owner }),
    },
  };
}

/** A resource of the account that the action can be about. */
function madeUp({ on }: CatalogAction, { source, role }: Replication): string {
  if (typeof on !== 'object') return '*';
  if (on.pattern.includes(':role/')) return role;
  const { partition } = partitionOf(source.region);
  const values: Record<string, string> = { Partition: partition, Region: source.region, Account: source.account };
  return on.pattern.replace(/\$\{(\w+)\}/g, (_, what: string) => values[what] ?? 'x');
}

/** Statements that can allow something to the role, alone or together with others. */
function grantingStatements(world: World, { source, rules, sourceKeys }: Replication): Statement[] {
  const arns = [
    source.arn,
    ...sourceKeys,
    ...rules.flatMap((rule) => [rule.destination.arn, rule.replicaKey ?? []]),
  ].flat();
  const ofResources = [...new Set(arns)].flatMap((arn) => world.resourcePolicyOf(arn)?.document.Statement ?? []);
  // what is allowed to an account is up to the identity policies of its roles
  const leftToIam = ({ Principal }: Statement) =>
    asList<string>(Principal?.AWS).every((it) => /:root$|^\d{12}$/.test(it));
  return [
    ...world.role.identity.flatMap((policy: Policy) => policy.document.Statement),
    ...ofResources.filter((statement) => statement.Principal === '*' || !leftToIam(statement)),
  ].filter(({ Effect }) => Effect === 'Allow');
}

/**
 * Whether the inline policies of a role can have a statement for each key. Where they cannot, keys may be used for the
 * buckets of each other. Buckets may have names of 63 characters.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
function roomForEachKey(statements: Statement[]): boolean {
  const apart = statements.flatMap((statement) => {
    const keys = asList(statement.Resource).filter((it) => it.includes(':kms:'));
    if (keys.length < 2) return [statement];
    const like = Object.entries(statement.Condition?.StringLike ?? {}).map(([key, values]) => [
      key,
      asList(values).slice(0, Math.ceil(asList(values).length / keys.length)),
    ]);
    const Condition = { ...statement.Condition, StringLike: Object.fromEntries(like) };
    return keys.map((key) => ({ ...statement, Resource: [key], Condition }));
  });
  const text = JSON.stringify(apart).replace(
    /(:s3:::)([^/"]+)/g,
    (_, s3: string, name: string) => s3 + name.padEnd(63),
  );
  return text.length <= 10_240;
}

const shown = ({ action, resource, context }: Call) =>
  `${action} on ${resource}${
    action.startsWith('kms:')
      ? ` via ${context['kms:ViaService'] ?? 'nothing'} for ${context['kms:EncryptionContext:aws:s3:arn'] ?? 'nothing'}`
      : ''
  }`;
