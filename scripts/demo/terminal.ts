import { getBorderCharacters, table } from 'table';
import { Finding } from './checks';
import { Flow } from './flows';
import { ARRIVAL_COLUMNS, arrivalCells, FLOW_COLUMNS, flowCells } from './rows';
import { Arrival } from '../../test/local-aws/arrivals';

/** Each adds up to 120 columns with borders and indentation. */
const FLOW_WIDTHS = [25, 25, 22, 18, 12];
const ARRIVAL_WIDTHS = [36, 30, 42];

export const flowTable = (flows: Flow[]) => draw(FLOW_COLUMNS, flows.map(flowCells), FLOW_WIDTHS);
export const arrivalTable = (arrivals: Arrival[]) => draw(ARRIVAL_COLUMNS, arrivals.map(arrivalCells), ARRIVAL_WIDTHS);

function draw(header: string[], rows: string[][][], widths: number[]): string {
  return table([header, ...rows.map((cells) => cells.map((lines) => lines.join('\n')))], {
    border: getBorderCharacters('norc'),
    columns: widths.map((width) => ({ width, wrapWord: true })),
  }).trimEnd();
}

export function findingLines({ check, rule, message, where }: Finding): string[] {
  const name = rule.startsWith(check) ? rule : `${check}, ${rule}`; // cdk-nag's rules have the name of the pack in them
  return [`${name}: ${message}`, ...where.map((path) => `  at ${path}`)];
}
