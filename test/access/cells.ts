import { createHash } from 'node:crypto';
import { App, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Aws, Stack } from 'aws-cdk-lib';
import { BucketReplication, ReplicatedBucketPair, ReplicationFilter, ReplicationRuleOptions } from 'cdk-s3-replication';
import { quietApp } from '../app';
import { ACCOUNT } from '../builders';

/** What a cell of the access matrix can differ in. */
export const DIMENSIONS = {
  scope: ['SRR', 'CRR'],
  source: ['SSE-S3', 'KMS', 'KMS+bucket key', 'DSSE'],
  destination: ['SSE-S3', 'KMS', 'KMS+bucket key', 'DSSE'],
  filter: ['all', 'prefix', 'no slash', 'tags', 'prefix+tags', 'prefixes', 'star', 'question mark', 'dollar'],
  deleteMarkers: [false, true],
  objectLock: [false, true],
  destinations: [1, 3, 6],
  name: ['made up', 'literal', 'token'],
  role: ['made', 'given', 'named'],
  partition: ['aws', 'aws-cn', 'aws-us-gov'],
  by: ['rules', 'addRule', 'pair'],
  keys: ['one each', 'shared', 'former'],
} as const;

export type Cell = { readonly [D in keyof typeof DIMENSIONS]: (typeof DIMENSIONS)[D][number] };

/** Cells that there are not, with what the library says to the one that has nothing else. */
export const LEFT_OUT: Array<{ readonly of: Partial<Cell>; readonly refused: RegExp }> = [
  { of: { deleteMarkers: true, filter: 'tags' }, refused: /delete marker replication when a rule filters by tag/ },
  {
    of: { deleteMarkers: true, filter: 'prefix+tags' },
    refused: /delete marker replication when a rule filters by tag/,
  },
  // a key is of one region, and nothing at the destination waits for the source
  { of: { keys: 'shared', scope: 'CRR' }, refused: /cyclic reference/ },
];

/** How often each is drawn: many destinations make many calls. */
const DESTINATIONS = [1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 3, 6] as const;
const KEYS = ['one each', 'one each', 'shared', 'former'] as const;

/**
 * The same cells each time: every scope with every encryption of either end so many times, the rest drawn, and more
 * until any two values of different dimensions meet.
 */
export function cells(perEncryption: number): Cell[] {
  const drawn: Cell[] = [];
  for (const scope of DIMENSIONS.scope) {
    for (const source of DIMENSIONS.source) {
      for (const destination of DIMENSIONS.destination) {
        for (let turn = 0; turn < perEncryption; turn++) {
          drawn.push({ ...draw(drawn.length), scope, source, destination });
        }
      }
    }
  }
  const chosen = drawn.filter(exists);
  const impossible = new Set<string>();
  for (;;) {
    const missing = pairsNotIn(chosen).filter((pair) => !impossible.has(JSON.stringify(pair)));
    if (missing.length === 0) return chosen;
    const [pair] = missing;
    const tries = Array.from({ length: 30 }, (_, number) => ({ ...draw(number + chosen.length), ...pair })).filter(
      exists,
    );
    const fills = (cell: Cell) => missing.filter((it) => has(cell, it)).length;
    if (tries.length === 0) impossible.add(JSON.stringify(pair));
    else chosen.push(tries.reduce((best, it) => (fills(it) > fills(best) ? it : best)));
  }
}

const exists = (cell: Cell) => !LEFT_OUT.some(({ of }) => has(cell, of));

export const has = (cell: Cell, values: Partial<Cell>) =>
  Object.entries(values).every(([dimension, value]) => cell[dimension as keyof Cell] === value);

function draw(number: number): Cell {
  return {
    scope: pick(DIMENSIONS.scope, number, 9),
    source: pick(DIMENSIONS.source, number, 10),
    destination: pick(DIMENSIONS.destination, number, 11),
    filter: DIMENSIONS.filter[(number + Math.floor(number / 9)) % 9],
    deleteMarkers: pick(DIMENSIONS.deleteMarkers, number, 1),
    objectLock: pick(DIMENSIONS.objectLock, number, 2),
    destinations: pick(DESTINATIONS, number, 3),
    name: pick(DIMENSIONS.name, number, 4),
    role: pick(DIMENSIONS.role, number, 5),
    partition: pick(DIMENSIONS.partition, number, 6),
    by: pick(DIMENSIONS.by, number, 7),
    keys: pick(KEYS, number, 8),
  };
}

/** Values of two dimensions that no cell has together. */
export function pairsNotIn(chosen: readonly Cell[]): Array<Partial<Cell>> {
  const names = Object.keys(DIMENSIONS) as Array<keyof Cell>;
  return names.flatMap((one, index) =>
    names
      .slice(index + 1)
      .flatMap((other) =>
        DIMENSIONS[one].flatMap((a) =>
          (DIMENSIONS[other] as readonly unknown[])
            .filter((b) => !chosen.some((cell) => cell[one] === a && cell[other] === b))
            .map((b) => ({ [one]: a, [other]: b })),
        ),
      ),
  );
}

function pick<T>(list: readonly T[], number: number, salt: number): T {
  return list[createHash('md5').update(`${number} ${salt}`).digest().readUInt32LE() % list.length];
}

export const nameOf = (cell: Cell) => Object.values(cell).join(' ');

const REGIONS = {
  aws: ['us-east-1', 'eu-west-1', 'ap-southeast-2'],
  'aws-cn': ['cn-north-1', 'cn-northwest-1'],
  'aws-us-gov': ['us-gov-west-1', 'us-gov-east-1'],
};

const FILTERS: Record<Cell['filter'], ReplicationFilter[]> = {
  all: [ReplicationFilter.all()],
  prefix: [ReplicationFilter.prefix('logs/')],
  'no slash': [ReplicationFilter.prefix('report')],
  tags: [ReplicationFilter.tags({ replicate: 'yes', tier: 'gold' })],
  'prefix+tags': [ReplicationFilter.prefixAndTags('data/raw/', { replicate: 'yes' })],
  prefixes: ['logs/', 'logs/app/', 'data/2026'].map((prefix) => ReplicationFilter.prefix(prefix)),
  star: [ReplicationFilter.prefix('a*b/')],
  'question mark': [ReplicationFilter.prefix('really?/')],
  dollar: [ReplicationFilter.prefix('${aws:PrincipalAccount}/$5/')],
};

/** The app of a cell. */
export function build(cell: Cell): App {
  const app = quietApp();
  const [here, ...elsewhere] = REGIONS[cell.partition];
  const stack = new Stack(app, 'Data', { env: { account: ACCOUNT, region: here } });
  const replicas =
    cell.scope === 'SRR'
      ? [stack]
      : elsewhere
          .slice(0, cell.destinations)
          .map((region) => new Stack(app, `Replica-${region}`, { env: { account: ACCOUNT, region } }));

  const sharedKey = cell.keys === 'shared' ? new kms.Key(stack, 'SharedKey') : undefined;
  const sourceKey = cell.source === 'SSE-S3' ? undefined : (sharedKey ?? new kms.Key(stack, 'SourceKey'));
  const source = new s3.Bucket(stack, 'Source', {
    ...encryption(cell.source, sourceKey),
    bucketName: { 'made up': undefined, literal: 'documents', token: `documents-${Aws.ACCOUNT_ID}` }[cell.name],
    objectLockEnabled: cell.objectLock || undefined,
  });
  const formerKey = cell.keys === 'former' ? new kms.Key(stack, 'FormerKey') : undefined;
  const rules = Array.from({ length: cell.destinations }).flatMap((_, index) => {
    const inStack = replicas[index % replicas.length];
    const key = sharedKey ?? new kms.Key(inStack, `Key${index}`);
    const destination = new s3.Bucket(inStack, `Replica${index}`, {
      ...encryption(cell.destination, key),
      objectLockEnabled: cell.objectLock || undefined,
    });
    const needsKey = cell.source !== 'SSE-S3' || formerKey;
    return FILTERS[cell.filter].map((filter, nth) => ({
      destination,
      filter,
      ruleId: `rule-${index}-${nth}`,
      enabled: nth < 2,
      deleteMarkerReplication: cell.deleteMarkers && nth === 0,
      sourceKeys: formerKey && [formerKey],
      destinationKey: needsKey && cell.destination === 'SSE-S3' ? key : undefined,
    }));
  });
  replicate(cell, stack, source, rules);
  return app;
}

function replicate(
  cell: Cell,
  stack: Stack,
  source: s3.Bucket,
  rules: Array<ReplicationRuleOptions & { destination: s3.IBucket }>,
): void {
  const assumedBy = new iam.ServicePrincipal('s3.amazonaws.com');
  const role = {
    made: {},
    given: { role: new iam.Role(stack, 'Role', { assumedBy }) },
    named: { roleName: 'replication' },
  };
  const options = role[cell.role];
  if (cell.by === 'rules') {
    new BucketReplication(stack, 'Replication', { source, rules, ...options });
    return;
  }
  if (cell.role !== 'made') new BucketReplication(stack, 'Replication', { source, ...options });
  rules.forEach((rule, index) => {
    if (cell.by === 'pair') new ReplicatedBucketPair(stack, `Pair${index}`, { source, ...rule });
    else BucketReplication.of(source).addRule(rule);
  });
}

function encryption(kind: Cell['source'], encryptionKey: kms.IKey | undefined): s3.BucketProps {
  const kmsOf = (bucketKeyEnabled: boolean) => ({
    encryption: s3.BucketEncryption.KMS,
    encryptionKey,
    bucketKeyEnabled,
  });
  return {
    'SSE-S3': {},
    KMS: kmsOf(false),
    'KMS+bucket key': kmsOf(true),
    DSSE: { encryption: s3.BucketEncryption.DSSE, encryptionKey },
  }[kind];
}
