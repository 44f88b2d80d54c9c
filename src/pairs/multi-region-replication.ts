// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { AccessPoint } from './access-point';
import { checkAccessPointInput, checkBuckets, checkMultiRegionInput } from './multi-region-input';
import { bucketEnd } from '../app/bucket';
import { given } from '../app/given';
import { deployedStack } from '../app/stacks';
import { CreatedBucketOptions } from '../buckets/created-bucket-options';
import { mirrorScope, replicaStack } from '../buckets/replica-stack';
import {
  ReplicatedBucket,
  bucketSettings,
  createReplicatedBucket,
  deleteBeforeEmptying,
} from '../buckets/replicated-bucket';
import { ReplicatedBucketOptions } from '../buckets/replicated-bucket-options';
import { checkGiven } from '../messages/given';
import { mistake } from '../messages/mistake';
import { BucketReplication } from '../replication/bucket-replication';
import { handleFrom, handledFrom } from '../replication/handled-rules';
import { ReplicationRuleOptions, ruleOptions } from '../rules/replication-rule';

/** Properties of a MultiRegionReplication; options of all its rules among them. */
export interface MultiRegionReplicationProps extends ReplicationRuleOptions, CreatedBucketOptions {
  /**
   * The regions of the buckets that are created, that of this construct's stack among them. Each other region has a
   * stack that is a child of this one, named `<stack name>-<region>-replica-<other region>`. A region that is added
   * later gets what is written from then on; S3 Batch Replication can copy the rest.
   *
   * @default - buckets are given
   */
  readonly regions?: string[];

  /**
   * The buckets, defined in this app in one account, each in another region. The stack of the first one deploys after
   * all others, and a custom resource in it writes all rules of the others.
   *
   * @default - buckets are created in `regions`
   */
  readonly buckets?: s3.IBucket[];

  /**
   * Whether there is a Multi-Region Access Point for the buckets: one name that S3 routes to the nearest of them. It
   * blocks all public access, has no name of its own, and needs clients that sign with SigV4A. Its regions are fixed:
   * when they change, CloudFormation makes another one, with another alias.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPoints.html
   * @default false
   */
  readonly accessPoint?: boolean;

  /**
   * The regions that the access point sends no requests to; the others are active, and at least one is. A custom
   * resource switches them when this prop changes, and never otherwise: what an operator switched since then stays,
   * until this changes again. `[]` makes all regions active.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/MrapFailover.html
   * @default - all regions are active, and nothing here switches them
   */
  readonly passiveRegions?: string[];

  /**
   * Settings of each bucket that is created; names, keys and buckets for access logs differ from region to region, so
   * give buckets that have them.
   *
   * @default - none
   */
  readonly bucketOptions?: ReplicatedBucketOptions;

  /**
   * Whether the buckets have KMS keys of their own although `encryption` is not KMS; see
   * `ReplicatedBucketPairProps.keepEncryptionKeys`.
   *
   * @default false
   */
  readonly keepEncryptionKeys?: boolean;

  /**
   * Whether the buckets that are created are emptied before they are deleted. Needs `removalPolicy: DESTROY`.
   *
   * @default false
   */
  readonly autoDeleteObjects?: boolean;
}

/** Above, metrics of the rules cost more than most buckets do: four for each of N(N-1) rules. */
const MAX_WITH_METRICS = 3;

const WORDS = {
  source: 'buckets',
  destination: 'buckets',
  destinationRegion: 'regions',
  destinationStack: 'the stack of one of the buckets that you give',
  sourceOptions: 'bucketOptions',
  destinationOptions: 'bucketOptions',
};

/**
 * Buckets in several regions, each of which replicates to all others, in one deployment: what is written to one is in
 * all. S3 does not replicate replicas again, so each bucket needs a rule to each other one: N(N-1) rules.
 *
 * CloudFormation gives the bucket of the first stack its rules, and a custom resource in that stack writes those of all
 * others, as `BidirectionalReplication` does for two. Delete markers and changes of metadata are replicated, unless the
 * options say something else.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPointBucketReplication.html
 */
export class MultiRegionReplication extends Construct {
  /** The buckets: that of the first stack, then the others in the order of their regions or as they were given. */
  public readonly buckets: s3.IBucket[];

  private readonly point?: AccessPoint;

  /**
   * @throws when the props contradict each other, when two buckets are in one region or in different accounts, when a
   * region cannot have a Multi-Region Access Point, or when S3 would refuse one of the rules
   */
  constructor(scope: Construct, id: string, props: MultiRegionReplicationProps) {
    super(scope, id);
    checkGiven(this, props);
    checkMultiRegionInput(this, props);
    const made = props.buckets
      ? props.buckets.map((bucket) => ({ bucket, formerKeys: [] }))
      : this.create(props, props.regions!);
    this.buckets = made.map(({ bucket }) => bucket);
    checkBuckets(this, this.buckets.map(bucketEnd));
    if (props.accessPoint) {
      checkAccessPointInput(this, this.buckets.map(bucketEnd), props.passiveRegions);
    }
    const [hub, ...others] = this.buckets.map(bucketEnd);
    for (const { cfn, region } of others) {
      if (!handledFrom(cfn)) {
        handleFrom(cfn!, new Construct(mirrorScope(this, hub.stack, deployedStack(hub.stack)), `From${region}`));
      }
    }
    for (const from of made) {
      const replication = BucketReplication.of(from.bucket);
      for (const to of made.filter((it) => it !== from)) {
        const rule = this.rule(props, from, to);
        if (!replication._ruleTo(to.bucket, rule.filter)) {
          replication._addRule(this, rule);
        }
      }
      replication._standIn(this);
    }
    if (props.autoDeleteObjects) {
      // what is replicated on would fill a bucket that has just been emptied
      const writers = this.buckets.map((bucket) => BucketReplication.of(bucket)._writer);
      this.buckets.forEach((bucket) => {
        const own = BucketReplication.of(bucket)._writer;
        writers.filter((writer) => writer !== own).forEach((writer) => deleteBeforeEmptying(writer, bucket));
      });
    }
    this.point = props.accessPoint ? new AccessPoint(this, this.buckets, props.passiveRegions) : undefined;
  }

  /**
   * The bucket in a region.
   *
   * @throws when there is none
   */
  public bucketIn(region: string): s3.IBucket {
    const found = this.buckets.find((bucket) => bucketEnd(bucket).region === region);
    if (!found) {
      throw mistake(this, {
        saw: `region '${region}'`,
        because: `there are buckets in ${this.buckets.map((bucket) => bucketEnd(bucket).region).join(', ')}`,
        instead: 'name one of these regions, or add it to regions',
      });
    }
    return found;
  }

  /**
   * The ARN of the Multi-Region Access Point, which clients give in place of a bucket's name.
   *
   * @throws when there is none
   */
  public get accessPointArn(): string {
    return this.accessPoint('accessPointArn').arnFor(Stack.of(this));
  }

  /**
   * The alias of the Multi-Region Access Point, which ends with `.mrap`. S3 makes it.
   *
   * @throws when there is none
   */
  public get accessPointAlias(): string {
    return this.accessPoint('accessPointAlias').aliasFor(Stack.of(this));
  }

  /**
   * Lets a role or user of the account read through the access point: permissions for the access point, for every
   * bucket, and for the keys that encrypt them.
   *
   * @throws when there is no access point, or when the grantee is of another account
   */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.accessPoint('grantRead()').grant(grantee, false);
  }

  /**
   * Lets a role or user of the account read, write and delete through the access point: permissions for the access
   * point, for every bucket, and for the keys that encrypt them.
   *
   * @throws when there is no access point, or when the grantee is of another account
   */
  public grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    return this.accessPoint('grantReadWrite()').grant(grantee, true);
  }

  private accessPoint(what: string): AccessPoint {
    if (!this.point) {
      throw mistake(this, {
        saw: `${what} without an access point`,
        because: 'it is about the Multi-Region Access Point',
        instead: 'set accessPoint: true; for one of the buckets, use what it has itself',
      });
    }
    return this.point;
  }

  private create(props: MultiRegionReplicationProps, regions: readonly string[]): ReplicatedBucket[] {
    const own = Stack.of(this);
    const settings = bucketSettings(props);
    const scopes = regions
      .filter((region) => region !== own.region)
      .sort()
      .map((region) => mirrorScope(this, own, replicaStack(this, own, region, WORDS)));
    // the hub last: the handler that empties buckets mentions the first one of its stack
    const others = scopes.map((scope) => createReplicatedBucket(scope, 'Bucket', settings, props.bucketOptions));
    return [createReplicatedBucket(this, 'Bucket', settings, props.bucketOptions), ...others];
  }

  private rule(props: MultiRegionReplicationProps, from: ReplicatedBucket, to: ReplicatedBucket) {
    const options = given(ruleOptions(props));
    return {
      deleteMarkerReplication: (options.filter?._tags.length ?? 0) === 0,
      replicaModifications: true,
      metrics: options.replicationTimeControl === true || this.buckets.length <= MAX_WITH_METRICS,
      ...options,
      destination: to.bucket,
      sourceKeys: from.formerKeys.length > 0 ? from.formerKeys : undefined,
      destinationKey: to.formerKeys[0],
    };
  }
}
