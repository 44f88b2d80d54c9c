// SPDX-License-Identifier: Apache-2.0
import {
  Aws,
  aws_iam as iam,
  aws_s3 as s3,
  aws_sns as sns,
  CfnOutput,
  CfnResource,
  Duration,
  Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { batchFindings, checkReportBucket, checkTopic } from './batch-input';
import { batchMachine } from './batch-machine';
import { Run } from './batch-run';
import { jobStatements, machineStatements } from './batch-statements';
import { bucketEnd, nameOf } from '../app/bucket';
import { partitionOf } from '../app/environment';
import { bucketAttribute, waitFor } from '../app/references';
import { acknowledgeBatch } from '../checks/nag';
import { SourceAnchor } from '../flows/source';
import { mistake } from '../messages/mistake';
import { report } from '../messages/report';
import { MadeMachine, makeMachine } from '../monitoring/machine';
import { LateDocument } from '../permissions/role';

/** What a construct adds to the machine of a source. */
export interface AddedRun extends Omit<Run, 'reportBucket' | 'reportBucketArn' | 'topicArn' | 'name'> {
  readonly at: Construct;
  readonly reportBucket?: s3.IBucketRef;
  readonly topic?: sns.ITopic;
}

/** What a construct gets when it has added a run. */
export interface JoinedRun {
  readonly batch: BatchReplication;
  readonly name: string;
  /** Of an execution. */
  readonly input: string;
  readonly reportBucket: s3.IBucketRef;
}

/**
 * What makes jobs of S3 Batch Replication for one source: a state machine, the role of the jobs, and a bucket for their
 * reports. There is one for a source, beside its role, whoever asks for it first.
 */
export class BatchReplication extends Construct {
  /**
   * Adds what a construct asks for to the machine of its source, which is made for the first one.
   *
   * @throws for a report bucket or a topic that could not be used, and for an id that another one has
   */
  public static join(source: SourceAnchor, run: AddedRun): JoinedRun {
    checkReportBucket(run.at, source, run.reportBucket);
    checkTopic(run.at, source, run.topic);
    source.batch ??= new BatchReplication(source);
    return (source.batch as BatchReplication).add(run);
  }

  public readonly machine: MadeMachine;
  public readonly jobRole: iam.Role;
  private readonly jobPolicy: iam.CfnPolicy;
  private readonly runs: Array<Run & Pick<AddedRun, 'at' | 'topic'>> = [];
  private ownReports?: s3.Bucket;

  private constructor(private readonly source: SourceAnchor) {
    super(source.home, 'BatchReplication');
    const stack = Stack.of(this);
    const [name, arn] = (['name', 'arn'] as const).map((it) => bucketAttribute(stack, source.end, it));
    const partition = partitionOf(stack.region) ?? Aws.PARTITION;
    this.jobRole = new iam.Role(this, 'JobRole', {
      assumedBy: new iam.ServicePrincipal('batchoperations.s3.amazonaws.com'),
      description: 'Assumed by S3 Batch Operations to replicate objects that exist',
    });
    const jobPolicy: iam.CfnPolicy = new iam.CfnPolicy(this, 'JobPolicy', {
      policyName: 'S3BatchReplication',
      policyDocument: new LateDocument(() => jobStatements(arn, this.reportBuckets)),
      roles: [this.jobRole.roleName],
    });
    this.jobPolicy = jobPolicy;
    const statements = () =>
      machineStatements({
        jobRoleArn: this.jobRole.roleArn,
        jobArns: `arn:${partition}:s3:${stack.region}:${stack.account}:job/*`,
        reportBuckets: this.reportBuckets,
        topics: this.runs.flatMap(({ topic }) =>
          topic ? [{ arn: topic.topicArn, key: topic.masterKey?.keyArn }] : [],
        ),
        counts: this.runs.some(({ maxJobsPerDay }) => maxJobsPerDay !== undefined),
      });
    const definition = () =>
      batchMachine({
        partition,
        account: stack.account,
        source: name,
        sourceArn: arn,
        jobRoleArn: this.jobRole.roleArn,
        runs: this.runs.map(({ at, topic, ...run }) => run),
        rules: source.rules
          .filter(({ options }) => options.enabled !== false)
          .map((rule) => ({ ruleId: rule.id, destination: bucketAttribute(stack, rule.destination, 'name') })),
      });
    this.machine = makeMachine(this, {
      comment: 'Makes jobs of S3 Batch Replication',
      purpose: 'make jobs of S3 Batch Replication',
      definition,
      statements,
    });
    this.node.addValidation({
      validate: () => this.validate(statements, () => jobStatements(arn, this.reportBuckets)),
    });
  }

  private add({ at, reportBucket = this.reports(), topic, ...more }: AddedRun): JoinedRun {
    const name = at.node.id.replace(/[^\w-]/g, '-');
    if (this.runs.some((it) => it.name === name)) {
      throw mistake(at, {
        saw: `a second construct '${name}' that makes jobs for the source ${nameOf(this.source.end)}`,
        because: 'an execution says by this id what it is to do',
        instead: 'give it another id',
      });
    }
    const input = JSON.stringify({ run: name });
    const end = bucketEnd(reportBucket);
    const stack = Stack.of(this);
    this.runs.push({
      ...more,
      at,
      name,
      topic,
      topicArn: topic?.topicArn,
      reportBucket: bucketAttribute(stack, end, 'name'),
      reportBucketArn: bucketAttribute(stack, end, 'arn'),
    });
    new CfnOutput(at, 'Command', {
      description: 'Starts it',
      value:
        `aws stepfunctions start-execution --region ${stack.region} ` +
        `--state-machine-arn ${this.machine.stateMachine.stateMachineArn} --input '${input}'`,
    });
    return { batch: this, name, input, reportBucket };
  }

  /** Lets a resource that starts executions wait for what the first one needs. */
  public holdBack(starts: Construct): void {
    const resource = starts.node.defaultChild as CfnResource;
    waitFor(resource, this.machine.policy);
    waitFor(resource, this.jobPolicy); // refers to the bucket, which has its rules when it is there
    if (this.source.isHandled) {
      waitFor(resource, this.source.writer);
    }
  }

  private get reportBuckets(): string[] {
    return this.runs.map(({ reportBucketArn }) => reportBucketArn);
  }

  /** Made when nobody has given one. */
  private reports(): s3.Bucket {
    this.ownReports ??= new s3.Bucket(this, 'Reports', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        {
          expiration: Duration.days(90),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
        { expiredObjectDeleteMarker: true },
      ],
    });
    return this.ownReports;
  }

  private validate(...statements: Array<() => Array<{ Resource: readonly unknown[] }>>): string[] {
    const stack = Stack.of(this);
    const [ofMachine, ofJob] = statements.map((it) => stack.resolve(it()));
    const { stateMachine, policy, log } = this.machine;
    const bucket = this.ownReports?.node.defaultChild as s3.CfnBucket | undefined;
    acknowledgeBatch(
      stateMachine.role,
      [
        [policy, ofMachine],
        [this.jobPolicy, ofJob],
      ],
      log,
      bucket,
    );
    return this.runs.flatMap((run) => report(run.at, batchFindings(this.source, run)));
  }
}
