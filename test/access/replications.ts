import { asList } from './policies';
import { DeployedApp, DeployedResource } from '../assembly/deployed';

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
  /** `AES256`, `aws:kms` or `aws:kms:dsse`: what new objects are encrypted with that do not say it. */
  readonly encryption: string;
  /** ARNs of the keys that objects of the source are encrypted with. */
  readonly sourceKeys: string[];
  /** Disabled rules too: the library keeps their permissions, so that what is pending can finish. */
  readonly rules: Rule[];
}

/** @param moreKeys ARNs of keys beyond the default one that objects of a source are encrypted with, by the ARN of the source */
export function replicationsOf(app: DeployedApp, moreKeys: Record<string, string[]> = {}): Replication[] {
  return app
    .ofType('AWS::S3::Bucket')
    .filter((bucket) => bucket.properties.ReplicationConfiguration)
    .map((bucket) => {
      const { Role, Rules } = bucket.properties.ReplicationConfiguration;
      const source = { arn: bucket.arn!, account: bucket.stack.account, region: bucket.stack.region };
      const { SSEAlgorithm = 'AES256', KMSMasterKeyID } =
        asList<any>(bucket.properties.BucketEncryption?.ServerSideEncryptionConfiguration)[0]
          ?.ServerSideEncryptionByDefault ?? {};
      const own = SSEAlgorithm.startsWith('aws:kms') && KMSMasterKeyID ? [keyArn(app, bucket, KMSMasterKeyID)] : [];
      return {
        bucket,
        source,
        role: Role,
        objectLock: `${bucket.properties.ObjectLockEnabled}` === 'true',
        encryption: SSEAlgorithm,
        sourceKeys: [...new Set([...own, ...(moreKeys[source.arn] ?? [])])],
        rules: Rules.map((rule: any) => ruleOf(app, source, rule)),
      };
    });
}

function ruleOf(app: DeployedApp, source: End, rule: any): Rule {
  const { Bucket, Account, EncryptionConfiguration, AccessControlTranslation } = rule.Destination;
  const bucket = app.find(Bucket);
  const replicaKey: string | undefined = EncryptionConfiguration?.ReplicaKmsKeyID;
  return {
    id: rule.Id,
    prefix: rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? rule.Prefix ?? '',
    destination: {
      arn: Bucket,
      account: bucket?.stack.account ?? Account ?? source.account,
      // of a bucket that the app does not define only its key tells where it is
      region: bucket?.stack.region ?? replicaKey?.split(':')[3] ?? source.region,
    },
    replicaKey: replicaKey && keyArn(app, bucket, replicaKey),
    kmsObjects: rule.SourceSelectionCriteria?.SseKmsEncryptedObjects?.Status === 'Enabled',
    deleteMarkers: rule.DeleteMarkerReplication?.Status === 'Enabled',
    ownerOverride: AccessControlTranslation?.Owner === 'Destination',
  };
}

/** The ARN of a key that may be named by its id or by an alias, too. */
function keyArn(app: DeployedApp, bucket: DeployedResource | undefined, named: string): string {
  const [account, region] = [bucket?.stack.account, bucket?.stack.region];
  const here = (type: string) =>
    app.ofType(type).filter((it) => it.stack.account === account && it.stack.region === region);
  const alias = /(?:^|:)(alias\/.+)$/.exec(named)?.[1];
  const target: string = alias
    ? (here('AWS::KMS::Alias').find((it) => it.properties.AliasName === alias)?.properties.TargetKeyId ?? named)
    : named;
  return (
    [...here('AWS::KMS::Key'), ...here('AWS::KMS::ReplicaKey')].find((it) => it.physicalId === target)?.arn ?? target
  );
}
