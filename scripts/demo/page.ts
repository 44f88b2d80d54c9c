import { SynthesizedStack } from './assembly';
import { Finding } from './checks';
import { BucketEnd, Flow } from './flows';
import { deployOrder, FLOW_COLUMNS, flowCells } from './rows';

/** What the demo found out about one example. */
export interface Shown {
  readonly name: string;
  readonly title: string;
  readonly purpose: string;
  readonly stacks: SynthesizedStack[];
  readonly flows: Flow[];
  readonly failures: Finding[];
  readonly warnings: Finding[];
}

/**
 * One page that shows all examples, with links relative to the folder in which it lies.
 *
 * @param failed names of examples that have findings, or could not be shown at all
 */
export function renderPage(examples: Shown[], failed: string[]): string {
  return [
    '# Examples of cdk-s3-replication',
    'Made by `npm run demo` from the synthesized templates. Nothing here was deployed to AWS.',
    ...(failed.length > 0 ? [`**FAILED:** ${failed.join(', ')}`] : []),
    ...examples.map(renderExample),
    '',
  ].join('\n\n');
}

function renderExample({ name, title, purpose, stacks, flows, failures, warnings }: Shown): string {
  return [
    `## ${title}`,
    `${purpose} ([examples/${name}](../examples/${name}))`,
    `\`\`\`mermaid\n${renderDiagram(flows)}\n\`\`\``,
    renderTable(flows),
    'Deploy order:',
    deployOrder(stacks)
      .map((line, i) => `${i + 1}. ${line}`)
      .join('\n'),
    `Templates: ${stacks.map(({ templateFile }) => `[${templateFile}](${name}/${templateFile})`).join(', ')}`,
    ...failures.map((finding) => `**FINDING** ${sentence(finding)}`),
    ...warnings.map((finding) => `Warning: ${sentence(finding)}`),
  ].join('\n\n');
}

const sentence = ({ check, rule, message, where }: Finding) =>
  `${check}, \`${rule}\`: ${message} (${where.join(', ')})`;

function renderTable(flows: Flow[]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(FLOW_COLUMNS),
    line(FLOW_COLUMNS.map(() => '---')),
    ...flows.map((flow) =>
      line(flowCells(flow).map((lines) => lines.map((it) => it.replace(/\|/g, '\\|')).join('<br>'))),
    ),
  ].join('\n');
}

/** A Mermaid flowchart: regions as boxes, buckets in them, an arrow for each replication rule (dotted when disabled). */
export function renderDiagram(flows: Flow[]): string {
  const buckets = new Map<string, BucketEnd>();
  for (const { source, destination } of flows) {
    for (const end of [source, destination]) buckets.set(identity(end), end);
  }
  const ids = new Map([...buckets.keys()].map((key, i) => [key, `bucket${i + 1}`]));
  const regions = [...new Set([...buckets.values()].map(({ region }) => region))];
  return [
    'flowchart LR',
    ...regions.flatMap((region, i) => [
      `  subgraph region${i + 1}["${quote(region)}"]`,
      ...[...buckets]
        .filter(([, end]) => end.region === region)
        .map(([key, end]) => `    ${ids.get(key)}[("${label(end)}")]`),
      '  end',
    ]),
    ...flows.map((flow) => {
      const text = [flow.objects, ...(flow.monitoring === 'RTC, metrics' ? ['RTC'] : [])].map(quote).join('<br/>');
      return `  ${ids.get(identity(flow.source))} ${flow.enabled ? '-->' : '-.->'}|"${text}"| ${ids.get(identity(flow.destination))}`;
    }),
  ].join('\n');
}

const identity = ({ located, name }: BucketEnd) => (located ? `${located.stack.id}.${located.logicalId}` : name);
const label = ({ name, encryption }: BucketEnd) => `${quote(name)}<br/>${quote(encryption)}`;

/** Mermaid reads entities with `#` inside of quoted text; a key prefix may contain anything. */
const quote = (text: string) => text.replace(/[#"<>&]/g, (character) => `#${character.charCodeAt(0)};`);
