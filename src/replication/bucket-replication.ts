// SPDX-License-Identifier: Apache-2.0
import {
  Annotations,
  aws_cloudwatch as cloudwatch,
  aws_iam as iam,
  aws_s3 as s3,
  CfnResource,
  Lazy,
  Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BucketReplicationProps } from './bucket-replication-props';
import { handledFrom, writeWithHandler } from './handled-rules';
import { notify } from './notifications';
import { PlannedRule, planRule } from './plan';
import { ReplicationMetric, ReplicationMetricOptions, replicationMetric } from './replication-metrics';
import { checkImportedSource, checkedSource } from './source-input';
import { bucketEnd, definedBucket, nameOf } from '../app/bucket';
import { givenName } from '../app/bucket-name';
import { deployAfter } from '../app/deploy-order';
import { definedResource } from '../app/resource';
import { sameStage } from '../app/stacks';
import { enableVersioning } from '../buckets/versioning';
import { checkStackSize } from '../checks/stack-size';
import { validateReplication } from '../checks/validate';
import { anchorOf, rememberImport } from '../flows/imported-sources';
import { claimRoleName, shareRole } from '../flows/role-claims';
import { SourceAnchor } from '../flows/source';
import { standIn } from '../flows/stand-in';
import { receiveReplicas } from '../grants/receive-replicas';
import { ReplicaGrants } from '../grants/replica-grants';
import { checkGiven } from '../messages/given';
import { mistake } from '../messages/mistake';
import { RoleOptions, nameAsMade, replicationRole } from '../permissions/role';
import { checkRoleInput } from '../permissions/role-input';
import { RoleOfAccount, crossAccountRoleName, granteeOf } from '../permissions/role-name';
import { sameFlow } from '../rules/added-rule';
import { ReplicationFilter } from '../rules/replication-filter';
import { ReplicationRule } from '../rules/replication-rule';
import { ReplicationRuleSummary, summaryOf } from '../rules/replication-rule-summary';

/**
 * The replication of one source bucket: its replication configuration, its role and its rules.
 *
 * S3 allows one replication configuration and one role for a bucket, so there is one BucketReplication for a source
 * bucket. `BucketReplication.of(bucket)` finds it or creates it; the other constructs of this library use that, so they
 * compose on one source. The role and its policy are children of the source bucket, wherever this construct is.
 *
 * Objects that exist already are not replicated. For a source without a given name CloudFormation attaches the
 * permissions shortly after the configuration; objects written between the two fail to replicate for good. For a busy
 * bucket, deploy the rules with `enabled: false` once and then without it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
 */
export class BucketReplication extends Construct {
  /**
   * The BucketReplication of a source bucket; it is created when there is none.
   *
   * @param bucket of this app, or imported into a stack of its account
   */
  public static of(bucket: s3.IBucketRef): BucketReplication {
    checkGiven('BucketReplication.of()', { bucket });
    const scope = definedBucket(bucket) ?? bucket;
    return BucketReplication._find(bucket) ?? new BucketReplication(scope, 'BucketReplication', { source: bucket });
  }

  /** @internal */
  public static _find(bucket: s3.IBucketRef): BucketReplication | undefined {
    return anchorOf(bucketEnd(bucket))?.handle as BucketReplication | undefined;
  }

  /** The source bucket. */
  public readonly source: s3.IBucketRef;

  /** The role that S3 assumes to replicate. */
  public readonly role: iam.IRole;

  /** @internal */
  public readonly _roleOptions: RoleOptions;

  private readonly anchor: SourceAnchor;

  /**
   * @throws when the source has a replication configuration or a BucketReplication already, when its versioning is
   * suspended, when it is imported into a stack of another account; and for rules as `addRule()` does
   */
  constructor(scope: Construct, id: string, props: BucketReplicationProps) {
    super(scope, id);
    checkGiven(this, props);
    const source = bucketEnd(props.source);
    const cfn = source.cfn && checkedSource(this, source);
    if (!cfn) {
      checkImportedSource(this, source);
    } else if (props.enableVersioning !== undefined) {
      throw mistake(this, {
        saw: `enableVersioning for the source ${nameOf(source)} of this app`,
        because: 'its template switches versioning on',
        instead: 'leave it out',
      });
    }
    const home = handledFrom(cfn);
    const end = { ...source, stack: home ? Stack.of(home) : source.stack };
    checkRoleInput(this, end, props);
    claimRoleName(this, end, props.roleName);
    if (props.role && definedResource(props.role, 'AWS::IAM::Role')) {
      deployAfter(this, 'source', end.stack, {
        what: `role '${props.role.node.path}'`,
        stack: Stack.of(props.role),
        reason: `${nameOf(end)} is replicated with the role '${props.role.node.path}'`,
        remedy: 'define the role in the stack of the source, or in one that does not depend on it',
      });
    }
    if (cfn) {
      enableVersioning(cfn);
    }
    const name = cfn && !home ? givenName(cfn) : undefined;
    this.source = props.source;
    this.anchor = new SourceAnchor(source, name, () => validateReplication(this.anchor), home);
    this.anchor.handle = this;
    if (cfn && !home) {
      cfn.replicationConfiguration = Lazy.any({ produce: () => this.anchor.configuration() });
    } else {
      writeWithHandler(this.anchor, source, props.enableVersioning);
      rememberImport(this.anchor);
    }
    this._standIn(this);
    this.role = replicationRole(
      this.anchor.home,
      this.anchor.writer,
      name !== undefined || this.anchor.isHandled,
      props,
      {
        statements: () => this.anchor.permissions(),
        inUse: () => this.anchor.rules.some(({ options }) => options.enabled !== false),
        name: () => this.anchor.knownAs && crossAccountRoleName(end),
      },
    );
    this._roleOptions = nameAsMade(this.role, props);
    this.anchor.role = this.role;
    if (props.role) {
      shareRole(this.anchor, props.role);
    }
    props.rules?.forEach((rule) => this.addRule(rule));
  }

  /** The rules so far, in the order in which they were added; rules that come later are in what is read then. */
  public get rules(): ReplicationRuleSummary[] {
    return this.anchor.rules.map(summaryOf);
  }

  /**
   * Adds a rule, at any time before the Stage of the source is synthesized.
   *
   * Versioning is switched on at the destination when it is defined in this app. The stack of the source deploys after
   * the stack of the destination. When the destination is in another account, its bucket policy and the policy of the
   * key for replicas let the replication role in, by the name that the role then has; for an imported bucket or key a
   * warning shows the statements that its owner must add.
   *
   * @param rule what is replicated, how, and where to
   * @throws when S3 would refuse the rule, when it could not be deployed, or when the Stage is synthesized already
   */
  public addRule(rule: ReplicationRule): void {
    this._addRule(this, rule);
  }

  /**
   * How far the replicas are behind, in seconds, by the newest object of a rule: the maximum of each minute. S3
   * publishes it in the region of the destination and the account of the source, also while nothing replicates.
   *
   * @param destination of a rule with `metrics`
   * @throws when no rule replicates there, when several do and `ruleId` is not given, when the rule has
   * `metrics: false`, and when it cannot be told whether both buckets are in one region
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
   */
  public metricReplicationLatency(destination: s3.IBucketRef, options?: ReplicationMetricOptions): cloudwatch.Metric {
    return this._metric(this, 'ReplicationLatency', destination, options);
  }

  /**
   * How many bytes of a rule are waiting for replication: the maximum of each minute, in the region of the destination
   * and the account of the source.
   *
   * @param destination of a rule with `metrics`
   * @throws as `metricReplicationLatency()` does
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
   */
  public metricBytesPendingReplication(
    destination: s3.IBucketRef,
    options?: ReplicationMetricOptions,
  ): cloudwatch.Metric {
    return this._metric(this, 'BytesPendingReplication', destination, options);
  }

  /**
   * How many operations of a rule are waiting for replication: the maximum of each minute, in the region of the
   * destination and the account of the source.
   *
   * @param destination of a rule with `metrics`
   * @throws as `metricReplicationLatency()` does
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
   */
  public metricOperationsPendingReplication(
    destination: s3.IBucketRef,
    options?: ReplicationMetricOptions,
  ): cloudwatch.Metric {
    return this._metric(this, 'OperationsPendingReplication', destination, options);
  }

  /**
   * How many operations of a rule failed to replicate: the sum of each minute, in the region and account of the source.
   * S3 publishes 0 for an operation that succeeds, and nothing in a minute without operations; so let an alarm look at
   * one minute, and ignore missing data.
   *
   * @param destination of a rule with `metrics`
   * @throws when no rule replicates there, when several do and `ruleId` is not given, and when the rule has
   * `metrics: false`
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
   */
  public metricOperationsFailedReplication(
    destination: s3.IBucketRef,
    options?: ReplicationMetricOptions,
  ): cloudwatch.Metric {
    return this._metric(this, 'OperationsFailedReplication', destination, options);
  }

  /**
   * Tells a target of each object that fails to replicate, with the reason: `s3:Replication:OperationFailedReplication`.
   * It needs a rule with `metrics`. S3 takes one target for an event and a key: to tell several, give a topic with
   * several subscriptions. EventBridge does not get these events.
   *
   * With core's `addEventNotification()`, so with its Lambda function. It replaces notifications that a template has,
   * and for an imported source it adds to those that there are.
   *
   * @param target of `aws-s3-notifications`: a standard queue, a standard topic or a function of the source's region
   * @param filters prefix and suffix of the keys; all keys without them
   * @throws when the target is FIFO or in another region
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html
   */
  public addFailureNotification(
    target: s3.IBucketNotificationDestination,
    ...filters: s3.NotificationKeyFilter[]
  ): void {
    notify(this, this.anchor, 'failure', target, filters);
  }

  /**
   * Tells a target of each object that takes longer than the 15 minutes of Replication Time Control, and when it is
   * replicated after that. It needs a rule with `replicationTimeControl`. Otherwise as `addFailureNotification()`.
   *
   * @param target of `aws-s3-notifications`: a standard queue, a standard topic or a function of the source's region
   * @param filters prefix and suffix of the keys; all keys without them
   * @throws when the target is FIFO or in another region
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html
   */
  public addThresholdNotification(
    target: s3.IBucketNotificationDestination,
    ...filters: s3.NotificationKeyFilter[]
  ): void {
    notify(this, this.anchor, 'threshold', target, filters);
  }

  /**
   * @param at whose rule is meant where several go there
   * @internal
   */
  public _metric(
    at: Construct,
    name: ReplicationMetric,
    destination: s3.IBucketRef,
    options?: ReplicationMetricOptions,
  ): cloudwatch.Metric {
    return replicationMetric(at, this.anchor, name, destination, options);
  }

  /**
   * @param at the construct whose props the rule comes from, for messages
   * @param byPrefix whether policies of other accounts let the role in by the start of its name
   * @param otherAccount whether the user says that an imported destination is in another account, where nobody can tell
   * @param sent what the keys begin with that policies of another account have to let the role write
   * @internal
   */
  public _addRule(
    at: Construct,
    rule: ReplicationRule,
    byPrefix = false,
    otherAccount = byPrefix,
    sent?: readonly string[],
  ): void {
    this._carryOut(planRule(at, this.anchor.end, rule, this._roleOptions, byPrefix, otherAccount, sent));
  }

  /** @internal */
  public _carryOut(rule: PlannedRule): void {
    const { anchor } = this;
    const { at, destination, needed, knownAs, admission } = rule;
    anchor.add(rule);
    if (destination.cfn) {
      receiveReplicas(at, destination.cfn).sources.add(anchor.end.cfn ?? anchor.end.ref);
    }
    needed.forEach((producer) => deployAfter(at, 'source', anchor.end.stack, producer));
    [anchor.end, ...needed].forEach(({ stack }) => checkStackSize(stack));
    if (destination.cfn && !sameStage(anchor.end.stack, destination.stack)) {
      Annotations.of(anchor).addWarningV2(
        'cdk-s3-replication:deployOrderAcrossStages',
        `The destination ${nameOf(destination)} is in another Stage, so CDK does not order the deployments: ` +
          'S3 refuses the replication configuration until the destination exists. ' +
          'Deploy the Stage of the destination first, or put the stacks of both buckets into one Stage',
      );
    }
    if (admission) {
      ReplicaGrants.fromBucket(rule.options.destination)._admit(admission.granted, admission.keyNow);
    }
    anchor.knownAs ??= knownAs;
  }

  /**
   * The options of the rule that replicates to the bucket what the filter selects.
   * @internal
   */
  public _ruleTo(destination: s3.IBucketRef, filter = ReplicationFilter.all()): ReplicationRule | undefined {
    const flow = { destination: bucketEnd(destination), filter };
    return this.anchor.rules.find((rule) => sameFlow(rule, flow))?.options;
  }

  /**
   * The resource that writes the rules.
   * @internal
   */
  public get _writer(): CfnResource {
    return this.anchor.writer;
  }

  /**
   * Lets a construct of this library stand for the replication.
   * @internal
   */
  public _standIn(construct: Construct): void {
    standIn(construct, this.anchor);
  }

  /**
   * How policies of another account name the replication role.
   * @internal
   */
  public _grantee(at: Construct): RoleOfAccount {
    return granteeOf(at, this.anchor.end, this._roleOptions);
  }
}
