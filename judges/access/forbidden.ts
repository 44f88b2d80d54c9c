import { Circumstances, kmsCall, s3Call } from './calls';
import { allActions, CatalogAction } from './catalog';
import { Demands, deputiesOf, MEMBER } from './deputies';
import { Replication, Rule } from './replications';
import { Call } from './simulate';
import { partitionOf } from '../assembly/physical';

/** A call that the policy of a destination, or of its key, must deny whatever the caller is allowed at home. */
export interface ForbiddenCall extends Call {
  /** Who makes it, or how. */
  readonly what: string;
}

const WRITES = ['ReplicateObject', 'ReplicateDelete', 'ReplicateTags'];
const OVERRIDE = 'ObjectOwnerOverrideToBucketOwner';
const ENCRYPTS = ['Encrypt', 'GenerateDataKey', 'Decrypt'];
/** Below what the rule is about. */
const keyOf = ({ prefix }: Rule) => `${prefix}b.txt`;
/** Whose the roles of several accounts must not touch: of another account, and of none. */
const OTHERS = [`${MEMBER}/b.txt`, 'b.txt'];
const [VIA, CONTEXT] = ['kms:ViaService', 'kms:EncryptionContext:aws:s3:arn'];

/** By the ARN of the bucket or key, for those of other accounts: what others try, and what the role must not. */
export async function forbiddenCalls(
  replication: Replication,
  about: Circumstances,
  demands: Demands,
): Promise<Map<string, ForbiddenCall[]>> {
  const calls = new Map<string, ForbiddenCall[]>();
  const all = await allActions();
  for (const rule of replication.rules) {
    const { destination, replicaKey } = rule;
    if (destination.account === replication.source.account || calls.has(destination.arn)) continue;
    calls.set(destination.arn, bucketCalls(replication, about, demands, rule, all));
    if (!replicaKey) continue;
    // with several buckets, a key is used for each of them
    const known = calls.get(replicaKey) ?? [];
    calls.set(replicaKey, [...known, ...keyCalls(replication, about, demands, rule, all)]);
  }
  return calls;
}

function bucketCalls(
  replication: Replication,
  about: Circumstances,
  demands: Demands,
  rule: Rule,
  all: CatalogAction[],
): ForbiddenCall[] {
  const { destination, ownerOverride } = rule;
  const key = keyOf(rule);
  const markers = replication.rules.some((it) => it.destination.arn === destination.arn && it.deleteMarkers);
  const all3 = ownerOverride ? [...WRITES, OVERRIDE] : WRITES;
  const writes = all3.filter((action) => action !== 'ReplicateDelete' || markers);
  const insecure = { 'aws:SecureTransport': 'false' };
  const others = all.filter(
    ({ name, on }) => /^(bucket|object)$/.test(`${on}`) && !writes.includes(name.split(':')[1]),
  );
  return [
    ...deputiesOf(replication, about, demands).flatMap(({ what, arn, about: of, context }) =>
      writes.map((action) => ({
        what,
        ...s3Call({ ...replication, role: arn }, of, destination, action, key, context),
      })),
    ),
    ...(demands.tls ? writes : []).map((action) => ({
      what: 'without TLS',
      ...s3Call(replication, about, destination, action, key, insecure),
    })),
    ...(demands.prefix === undefined ? [] : OTHERS).flatMap((theirs) =>
      writes.map((action) => ({
        what: 'itself on what is not its own',
        ...s3Call(replication, about, destination, action, theirs),
      })),
    ),
    ...others.map(({ name, on, keys }) => ({
      what: 'itself',
      ...knowing(keys, s3Call(replication, about, destination, name.split(':')[1], on === 'object' ? key : undefined)),
    })),
  ];
}

function keyCalls(
  replication: Replication,
  about: Circumstances,
  demands: Demands,
  rule: Rule,
  all: CatalogAction[],
): ForbiddenCall[] {
  const { destination, replicaKey } = rule;
  const call = (action: string, who = replication, of = about) =>
    kmsCall(who, of, destination.region, replicaKey!, action, `${destination.arn}/${keyOf(rule)}`);
  const service = `s3.${destination.region}.${partitionOf(destination.region).suffix}`;
  const wrong: Array<[string, string, string?]> = [
    ['not through S3', VIA],
    ['through another service', VIA, service.replace('s3', 'ec2')],
    ['through S3 of another region', VIA, service.replace(/\d\./, '9.')],
    ['through what begins alike', VIA, `${service}.cn`],
  ];
  if (demands.keysKnowBuckets) {
    wrong.push(
      ['for no bucket', CONTEXT],
      ['for another bucket', CONTEXT, destination.arn.replace(/[^:]+$/, 'another/a')],
      ['for a bucket that begins alike', CONTEXT, `${destination.arn}-2`],
      ['for an object of a bucket that begins alike', CONTEXT, `${destination.arn}-2/a`],
    );
    const theirs = demands.prefix === undefined ? [] : OTHERS;
    wrong.push(
      ...theirs.map((key): [string, string, string] => [
        'for what is not its own',
        CONTEXT,
        `${destination.arn}/${key}`,
      ]),
    );
  }
  const others = all.filter(({ name, on }) => on === 'key' && !ENCRYPTS.includes(name.split(':')[1]));
  return [
    ...deputiesOf(replication, about, demands).flatMap(({ what, arn, about: of, context }) =>
      ENCRYPTS.map((action) => {
        const made = call(action, { ...replication, role: arn }, of);
        return { what, ...made, context: { ...made.context, ...context } };
      }),
    ),
    ...wrong.flatMap(([what, key, value]) =>
      ENCRYPTS.map((action) => {
        const { [key]: _, ...rest } = call(action).context;
        return { what, ...call(action), context: value === undefined ? rest : { ...rest, [key]: value } };
      }),
    ),
    ...others.map(({ name, keys }) => ({ what: 'itself', ...knowing(keys, call(name.split(':')[1])) })),
  ];
}

/** Without the context keys that the action does not have. */
function knowing(keys: ReadonlySet<string>, call: Call): Call {
  const optional = /^(kms:(ViaService|CallerAccount)|s3:ResourceAccount)$/;
  const known = Object.entries(call.context).filter(([key]) => !optional.test(key) || keys.has(key));
  return { ...call, context: Object.fromEntries(known) };
}
