import { keysWithin } from './calls';
import { iamDecides } from './outside';
import { Document } from './policies';
import { End, Replication } from './replications';
import { partitionOf } from '../assembly/physical';

const STRANGER = '999999999999';

/** Something that an action can be about. */
export interface Target {
  readonly on: 'bucket' | 'object' | 'key';
  readonly arn: string;
  readonly owner: string;
  /** What a KMS call tells about where it comes from. */
  readonly kms?: { readonly via?: string; readonly encryptionContext?: string };
}

/** A bucket with the prefixes of the rules that are about it. */
interface Use {
  readonly end: End;
  readonly prefixes: string[];
}

/** An object of each prefix. */
const inside = (prefixes: readonly string[]) => [...new Set(prefixes)].map((prefix) => keysWithin(prefix)[1]);

/** Buckets, objects and keys of the replication, and of others. */
export function targetsOf(replication: Replication, keysApart: boolean): Target[] {
  const ends = endsOf(replication);
  const all = replication.rules.map(({ prefix }) => prefix);
  return [
    ...ends.flatMap(({ end, prefixes }): Target[] => [
      { on: 'bucket', arn: end.arn, owner: end.account },
      ...[...inside(prefixes), ...keysOutside(prefixes, all)].map((key): Target => ({
        on: 'object',
        arn: `${end.arn}/${key}`,
        owner: end.account,
      })),
    ]),
    ...keyTargets(replication, ends, keysApart),
    ...othersOf(replication),
  ];
}

function endsOf({ source, rules }: Replication): Use[] {
  const ends = new Map<string, Use>();
  for (const { destination, prefix } of rules) {
    for (const end of [source, destination]) {
      if (!ends.has(end.arn)) ends.set(end.arn, { end, prefixes: [] });
      ends.get(end.arn)!.prefixes.push(prefix);
    }
  }
  return [...ends.values()];
}

/**
 * Keys of objects that no rule is about: some far off, some next to what a rule is about.
 *
 * @param elsewhere prefixes that rules have for other buckets or keys
 */
function keysOutside(prefixes: readonly string[], elsewhere: readonly string[]): string[] {
  const near = prefixes.flatMap((prefix) => [
    prefix.slice(0, -1),
    `${prefix.slice(0, -1)}-other/x`,
    `${prefix.replace(/[*?$]/g, 'Z')}x`,
    `${prefix.replace(/\$?\{[^}]*\}|[*?$]/g, '')}x`,
    `${prefix.toUpperCase()}x`,
  ]);
  return [...new Set(['outside/x', ...near, ...inside(elsewhere)])].filter(
    (key) => key && !prefixes.some((prefix) => key.startsWith(prefix)),
  );
}

/** Keys, each with the calls that could come for it: from S3 for its bucket, and from everywhere else. */
function keyTargets({ source, sourceKeys, rules }: Replication, ends: Use[], keysApart: boolean): Target[] {
  const uses = new Map<string, Use & { readonly arn: string }>();
  const use = (arn: string, end: End, prefix: string) => {
    const name = `${arn} ${end.arn}`;
    if (!uses.has(name)) uses.set(name, { arn, end, prefixes: [] });
    uses.get(name)!.prefixes.push(prefix);
  };
  const withKms = rules.filter(({ kmsObjects }) => kmsObjects);
  for (const { destination, replicaKey, prefix } of withKms) {
    for (const arn of sourceKeys) use(arn, source, prefix);
    if (replicaKey === undefined) continue;
    // keys that share a statement share its prefixes
    const sharing = withKms.filter((rule) => rule.destination.arn === destination.arn);
    for (const rule of keysApart ? [{ prefix }] : sharing) use(replicaKey, destination, rule.prefix);
  }
  return [...uses.values()].flatMap(({ arn, end, prefixes }): Target[] => {
    const { suffix } = partitionOf(end.region);
    const via = `s3.${end.region}.${suffix}`;
    const elsewhere = end.region.replace(/\d$/, '9');
    const within = inside(prefixes).map((key) => `${end.arn}/${key}`);
    const { prefixes: all } = ends.find((it) => it.end.arn === end.arn)!;
    const others = keysApart ? ends.filter((it) => !uses.has(`${arn} ${it.end.arn}`)) : [];
    const contexts = [
      ...within,
      end.arn,
      ...keysOutside(prefixes, all).map((key) => `${end.arn}/${key}`),
      ...others.flatMap((it) => [...inside(it.prefixes).map((key) => `${it.end.arn}/${key}`), it.end.arn]),
      ...inside(prefixes).map((key) => `${end.arn}-other/${key}`),
      `${end.arn}-other`,
      undefined,
    ];
    return [
      ...contexts.map((encryptionContext) => ({ via, encryptionContext })),
      ...[`ec2.${end.region}.${suffix}`, `s3.${elsewhere}.${suffix}`, undefined].flatMap((other) =>
        [...within, end.arn].map((encryptionContext) => ({ via: other, encryptionContext })),
      ),
    ].map((kms): Target => ({ on: 'key', arn, owner: ownerOf(arn), kms }));
  });
}

const ownerOf = (key: string) => key.split(':')[4];

/** Of the same account, of destinations and of a stranger: a bucket, objects, and in each region a key used as ours are. */
function othersOf(replication: Replication): Target[] {
  const { source, rules } = replication;
  const { partition } = partitionOf(source.region);
  const ends = endsOf(replication);
  const owners = new Set([source.account, ...rules.map((rule) => rule.destination.account), STRANGER]);
  return [...owners].flatMap((owner): Target[] => {
    const bucket = `arn:${partition}:s3:::bucket-of-${owner}`;
    return [
      { on: 'bucket', arn: bucket, owner },
      ...inside(rules.map(({ prefix }) => prefix)).map((key): Target => ({
        on: 'object',
        arn: `${bucket}/${key}`,
        owner,
      })),
      ...ends.flatMap(({ end: { arn, region }, prefixes }) =>
        inside(prefixes).map((key): Target => ({
          on: 'key',
          arn: `arn:${partition}:kms:${region}:${owner}:key/other`,
          owner,
          kms: { via: `s3.${region}.${partitionOf(region).suffix}`, encryptionContext: `${arn}/${key}` },
        })),
      ),
    ];
  });
}

/** Policies of the neighbours and strangers: other accounts are glad about every visitor. */
export function policiesElsewhere(replication: Replication): Record<string, Document> {
  const open: Document = { Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] };
  const result: Record<string, Document> = {};
  for (const { on, arn, owner } of othersOf(replication)) {
    if (owner !== replication.source.account && on !== 'object') result[arn] = open;
    else if (on === 'key') result[arn] = iamDecides(arn);
  }
  return result;
}
