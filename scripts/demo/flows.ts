import { SynthesizedStack } from './assembly';
import { follow, Located } from './references';

/** One end of a flow. */
export interface BucketEnd {
  /** The construct path, or the bucket's name when the bucket is not of this app. */
  readonly name: string;
  readonly region: string;
  readonly encryption: string;
  /** Where the app defines it; nothing for a bucket that exists outside of the app. */
  readonly located?: Located;
}

/** What one replication rule does. */
export interface Flow {
  readonly source: BucketEnd & { readonly located: Located };
  readonly destination: BucketEnd;
  readonly enabled: boolean;
  /** Which objects, as a person says it. */
  readonly objects: string;
  readonly deleteMarkers: boolean;
  readonly storageClass?: string;
  /** The key that objects encrypted with KMS are encrypted with at the destination. */
  readonly replicaKey?: Located | string;
  readonly monitoring: 'RTC, metrics' | 'metrics' | 'none';
  /** The account that S3 is told must own the destination. */
  readonly expectedOwner?: string;
}

/** Every replication rule in the templates. Throws when a rule refers to something that is not there. */
export function readFlows(stacks: SynthesizedStack[]): Flow[] {
  return stacks.flatMap((stack) =>
    Object.entries(stack.template.Resources).flatMap(([logicalId, resource]) => {
      const configuration = resource.Type === 'AWS::S3::Bucket' && resource.Properties?.ReplicationConfiguration;
      if (!configuration) return [];
      follow(stacks, stack, configuration.Role);
      const source = { ...describe({ stack, logicalId, resource }), located: { stack, logicalId, resource } };
      return configuration.Rules.map((rule: any) => readRule(stacks, source, rule));
    }),
  );
}

function readRule(stacks: SynthesizedStack[], source: Flow['source'], rule: any): Flow {
  const { stack } = source.located;
  const { Destination: destination } = rule;
  const key = destination.EncryptionConfiguration?.ReplicaKmsKeyID;
  return {
    source,
    destination: describe(bucketOfArn(stacks, follow(stacks, stack, destination.Bucket))),
    enabled: rule.Status === 'Enabled',
    objects: describeFilter(rule.Filter),
    deleteMarkers: rule.DeleteMarkerReplication?.Status === 'Enabled',
    storageClass: destination.StorageClass,
    replicaKey: key && follow(stacks, stack, key),
    monitoring: destination.ReplicationTime ? 'RTC, metrics' : destination.Metrics ? 'metrics' : 'none',
    expectedOwner: typeof destination.Account === 'string' ? destination.Account : undefined,
  };
}

/** A literal bucket ARN may still mean a bucket of the app. */
function bucketOfArn(stacks: SynthesizedStack[], arn: Located | string): Located | string {
  if (typeof arn !== 'string') return arn;
  const name = arn.split(':::')[1];
  for (const stack of stacks) {
    for (const [logicalId, resource] of Object.entries(stack.template.Resources)) {
      if (resource.Type === 'AWS::S3::Bucket' && resource.Properties?.BucketName === name) {
        return { stack, logicalId, resource };
      }
    }
  }
  return name;
}

function describe(bucket: Located | string): BucketEnd {
  if (typeof bucket === 'string') return { name: bucket, region: 'outside of the app', encryption: 'unknown' };
  const { stack, logicalId, resource } = bucket;
  if (resource.Type !== 'AWS::S3::Bucket') {
    throw new Error(`${stack.name}.${logicalId} is replicated to, but is not a bucket: ${resource.Type}`);
  }
  const [encryption] = resource.Properties?.BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
  const algorithm: string = encryption?.ServerSideEncryptionByDefault?.SSEAlgorithm ?? 'AES256'; // S3's own default
  return {
    name: nameOf(bucket),
    region: stack.region,
    encryption:
      ({ AES256: 'SSE-S3', 'aws:kms': 'SSE-KMS', 'aws:kms:dsse': 'DSSE-KMS' } as Record<string, string>)[algorithm] ??
      algorithm,
    located: bucket,
  };
}

/** What a resource is called by the one who wrote the app. */
export function nameOf(resource: Located | string): string {
  if (typeof resource === 'string') return resource;
  return resource.stack.paths[resource.logicalId] ?? `${resource.stack.name}/${resource.logicalId}`;
}

function describeFilter(filter: any): string {
  const { Prefix: prefix = '', TagFilter: tag, TagFilters: tags = tag ? [tag] : [] } = { ...filter, ...filter?.And };
  const pairs = tags.map(({ Key, Value }: { Key: string; Value: string }) => `${Key}=${Value}`).join(', ');
  const wanted = [
    ...(prefix ? [`prefix ${prefix}`] : []),
    ...(pairs ? [`${tags.length > 1 ? 'tags' : 'tag'} ${pairs}`] : []),
  ];
  return wanted.length > 0 ? wanted.join(' and ') : 'all objects';
}
