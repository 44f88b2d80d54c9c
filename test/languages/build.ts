import { rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { run } from './run';

export const ROOT = resolve(__dirname, '../..');
/** For what tools download and do not keep elsewhere. `npm ci` empties it; `LANGUAGES_CACHE` shares one between clones. */
export const CACHE = process.env.LANGUAGES_CACHE ?? join(ROOT, 'node_modules/.cache/languages');
/** The jars that Maven has, ours among them. */
export const MAVEN = join(CACHE, 'maven');

/** Where each package is. */
export interface Packages {
  readonly npm: string;
  readonly wheel: string;
  readonly jar: string;
  /** A Maven repository with nothing but the jar. */
  readonly repository: string;
  readonly go: string;
  readonly dotnet: string;
}

/** Makes the packages of npm and PyPI from what was compiled, as a release does. */
export function buildForExamples(directory: string): Pick<Packages, 'npm' | 'wheel'> {
  pack(directory, ['js', 'python']);
  return {
    npm: join(directory, 'js/cdk-s3-replication@0.0.0.jsii.tgz'),
    wheel: join(directory, 'python/cdk_s3_replication-0.0.0-py3-none-any.whl'),
  };
}

/**
 * Makes the packages of what was compiled, as a release does: a tarball, a wheel, a jar; and the code of the Go module,
 * which has no other form. C# is only generated: to compile it takes the .NET SDK.
 */
export function build(directory: string): Packages {
  const common = buildForExamples(directory);
  pack(directory, ['java'], `--maven-local-repository=${MAVEN}`);
  pack(directory, ['go', 'dotnet'], '--code-only');
  const repository = join(directory, 'java');
  const ours = 'io/github/cdk-s3-replication/cdk-s3-replication/0.0.0';
  // Maven never looks again for a version that it has, and ours is always the same
  rmSync(join(MAVEN, dirname(ours)), { recursive: true, force: true });
  return {
    ...common,
    jar: join(repository, ours, 'cdk-s3-replication-0.0.0.jar'),
    repository,
    go: join(directory, 'go/cdks3replication'),
    dotnet: join(directory, 'dotnet/CdkS3Replication'),
  };
}

function pack(directory: string, targets: string[], ...options: string[]): void {
  const pacmak = join(ROOT, 'node_modules/.bin/jsii-pacmak');
  const common = ['--no-npmignore', '--no-parallel', '--outdir', directory];
  run([pacmak, ...common, ...targets.flatMap((name) => ['--target', name]), ...options], { cwd: ROOT });
}
