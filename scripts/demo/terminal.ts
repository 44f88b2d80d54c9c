import { getBorderCharacters, table } from 'table';
import { Finding } from './checks';
import { Flow } from './flows';
import { FLOW_COLUMNS, flowCells } from './rows';

/** Adds up to 120 columns with borders and indentation. */
const WIDTHS = [25, 25, 22, 18, 12];

export function flowTable(flows: Flow[]): string {
  return table([FLOW_COLUMNS, ...flows.map((flow) => flowCells(flow).map((lines) => lines.join('\n')))], {
    border: getBorderCharacters('norc'),
    columns: WIDTHS.map((width) => ({ width, wrapWord: true })),
  }).trimEnd();
}

export function findingLines({ check, rule, message, where }: Finding): string[] {
  const name = rule.startsWith(check) ? rule : `${check}, ${rule}`; // cdk-nag's rules have the name of the pack in them
  return [`${name}: ${message}`, ...where.map((path) => `  at ${path}`)];
}
