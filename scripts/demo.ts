import './demo/newest-cdk';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { readFlows } from './demo/flows';
import { judge } from './demo/judge';
import { Deployments, preparePython, Python } from './demo/local';
import { renderPage, Shown } from './demo/page';
import { deployOrder, proofs } from './demo/rows';
import { proveThatChecksRun, synthesize } from './demo/synthesize';
import { arrivalTable, findingLines, flowTable } from './demo/terminal';
import { DeployedApp } from '../test/assembly/deployed';
import { readStacks } from '../test/assembly/stacks';
import { NOT_JUDGED } from '../test/local-aws/limits';

const ROOT = resolve(__dirname, '..');
const OUT = join(ROOT, 'demo.out');

const tell = (progress: string) => console.log(`… ${progress}`);
const count = ({ length }: unknown[], what: string) => `${length} ${what}${length === 1 ? '' : 's'}`;
const indent = (lines: string[]) => lines.join('\n').replace(/^(?=.)/gm, '  ');

/** Judges what an example was synthesized to, and nothing else of it. */
async function examine(name: string, python: Python): Promise<Omit<Shown, 'arrivals'>> {
  const stacks = readStacks(join(OUT, name));
  const app = new DeployedApp(stacks);
  const flows = readFlows(app);
  const environment = 'environment' in python ? python.environment : undefined;
  const [title, purpose] = readFileSync(join(ROOT, 'examples', name, 'README.md'), 'utf8').split('\n\n');
  return {
    name,
    title: title.replace(/^# /, ''),
    purpose: purpose.replace(/\n/g, ' '),
    stacks,
    flows,
    judgement: await judge(join(OUT, name), app, flows, environment),
  };
}

const isGood = ({ judgement, arrivals = [] }: Shown) =>
  judgement.failures.length === 0 && arrivals.every(({ ok }) => ok);

function print(shown: Shown): void {
  const { flows, stacks, name, title, judgement, arrivals } = shown;
  const { failures, warnings, windows, deployed } = judgement;
  const verdict = isGood(shown) ? 'every judge is content' : 'FAILED, see below';
  const list = (heading: string, lines: string[]) =>
    lines.length > 0 ? [heading, ...lines.map((line) => `  ${line}`)] : [];
  console.log(`\n${isGood(shown) ? '✔' : '✖'} ${name}: ${count(stacks, 'stack')}, ${count(flows, 'flow')}, ${verdict}`);
  console.log(
    indent([
      title,
      '',
      flowTable(flows),
      ...list('Proven:', proofs(judgement)),
      ...list(
        arrivals ? 'Deployed to the local AWS, in this order:' : 'Deploy order:',
        deployOrder(stacks, deployed).map((line, i) => `${i + 1}. ${line}`),
      ),
      ...(arrivals ? ['Objects there:', arrivalTable(arrivals)] : []),
      ...list(
        'Templates:',
        stacks.map(({ templateFile }) => relative(process.cwd(), join(OUT, name, templateFile))),
      ),
      ...list('Live before its permissions, because the source has no given name (see README):', windows),
      ...list('Warnings:', warnings.flatMap(findingLines)),
      ...list('FINDINGS:', failures.flatMap(findingLines)),
    ]),
  );
}

/** Names of the examples that are asked for, by default all. */
function wantedExamples(): string[] {
  const all = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`no such example: ${unknown.join(', ')}; there are ${all.join(', ')}`);
  return wanted.length > 0 ? wanted : all;
}

async function main(): Promise<void> {
  const wanted = wantedExamples();
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT);
  const python = preparePython(tell);
  const leftOut = 'missing' in python ? [python.missing] : [];
  for (const it of leftOut) console.log(`\n✖ LEFT OUT: ${it}\n`);
  proveThatChecksRun();
  console.log('✔ template validation, cdk-nag AwsSolutions and cdk-nag NIST 800-53 R5 run, and reject a bad template');

  const deployments = new Deployments(tell);
  const shown: Shown[] = [];
  const failed: string[] = [];
  try {
    // deployments go on while the next example is judged
    const begun = [];
    for (const name of wanted) begun.push({ name, ...(await begin(name, python, deployments)) });
    for (const { name, result } of begun) {
      try {
        const example = await result;
        print(example);
        shown.push(example);
        if (!isGood(example)) failed.push(name);
      } catch (error) {
        console.log(`\n✖ ${name}: ${withoutForeignFrames(error)}`);
        failed.push(name);
      }
    }
  } finally {
    await deployments.stop();
  }
  writeFileSync(join(OUT, 'index.md'), renderPage(shown, failed, leftOut));
  if (shown.some(({ arrivals }) => arrivals)) console.log(`\n${NOT_JUDGED.join('\n')}`);
  console.log(`\nAll of it on one page, with diagrams: ${relative(process.cwd(), join(OUT, 'index.md'))}`);
  for (const it of leftOut) console.log(`LEFT OUT: ${it}`);
  if (failed.length > 0) {
    console.log(`FAILED: ${failed.join(', ')}`);
    process.exitCode = 1;
  }
}

/** Runs until the example is judged; what is given in the end has the objects of the local AWS, too. */
async function begin(name: string, python: Python, deployments: Deployments): Promise<{ result: Promise<Shown> }> {
  const work = (async () => {
    tell(`${name}: synthesizing and judging`);
    await synthesize(join(ROOT, 'examples', name), join(OUT, name));
    const arrivals = 'missing' in python ? undefined : deployments.begin(name, join(OUT, name));
    arrivals?.catch(() => {}); // it may fail before anybody waits for it
    return { example: await examine(name, python), arrivals };
  })();
  await work.catch(() => {});
  const result = work.then(async ({ example, arrivals }) => ({ ...example, arrivals: await arrivals }));
  result.catch(() => {});
  return { result };
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
