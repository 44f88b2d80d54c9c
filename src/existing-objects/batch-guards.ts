// SPDX-License-Identifier: Apache-2.0
import { Batch, labelOf, quoted, saysEmpty } from './batch-run';
import { RETRY, calling, otherwise } from '../monitoring/states';

const UNFINISHED = "$not(status in ['Complete', 'Failed', 'Cancelled'])";

/**
 * What is asked before a job is made: whether there is one, how the last one ended, and whether anything failed since.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_ListJobs.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
 */
export function guards(batch: Batch): object {
  const { partition, account, source, rules } = batch;
  const call = (action: string) => calling(partition, action);
  return {
    'List jobs': {
      Type: 'Task',
      Resource: call('s3control:listJobs'),
      // 1,000 descriptions are more than a state takes
      Arguments: `{% $merge([{'AccountId': ${quoted(account)}, 'MaxResults': 100}, $next = 'none' ? {} : {'NextToken': $next}]) %}`,
      Retry: RETRY,
      Catch: otherwise('Not told', { reasons: ['the jobs of the account could not be listed'] }),
      Assign: {
        jobs:
          `{% $append($jobs, [$states.result.Jobs[$substringBefore(Description, ': ') = ${quoted(labelOf(source))}].` +
          "{'id': $string(JobId), 'label': Description, 'status': $string(Status), 'at': $string(CreationTime), " +
          "'failed': $sum([0, ProgressSummary.NumberOfTasksFailed ~> $number])}]) %}",
        next: "{% $exists($states.result.NextToken) ? $string($states.result.NextToken) : 'none' %}",
        pages: '{% $pages + 1 %}',
      },
      Next: 'Are there more',
    },
    'Are there more': {
      Type: 'Choice',
      Choices: [
        { Condition: "{% $next != 'none' and $pages < 500 %}", Next: 'List jobs' },
        {
          Condition: "{% $next != 'none' %}",
          Next: 'Not told',
          Assign: { reasons: ['the account has more than 50,000 jobs'] },
        },
      ],
      Default: 'Read jobs',
    },
    'Read jobs': {
      Type: 'Pass',
      Assign: {
        running: `{% $count($jobs[${UNFINISHED}]) %}`,
        own: `{% $count($jobs[label = $run.label and ${UNFINISHED}]) %}`,
        today: '{% $count($jobs[label = $run.label and $substring(at, 0, 10) = $substring($now(), 0, 10)]) %}',
        last: "{% $merge([{'id': 'none', 'status': 'None', 'at': '', 'failed': 0}, $jobs[label = $run.label]^(>at)[0]]) %}",
      },
      Next: 'May it run',
    },
    'May it run': {
      Type: 'Choice',
      Choices: [
        {
          Condition: '{% $own > 0 or ($running > 0 and $run.gated) %}',
          Assign: { outcome: 'ALREADY_RUNNING' },
          Next: 'Over',
        },
        { Condition: '{% $running > 0 %}', Next: 'Wait for others' },
        { Condition: '{% $force or $not($run.gated) %}', Next: 'Create' },
        {
          Condition: "{% $last.failed > 0 or $last.status = 'Cancelled' %}",
          Assign: { counted: '{% $max([1, $last.failed]) %}' },
          Next: 'Is it enough for today',
        },
        { Condition: "{% $last.status = 'Failed' %}", Next: 'Why did the last job fail' },
      ],
      Default: 'Count failures',
    },
    'Wait for others': {
      Type: 'Wait',
      Seconds: 900,
      Assign: { jobs: [], pages: 0 },
      Next: 'List jobs',
    },
    // without anything that matched there was nothing to do, and failures since then count
    'Why did the last job fail': {
      Type: 'Task',
      Resource: call('s3control:describeJob'),
      Arguments: { AccountId: account, JobId: '{% $last.id %}' },
      Retry: RETRY,
      Catch: otherwise('Is it enough for today', { counted: 1 }),
      Assign: {
        counted: `{% ${saysEmpty('$states.result.Job.FailureReasons')} ? 0 : 1 %}`,
      },
      Next: 'Did it fail for nothing',
    },
    'Did it fail for nothing': {
      Type: 'Choice',
      Choices: [{ Condition: '{% $counted > 0 %}', Next: 'Is it enough for today' }],
      Default: 'Count failures',
    },
    // a manifest is charged for each object of the bucket: no job without a failure
    'Count failures': {
      Type: 'Map',
      Items: rules.map(({ ruleId, destination }) => [
        { Name: 'SourceBucket', Value: source },
        { Name: 'DestinationBucket', Value: destination },
        { Name: 'RuleId', Value: ruleId },
      ]),
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: 'Since',
        States: {
          Since: {
            Type: 'Pass',
            Assign: {
              dimensions: '{% $states.input %}',
              since: "{% $max([$millis() - 14 * 86400000, $last.at = '' ? 0 : $toMillis($last.at)]) %}",
            },
            Next: 'Sum',
          },
          Sum: {
            Type: 'Task',
            Resource: call('cloudwatch:getMetricData'),
            Arguments: {
              StartTime: '{% $fromMillis($since) %}',
              EndTime: '{% $now() %}',
              MetricDataQueries: [
                {
                  Id: 'failed',
                  MetricStat: {
                    // minutes, or failures of the last job would count again; for longer than two days they are too many
                    Period: '{% $millis() - $since < 172800000 ? 60 : 3600 %}',
                    Stat: 'Sum',
                    Metric: {
                      Namespace: 'AWS/S3',
                      MetricName: 'OperationsFailedReplication',
                      Dimensions: '{% $dimensions %}',
                    },
                  },
                },
              ],
            },
            Retry: RETRY,
            Output: '{% $sum([0, $states.result.MetricDataResults.Values.$number($)]) %}',
            End: true,
          },
        },
      },
      // not known is no reason to do nothing
      Catch: otherwise('Is it enough for today', { counted: 1 }),
      Assign: { counted: '{% $sum([0, $states.result]) %}' },
      Next: 'Is there a failure',
    },
    'Is there a failure': {
      Type: 'Choice',
      Choices: [{ Condition: '{% $counted > 0 %}', Next: 'Is it enough for today' }],
      Default: 'Nothing failed',
    },
    'Nothing failed': { Type: 'Pass', Assign: { outcome: '{% $run.words.none %}' }, Next: 'Over' },
    'Is it enough for today': {
      Type: 'Choice',
      Choices: [
        { Condition: '{% $today >= $run.most %}', Assign: { outcome: 'ENOUGH_FOR_TODAY' }, Next: 'Is anybody told' },
      ],
      Default: 'Create',
    },
  };
}
