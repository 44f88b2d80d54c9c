import validate from 'asl-validator';
import { Account, DENIED, EMPTY, Job, progress } from './imitation';
import { execute } from './interpreter';
import { EXISTING, LABEL, machine, REPAIR } from './machine';

const problemsOf = (definition: object): string[] => {
  const { isValid, errors } = validate(definition);
  return isValid ? [] : errors.map((it) => it.Message ?? it['Error code']);
};
const repair = (account: Account, input: object = {}, definition = machine()) =>
  execute(definition, { run: 'Repair', ...input }, account.aws, { now: account.now });
const existing = (account: Account, input: object = {}) =>
  execute(machine(), { run: 'Existing', ...input }, account.aws, { now: account.now });
const made = ({ jobs }: Account) => jobs.filter(({ token }) => token !== undefined);

test.each([
  ['two runs', machine()],
  ['one', machine([EXISTING])],
  ['no rule', machine([REPAIR], 0)],
])('the definition is valid: %s', (_, definition) => expect(problemsOf(definition)).toEqual([]));

test.each<[string, (definition: any) => void]>([
  ['a next state that is not there', (it) => (it.States.Create.Next = 'Nowhere')],
  ['an expression that does not parse', (it) => (it.States.Wait.Seconds = '{% $floor( %}')],
])('the judge of definitions sees %s', (_, spoil) => {
  const definition = machine();
  spoil(definition);
  expect(problemsOf(definition)).not.toEqual([]);
});

test('failed objects are replicated again, in one job, and it is told', async () => {
  const account = new Account();
  const { status, output } = await repair(account);
  expect([status, output]).toEqual([
    'SUCCEEDED',
    {
      source: 'source',
      run: 'Repair',
      outcome: 'REPAIRED',
      job: 'job-1',
      succeeded: 3,
      failed: 0,
      reasons: [],
      report: 's3://reports/batch-replication/job-job-1/',
      text: 'Bucket source, Repair: REPAIRED. 3 objects replicated, 0 failed in job job-1.',
    },
  ]);
  expect(account.told).toEqual([output.text]);
  expect(account.published).toEqual([{ RepairedObjects: 3, UnrepairedObjects: 0 }]);
  const [{ request, token }] = made(account);
  expect(token).toMatch(/^[0-9a-f]{64}$/);
  expect(request).toEqual({
    AccountId: '111111111111',
    ClientRequestToken: token,
    ConfirmationRequired: false,
    Description: LABEL,
    ManifestGenerator: {
      S3JobManifestGenerator: {
        EnableManifestOutput: false,
        ExpectedBucketOwner: '111111111111',
        Filter: { EligibleForReplication: true, ObjectReplicationStatuses: ['FAILED'] },
        SourceBucket: 'arn:aws:s3:::source',
      },
    },
    Operation: { S3ReplicateObject: {} },
    Priority: 10,
    Report: {
      Bucket: 'arn:aws:s3:::reports',
      Enabled: true,
      Format: 'Report_CSV_20180820',
      Prefix: 'batch-replication',
      ReportScope: 'FailedTasksOnly',
    },
    RoleArn: 'arn:aws:iam::111111111111:role/jobs',
  });
});

test('some fail again: the execution fails, and says why and where the report is', async () => {
  const account = new Account();
  account.ends = { Status: 'Complete', ProgressSummary: progress(1, 3) };
  account.codes = ['DstPutObjectNotPermitted', 'DstPutObjectNotPermitted', 'AssumeRoleNotPermitted'];
  const { status, error, cause } = await repair(account);
  expect([status, error]).toEqual(['FAILED', 'STILL_FAILING']);
  const reasons = ['DstPutObjectNotPermitted', 'AssumeRoleNotPermitted'];
  expect(JSON.parse(cause!)).toMatchObject({ succeeded: 1, failed: 3, reasons });
  expect(account.told).toEqual([
    'Bucket source, Repair: STILL_FAILING. 1 objects replicated, 3 failed in job job-1. ' +
      'Reasons: DstPutObjectNotPermitted; AssumeRoleNotPermitted. Report: s3://reports/batch-replication/job-job-1/',
  ]);
});

test.each([
  ['code before status', 's,k,v,failed,AccessDenied,403,"x"', ['AccessDenied']],
  ['quoted', '"s","k,k","v","failed","403","AccessDenied","x"', ['AccessDenied']],
  [
    'ten kinds at most',
    Array.from({ length: 15 }, (_, i) => `s,k,v,failed,403,Code${'abcdefghijklmno'[i]},x`).join('\n'),
    10,
  ],
  ['succeeded only', 's,k,v,succeeded,200,,Successful', []],
  ['nothing', '', []],
])('reasons of a report: %s', async (_, body, expected) => {
  const account = new Account();
  account.ends = { Status: 'Complete', ProgressSummary: progress(0, 1) };
  const { cause } = await execute(machine(), { run: 'Repair' }, (action, given) =>
    action === 's3:getObject' && !given.Key.endsWith('manifest.json') ? { Body: body } : account.aws(action, given),
  );
  const { reasons } = JSON.parse(cause!);
  expect(typeof expected === 'number' ? reasons.length : reasons).toEqual(expected);
});

test('nothing failed since: no job', async () => {
  const account = new Account();
  account.failures = 0;
  expect((await repair(account)).output).toMatchObject({ outcome: 'NOTHING_TO_REPAIR', job: 'none', report: '' });
  expect([made(account), account.told]).toEqual([[], []]);
});

test('nothing matches: no failure', async () => {
  const account = new Account();
  account.ends = EMPTY;
  expect((await repair(account)).output).toMatchObject({ outcome: 'NOTHING_TO_REPAIR', job: 'job-1' });
  expect((await existing(account)).output).toMatchObject({ outcome: 'NOTHING_TO_REPLICATE', job: 'job-2' });
});

test.each<[string, Partial<Job>, 'JOB' | 'NO_JOB']>([
  ['went well', {}, 'NO_JOB'],
  ['left failures', { ProgressSummary: progress(1, 1) }, 'JOB'],
  ['was cancelled', { Status: 'Cancelled' }, 'JOB'],
  ['was refused', DENIED, 'JOB'],
  ['found nothing', EMPTY, 'NO_JOB'],
])('without a failure since, and a last job that %s: %s', async (_, over, expected) => {
  const account = new Account();
  account.failures = 0;
  account.before(LABEL, over);
  await repair(account);
  expect(made(account)).toHaveLength(expected === 'JOB' ? 1 : 0);
});

test('the newest job counts, in whatever order they are listed, also on later pages', async () => {
  const account = new Account();
  account.failures = 0;
  account.page = 2;
  const at = (days: number) => new Date(account.now - days * 86_400_000).toISOString();
  account.before('Replication of source-2: Repair', { CreationTime: at(0), ProgressSummary: progress(0, 9) });
  account.before(LABEL, { CreationTime: at(3), ProgressSummary: progress(0, 9) });
  account.before('somebody else: x', { CreationTime: at(0), Status: 'Active' });
  account.before(LABEL, { CreationTime: at(1) });
  account.before(LABEL, { CreationTime: at(2), ProgressSummary: progress(0, 9) });
  expect((await repair(account)).output.outcome).toBe('NOTHING_TO_REPAIR');
});

test('failures are counted from the last job on, of each rule, by the minute', async () => {
  const account = new Account();
  account.before(LABEL, { CreationTime: '2026-11-26T10:00:00.000Z' });
  await repair(account);
  const asked = account.asked.filter(({ action }) => action === 'cloudwatch:getMetricData');
  expect(asked.map(({ given }) => given.StartTime)).toEqual(Array(2).fill('2026-11-26T10:00:00.000Z'));
  const [{ MetricStat }] = asked[1].given.MetricDataQueries;
  expect(MetricStat).toEqual({
    Period: 60,
    Stat: 'Sum',
    Metric: {
      Namespace: 'AWS/S3',
      MetricName: 'OperationsFailedReplication',
      Dimensions: [
        { Name: 'SourceBucket', Value: 'source' },
        { Name: 'DestinationBucket', Value: 'destination' },
        { Name: 'RuleId', Value: 'rule-1' },
      ],
    },
  });
  const first = new Account();
  await repair(first);
  const { given } = first.asked.find(({ action }) => action === 'cloudwatch:getMetricData')!;
  expect([given.StartTime, given.MetricDataQueries[0].MetricStat.Period]).toEqual(['2026-11-13T10:00:00.000Z', 3600]);
});

test('enough for today: by the day, told, and not with force', async () => {
  const account = new Account();
  account.before(LABEL, { CreationTime: '2026-11-27T00:00:01.000Z' });
  expect((await repair(account)).output.outcome).toBe('ENOUGH_FOR_TODAY');
  expect(account.told.join()).toContain('ENOUGH_FOR_TODAY');
  expect(made(account)).toEqual([]);
  expect((await repair(account, { force: true })).output.outcome).toBe('REPAIRED');
  const yesterday = new Account();
  yesterday.before(LABEL, { CreationTime: '2026-11-26T23:59:59.000Z' });
  expect((await repair(yesterday)).output.outcome).toBe('REPAIRED');
});

test('one at a time: a job that runs is left alone', async () => {
  const account = new Account();
  account.before(LABEL, { Status: 'Active' });
  expect((await repair(account, { force: true })).output.outcome).toBe('ALREADY_RUNNING');
  const other = new Account();
  other.before('Replication of source: Existing', { Status: 'Preparing' });
  expect((await repair(other)).output.outcome).toBe('ALREADY_RUNNING');
  expect([...made(account), ...made(other)]).toEqual([]);
});

test('existing objects wait for their turn behind a repair', async () => {
  const account = new Account();
  account.before(LABEL, { Status: 'Active' });
  let lists = 0;
  const { output, seconds } = await execute(machine(), { run: 'Existing' }, (action, given) => {
    if (action === 's3control:listJobs' && ++lists === 3) account.jobs[0].Status = 'Complete';
    return account.aws(action, given);
  });
  expect(output.outcome).toBe('REPLICATED');
  expect(seconds).toBeGreaterThanOrEqual(1800);
});

test('two executions that saw the same jobs make one, forced or not, also over the end of an hour', async () => {
  for (const force of [false, true]) {
    const account = new Account();
    const none = { Jobs: [] };
    const blind = (action: string, given: any) => (action === 's3control:listJobs' ? none : account.aws(action, given));
    const ends = ['2026-11-27T09:59:59Z', '2026-11-27T10:00:01Z'].map((now) =>
      execute(machine(), { run: 'Repair', force }, blind, { now: Date.parse(now) }),
    );
    expect((await Promise.all(ends)).map(({ output }) => output.job)).toEqual(['job-1', 'job-1']);
    expect(made(account)).toHaveLength(1);
  }
});

test('after a deployment five minutes pass first', async () => {
  const { path, seconds } = await existing(new Account(), { deployed: true, rules: 'abc' });
  expect(path.indexOf('Let S3 see the rules')).toBeLessThan(path.indexOf('List jobs'));
  expect(seconds).toBeGreaterThan(300);
  expect((await existing(new Account())).path).not.toContain('Let S3 see the rules');
});

test.each<[string, unknown]>([
  ['no run where there are two', {}],
  ['a foreign one', { run: 'Other' }],
  ['a number', { run: 7 }],
  ['a list', [1, { a: null }]],
  ['a text', 'Repair'],
  ['nothing', null],
])('an input with %s is refused, with what there is', async (_, input) => {
  const account = new Account();
  const { error, cause } = await execute(machine(), input, account.aws);
  expect([error, cause]).toEqual([
    'UnknownRun',
    expect.stringContaining('{"run":"Repair"}; there are: Repair, Existing'),
  ]);
  expect(account.asked).toEqual([]);
});

test('where there is one, it needs no name', async () =>
  expect((await execute(machine([EXISTING]), {}, new Account().aws)).output.outcome).toBe('REPLICATED'));

test('a job that fails after 1,000 tasks is a failure with its reasons', async () => {
  const account = new Account();
  const FailureReasons = [{ FailureCode: 'TooManyFailures', FailureReason: 'More than 50% of the tasks failed' }];
  account.ends = { Status: 'Failed', ProgressSummary: progress(400, 600), FailureReasons };
  const { error, cause } = await repair(account);
  expect(error).toBe('JOB_FAILED');
  expect(JSON.parse(cause!).reasons).toEqual(['More than 50% of the tasks failed', 'DstPutObjectNotPermitted']);
});

test.each<[string, string, string | undefined]>([
  ['s3control:listJobs', 'UNKNOWN', undefined],
  ['s3control:createJob', 'UNKNOWN', undefined],
  ['s3control:describeJob', 'UNKNOWN', 'job-1'],
  ['cloudwatch:getMetricData', 'REPAIRED', 'job-1'],
  ['cloudwatch:putMetricData', 'REPAIRED', 'job-1'],
  ['sns:publish', 'REPAIRED', 'job-1'],
])('%s never works: %s', async (broken, outcome, job) => {
  const account = new Account();
  const { status, error, output, cause } = await execute(machine(), { run: 'Repair' }, (action, given) => {
    if (action === broken) throw { error: 'S3Control.S3ControlException' };
    return account.aws(action, given);
  });
  expect(error ?? output.outcome).toBe(outcome);
  expect(JSON.parse(cause ?? JSON.stringify(output)).job).toBe(job ?? 'none');
  // what nobody could be told fails
  expect(status).toBe(outcome === 'UNKNOWN' || broken === 'sns:publish' ? 'FAILED' : 'SUCCEEDED');
  expect(made(account)).toHaveLength(job ? 1 : 0);
});
