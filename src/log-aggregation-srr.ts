// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BucketReplication } from './bucket-replication';
import { LogProducer } from './log-producer';
import { BucketEnd, bucketEnd } from './private/bucket-end';
import {
  archiveLifecycle,
  checkArchiveInput,
  checkFlow,
  checkProducers,
  checkSourcePlace,
  daysMistake,
} from './private/log-archive-input';
import { LogBucket } from './private/log-bucket';
import { collisionErrors, LogFlow, warnOfCollisions } from './private/log-collisions';
import { loopErrors } from './private/log-loops';
import { createLogBucket, keysOfProducers } from './private/log-source-bucket';
import { mistake } from './private/mistake';
import { receiveReplicas } from './private/replica-end';
import { createReplicatedBucket } from './private/replicated-bucket';
import { prefixedRoleName } from './private/role-name';
import { ReplicaGrants } from './replica-grants';
import { ReplicatedBucketOptions } from './replicated-bucket-options';
import { ReplicationRuleOptions } from './replication-rule';

/** Properties of a LogAggregationSRR. */
export interface LogAggregationSRRProps {
  /**
   * The bucket that all logs are replicated into: of this app, or imported with `Bucket.fromBucketAttributes()`. Versioning
   * is switched on for one of this app; an imported one must have it, or S3 refuses the rules at deployment.
   *
   * @default - a bucket is created: private, TLS only, bucket owner enforced, versioned and retained
   */
  readonly destination?: s3.IBucket;

  /**
   * Settings of the destination bucket that is created; `lifecycleRules` come on top of `retention` and `transitions`.
   *
   * @default - CloudFormation makes a name, no access logs
   */
  readonly destinationOptions?: ReplicatedBucketOptions;

  /**
   * Default encryption of the destination bucket that is created: S3_MANAGED (SSE-S3) or KMS with a customer managed key
   * that is rotated every year and always retained. S3 encrypts a replica as its source object is: KMS is for sources
   * with KMS, and replicas of SSE-S3 objects stay SSE-S3.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
   * @default - KMS when an `encryptionKey` is given in destinationOptions; otherwise S3_MANAGED
   */
  readonly encryption?: s3.BucketEncryption;

  /**
   * What happens to the bucket that is created when it leaves the app.
   *
   * @default RemovalPolicy.RETAIN, with a name RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether the bucket that is created has Object Lock. Sources with Object Lock need it.
   *
   * @default - true with `objectLockDefaultRetention`, otherwise false
   */
  readonly objectLockEnabled?: boolean;

  /**
   * Default retention of the bucket that is created, for logs whose source object has none.
   *
   * @default - no default retention
   */
  readonly objectLockDefaultRetention?: s3.ObjectLockRetention;

  /**
   * How long logs are kept in the bucket that is created, counted from when they were written at the source. Whole days.
   * Then they are noncurrent versions for `noncurrentVersionRetention`.
   *
   * @default - for ever
   */
  readonly retention?: Duration;

  /**
   * How long overwritten, deleted and expired logs are kept on, as noncurrent versions. Whole days.
   *
   * @default - as long as `retention`; for ever without it
   */
  readonly noncurrentVersionRetention?: Duration;

  /**
   * When logs move to other storage classes in the bucket that is created.
   *
   * @default - they stay in the class that they arrive in
   */
  readonly transitions?: s3.Transition[];

  /**
   * The storage class that logs arrive in.
   *
   * @default - that of the source object
   */
  readonly storageClass?: s3.StorageClass;

  /**
   * Whether S3 publishes replication metrics of every source: four CloudWatch metrics a source, which cost as custom
   * metrics do.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
   * @default false
   */
  readonly metrics?: boolean;

  /**
   * Other accounts whose roles may replicate logs into the destination, when their names start with `roleNamePrefix`: 12
   * digits each. One statement for all of them.
   *
   * @default - sources of this account, of `organizationId`, and those that are added in this app
   */
  readonly trustedAccounts?: string[];

  /**
   * The AWS Organization whose roles may replicate logs into the destination, when their names start with
   * `roleNamePrefix`: its id, for example `o-a1b2c3d4e5`. The policy stays the same however many accounts there are.
   * Accounts whose buckets are added in this app are taken for members.
   *
   * @default - sources of this account, of `trustedAccounts`, and those that are added in this app
   */
  readonly organizationId?: string;

  /**
   * What the names of replication roles of `trustedAccounts` or `organizationId` start with; `LogSource` takes the same.
   *
   * @default - neither of the two is given
   */
  readonly roleNamePrefix?: string;
}

/** How one source is replicated. */
export interface LogSourceOptions extends ReplicationRuleOptions {
  /**
   * The services that write logs into the source: their delivery is allowed, and what their keys look like is known.
   *
   * @default - what `LogProducer.allowDeliveryTo()` was called for
   */
  readonly producers?: LogProducer[];

  /**
   * Whether no other source ever writes the same key: replication keeps keys, so equal keys become versions of one
   * object. `false` says that keys have no unique part.
   *
   * @default - as it is known of the producers; a warning when that does not settle it
   */
  readonly uniqueKeys?: boolean;
}

/** How a source bucket for one producer is made and replicated. */
export interface ProducedLogSourceOptions extends LogSourceOptions {
  /**
   * Settings of the source bucket.
   *
   * @default - SSE-S3, and a name that CloudFormation makes, or one that the producer demands
   */
  readonly sourceOptions?: ReplicatedBucketOptions;

  /**
   * How long logs are kept in the source bucket, replicated or not, before they are noncurrent versions for as long
   * again. Whole days. S3 does not expire what is not replicated yet.
   *
   * @default - for ever
   */
  readonly sourceRetention?: Duration;
}

/**
 * Many buckets with logs, replicated into one bucket of their region: Same-Region Replication from buckets of this
 * account, of other accounts of this app, and, with `LogSource` in apps of their own, of an organization.
 *
 * Replication keeps keys: sources that may write the same key are reported when the app is synthesized.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html#replication-scenario
 */
export class LogAggregationSRR extends Construct {
  /** The bucket that all logs are replicated into. */
  public readonly destination: s3.IBucket;

  private readonly props: LogAggregationSRRProps;
  private readonly end: BucketEnd;
  private readonly flows: LogFlow[] = [];

  /** @throws when the props contradict each other, or when S3 would refuse the destination */
  constructor(scope: Construct, id: string, props: LogAggregationSRRProps = {}) {
    super(scope, id);
    const settings = checkArchiveInput(this, props);
    this.props = props;
    const { destinationOptions } = props;
    this.destination =
      props.destination ??
      createReplicatedBucket(this, 'Destination', settings, {
        ...destinationOptions,
        lifecycleRules: [...archiveLifecycle(props), ...(destinationOptions?.lifecycleRules ?? [])],
      }).bucket;
    this.end = bucketEnd(this.destination);
    if (this.end.cfn) {
      receiveReplicas(this, this.end.cfn);
    }
    const { trustedAccounts: accounts, organizationId, roleNamePrefix } = props;
    if (accounts) {
      ReplicaGrants.fromBucket(this.destination).replicasFrom({ accounts, roleNamePrefix });
    }
    if (organizationId !== undefined) {
      ReplicaGrants.fromBucket(this.destination).replicasFrom({ organizationId, roleNamePrefix });
    }
    this.node.addValidation({
      validate: () => {
        const { end } = this;
        const ofItself = end.cfn && LogBucket.find(end.cfn)?.deliveries.length ? [{ source: end }] : [];
        warnOfCollisions(this, [...this.flows, ...ofItself]);
        return [...collisionErrors([...this.flows, ...ofItself]), ...loopErrors(this.end, this.flows)];
      },
    });
  }

  /**
   * Replicates a bucket of this app, in the region of the destination and in any account, into the destination.
   *
   * @throws when the source is in another region, when it is replicated into the destination with the same filter already,
   * or when S3 would refuse the rule
   */
  public addSource(source: s3.IBucketRef, options: LogSourceOptions = {}): void {
    const from = bucketEnd(source);
    checkSourcePlace(this, from, this.end);
    const { metrics, storageClass, roleNamePrefix = '' } = this.props;
    const rule = {
      ...options,
      destination: this.destination,
      sourceKeys: keysOfProducers(options.producers ?? [], source, options.sourceKeys),
      storageClass: options.storageClass ?? storageClass,
      metrics: options.metrics ?? metrics ?? options.replicationTimeControl ?? false,
    };
    const known = BucketReplication._isReplicated(source) ? BucketReplication.of(source) : undefined;
    const letIn = this.isTrusted(from) && (known === undefined || known._roleStartsWith(roleNamePrefix));
    checkFlow(this, from, this.end, rule, letIn);
    checkProducers(this, source, options.producers ?? [], options.filter);
    options.producers?.forEach((producer) => producer.allowDeliveryTo(source));
    const replication =
      letIn && known === undefined
        ? new BucketReplication(this, `Replication-${from.cfn!.node.addr}`, {
            source,
            roleName: prefixedRoleName(from, roleNamePrefix),
          })
        : BucketReplication.of(source);
    replication._addRule(this, rule, !letIn);
    if (options.enabled !== false) {
      this.flows.push({ source: from, filter: options.filter, uniqueKeys: options.uniqueKeys });
    }
  }

  /**
   * Makes a source bucket in this construct's stack that a service can write its logs into, and replicates it.
   *
   * @param id of the bucket, below this construct
   * @param producer the service; `addSource()` replicates buckets that there are
   * @returns the source bucket, to be named at the service
   * @throws as `addSource()` does
   */
  public addProducer(id: string, producer: LogProducer, options: ProducedLogSourceOptions = {}): s3.IBucket {
    const { sourceOptions, sourceRetention, ...rest } = options;
    const wrong = sourceRetention && daysMistake('sourceRetention', sourceRetention);
    if (wrong) {
      throw mistake(this, wrong);
    }
    const bucket = createLogBucket(this, id, [producer], sourceOptions, sourceRetention);
    try {
      this.addSource(bucket, { ...rest, producers: [producer, ...(rest.producers ?? [])] });
    } catch (error) {
      this.node.tryRemoveChild(id); // nobody would have it
      throw error;
    }
    return bucket;
  }

  /** Whether the destination lets roles of the source's account in by the start of their names. */
  private isTrusted({ cfn, account }: BucketEnd): boolean {
    const { organizationId, trustedAccounts } = this.props;
    return (
      cfn !== undefined &&
      account !== this.end.account &&
      (organizationId !== undefined || (trustedAccounts ?? []).includes(account))
    );
  }
}
