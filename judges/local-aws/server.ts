import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from './ask';
import { makePython, PythonEnvironment } from '../python/environment';

/** What the CDK CLI and SDK clients take their place and identity from. */
export interface Caller {
  /** Any 12 digits are an account of their own. */
  readonly account?: string;
  readonly region?: string;
}

/** A running server that answers as AWS would, as far as it does: see `NOT_JUDGED`. */
export interface LocalAws {
  readonly endpoint: string;
  /** Takes its certificate, where it has one. */
  readonly agent?: Agent;
  readonly pid: number;
  /** A directory that goes with the server. */
  readonly directory: string;
  /** Aborted by `stop()`: what runs against the server ends with it. */
  readonly stopped: AbortSignal;
  /** The whole environment for a process that must not see anything of a real account. */
  env(caller?: Caller): Record<string, string>;
  /** Forgets everything: all accounts, all stacks, also the bootstrapped ones. */
  reset(): Promise<void>;
  stop(): Promise<void>;
  /** What the server wrote. */
  log(): string;
}

export interface LocalAwsOptions {
  /** How long it may take to end, in milliseconds, until it is made to. */
  readonly patience?: number;
  /** Made by default. */
  readonly environment?: PythonEnvironment;
  /**
   * Whether it asks what IAM allows its callers, which it does over TLS only: with a certificate of its own.
   */
  readonly asksIam?: boolean;
}

export const ACCOUNT = '111111111111';
export const REGION = 'us-east-1';

/**
 * Starts the server on a free port of this machine only, in about a second.
 *
 * It ends with `stop()`, or by itself when this process ends, however that happens.
 */
export async function startLocalAws({
  patience = 10_000,
  environment: { python } = makePython(),
  asksIam = false,
}: LocalAwsOptions = {}): Promise<LocalAws> {
  const directory = mkdtempSync(join(tmpdir(), 'local-aws-'));
  mkdirSync(join(directory, 'home'));
  const port = await freePort();
  const endpoint = `${asksIam ? 'https' : 'http'}://localhost:${port}`;
  const certificate = asksIam ? makeCertificate(directory) : undefined;
  const agent = certificate && new Agent({ ca: readFileSync(certificate.cert) });
  const trusting = certificate ? { NODE_EXTRA_CA_CERTS: certificate.cert, AWS_CA_BUNDLE: certificate.cert } : undefined;
  const path = process.env.PATH ?? '';
  const server = spawn(python, [join(__dirname, 'launcher.py')], {
    env: {
      PATH: path,
      HOME: join(directory, 'home'),
      TMPDIR: directory,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      NODE_PATH: join(__dirname, '../../node_modules'), // Lambda has the SDK for its functions
      MILLISECONDS_PER_SECOND: '20', // how long functions of this library wait
      SFN_WAIT_SCALE: '0.02', // how long state machines do, and periods of alarms are
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
      ...(certificate && {
        AUTH: 'true',
        USE_SSL: '1',
        MINISTACK_SSL_CERT: certificate.cert,
        MINISTACK_SSL_KEY: certificate.key,
      }),
      ...trusting,
    },
    stdio: ['pipe', 'pipe', 'pipe'], // it ends when its standard input does
    detached: true, // a group of processes, so that what it starts ends with it
  });
  let log = '';
  server.stdin.on('error', () => {});
  server.once('error', (error) => (log += error.message)); // it has an exit code then
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => (log += data));

  const stopped = new AbortController();
  const stop = async () => {
    stopped.abort();
    await ended(server, patience);
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await waitUntilHealthy(server, endpoint, agent, () => log);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint,
    agent,
    pid: server.pid!,
    directory,
    env: ({ account = ACCOUNT, region = REGION } = {}) => ({
      PATH: path,
      HOME: join(directory, 'home'), // the CLI keeps there which account a key is of
      TMPDIR: directory,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true',
      NODE_NO_WARNINGS: '1',
      NO_COLOR: '1',
      ...trusting,
    }),
    reset: async () => {
      const { status } = await ask(`${endpoint}/_ministack/reset`, { method: 'POST', agent });
      if (status !== 200) throw new Error(`the local AWS was not reset: ${status}\n${log}`);
      rmSync(join(directory, 'home', '.cdk'), { recursive: true, force: true });
    },
    stop,
    stopped: stopped.signal,
    log: () => log,
  };
}

/** For this machine only, and gone with the server. */
function makeCertificate(directory: string): { readonly cert: string; readonly key: string } {
  const [cert, key] = ['cert.pem', 'key.pem'].map((file) => join(directory, file));
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const made = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    key,
    '-out',
    cert,
    ...subject,
  ];
  execFileSync('openssl', made, { stdio: 'ignore' });
  return { cert, key };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function waitUntilHealthy(
  server: ChildProcess,
  endpoint: string,
  agent: Agent | undefined,
  log: () => string,
): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`the local AWS ended at once:\n${log()}`);
    const healthy = await ask(`${endpoint}/_ministack/health`, { agent }).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (healthy) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the local AWS did not start within 30 s:\n${log()}`);
}

/** Asks it to end; a pending custom resource would keep it. */
async function ended(server: ChildProcess, patience: number): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const end = new Promise((resolve) => server.once('close', resolve));
  server.kill('SIGTERM');
  const timer = setTimeout(() => killGroup(server), patience);
  await end;
  clearTimeout(timer);
}

/** Ends a process that was started with a group of its own, and all that it started. */
export function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-pid!, 'SIGKILL');
  } catch {
    // it ended in the meantime
  }
}
