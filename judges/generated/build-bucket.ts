import {
  aws_kms as kms,
  aws_s3 as s3,
  Aws,
  CfnResource,
  Duration,
  Lazy,
  PhysicalName,
  RemovalPolicy,
  Stack,
} from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ACCOUNT, BucketPlan, NamePlan } from './plan';

export const ENCRYPTION = {
  S3: s3.BucketEncryption.S3_MANAGED,
  KMS: s3.BucketEncryption.KMS,
  'KMS with bucket key': s3.BucketEncryption.KMS,
  'KMS managed': s3.BucketEncryption.KMS_MANAGED,
  DSSE: s3.BucketEncryption.DSSE,
  alias: s3.BucketEncryption.KMS,
};
export const REMOVAL = { retain: RemovalPolicy.RETAIN, destroy: RemovalPolicy.DESTROY };
const ALGORITHM = {
  KMS: 'aws:kms',
  'KMS with bucket key': 'aws:kms',
  'KMS managed': 'aws:kms',
  alias: 'aws:kms',
  DSSE: 'aws:kms:dsse',
  S3: 'AES256',
};

export const importedKeyArn = (id: string, region: string, account = ACCOUNT) =>
  `arn:aws:kms:${region}:${account}:key/00000000-0000-0000-0000-${id.toLowerCase().padStart(12, '0')}`;

/** The resource of a bucket that the app defines. */
export function l1(bucket: IConstruct): s3.CfnBucket | undefined {
  const resource = bucket.node.defaultChild ?? bucket;
  return CfnResource.isCfnResource(resource) ? (resource as s3.CfnBucket) : undefined;
}

export function nameFor(id: string, name: NamePlan | undefined): string | undefined {
  const suffix = id.toLowerCase();
  switch (name) {
    case undefined:
      return undefined;
    case 'literal':
      return `data-${suffix}`;
    case 'shared':
      return 'data-shared';
    case 'account':
      return `data-${Aws.ACCOUNT_ID}-${suffix}`;
    case 'lazy':
      return Lazy.string({ produce: () => `data-lazy-${suffix}` });
    case 'generated':
      return PhysicalName.GENERATE_IF_NEEDED;
  }
}

export function makeBucket(scope: Stack, it: BucketPlan, key?: kms.IKey | kms.CfnKey): s3.IBucket | s3.CfnBucket {
  const bucketName = nameFor(it.id, it.name);
  if (it.level === 'imported') {
    const { region, account } = it;
    const encryptionKey = key as kms.IKey | undefined;
    return region || account || encryptionKey
      ? s3.Bucket.fromBucketAttributes(scope, it.id, { bucketName: bucketName!, region, account, encryptionKey })
      : s3.Bucket.fromBucketName(scope, it.id, bucketName!);
  }
  if (it.level === 'L1') {
    const kmsMasterKeyId =
      it.encryption === 'alias' ? 'alias/somebody' : key instanceof kms.CfnKey ? key.attrArn : key?.keyArn;
    const bucket = new s3.CfnBucket(scope, it.id, {
      bucketName,
      versioningConfiguration: it.versioning && { status: it.versioning },
      objectLockEnabled: it.lock ? true : undefined,
      objectLockConfiguration:
        it.lock === 'retention'
          ? { objectLockEnabled: 'Enabled', rule: { defaultRetention: { mode: 'GOVERNANCE', days: 30 } } }
          : undefined,
      ownershipControls: it.ownership && { rules: [{ objectOwnership: it.ownership }] },
      lifecycleConfiguration: it.expires ? { rules: [{ status: 'Enabled', expirationInDays: 90 }] } : undefined,
      bucketEncryption: it.encryption && {
        serverSideEncryptionConfiguration: [
          {
            bucketKeyEnabled: it.encryption === 'KMS with bucket key' ? true : undefined,
            serverSideEncryptionByDefault: { sseAlgorithm: ALGORITHM[it.encryption], kmsMasterKeyId },
          },
        ],
      },
      replicationConfiguration: it.replicatesAlready
        ? { role: `arn:aws:iam::${ACCOUNT}:role/theirs`, rules: [] }
        : undefined,
    });
    if (it.removal) bucket.applyRemovalPolicy(REMOVAL[it.removal]);
    return bucket;
  }
  return new s3.Bucket(scope, it.id, {
    bucketName,
    versioned: it.versioning === undefined ? undefined : it.versioning === 'Enabled',
    objectLockEnabled: it.lock ? true : undefined,
    objectLockDefaultRetention:
      it.lock === 'retention' ? s3.ObjectLockRetention.governance(Duration.days(30)) : undefined,
    objectOwnership: it.ownership && OWNERSHIP[it.ownership],
    lifecycleRules: it.expires ? [{ expiration: Duration.days(90) }] : undefined,
    encryption: it.encryption && ENCRYPTION[it.encryption],
    encryptionKey: key as kms.IKey | undefined,
    bucketKeyEnabled: it.encryption === 'KMS with bucket key' ? true : undefined,
    removalPolicy: it.removal && REMOVAL[it.removal],
    enforceSSL: it.enforceSSL,
  });
}

const OWNERSHIP = {
  BucketOwnerEnforced: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
  ObjectWriter: s3.ObjectOwnership.OBJECT_WRITER,
};
