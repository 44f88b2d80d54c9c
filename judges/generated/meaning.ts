import { AppPlan, BucketPlan, ofPair, PairBucketPlan, PairStep, ReplicationStep, RuleOptionsPlan } from './plan';

/** Where something of a plan ends up. */
export interface Place {
  readonly stack: string;
  /** The stack that is deployed by itself: the one around a nested stack. */
  readonly deployed: string;
  readonly account?: string;
  readonly region?: string;
  readonly stage?: string;
}

export interface KeyFacts {
  /** What {@link Built.keys} calls it; nothing where only the app itself knows which key that is. */
  readonly id?: string;
  readonly region?: string;
  /** Of an imported key, where that is not the usual one. */
  readonly account?: string;
  /** Where its resource is; an imported key has none. */
  readonly place?: Place;
  readonly problem?: 'alias' | 'disabled' | 'asymmetric';
}

export interface BucketFacts {
  readonly id: string;
  readonly place: Place;
  readonly imported: boolean;
  readonly isL1: boolean;
  readonly name?: BucketPlan['name'];
  /** Without a key: the AWS managed key, or an alias. */
  readonly kms?: { readonly key?: KeyFacts; readonly alias?: boolean };
  readonly locked: boolean;
  /** Whether objects may have other owners than the account of the bucket, as far as the app says. */
  readonly acls: boolean;
  readonly suspended: boolean;
  readonly replicatesAlready: boolean;
  /** The bucket that its access logs are written to. */
  readonly logsTo?: BucketFacts;
}

/** One rule that the plan asks for. */
export interface Flow {
  readonly step: number;
  readonly source: BucketFacts;
  readonly destination: BucketFacts;
  readonly options: RuleOptionsPlan;
  /** Keys that the plan names for this rule, those that a pair keeps among them. */
  readonly destinationKey?: KeyFacts;
  readonly sourceKeys: readonly KeyFacts[];
}

/** What a plan asks for, in terms of S3: no construct is made, and nothing is judged. */
export interface Meaning {
  readonly buckets: ReadonlyMap<string, BucketFacts>;
  readonly keys: ReadonlyMap<string, KeyFacts>;
  readonly places: ReadonlyMap<string, Place>;
  /** Where the role of a source is that another stack may define. */
  readonly roles: ReadonlyMap<BucketFacts, Place>;
  /** Sources with a role of the user's that CloudFormation finds a name for. */
  readonly nameless: ReadonlySet<BucketFacts>;
  /** In the order in which they are added. */
  readonly flows: readonly Flow[];
}

export function meaningOf(plan: AppPlan): Meaning {
  const places = new Map<string, Place>();
  for (const { id, account, region, stage, nestedIn } of plan.stacks) {
    const parent = nestedIn === undefined ? undefined : places.get(nestedIn);
    places.set(id, parent ? { ...parent, stack: id } : { stack: id, deployed: id, account, region, stage });
  }
  const keys = new Map<string, KeyFacts>();
  for (const { id, stack, kind, region, account } of plan.keys) {
    const place = places.get(stack)!;
    const problem = kind === 'alias' || kind === 'disabled' || kind === 'asymmetric' ? kind : undefined;
    keys.set(id, kind === 'imported' ? { id, region, account } : { id, region: place.region, place, problem });
  }
  const buckets = new Map<string, BucketFacts>();
  for (const bucket of plan.buckets) buckets.set(bucket.id, bucketFacts(bucket, places.get(bucket.stack)!, keys));

  const flows = plan.steps.flatMap((step, index): Flow[] => {
    const flow = (source: string, destination: string, options: RuleOptionsPlan): Flow => ({
      step: index,
      source: buckets.get(source)!,
      destination: buckets.get(destination)!,
      options,
      destinationKey: options.destinationKey === undefined ? undefined : keys.get(options.destinationKey),
      sourceKeys: (options.sourceKeys ?? []).map((id) => keys.get(id)!),
    });
    switch (step.kind) {
      case 'rule':
        return [flow(step.source, step.destination, step.options)];
      case 'replication':
        return step.rules.map(({ destination, options }) => flow(step.source, destination, options));
      case 'pair': {
        const kept = createPair(step, { buckets, keys, places });
        const made = flow(ofPair(step.id, 'Source'), ofPair(step.id, 'Destination'), step.options);
        return [
          {
            ...made,
            sourceKeys: [...made.sourceKeys, ...kept.sourceKeys],
            destinationKey: made.destinationKey ?? kept.destinationKey,
          },
        ];
      }
    }
  });
  const roles = new Map<BucketFacts, Place>();
  const nameless = new Set<BucketFacts>();
  for (const step of plan.steps) {
    const role = step.kind === 'replication' && plan.roles.find(({ id }) => id === step.role);
    if (!role) continue;
    const source = buckets.get((step as ReplicationStep).source)!;
    if (role.kind !== 'imported') roles.set(source, places.get(role.stack)!);
    if ((role.kind === 'trusting' || role.kind === 'distrusting') && !role.named) nameless.add(source);
  }
  return { buckets, keys, places, roles, nameless, flows };
}

/** Whether S3 is asked to replicate objects that are encrypted with KMS: it skips them unless asked. */
export function wantsKms({ source, destinationKey, sourceKeys }: Flow): boolean {
  return source.kms !== undefined || destinationKey !== undefined || sourceKeys.length > 0;
}

/** The key for the replicas: the one that is named, or the default key of the destination. */
export const replicaKey = ({ destination, destinationKey }: Flow): KeyFacts | undefined =>
  destinationKey ?? destination.kms?.key;

/** Whether the destination is known to be in another account than the source. */
export const isForeign = ({ source: { place: from }, destination: { place: to } }: Flow) =>
  from.account !== undefined && to.account !== undefined && from.account !== to.account;

function bucketFacts(it: BucketPlan, here: Place, keys: ReadonlyMap<string, KeyFacts>): BucketFacts {
  const imported = it.level === 'imported';
  const place = imported ? { ...here, region: it.region ?? here.region, account: it.account ?? here.account } : here;
  const customer = it.encryption === 'KMS' || it.encryption === 'KMS with bucket key' || it.encryption === 'DSSE';
  const own = it.level === 'L2' ? { id: `${it.id}.Key`, region: place.region, place } : undefined;
  const key = it.key === undefined ? own : keys.get(it.key);
  return {
    id: it.id,
    place,
    imported,
    name: it.name,
    kms: imported
      ? it.key === undefined
        ? undefined
        : { key }
      : customer && key
        ? { key }
        : it.encryption === 'alias'
          ? { alias: true }
          : customer || it.encryption === 'KMS managed'
            ? {}
            : undefined,
    locked: it.lock !== undefined,
    acls: !imported && it.ownership !== 'BucketOwnerEnforced',
    isL1: it.level === 'L1',
    suspended: it.versioning === 'Suspended',
    replicatesAlready: it.replicatesAlready ?? false,
  };
}

interface World {
  readonly buckets: Map<string, BucketFacts>;
  readonly keys: Map<string, KeyFacts>;
  readonly places: Map<string, Place>;
}

/** Adds the buckets of a pair; the result are keys of theirs that are kept beside their default encryption. */
function createPair(step: PairStep, { buckets, keys, places }: World): Pick<Flow, 'sourceKeys' | 'destinationKey'> {
  const own = places.get(step.stack)!;
  const source = step.source === undefined ? undefined : buckets.get(step.source)!;
  const destination = step.destination === undefined ? undefined : buckets.get(step.destination)!;
  const chosenStack = step.destinationStack === undefined ? own : places.get(step.destinationStack)!;
  const there =
    step.destinationRegion === undefined ? chosenStack : replicaPlace(source?.place ?? own, step.destinationRegion);
  places.set(there.stack, there);

  const keyGiven = [step.sourceOptions, step.destinationOptions].some((it) => it?.encryptionKey !== undefined);
  // a key that is brought along decides about both buckets
  const broughtKey = [source, destination].some((it) => it?.kms?.key !== undefined);
  const usesKms = step.encryption === undefined ? keyGiven || broughtKey : step.encryption === 'KMS';
  const locked = step.objectLockEnabled ?? (step.retention === true || source?.locked === true);

  const create = (end: 'Source' | 'Destination', place: Place, options: PairBucketPlan = {}) => {
    const id = ofPair(step.id, end);
    const given = options.encryptionKey === undefined ? undefined : keys.get(options.encryptionKey);
    const made: KeyFacts = { region: place.region, place };
    const used = given ?? { ...made, id: `${id}.Key` };
    buckets.set(id, {
      id,
      place,
      imported: false,
      name: options.name,
      kms: usesKms ? { key: used } : undefined,
      locked,
      acls: false,
      isL1: false,
      suspended: false,
      replicatesAlready: false,
      logsTo: options.logsTo === undefined ? undefined : buckets.get(options.logsTo),
    });
    const kept = step.keepEncryptionKeys ? [made] : [];
    if (usesKms) return given ? kept : [];
    return given ? [given, ...kept] : kept;
  };
  const keptAtDestination = destination ? [] : create('Destination', there, step.destinationOptions);
  const keptAtSource = source ? [] : create('Source', own, step.sourceOptions);
  if (source) buckets.set(ofPair(step.id, 'Source'), source);
  if (destination) buckets.set(ofPair(step.id, 'Destination'), destination);
  return { sourceKeys: keptAtSource, destinationKey: usesKms ? undefined : keptAtDestination[0] };
}

/** The stack that is made for the replicas of a stack in another region. */
export function replicaPlace(source: Place, region: string): Place {
  const stack = `${source.deployed}/ReplicaStack-${region}`;
  return { stack, deployed: stack, account: source.account, region, stage: source.stage };
}
