// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { OneWayReplication } from './one-way-replication';
import { bucketEnd, definedBucket } from '../app/bucket';
import { bucketAttribute } from '../app/references';
import { CreatedBucketOptions } from '../buckets/created-bucket-options';
import { pairBuckets } from '../buckets/pair-buckets';
import { deleteBeforeEmptying } from '../buckets/replicated-bucket';
import { ReplicatedBucketOptions } from '../buckets/replicated-bucket-options';
import { checkGiven } from '../messages/given';
import { BucketReplication } from '../replication/bucket-replication';
import { ReplicationRuleOptions } from '../rules/replication-rule';

/** Properties of a ReplicatedBucketPair; the options of the replication rule among them. */
export interface ReplicatedBucketPairProps extends ReplicationRuleOptions, CreatedBucketOptions {
  /**
   * The source bucket, of this app, or imported into a stack of its account: a custom resource then writes its rules,
   * see `BucketReplicationProps.source`. Another source is another pair: a change moves the replication and leaves the
   * former buckets as they are.
   *
   * @default - a bucket is created in this construct's stack
   */
  readonly source?: s3.IBucket;

  /**
   * The destination bucket, of this app or imported, in any region and account. A change re-points the
   * replication: what was replicated stays where it is, and existing objects are not copied to the new destination.
   *
   * @default - a bucket is created
   */
  readonly destination?: s3.IBucket;

  /**
   * The region of the bucket that is created for the replicas, for Cross-Region Replication (CRR). Its stack is a child
   * of the source's stack, named `<stack name>-<source region>-replica-<destination region>`; the source's stack must
   * have a known region. Bootstrap the region, and deploy with `cdk deploy --all`. Changing it later makes a new, empty
   * replica bucket in another stack and retains the former.
   *
   * @default - the region of this construct's stack: Same-Region Replication (SRR) when the source is there too. So
   * `process.env.REGION` gives SRR where it is not set; an information says so
   */
  readonly destinationRegion?: string;

  /**
   * The stack for the bucket that is created for the replicas, in any region and account. Changing it later
   * makes a new, empty replica bucket and retains the former.
   *
   * @default - the stack of this construct, or one that is made for `destinationRegion`
   */
  readonly destinationStack?: Stack;

  /**
   * Whether the pair has KMS keys of its own although `encryption` is not KMS, or another key is given. Set it together
   * with a switch from KMS to S3_MANAGED: the keys that were created then stay in the stacks, and the replication of
   * objects that are encrypted with them goes on. (Keys are created when there were none.) When you remove it later,
   * the keys leave the stacks (they stay in the account), and the replication of these objects ends.
   *
   * @default false
   */
  readonly keepEncryptionKeys?: boolean;

  /**
   * Whether the buckets that are created are emptied before they are deleted. Needs `removalPolicy: DESTROY` and adds a
   * Lambda function to each stack (the only option that does). With `cdk destroy --all` the source goes first, so that
   * nothing is replicated into a bucket that is being emptied. A source that stays, because it is yours or because only
   * the pair is removed from the app, goes on replicating until then: disable the rule in a deployment before.
   *
   * @default false
   */
  readonly autoDeleteObjects?: boolean;

  /**
   * Settings of the source bucket that is created.
   *
   * @default - as for both buckets
   */
  readonly sourceOptions?: ReplicatedBucketOptions;

  /**
   * Settings of the destination bucket that is created.
   *
   * @default - as for both buckets
   */
  readonly destinationOptions?: ReplicatedBucketOptions;
}

/**
 * Two buckets, and a rule that replicates from one to the other: within a region (SRR), to another region (CRR), or to
 * another account.
 *
 * Buckets that are created have versioning, block all public access, require TLS, disable ACLs (bucket owner enforced)
 * and are retained. Either bucket, or both, can be brought along. Several pairs can share a source.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
 */
export class ReplicatedBucketPair extends OneWayReplication {
  /** The source bucket. */
  public readonly source: s3.IBucket;

  /**
   * The destination bucket. From the stack of the source, refer to it by `destinationBucketName` and
   * `destinationBucketArn`.
   */
  public readonly destination: s3.IBucket;

  /** The replication of the source, for more rules. */
  public readonly replication: BucketReplication;

  /** @throws when the props contradict each other, or when S3 would refuse the replication */
  constructor(scope: Construct, id: string, props: ReplicatedBucketPairProps = {}) {
    super(scope, id);
    checkGiven(this, props);
    const { source, destination, encryptsWithKms } = pairBuckets(this, props);
    this.source = source.bucket;
    this.destination = destination.bucket;
    if (props.autoDeleteObjects && !props.source && !props.destination) {
      deleteBeforeEmptying(definedBucket(this.source)!, this.destination);
    }

    this.replication = BucketReplication.of(this.source);
    this.replication._standIn(this);
    this.replication._addRule(this, {
      ...props,
      destination: this.destination,
      sourceKeys: source.formerKeys.length > 0 ? [...(props.sourceKeys ?? []), ...source.formerKeys] : props.sourceKeys,
      destinationKey: props.destinationKey ?? (encryptsWithKms ? undefined : destination.formerKeys[0]),
    });
  }

  /**
   * The name of the destination bucket, to be used in the stack of the source, whichever region the destination is in.
   */
  public get destinationBucketName(): string {
    return bucketAttribute(bucketEnd(this.source).stack, bucketEnd(this.destination), 'name');
  }

  /**
   * The ARN of the destination bucket, to be used in the stack of the source, whichever region the destination is in.
   */
  public get destinationBucketArn(): string {
    return bucketAttribute(bucketEnd(this.source).stack, bucketEnd(this.destination), 'arn');
  }
}
