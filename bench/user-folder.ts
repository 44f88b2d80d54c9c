import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

const ROOT = join(__dirname, '..');
const CLI = join(ROOT, 'node_modules/aws-cdk/bin/cdk');

/** A folder as users have it: their code as JavaScript, the compiled library, aws-cdk-lib and constructs. */
export class UserFolder {
  public readonly path = mkdtempSync(join(tmpdir(), 'bench-'));
  public readonly versions: string;

  /** @param sources folder of TypeScript files, of which each is compiled by itself */
  constructor(sources: string, awsCdkLib: string) {
    const modules = join(this.path, 'node_modules');
    const library = join(modules, 'cdk-s3-replication');
    mkdirSync(library, { recursive: true });
    cpSync(join(ROOT, 'lib'), join(library, 'lib'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(library, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules', awsCdkLib), join(modules, 'aws-cdk-lib'));
    symlinkSync(join(ROOT, 'node_modules/constructs'), join(modules, 'constructs'));
    for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
      if (file.endsWith('.ts')) {
        const made = join(this.path, file.replace(/ts$/, 'js'));
        const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true };
        mkdirSync(dirname(made), { recursive: true });
        writeFileSync(made, transpileModule(readFileSync(join(sources, file), 'utf8'), { compilerOptions }).outputText);
      }
    }
    const version = (name: string) =>
      JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version as string;
    this.versions = `aws-cdk-lib ${version('aws-cdk-lib')}, constructs ${version('constructs')}`;
  }

  /** Runs a file in a process of its own, and reads the JSON that it prints. */
  public run<T>(file: string, ...args: Array<string | number>): T {
    return JSON.parse(this.execute([join(this.path, file), ...args.map(String)])) as T;
  }

  /** Synthesizes an app with the CDK CLI, and says how many milliseconds of the clock the whole process took. */
  public cdkSynth(file: string, ...args: Array<string | number>): number {
    const app = ['node', join(this.path, file), ...args].join(' ');
    const output = join(this.path, 'cdk.out');
    const start = performance.now();
    this.execute([CLI, 'synth', '--quiet', '--no-notices', '--app', app, '--output', output]);
    const took = performance.now() - start;
    rmSync(output, { recursive: true });
    return took;
  }

  private execute(argv: string[]): string {
    const { PATH, HOME, TMPDIR } = process.env;
    // without these the CLI asks the network who and where it is
    const env = { PATH, HOME, TMPDIR, AWS_EC2_METADATA_DISABLED: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true' };
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: this.path, env, encoding: 'utf8' });
    if (status !== 0) {
      throw new Error(`${argv.join(' ')}: ${stderr.slice(-2000)}`);
    }
    return stdout;
  }

  public remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
