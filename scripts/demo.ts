import './demo/newest-cdk';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { readAssembly } from './demo/assembly';
import { checkFlows, readReport } from './demo/checks';
import { readFlows } from './demo/flows';
import { renderPage, Shown } from './demo/page';
import { deployOrder } from './demo/rows';
import { proveThatChecksRun, synthesize } from './demo/synthesize';
import { findingLines, flowTable } from './demo/terminal';

const ROOT = resolve(__dirname, '..');
const OUT = join(ROOT, 'demo.out');

/** Synthesizes an example, and from then on looks only at what it wrote. */
async function examine(name: string): Promise<Shown> {
  const example = join(ROOT, 'examples', name);
  const outdir = join(OUT, name);
  await synthesize(example, outdir);
  const stacks = readAssembly(outdir);
  const flows = readFlows(stacks);
  const { failures, warnings } = readReport(outdir);
  const [title, purpose] = readFileSync(join(example, 'README.md'), 'utf8').split('\n\n');
  return {
    name,
    title: title.replace(/^# /, ''),
    purpose: purpose.replace(/\n/g, ' '),
    stacks,
    flows,
    failures: [...failures, ...checkFlows(stacks, flows)],
    warnings,
  };
}

function print({ flows, stacks, name, title, failures, warnings }: Shown, seconds: string): void {
  const verdict =
    failures.length === 0 ? 'template validation, cdk-nag and flow checks passed' : `FINDINGS: ${failures.length}`;
  console.log(
    `${failures.length === 0 ? '✔' : '✖'} ${name}: ${count(stacks, 'stack')}, ${count(flows, 'flow')}, ${verdict} (${seconds} s)`,
  );
  console.log(
    indent([
      title,
      '',
      flowTable(flows),
      'Deploy order:',
      ...deployOrder(stacks).map((line, i) => `  ${i + 1}. ${line}`),
      'Templates:',
      ...stacks.map(({ templateFile }) => `  ${relative(process.cwd(), join(OUT, name, templateFile))}`),
      ...(warnings.length > 0 ? ['Warnings:', ...warnings.flatMap(findingLines).map((line) => `  ${line}`)] : []),
      ...(failures.length > 0 ? ['FINDINGS:', ...failures.flatMap(findingLines).map((line) => `  ${line}`)] : []),
      '',
    ]),
  );
}

const count = ({ length }: unknown[], what: string) => `${length} ${what}${length === 1 ? '' : 's'}`;
const indent = (lines: string[]) => lines.join('\n').replace(/^(?=.)/gm, '  ');

async function main(): Promise<void> {
  const all = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`no such example: ${unknown.join(', ')}; there are ${all.join(', ')}`);

  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT);
  proveThatChecksRun();
  console.log(
    '✔ template validation, cdk-nag AwsSolutions and cdk-nag NIST 800-53 R5 run, and reject a bad template\n',
  );

  const shown: Shown[] = [];
  const failed: string[] = [];
  for (const name of wanted.length > 0 ? wanted : all) {
    const began = Date.now();
    try {
      const example = await examine(name);
      print(example, ((Date.now() - began) / 1000).toFixed(1));
      shown.push(example);
      if (example.failures.length > 0) failed.push(name);
    } catch (error) {
      console.log(`✖ ${name}: ${withoutForeignFrames(error)}\n`);
      failed.push(name);
    }
  }

  writeFileSync(join(OUT, 'index.md'), renderPage(shown, failed));
  console.log(`All of it on one page, with diagrams: ${relative(process.cwd(), join(OUT, 'index.md'))}`);
  if (failed.length > 0) {
    console.log(`FAILED: ${failed.join(', ')}`);
    process.exitCode = 1;
  }
}

/** The user's own lines are few, and lost among those of node and of packages. */
function withoutForeignFrames(error: unknown): string {
  const lines = error instanceof Error ? String(error.stack).split('\n') : [String(error)];
  return lines.filter((line) => !/^ +at .*(node:|node_modules)/.test(line)).join('\n');
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
