// SPDX-License-Identifier: Apache-2.0
import { aws_cloudwatch as cloudwatch, aws_iam as iam, aws_s3 as s3, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { filterMistake } from './batch-input';
import { batchMetric } from './batch-metric';
import { BatchReplication } from './batch-replication';
import { ExistingObjectReplicationProps, ExistingObjectStatus } from './existing-object-replication-props';
import { startOnDeployment } from './start-on-deployment';
import { bucketEnd } from '../app/bucket';
import { given } from '../app/given';
import { anchorOf } from '../flows/imported-sources';
import { SourceAnchor } from '../flows/source';
import { checkGiven } from '../messages/given';
import { mistake } from '../messages/mistake';
import { checkWatcherPlace } from '../monitoring/canary-input';

/**
 * Replicates objects that were there before the rules, which S3 does not do by itself: a job of S3 Batch Replication for
 * the enabled rules of a source, on demand or with the deployment.
 *
 * A Step Functions state machine makes the job, follows it, and says how many objects were replicated and how many
 * failed, why, and where the report is. A source has one, which a `ReplicationRepair` uses, too, and makes one job at a
 * time. An execution that is stopped leaves its job running. Each job costs by the objects in the source, also when few
 * match: see docs/costs.md.
 *
 * Simulated in a local AWS; not yet seen in a real account.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html
 */
export class ExistingObjectReplication extends Construct {
  /** Start it with the input `{"run":"<id of this construct>"}`; it has what other jobs of the source need, too. */
  public readonly stateMachine: sfn.IStateMachine;

  /** The role of the job. */
  public readonly jobRole: iam.IRole;

  /** Where the reports are, below `batch-replication/`. */
  public readonly reportBucket: s3.IBucketRef;

  /** What an execution gets as input. */
  public readonly executionInput: string;

  private readonly source: SourceAnchor;

  /**
   * @throws when the stack is in another region or account than the source, when filters contradict each other, and for
   * a report bucket or a topic that S3 or Step Functions could not use
   */
  constructor(scope: Construct, id: string, props: ExistingObjectReplicationProps) {
    super(scope, id);
    checkGiven(this, props);
    this.source = anchorOf(bucketEnd(props.replication.source))!;
    checkWatcherPlace(this, this.source.end);
    const wrong = filterMistake(props);
    if (wrong) {
      throw mistake(this, wrong);
    }
    const { batch, name, input, reportBucket } = BatchReplication.join(this.source, {
      at: this,
      topic: props.topic,
      reportBucket: props.reportBucket,
      filter: filterOf(props),
      words: { all: 'REPLICATED', some: 'SOME_FAILED', none: 'NOTHING_TO_REPLICATE' },
      metrics: { done: 'ReplicatedExistingObjects', failed: 'FailedExistingObjects' },
    });
    this.executionInput = input;
    this.stateMachine = batch.machine.stateMachine;
    this.jobRole = batch.jobRole;
    this.reportBucket = reportBucket;
    if (props.startOnDeployment) {
      startOnDeployment(this, this.source, batch, name);
    }
  }

  /** Lets somebody start it. */
  public grantStart(grantee: iam.IGrantable): iam.Grant {
    return this.stateMachine.grantStartExecution(grantee);
  }

  /** How many objects jobs replicated, of all constructs of this kind for the source: the sum of a day. */
  public metricReplicatedObjects(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return batchMetric(this, this.source, 'ReplicatedExistingObjects', options);
  }

  /** How many objects jobs did not replicate, of all constructs of this kind for the source: the sum of a day. */
  public metricFailedObjects(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return batchMetric(this, this.source, 'FailedExistingObjects', options);
  }
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_JobManifestGeneratorFilter.html */
function filterOf(props: ExistingObjectReplicationProps): { readonly [member: string]: unknown } {
  const { statuses, createdAfter, createdBefore, keyPrefixes, keySuffixes, storageClasses } = props;
  const names = given({ MatchAnyPrefix: keyPrefixes, MatchAnySuffix: keySuffixes });
  return given({
    ObjectReplicationStatuses: statuses ?? [ExistingObjectStatus.NONE],
    CreatedAfter: createdAfter?.toISOString(),
    CreatedBefore: createdBefore?.toISOString(),
    KeyNameConstraint: Object.keys(names).length > 0 ? names : undefined,
    ObjectSizeGreaterThanBytes: props.largerThan?.toBytes(),
    ObjectSizeLessThanBytes: props.smallerThan?.toBytes(),
    MatchAnyStorageClass: storageClasses?.map(({ value }) => value),
  });
}
