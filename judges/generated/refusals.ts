import { BucketFacts, Flow, isForeign, KeyFacts, Meaning, meaningOf, Place, replicaKey, wantsKms } from './meaning';
import { ACCOUNT, AppPlan, Mishap, ReplicationStep, STRANGER } from './plan';
import { optionReasons, pairReasons, PARTITION } from './refused-options';

/** Why a plan must be refused, and which of its calls or mishaps is to blame. */
export interface Reason {
  readonly because: string;
  readonly step?: number;
  readonly mishap?: number;
}

/**
 * Why S3, IAM, KMS or CloudFormation would not do what a plan asks for, or the documentation of this library says that
 * it does not; written from these, without looking at what is made of the plan.
 *
 * Nothing = the plan must be accepted.
 */
export function reasonsToRefuse(plan: AppPlan, meaning: Meaning = meaningOf(plan)): Reason[] {
  const reasons: Reason[] = [];
  const configured = new Set<BucketFacts>();
  const roleWaits: Wait[] = [];
  plan.steps.forEach((step, index) => {
    const add = (found: readonly string[]) => found.forEach((because) => reasons.push({ because, step: index }));
    const own = meaning.flows.filter((flow) => flow.step === index);
    const source = step.kind === 'pair' ? own[0].source : meaning.buckets.get(step.source)!;
    if (step.kind === 'pair') add(pairReasons(step, meaning));
    if (step.kind === 'replication') {
      add(roleReasons(plan, step, source, meaning));
      if (configured.has(source)) add(['a second BucketReplication for one source']);
    }
    configured.add(source);
    if (source.suspended) add(['the source has its versioning suspended']);
    if (source.replicatesAlready) add(['the source has a replication configuration']);
    const role = step.kind === 'replication' ? meaning.roles.get(source) : undefined;
    if (role && role.stage === source.place.stage) {
      const others = meaning.flows.filter((it) => it.step < index).flatMap((it) => waitsOf(it, meaning.roles));
      if (waitsFor(role, source.place, [...others, ...roleWaits])) add(['the stacks wait for each other']);
      // also without a rule: there may be one later
      roleWaits.push([source.place, role]);
    }
    own.forEach((flow) => add(flowReasons(flow, meaning, roleWaits)));
  });
  plan.mishaps.forEach((mishap, index) =>
    mishapReasons(mishap, meaning, configured).forEach((because) => reasons.push({ because, mishap: index })),
  );
  return reasons;
}

type Comparison = 'same' | 'different' | 'unclear';

/** Two open environments are one, because both are deployed with the same credentials. */
function compare(a: string | undefined, b: string | undefined): Comparison {
  return a === b ? 'same' : a === undefined || b === undefined ? 'unclear' : 'different';
}

function flowReasons(flow: Flow, meaning: Meaning, roleWaits: readonly Wait[]): string[] {
  const { source, destination, options } = flow;
  const before = meaning.flows.slice(0, meaning.flows.indexOf(flow));
  const siblings = before.filter((it) => it.source === source);
  const reasons = optionReasons(options);
  const itself = source === destination || (named(source) && source.name === 'shared' && destination.name === 'shared');
  if (itself) reasons.push('the destination is the source');
  if (destination.suspended) reasons.push('the destination has its versioning suspended');
  const partitions = [source, destination].map(({ place }) => place.region && PARTITION(place.region));
  if (compare(partitions[0], partitions[1]) === 'different') reasons.push('another partition');
  const accounts = compare(source.place.account, destination.place.account);
  if (accounts === 'unclear') reasons.push('the accounts are unclear');
  if (accounts === 'different') {
    // the other account names the role
    if (source.place.region === undefined) reasons.push('the region of a source with its replicas in another account');
    if (meaning.nameless.has(source)) reasons.push('the name of the role is not known to the other account');
  } else if (options.ownerOverride) {
    reasons.push('another owner in the same account');
  }
  if (!itself && !destination.imported) {
    if (reaches(destination, source, before)) {
      reasons.push('the destination replicates, or writes its logs, to the source');
    }
    reasons.push(...undeployable(source, destination));
  }
  const waits = [...before.flatMap((it) => waitsOf(it, meaning.roles)), ...roleWaits];
  if (waitsOf(flow, meaning.roles).some(([from, to]) => waitsFor(to, from, waits))) {
    reasons.push('the stacks wait for each other');
  }
  const edges = (it: Flow) => (it.source.imported ? [] : nestedEdges(it));
  if (edges(flow).some(([from, to]) => leads(to, from, before.flatMap(edges)))) {
    reasons.push('a stack and its nested stack wait for each other');
  }
  if (destination.logsTo && [source, destination].includes(destination.logsTo)) {
    reasons.push('every log of the destination causes another one');
  }
  if (source.locked && !destination.imported && !destination.locked) {
    reasons.push('the source has Object Lock and the destination has not');
  }
  const sameObjects = (it: Flow) =>
    it.destination === destination && JSON.stringify(objects(it)) === JSON.stringify(objects(flow));
  if (siblings.some(sameObjects)) reasons.push('a second rule for the same objects and destination');
  for (const option of ['ruleId', 'priority'] as const) {
    const same = (it: Flow) => JSON.stringify(it.options[option]) === JSON.stringify(options[option]);
    if (options[option] !== undefined && siblings.some(same)) reasons.push(`the same ${option} twice`);
  }
  return [...reasons, ...kmsReasons(flow)];
}

const named = ({ imported, name }: BucketFacts) => !imported && name !== undefined;
const objects = ({ options: { filter } }: Flow) => [
  filter?.prefix ?? '',
  [...(filter?.tags ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)),
];

function undeployable(source: BucketFacts, destination: BucketFacts): string[] {
  const [from, to] = [source.place, destination.place];
  const otherStage = from.stage !== to.stage;
  const literal = destination.name === 'literal' || destination.name === 'shared';
  if (otherStage && !literal) return ['a reference to another Stage'];
  if (!otherStage && from.deployed === to.deployed) return [];
  if (!otherStage && to.stack !== to.deployed) return ['a reference into a nested stack of another stack'];
  return compare(from.region, to.region) === 'unclear' ? ['whether the regions are one is not known'] : [];
}

/** Whether replication, and access logs with it, lead from one bucket to another, over any number of buckets. */
function reaches(from: BucketFacts, to: BucketFacts, flows: readonly Flow[], seen = new Set<BucketFacts>()): boolean {
  if (from === to) return true;
  seen.add(from);
  const next = flows.filter(({ source }) => source === from).map(({ destination }) => destination);
  return [...next, from.logsTo].some((it) => it && !seen.has(it) && reaches(it, to, flows, seen));
}

/** The place that waits, and the one that it waits for. */
type Wait = readonly [Place, Place];

/** Whether the stack of one place is deployed after that of another. */
function waitsFor(place: Place, other: Place, waits: readonly Wait[], seen = new Set<string>()): boolean {
  if (place.deployed === other.deployed) return false;
  seen.add(place.deployed);
  return waits.some(
    ([from, to]) =>
      from.deployed === place.deployed &&
      !seen.has(to.deployed) &&
      (to.deployed === other.deployed || waitsFor(to, other, waits, seen)),
  );
}

/** What is deployed before the source of a rule: a reference is no such thing in another Stage. */
function waitsOf(flow: Flow, roles: ReadonlyMap<BucketFacts, Place>): Wait[] {
  const { source, destination } = flow;
  return [
    ...(destination.imported ? [] : [destination.place]),
    ...keysOf(flow).flatMap(({ place }) => place ?? []),
    ...[roles.get(source) ?? []].flat(),
  ].flatMap((place) => (place.stage === source.place.stage ? [[source.place, place] as const] : []));
}

/** CloudFormation makes a nested stack as a whole, before or after each bucket of the stack around it. */
function nestedEdges(flow: Flow): Array<readonly [string, string]> {
  const { source, destination } = flow;
  const inside = (place: Place) => place.stack !== place.deployed;
  const node = ({ id, place }: BucketFacts) => (inside(place) ? place.stack : `bucket ${id}`);
  const here = ({ deployed }: Place) => deployed === source.place.deployed;
  const keys = keysOf(flow).flatMap(({ place }) => (place && here(place) && inside(place) ? place.stack : []));
  const ends = !destination.imported && here(destination.place) ? [node(destination), ...keys] : keys;
  return ends.flatMap((end) => (end === node(source) ? [] : [[node(source), end] as const]));
}

function leads(
  from: string,
  to: string,
  edges: ReadonlyArray<readonly [string, string]>,
  seen = new Set<string>(),
): boolean {
  if (from === to) return true;
  seen.add(from);
  return edges.some(([one, other]) => one === from && !seen.has(other) && leads(other, to, edges, seen));
}

/** The keys that the role of a rule refers to. */
const keysOf = (flow: Flow): KeyFacts[] =>
  wantsKms(flow) ? [replicaKey(flow), flow.source.kms?.key, ...flow.sourceKeys].flatMap((key) => key ?? []) : [];

function kmsReasons(flow: Flow): string[] {
  const { source, destination } = flow;
  const wrong = (whose: string, key: KeyFacts | undefined, bucket: BucketFacts) => {
    if (!key) return [];
    const regions = compare(key.region, bucket.place.region);
    return [
      ...(key.problem ? [`the key of the ${whose} is ${key.problem}`] : []),
      ...(regions === 'different' ? [`the key of the ${whose} is in another region`] : []),
      ...(!reachable(key, source.place, bucket.place.account)
        ? [`the key of the ${whose} cannot be referred to`]
        : regions === 'unclear' && key.place
          ? [`the key of the ${whose} may be in another region`]
          : []),
    ];
  };
  if (!wantsKms(flow)) return [];
  const key = replicaKey(flow);
  const undecryptable = source.kms?.alias && flow.sourceKeys.length === 0;
  return [
    ...(undecryptable ? ['the source is encrypted with an alias'] : []),
    ...(key ? [] : ['no key for the replicas']),
    ...wrong('destination', key, destination),
    ...[source.kms?.key, ...flow.sourceKeys].flatMap((it) => wrong('source', it, source)),
  ];
}

function reachable({ place }: KeyFacts, from: Place, owner: string | undefined): boolean {
  if (!place) return true;
  if (place.account !== owner) return false;
  if (place.deployed === from.deployed) return true;
  const sameEnvironment = compare(place.region, from.region) !== 'unclear';
  return place.stage === from.stage && place.stack === place.deployed && sameEnvironment;
}

function roleReasons(plan: AppPlan, step: ReplicationStep, source: BucketFacts, { places }: Meaning): string[] {
  const { roleName, rolePath } = step;
  const role = plan.roles.find(({ id }) => id === step.role);
  const described = roleName !== undefined || rolePath !== undefined || step.boundary;
  const reasons: string[] = [];
  if (role && described) reasons.push('a role and the properties of a new one');
  if (roleName !== undefined && !/^[\w+=,.@-]{1,64}$/.test(roleName)) reasons.push('the name of the role');
  if (rolePath !== undefined && !/^\/([!-~]+\/)?$/.test(rolePath)) reasons.push('the path of the role');
  if (!role) return reasons;
  const place = places.get(role.stack)!;
  const defined = role.kind === 'trusting' || role.kind === 'distrusting';
  const owner = defined ? place.account : role.kind === 'imported' ? ACCOUNT : STRANGER;
  const accounts = compare(owner, source.place.account);
  if (accounts === 'different') reasons.push('the role is of another account');
  if (defined && accounts === 'unclear') reasons.push('whether the role is of the same account is not known');
  const { region } = source.place;
  if (!defined && region !== undefined && PARTITION(region) !== 'aws') {
    reasons.push('the role is of another partition');
  }
  if (role.kind === 'distrusting') reasons.push('the role does not trust S3');
  if (defined && (place.stage !== source.place.stage || compare(place.region, source.place.region) !== 'same')) {
    reasons.push('the role is in another region or Stage');
  }
  return reasons;
}

function mishapReasons({ bucket, what }: Mishap, meaning: Meaning, configured: ReadonlySet<BucketFacts>): string[] {
  const facts = meaning.buckets.get(bucket);
  if (!facts || facts.imported) return [];
  const outgoing = meaning.flows.filter(({ source }) => source === facts);
  const incoming = meaning.flows.filter(({ destination }) => destination === facts);
  const touched = outgoing.length + incoming.length > 0;
  const nameIsGiven = facts.name === 'literal' || facts.name === 'shared' || facts.name === 'account';
  const refused: Record<Mishap['what'], boolean> = {
    'tags overridden': false,
    // S3 knows one policy for a bucket, and core makes another one than an L1 policy of the user's
    'TLS demanded': facts.isL1 && incoming.some(isForeign),
    'a tag on the whole app': false,
    'versioning suspended by an override': touched || configured.has(facts),
    'versioning suspended by an aspect': touched || configured.has(facts),
    'rules emptied by an override': outgoing.length > 0,
    'configuration deleted by an override': outgoing.length > 0,
    'renamed by an override':
      (configured.has(facts) && nameIsGiven) ||
      // what is written as text in other stacks does not follow
      incoming.some(({ source }) => facts.name !== undefined && source.place.deployed !== facts.place.deployed),
    'everything denied': touched,
    'denied outside a VPC endpoint': touched,
    'encryption changed by an override':
      outgoing.some(({ options }) => !options.sourceKeys?.length || options.destinationKey === undefined) ||
      incoming.some((flow) => wantsKms(flow) && flow.options.destinationKey === undefined),
  };
  return refused[what] ? [what] : [];
}
