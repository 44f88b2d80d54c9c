// SPDX-License-Identifier: Apache-2.0
import { aws_cloudwatch as cloudwatch, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { archiveLifecycle, checkArchiveInput, checkProducers, checkSourcePlace, daysMistake } from './archive-input';
import { collisionFindings } from './collisions';
import { LogAggregationSRRProps, LogSourceOptions, ProducedLogSourceOptions } from './log-aggregation-options';
import { LogFlow, areWithin, rolesForEveryKey, sentPrefixes, spacesOf } from './log-flow';
import { createLogBucket, keysOfProducers } from './source-bucket';
import { BucketEnd, bucketEnd, nameOf } from '../app/bucket';
import { compare } from '../app/environment';
import { createReplicatedBucket } from '../buckets/replicated-bucket';
import { logsToItself } from '../checks/access-logs';
import { anchorOf } from '../flows/imported-sources';
import { readBucket } from '../flows/read-facts';
import { SourceAnchor } from '../flows/source';
import { receiveReplicas } from '../grants/receive-replicas';
import { ReplicaGrantee } from '../grants/replica-grantee';
import { ReplicaGrants } from '../grants/replica-grants';
import { checkGiven } from '../messages/given';
import { mistake } from '../messages/mistake';
import { report } from '../messages/report';
import { KEYS_OF_AN_ACCOUNT } from '../permissions/prefixes';
import { RoleOptions } from '../permissions/role';
import { ROLE_NAME_PREFIX, prefixedRoleName } from '../permissions/role-name';
import { LogKeySpace } from '../producers/key-space';
import { LogBucket } from '../producers/log-bucket';
import { LogProducer } from '../producers/log-producer';
import { BucketReplication } from '../replication/bucket-replication';
import { planRule } from '../replication/plan';
import { ReplicationMetric, ReplicationMetricOptions } from '../replication/replication-metrics';
import { importedSource } from '../replication/source-input';
import { AddedRule } from '../rules/added-rule';

interface SourceRule {
  readonly source: SourceAnchor;
  readonly rule: AddedRule;
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
  private readonly flowsOfEveryKey: LogFlow[] = [];
  private readonly sources: SourceRule[] = [];
  private readonly watchers: Array<(one: SourceRule) => void> = [];

  /** @throws when the props contradict each other, or when S3 would refuse the destination */
  constructor(scope: Construct, id: string, props: LogAggregationSRRProps = {}) {
    super(scope, id);
    checkGiven(this, props);
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
    const { trustedAccounts, organizationId, roleNamePrefix = ROLE_NAME_PREFIX, keyPrefixes, deleteMarkers } = props;
    const grants = ReplicaGrants.fromBucket(this.destination);
    const grantees = [
      trustedAccounts && ReplicaGrantee.rolesOfAccounts(trustedAccounts, { roleNamePrefix }),
      organizationId !== undefined && ReplicaGrantee.rolesOfOrganization(organizationId, { roleNamePrefix }),
    ];
    grantees.forEach((grantee) => grantee && grants.replicasFrom(grantee, { keyPrefixes, deleteMarkers }));
    this.node.addValidation({
      validate: () => {
        const { cfn } = this.end;
        const ofItself = cfn && LogBucket.find(cfn)?.deliveries.length ? [{ source: this.end }] : [];
        return report(this, [
          collisionFindings([...this.flows, ...ofItself]),
          rolesForEveryKey(this.flowsOfEveryKey),
          // where there are sources in this app, they say so
          cfn && this.flows.length === 0 && logsToItself(readBucket(cfn)),
        ]);
      },
    });
  }

  /**
   * Replicates a bucket of this app, in the region of the destination and in any account, into the destination.
   *
   * @throws when the source is in another region, when it is replicated into the destination with the same filter
   * already, or when S3 would refuse the rule
   */
  public addSource(source: s3.IBucketRef, options: LogSourceOptions = {}): void {
    checkGiven(this, { ...options, source });
    const from = bucketEnd(source);
    checkSourcePlace(this, from, this.end);
    if (!from.cfn) {
      throw mistake(this, importedSource(from, 'use LogSource in the app that defines the bucket'));
    }
    const { metrics, storageClass, roleNamePrefix = ROLE_NAME_PREFIX } = this.props;
    const rule = {
      ...options,
      destination: this.destination,
      sourceKeys: keysOfProducers(options.producers ?? [], source, options.sourceKeys),
      storageClass: options.storageClass ?? storageClass,
      metrics: options.metrics ?? metrics ?? options.replicationTimeControl ?? false,
    };
    const known = BucketReplication._find(source);
    const flow = { source: from, filter: options.filter, uniqueKeys: options.uniqueKeys };
    const spaces = spacesOf(
      flow,
      (options.producers ?? []).map(({ _spec }) => _spec),
    );
    const trusted =
      this.isTrusted(from, spaces, options.deleteMarkerReplication ?? false) &&
      (known === undefined || startsWith(known._roleOptions, roleNamePrefix));
    const role = known?._roleOptions ?? (trusted ? { roleName: prefixedRoleName(from, roleNamePrefix) } : {});
    const sent = sentPrefixes(spaces);
    const planned = planRule(this, from, rule, role, trusted, trusted, sent);
    checkProducers(this, source, options.producers ?? [], options.filter);
    options.producers?.forEach((producer) => producer.allowDeliveryTo(source));
    const replication =
      trusted && !known
        ? new BucketReplication(this, `Replication-${from.cfn.node.addr}`, { source, ...role })
        : BucketReplication.of(source);
    replication._standIn(this);
    replication._carryOut(planned);
    const one = { source: anchorOf(from)!, rule: planned };
    this.sources.push(one);
    this.watchers.forEach((seen) => seen(one));
    if (options.enabled !== false) {
      this.flows.push(flow);
    }
    if (planned.admission && sent.includes('')) {
      this.flowsOfEveryKey.push(flow);
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
    checkGiven(this, options);
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

  /**
   * @param seen called with the rule of each source, now and when one is added
   * @internal
   */
  public _watch(seen: (one: SourceRule) => void): void {
    this.sources.forEach(seen);
    this.watchers.push(seen);
  }

  /**
   * Of one source. How far the replicas are behind, in seconds: the maximum of each minute, in the account of the source.
   *
   * @param source whose rule has `metrics`
   * @throws as `BucketReplication.metricReplicationLatency()` does
   */
  public metricReplicationLatency(source: s3.IBucketRef, options?: ReplicationMetricOptions): cloudwatch.Metric {
    return this.metricOf('ReplicationLatency', source, options);
  }

  /**
   * Of one source. How many bytes are waiting for replication: the maximum of each minute, in the account of the source.
   *
   * @param source whose rule has `metrics`
   * @throws as `BucketReplication.metricBytesPendingReplication()` does
   */
  public metricBytesPendingReplication(source: s3.IBucketRef, options?: ReplicationMetricOptions): cloudwatch.Metric {
    return this.metricOf('BytesPendingReplication', source, options);
  }

  /**
   * Of one source. How many operations are waiting for replication: the maximum of each minute, in the account of the source.
   *
   * @param source whose rule has `metrics`
   * @throws as `BucketReplication.metricOperationsPendingReplication()` does
   */
  public metricOperationsPendingReplication(
    source: s3.IBucketRef,
    options?: ReplicationMetricOptions,
  ): cloudwatch.Metric {
    return this.metricOf('OperationsPendingReplication', source, options);
  }

  /**
   * Of one source. How many operations failed to replicate: the sum of each minute, in the account of the source.
   *
   * @param source whose rule has `metrics`
   * @throws as `BucketReplication.metricOperationsFailedReplication()` does
   */
  public metricOperationsFailedReplication(
    source: s3.IBucketRef,
    options?: ReplicationMetricOptions,
  ): cloudwatch.Metric {
    return this.metricOf('OperationsFailedReplication', source, options);
  }

  private metricOf(name: ReplicationMetric, source: s3.IBucketRef, options?: ReplicationMetricOptions) {
    checkGiven(this, { source });
    const replication = BucketReplication._find(source);
    if (!replication) {
      throw mistake(this, {
        saw: `a metric of the source ${nameOf(bucketEnd(source))}, which is not replicated`,
        because: 'S3 publishes metrics for each rule',
        instead: 'add the source with addSource() first',
      });
    }
    return replication._metric(this, name, this.destination, options);
  }

  /** Whether the destination lets roles of the source's account in by the start of their names, for what it sends. */
  private isTrusted({ account }: BucketEnd, spaces: readonly LogKeySpace[], deleteMarkers: boolean): boolean {
    const { organizationId, trustedAccounts, keyPrefixes = KEYS_OF_AN_ACCOUNT } = this.props;
    return (
      compare(account, this.end.account) !== 'same' &&
      areWithin(spaces, keyPrefixes, account) &&
      (!deleteMarkers || this.props.deleteMarkers === true) &&
      (organizationId !== undefined || (trustedAccounts ?? []).includes(account))
    );
  }
}

/** Whether a policy that names roles by this prefix means the role. */
function startsWith({ roleName, rolePath = '/' }: RoleOptions, prefix: string): boolean {
  return rolePath === '/' && roleName !== undefined && roleName.startsWith(prefix);
}
