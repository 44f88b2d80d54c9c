import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { LogProducer, ReplicationFilter } from '../../src';
import { bucket } from '../builders';

export const [OURS, THEIRS, THIRD] = ['111111111111', '222222222222', '333333333333'];

/** Where the apps of the tables are built. */
export interface Place {
  readonly home: Stack;
  /** Of another account. */
  readonly abroad: Stack;
  /** Of that account, in another region. */
  readonly far: Stack;
  /** Account of the bucket that the props are about, and of the destination. */
  readonly owner: string;
  readonly destinationOwner: string;
}

export type Options = Record<string, unknown>;

/** A value of a prop, and what shows then and not without it: in templates, in what is said, or in an error. */
export interface Row {
  readonly set: Options | ((place: Place) => Options);
  readonly sees: string | RegExp;
  /** Other props that this one needs, or that it replaces; such a row has apps of its own. */
  readonly base?: Options | ((place: Place) => Options);
  /** Not together with the rows of other props. */
  readonly alone?: boolean;
}
export type Rows = Record<string, Row>;

export const keyOf = (scope: Stack, account: string, n: number) =>
  kms.Key.fromKeyArn(scope, `Key${n}`, `arn:aws:kms:us-east-1:${account}:key/${n}`);
const key = (n: number) => `"arn:aws:kms:us-east-1:\\d{12}:key/${n}"`;

export const RULE: Rows = {
  ruleId: { set: { ruleId: 'mine' }, sees: '"Id":"mine"' },
  priority: { set: { priority: 7 }, sees: '"Priority":7,' },
  enabled: { set: { enabled: false }, sees: /"Priority":\d+,(?:"SourceSelectionCriteria":.*?\},)?"Status":"Disabled"/ },
  filter: { set: { filter: ReplicationFilter.prefix('AWSLogs/') }, sees: '"Filter":{"Prefix":"AWSLogs/"}' },
  storageClass: {
    set: { storageClass: s3.StorageClass.GLACIER_INSTANT_RETRIEVAL },
    sees: '"StorageClass":"GLACIER_IR"',
  },
  deleteMarkerReplication: {
    set: { deleteMarkerReplication: true },
    sees: '"DeleteMarkerReplication":{"Status":"Enabled"}',
  },
  replicaModifications: { set: { replicaModifications: true }, sees: '"ReplicaModifications":{"Status":"Enabled"}' },
  replicationTimeControl: { set: { replicationTimeControl: true }, sees: '"ReplicationTime":{' },
  metrics: { base: { metrics: false }, set: { metrics: true }, sees: '"Metrics":{"Status":"Enabled"}' },
  ownerOverride: {
    set: { ownerOverride: true },
    sees: /"AccessControlTranslation":\{"Owner":"Destination"\}|ownerOverride with a destination in the account of the source/,
    alone: true,
  },
  destinationKey: {
    set: ({ home, destinationOwner }) => ({ destinationKey: keyOf(home, destinationOwner, 2) }),
    sees: new RegExp(`"ReplicaKmsKeyID":${key(2)}`),
  },
  sourceKeys: {
    base: ({ home, destinationOwner }) => ({ destinationKey: keyOf(home, destinationOwner, 2) }),
    set: ({ home }) => ({ sourceKeys: [keyOf(home, OURS, 3)] }),
    sees: new RegExp(key(3)),
  },
};

export const BUCKET: Rows = {
  bucketName: { set: { bucketName: 'aws-waf-logs-own' }, sees: '"BucketName":"aws-waf-logs-own"', alone: true },
  bucketNamePrefix: { set: { bucketNamePrefix: 'aws-waf-logs-own' }, sees: '"BucketNamePrefix":"aws-waf-logs-own"' },
  encryptionKey: {
    set: ({ home, owner }) => ({ encryptionKey: keyOf(home, owner, 4) }),
    sees: new RegExp(key(4)),
  },
  lifecycleRules: {
    set: { lifecycleRules: [{ id: 'own-rule', expiration: Duration.days(9) }] },
    sees: '"Id":"own-rule"',
  },
  serverAccessLogsBucket: {
    set: ({ home, abroad, owner }) => ({
      serverAccessLogsBucket: bucket(owner === OURS ? home : abroad, 'AccessLogs'),
    }),
    sees: '"LoggingConfiguration":{"DestinationBucketName":{"Ref":"AccessLogs',
  },
  serverAccessLogsPrefix: { set: { serverAccessLogsPrefix: 'own-logs/' }, sees: '"LogFilePrefix":"own-logs/"' },
};

/** Of buckets that are made. */
export const MADE: Rows = {
  encryption: { set: { encryption: s3.BucketEncryption.KMS }, sees: '"SSEAlgorithm":"aws:kms"' },
  removalPolicy: { set: { removalPolicy: RemovalPolicy.DESTROY }, sees: '"DeletionPolicy":"Delete"' },
  objectLockEnabled: { set: { objectLockEnabled: true }, sees: '"ObjectLockEnabled":true' },
  objectLockDefaultRetention: {
    set: { objectLockDefaultRetention: s3.ObjectLockRetention.compliance(Duration.days(5)) },
    sees: '"DefaultRetention":{"Days":5,"Mode":"COMPLIANCE"}',
  },
};

export const ROLE: Rows = {
  roleName: { set: { roleName: 'mine' }, sees: '"RoleName":"mine"' },
  rolePath: { set: { rolePath: '/mine/' }, sees: '"Path":"/mine/"' },
  permissionsBoundary: {
    set: ({ home }) => ({
      permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(home, 'Boundary', 'own-boundary'),
    }),
    sees: 'policy/own-boundary"',
  },
};

export const PRODUCED: Rows = {
  uniqueKeys: { set: { uniqueKeys: false }, sees: /logKeysMayMeet|keys that start with/, alone: true },
  producers: { set: { producers: [LogProducer.nlb()] }, sees: '"Service":"delivery.logs.amazonaws.com"' },
};
