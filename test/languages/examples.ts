import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { changed, synthesize } from './app';
import { Assembly } from './assembly';
import { Packages } from './build';
import { installTarball, installWheel, runPython, runTypeScript } from './languages';
import { contextOf, exampleEnvironment, EXAMPLES } from '../examples/load';

/** By file, and there by the text that is replaced. */
export type Changes = Record<string, Record<string, string>>;

/** The file in Python that says what one in TypeScript says. */
export const inPython = (file: string) => `${file.replace(/\.ts$/, '').replace(/[-.]/g, '_')}.py`;

export const filesOf = (example: string, extension: string) =>
  readdirSync(join(EXAMPLES, example)).filter((file) => file.endsWith(extension));

export const read = (example: string, file: string) => readFileSync(join(EXAMPLES, example, file), 'utf8');

/** The packages, installed where copies of the examples find them, and nothing else of the repository. */
export class InstalledExamples {
  private readonly directory: string;

  constructor({ npm, wheel }: Pick<Packages, 'npm' | 'wheel'>, parent: string) {
    this.directory = mkdtempSync(join(parent, 'examples-'));
    for (const file of ['package.json', 'package-lock.json']) {
      cpSync(join(__dirname, 'apps/typescript', file), join(this.directory, file));
    }
    installTarball(this.directory, npm);
    installWheel(wheel);
  }

  /** Runs an app of an example with the context of its cdk.json, as if it said something else where there are changes. */
  public synthesize(example: string, program: string, changes: Changes = {}): Assembly {
    const copy = mkdtempSync(join(this.directory, `${example}-`));
    for (const file of filesOf(example, program.endsWith('.py') ? '.py' : '.ts')) {
      writeFileSync(join(copy, file), changed(read(example, file), changes[file] ?? {}));
    }
    const context = { ...contextOf(example), 'aws:cdk:version-reporting': false }; // analytics tell the language
    const environment = exampleEnvironment(context);
    const others = Object.keys(process.env).map((name) => [name, environment[name]]);
    const command = program.endsWith('.py') ? runPython(program) : runTypeScript(program);
    return synthesize(command, copy, context, Object.fromEntries(others));
  }
}
