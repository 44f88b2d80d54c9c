import { placeOf } from './place';
import { DeployedApp, DeployedResource } from '../../judges/assembly/deployed';
import { HANDLED, handledRules } from '../../judges/assembly/handled-rules';

/** One end of a flow. */
export interface BucketEnd {
  /** The construct path, or the bucket's name when the bucket is not of this app. */
  readonly name: string;
  /** Its region, and its account where the app has several. */
  readonly place: string;
  readonly encryption: string;
  /** Nothing for a bucket that exists outside of the app. */
  readonly bucket?: DeployedResource;
}

/** What one replication rule does. */
export interface Flow {
  readonly source: BucketEnd & { readonly bucket: DeployedResource };
  readonly destination: BucketEnd;
  readonly enabled: boolean;
  /** Which objects, as a person says it. */
  readonly objects: string;
  readonly deleteMarkers: boolean;
  readonly storageClass?: string;
  /** The key that objects encrypted with KMS are encrypted with at the destination. */
  readonly replicaKey?: string;
  readonly monitoring: 'RTC, metrics' | 'metrics' | 'none';
}

/** Every replication rule of the app. */
export function readFlows(app: DeployedApp): Flow[] {
  return app.ofType('AWS::S3::Bucket').flatMap((bucket) => {
    const source = { ...describe(app, bucket), bucket };
    const rules: any[] = bucket.properties.ReplicationConfiguration?.Rules ?? rulesByResource(app, bucket);
    return rules.map((rule) => readRule(app, source, rule));
  });
}

/** Those that a custom resource writes. */
const rulesByResource = (app: DeployedApp, { physicalId }: DeployedResource): any[] =>
  app
    .ofType(HANDLED)
    .map(({ properties }) => handledRules(properties))
    .flatMap(({ bucket, rules }) => (bucket === physicalId ? rules : []));

function readRule(app: DeployedApp, source: Flow['source'], rule: any): Flow {
  const { Destination: destination } = rule;
  const key = destination.EncryptionConfiguration?.ReplicaKmsKeyID;
  const bucket = app.find(destination.Bucket);
  return {
    source,
    destination: bucket
      ? describe(app, bucket)
      : { name: destination.Bucket.split(':::')[1], place: 'outside of the app', encryption: 'unknown' },
    enabled: rule.Status === 'Enabled',
    objects: describeFilter(rule.Filter),
    deleteMarkers: rule.DeleteMarkerReplication?.Status === 'Enabled',
    storageClass: destination.StorageClass,
    replicaKey: key && nameOf(app.find(key) ?? key),
    monitoring: destination.ReplicationTime ? 'RTC, metrics' : destination.Metrics ? 'metrics' : 'none',
  };
}

function describe({ stacks }: DeployedApp, bucket: DeployedResource): BucketEnd {
  const [encryption] = bucket.properties.BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
  const algorithm: string = encryption?.ServerSideEncryptionByDefault?.SSEAlgorithm ?? 'AES256'; // S3's own default
  return {
    name: nameOf(bucket),
    place: placeOf(bucket.stack, stacks),
    encryption:
      ({ AES256: 'SSE-S3', 'aws:kms': 'SSE-KMS', 'aws:kms:dsse': 'DSSE-KMS' } as Record<string, string>)[algorithm] ??
      algorithm,
    bucket,
  };
}

/** What a resource is called by the one who wrote the app. */
export function nameOf(resource: DeployedResource | string): string {
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
