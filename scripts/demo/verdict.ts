import { Flow } from './flows';
import { Judgement } from './judge';
import { Deployed, inWords } from '../../judges/local-aws/arrivals';
import { Finding } from '../../judges/third-party/finding';
import { Expected } from '../../test/examples/load';

/** What is known of an example. */
export interface Known {
  readonly flows: Flow[];
  readonly judgement: Judgement;
  /** What the example is for, as somebody wrote it down. */
  readonly expected: Expected;
  /** Nothing where it was not deployed to the local AWS. */
  readonly deployed?: Deployed;
}

/** Everything that fails an example. */
export function failuresOf({ flows, judgement, expected, deployed }: Known): Finding[] {
  return [
    ...judgement.failures,
    ...differences('Flows', expected.flows, flows.map(flowInWords)),
    ...(deployed ? deploymentFailures(flows, deployed) : []),
    ...(deployed ? differences('Local AWS', expected.objects, deployed.arrivals.map(inWords)) : []),
  ];
}

/** A flow as `expected.json` of an example has it. */
function flowInWords({ source, destination, enabled, objects, deleteMarkers }: Flow): string {
  const lastOf = ({ name }: Flow['destination']) => name.split('/').at(-1);
  const more = [...(deleteMarkers ? ['delete markers'] : []), ...(enabled ? [] : ['disabled'])];
  return [`${lastOf(source)} -> ${lastOf(destination)}: ${objects}`, ...more].join(', ');
}

/** So that what rules and arrivals have lost together is noticed, too. */
function differences(check: string, expected: readonly string[], seen: readonly string[]): Finding[] {
  const found = (message: string) => ({ check, rule: 'expected.json', message, where: [] });
  const without = (some: readonly string[], others: readonly string[]) => {
    const left = [...others];
    return some.filter((it) => !left.includes(it) || !left.splice(left.indexOf(it), 1));
  };
  return [
    ...without(expected, seen).map((it) => found(`expected, and not seen: ${it}`)),
    ...without(seen, expected).map((it) => found(`seen, and not expected: ${it}`)),
  ];
}

function deploymentFailures(flows: Flow[], { tooEarly, arrivals, steps }: Deployed): Finding[] {
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
    ...steps.filter(({ ok }) => !ok).map(({ done, seen }) => found('drill', `${done}: ${seen}`, [])),
    ...arrivals
      .filter(({ ok }) => !ok)
      .map(({ source, key, action }) => found('arrivals', `${key}, ${action}: not as the rules say`, [source])),
    ...idle.map(({ source, destination }) =>
      found('arrivals', `no object of ${source.name} arrived in ${destination.name}`, [source.name]),
    ),
  ];
}
