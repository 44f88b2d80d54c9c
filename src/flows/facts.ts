// SPDX-License-Identifier: Apache-2.0
/**
 * What checks judge: who replicates where, as plain data. It does not matter whether it was read from constructs
 * (`read-facts.ts`) or from templates. What nobody can tell is undefined, and never an error.
 */
export interface ReplicationFacts {
  readonly source: BucketFacts;
  readonly role: RoleFacts;
  readonly rules: readonly RuleFacts[];
  /** The name of the source that the permissions were made for. */
  readonly nameForPermissions?: Resolved;
  /** How many bytes of rules a custom resource writes; undefined where CloudFormation writes them with the bucket. */
  readonly handled?: number;
  /** Undefined when nobody is told of events. */
  readonly told?: ToldFacts;
  /** Alarms in stacks whose region is open, and the region in which their metric is published. */
  readonly unplacedAlarms: ReadonlyArray<{ readonly path: string; readonly region: string }>;
}

/** What S3 tells of replication by event notifications. */
export interface ToldFacts {
  readonly tells: ReadonlyArray<'failure' | 'threshold'>;
  /** Those of the app. */
  readonly targets: readonly TargetFacts[];
  /** Whether the template of the bucket has notifications, too. */
  readonly alsoInTemplate: boolean;
  /** All those that the custom resource of core writes. */
  readonly all: readonly NotificationFacts[];
}

export interface NotificationFacts {
  readonly events: readonly Resolved[];
  readonly prefix: Resolved;
  readonly suffix: Resolved;
}

/** A topic or a queue of the app. */
export interface TargetFacts {
  readonly name: string;
  /** Undefined when it is not encrypted with a key of KMS. */
  readonly keyId?: Resolved;
  /** Of a key in its own template. */
  readonly keyPolicy?: Resolved;
  readonly keyPath?: string;
}

/** Of CloudFormation: a literal or an intrinsic. */
export type Resolved = unknown;

/** As the template has them. */
export type Properties = { readonly [property: string]: any };

/** Where something is. Accounts and regions are undefined when they are known in the deployment only. */
export interface Place {
  /** Equal where references are. */
  readonly template: string;
  readonly account?: string;
  readonly region?: string;
  /** Of the region. */
  readonly partition?: string;
  /** Of the services in the region. */
  readonly domain: string;
}

export interface BucketFacts extends Place {
  /** How messages call it, in quotes. */
  readonly name: string;
  /** Of the resource. */
  readonly path: string;
  /** Undefined for a bucket that is not in the app; what follows is then not known either. */
  readonly properties?: Properties;
  /** The bucket of the app that has the name of an imported one, and whether it is known to receive replicas. */
  readonly importOf?: { readonly name: string; readonly receives: boolean };
  readonly reference?: Resolved;
  readonly arn?: Resolved;
  /** As the template gives it; undefined when CloudFormation makes one. */
  readonly bucketName?: Resolved;
  /** By which rules of other templates and policies name it; undefined when none does. */
  readonly nameForOthers?: Resolved;
  /** Under which it exists. */
  readonly condition?: string;
  /** What S3 does by default. */
  readonly encryption?: EncryptionFacts;
  /** Undefined when an intrinsic decides. */
  readonly objectLock?: boolean;
  /** Those of its own template. */
  readonly policies: readonly PolicyFacts[];
  /** Whether other buckets of its template write their server access logs to it, or it does itself. */
  readonly takesAccessLogs: boolean;
  /** The sources of the app that it receives replicas of. */
  readonly receivesFrom: readonly string[];
  /** What roles of other accounts were let in for. */
  readonly grants: readonly GrantFacts[];
}

export interface EncryptionFacts {
  readonly kind: 'SSE-S3' | 'SSE-KMS' | 'DSSE-KMS' | 'aws/s3' | 'alias' | 'unknown';
  readonly usesKms: boolean;
  readonly alias?: string;
  readonly key?: KeyFacts;
  /** Whether the template has another default than keys were read from, for example by a property override. */
  readonly overridden: boolean;
  /** As the template names the key. */
  readonly keyId?: Resolved;
}

export interface KeyFacts extends Place {
  /** Of a key in the app. */
  readonly path?: string;
  /** Of a key that is not in the app, where it is literal. */
  readonly arn?: string;
  /** `Ref` in its own template, which is its id and not its ARN. */
  readonly reference?: Resolved;
  /** Undefined for a key that is not in the app. */
  readonly properties?: Properties;
  /** Why nobody can use it by its ARN. */
  readonly unusable?: string;
}

export interface PolicyFacts {
  readonly name: string;
  readonly document: Resolved;
  /** Whether a condition of the template decides about it. */
  readonly conditional: boolean;
}

export interface GrantFacts {
  /** One role, or undefined for many. */
  readonly role?: CallerFacts;
  readonly keys: readonly KeyFacts[];
  readonly deleteMarkers: boolean;
  readonly ownerOverride: boolean;
  /** Whether the grant itself says who may own replicas. */
  readonly saysOwner: boolean;
  /** Whether by ReplicaGrants, for sources that nobody else looks at. */
  readonly explicit: boolean;
}

/** The role as policies may name it. */
export interface CallerFacts {
  readonly account?: string;
  /** Literal. */
  readonly arn?: string;
  /** How one template refers to it. */
  readonly reference?: { readonly template: string; readonly arn: Resolved };
}

export interface RoleFacts extends CallerFacts {
  readonly path: string;
  /** Undefined when the role is not in the app. */
  readonly properties?: Properties;
  /** Of the managed policy that bounds it. */
  readonly boundary?: Resolved;
  /** How policies of other accounts name it. */
  readonly knownAs?: { readonly roleName: Resolved; readonly rolePath: Resolved };
  /** The paths of those keys that wait for the role, although the permissions inside it name them. */
  readonly waitingKeys: readonly string[];
  /** Whether it takes the permissions from this app; false for an imported role that cannot be changed. */
  readonly takesPolicy: boolean;
  /** Documents of its inline policies in this app; none where another source with the same role has them. */
  readonly inline: readonly Resolved[];
  /** Its permissions for the replication. */
  readonly statements: ReadonlyArray<{ readonly Action: readonly string[]; readonly Resource: readonly Resolved[] }>;
}

export interface RuleFacts {
  readonly id: Resolved;
  readonly enabled: boolean;
  readonly prefix: Resolved;
  /** Keys of the tags that it filters by. */
  readonly tags: readonly Resolved[];
  readonly deleteMarkers: boolean;
  readonly replicaModifications: boolean;
  /** Undefined for that of the object. */
  readonly storageClass?: Resolved;
  /** Whether S3 publishes metrics and failures of the rule. */
  readonly metrics: boolean;
  readonly replicationTimeControl: boolean;
  readonly ownerOverride: boolean;
  /** Whether the rule itself says who owns replicas. */
  readonly saysOwner: boolean;
  /** Whether the destination is certain to be in another account. */
  readonly foreign: boolean;
  /** Whether policies of other accounts let the role in by the start of its name. */
  readonly byPrefix: boolean;
  readonly destination: BucketFacts;
  /** As the template of the source names it. */
  readonly destinationArn: Resolved;
  readonly replicatesKmsObjects: boolean;
  /** All keys that objects of the source are known to be encrypted with. */
  readonly sourceKeys: readonly KeyFacts[];
  /** The ARNs and ids of those that the rule itself names, as the template of the source has them. */
  readonly namedSourceKeys: readonly Resolved[];
  readonly replicaKey?: KeyFacts;
  readonly replicaKeyArn?: Resolved;
  /** Whether the rule itself names it. */
  readonly namesReplicaKey: boolean;
  /** Where the default key of the destination is, when the source cannot refer to it. */
  readonly keyOutOfReach?: string;
  /** Whether the destination waits for the source by server access logs, over any number of buckets. */
  readonly logsLeadBack: boolean;
}
