import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');
const BROKEN = {
  throws: `throw new Error('made to fail');`,
  'cannot-be-deployed': `
    import { App, CfnResource, Stack } from 'aws-cdk-lib';
    export const app = new App();
    const stack = new Stack(app, 'Impossible', { env: { account: '111111111111', region: 'us-east-1' } });
    new CfnResource(stack, 'Nothing', { type: 'AWS::S3::NoSuchThing' });`,
};

let checkout: string;
let temporary: string;
let running: ChildProcess;

/** A copy: the demo writes into its checkout, where a page may lie that somebody reads, and some examples are broken. */
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'demo-checkout-'));
  temporary = join(checkout, 'temporary');
  mkdirSync(temporary);
  for (const name of ['src', 'lib', 'judges', 'test', 'scripts', 'examples', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, name), join(checkout, name), { recursive: true });
  }
  for (const name of ['node_modules', '.python']) symlinkSync(join(ROOT, name), join(checkout, name));
  for (const [name, app] of Object.entries(BROKEN)) {
    const example = join(checkout, 'examples', name);
    mkdirSync(example);
    writeFileSync(join(example, 'app.ts'), app);
    writeFileSync(join(example, 'cdk.json'), '{"context": {}}');
    writeFileSync(join(example, 'expected.json'), '{"flows": [], "objects": []}');
    writeFileSync(join(example, 'README.md'), '# Broken\n\nIt fails.\n');
  }
});
afterEach(() => {
  if (running.exitCode === null && running.signalCode === null) process.kill(-running.pid!, 'SIGKILL');
  rmSync(checkout, { recursive: true });
});

/** Starts the demo as the task does, in a group of its own, as a terminal does. */
function start(examples: string[], path = process.env.PATH) {
  const tsx = [join(ROOT, 'node_modules/tsx/dist/cli.mjs'), '--tsconfig', 'scripts/tsconfig.json', 'scripts/demo.ts'];
  const demo = spawn(process.execPath, [...tsx, ...examples], {
    cwd: checkout,
    // not what the set-up of the tests switches off
    env: { HOME: process.env.HOME, PATH: path, TMPDIR: temporary, TSX_DISABLE_CACHE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running = demo;
  let output = '';
  for (const stream of [demo.stdout, demo.stderr]) stream.on('data', (data) => (output += data));
  const ended = new Promise<number | null>((done) => demo.once('close', (code) => done(code)));
  const says = async (what: string) => {
    while (!output.includes(what)) {
      if (demo.exitCode !== null) throw new Error(`the demo ended without saying ${what}:\n${output}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  };
  return { pid: demo.pid!, ended, says, output: () => output };
}

/** The server, the CLI and what else has the checkout in its command. */
const processes = () =>
  spawnSync('pgrep', ['-fa', checkout], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line && !line.includes('pgrep'));
// tsx keeps there by which socket its two processes talk
const left = () => [...processes(), ...readdirSync(temporary).filter((name) => !name.startsWith('tsx-'))];

test('an interrupt while it deploys ends all that it started', async () => {
  const demo = start(['cross-region-backup']);
  await demo.says('cross-region-backup: deploying');
  for (const it of [/launcher\.py$/, /bin\/cdk .*--app/]) {
    expect(processes()).toContainEqual(expect.stringMatching(it));
  }
  process.kill(-demo.pid, 'SIGINT');
  expect([await demo.ended, left()]).toEqual([130, []]);
  expect(demo.output()).toContain('SIGINT: stopping what was started');
  expect(demo.output()).not.toContain('✖');
}, 60_000);

test('examples that cannot be synthesized or deployed fail the demo, and the others are shown', async () => {
  const demo = start(['throws', 'cannot-be-deployed', 'same-region-backup']);
  expect([await demo.ended, left()]).toEqual([1, []]);
  expect(demo.output()).toMatch(/✖ throws: Error: made to fail/);
  expect(demo.output()).toMatch(/✖ cannot-be-deployed: .*the CDK CLI failed:[^]*NoSuchThing/);
  expect(demo.output()).toContain('✔ same-region-backup: 1 stack, 1 flow, every judge is content');
  expect(demo.output()).toContain('FAILED: throws, cannot-be-deployed\n');
}, 90_000);

test('an example that there is not fails the demo', async () => {
  const demo = start(['nothing']);
  expect([await demo.ended, left()]).toEqual([1, []]);
  expect(demo.output()).toContain('no such example: nothing; there are active-active,');
}, 60_000);

test('without Python the demo does the rest, and says what it left out', async () => {
  rmSync(join(checkout, '.python'));
  const demo = start(['same-region-backup'], join(checkout, 'nothing'));
  expect([await demo.ended, left()]).toEqual([0, []]);
  expect(
    demo.output().match(/✖ LEFT OUT: the local AWS and cfn-lint, which need Python: there is no python3/g),
  ).toHaveLength(2);
  expect(demo.output()).toContain('✔ same-region-backup: 1 stack, 1 flow, every judge is content');
}, 60_000);
