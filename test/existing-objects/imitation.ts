import { Aws } from './interpreter';

export interface Job {
  readonly JobId: string;
  readonly Description: string;
  readonly CreationTime: string;
  Status: string;
  ProgressSummary: { TotalNumberOfTasks: number; NumberOfTasksSucceeded: number; NumberOfTasksFailed: number };
  FailureReasons?: Array<{ FailureCode: string; FailureReason: string }>;
  readonly token?: string;
  readonly request?: any;
  looks?: number;
}

/** An account as far as jobs of S3 Batch Replication, metrics, reports and topics go. */
export class Account {
  public jobs: Job[] = [];
  public readonly told: string[] = [];
  public readonly published: Array<Record<string, number>> = [];
  public readonly asked: any[] = [];
  /** What jobs are going to do. */
  public ends: Partial<Job> = { Status: 'Complete', ProgressSummary: progress(3, 0) };
  /** Failures that S3 counts in a minute of each rule. */
  public failures = 1;
  public codes = ['DstPutObjectNotPermitted'];
  public page = 100;

  constructor(public now = Date.parse('2026-11-27T10:00:00Z')) {}

  public readonly aws: Aws = (action, given) => {
    this.asked.push({ action, given });
    switch (action) {
      case 's3control:listJobs': {
        const from = Number(given.NextToken ?? 0);
        const Jobs = this.jobs
          .slice(from, from + this.page)
          .map(({ token, request, looks, FailureReasons, ...job }) => job);
        const more = from + this.page < this.jobs.length;
        return { Jobs, ...(more && { NextToken: String(from + this.page) }) };
      }
      case 's3control:createJob': {
        const known = this.jobs.find(({ token }) => token === given.ClientRequestToken);
        if (!known) {
          this.jobs.unshift({
            JobId: `job-${this.jobs.length + 1}`,
            Description: given.Description,
            CreationTime: new Date(this.now).toISOString(),
            Status: 'New',
            ProgressSummary: progress(0, 0),
            token: given.ClientRequestToken,
            request: given,
          });
        }
        return { JobId: (known ?? this.jobs[0]).JobId };
      }
      case 's3control:describeJob': {
        const job = this.jobs.find(({ JobId }) => JobId === given.JobId);
        if (!job) throw { error: 'S3Control.NotFoundException' };
        job.looks = (job.looks ?? 0) + 1;
        if (job.looks > 2 && job.token) Object.assign(job, this.ends);
        return { Job: job };
      }
      case 'cloudwatch:getMetricData':
        return { MetricDataResults: [{ Id: 'failed', Values: this.failures ? [this.failures, 0] : [] }] };
      case 'cloudwatch:putMetricData':
        this.published.push(Object.fromEntries(given.MetricData.map((it: any) => [it.MetricName, it.Value])));
        return {};
      case 's3:getObject':
        return given.Key.endsWith('manifest.json')
          ? { Body: JSON.stringify({ Results: [{ TaskExecutionStatus: 'failed', Key: 'results/1.csv' }] }) }
          : {
              Body: this.codes.map((code, i) => `source,key%20${i},v,failed,403,${code},"no, not allowed"`).join('\n'),
            };
      case 'sns:publish':
        this.told.push(given.Message);
        return {};
      default:
        throw new Error(`not imitated: ${action}`);
    }
  };

  /** A job that was there before. */
  public before(Description: string, over: Partial<Job>): void {
    this.jobs.push({
      JobId: `old-${this.jobs.length}`,
      Description,
      CreationTime: new Date(this.now - 86_400_000).toISOString(),
      Status: 'Complete',
      ProgressSummary: progress(1, 0),
      ...over,
    });
  }
}

export const progress = (NumberOfTasksSucceeded: number, NumberOfTasksFailed: number) => ({
  TotalNumberOfTasks: NumberOfTasksSucceeded + NumberOfTasksFailed,
  NumberOfTasksSucceeded,
  NumberOfTasksFailed,
});

export const EMPTY: Partial<Job> = {
  Status: 'Failed',
  ProgressSummary: progress(0, 0),
  FailureReasons: [
    {
      FailureCode: 'ManifestGenerationFailed',
      FailureReason: 'Manifest generation found no keys matching the filter criteria.',
    },
  ],
};
export const DENIED: Partial<Job> = {
  Status: 'Failed',
  ProgressSummary: progress(0, 0),
  FailureReasons: [{ FailureCode: 'AccessDenied', FailureReason: 'Access denied to the manifest generator' }],
};
