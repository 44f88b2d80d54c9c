import { SynthesizedStack } from './assembly';
import { Flow, nameOf } from './flows';

export const FLOW_COLUMNS = ['Source bucket', 'Destination bucket', 'What is replicated', 'Encryption', 'Monitoring'];

/** The cells of a flow, each a list of lines: for the terminal and for the page alike. */
export function flowCells(flow: Flow): string[][] {
  const { source, destination, replicaKey } = flow;
  return [
    [source.name, source.region],
    [destination.name, destination.region],
    [
      ...(flow.enabled ? [] : ['DISABLED']),
      flow.objects,
      flow.deleteMarkers ? 'delete markers: yes' : 'delete markers: no',
      ...(destination.located?.resource.Properties?.ObjectLockEnabled ? ['Object Lock: yes'] : []),
      ...(flow.storageClass ? [`as ${flow.storageClass}`] : []),
    ],
    [
      source.encryption === destination.encryption
        ? source.encryption
        : `${source.encryption} → ${destination.encryption}`,
      ...(replicaKey ? [`replica key ${nameOf(replicaKey)}`] : []),
    ],
    [flow.monitoring],
  ];
}

/** One line for each stack, in the order of deployment. */
export function deployOrder(stacks: SynthesizedStack[]): string[] {
  return stacks.map(({ name, region, after }) => {
    const first = after.map((id) => stacks.find((stack) => stack.id === id)!.name);
    return `${name} (${region})${first.length > 0 ? `, after ${first.join(' and ')}` : ''}`;
  });
}
