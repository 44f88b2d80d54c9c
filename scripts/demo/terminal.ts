import { getBorderCharacters, table } from 'table';
import { Flow } from './flows';
import { Shown } from './page';
import { ARRIVAL_COLUMNS, arrivalCells, deployOrder, FLOW_COLUMNS, flowCells, plural, proofs, stepLine } from './rows';
import { failuresOf } from './verdict';
import { Arrival } from '../../judges/local-aws/arrivals';
import { Finding } from '../../judges/third-party/finding';

const WIDTH = 120;
/** Each adds up to it with borders and indentation. */
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

/** All about one example; paths of templates are shown from where the reader is. */
export function renderText(shown: Shown, pathOf: (template: string) => string): string {
  const { name, title, stacks, flows, judgement, deployed } = shown;
  const { rehearsed, windows, warnings, templates } = judgement;
  const failures = failuresOf(shown);
  const [mark, verdict] = failures.length > 0 ? ['✖', 'FAILED, see below'] : ['✔', 'every judge is content'];
  const order = deployOrder(stacks, deployed?.order ?? rehearsed).map((line, i) => `${i + 1}. ${line}`);
  const lines = [
    title,
    '',
    flowTable(flows),
    ...list('Proven:', proofs(judgement)),
    ...list(deployed ? 'Deployed to the local AWS, begun in this order:' : 'Deploy order:', order),
    ...(deployed ? ['Objects in the local AWS:', arrivalTable(deployed.arrivals)] : []),
    ...list('Replication is broken in the local AWS, and mended:', (deployed?.steps ?? []).map(stepLine)),
    ...list('Templates:', templates.map(pathOf)),
    ...list('Live before its permissions, because the source has no given name (see README):', windows),
    ...list('Warnings:', warnings.flatMap(findingLines)),
    ...list('FINDINGS:', failures.flatMap(findingLines)),
  ];
  return [
    ...wrap(`${mark} ${name}: ${plural(stacks.length, 'stack')}, ${plural(flows.length, 'flow')}, ${verdict}`),
    lines.join('\n').replace(/^(?=.)/gm, '  '),
  ].join('\n');
}

/** Nothing without items. */
export const list = (heading: string, items: string[]) =>
  items.length > 0 ? [heading, ...items.flatMap((item) => wrap(item, WIDTH - 4).map((line) => `  ${line}`))] : [];

/** Breaks a text at blanks; where there is none, a line may be too long. */
export function wrap(text: string, width = WIDTH): string[] {
  const [, indentation, words] = /^( *)(.*)$/s.exec(text)!;
  const lines: string[] = [];
  for (const word of words.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indentation}${lines.length > 0 ? '  ' : ''}${word}`);
  }
  return lines;
}
