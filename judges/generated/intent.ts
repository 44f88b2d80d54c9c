import { Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { Built } from './build';
import { importedKeyArn, l1 } from './build-bucket';
import { LATE_TEXT, PARAMETER } from './build-filter';
import { BucketFacts, Flow, isForeign, KeyFacts, Meaning, meaningOf, replicaKey, wantsKms } from './meaning';
import { AppPlan, Text } from './plan';
import { DeployedApp, DeployedResource } from '../assembly/deployed';
import { partitionOf } from '../assembly/physical';

/**
 * Where the configurations of the deployed app differ from what the plan asks for: every rule that was asked for with
 * all that was said about it, and nothing else.
 */
export function judgeIntent(
  plan: AppPlan,
  built: Built,
  app: DeployedApp,
  meaning: Meaning = meaningOf(plan),
): string[] {
  const sources = new Map<BucketFacts, Flow[]>();
  for (const flow of meaning.flows) sources.set(flow.source, [...(sources.get(flow.source) ?? []), flow]);
  const expectedOn = new Set<DeployedResource>();
  const differences = [...sources].flatMap(([source, flows]) => {
    const bucket = locate(app, built.buckets.get(source.id)!)!;
    expectedOn.add(bucket);
    const rules: any[] = bucket.properties.ReplicationConfiguration?.Rules ?? [];
    const expected = flows.map((flow) => expectedRule(flow, built, app));
    return compareRules(flows, expected, rules).map((it) => `${source.id}: ${it}`);
  });
  const unasked = app
    .ofType('AWS::S3::Bucket')
    .filter((it) => it.properties.ReplicationConfiguration !== undefined && !expectedOn.has(it));
  return [...differences, ...unasked.map(({ logicalId }) => `${logicalId}: replicates, and nobody asked for it`)];
}

/** The resource that a construct of the app makes; undefined when it is imported. */
export function locate(app: DeployedApp, construct: IConstruct): DeployedResource | undefined {
  const cfn = l1(construct);
  if (!cfn) return undefined;
  let stack = Stack.of(cfn);
  let logicalId: string = stack.resolve(cfn.logicalId);
  while (stack.nestedStackParent) {
    const parent: Stack = stack.nestedStackParent;
    logicalId = `${parent.resolve(stack.nestedStackResource!.logicalId)}.${logicalId}`;
    stack = parent;
  }
  return app.resources.find((it) => it.logicalId === logicalId && it.stack.id === stack.node.path);
}

interface Expected {
  readonly id?: string;
  readonly priority?: number;
  /** All but id and priority, which may be left to the library. */
  readonly rule: Record<string, unknown>;
  /** Whether only the app knows which key of its own is used for the replicas. */
  readonly anyKey: boolean;
}

function expectedRule(flow: Flow, built: Built, app: DeployedApp): Expected {
  const { options, source, destination } = flow;
  const { stack } = locate(app, built.buckets.get(source.id)!)!;
  const resolved = (it: Text): string => {
    if (typeof it === 'string') return it;
    const value = { account: stack.account, region: stack.region, parameter: PARAMETER, lazy: LATE_TEXT }[it.token];
    return it.before + value;
  };
  const { prefix, tags = [] } = options.filter ?? {};
  const there = locate(app, built.buckets.get(destination.id)!);
  const partition = partitionOf(stack.region).partition;
  const on = { Status: 'Enabled' };
  const rtc = options.replicationTimeControl ?? false;
  const kms = wantsKms(flow);
  const key = replicaKey(flow);
  return {
    id: options.ruleId === undefined ? undefined : resolved(options.ruleId),
    priority: options.priority,
    anyKey: kms && key?.id === undefined,
    rule: {
      status: options.enabled ?? true,
      prefix: prefix === undefined ? '' : resolved(prefix),
      tags: tags.map(([name, value]) => [name, resolved(value)]).sort(([a], [b]) => (a < b ? -1 : 1)),
      deleteMarkers: options.deleteMarkerReplication ?? false,
      replicaModifications: options.replicaModifications ?? false,
      bucket: there ? there.arn : `arn:${partition}:s3:::${importedName(destination)}`,
      account: there ? there.stack.account : (destination.place.account ?? stack.account),
      storageClass: options.storageClass,
      time: rtc ? { ...on, Time: { Minutes: 15 } } : undefined,
      metrics: rtc ? { ...on, EventThreshold: { Minutes: 15 } } : options.metrics === false ? undefined : on,
      owner: (options.ownerOverride ?? (isForeign(flow) && destination.acls)) ? { Owner: 'Destination' } : undefined,
      kms,
      key: kms && key?.id !== undefined ? arnOf(key, built, app) : undefined,
    },
  };
}

/** The same view of a rule of a template. */
function actualRule(rule: any, anyKey: boolean): Record<string, unknown> {
  const { Filter = {}, Destination, SourceSelectionCriteria: criteria } = rule;
  const { And, Prefix, TagFilter } = Filter;
  const tags: any[] = And?.TagFilters ?? (TagFilter ? [TagFilter] : []);
  return {
    status: rule.Status === 'Enabled',
    prefix: And?.Prefix ?? Prefix ?? '',
    tags: tags.map(({ Key, Value }) => [Key, Value]).sort(([a], [b]) => (a < b ? -1 : 1)),
    deleteMarkers: rule.DeleteMarkerReplication?.Status === 'Enabled',
    replicaModifications: criteria?.ReplicaModifications?.Status === 'Enabled',
    bucket: Destination.Bucket,
    account: Destination.Account,
    storageClass: Destination.StorageClass,
    time: Destination.ReplicationTime,
    metrics: Destination.Metrics,
    owner: Destination.AccessControlTranslation,
    kms: criteria?.SseKmsEncryptedObjects?.Status === 'Enabled',
    key: anyKey ? undefined : Destination.EncryptionConfiguration?.ReplicaKmsKeyID,
  };
}

function compareRules(flows: readonly Flow[], expected: readonly Expected[], rules: readonly any[]): string[] {
  const left = [...rules];
  const differences = expected.flatMap(({ id, priority, rule, anyKey }, index) => {
    const fits = (it: any) =>
      (id === undefined || it.Id === id) &&
      (priority === undefined || it.Priority === priority) &&
      canonical(actualRule(it, anyKey)) === canonical(rule);
    const found = left.findIndex(fits);
    if (found < 0) return [`rule of step ${flows[index].step} is missing: ${canonical({ id, priority, ...rule })}`];
    left.splice(found, 1);
    return [];
  });
  return [...differences, ...left.map((it) => `a rule that nobody asked for: ${canonical(actualRule(it, false))}`)];
}

/** JSON with sorted keys, so that two descriptions of one thing are one text. */
export function canonical(value: unknown): string {
  const sorted = (it: any): any => {
    if (Array.isArray(it)) return it.map(sorted);
    if (typeof it !== 'object' || it === null) return it;
    return Object.fromEntries(
      Object.keys(it)
        .sort()
        .filter((key) => it[key] !== undefined)
        .map((key) => [key, sorted(it[key])]),
    );
  };
  return JSON.stringify(sorted(value));
}

export const importedName = ({ id, name }: BucketFacts) =>
  name === 'shared' ? 'data-shared' : `data-${id.toLowerCase()}`;

/** What S3 calls a key of the plan. */
export function arnOf({ id, place, region, account }: KeyFacts, built: Built, app: DeployedApp): string | undefined {
  const key = built.keys.get(id!);
  return place ? key && locate(app, key)?.arn : importedKeyArn(id!, region!, account);
}
