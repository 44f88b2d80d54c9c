import { Flow } from './flows';
import { Judgement } from './judge';
import { Deployed } from '../../judges/local-aws/arrivals';
import { Finding } from '../../judges/third-party/finding';

/** What is known of an example. */
export interface Known {
  readonly flows: Flow[];
  readonly judgement: Judgement;
  /** Nothing where it was not deployed to the local AWS. */
  readonly deployed?: Deployed;
}

/** Everything that fails an example. */
export function failuresOf({ flows, judgement, deployed }: Known): Finding[] {
  return [...judgement.failures, ...(deployed ? deploymentFailures(flows, deployed) : [])];
}

function deploymentFailures(flows: Flow[], { tooEarly, arrivals }: Deployed): Finding[] {
  const found = (rule: string, message: string, where: string[]) => ({ check: 'Local AWS', rule, message, where });
  // whoever looks for nothing finds everything in order
  const idle = flows.filter(
    ({ enabled, source, destination }) =>
      enabled &&
      !arrivals.some(
        (it) =>
          it.source === source.name &&
          it.arrived.some((at) => at.destination === destination.name && at.status === 'REPLICA'),
      ),
  );
  return [
    ...tooEarly.map((message) => found('order', message, [])),
    ...arrivals
      .filter(({ ok }) => !ok)
      .map(({ source, key, action }) => found('arrivals', `${key}, ${action}: not as the rules say`, [source])),
    ...idle.map(({ source, destination }) =>
      found('arrivals', `no object of ${source.name} arrived in ${destination.name}`, [source.name]),
    ),
  ];
}
