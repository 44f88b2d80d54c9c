// SPDX-License-Identifier: Apache-2.0
import { REPORT_PREFIX } from './batch-run';
import { NAMESPACE } from '../monitoring/canary-machine';
import { BATCH, TELL } from '../permissions/actions';
import { Statement } from '../permissions/role-statements';

const allow = (Sid: string, Action: readonly string[], Resource: string[], StringEquals?: Record<string, string>) =>
  ({ Sid, Effect: 'Allow', Action, Resource, ...(StringEquals && { Condition: { StringEquals } }) }) as const;

const reportsIn = (buckets: readonly string[]) => [...new Set(buckets)].map((arn) => `${arn}/${REPORT_PREFIX}/*`);

/** Of the role of jobs: S3 finds out what to replicate, and replicates it with the role of the replication. */
export const jobStatements = (sourceArn: string, reportBuckets: readonly string[]): Statement[] => [
  allow('Replicate', BATCH.objects, [`${sourceArn}/*`]),
  allow('Manifest', BATCH.manifest, [sourceArn]),
  allow('Report', BATCH.report, reportsIn(reportBuckets)),
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
    allow('CreateJob', BATCH.create, ['*'], { 's3:RequestJobOperation': 'S3ReplicateObject' }),
    allow('ListJobs', BATCH.list, ['*']),
    allow('DescribeJob', BATCH.describe, [jobArns]),
    allow('PassRole', BATCH.passRole, [jobRoleArn], { 'iam:PassedToService': 'batchoperations.s3.amazonaws.com' }),
    allow('ReadReport', BATCH.readReport, reportsIn(reportBuckets)),
    ...(counts ? [allow('Failures', BATCH.failures, ['*'])] : []),
    allow('Result', BATCH.result, ['*'], { 'cloudwatch:namespace': NAMESPACE }),
    ...(topics.length > 0 ? [allow('Tell', TELL.topic, [...new Set(topics.map(({ arn }) => arn))])] : []),
    ...(keys.length > 0 ? [allow('TellEncrypted', TELL.key, [...new Set(keys)])] : []),
  ];
}
