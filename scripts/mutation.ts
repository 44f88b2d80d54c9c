import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Breaks pure code in small ways, one at a time, and runs the tests of its folder: `npm run test:mutation`, with
 * `-- --mutate 'src/rules/**'` for one folder, or for one file, and `--tests 'rules/*'` for other tests. What no test
 * noticed is listed. What has not changed since the last run is not tried again, unless `--force` is given.
 */
const files = (folder: string, ...names: string[]) => names.map((name) => `src/${folder}/${name}.ts`);
/** For each folder, which tests are run for which files: loading them takes most of the time of a break. */
const AREAS: Record<string, Array<{ readonly mutate: string[]; readonly tests: string[] }>> = {
  documents: [{ mutate: files('documents', '*'), tests: ['documents/*'] }],
  messages: [{ mutate: files('messages', '*'), tests: ['messages/*'] }],
  rules: [
    {
      mutate: files('rules', 'added-rule', 'replication-rule-summary', 'rule-input', 'rule-keys'),
      tests: ['rules/{flows-and-keys,rule-input}'],
    },
    { mutate: files('rules', 'render', 'replication-filter'), tests: ['rules/{render,replication-filter}*'] },
  ],
  permissions: [
    {
      mutate: files('permissions', 'destination-statements', 'granted'),
      tests: ['permissions/destination-statements'],
    },
    {
      mutate: files('permissions', 'actions', 'prefixes', 'role-statements'),
      tests: ['permissions/{prefixes,role-statements}*'],
    },
    { mutate: files('permissions', 'role-input', 'role-name'), tests: ['permissions/{role-input,role-name}'] },
    {
      mutate: files('permissions', 'hand-over', 'policy-taker', 'role'),
      tests: ['permissions/{handed-over-statements,keys-of-roles,names-of-roles,role}', 'producers/keys-and-names'],
    },
  ],
  flows: [
    {
      mutate: files('flows', 'facts', 'read-facts'),
      tests: ['flows/*', 'checks/{denies-everywhere,roles-and-policies,several-rules}'],
    },
  ],
  producers: [
    {
      mutate: files('producers', 'catalog', 'delivery-statements', 'option-input', 'spec'),
      tests: ['producers/{catalog,delivery-statements,option-input}'],
    },
    { mutate: files('producers', 'key-space'), tests: ['producers/key-space'] },
  ],
  'existing-objects': [
    {
      mutate: files('existing-objects', 'batch-guards', 'batch-machine', 'batch-result', 'batch-run'),
      tests: ['existing-objects/batch-machine'],
    },
    {
      mutate: files('existing-objects', 'batch-input', 'batch-statements'),
      tests: ['existing-objects/existing-objects'],
    },
  ],
  monitoring: [
    {
      mutate: files('monitoring', 'canary-checks', 'canary-input', 'canary-machine', 'canary-probes', 'states'),
      tests: ['monitoring/{canary-machine,replication-canary}'],
    },
    { mutate: files('monitoring', 'monitoring-input'), tests: ['monitoring/replication-monitoring'] },
  ],
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
const single = /\.ts(:|$)/.test(pattern) ? pattern : undefined;
const inFile = (mutate: string[]) => mutate.some((it) => it.endsWith('/*.ts') || single!.startsWith(it));

/** What no test noticed, and what some test did. */
function run(name: string, mutate: string[], tests: string[]) {
  const file = (kind: string) => join(REPORTS, `${single || otherTests ? 'part' : name}.${kind}.json`);
  const options = {
    mutate,
    testRunner: 'jest',
    plugins: ['@stryker-mutator/jest-runner'],
    jest: {
      configFile: 'jest.mutation.json',
      config: { testMatch: tests.map((it) => `<rootDir>/test/${it}.test.ts`) },
      enableFindRelatedTests: false, // what a test covers says more, and sooner
    },
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    incremental: !single && !otherTests,
    incrementalFile: file('incremental'),
    concurrency: 2,
    timeoutMS: 20_000,
    tempDirName: join('.stryker-tmp', name),
    ignorePatterns: [
      'bench',
      'demo.out',
      'dist',
      'docs',
      'examples',
      'judges',
      'lib',
      '.python',
      '.stryker-tmp',
      'test-reports',
    ].map((it) => `/${it}`),
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
  return { noticed: count('Killed', 'Timeout'), missed: count('Survived', 'NoCoverage') };
}

const scores = chosen.map(([area, parts]) => {
  const found = parts
    .filter(({ mutate }) => single === undefined || inFile(mutate))
    .map(({ mutate, tests }, index) =>
      run(`${area}${index || ''}`, single ? [single] : mutate, otherTests ? [otherTests] : tests),
    );
  const sum = (which: 'noticed' | 'missed') => found.reduce((total, it) => total + it[which], 0);
  return { area, noticed: sum('noticed'), missed: sum('missed') };
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
