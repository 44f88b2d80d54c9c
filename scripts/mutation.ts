import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Breaks pure code in small ways, one at a time, and runs the tests of its folder: `npm run test:mutation`, with
 * `-- --mutate 'src/rules/**'` for one folder, or for one file, and `--tests 'rules/*'` for other tests. What no test
 * noticed is listed. What has not changed since the last run is not tried again, unless `--force` is given.
 */
const AREAS: Record<string, { readonly mutate: string[]; readonly tests: string[] }> = {
  documents: { mutate: ['src/documents/*.ts'], tests: ['documents/*'] },
  messages: { mutate: ['src/messages/*.ts'], tests: ['messages/*'] },
  rules: { mutate: ['src/rules/*.ts'], tests: ['rules/*'] },
  permissions: { mutate: ['src/permissions/*.ts'], tests: ['permissions/!(limits)', 'grants/grants-and-rules'] },
  producers: {
    mutate: ['catalog', 'delivery-statements', 'key-space', 'option-input', 'spec'].map(
      (it) => `src/producers/${it}.ts`,
    ),
    tests: ['producers/!(bucket-checks)'],
  },
};
const LEAST = 85;
const REPORTS = join('test-reports', 'mutation');

type Status = 'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'Ignored' | 'RuntimeError';
interface Report {
  readonly files: Record<string, { readonly mutants: Array<{ readonly status: Status }> }>;
}

const given = process.argv.slice(2);
const option = (name: string): string | undefined =>
  given.includes(name) ? given[given.indexOf(name) + 1] : undefined;
const pattern = option('--mutate') ?? 'src/**';
const otherTests = option('--tests');
const chosen = Object.entries(AREAS).filter(([area]) => pattern === 'src/**' || pattern.startsWith(`src/${area}/`));
if (chosen.length === 0) {
  throw new Error(`no mutation testing of ${pattern}; there is one of ${Object.keys(AREAS).join(', ')} in src/`);
}

mkdirSync(REPORTS, { recursive: true });
const scores = chosen.map(([area, { mutate, tests }]) => {
  const part = /\.ts(:|$)/.test(pattern) || otherTests !== undefined; // nothing for the next run
  const file = (kind: string) => join(REPORTS, `${part ? 'part' : area}.${kind}.json`);
  const options = {
    mutate: /\.ts(:|$)/.test(pattern) ? [pattern] : mutate,
    testRunner: 'jest',
    plugins: ['@stryker-mutator/jest-runner'],
    jest: {
      configFile: 'jest.mutation.json',
      config: { testMatch: (otherTests ? [otherTests] : tests).map((it) => `<rootDir>/test/${it}.test.ts`) },
      enableFindRelatedTests: false, // what a test covers says more, and sooner
    },
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    incremental: !part,
    incrementalFile: file('incremental'),
    concurrency: 2,
    timeoutMS: 20_000,
    tempDirName: join('.stryker-tmp', area),
    ignorePatterns: ['bench', 'demo.out', 'dist', 'docs', 'examples', 'lib', '.python', 'test-reports'].map(
      (it) => `/${it}`,
    ),
    reporters: ['clear-text', 'progress-append-only', 'json'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: file('report') },
  };
  writeFileSync(file('config'), JSON.stringify(options));
  const force = given.includes('--force') ? ['--force'] : [];
  const { status } = spawnSync('npx', ['stryker', 'run', ...force, file('config')], { stdio: 'inherit' });
  if (status !== 0) {
    throw new Error(`Stryker ended with ${status}`);
  }
  const report: Report = JSON.parse(readFileSync(file('report'), 'utf8'));
  const mutants = Object.values(report.files).flatMap((it) => it.mutants);
  const count = (...wanted: Status[]) => mutants.filter((it) => wanted.includes(it.status)).length;
  return { area, noticed: count('Killed', 'Timeout'), missed: count('Survived', 'NoCoverage') };
});

const score = (noticed: number, missed: number) => (100 * noticed) / (noticed + missed);
for (const { area, noticed, missed } of scores) {
  console.log(`${area}: ${noticed} of ${noticed + missed} noticed, ${score(noticed, missed).toFixed(1)} %`);
}
const low = scores.filter(({ noticed, missed }) => score(noticed, missed) < LEAST);
if (low.length > 0) {
  console.error(`less than ${LEAST} % in ${low.map(({ area }) => area).join(', ')}`);
  process.exitCode = 1;
}
