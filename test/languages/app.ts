import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Assembly, readAssembly } from './assembly';
import { Packages } from './build';
import { Language } from './languages';
import { run } from './run';

/** A small app that uses every construct of the library, with the package of its language installed. */
export interface App {
  readonly directory: string;
  /**
   * Synthesizes the app, or what becomes of it when each key of `changes` in its program is replaced by its value.
   *
   * Throws with what the app said when it fails, or when a text to be replaced is not there exactly once.
   */
  readonly synthesize: (context: object, changes?: Record<string, string>) => Assembly;
}

export const programOf = ({ name, program }: Language) => readFileSync(join(__dirname, 'apps', name, program), 'utf8');

/** Installs the app below `parent`, outside of the repository, where it can find nothing but what it installs. */
export function installApp(language: Language, packages: Packages, parent: string): App {
  const directory = mkdtempSync(join(parent, `${language.name}-`));
  cpSync(join(__dirname, 'apps', language.name), directory, { recursive: true });
  language.install(directory, packages);
  return {
    directory,
    synthesize: (context, changes = {}) => {
      writeFileSync(join(directory, language.program), changed(programOf(language), changes));
      return synthesize(language.synthesize(packages), directory, context);
    },
  };
}

/** Runs an app as the CDK CLI does, with other variables of the environment when they are given. */
export function synthesize(command: string[], cwd: string, context: object, env: NodeJS.ProcessEnv = {}): Assembly {
  const output = mkdtempSync(join(cwd, 'cdk.out-'));
  // core's own validation of templates takes most of the time
  const cli = { CDK_OUTDIR: output, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_VALIDATION: 'false' };
  run(command, { cwd, env: { ...env, ...cli } });
  return readAssembly(output);
}

/** Throws when a text to be replaced is not there exactly once. */
export function changed(program: string, changes: Record<string, string>): string {
  return Object.entries(changes).reduce((text, [from, to]) => {
    const parts = text.split(from);
    if (parts.length !== 2) throw new Error(`'${from}' is ${parts.length - 1} times in the program`);
    return parts.join(to);
  }, program);
}
