import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

/**
 * Makes one file of what jsii compiled, readable as before: to find, read and compile eighty files took users more than
 * half of the time that loading the library's part of aws-cdk-lib takes (bench/README.md). Types and the jsii assembly
 * stay as they are.
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

for (const file of readdirSync('lib', { recursive: true, encoding: 'utf8' })) {
  if (file.endsWith('.js')) {
    rmSync(join('lib', file));
  }
}
writeFileSync(ENTRY, code);

const { types }: { types: Record<string, { kind: string; name: string }> } = JSON.parse(readFileSync('.jsii', 'utf8'));
const classes = Object.values(types).filter(({ kind }) => kind === 'class');
const exported = Object.keys(createRequire(resolve('package.json'))(resolve(ENTRY)));
if (
  exported.sort().join() !==
  classes
    .map(({ name }) => name)
    .sort()
    .join()
) {
  throw new Error(`the file exports ${exported.join(', ')}, which are not the classes of the assembly`);
}
