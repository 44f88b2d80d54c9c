// SPDX-License-Identifier: Apache-2.0
import { REPORT_PREFIX } from './batch-run';
import { NAMESPACE } from '../monitoring/canary-machine';
import { BATCH, TELL } from '../permissions/actions';
import { Statement, allowing } from '../permissions/role-statements';

const reportsIn = (buckets: readonly string[]) => [...new Set(buckets)].map((arn) => `${arn}/${REPORT_PREFIX}/*`);

/** Of the role of jobs: S3 finds out what to replicate, and replicates it with the role of the replication. */
export const jobStatements = (sourceArn: string, reportBuckets: readonly string[]): Statement[] => [
  allowing('Replicate', BATCH.objects, [`${sourceArn}/*`]),
  allowing('Manifest', BATCH.manifest, [sourceArn]),
  allowing('Report', BATCH.report, reportsIn(reportBuckets)),
];

interface MachineAccess {
  readonly jobRoleArn: string;
  /** Of jobs of this account and region. */
  readonly jobArns: string;
  readonly reportBuckets: readonly string[];
  readonly topics: ReadonlyArray<{ readonly arn: string; readonly key?: string }>;
  /** Whether failures are counted. */
  readonly counts: boolean;
}

/** Of the state machine. */
export function machineStatements(access: MachineAccess): Statement[] {
  const { jobRoleArn, jobArns, reportBuckets, topics, counts } = access;
  const keys = topics.flatMap(({ key }) => key ?? []);
  return [
    allowing('CreateJob', BATCH.create, ['*'], { 's3:RequestJobOperation': 'S3ReplicateObject' }),
    allowing('ListJobs', BATCH.list, ['*']),
    allowing('DescribeJob', BATCH.describe, [jobArns]),
    allowing('PassRole', BATCH.passRole, [jobRoleArn], { 'iam:PassedToService': 'batchoperations.s3.amazonaws.com' }),
    allowing('ReadReport', BATCH.readReport, reportsIn(reportBuckets)),
    ...(counts ? [allowing('Failures', BATCH.failures, ['*'])] : []),
    allowing('Result', BATCH.result, ['*'], { 'cloudwatch:namespace': NAMESPACE }),
    ...(topics.length > 0 ? [allowing('Tell', TELL.topic, [...new Set(topics.map(({ arn }) => arn))])] : []),
    ...(keys.length > 0 ? [allowing('TellEncrypted', TELL.key, [...new Set(keys)])] : []),
  ];
}
