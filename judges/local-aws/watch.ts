import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ACCOUNT, Caller, LocalAws, REGION } from './server';

/** Clients of what watches replication, in one account and region. */
export function watchers(aws: LocalAws, { account = ACCOUNT, region = REGION }: Caller = {}) {
  const config = {
    endpoint: aws.endpoint,
    region,
    credentials: { accessKeyId: account, secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  return {
    cloudwatch: new CloudWatchClient(config),
    iam: new IAMClient(config),
    sfn: new SFNClient(config),
    sqs: new SQSClient(config),
  };
}
export type Watchers = ReturnType<typeof watchers>;

/** States of alarms, by their names. */
export async function alarmStates({ cloudwatch }: Watchers): Promise<Record<string, string>> {
  const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({ MaxRecords: 100 }));
  return Object.fromEntries(MetricAlarms.map(({ AlarmName, StateValue }) => [AlarmName!, StateValue!]));
}

/** What is in a queue now; it is empty then. */
export async function drain({ sqs }: Watchers, QueueUrl: string): Promise<string[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  );
  for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  const bodies = Messages.map(({ Body }) => Body!);
  return bodies.length === 0 ? [] : [...bodies, ...(await drain({ sqs } as Watchers, QueueUrl))];
}

export interface Execution {
  readonly status: string;
  /** Of a canary that failed. */
  readonly probes?: Array<{ readonly key: string; readonly status: string; readonly seconds: number }>;
}

/** Starts the canary of a place, and waits until it is over. */
export async function runCanary(at: Watchers, patience = 60_000): Promise<Execution> {
  const { status, said } = await runMachine(at, 'Canary', {}, patience);
  return { status, probes: said?.startsWith('[') ? JSON.parse(said) : undefined };
}

/** What an execution that makes a job says in the end. */
export interface JobOutcome {
  readonly status: string;
  readonly outcome: string;
  readonly job: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly reasons: string[];
  readonly report: string;
  readonly text: string;
}

/** Lets the machine of a source replicate what exists, and waits until it is over. */
export async function runJob(at: Watchers, input: object, patience = 120_000): Promise<JobOutcome> {
  return jobOutcome(await runMachine(at, 'BatchReplication', input, patience));
}

/** Starts the state machine whose name has a part, and waits until it is over. */
async function runMachine(at: Watchers, part: string, input: object, patience: number): Promise<Ended> {
  const stateMachineArn = await machineNamed(at, part);
  const started = await at.sfn.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
  return ended(at, started.executionArn!, patience);
}

async function machineNamed({ sfn }: Watchers, part: string): Promise<string> {
  const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
  return stateMachines.find(({ name }) => name?.includes(part))!.stateMachineArn!;
}

interface Ended {
  readonly status: string;
  /** Its output, or why it failed. */
  readonly said?: string;
}

const jobOutcome = ({ status, said }: Ended): JobOutcome => ({
  status,
  ...JSON.parse(said?.startsWith('{') ? said : JSON.stringify({ text: said })),
});

async function ended({ sfn }: Watchers, executionArn: string, patience: number): Promise<Ended> {
  for (const end = Date.now() + patience; Date.now() < end;) {
    const { status, cause, output } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING') return { status: status!, said: cause ?? output };
    await pause(50);
  }
  throw new Error(`${executionArn} did not end within ${patience} ms`);
}

/** Of the machine whose name has a part: those that others started, too. */
export async function executions(at: Watchers, part: string): Promise<string[]> {
  const stateMachineArn = await machineNamed(at, part);
  const { executions: all = [] } = await at.sfn.send(new ListExecutionsCommand({ stateMachineArn }));
  return all.map(({ executionArn }) => executionArn!);
}

/** What an execution said that somebody else started. */
export async function outcomeOf(at: Watchers, executionArn: string, patience = 60_000): Promise<JobOutcome> {
  return jobOutcome(await ended(at, executionArn, patience));
}

const NAME = 'Refused';

/** Forbids a role something, and returns how to take that back. */
export async function forbid(
  { iam }: Watchers,
  RoleName: string,
  ...Action: string[]
): Promise<() => Promise<unknown>> {
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Action, Resource: '*' }],
  });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: NAME, PolicyDocument }));
  return () => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: NAME }));
}

export const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** Asks until the answer is the wanted one; the last answer otherwise. */
export async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean, patience = 30_000): Promise<T> {
  for (const end = Date.now() + patience; ; await pause(200)) {
    const answer = await ask();
    if (wanted(answer) || Date.now() > end) return answer;
  }
}
