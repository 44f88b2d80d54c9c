import './demo/newest-cdk';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { readFlows } from './demo/flows';
import { judge } from './demo/judge';
import { Deployments, preparePython, Python } from './demo/local';
import { renderPage, Shown } from './demo/page';
import { proveThatChecksRun, synthesize, Synthesized } from './demo/synthesize';
import { list, renderText, wrap } from './demo/terminal';
import { failuresOf } from './demo/verdict';
import { DeployedApp } from '../judges/assembly/deployed';
import { NOT_JUDGED } from '../judges/local-aws/limits';
import { readDeployedStacks, together } from '../test/examples/deployment';
import { exampleNames, expectedOf } from '../test/examples/load';

const ROOT = resolve(__dirname, '..');
const OUT = join(ROOT, 'demo.out');

const tell = (progress: string) => console.log(wrap(`… ${progress}`).join('\n'));

/** Judges what an example was synthesized to, and nothing else of it. */
async function examine(name: string, synthesized: Synthesized, python: Python): Promise<Omit<Shown, 'deployed'>> {
  const stacks = together(synthesized.assemblies.map((it) => readDeployedStacks(it)));
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
    expected: expectedOf(name),
    judgement: await judge(synthesized, app, flows, environment),
  };
}

/** Names of the examples that are asked for, by default all. */
function wantedExamples(): string[] {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !exampleNames.includes(name));
  if (unknown.length > 0) {
    throw new Error(`no such example: ${unknown.join(', ')}; there are ${exampleNames.join(', ')}`);
  }
  return wanted.length > 0 ? wanted : exampleNames;
}

async function main(): Promise<void> {
  const wanted = wantedExamples();
  const deployments = new Deployments(tell);
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT);
  const python = preparePython(tell);
  const leftOut = 'missing' in python ? [python.missing] : [];
  for (const it of leftOut) console.log(`\n✖ LEFT OUT: ${it}\n`);
  proveThatChecksRun();
  console.log('✔ template validation, cdk-nag AwsSolutions and cdk-nag NIST 800-53 R5 run, and reject a bad template');

  const shown: Shown[] = [];
  const failed: string[] = [];
  try {
    // deployments go on while the next example is judged
    const begun = [];
    for (const name of wanted) begun.push({ name, ...(await begin(name, python, deployments)) });
    for (const { name, result } of begun) {
      try {
        const example = await result;
        console.log(`\n${renderText(example, (template) => relative(process.cwd(), join(OUT, name, template)))}`);
        shown.push(example);
        if (failuresOf(example).length > 0) failed.push(name);
      } catch (error) {
        if (deployments.interrupted) return;
        console.log(`\n✖ ${name}: ${withoutForeignFrames(error)}`);
        failed.push(name);
      }
    }
  } finally {
    await deployments.stop();
  }
  writeFileSync(join(OUT, 'index.md'), renderPage(shown, failed, leftOut));
  if (shown.some(({ deployed }) => deployed)) {
    console.log(`\n${list('What the local AWS does not prove:', NOT_JUDGED).join('\n')}`);
  }
  console.log(`\nAll of it on one page, with diagrams: ${relative(process.cwd(), join(OUT, 'index.md'))}`);
  for (const it of leftOut) console.log(`✖ LEFT OUT: ${it}`);
  if (failed.length > 0) {
    console.log(`FAILED: ${failed.join(', ')}`);
    process.exitCode = 1;
  }
}

/** Runs until the example is judged; what is given in the end has the objects of the local AWS, too. */
async function begin(name: string, python: Python, deployments: Deployments): Promise<{ result: Promise<Shown> }> {
  const work = (async () => {
    tell(`${name}: synthesizing and judging`);
    const synthesized = await synthesize(join(ROOT, 'examples', name), join(OUT, name));
    const deployed =
      'missing' in python ? undefined : deployments.begin(python.environment, name, synthesized.assemblies);
    deployed?.catch(() => {}); // it may fail before anybody waits for it
    return { example: await examine(name, synthesized, python), deployed };
  })();
  await work.catch(() => {});
  const result = work.then(async ({ example, deployed }) => ({ ...example, deployed: await deployed }));
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
