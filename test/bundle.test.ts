import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bundle-')));
afterAll(() => rmSync(folder, { recursive: true }));

const HANDLER = "exports.handler = async () => 'put';\n";
const COMPILED = {
  'index.js': "exports.assertions = require('./assertions');\nexports.Thing = require('./room/thing').Thing;\n",
  'index.d.ts': 'export {};\n',
  'room/thing.js': 'exports.Thing = class Thing {};\n',
  'room/only-types.js': "'use strict';\n",
  'assertions/index.js': "exports.Expected = class Expected extends require('../room/thing').Thing {};\n",
  'handlers/put.lambda.js': HANDLER,
};

/** Runs the script over what jsii might have compiled. */
function bundle(compiled: Record<string, string>) {
  rmSync(join(folder, 'lib'), { recursive: true, force: true });
  for (const [file, text] of Object.entries(compiled)) {
    mkdirSync(dirname(join(folder, 'lib', file)), { recursive: true });
    writeFileSync(join(folder, 'lib', file), text);
  }
  const types = {
    'it.Thing': { kind: 'class', name: 'Thing' },
    'it.assertions.Expected': { kind: 'class', name: 'Expected', namespace: 'assertions' },
    'it.ThingProps': { kind: 'interface', name: 'ThingProps' },
  };
  writeFileSync(join(folder, '.jsii'), JSON.stringify({ types, submodules: { 'it.assertions': {} } }));
  const [tsx, script] = [require.resolve('tsx/cli'), resolve('scripts/bundle.ts')];
  return spawnSync(process.execPath, [tsx, script], { cwd: folder, encoding: 'utf8' });
}

test('one file has all but handlers, and a submodule is found below it and by its path', () => {
  const { stderr, status } = bundle(COMPILED);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  const files = readdirSync(join(folder, 'lib'), { recursive: true, encoding: 'utf8' });
  expect(files.filter((file) => file.includes('.')).sort()).toEqual([
    'assertions/index.js',
    'handlers/put.lambda.js',
    'index.d.ts',
    'index.js',
  ]);
  expect(readFileSync(join(folder, 'lib/handlers/put.lambda.js'), 'utf8')).toBe(HANDLER);
  const main = jest.requireActual(join(folder, 'lib'));
  const { Expected } = jest.requireActual(join(folder, 'lib/assertions'));
  expect(new Expected()).toBeInstanceOf(main.Thing);
  expect(main.assertions.Expected).toBe(Expected);
});

test.each([
  ['a class that is not in the assembly', 'exports.Other = class {};\n', /exports .*Other.*not the classes/],
  ['a handler that is imported', "exports.put = require('./handlers/put.lambda');\n", /runs in Lambda by itself/],
])('%s is an error', (_, more, says) => {
  const { stderr, status } = bundle({ ...COMPILED, 'index.js': COMPILED['index.js'] + more });
  expect(status).toBe(1);
  expect(stderr).toMatch(says);
});
