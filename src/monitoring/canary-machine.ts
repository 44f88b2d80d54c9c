// SPDX-License-Identifier: Apache-2.0
import { RETRY, calling, otherwise } from './states';

/** The namespace of what a canary measures. */
export const NAMESPACE = 'S3Replication';

/** How many probes one execution has room for: its history has at most 25,000 events. */
export const MOST_PROBES = 20;

/** How long a probe is locked in a bucket that would lock it for longer, in seconds. */
const LOCK = 60;

/** What is written to see whether it arrives. */
export interface Probe {
  readonly key: string;
  /** As a header has them. */
  readonly tagging?: string;
}

interface Canary {
  readonly partition: string;
  readonly account: string;
  readonly source: string;
  readonly probes: readonly Probe[];
  /** When a probe is given up, in seconds. */
  readonly limit: number;
  /** Whether the bucket would lock probes by its default. */
  readonly lock: boolean;
}

/** Until a locked version can be deleted. */
const RETRY_DELETE = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: LOCK, MaxAttempts: 3, BackoffRate: 1 }];

/**
 * A state machine that writes each probe, looks at it until S3 says what became of it, deletes the version that it
 * wrote, and publishes two values. S3 says COMPLETED when all destinations have the object, so no destination is read.
 * Whatever fails on the way is a probe that did not arrive.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html (x-amz-replication-status)
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export function canaryMachine({ partition, account, source, probes, limit, lock }: Canary): object {
  const call = (action: string) => calling(partition, action);
  const probe = { Bucket: source, Key: '{% $key %}', VersionId: '{% $version %}', ExpectedBucketOwner: account };
  const locked = `'ObjectLockMode': 'GOVERNANCE', 'ObjectLockRetainUntilDate': $fromMillis($millis() + ${LOCK * 1000})`;
  const value = (MetricName: string, Unit: string, Value: string) => ({
    MetricName,
    Unit,
    Value,
    Dimensions: [{ Name: 'SourceBucket', Value: source }],
  });
  const states = {
    Start: {
      Type: 'Pass',
      Assign: {
        key: '{% $states.input.Key %}',
        version: 'none',
        written: '{% $millis() %}',
        looks: 0,
        lag: 0,
        status: 'NOT_WRITTEN',
      },
      Next: 'Write',
    },
    Write: {
      Type: 'Task',
      Resource: call('s3:putObject'),
      Arguments: `{% $merge([$states.input, {'Body': $states.context.Execution.Id${lock ? `, ${locked}` : ''}}]) %}`,
      Retry: RETRY,
      Catch: otherwise('Publish'),
      Assign: { version: '{% $states.result.VersionId %}', written: '{% $millis() %}', status: 'NOT_READ' },
      Next: 'Wait',
    },
    Wait: {
      Type: 'Wait',
      Seconds: `{% $floor($min([5 * $power(1.5, $min([$looks, 20])), ${Math.max(60, Math.ceil(limit / 60))}])) %}`,
      Next: 'Look',
    },
    Look: {
      Type: 'Task',
      Resource: call('s3:headObject'),
      Arguments: probe,
      Retry: RETRY,
      Catch: otherwise('Delete'),
      Assign: {
        // without one no rule takes the probe
        status: "{% $exists($states.result.ReplicationStatus) ? $states.result.ReplicationStatus : 'NONE' %}",
        lag: '{% ($millis() - $written) / 1000 %}',
        looks: '{% $looks + 1 %}',
      },
      Next: 'Decide',
    },
    Decide: {
      Type: 'Choice',
      Choices: [{ Condition: `{% $status in ['COMPLETED', 'FAILED', 'NONE'] or $lag > ${limit} %}`, Next: 'Delete' }],
      Default: 'Wait',
    },
    Delete: {
      Type: 'Task',
      Resource: call('s3:deleteObject'),
      Arguments: probe,
      Retry: RETRY_DELETE,
      Catch: otherwise('Publish'),
      Next: 'Publish',
    },
    Publish: {
      Type: 'Task',
      Resource: call('cloudwatch:putMetricData'),
      Arguments: {
        Namespace: NAMESPACE,
        MetricData: [
          value('ProbeLatency', 'Seconds', '{% $lag %}'),
          value('ProbeFailed', 'Count', `{% $status = 'COMPLETED' and $lag <= ${limit} ? 0 : 1 %}`),
        ],
      },
      Retry: RETRY,
      Output: {
        key: '{% $key %}',
        status: '{% $status %}',
        seconds: '{% $lag %}',
        arrived: `{% $status = 'COMPLETED' and $lag <= ${limit} %}`,
      },
      End: true,
    },
  };
  return {
    Comment: 'Writes an object for each filter of the replication rules, and sees whether S3 replicates it in time.',
    QueryLanguage: 'JSONata',
    StartAt: 'Probes',
    TimeoutSeconds: limit + 1800,
    States: {
      Probes: {
        Type: 'Map',
        Items: probes.map(({ key, tagging }) => ({
          Bucket: source,
          Key: key,
          ChecksumAlgorithm: 'CRC32',
          ExpectedBucketOwner: account,
          ...(tagging && { Tagging: tagging }),
        })),
        ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'Start', States: states },
        Next: 'Have all arrived',
      },
      'Have all arrived': {
        Type: 'Choice',
        Choices: [
          { Condition: '{% $count($states.input[arrived = true]) = $count($states.input) %}', Next: 'Replicated' },
        ],
        Default: 'Not replicated',
      },
      Replicated: { Type: 'Succeed' },
      'Not replicated': { Type: 'Fail', Error: 'NotReplicated', Cause: '{% $string($states.input) %}' },
    },
  };
}
