import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');
const REQUIREMENTS = join(__dirname, 'requirements.txt');
const ENVIRONMENTS = join(ROOT, '.python');

/** Python tools are run by people who never asked for Python: the versions are pinned, and nothing outside of the project changes. */
export interface PythonEnvironment {
  /** The interpreter: `-m cfnlint`, or a script. */
  readonly python: string;
}

/** The environment, if it was made already. */
export function existingPython(): PythonEnvironment | undefined {
  const directory = currentDirectory();
  return existsSync(join(directory, 'complete')) ? { python: interpreterOf(directory) } : undefined;
}

/**
 * Makes the environment in `.python/`, which takes half a minute, or finds it there.
 *
 * Throws when there is no python3 of version 3.10 or newer, or when a package cannot be installed.
 */
export function makePython(tell: (message: string) => void = () => {}): PythonEnvironment {
  const existing = existingPython();
  if (existing) return existing;
  const directory = currentDirectory();
  const python = findPython();
  tell(`installing ministack and cfn-lint for Python into .python/ (once) ...`);
  mkdirSync(ENVIRONMENTS, { recursive: true });
  for (const old of readdirSync(ENVIRONMENTS)) rmSync(join(ENVIRONMENTS, old), { recursive: true, force: true });
  run(python, ['-m', 'venv', directory]);
  run(interpreterOf(directory), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--require-hashes',
    '--requirement',
    REQUIREMENTS,
  ]);
  writeFileSync(join(directory, 'complete'), '');
  return { python: interpreterOf(directory) };
}

/** One directory for each state of the requirements, so that a newer one is never mixed with an older one. */
const currentDirectory = () =>
  join(ENVIRONMENTS, createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12));
const interpreterOf = (directory: string) => join(directory, 'bin', 'python');

function findPython(): string {
  const tooOld = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';
  const found = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10'].find(
    (name) => spawnSync(name, ['-c', tooOld]).status === 0,
  );
  if (!found) throw new Error('there is no python3 of version 3.10 or newer with its venv module');
  return found;
}

function run(command: string, args: string[]): void {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    throw new Error(`${args.slice(0, 3).join(' ')} failed: ${String((error as { stderr?: Buffer }).stderr).trim()}`);
  }
}
