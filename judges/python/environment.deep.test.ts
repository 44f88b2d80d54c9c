import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { existingPython, makePython, Place } from './environment';

let root: string;
let place: Place;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'python-'));
  place = { requirements: join(root, 'requirements.txt'), environments: join(root, 'environments') };
  writeFileSync(place.requirements, '');
});

/** In a process of its own: what makes an environment blocks. */
function makeBeside(): Promise<string> {
  const script = `
    const { makePython } = require(${JSON.stringify(join(__dirname, 'environment.ts'))});
    console.log(makePython(undefined, ${JSON.stringify(place)}).python);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', script], {
    cwd: join(__dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (data) => (said += data));
  return new Promise((resolve) => child.once('close', () => resolve(said.trim())));
}

test('two that make it at the same time both get one that works, and leave nothing else', async () => {
  const nothing = join(place.environments, createHash('sha256').digest('hex').slice(0, 12));
  for (const old of [join(nothing, 'bin'), join(place.environments, 'an-older-one')]) {
    mkdirSync(old, { recursive: true });
  }
  symlinkSync('/nowhere/python3', join(nothing, 'bin/python'));
  mkdirSync(join(place.environments, `unfinished-${spawnSync('true').pid}`));
  expect(existingPython(place)).toBeUndefined();

  const [one, other] = await Promise.all([makeBeside(), makeBeside()]);
  expect([one, other]).toEqual([join(nothing, 'bin/python'), join(nothing, 'bin/python')]);
  expect(existingPython(place)).toEqual({ python: one });
  expect(readdirSync(place.environments)).toEqual([basename(nothing)]);
  expect(spawnSync(one, ['-m', 'pip', '--version'], { encoding: 'utf8' }).stdout).toContain(nothing);

  // its packages are those of another version of Python
  rmSync(join(nothing, 'lib'), { recursive: true });
  expect(existingPython(place)).toBeUndefined();
}, 120_000);

test('nothing is left of one that cannot be made', () => {
  const broken = { requirements: join(root, 'broken.txt'), environments: join(root, 'none') };
  writeFileSync(broken.requirements, 'not a requirement');
  expect(() => makePython(undefined, broken)).toThrow(/^-m pip install failed: .*requirement/);
  expect(readdirSync(broken.environments)).toEqual([]);
}, 60_000);
