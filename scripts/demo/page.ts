import { BucketEnd, Flow } from './flows';
import { ARRIVAL_COLUMNS, arrivalCells, deployOrder, FLOW_COLUMNS, flowCells, plural, proofs, stepLine } from './rows';
import { failuresOf, Known } from './verdict';
import { StackOfApp } from '../../judges/assembly/stacks';
import { Arrival } from '../../judges/local-aws/arrivals';
import { NOT_JUDGED } from '../../judges/local-aws/limits';
import { Finding } from '../../judges/third-party/finding';

/** What the demo found out about one example. */
export interface Shown extends Known {
  readonly name: string;
  readonly title: string;
  readonly purpose: string;
  readonly stacks: StackOfApp[];
}

/**
 * One page that shows all examples, with links relative to the folder in which it lies.
 *
 * @param failed names of examples that have findings, or could not be shown at all
 * @param leftOut what was not done, and why
 */
export function renderPage(examples: Shown[], failed: string[], leftOut: string[] = []): string {
  return [
    '# Examples of cdk-s3-replication',
    'Made by `npm run demo` from the synthesized templates. Nothing here was deployed to AWS.',
    ...(examples.some(({ deployed }) => deployed) ? NOT_JUDGED : []),
    ...leftOut.map((it) => `**LEFT OUT:** ${it}`),
    ...(failed.length > 0 ? [`**FAILED:** ${failed.join(', ')}`] : []),
    ...examples.map(renderExample),
    '',
  ].join('\n\n');
}

function renderExample(shown: Shown): string {
  const { name, title, purpose, stacks, flows, judgement, deployed } = shown;
  const { rehearsed, windows, warnings, templates } = judgement;
  return [
    `## ${title}`,
    `${purpose} ([examples/${name}](../examples/${name}))`,
    `\`\`\`mermaid\n${renderDiagram(flows, deployed?.arrivals)}\n\`\`\``,
    renderTable(FLOW_COLUMNS, flows.map(flowCells)),
    deployed ? 'Deployed to the local AWS, begun in this order:' : 'Deploy order:',
    deployOrder(stacks, deployed?.order ?? rehearsed)
      .map((line, i) => `${i + 1}. ${line}`)
      .join('\n'),
    'Proven:',
    proofs(judgement)
      .map((line) => `- ${line}`)
      .join('\n'),
    ...(windows.length > 0
      ? [
          'Live before its permissions, because the source has no given name:',
          windows.map((line) => `- ${line}`).join('\n'),
        ]
      : []),
    ...(deployed
      ? ['Objects in the local AWS:', renderTable(ARRIVAL_COLUMNS, deployed.arrivals.map(arrivalCells))]
      : ['Not deployed to the local AWS.']),
    ...(deployed?.steps.length
      ? ['Replication is broken in the local AWS, and mended:', deployed.steps.map(stepLine).join('\n')]
      : []),
    `Templates: ${templates.map((file) => `[${file}](${name}/${file})`).join(', ')}`,
    ...failuresOf(shown).map((finding) => `**FINDING** ${sentence(finding)}`),
    ...warnings.map((finding) => `Warning: ${sentence(finding)}`),
  ].join('\n\n');
}

const sentence = ({ check, rule, message, where }: Finding) =>
  `${check}, \`${rule}\`: ${message}${where.length > 0 ? ` (${where.join(', ')})` : ''}`;

function renderTable(columns: string[], rows: string[][][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((cells) => line(cells.map((lines) => lines.map((it) => it.replace(/\|/g, '\\|')).join('<br>')))),
  ].join('\n');
}

/**
 * A Mermaid flowchart: regions (of accounts, where there are several) as boxes, buckets in them with the objects that
 * arrived, an arrow for each replication rule (dotted when disabled).
 */
export function renderDiagram(flows: Flow[], arrivals: Arrival[] = []): string {
  const buckets = new Map<string, BucketEnd>();
  for (const { source, destination } of flows) {
    for (const end of [source, destination]) buckets.set(identity(end), end);
  }
  const ids = new Map([...buckets.keys()].map((key, i) => [key, `bucket${i + 1}`]));
  const places = [...new Set([...buckets.values()].map(({ place }) => place))];
  return [
    'flowchart LR',
    ...places.flatMap((place, i) => [
      `  subgraph place${i + 1}["${quote(place)}"]`,
      ...[...buckets]
        .filter(([, end]) => end.place === place)
        .map(([key, end]) => `    ${ids.get(key)}[("${label(end, arrivals)}")]`),
      '  end',
    ]),
    ...flows.map((flow) => {
      const text = [flow.objects, ...(flow.monitoring === 'RTC, metrics' ? ['RTC'] : [])].map(quote).join('<br/>');
      return `  ${ids.get(identity(flow.source))} ${flow.enabled ? '-->' : '-.->'}|"${text}"| ${ids.get(identity(flow.destination))}`;
    }),
  ].join('\n');
}

const identity = ({ bucket, name }: BucketEnd) => (bucket ? `${bucket.stack.id}.${bucket.logicalId}` : name);
const label = ({ name, encryption }: BucketEnd, arrivals: Arrival[]) =>
  [quote(name), quote(encryption), ...arrivedIn(name, arrivals)].join('<br/>');

/** What became of the objects that were written to the sources of a bucket. */
function arrivedIn(name: string, arrivals: Arrival[]): string[] {
  const here = arrivals.flatMap(({ action, arrived }) =>
    action === 'written' ? arrived.filter(({ destination }) => destination === name) : [],
  );
  const count = here.filter(({ status }) => status === 'REPLICA').length;
  return here.length > 0 ? [`${plural(count, 'object')} arrived, ${here.length - count} stayed away`] : [];
}

/** Mermaid reads entities with `#` inside of quoted text; a key prefix may contain anything. */
const quote = (text: string) => text.replace(/[#"<>&]/g, (character) => `#${character.charCodeAt(0)};`);
