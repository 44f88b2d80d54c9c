import { cloudFormation, membersOf, textOf } from './raw-requests';
import { LocalAws } from './server';
import { StackOfApp } from '../assembly/stacks';

/** When a stack was deployed, as CloudFormation's events say it. */
export interface StackRun {
  /** The id of the stack. */
  readonly id: string;
  readonly began: string;
  readonly ended: string;
}

/** How the stacks of an app were deployed last, those that began earlier first. */
export async function stackRuns(aws: LocalAws, stacks: StackOfApp[]): Promise<StackRun[]> {
  const runs = await Promise.all(stacks.map((stack) => lastRun(aws, stack)));
  return runs.sort((one, other) => one.began.localeCompare(other.began));
}

/** Stacks that began before one for which they have to wait was complete: a sentence about each. */
export function startedTooEarly(stacks: StackOfApp[], runs: StackRun[]): string[] {
  const runOf = (id: string) => {
    const run = runs.find((it) => it.id === id);
    if (!run) throw new Error(`stack ${id} was not deployed`);
    return run;
  };
  return stacks.flatMap(({ id, after }) =>
    after
      .filter((first) => runOf(id).began < runOf(first).ended)
      .map((first) => `${id} was begun at ${runOf(id).began}, before ${first} was complete at ${runOf(first).ended}`),
  );
}

async function lastRun(aws: LocalAws, stack: StackOfApp): Promise<StackRun> {
  // newest first, and more than a page of them only for hundreds of resources
  const events = membersOf(await cloudFormation(aws, 'DescribeStackEvents', { StackName: stack.name }, stack));
  const own = events.filter((it) => textOf(it, 'PhysicalResourceId') === textOf(it, 'StackId'));
  const at = (status: RegExp) => {
    const event = own.find((it) => status.test(textOf(it, 'ResourceStatus')!));
    if (!event) throw new Error(`stack ${stack.name} has no event ${status.source}`);
    return textOf(event, 'Timestamp')!;
  };
  return { id: stack.id, began: at(/^(CREATE|UPDATE)_IN_PROGRESS$/), ended: at(/^(CREATE|UPDATE)_COMPLETE$/) };
}
