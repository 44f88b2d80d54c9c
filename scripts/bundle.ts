import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

/**
 * Makes one file of what jsii compiled, readable as before: to find, read and compile eighty files took users more than
 * half of the time that loading the library's part of aws-cdk-lib takes (bench/README.md). Types and the jsii assembly
 * stay as they are, and so do handlers, which run in Lambda by themselves.
 */
const ENTRY = 'lib/index.js';
const { outputFiles, metafile } = buildSync({
  entryPoints: [ENTRY],
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  banner: { js: '// SPDX-License-Identifier: Apache-2.0' },
  outfile: ENTRY,
  allowOverwrite: true,
  metafile: true,
  write: false,
});

// every module runs at once; in parentheses V8 compiles it at once too, instead of twice: https://v8.dev/blog/preparser#pife
let modules = 0;
const code = outputFiles[0].text
  .replace(/(__commonJS\(\{\n {2}"[^"]+")(\(.*?\)) \{\n/g, (_, name, parameters) => {
    modules++;
    return `${name}: (function${parameters} {\n`;
  })
  .replace(/\n {2}\}\n\}\);/g, '\n  })\n});');
const inputs = Object.keys(metafile.inputs);
if (modules < inputs.length - 1 || inputs.some((file) => !file.startsWith('lib/'))) {
  throw new Error(`expected the modules of lib/ in one file, got ${modules} of ${inputs.join(', ')}`);
}

const HANDLERS = join('lib', 'handlers');
if (inputs.some((file) => file.startsWith(`${HANDLERS}/`))) {
  throw new Error(`${HANDLERS} runs in Lambda by itself, and is a part of the one file`);
}
for (const file of readdirSync('lib', { recursive: true, encoding: 'utf8' }).map((name) => join('lib', name))) {
  if (file.endsWith('.js') && !file.startsWith(join(HANDLERS, '/'))) {
    rmSync(file);
  }
}
writeFileSync(ENTRY, code);

interface Assembly {
  readonly types: Record<string, { kind: string; name: string; namespace?: string }>;
  readonly submodules?: Record<string, object>;
}
const { types, submodules = {} }: Assembly = JSON.parse(readFileSync('.jsii', 'utf8'));
const values = Object.values(types).filter(
  ({ kind, namespace }) => ['class', 'enum'].includes(kind) && namespace === undefined,
);
const namespaces = Object.keys(submodules).map((name) => name.split('.').slice(1).join('.'));
for (const name of namespaces) {
  mkdirSync(join('lib', name), { recursive: true });
  writeFileSync(join('lib', name, 'index.js'), `module.exports = require('../index.js').${name};\n`);
}
const exported = Object.keys(createRequire(resolve('package.json'))(resolve(ENTRY)));
const expected = [...values.map(({ name }) => name), ...namespaces];
if (exported.sort().join() !== expected.sort().join()) {
  throw new Error(`the file exports ${exported.join(', ')}, which are not the classes and enums of the assembly`);
}
