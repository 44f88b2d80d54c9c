// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Duration, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { checkProducers, checkRoleNamePrefix, daysMistake } from './archive-input';
import { findingsAmongAccounts } from './collisions';
import { refusedKeys, sentPrefixes, spacesOf } from './log-flow';
import { createLogBucket, keysOfProducers } from './source-bucket';
import { BucketEnd, bucketEnd, bucketOf, nameOf } from '../app/bucket';
import { compare, shown } from '../app/environment';
import { ReplicatedBucketOptions } from '../buckets/replicated-bucket-options';
import { keyPrefixMistake } from '../grants/grant-input';
import { checkGiven } from '../messages/given';
import { Mistake, mistake, together } from '../messages/mistake';
import { report } from '../messages/report';
import { KEYS_OF_AN_ACCOUNT } from '../permissions/prefixes';
import { checkRoleName } from '../permissions/role-input';
import { ROLE_NAME_PREFIX, prefixedRoleName } from '../permissions/role-name';
import { LogProducer } from '../producers/log-producer';
import { BucketReplication } from '../replication/bucket-replication';
import { importedSource } from '../replication/source-input';
import { ReplicationRuleOptions } from '../rules/replication-rule';

/** Properties of a LogSource. */
export interface LogSourceProps extends ReplicationRuleOptions {
  /**
   * The bucket of another app that collects the logs, imported with `Bucket.fromBucketAttributes()`: its name and
   * account, and with KMS its `encryptionKey`.
   */
  readonly destination: s3.IBucket;

  /**
   * What the name of the replication role starts with, as the `LogAggregationSRR` of the destination has it.
   *
   * @default s3-log-replication-
   */
  readonly roleNamePrefix?: string;

  /**
   * What the keys begin with that the destination accepts, as its `LogAggregationSRR` has it. Sources that send others
   * are an error, as far as that is known.
   *
   * @default - as in `LogAggregationSRR`
   */
  readonly keyPrefixes?: string[];

  /**
   * The whole name of the replication role, for a source that collects logs of several accounts: the owner of the
   * destination lets this one role in, with `ReplicaGrants`. The account must be known at synthesis; a warning has the
   * statement.
   *
   * @default - a name with `roleNamePrefix`
   */
  readonly roleName?: string;

  /**
   * A bucket of this app with logs.
   *
   * @default - a bucket is created that `producers` can write into
   */
  readonly source?: s3.IBucketRef;

  /**
   * The services that write logs into the source: their delivery is allowed.
   *
   * @default - none, when a source is given
   */
  readonly producers?: LogProducer[];

  /**
   * Whether no other source, of this or another account, ever writes the same key: replication keeps keys, so equal
   * keys become versions of one object.
   *
   * @default - as it is known of the producers; a warning when that does not settle it
   */
  readonly uniqueKeys?: boolean;

  /**
   * Settings of the source bucket that is created.
   *
   * @default - SSE-S3, and a name that CloudFormation makes, or one that the producers demand
   */
  readonly sourceOptions?: ReplicatedBucketOptions;

  /**
   * How long logs are kept in the source bucket that is created, replicated or not, before they are noncurrent versions
   * for as long again. Whole days. S3 does not expire what is not replicated yet.
   *
   * @default - for ever
   */
  readonly sourceRetention?: Duration;
}

/**
 * One source of a `LogAggregationSRR` of another app and account: a bucket with logs, replicated with a role that the
 * destination lets in by the prefix of its name.
 *
 * Nothing of the destination has to know of it, and neither account nor region need be known at synthesis: one template
 * serves all accounts of an organization and all their regions, for example as a StackSet.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-walkthrough-2.html
 */
export class LogSource extends Construct {
  /** The replication of the source, for more rules. */
  public readonly replication: BucketReplication;

  private readonly from: s3.IBucketRef;

  /**
   * @throws when the destination is not an imported bucket of another account, when the source is replicated already, when
   * the props contradict each other, or when S3 would refuse the replication
   */
  constructor(scope: Construct, id: string, props: LogSourceProps) {
    super(scope, id);
    checkGiven(this, props);
    checkLogSourceInput(this, props);
    const {
      destination,
      roleNamePrefix = ROLE_NAME_PREFIX,
      roleName,
      keyPrefixes = KEYS_OF_AN_ACCOUNT,
      producers = [],
      sourceOptions,
      sourceRetention,
      source,
      uniqueKeys,
      ...rule
    } = props;
    checkProducers(this, source, producers, rule.filter);
    this.from = source ?? createLogBucket(this, 'Logs', producers, sourceOptions, sourceRetention);
    producers.forEach((producer) => producer.allowDeliveryTo(this.from));
    this.replication = new BucketReplication(this, 'Replication', {
      source: this.from,
      roleName: roleName ?? prefixedRoleName(bucketEnd(this.from), roleNamePrefix),
    });
    this.replication._standIn(this);
    const flow = { source: bucketEnd(this.from), filter: rule.filter, uniqueKeys };
    const byPrefix = roleName === undefined;
    const deleteMarkers = rule.deleteMarkerReplication ?? false;
    const metrics = rule.metrics ?? rule.replicationTimeControl ?? false;
    const sourceKeys = keysOfProducers(producers, source, rule.sourceKeys);
    this.replication._addRule(
      this,
      { ...rule, destination, metrics, sourceKeys },
      byPrefix,
      byPrefix,
      sentPrefixes(spacesOf(flow)),
    );
    this.node.addValidation({
      validate: () =>
        report(this, [findingsAmongAccounts(flow), byPrefix && refusedKeys(flow, keyPrefixes, deleteMarkers)]),
    });
  }

  /** The bucket with logs, to be named at the service. */
  public get source(): s3.IBucket {
    return bucketOf(this.from);
  }
}

/** Throws when a source of another app cannot be replicated. */
function checkLogSourceInput(at: IConstruct, props: LogSourceProps): void {
  const stack = Stack.of(at);
  const source = props.source ? bucketEnd(props.source) : { ref: props.destination, stack, ...stackPlace(stack) };
  const destination = bucketEnd(props.destination);
  if (props.roleNamePrefix !== undefined) {
    checkRoleNamePrefix(at, props.roleNamePrefix);
  }
  checkRoleName(at, 'roleName', props.roleName);
  const wrong =
    keyPrefixMistake(props.keyPrefixes, true) ??
    logSourceMistake(props, source, destination) ??
    (props.sourceRetention && daysMistake('sourceRetention', props.sourceRetention));
  if (wrong) {
    throw mistake(at, wrong);
  }
}

const stackPlace = ({ account, region }: Stack) => ({ account, region });

function logSourceMistake(props: LogSourceProps, source: BucketEnd, destination: BucketEnd): Mistake | undefined {
  if (destination.cfn) {
    return {
      saw: `destination ${nameOf(destination)}, which is defined in this app`,
      because: 'this construct knows nothing of it but its name',
      instead: 'use addSource() or addProducer() of its LogAggregationSRR',
    };
  }
  if (props.source && !source.cfn) {
    return importedSource(source, 'replicate in the app that defines the bucket');
  }
  if (compare(source.account, destination.account) === 'same') {
    return {
      saw: `destination ${nameOf(destination)} in account ${shown(destination.account)}, which is the account of the source`,
      because: 'an imported bucket belongs to this account unless its attributes name another one',
      instead:
        'import it with Bucket.fromBucketAttributes() and its account, or use LogAggregationSRR within one account',
    };
  }
  const ofMany = (['roleNamePrefix', 'keyPrefixes'] as const).filter((prop) => props[prop] !== undefined);
  if (props.roleName !== undefined && ofMany.length > 0) {
    return together('roleName', ofMany, 'these are for roles that are let in by the start of their names');
  }
  const ofCreated = (['sourceOptions', 'sourceRetention'] as const).filter((prop) => props[prop] !== undefined);
  if (props.source && ofCreated.length > 0) {
    return together('source', ofCreated, 'these describe the source bucket that is created when none is given');
  }
  return props.source || (props.producers ?? []).length > 0
    ? undefined
    : {
        saw: 'neither source nor producers',
        because: 'nothing could write into the bucket that would be created',
        instead: 'give the bucket with logs as source, or the services that write into a new one as producers',
      };
}
