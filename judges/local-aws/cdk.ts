import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { killGroup, LocalAws } from './server';

export interface Environment {
  readonly account: string;
  readonly region: string;
}

export interface CdkOptions {
  /** A synthesized cloud assembly, or a command that makes one. */
  readonly app: string;
  /** Whose credentials the CLI has. */
  readonly account?: string;
  /** All of them by default. */
  readonly stacks?: string[];
  /** How many stacks at a time, as far as they do not wait for each other. */
  readonly concurrency?: number;
  readonly more?: string[];
}

/** What the CLI said, and whether it succeeded. */
export interface CdkResult {
  readonly ok: boolean;
  readonly output: string;
}

const CLI = join(resolve(__dirname, '../..'), 'node_modules', 'aws-cdk', 'bin', 'cdk');
/** However this process ends, the CLI and the app that it runs end with it: they would go on for minutes. */
const END_WITH_PARENT =
  'data:text/javascript,process.stdin.on("end",()=>process.kill(-process.pid,"SIGKILL")).resume().unref()';
const QUIET = ['--no-notices', '--no-version-reporting', '--ci'];

/** Runs the ordinary CDK CLI against the local AWS, and ends it with that; never throws for what the CLI refuses. */
export async function cdk(aws: LocalAws, args: string[], account?: string): Promise<CdkResult> {
  if (aws.stopped.aborted) return { ok: false, output: 'the local AWS was stopped' };
  const cli = spawn(process.execPath, ['--import', END_WITH_PARENT, CLI, ...QUIET, ...args], {
    cwd: aws.directory, // no cdk.json of this repository
    env: { ...aws.env({ account }), CDK_DISABLE_CLI_TELEMETRY: 'true' },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true, // a group of its own
    timeout: 300_000,
  });
  let output = '';
  for (const stream of [cli.stdout, cli.stderr]) stream.on('data', (data) => (output += data));
  const end = () => killGroup(cli);
  aws.stopped.addEventListener('abort', end);
  try {
    return await new Promise((done, fail) => {
      cli.once('error', fail);
      cli.once('close', (code) => done({ ok: code === 0, output }));
    });
  } finally {
    aws.stopped.removeEventListener('abort', end);
  }
}

const bootstrapped = new WeakMap<LocalAws, Map<string, Promise<unknown>>>();

/**
 * Bootstraps environments that this server does not have yet.
 *
 * @param trusted an account whose stacks may be deployed into environments of other accounts
 */
export async function bootstrap(
  aws: LocalAws,
  environments: Environment[],
  trusted?: string,
  tell: (progress: string) => void = () => {},
): Promise<void> {
  const done = bootstrapped.get(aws) ?? new Map<string, Promise<unknown>>();
  bootstrapped.set(aws, done);
  const targets = new Set(environments.map(({ account, region }) => `aws://${account}/${region}`));
  for (const account of new Set(environments.map((it) => it.account))) {
    const missing = [...targets].filter((it) => it.includes(account) && !done.has(it));
    if (missing.length === 0) continue;
    tell(`bootstrapping ${missing.join(', ')}`);
    const trust =
      trusted && trusted !== account
        ? ['--trust', trusted, '--cloudformation-execution-policies', 'arn:aws:iam::aws:policy/AdministratorAccess']
        : [];
    const made = cdk(aws, ['bootstrap', ...missing, ...trust], account).then((result) => must(result, aws));
    for (const target of missing) done.set(target, made);
  }
  await Promise.all([...targets].map((it) => done.get(it)));
}

/** What has to be bootstrapped again after a reset: everything. */
export async function reset(aws: LocalAws): Promise<void> {
  await aws.reset();
  bootstrapped.delete(aws);
}

export async function deploy(aws: LocalAws, options: CdkOptions): Promise<string> {
  return must(await tryDeploy(aws, options), aws);
}

export function tryDeploy(aws: LocalAws, { app, account, stacks, concurrency = 4, more = [] }: CdkOptions) {
  return cdk(
    aws,
    [
      'deploy',
      ...(stacks ?? ['--all']),
      ...['--app', app, '--require-approval', 'never', '--concurrency', String(concurrency), '--progress', 'events'],
      ...['--method', 'direct', '--asset-parallelism'],
      ...more,
    ],
    account,
  );
}

export async function destroy(aws: LocalAws, { app, account, stacks, more = [] }: CdkOptions): Promise<string> {
  return must(await cdk(aws, ['destroy', ...(stacks ?? ['--all']), '--app', app, '--force', ...more], account), aws);
}

function must({ ok, output }: CdkResult, aws: LocalAws): string {
  if (!ok) throw new Error(`the CDK CLI failed:\n${output}\nThe local AWS wrote:\n${aws.log().slice(-5000)}`);
  return output;
}
