import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CACHE, MAVEN, Packages, ROOT } from './build';
import { run } from './run';
import { makePython } from '../../judges/python/environment';

/** How the app in `apps/` of a language gets the package, and how it is run. */
export interface Language {
  readonly name: string;
  /** The program, in the directory of the app. */
  readonly program: string;
  /** Installs the built package and, by exact version, what it needs, with the tool that users have for it. */
  readonly install: (app: string, packages: Packages) => void;
  /** The command that synthesizes, in the directory of the app. */
  readonly synthesize: (packages: Packages) => string[];
}

export const TYPESCRIPT: Language = {
  name: 'typescript',
  program: 'app.ts',
  install: (app, { npm }) => {
    installTarball(app, npm);
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'node16', '--target', 'es2022'];
    run([process.execPath, compiler, ...options, 'app.ts'], { cwd: app });
  },
  synthesize: () => runTypeScript('app.ts'),
};

/** Into a directory with the `package.json` and lock file of the app. */
export function installTarball(directory: string, npm: string): void {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  run(['npm', 'ci', ...quiet], { cwd: directory });
  run(['npm', 'install', '--no-save', ...quiet, npm], { cwd: directory });
}
export const runTypeScript = (program: string) => [
  process.execPath,
  '--import',
  pathToFileURL(require.resolve('tsx')).href,
  program,
];

const PYTHON: Language = {
  name: 'python',
  program: 'app.py',
  install: (_, { wheel }) => installWheel(wheel),
  synthesize: () => runPython('app.py'),
};

const python = () =>
  makePython(undefined, {
    requirements: join(__dirname, 'apps/python/requirements.txt'),
    environments: join(CACHE, 'python'),
  }).python;
/** Into the environment that all apps in Python share. */
export function installWheel(wheel: string): void {
  const pip = [python(), '-m', 'pip', '--disable-pip-version-check'];
  // the environment is kept, and the version is always the same
  run([...pip, 'install', '--quiet', '--force-reinstall', '--no-deps', '--no-index', wheel], { cwd: ROOT });
  run([...pip, 'check'], { cwd: ROOT }); // that what is pinned is what the wheel asks for
}
export const runPython = (program: string) => [python(), program];

const maven = ({ repository }: Packages, ...goals: string[]) => {
  const options = ['--batch-mode', '--quiet', '--strict-checksums', `-Dmaven.repo.local=${MAVEN}`];
  return ['mvn', ...options, `-Dbuilt=${pathToFileURL(repository).href}`, ...goals];
};
const JAVA: Language = {
  name: 'java',
  program: 'src/main/java/App.java',
  install: (app, packages) => run(maven(packages, 'compile'), { cwd: app }),
  synthesize: (packages) => maven(packages, 'compile', 'exec:java'),
};

const GO: Language = {
  name: 'go',
  program: 'app.go',
  install: (app, { go }) => {
    cpSync(go, join(app, 'cdks3replication'), { recursive: true }); // where go.mod says that it is
    const library = 'github.com/cdk-s3-replication/cdk-s3-replication-go/cdks3replication';
    run(['go', 'build', '-mod=mod', '.', `${library}/...`], { cwd: app });
  },
  synthesize: () => ['go', 'run', '-mod=mod', '.'],
};

/** Those whose templates are compared with TypeScript's. */
export const OTHERS = [PYTHON, JAVA, GO];
