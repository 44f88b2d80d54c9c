import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * Compiles every snippet of TypeScript in docstrings, the README, docs/ and examples/, and translates it to the other
 * languages.
 *
 * jsii-rosetta reads docstrings and the README of the assembly, so the other pages are put behind the README of a
 * copy; elsewhere, because jsii-docgen takes any assembly of our name below this folder for ours.
 */
const COPY = mkdtempSync(join(tmpdir(), 'snippets-'));
process.on('exit', () => rmSync(COPY, { recursive: true }));
for (const path of ['package.json', 'rosetta', 'lib']) {
  cpSync(path, join(COPY, path), { recursive: true });
}
symlinkSync(resolve('node_modules'), join(COPY, 'node_modules'));

const assembly = readAssembly('.jsii');
const paged = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' });
const pages = [
  'README.md',
  ...['docs', 'examples'].flatMap((folder) => paged(folder).map((it) => join(folder, it))),
].filter((page) => page.endsWith('.md'));
const markdown = pages.map((page) => readFileSync(page, 'utf8'));
assembly.readme = { markdown: markdown.join('\n\n') };
writeFileSync(join(COPY, '.jsii'), JSON.stringify(assembly));

const snippets = assembly.readme.markdown.match(/^ *```ts/gm)!.length;
execFileSync('jsii-rosetta', ['extract', '--strict', '--output', join(COPY, 'snippets.tabl.json'), COPY], {
  stdio: 'inherit',
});
console.log(`${snippets} snippets of ${markdown.length} pages, and those of docstrings, compile and translate`);

function readAssembly(path: string): { readme: { markdown: string } } {
  const found = JSON.parse(readFileSync(path, 'utf8'));
  return found.schema === 'jsii/file-redirect'
    ? JSON.parse(gunzipSync(readFileSync(found.filename)).toString('utf8'))
    : found;
}
