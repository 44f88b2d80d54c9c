import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { buildForExamples } from './build';
import { Changes, filesOf, inPython, InstalledExamples, read } from './examples';
import { exampleApps, exampleNames } from '../examples/load';

/** What TypeScript would have to say where Python cannot say the same. */
const DIFFERENT: Record<string, Changes> = {
  // the pipeline installs what its app needs
  'cross-account-through-pipelines': { 'app.ts': { "'npm ci', ": "'npm ci', 'pip install -r requirements.txt', " } },
};

describe.each(exampleNames)('%s', (name) => {
  test('has the same files in Python', () => {
    expect(filesOf(name, '.py').sort()).toEqual(filesOf(name, '.ts').map(inPython).sort());
  });

  test('says the same in comments, and in rules and reasons that it acknowledges', () => {
    for (const file of filesOf(name, '.ts')) {
      expect(unsaid(wordsOf(read(name, file)), read(name, inPython(file)))).toEqual([]);
    }
  });

  test('says how it is run in Python', () => {
    const [, section = ''] = read(name, 'README.md').split('\n## In Python\n');
    const commands = exampleApps.filter(([it]) => it === name).map(([, file]) => `--app 'python3 ${inPython(file)}'`);
    expect(commands.filter((it) => !section.split('\n## ')[0].includes(it))).toEqual([]);
  });
});

/** The comments of a program, the rules that it acknowledges, and the reasons that it gives. */
const wordsOf = (typescript: string) =>
  [
    /\/\/ (.+)/g,
    /\/\*\*([^]+?)\*\//g,
    /'((?:AwsSolutions|NIST)[^']+)'/g,
    /(?:reason:|^)\s*'([^'\s]+ [^']+)'(?:,|: \[)$/gm,
  ]
    .flatMap((pattern) => [...typescript.matchAll(pattern)])
    .flatMap(([, words]) => words.split('@see'))
    .map((words) => spaced(words.replace(/^ *\*/gm, '')))
    .filter(Boolean);
const unsaid = (words: string[], python: string) => words.filter((it) => !spaced(python).includes(it));
const spaced = (text: string) => text.replace(/\s+/g, ' ').trim();

test('a comment, a rule and a reason that Python lacks would be found', () => {
  const typescript = read('cross-region-backup', 'app.ts');
  const python = read('cross-region-backup', 'app.py');
  const without = [
    'see README.md',
    'synthesizes without',
    'S3 delivers access logs',
    'S3BucketReplicationEnabled',
    'S3 does not deliver',
    'each region',
  ];
  const broken = without.reduce((text, it) => text.replace(it, 'something else'), python);
  expect(unsaid(wordsOf(typescript), broken)).toHaveLength(without.length);
});

describe('synthesized', () => {
  let directory: string;
  let examples: InstalledExamples;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'examples-'));
    examples = new InstalledExamples(buildForExamples(join(directory, 'dist')), directory);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test.each(exampleApps)('%s, %s: Python makes what TypeScript does', (name, file) => {
    const expected = examples.synthesize(name, file, DIFFERENT[name]);
    expect(Object.keys(expected.templates)).not.toEqual([]);
    expect(expected.libraries).toEqual(expect.arrayContaining(['aws-cdk-lib@2.263.0', 'constructs@10.8.1']));
    expect(examples.synthesize(name, inPython(file))).toEqual(expected);
  });

  describe('is seen to differ', () => {
    const differing = (name: string, changes: Changes) => {
      const [is, was] = [examples.synthesize(name, 'app.py', changes), examples.synthesize(name, 'app.py')];
      const keys = (part: 'templates' | 'messages') =>
        Object.keys(was[part]).filter((key) => !isDeepStrictEqual(is[part][key], was[part][key]));
      return { templates: keys('templates'), messages: keys('messages') };
    };

    test('a stack whose rule is another one', () => {
      expect(differing('mirror-production-to-test', { 'app.py': { 'price-lists/': 'prices/' } })).toEqual({
        templates: ['ShopProduction.template.json'],
        messages: ['/ShopProduction/Orders/Resource/S3Replication/Policy/Resource'],
      });
    });

    test('a stack of a Stage, in a module', () => {
      expect(differing('cross-account-through-pipelines', { 'archive.py': { '"Invoices"': '"Receipts"' } })).toEqual({
        templates: [
          'assembly-Prod/ProdArchiveA8AA22EC.template.json',
          'assembly-Prod/ProdArchiveBackup61970232.template.json',
        ],
        messages: ['/Prod/Archive/Invoices/Resource/S3Replication/Policy/Resource'],
      });
    });

    test('a reason', () => {
      expect(differing('cross-account-backup', { 'restore_role.py': { 'may be lost': 'may be gone' } })).toEqual({
        templates: [],
        messages: ['/ContractsBackup/Restore/Read'],
      });
    });
  });
});
