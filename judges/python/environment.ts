import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

const REQUIREMENTS = join(__dirname, 'requirements.txt');
const ENVIRONMENTS = resolve(__dirname, '../../.python');

/** Python tools are run by people who never asked for Python: the versions are pinned, and nothing outside of the project changes. */
export interface PythonEnvironment {
  /** The interpreter: `-m cfnlint`, or a script. */
  readonly python: string;
}

/** Where an environment comes from, and where it goes. */
export interface Place {
  readonly requirements: string;
  readonly environments: string;
}
const OURS: Place = { requirements: REQUIREMENTS, environments: ENVIRONMENTS };

/** The environment, if it was made already and its interpreter is still there. */
export function existingPython(place = OURS): PythonEnvironment | undefined {
  const directory = directoryOf(place);
  return isUsable(directory) ? { python: interpreterOf(directory) } : undefined;
}

/**
 * Makes the environment in `.python/`, which takes half a minute, or finds it there.
 *
 * Throws when there is no python3 of version 3.10 or newer, or when a package cannot be installed.
 */
export function makePython(tell: (message: string) => void = () => {}, place = OURS): PythonEnvironment {
  const existing = existingPython(place);
  if (existing) return existing;
  const directory = directoryOf(place);
  const python = findPython();
  tell(`installing ministack and cfn-lint for Python into .python/ (once) ...`);
  mkdirSync(place.environments, { recursive: true });
  // others may make the same at the same time
  const unfinished = join(place.environments, `${UNFINISHED}${process.pid}`);
  try {
    run(python, ['-m', 'venv', unfinished]);
    const quiet = ['--quiet', '--disable-pip-version-check', '--require-hashes'];
    run(interpreterOf(unfinished), ['-m', 'pip', 'install', ...quiet, '--requirement', place.requirements]);
    putInPlace(unfinished, directory);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  removeOld(directory);
  return { python: interpreterOf(directory) };
}

const UNFINISHED = 'unfinished-';

/** One directory for each state of the requirements, so that a newer one is never mixed with an older one. */
const directoryOf = ({ requirements, environments }: Place) =>
  join(environments, createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12));
const interpreterOf = (directory: string) => join(directory, 'bin', 'python');

/** Whether the interpreter behind the environment is there, and of the version for which packages were installed. */
function isUsable(directory: string): boolean {
  const hasPackages = 'import os, sys, sysconfig; sys.exit(not os.path.isdir(sysconfig.get_paths()["purelib"]))';
  return existsSync(directory) && spawnSync(interpreterOf(directory), ['-c', hasPackages]).status === 0;
}

/** An environment can be moved as long as its interpreter is called, not the commands beside it. */
function putInPlace(made: string, directory: string): void {
  if (isUsable(directory)) return; // somebody else was faster
  rmSync(directory, { recursive: true, force: true });
  renameSync(made, directory);
}

/** Removes what nobody uses or makes any more. */
function removeOld(directory: string): void {
  for (const name of readdirSync(dirname(directory))) {
    const [, pid] = new RegExp(`^${UNFINISHED}(\\d+)$`).exec(name) ?? [];
    if (name === basename(directory) || (pid && isRunning(Number(pid)))) continue;
    rmSync(join(dirname(directory), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

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
