import { Circumstances, kmsCall, keyOf, keysWithin, RequiredCall, roleContext } from './calls';
import { allActions, CatalogAction } from './catalog';
import { asList, Document, Policy, Statement } from './policies';
import { End, Replication } from './replications';
import { Call, namesAction } from './simulate';
import { World } from './world';
import { partitionOf } from '../assembly/physical';

export const STRANGER = '999999999999';

/** Something that an action can be about. */
interface Target {
  readonly on: 'bucket' | 'object' | 'key';
  readonly arn: string;
  readonly owner: string;
  /** What a KMS call tells about where it comes from. */
  readonly kms?: { readonly via?: string; readonly encryptionContext?: string };
}

export interface Leastness {
  denied: number;
  readonly findings: string[];
}

/**
 * Asks about what S3 does not need: every action of S3 and KMS on the buckets, on objects within and outside the
 * prefixes, on the keys, and on buckets and keys of others. All of them with the role and, for keys, with the source
 * and the encryption context that help most, and for what the role may do also with those that must not help.
 *
 * @param sample how many questions to ask, most of them about actions that the policies name; all when left out
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
  const needed = new Set(required.map(keyOf));
  const granting = grantingStatements(world, replication);
  const targets = targetsOf(replication, roomForEachKey(granting));
  const [listed, unlisted]: Array<Array<[CatalogAction, Target?]>> = [[], []];
  for (const action of await allActions()) {
    const into = granting.some((statement) => namesAction(statement, action.name)) ? listed : unlisted;
    if (typeof action.on === 'object' || action.on === '*') into.push([action]);
    else targets.forEach((target) => target.on === action.on && into.push([action, target]));
  }
  const asked =
    sample === undefined
      ? [...listed, ...unlisted]
      : [...some(listed, Math.ceil(sample * 0.75), seed), ...some(unlisted, Math.floor(sample * 0.25), seed)];
  for (const [action, target] of asked) {
    const call = callTo(replication, about, action, target);
    if (needed.has(keyOf(call))) continue;
    if (!(await world.allows(call))) result.denied++;
    else result.findings.push(`not needed, but allowed: ${shown(call)}`);
  }
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

/** Policies of the neighbours and strangers below: a stranger is glad about every visitor. */
export function policiesElsewhere(replication: Replication): Record<string, Document> {
  const open: Statement = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };
  const result: Record<string, Document> = {};
  for (const { on, arn, owner } of othersOf(replication)) {
    const iamDecides = { ...open, Principal: { AWS: `arn:${arn.split(':')[1]}:iam::${owner}:root` } };
    if (owner === STRANGER && on !== 'object') result[arn] = { Statement: [open] };
    else if (on === 'key') result[arn] = { Statement: [iamDecides] };
  }
  return result;
}

/** Of the same account, and of a stranger: a bucket, an object, and in each region a key that is used as ours are. */
function othersOf({ source, rules }: Replication): Target[] {
  const { partition, suffix } = partitionOf(source.region);
  const key = keysWithin(rules[0]?.prefix ?? '')[1];
  const ends = new Map([source, ...rules.map((rule) => rule.destination)].map((end) => [end.region, end]));
  return [source.account, STRANGER].flatMap((owner): Target[] => {
    const bucket = `arn:${partition}:s3:::bucket-of-${owner}`;
    return [
      { on: 'bucket', arn: bucket, owner },
      { on: 'object', arn: `${bucket}/${key}`, owner },
      ...[...ends].map(([region, { arn }]): Target => ({
        on: 'key',
        arn: `arn:${partition}:kms:${region}:${owner}:key/other`,
        owner,
        kms: { via: `s3.${region}.${suffix}`, encryptionContext: `${arn}/${key}` },
      })),
    ];
  });
}

function targetsOf(replication: Replication, keysApart: boolean): Target[] {
  const { source, rules } = replication;
  const ends = new Map<string, { end: End; prefixes: string[] }>();
  for (const { destination, prefix } of rules) {
    for (const end of [source, destination]) {
      if (!ends.has(end.arn)) ends.set(end.arn, { end, prefixes: [] });
      ends.get(end.arn)!.prefixes.push(prefix);
    }
  }
  return [
    ...[...ends.values()].flatMap(({ end, prefixes }): Target[] => [
      { on: 'bucket', arn: end.arn, owner: end.account },
      ...[keysWithin(prefixes[0])[1], ...keysOutside(prefixes)].map((key): Target => ({
        on: 'object',
        arn: `${end.arn}/${key}`,
        owner: end.account,
      })),
    ]),
    ...keyTargets(replication, [...ends.values()], keysApart),
    ...othersOf(replication),
  ];
}

/** Keys of objects that no rule is about: some far off, some next to what a rule is about. */
export function keysOutside(prefixes: readonly string[]): string[] {
  const near = prefixes.flatMap((prefix) => [
    prefix.slice(0, -1),
    `${prefix.slice(0, -1)}-other/x`,
    `${prefix.replace(/[*?$]/g, 'Z')}x`,
    `${prefix.replace(/\$?\{[^}]*\}|[*?$]/g, '')}x`,
    `${prefix.toUpperCase()}x`,
  ]);
  return [...new Set(['outside/x', ...near])].filter(
    (key) => key && !prefixes.some((prefix) => key.startsWith(prefix)),
  );
}

/** Keys, each with the calls that could come for it: from S3 for its bucket, and from everywhere else. */
function keyTargets(
  replication: Replication,
  ends: Array<{ end: End; prefixes: string[] }>,
  keysApart: boolean,
): Target[] {
  const uses = new Map<string, { arn: string; end: End }>();
  for (const { destination, replicaKey, kmsObjects } of replication.rules) {
    for (const arn of replication.sourceKeys) uses.set(`${arn} source`, { arn, end: replication.source });
    if (replicaKey && kmsObjects) uses.set(`${replicaKey} ${destination.arn}`, { arn: replicaKey, end: destination });
  }
  return [...uses.values()].flatMap(({ arn, end }): Target[] => {
    const { suffix } = partitionOf(end.region);
    const own = ends.find((it) => it.end.arn === end.arn)!;
    const next = ends[(ends.indexOf(own) + 1) % ends.length];
    const within = `${end.arn}/${keysWithin(own.prefixes[0])[1]}`;
    const via = `s3.${end.region}.${suffix}`;
    const elsewhere = end.region.replace(/\d$/, '9');
    const contexts = [
      end.arn,
      ...keysOutside(own.prefixes).map((key) => `${end.arn}/${key}`),
      ...(keysApart ? [`${next.end.arn}/${keysWithin(next.prefixes[0])[1]}`, next.end.arn] : []),
      `${end.arn}-other/${keysWithin(own.prefixes[0])[1]}`,
      `${end.arn}-other`,
      undefined,
    ];
    return [
      { via, encryptionContext: within },
      ...contexts.map((encryptionContext) => ({ via, encryptionContext })),
      ...[`ec2.${end.region}.${suffix}`, `s3.${elsewhere}.${suffix}`, undefined].map((other) => ({
        via: other,
        encryptionContext: within,
      })),
    ].map((kms): Target => ({ on: 'key', arn, owner: arn.split(':')[4], kms }));
  });
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
