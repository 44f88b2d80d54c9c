import { App, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Aws, Stack } from 'aws-cdk-lib';
import { Cell } from './cells';
import { handedOver } from './handed-over';
import { quietApp } from '../../test/app';
import { ACCOUNT } from '../../test/builders';
import { Grant, grant } from '../../test/grant';
import { DeployedApp } from '../assembly/deployed';
import { readStacks, StackOfApp } from '../assembly/stacks';
import {
  BucketReplication,
  CrossAccountReplication,
  ReplicatedBucketPair,
  ReplicationFilter,
  ReplicationRuleOptions,
} from 'cdk-s3-replication';

export const THEIRS = '222222222222';
export const ORGANIZATION = 'o-a1b2c3d4e5';

const REGIONS = {
  aws: ['us-east-1', 'eu-west-1', 'ap-southeast-2'],
  'aws-cn': ['cn-north-1', 'cn-northwest-1'],
  'aws-us-gov': ['us-gov-west-1', 'us-gov-east-1'],
};

/** Roles that are let in by the start of their names write keys only that begin with their account. */
export const isByPrefix = ({ accounts }: Cell) => accounts === 'accounts' || accounts === 'organization';

function filtersOf(cell: Cell): ReplicationFilter[] {
  const root = isByPrefix(cell) ? `${ACCOUNT}/` : '';
  const prefix = (text: string) => ReplicationFilter.prefix(`${root}${text}`);
  const tags = { replicate: 'yes', tier: 'gold' };
  const filters: Record<Cell['filter'], () => ReplicationFilter[]> = {
    all: () => [root ? prefix('') : ReplicationFilter.all()],
    prefix: () => [prefix('logs/')],
    'no slash': () => [prefix('report')],
    tags: () => [root ? ReplicationFilter.prefixAndTags(root, tags) : ReplicationFilter.tags(tags)],
    'prefix+tags': () => [ReplicationFilter.prefixAndTags(`${root}data/raw/`, { replicate: 'yes' })],
    prefixes: () => ['logs/', 'logs/app/', 'data/2026'].map(prefix),
    star: () => [prefix('a*b/')],
    'question mark': () => [prefix('really?/')],
    dollar: () => [prefix('${aws:PrincipalAccount}/$5/')],
  };
  return filters[cell.filter]();
}

interface Destination {
  /** Undefined where the library makes it. */
  readonly bucket?: s3.IBucketRef;
  /** For replicas, if they are encrypted. */
  readonly key?: kms.IKey;
  readonly stack: Stack;
}

export const isGranted = ({ accounts }: Cell) => ['two apps', 'accounts', 'organization'].includes(accounts);
const inTwoApps = (cell: Cell) => cell.accounts === 'handed over' || isGranted(cell);
const replicatesKms = ({ source, keys }: Cell) => source !== 'SSE-S3' || keys === 'former';

/** Regions that destinations are in. */
export const regionsOf = ({ scope, partition, destinations }: Cell): string[] =>
  scope === 'SRR' ? REGIONS[partition].slice(0, 1) : REGIONS[partition].slice(1, 1 + destinations);

/** The stacks of the app of a cell, or of its two apps, that of the destinations first. Throws what the library does. */
export function stacksOf(cell: Cell): StackOfApp[] {
  if (!inTwoApps(cell)) return readStacks(oneApp(cell).synth());
  const theirs = readStacks(theirApp(cell).synth());
  const { app, imported } = ourApp(cell, new DeployedApp(theirs));
  const assembly = app.synth();
  const ours = readStacks(assembly);
  if (cell.accounts === 'handed over') return [...handedOver(theirs, assembly, imported), ...ours];
  const buckets = new DeployedApp([...theirs, ...ours]).ofType('AWS::S3::Bucket');
  const { Role } = buckets.find((it) => it.properties.ReplicationConfiguration)!.properties.ReplicationConfiguration;
  const [, rolePath, roleName] = /:role(\/.*?)([^/]+)$/.exec(Role)!;
  const roleNamePrefix = roleName.slice(0, 4);
  const who = {
    'two apps': { account: ACCOUNT, roleName },
    accounts: { accounts: [ACCOUNT, '444444444444'], roleNamePrefix },
    organization: { organizationId: ORGANIZATION, roleNamePrefix },
  }[cell.accounts as 'two apps' | 'accounts' | 'organization'];
  return [...readStacks(theirApp(cell, { ...who, rolePath }).synth()), ...ours];
}

function oneApp(cell: Cell): App {
  const app = quietApp();
  const stack = sourceStack(app, cell);
  const ofOne = cell.accounts === 'one';
  const replicas = ofOne && cell.scope === 'SRR' ? [stack] : replicaStacks(app, cell);
  const sharedKey = ofOne && cell.keys === 'shared' ? new kms.Key(stack, 'SharedKey') : undefined;
  const source = sourceBucket(stack, cell, sharedKey);
  replicate(cell, stack, source, destinationsIn(replicas, cell, sharedKey));
  return app;
}

/** The destinations, with what lets the role in. */
function theirApp(cell: Cell, who?: Grant): App {
  const app = quietApp();
  for (const { bucket, key } of destinationsIn(replicaStacks(app, cell), cell)) {
    if (!who) continue;
    grant(bucket!, {
      ...who,
      enforceSSL: cell.tls,
      keyPrefixes: isByPrefix(cell) ? ['{account}/'] : undefined,
      deleteMarkers: cell.deleteMarkers,
      ownerOverride: cell.ownership === 'no override' ? false : undefined,
      encryptionKey: replicatesKms(cell) && cell.destination === 'SSE-S3' ? key : undefined,
    });
  }
  return app;
}

/** The source, which knows the destinations by name. */
function ourApp(cell: Cell, theirs: DeployedApp): { app: App; imported: Map<string, string> } {
  const app = quietApp();
  const stack = sourceStack(app, cell);
  const source = sourceBucket(stack, cell);
  const keys = new Map<string, kms.IKey>();
  const imported = new Map<string, string>();
  const destinations = theirs.ofType('AWS::S3::Bucket').map((bucket, index): Destination => {
    const { account, region, paths } = bucket.stack;
    const path = paths[bucket.logicalId].replace(/Replica(\d)$/, cell.keys === 'shared' ? 'SharedKey' : 'Key$1');
    const { arn } = theirs.ofType('AWS::KMS::Key').find((key) => key.stack.paths[key.logicalId] === path)!;
    if (!keys.has(arn!)) keys.set(arn!, kms.Key.fromKeyArn(stack, `TheirKey${index}`, arn!));
    const key = keys.get(arn!)!;
    imported.set(key.node.path, arn!).set(`${stack.node.path}/Theirs${index}`, bucket.arn!);
    const encryptionKey = cell.destination === 'SSE-S3' ? undefined : key;
    const attributes = { bucketName: bucket.physicalId, account, region, encryptionKey };
    return { bucket: s3.Bucket.fromBucketAttributes(stack, `Theirs${index}`, attributes), key, stack };
  });
  replicate(cell, stack, source, destinations);
  return { app, imported };
}

const sourceStack = (app: App, { partition }: Cell) =>
  new Stack(app, 'Data', { env: { account: ACCOUNT, region: REGIONS[partition][0] } });

const replicaStacks = (app: App, cell: Cell) =>
  regionsOf(cell).map(
    (region) =>
      new Stack(app, `Replica-${region}`, { env: { account: cell.accounts === 'one' ? ACCOUNT : THEIRS, region } }),
  );

interface Source {
  readonly bucket: s3.IBucketRef;
  readonly formerKey?: kms.IKey;
}

function sourceBucket(stack: Stack, cell: Cell, sharedKey?: kms.IKey): Source {
  const key = cell.source === 'SSE-S3' ? undefined : (sharedKey ?? new kms.Key(stack, 'SourceKey'));
  const bucketName = { 'made up': undefined, literal: 'documents', token: `documents-${Aws.ACCOUNT_ID}` }[cell.name];
  // a pair takes no L1
  const isL1 = cell.buckets === 'L1' && cell.by !== 'pair';
  const bucket = newBucket(stack, 'Source', cell, cell.source, key, { bucketName }, isL1);
  return { bucket, formerKey: cell.keys === 'former' ? new kms.Key(stack, 'FormerKey') : undefined };
}

function destinationsIn(stacks: Stack[], cell: Cell, sharedKey?: kms.IKey): Destination[] {
  return Array.from({ length: cell.destinations }, (_, index): Destination => {
    const stack = stacks[index % stacks.length];
    const own = cell.keys !== 'shared';
    // one that is made with its bucket has no key of ours
    const none = cell.accounts === 'created' && own && cell.destination !== 'SSE-S3';
    const id = own ? `Key${index}` : 'SharedKey';
    const key = none
      ? undefined
      : (sharedKey ?? (stack.node.tryFindChild(id) as kms.Key | undefined) ?? new kms.Key(stack, id));
    if (cell.accounts === 'created') return { key, stack };
    const isL1 = cell.buckets === 'L1' && (inTwoApps(cell) || !/pair/.test(cell.by));
    const named = inTwoApps(cell) || cell.accounts === 'one app, names';
    const props = {
      bucketName: named ? `replica-${index}` : undefined,
      versioned: inTwoApps(cell) || undefined,
      enforceSSL: (cell.tls && !isGranted(cell)) || undefined,
      objectOwnership:
        cell.ownership === 'enforced' ? s3.ObjectOwnership.BUCKET_OWNER_ENFORCED : s3.ObjectOwnership.OBJECT_WRITER,
    };
    const bucket = newBucket(stack, `Replica${index}`, cell, cell.destination, key, props, isL1 && !props.enforceSSL);
    return { bucket, key, stack };
  });
}

function newBucket(
  stack: Stack,
  id: string,
  cell: Cell,
  kind: Cell['source'],
  key: kms.IKey | undefined,
  props: s3.BucketProps,
  isL1: boolean,
): s3.IBucketRef {
  const objectLockEnabled = cell.objectLock || undefined;
  if (!isL1) {
    return new s3.Bucket(stack, id, { ...encryption(kind, key), objectLockEnabled, ...props });
  }
  const { objectOwnership, bucketName } = props;
  return new s3.CfnBucket(stack, id, {
    bucketName,
    objectLockEnabled,
    versioningConfiguration: props.versioned ? { status: 'Enabled' } : undefined,
    ownershipControls: objectOwnership && { rules: [{ objectOwnership }] },
    bucketEncryption: kind === 'SSE-S3' ? undefined : encryptionOfL1(kind, key!),
  });
}

const encryptionOfL1 = (kind: Cell['source'], { keyArn }: kms.IKey): s3.CfnBucket.BucketEncryptionProperty => ({
  serverSideEncryptionConfiguration: [
    {
      bucketKeyEnabled: kind === 'KMS+bucket key',
      serverSideEncryptionByDefault: {
        sseAlgorithm: kind === 'DSSE' ? 'aws:kms:dsse' : 'aws:kms',
        kmsMasterKeyId: keyArn,
      },
    },
  ],
});

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

function replicate(cell: Cell, stack: Stack, { bucket: source, formerKey }: Source, destinations: Destination[]): void {
  const roleName = cell.accounts === 'one' ? undefined : 'of-the-user';
  const assumedBy = new iam.ServicePrincipal('s3.amazonaws.com');
  const role = {
    made: () => ({}),
    given: () => ({ role: new iam.Role(stack, 'Role', { assumedBy, roleName }) }),
    named: () => ({ roleName: 'replication' }),
    'with a path': () => ({ roleName: 'replication', rolePath: '/data/s3/' }),
  };
  const options = role[cell.role]();
  const rules = destinations.map(({ key, ...destination }, index) => {
    const needsKey = replicatesKms(cell) && cell.destination === 'SSE-S3';
    const ofDestination = filtersOf(cell).map((filter, nth): ReplicationRuleOptions => ({
      filter,
      ruleId: `rule-${index}-${nth}`,
      enabled: nth < 2,
      deleteMarkerReplication: cell.deleteMarkers && nth === 0,
      sourceKeys: formerKey && [formerKey],
      destinationKey: needsKey ? key : undefined,
      ownerOverride: overrideOf(cell),
    }));
    return { ...destination, key, rules: ofDestination };
  });
  const all = rules.flatMap((it) => (it.bucket ? it.rules.map((rule) => ({ ...rule, destination: it.bucket! })) : []));
  if (cell.by === 'rules' && cell.accounts !== 'created') {
    new BucketReplication(stack, 'Replication', { source, rules: all, ...options });
    return;
  }
  if (cell.role !== 'made') new BucketReplication(stack, 'Replication', { source, ...options });
  const replication = BucketReplication.of(source);
  all.forEach((rule, index) => {
    const destination = rule.destination as s3.IBucket;
    if (cell.by === 'pair') {
      new ReplicatedBucketPair(stack, `Pair${index}`, { ...rule, source: source as s3.IBucket, destination });
    } else if (cell.by === 'account pair') {
      new CrossAccountReplication(stack, `Pair${index}`, { ...rule, source, destination });
    } else {
      replication.addRule(rule);
    }
  });
  if (cell.accounts !== 'created') return;
  rules.forEach(({ key, stack: destinationStack, rules: [first, ...more] }, index) => {
    const props = {
      ...first,
      destinationStack,
      encryption: encryption(cell.destination, undefined).encryption ?? s3.BucketEncryption.S3_MANAGED,
      destinationOptions: cell.destination === 'SSE-S3' ? undefined : { encryptionKey: key },
    };
    const { destination } =
      cell.by === 'pair'
        ? new ReplicatedBucketPair(stack, `Pair${index}`, { ...props, source: source as s3.IBucket })
        : new CrossAccountReplication(stack, `Pair${index}`, { ...props, source });
    for (const rule of more) replication.addRule({ ...rule, destination });
  });
}

/** What a rule says about the owner of replicas: in the app that has the bucket it need not say it. */
const overrideOf = (cell: Cell): boolean | undefined =>
  cell.ownership === 'no override' ? false : cell.ownership === 'ACLs' && inTwoApps(cell) ? true : undefined;
