// SPDX-License-Identifier: Apache-2.0
import { guards } from './batch-guards';
import { results } from './batch-result';
import { Batch, REPORT_PREFIX, Run, labelOf, quoted, saysEmpty } from './batch-run';
import { RETRY, calling, otherwise } from '../monitoring/states';

/**
 * A state machine that makes one job of S3 Batch Replication, waits until it is over, and says how it went. What was
 * done before is read from the jobs that S3 lists for 90 days, so there is no state of ours. The token of a job is made
 * of the last one: executions that have seen the same jobs make the same one, and so does a call that is repeated.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateJob.html
 */
export function batchMachine(batch: Batch): object {
  const { partition, account, runs } = batch;
  const call = (action: string) => calling(partition, action);
  const names = runs.map(({ name }) => name);
  const outcome = (kind: string) => `{% $run.words.${kind} %}`;
  return {
    Comment: 'Makes jobs of S3 Batch Replication for the rules of one bucket, one at a time.',
    QueryLanguage: 'JSONata',
    StartAt: 'Start',
    // 20 days: a history has room for 25,000 events
    TimeoutSeconds: 20 * 86_400,
    States: {
      Start: {
        Type: 'Pass',
        Assign: {
          runs: Object.fromEntries(runs.map((run) => [run.name, rendered(batch, run)])),
          name: `{% $exists($states.input.run) ? $string($states.input.run) : ${quoted(names.length === 1 ? names[0] : '')} %}`,
          force: '{% $states.input.force = true %}',
          deployed: '{% $states.input.deployed = true %}',
          jobs: [],
          next: 'none',
          pages: 0,
          polls: 0,
          misses: 0,
          job: 'none',
          counted: 0,
          outcome: 'NONE',
          succeeded: 0,
          failed: 0,
          reasons: [],
        },
        Next: 'Which run',
      },
      'Which run': {
        Type: 'Choice',
        Choices: [{ Condition: `{% $name in ${JSON.stringify(names)} %}`, Next: 'Its run' }],
        Default: 'Unknown run',
      },
      'Unknown run': {
        Type: 'Fail',
        Error: 'UnknownRun',
        Cause: `{% 'Start it with an input such as {"run":${JSON.stringify(names[0])}}; there are: ' & ${quoted(names.join(', '))} %}`,
      },
      'Its run': {
        Type: 'Pass',
        Assign: { run: '{% $lookup($runs, $name) %}' },
        Next: 'Was it deployed just now',
      },
      'Was it deployed just now': {
        Type: 'Choice',
        Choices: [{ Condition: '{% $deployed %}', Next: 'Let S3 see the rules' }],
        Default: 'List jobs',
      },
      // a manifest that is generated too soon is one for the rules that were there before
      'Let S3 see the rules': { Type: 'Wait', Seconds: 300, Next: 'List jobs' },
      ...guards(batch),
      Create: {
        Type: 'Task',
        Resource: call('s3control:createJob'),
        Arguments:
          "{% $merge([$run.request, {'ClientRequestToken': " +
          "$hash($string($run.request) & $last.id & $substring($now(), 0, 7), 'SHA-256')}]) %}",
        Retry: RETRY,
        Catch: otherwise('Not told', { reasons: ['the job could not be created'] }),
        Assign: { job: "{% $exists($states.result.JobId) ? $string($states.result.JobId) : 'none' %}" },
        Next: 'Is there a job',
      },
      'Is there a job': {
        Type: 'Choice',
        Choices: [{ Condition: "{% $job != 'none' %}", Next: 'Wait' }],
        Default: 'Without a job',
      },
      // the same call again gives the same job
      'Without a job': { Type: 'Pass', Assign: { misses: '{% $misses + 1 %}' }, Next: 'Is it hopeless' },
      'Is it hopeless': {
        Type: 'Choice',
        Choices: [{ Condition: '{% $misses < 5 %}', Next: 'Create' }],
        Default: 'Not told',
      },
      Wait: { Type: 'Wait', Seconds: '{% $floor($min([60 * $power(1.2, $min([$polls, 50])), 1800])) %}', Next: 'Look' },
      Look: {
        Type: 'Task',
        Resource: call('s3control:describeJob'),
        Arguments: { AccountId: account, JobId: '{% $job %}' },
        Retry: RETRY,
        Catch: otherwise('Look later', {}),
        Assign: {
          polls: '{% $polls + 1 %}',
          misses: '{% $exists($states.result.Job.Status) ? 0 : $misses + 1 %}',
          status: "{% $exists($states.result.Job.Status) ? $string($states.result.Job.Status) : 'Unknown' %}",
          empty: `{% ${saysEmpty('$states.result.Job.FailureReasons')} %}`,
          succeeded: '{% $sum([0, $states.result.Job.ProgressSummary.NumberOfTasksSucceeded ~> $number]) %}',
          failed: '{% $sum([0, $states.result.Job.ProgressSummary.NumberOfTasksFailed ~> $number]) %}',
          reasons: '{% [$states.result.Job.FailureReasons.FailureReason] %}',
        },
        Next: 'Is it over',
      },
      'Look later': {
        Type: 'Pass',
        Assign: { polls: '{% $polls + 1 %}', misses: '{% $misses + 1 %}', status: 'Unknown' },
        Next: 'Is it over',
      },
      'Is it over': {
        Type: 'Choice',
        Choices: [
          {
            Condition: "{% $status = 'Complete' and $failed = 0 %}",
            Assign: { outcome: outcome('all') },
            Next: 'Publish',
          },
          { Condition: "{% $status = 'Complete' %}", Assign: { outcome: outcome('some') }, Next: 'Find report' },
          {
            Condition: "{% $status = 'Failed' and $empty %}",
            Assign: { outcome: outcome('none'), reasons: [] },
            Next: 'Over',
          },
          {
            Condition: "{% $status in ['Failed', 'Cancelled'] %}",
            Assign: { outcome: 'JOB_FAILED' },
            Next: 'Find report',
          },
          // the job may be running: the next execution finds it
          { Condition: '{% $misses > 20 %}', Next: 'Not told' },
        ],
        Default: 'Wait',
      },
      ...results(batch),
    },
  };
}

/** A run as the machine has it, with the request that makes its job. */
function rendered({ account, source, sourceArn, jobRoleArn }: Batch, run: Run): object {
  const label = `${labelOf(source)}: ${run.name}`;
  return {
    label,
    gated: run.maxJobsPerDay !== undefined,
    most: run.maxJobsPerDay ?? 0,
    topic: run.topicArn ?? 'none',
    reports: run.reportBucket,
    words: run.words,
    metrics: run.metrics,
    request: {
      AccountId: account,
      Description: label,
      Priority: 10,
      RoleArn: jobRoleArn,
      ConfirmationRequired: false,
      Operation: { S3ReplicateObject: {} },
      Report: {
        Enabled: true,
        Bucket: run.reportBucketArn,
        Prefix: REPORT_PREFIX,
        Format: 'Report_CSV_20180820',
        ReportScope: 'FailedTasksOnly',
      },
      ManifestGenerator: {
        S3JobManifestGenerator: {
          SourceBucket: sourceArn,
          ExpectedBucketOwner: account,
          EnableManifestOutput: false,
          Filter: { EligibleForReplication: true, ...run.filter },
        },
      },
    },
  };
}
