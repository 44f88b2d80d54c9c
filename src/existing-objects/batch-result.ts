// SPDX-License-Identifier: Apache-2.0
import { Batch, REPORT_PREFIX } from './batch-run';
import { NAMESPACE } from '../monitoring/canary-machine';
import { RETRY, calling, otherwise } from '../monitoring/states';

/**
 * What is done when a job is over: why objects failed, from the report, two metrics, and who is told.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-examples-reports.html
 */
export function results(batch: Batch): object {
  const { partition, source } = batch;
  const call = (action: string) => calling(partition, action);
  const dimensions = { Unit: 'Count', Dimensions: [{ Name: 'SourceBucket', Value: source }] };
  return {
    'Find report': {
      Type: 'Task',
      Resource: call('s3:getObject'),
      Arguments: { Bucket: '{% $run.reports %}', Key: `{% '${REPORT_PREFIX}/job-' & $job & '/manifest.json' %}` },
      Retry: RETRY.map((it) => ({ ...it, MaxAttempts: 2 })),
      Catch: otherwise('Publish'),
      Assign: {
        results:
          "{% $exists($states.result.Body) ? $string($parse($states.result.Body).Results[TaskExecutionStatus = 'failed'][0].Key) : '' %}",
      },
      Next: 'Read report',
    },
    'Read report': {
      Type: 'Task',
      Resource: call('s3:getObject'),
      // the first failures tell enough, and a state takes no more
      Arguments: { Bucket: '{% $run.reports %}', Key: '{% $results %}', Range: 'bytes=0-65535' },
      Retry: RETRY.map((it) => ({ ...it, MaxAttempts: 2 })),
      Catch: otherwise('Publish'),
      Assign: {
        // Bucket, Key, VersionId, TaskStatus, then a code and a status in either order
        reasons:
          '{% [$distinct($append($reasons, [$match($string($states.result.Body), /,"?failed"?,("?[^,\\r\\n]*),([^,\\r\\n]*)/).' +
          '$join(groups[$match($, /[A-Za-z]/)].$replace($, \'"\', ""), " ")]))[[0..9]]] %}',
      },
      Next: 'Publish',
    },
    Publish: {
      Type: 'Task',
      Resource: call('cloudwatch:putMetricData'),
      Arguments: {
        Namespace: NAMESPACE,
        MetricData: [
          { ...dimensions, MetricName: '{% $run.metrics.done %}', Value: '{% $succeeded %}' },
          { ...dimensions, MetricName: '{% $run.metrics.failed %}', Value: '{% $failed %}' },
        ],
      },
      Retry: RETRY,
      Catch: otherwise('Is anybody told'),
      Next: 'Is anybody told',
    },
    'Not told': {
      Type: 'Pass',
      Assign: { outcome: 'UNKNOWN' },
      Next: 'Is anybody told',
    },
    'Is anybody told': {
      Type: 'Choice',
      Choices: [{ Condition: "{% $run.topic = 'none' %}", Next: 'Over' }],
      Default: 'Tell',
    },
    Tell: {
      Type: 'Task',
      Resource: call('sns:publish'),
      Arguments: { TopicArn: '{% $run.topic %}', Subject: 'S3 Batch Replication', Message: `{% ${text(source)} %}` },
      Retry: RETRY,
      // who looks at executions sees it, then
      Catch: otherwise('Failed', { reasons: `{% $append($reasons, ['the topic could not be told']) %}` }),
      Next: 'Over',
    },
    Over: {
      Type: 'Choice',
      Choices: [
        {
          Condition: "{% $outcome in [$run.words.some, 'JOB_FAILED', 'UNKNOWN'] %}",
          Next: 'Failed',
        },
      ],
      Default: 'Result',
    },
    Result: { Type: 'Pass', Output: `{% ${result(source)} %}`, End: true },
    Failed: { Type: 'Fail', Error: '{% $outcome %}', Cause: `{% $string(${result(source)}) %}` },
  };
}

const REPORT = `$job = 'none' ? '' : 's3://' & $run.reports & '/${REPORT_PREFIX}/job-' & $job & '/'`;

const result = (source: string) =>
  `{'source': '${source}', 'run': $name, 'outcome': $outcome, 'job': $job, 'succeeded': $succeeded, 'failed': $failed, ` +
  `'reasons': $reasons, 'report': ${REPORT}, 'text': ${text(source)}}`;

/** For a person, who may have been woken up. */
const text = (source: string) =>
  `'Bucket ${source}, ' & $name & ': ' & $outcome & '. ' & ` +
  `($job = 'none' ? 'No job of S3 Batch Replication was made.' : ` +
  `$string($succeeded) & ' objects replicated, ' & $string($failed) & ' failed in job ' & $job & '.') & ` +
  `($count($reasons) > 0 ? ' Reasons: ' & $join($reasons, '; ') & '.' : '') & ` +
  `($failed > 0 ? ' Report: ' & (${REPORT}) : '')`;
