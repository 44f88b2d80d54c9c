import { Flow } from './flows';
import { Judgement } from './judge';
import { placeOf } from './place';
import { StackOfApp } from '../../judges/assembly/stacks';
import { Arrival, Deployed } from '../../judges/local-aws/arrivals';

export const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

export const FLOW_COLUMNS = ['Source bucket', 'Destination bucket', 'What is replicated', 'Encryption', 'Monitoring'];

/** The cells of a flow, each a list of lines: for the terminal and for the page alike. */
export function flowCells(flow: Flow): string[][] {
  const { source, destination, replicaKey } = flow;
  return [
    [source.name, source.place],
    [destination.name, destination.place],
    [
      ...(flow.enabled ? [] : ['DISABLED']),
      flow.objects,
      flow.deleteMarkers ? 'delete markers: yes' : 'delete markers: no',
      ...(destination.bucket?.properties.ObjectLockEnabled ? ['Object Lock: yes'] : []),
      ...(flow.storageClass ? [`as ${flow.storageClass}`] : []),
    ],
    [
      source.encryption === destination.encryption
        ? source.encryption
        : `${source.encryption} → ${destination.encryption}`,
      ...(replicaKey ? [`replica key ${replicaKey}`] : []),
    ],
    [flow.monitoring],
  ];
}

export const ARRIVAL_COLUMNS = ['Object', 'At the source', 'At the destinations'];

/** The cells of an object that was written to, or deleted from, the local AWS. */
export function arrivalCells({ source, key, tags, action, status, arrived, ok }: Arrival): string[][] {
  const pairs = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
  return [
    [`${action === 'deleted' ? 'deleted: ' : ''}${key}`, ...(pairs.length > 0 ? [`tags ${pairs.join(', ')}`] : [])],
    [source, status],
    [
      ...arrived.map((it) => {
        const wrong = it.status === it.expected ? '' : `, BUT EXPECTED ${it.expected}`;
        return `${it.destination} (${it.region}): ${it.status}${wrong}`;
      }),
      ...(ok ? [] : ['NOT AS THE RULES SAY']),
    ],
  ];
}

/** One line for each stack, in the order of deployment. */
export function deployOrder(stacks: StackOfApp[], order = stacks.map(({ id }) => id)): string[] {
  const byId = new Map(stacks.map((stack) => [stack.id, stack]));
  return order.map((id) => {
    const stack = byId.get(id)!;
    const first = stack.after.map((it) => byId.get(it)!.name);
    return `${stack.name} (${placeOf(stack, stacks)})${first.length > 0 ? `, after ${first.join(' and ')}` : ''}`;
  });
}

/** What the judges counted, one line each. */
export function proofs({ callsAllowed, statementsNecessary, actionsDenied }: Judgement): string[] {
  const number = (it: number) => it.toLocaleString('en-US');
  return [
    `${number(callsAllowed)} calls of S3 as the replication role are allowed`,
    `${number(statementsNecessary)} statements are necessary: without any of them a call is denied`,
    `${number(actionsDenied)} other calls are denied`,
  ];
}

/** A step of a drill. */
export const stepLine = ({ done, seen, ok }: Deployed['steps'][number], i: number) =>
  `${i + 1}. ${done}: ${seen}${ok ? '' : ' (NOT as it should be)'}`;
