/**
 * A random app as plain data: what a user would write, before any construct is made.
 *
 * Everything is named by its id, so that a plan can be kept as JSON and read by people.
 */
export interface AppPlan {
  readonly stacks: readonly StackPlan[];
  readonly keys: readonly KeyPlan[];
  readonly roles: readonly RolePlan[];
  readonly buckets: readonly BucketPlan[];
  /** Calls of this library, in their order. */
  readonly steps: readonly Step[];
  /** What somebody does to the app after these calls. */
  readonly mishaps: readonly Mishap[];
}

export interface StackPlan {
  readonly id: string;
  /** Left open when not given. */
  readonly account?: string;
  readonly region?: string;
  /** The Stage that the stack is in; the app itself when not given. */
  readonly stage?: string;
  /** Id of the stack that this one is nested in; account, region and Stage are those of that stack. */
  readonly nestedIn?: string;
}

export interface KeyPlan {
  readonly id: string;
  readonly stack: string;
  readonly kind: 'L2' | 'L1' | 'imported' | 'alias' | 'disabled' | 'asymmetric';
  /** What the ARN of an imported key says. */
  readonly region?: string;
  readonly account?: string;
}

export interface RolePlan {
  readonly id: string;
  readonly stack: string;
  readonly kind: 'trusting' | 'distrusting' | 'imported' | 'of another account';
  /** Whether a role of the app is given a name. */
  readonly named?: boolean;
}

/** Text, or text with a token at its end. */
export type Text = string | { readonly before: string; readonly token: 'account' | 'region' | 'parameter' | 'lazy' };

export type NamePlan = 'literal' | 'shared' | 'account' | 'lazy' | 'generated';

export interface BucketPlan {
  readonly id: string;
  readonly stack: string;
  readonly level: 'L1' | 'L2' | 'imported';
  readonly name?: NamePlan;
  readonly encryption?: 'S3' | 'KMS' | 'KMS with bucket key' | 'KMS managed' | 'DSSE' | 'alias';
  /** For KMS and DSSE; an L2 bucket without it makes its own. For an imported bucket: the key that it is told. */
  readonly key?: string;
  readonly versioning?: 'Enabled' | 'Suspended';
  readonly lock?: 'enabled' | 'retention';
  readonly expires?: boolean;
  readonly removal?: 'retain' | 'destroy';
  readonly ownership?: 'BucketOwnerEnforced' | 'ObjectWriter';
  readonly enforceSSL?: boolean;
  /** Core's own replication of the bucket. */
  readonly replicatesAlready?: boolean;
  /** Of an imported bucket, where it is not the one of the importing stack. */
  readonly region?: string;
  readonly account?: string;
}

export interface FilterPlan {
  readonly prefix?: Text;
  readonly tags?: ReadonlyArray<readonly [string, Text]>;
}

export interface RuleOptionsPlan {
  readonly ruleId?: Text;
  readonly priority?: number;
  readonly enabled?: boolean;
  readonly filter?: FilterPlan;
  readonly storageClass?: string;
  readonly deleteMarkerReplication?: boolean;
  readonly replicaModifications?: boolean;
  readonly replicationTimeControl?: boolean;
  readonly metrics?: boolean;
  readonly ownerOverride?: boolean;
  readonly destinationKey?: string;
  readonly sourceKeys?: readonly string[];
}

export interface RulePlan {
  readonly destination: string;
  readonly options: RuleOptionsPlan;
}

/** `BucketReplication.of(source).addRule()`; by the L1 bucket where it says so. */
export interface RuleStep extends RulePlan {
  readonly kind: 'rule';
  readonly source: string;
  readonly byL1?: boolean;
}

/** `new BucketReplication()`. */
export interface ReplicationStep {
  readonly kind: 'replication';
  readonly id: string;
  readonly stack: string;
  readonly source: string;
  readonly rules: readonly RulePlan[];
  readonly role?: string;
  readonly roleName?: string;
  readonly rolePath?: string;
  readonly boundary?: boolean;
}

export interface PairBucketPlan {
  readonly name?: NamePlan;
  readonly encryptionKey?: string;
  readonly expires?: boolean;
  readonly logsTo?: string;
}

/** `new ReplicatedBucketPair()`. */
export interface PairStep {
  readonly kind: 'pair';
  readonly id: string;
  readonly stack: string;
  readonly source?: string;
  readonly destination?: string;
  readonly destinationRegion?: string;
  readonly destinationStack?: string;
  readonly encryption?: 'S3' | 'KMS' | 'KMS managed' | 'DSSE';
  readonly keepEncryptionKeys?: boolean;
  readonly removal?: 'retain' | 'destroy';
  readonly autoDeleteObjects?: boolean;
  readonly objectLockEnabled?: boolean;
  readonly retention?: boolean;
  readonly sourceOptions?: PairBucketPlan;
  readonly destinationOptions?: PairBucketPlan;
  readonly options: RuleOptionsPlan;
}

export type Step = RuleStep | ReplicationStep | PairStep;

export const MISHAPS = [
  'tags overridden',
  'versioning suspended by an override',
  'versioning suspended by an aspect',
  'rules emptied by an override',
  'configuration deleted by an override',
  'renamed by an override',
  'everything denied',
  'denied outside a VPC endpoint',
  'TLS demanded',
  'encryption changed by an override',
  'a tag on the whole app',
] as const;

/** To a bucket of the plan, after the calls. */
export interface Mishap {
  readonly bucket: string;
  readonly what: (typeof MISHAPS)[number];
}

/** The account that most is in; the id of another one. */
export const ACCOUNT = '111111111111';
export const STRANGER = '222222222222';

/** Which bucket of a pair a plan means by an id: `P0.Source`. */
export const ofPair = (pair: string, end: 'Source' | 'Destination') => `${pair}.${end}`;
