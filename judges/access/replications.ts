import { asList } from './policies';
import { DeployedApp, DeployedResource } from '../assembly/deployed';
import { HANDLED, handledRules } from '../assembly/handled-rules';
import { partitionOf } from '../assembly/physical';

/** A bucket that a rule reads from or writes to, whether or not the app defines it. */
export interface End {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
}

export interface Rule {
  readonly id: string;
  readonly prefix: string;
  readonly destination: End;
  /** ARN of the key for replicas, when the rule names one. */
  readonly replicaKey?: string;
  readonly kmsObjects: boolean;
  readonly deleteMarkers: boolean;
  readonly ownerOverride: boolean;
}

/** A bucket with a replication configuration, as S3 reads it. */
export interface Replication {
  readonly bucket: DeployedResource;
  readonly source: End;
  readonly role: string;
  readonly objectLock: boolean;
  /** Whether the app knows no more of the bucket than its name. */
  readonly imported: boolean;
  /** `AES256`, `aws:kms` or `aws:kms:dsse`: what new objects are encrypted with that do not say it. */
  readonly encryption: string;
  /** ARNs of the keys that objects of the source are encrypted with. */
  readonly sourceKeys: string[];
  /** Disabled rules too: the library keeps their permissions, so that what is pending can finish. */
  readonly rules: Rule[];
}

/**
 * @param moreKeys ARNs of keys beyond the default one that objects of a source are encrypted with, by the ARN of the source
 * @param aliases ARNs of keys by the ARNs of aliases that are not of the app
 */
export function replicationsOf(
  app: DeployedApp,
  moreKeys: Record<string, string[]> = {},
  aliases: Readonly<Record<string, string>> = {},
): Replication[] {
  const inTemplates = app
    .ofType('AWS::S3::Bucket')
    .filter((bucket) => bucket.properties.ReplicationConfiguration)
    .map((bucket) => ({ bucket, imported: false, ...bucket.properties.ReplicationConfiguration }));
  const byResources = app.ofType(HANDLED).map((resource) => {
    const { bucket: name, role: Role, rules: Rules } = handledRules(resource.properties);
    const arn = `arn:${partitionOf(resource.stack.region).partition}:s3:::${name}`;
    // an imported one is known by its name
    const bucket = app.find(arn) ?? { ...resource, arn, physicalId: name, properties: {} };
    return { bucket, imported: typeof resource.declared.Properties!.Bucket === 'string', Role, Rules };
  });
  return [...inTemplates, ...byResources].map(({ bucket, imported, Role, Rules }) => {
    const source = { arn: bucket.arn!, account: bucket.stack.account, region: bucket.stack.region };
    const { SSEAlgorithm = 'AES256', KMSMasterKeyID } =
      asList<any>(bucket.properties.BucketEncryption?.ServerSideEncryptionConfiguration)[0]
        ?.ServerSideEncryptionByDefault ?? {};
    const own =
      SSEAlgorithm.startsWith('aws:kms') && KMSMasterKeyID ? [keyArn(app, source, KMSMasterKeyID, aliases)] : [];
    return {
      bucket,
      imported,
      source,
      role: Role,
      objectLock: `${bucket.properties.ObjectLockEnabled}` === 'true',
      encryption: SSEAlgorithm,
      sourceKeys: [...new Set([...own, ...(moreKeys[source.arn] ?? [])])],
      rules: Rules.map((rule: any) => ruleOf(app, source, rule, aliases)),
    };
  });
}

function ruleOf(app: DeployedApp, source: End, rule: any, aliases: Readonly<Record<string, string>>): Rule {
  const { Bucket, Account, EncryptionConfiguration, AccessControlTranslation } = rule.Destination;
  const bucket = app.find(Bucket);
  const replicaKey: string | undefined = EncryptionConfiguration?.ReplicaKmsKeyID;
  const destination = {
    arn: Bucket,
    account: bucket?.stack.account ?? Account ?? source.account,
    // of a bucket that the app does not define only its key tells where it is
    region: bucket?.stack.region ?? replicaKey?.split(':')[3] ?? source.region,
  };
  return {
    id: rule.Id,
    prefix: rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? rule.Prefix ?? '',
    destination,
    replicaKey: replicaKey && keyArn(app, destination, replicaKey, aliases),
    kmsObjects: rule.SourceSelectionCriteria?.SseKmsEncryptedObjects?.Status === 'Enabled',
    deleteMarkers: rule.DeleteMarkerReplication?.Status === 'Enabled',
    ownerOverride: AccessControlTranslation?.Owner === 'Destination',
  };
}

/** The ARN of a key that may be named by its id or by an alias, too. */
function keyArn(app: DeployedApp, end: End, named: string, outside: Readonly<Record<string, string>>): string {
  // an ARN tells itself where it is
  const [, , , region = end.region, account = end.account, name = named] = named.split(':');
  const here = (type: string) =>
    app.ofType(type).filter((it) => it.stack.account === account && it.stack.region === region);
  const alias = here('AWS::KMS::Alias').find((it) => it.properties.AliasName === name);
  const arn = `arn:${partitionOf(region).partition}:kms:${region}:${account}:${name}`;
  const target: string = alias?.properties.TargetKeyId ?? outside[arn] ?? named;
  return (
    [...here('AWS::KMS::Key'), ...here('AWS::KMS::ReplicaKey')].find((it) => it.physicalId === target)?.arn ?? target
  );
}
