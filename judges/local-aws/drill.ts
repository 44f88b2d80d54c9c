import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { DeployedBucket, writeBeforeRules } from './deployed-rules';
import { look, write } from './objects';
import { LocalAws } from './server';
import { alarmStates, drain, executions, forbid, outcomeOf, pause, runCanary, runJob, until, watchers } from './watch';

/** One step of a drill: what was done, what was seen then, and whether it is what was wanted. */
export interface Step {
  readonly done: string;
  readonly seen: string;
  readonly ok: boolean;
}

/** How long an interval of five minutes of a canary is here, in milliseconds, and a little more. */
const INTERVAL = 6_500;

/**
 * Breaks the replication of a deployed example that watches it, and mends it again: the object that fails, who is told,
 * the alarms, the canary.
 */
export async function drill(aws: LocalAws, source: DeployedBucket, account: string): Promise<Step[]> {
  const here = watchers(aws, { account, region: source.region });
  const { QueueUrls = [] } = await here.sqs.send(new ListQueuesCommand({}));
  const onCall = QueueUrls.find((it) => it.includes('OnCall'))!;
  const role = source.configuration!.Role!.split('/').at(-1)!;
  const steps: Step[] = [];
  const step = (done: string, seen: string, ok: boolean) => steps.push({ done, seen, ok });
  const alarms = async () => {
    const states = await alarmStates(here);
    const of = (part: string) => Object.entries(states).find(([name]) => name.includes(part))?.[1] ?? 'not there';
    return { failures: of('MonitoringFailures'), canary: of('CanaryAlarm') };
  };
  const told = (about: RegExp) =>
    until(
      async () => (await drain(here, onCall)).find((it) => about.test(it)),
      (it) => it !== undefined,
      10_000,
    );

  await writeBeforeRules(source, 'order-1.json');
  const { status: first } = await look(source, 'order-1.json');
  const existing = await runJob(here, { run: 'Existing' });
  const { status: then } = await look(source, 'order-1.json');
  step(
    'an order from before the rules, and a job for existing objects',
    `it was ${first}; ${existing.outcome}; it is ${then}`,
    first === 'none' && existing.outcome === 'REPLICATED' && then === 'COMPLETED',
  );

  const before = await runCanary(here);
  const healthy = await alarms();
  step(
    'a probe of the canary',
    `${before.status}; alarms ${healthy.failures}, ${healthy.canary}`,
    before.status === 'SUCCEEDED',
  );

  const jobsBefore = await executions(here, 'BatchReplication');
  const allowAgain = await forbid(here, role, 's3:ReplicateObject');
  await write(source, 'order-4711.json');
  const { status } = await look(source, 'order-4711.json');
  step('the role may not replicate any more, and an order is written', `the object is ${status}`, status === 'FAILED');

  const event = await told(/OperationFailedReplication/);
  const reason = event && JSON.parse(event).Records?.[0]?.replicationEventData?.failureReason;
  step('the topic', `told of the failure: ${reason ?? 'nothing'}`, reason !== undefined);

  const { failures } = await alarms();
  step('the alarm on failures', failures, failures === 'ALARM');

  const started = () => executions(here, 'BatchReplication');
  const [byAlarm] = await until(
    async () => (await started()).filter((it) => !jobsBefore.includes(it)),
    (all) => all.length > 0,
  );
  const tried = byAlarm ? await outcomeOf(here, byAlarm) : undefined;
  step(
    'the repair that the alarm started',
    tried ? `${tried.outcome}: ${tried.reasons.join(', ')}` : 'was not started',
    tried?.outcome === 'STILL_FAILING' && tried.reasons.length > 0,
  );

  const broken = await runCanary(here);
  const { canary } = await alarms();
  const red = broken.status === 'FAILED' && canary === 'ALARM';
  step('a probe of the canary', `${broken.status}; its alarm ${canary}`, red);

  await allowAgain();
  await pause(INTERVAL);
  const mended = await runCanary(here);
  const after = await until(alarms, (it) => it.failures === 'OK' && it.canary === 'OK', 10_000);
  const green = mended.status === 'SUCCEEDED' && after.failures === 'OK' && after.canary === 'OK';
  step('the role may again, and a probe', `${mended.status}; alarms ${after.failures}, ${after.canary}`, green);

  const late = await look(source, 'order-4711.json');
  step('the order that failed', `still ${late.status}: S3 never tries again`, late.status === 'FAILED');

  const repaired = await runJob(here, { run: 'Repair' });
  const { status: atLast } = await look(source, 'order-4711.json');
  step(
    'the next repair',
    `${repaired.outcome}; the order is ${atLast}`,
    repaired.outcome === 'REPAIRED' && atLast === 'COMPLETED',
  );
  return steps;
}
