import type { RawOptions, RawPairBucket, RawPlan, RawStep } from './arbitrary';
import { meaningOf } from './meaning';
import {
  AppPlan,
  BucketPlan,
  KeyPlan,
  PairBucketPlan,
  RolePlan,
  RulePlan,
  RuleOptionsPlan,
  StackPlan,
  Step,
  STRANGER,
} from './plan';
import { reasonsToRefuse } from './refusals';

/**
 * Makes a plan of random numbers.
 *
 * Most combinations of random parts must be refused, so a careful plan takes of each part what leaves it acceptable: the
 * first bucket, in the order that the numbers give, to which there is no objection.
 */
export function settle(raw: RawPlan): AppPlan {
  const stacks = raw.stacks.map((it, i): StackPlan => ({
    ...it,
    id: `S${i}`,
    nestedIn: i === 0 ? undefined : it.nestedIn,
  }));
  const stackAt = (index: number) => pick(stacks, index)!;
  const keys = raw.keys.map(({ stack, kind, region }, i): KeyPlan => {
    const at = stackAt(stack);
    // what keys of the account let others do is not in the app
    const strange = kind === 'imported' && stacks.some((it) => it.account === STRANGER);
    const plain = strange || (raw.careful && kind !== 'L1' && kind !== 'imported') ? 'L2' : kind;
    // whether a key fits a stack of any region cannot be told, and is not asked
    const literal = stacks.some((it) => it.region === undefined && !it.nestedIn) ? 'us-east-1' : region;
    return { id: `K${i}`, stack: at.id, kind: plain, region: plain === 'imported' ? literal : undefined };
  });
  const roles = raw.roles.map(({ stack, kind, named }, i): RolePlan => {
    const at = stackAt(stack);
    // core lets nobody attach a policy to a role of another account than that of the stack which imports it, and whether
    // a role fits a stack of any account cannot be told
    const strange = kind === 'imported' && stacks.some((it) => it.account === STRANGER);
    const open = kind === 'of another account' && stacks.some((it) => it.account === undefined && !it.nestedIn);
    const settled = strange || open ? 'trusting' : kind;
    const ofTheApp = settled === 'trusting' || settled === 'distrusting';
    return { id: `R${i}`, stack: at.id, kind: settled, named: ofTheApp ? named : undefined };
  });
  const buckets = raw.buckets.map((it, i) => settleBucket(raw.careful, it, i, stackAt(it.stack), stacks, keys));
  let plan: AppPlan = { stacks, keys, roles, buckets, steps: [], mishaps: [] };

  raw.steps.forEach((it, i) => {
    const variants = alternatives(plan, it, i, stackAt(it.kind === 'rule' ? 0 : it.stack), raw.careful);
    const chosen = variants.find((steps) => !raw.careful || accepted({ ...plan, steps: [...plan.steps, ...steps] }));
    if (chosen) plan = { ...plan, steps: [...plan.steps, ...chosen] };
  });
  if (plan.steps.length === 0) {
    plan = { ...plan, steps: [{ kind: 'pair', id: 'P', stack: stacks[0].id, options: {} }] };
  }
  for (const { bucket, what } of raw.mishaps ?? []) {
    const targets = [...buckets.filter(({ level }) => level !== 'imported').map(({ id }) => id), ...ofPairs(plan)];
    const id = pick(targets, bucket);
    const next = id && { ...plan, mishaps: [...plan.mishaps, { bucket: id, what }] };
    const again = plan.mishaps.some((it) => it.bucket === id && it.what === what);
    if (next && !again && sensible(next, id, what) && (!raw.careful || accepted(next))) plan = next;
  }
  // core's own replication counts where this library meets it, and two buckets of one name where it refuses them
  const sources = plan.steps.map((step) => step.source);
  const unique = accepted(plan);
  const met = buckets.map((it) => ({
    ...it,
    name: unique && it.level !== 'imported' && it.name === 'shared' ? ('literal' as const) : it.name,
    replicatesAlready: sources.includes(it.id) ? it.replicatesAlready : undefined,
  }));
  return tidy({ ...plan, buckets: met });
}

const accepted = (plan: AppPlan) => reasonsToRefuse(plan).length === 0;
const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % list.length];
const rotated = <T>(list: readonly T[], by: number): T[] => list.map((_, i) => list[(i + by) % list.length]);

/** Without the properties that are not given, as JSON has it. */
const tidy = (plan: AppPlan): AppPlan => JSON.parse(JSON.stringify(plan));

/** What would be refused without this library, too, says nothing about it. */
function sensible(plan: AppPlan, id: string, what: string): boolean {
  const meaning = meaningOf(plan);
  const outgoing = meaning.flows.filter(({ source }) => source === meaning.buckets.get(id));
  const named = outgoing.some(({ options }) => options.sourceKeys?.length && options.destinationKey !== undefined);
  if (what === 'rules emptied by an override' || what === 'renamed by an override') return outgoing.length > 0;
  // whether these are all keys is the user's to know
  return !(what === 'encryption changed by an override' && named);
}

const ofPairs = (plan: AppPlan) =>
  plan.steps.flatMap((step) =>
    step.kind === 'pair'
      ? [
          ...(step.source === undefined ? [`${step.id}.Source`] : []),
          ...(step.destination === undefined ? [`${step.id}.Destination`] : []),
        ]
      : [],
  );

function settleBucket(
  careful: boolean,
  it: RawPlan['buckets'][number],
  i: number,
  stack: StackPlan,
  stacks: readonly StackPlan[],
  keys: readonly KeyPlan[],
): BucketPlan {
  const { level } = it;
  const regionOf = (id: string): string | undefined => {
    const found = stacks.find((other) => other.id === id)!;
    return found.nestedIn === undefined ? found.region : regionOf(found.nestedIn);
  };
  // references of the user's own from stack to stack are not what is tested here
  const usable = keys.filter((key) =>
    key.kind === 'imported' ? !careful || key.region === regionOf(stack.id) : key.stack === stack.id,
  );
  const fit = usable.filter(({ kind }) => (level === 'L1' ? kind !== 'alias' : kind !== 'L1'));
  const name = careful && it.name === 'shared' ? 'literal' : it.name;
  const common = { id: `B${i}`, stack: stack.id, level };
  if (level === 'imported') {
    const key = it.key === undefined ? undefined : pick(fit, it.key);
    // where it is not known where a stack goes, only where it is tried out
    const open = stacks.some(({ region, nestedIn }) => region === undefined && !nestedIn);
    const partitionKnown = /^(us|eu|ap)-[a-z]+t-/.test(regionOf(stack.id) ?? 'us-east-1');
    const elsewhere = partitionKnown ? (open ? 'us-east-1' : it.region) : undefined;
    return {
      ...common,
      name: name === 'shared' ? name : 'literal',
      key: key?.id,
      region: it.region && elsewhere,
      account: it.account,
    };
  }
  const wantsKey = it.encryption === 'KMS' || it.encryption === 'KMS with bucket key' || it.encryption === 'DSSE';
  const key = wantsKey && (it.key !== undefined || level === 'L1') ? pick(fit, it.key ?? 0) : undefined;
  const aliasOnL1Only = it.encryption === 'alias' && level === 'L2';
  const keyless = wantsKey && level === 'L1' && !key;
  const encryption = aliasOnL1Only || (keyless && careful) ? undefined : keyless ? 'KMS managed' : it.encryption;
  const versioning =
    (careful && it.versioning === 'Suspended') || (it.versioning === 'Suspended' && level === 'L2')
      ? 'Enabled'
      : it.versioning;
  return {
    ...common,
    name: name === 'generated' && level === 'L1' ? undefined : name,
    encryption,
    key: key?.id,
    // core demands it for retention rules and replication of its own
    versioning: it.lock !== undefined && versioning === undefined ? 'Enabled' : versioning,
    lock: it.lock,
    expires: it.expires,
    removal: it.removal,
    ownership: it.ownership,
    enforceSSL: level === 'L2' ? it.enforceSSL : undefined,
    replicatesAlready: level === 'L1' && !careful ? it.replicatesAlready : undefined,
  };
}

/**
 * The step with each bucket in the place of each, from the ones that the numbers name on. Imported sources are in
 * `scenes/two-way.ts`.
 */
function alternatives(plan: AppPlan, raw: RawStep, i: number, stack: StackPlan, careful: boolean): Step[][] {
  const ids = [...plan.buckets.map(({ id }) => id), ...ofPairs(plan)];
  const own = plan.buckets.filter(({ level }) => level !== 'imported').map(({ id }) => id);
  const options = settleOptions(plan, careful);
  switch (raw.kind) {
    case 'rule':
      return rotated([...own, ...ofPairs(plan)], raw.source).flatMap((source) =>
        rotated(ids, raw.destination).map((destination): Step[] => [
          { kind: 'rule', source, destination, byL1: raw.byL1, options: options(raw.options) },
        ]),
      );
    case 'replication': {
      const rules = (shift: number) =>
        raw.rules.map((rule): RulePlan => ({
          destination: pick(ids, rule.destination + shift)!,
          options: options(rule.options),
        }));
      const { roleName, rolePath, boundary } = raw;
      const role =
        raw.role === undefined || (careful && (roleName ?? rolePath ?? boundary) !== undefined)
          ? undefined
          : pick(plan.roles, raw.role)?.id;
      return rotated(own, raw.source).flatMap((source) =>
        ids.flatMap((_, shift) =>
          [role, undefined].map((it): Step[] => [
            {
              kind: 'replication',
              id: `X${i}`,
              stack: stack.id,
              source,
              rules: rules(shift),
              role: it,
              roleName: roleName && `${roleName}-${i}`,
              rolePath,
              boundary,
            },
          ]),
        ),
      );
    }
    case 'pair': {
      const chosen = raw.destinationStack === undefined ? undefined : pick(plan.stacks, raw.destinationStack);
      const side = (given: number | undefined, levels: readonly string[]) => {
        const l2 = plan.buckets.filter(({ level }) => levels.includes(level)).map(({ id }) => id);
        return given === undefined ? [undefined] : [...rotated(l2, given), undefined];
      };
      return side(raw.source, ['L2']).flatMap((source) =>
        side(raw.destination, ['L2', 'imported']).flatMap((destination) =>
          [raw.destinationRegion, undefined].map((destinationRegion): Step[] => {
            const free = careful && destination !== undefined;
            const bothGiven = careful && source !== undefined && destination !== undefined;
            const { stack: _, source: __, destination: ___, ...rest } = raw;
            const settings = bothGiven ? { kind: raw.kind, encryption: undefined } : rest;
            const given = careful && (free || destinationRegion !== undefined) ? undefined : chosen;
            const there = destinationRegion === undefined ? (given ?? stack) : { id: '', region: destinationRegion };
            const bucket = (it: RawPairBucket | undefined, where: Pick<StackPlan, 'id' | 'region'>) =>
              it && settlePairBucket(plan, it, where, careful);
            return [
              {
                ...settings,
                id: `P${i}`,
                stack: stack.id,
                source,
                destination,
                destinationRegion: free ? undefined : destinationRegion,
                destinationStack: given?.id,
                sourceOptions: careful && source !== undefined ? undefined : bucket(raw.sourceOptions, stack),
                destinationOptions: free ? undefined : bucket(raw.destinationOptions, there),
                options: options(raw.options),
              } as Step,
            ];
          }),
        ),
      );
    }
  }
}

function settleOptions(plan: AppPlan, careful: boolean) {
  return (raw: RawOptions): RuleOptionsPlan => {
    const key = (index: number) => pick(plan.keys, index)?.id;
    const { filter } = raw;
    return {
      ...raw,
      deleteMarkerReplication: careful && filter && 'tags' in filter ? undefined : raw.deleteMarkerReplication,
      metrics: careful && raw.replicationTimeControl ? undefined : raw.metrics,
      destinationKey: raw.destinationKey === undefined ? undefined : key(raw.destinationKey),
      sourceKeys: raw.sourceKeys?.flatMap((index) => key(index) ?? []),
    };
  };
}

/**
 * A reference of the user's own from stack to stack is not what is tested here, so keys and log buckets are of the stack
 * of the bucket, or so far from it that they must be refused.
 */
function settlePairBucket(
  plan: AppPlan,
  raw: RawPairBucket,
  where: Pick<StackPlan, 'id' | 'region'>,
  careful: boolean,
): PairBucketPlan {
  const fits = ({ stack }: { readonly stack: string }) => {
    const { region, nestedIn } = plan.stacks.find(({ id }) => id === stack)!;
    const elsewhere = region !== undefined && where.region !== undefined && region !== where.region && !nestedIn;
    return stack === where.id || (elsewhere && !careful);
  };
  const keys = plan.keys.filter((it) => it.kind !== 'L1' && (it.kind === 'imported' || fits(it)));
  const logs = plan.buckets.filter((it) => fits(it) && it.level === 'L2' && it.encryption === undefined && !it.lock);
  return {
    name: careful && raw.name === 'shared' ? undefined : raw.name,
    encryptionKey: raw.encryptionKey === undefined ? undefined : pick(keys, raw.encryptionKey)?.id,
    expires: raw.expires,
    logsTo: raw.logsTo === undefined ? undefined : pick(logs, raw.logsTo)?.id,
  };
}
