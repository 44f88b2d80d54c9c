import {
  GetBucketReplicationCommand,
  PutBucketReplicationCommand,
  ReplicationConfiguration,
  ReplicationRule,
} from '@aws-sdk/client-s3';
import { BucketThere, s3Client, Tags, write } from './objects';
import { cloudFormation, membersOf, textOf } from './raw-requests';
import { LocalAws } from './server';
import { DeployedApp, DeployedResource } from '../assembly/deployed';
import { HANDLED } from '../assembly/handled-rules';
import { StackOfApp } from '../assembly/stacks';

/** A bucket of a template, where it was deployed. */
export interface DeployedBucket extends BucketThere {
  /** What the writer of the app calls it. */
  readonly path: string;
  readonly region: string;
  /** Whether it stays when its stack is deleted. */
  readonly retained: boolean;
  /** What its template asks S3 to do, with the names that were made up in the deployment. */
  readonly configuration?: ReplicationConfiguration;
}

/** The buckets of a deployed app by the path of their construct. */
export async function deployedBuckets(aws: LocalAws, stacks: StackOfApp[]): Promise<Map<string, DeployedBucket>> {
  const app = new DeployedApp(stacks);
  const real = await realNames(aws, app);
  const buckets = app.ofType('AWS::S3::Bucket').map((resource): DeployedBucket => {
    const { stack, logicalId, physicalId, properties, deletionPolicy } = resource;
    if (logicalId.includes('.')) throw new Error(`the bucket ${logicalId} of a nested stack cannot be found here`);
    const { ReplicationConfiguration: asked } = properties;
    const handled = app.ofType(HANDLED).find((it) => it.properties.Bucket === physicalId)?.properties;
    return {
      s3: s3Client(aws, stack),
      name: real(physicalId),
      path: stack.paths[logicalId] ?? `${stack.id}/${logicalId}`,
      region: stack.region,
      retained: deletionPolicy.startsWith('Retain'),
      configuration: asked
        ? inWordsOfTheApi(JSON.parse(real(JSON.stringify(asked))))
        : handled && { Role: real(handled.Role), Rules: withPriorities(JSON.parse(real(handled.Rules))) },
    };
  });
  return new Map(buckets.map((bucket) => [bucket.path, bucket]));
}

/** A custom resource asks for rules in the words of the API, and leaves their numbers to its function. */
const withPriorities = (rules: ReplicationRule[]) =>
  rules.map((rule, index) => ({ ...rule, Priority: rule.Priority ?? index + 1 }));

/** What S3 has now, or nothing. */
export async function liveConfiguration({ s3, name }: BucketThere): Promise<ReplicationConfiguration | undefined> {
  try {
    return (await s3.send(new GetBucketReplicationCommand({ Bucket: name }))).ReplicationConfiguration;
  } catch (error) {
    if ((error as { name: string }).name === 'ReplicationConfigurationNotFoundError') return undefined;
    throw error;
  }
}

/** The names of the buckets to which S3 should copy an object, by the rules that it matches. */
export function destinationsFor({ Rules = [] }: ReplicationConfiguration, key: string, tags: Tags = {}): string[] {
  return winners(Rules, key, tags).map(destinationName);
}

/** The same for a delete marker, which never has tags. */
export function destinationsForMarker({ Rules = [] }: ReplicationConfiguration, key: string): string[] {
  return winners(Rules, key, {})
    .filter(({ DeleteMarkerReplication }) => DeleteMarkerReplication?.Status === 'Enabled')
    .map(destinationName);
}

/** Of several rules for one destination the one with the highest priority counts. */
function winners(rules: ReplicationRule[], key: string, tags: Tags): ReplicationRule[] {
  const chosen = new Map<string, ReplicationRule>();
  for (const rule of [...rules].sort((one, other) => one.Priority! - other.Priority!)) {
    const { prefix, required } = filterOf(rule);
    const matches = key.startsWith(prefix) && Object.entries(required).every(([name, value]) => tags[name] === value);
    if (rule.Status === 'Enabled' && matches) chosen.set(destinationName(rule), rule);
  }
  return [...chosen.values()];
}

const destinationName = ({ Destination }: ReplicationRule) => Destination!.Bucket!.split(':::')[1];

/** What the filter of a rule asks of an object. */
export function filterOf({ Filter: { Prefix, Tag, And } = {} }: ReplicationRule): { prefix: string; required: Tags } {
  const tags = [...(Tag ? [Tag] : []), ...(And?.Tags ?? [])];
  return {
    prefix: Prefix ?? And?.Prefix ?? '',
    required: Object.fromEntries(tags.map(({ Key, Value }) => [Key!, Value!])),
  };
}

/** CloudFormation and the API have three different names for the same things. */
function inWordsOfTheApi({ Role, Rules }: any): ReplicationConfiguration {
  return {
    Role,
    Rules: Rules.map(({ Id, Filter: { TagFilter, And, ...filter }, Priority, ...rule }: any) => ({
      ...rule,
      ID: Id,
      Priority: Number(Priority),
      Filter: {
        ...filter,
        ...(TagFilter && { Tag: TagFilter }),
        ...(And && { And: { ...(And.Prefix !== undefined && { Prefix: And.Prefix }), Tags: And.TagFilters } }),
      },
    })),
  };
}

/** Replaces the names that `DeployedApp` made up by those that the deployment made up. */
async function realNames(aws: LocalAws, app: DeployedApp): Promise<(text: string) => string> {
  const names: Array<[string, string]> = [];
  for (const stack of app.stacks) {
    const real = await physicalIds(aws, stack);
    const own = app.resources.filter((it) => it.stack === stack && real.has(it.logicalId));
    names.push(...own.map((it): [string, string] => [it.physicalId, real.get(it.logicalId)!]));
  }
  names.sort(([one], [other]) => other.length - one.length); // a name may be the start of another one
  return (text) => names.reduce((result, [made, real]) => result.split(made).join(real), text);
}

async function physicalIds(aws: LocalAws, stack: StackOfApp): Promise<Map<DeployedResource['logicalId'], string>> {
  const members = membersOf(await cloudFormation(aws, 'DescribeStackResources', { StackName: stack.name }, stack));
  return new Map(members.map((it) => [textOf(it, 'LogicalResourceId')!, textOf(it, 'PhysicalResourceId')!]));
}

/** Writes objects while all rules of the source are disabled, as if they had been there before. */
export async function writeBeforeRules(source: DeployedBucket, ...keys: string[]): Promise<void> {
  const { Role, Rules } = source.configuration!;
  const put = (some: ReplicationRule[]) =>
    source.s3.send(
      new PutBucketReplicationCommand({ Bucket: source.name, ReplicationConfiguration: { Role, Rules: some } }),
    );
  await put(Rules!.map((rule) => ({ ...rule, Status: 'Disabled' as const })));
  for (const key of keys) await write(source, key);
  await put(Rules!);
}
