import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, ListBucketsCommand } from '@aws-sdk/client-s3';
import { cdk, deploy, reset } from './cdk';
import { s3Client } from './objects';
import { LocalAws, startLocalAws } from './server';

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const childrenOf = (pid: number, command = ''): number[] =>
  spawnSync('pgrep', ['-P', String(pid), '-f', command], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean)
    .map(Number);

/** Waits until it is true, for some seconds. */
async function becomes(check: () => boolean): Promise<boolean> {
  for (let i = 0; i < 100 && !check(); i++) await new Promise((resolve) => setTimeout(resolve, 100));
  return check();
}

describe('a running server', () => {
  let aws: LocalAws;
  beforeAll(async () => (aws = await startLocalAws()), 60_000);
  afterAll(() => aws?.stop());

  test('shows nothing of the real account to what runs against it', () => {
    const environment = process.env;
    process.env = { ...environment, AWS_PROFILE: 'real', AWS_SESSION_TOKEN: 'real', CDK_DEFAULT_ACCOUNT: 'real' };
    try {
      const env = aws.env({ account: '222222222222', region: 'eu-west-1' });
      expect(Object.entries(env).filter(([name]) => /^(AWS|CDK)_/.test(name))).toEqual(
        Object.entries({
          AWS_ENDPOINT_URL: aws.endpoint,
          AWS_ACCESS_KEY_ID: '222222222222',
          AWS_SECRET_ACCESS_KEY: 'local',
          AWS_REGION: 'eu-west-1',
          AWS_DEFAULT_REGION: 'eu-west-1',
          AWS_EC2_METADATA_DISABLED: 'true',
        }),
      );
      expect(env.HOME).toBe(join(aws.directory, 'home'));
    } finally {
      process.env = environment;
    }
  });

  test('is reached from this machine only', async () => {
    const { port } = new URL(aws.endpoint);
    await expect(fetch(`http://127.0.0.2:${port}/_ministack/health`)).rejects.toThrow('fetch failed');
    expect((await fetch(`http://127.0.0.1:${port}/_ministack/health`)).status).toBe(200);
  });

  test('keeps accounts apart, and forgets everything at a reset', async () => {
    const names = async (account: string) =>
      (await s3Client(aws, { account }).send(new ListBucketsCommand())).Buckets!.map(({ Name }) => Name);
    await s3Client(aws, { account: '222222222222' }).send(new CreateBucketCommand({ Bucket: 'theirs' }));
    expect([await names('111111111111'), await names('222222222222')]).toEqual([[], ['theirs']]);
    await reset(aws);
    expect(await names('222222222222')).toEqual([]);
  });

  test('an app that cannot be deployed fails with what the CLI and the server said', async () => {
    await expect(deploy(aws, { app: join(aws.directory, 'nothing') })).rejects.toThrow(
      /the CDK CLI failed:[^]*nothing[^]*The local AWS wrote:[^]*ministack/,
    );
    expect((await cdk(aws, ['--version'])).output).toMatch(/^2\./);
  });
});

test('stops with all that it made', async () => {
  const aws = await startLocalAws();
  expect([isRunning(aws.pid), existsSync(aws.directory)]).toEqual([true, true]);
  await aws.stop();
  expect([isRunning(aws.pid), existsSync(aws.directory)]).toEqual([false, false]);
  await aws.stop();
});

test('ends the CLI that runs against it, and starts no other one', async () => {
  const aws = await startLocalAws();
  const running = cdk(aws, ['deploy', '--all', '--app', 'sleep 60']);
  expect(await becomes(() => childrenOf(process.pid, 'aws-cdk/bin/cdk').length > 0)).toBe(true);
  const [cli] = childrenOf(process.pid, 'aws-cdk/bin/cdk');
  expect(await becomes(() => childrenOf(cli).length > 0)).toBe(true);
  const all = [cli, ...childrenOf(cli)];
  await aws.stop();
  expect((await running).ok).toBe(false);
  expect(await becomes(() => !all.some(isRunning))).toBe(true);
  expect(await cdk(aws, ['--version'])).toEqual({ ok: false, output: 'the local AWS was stopped' });
});

test('says so when its interpreter is not there', async () => {
  const environment = process.env;
  const TMPDIR = mkdtempSync(join(tmpdir(), 'nothing-left-'));
  process.env = { ...environment, TMPDIR };
  try {
    await expect(startLocalAws({ environment: { python: '/nowhere/python' } })).rejects.toThrow(
      /^the local AWS ended at once:\n.*\/nowhere\/python ENOENT/,
    );
    expect(readdirSync(TMPDIR)).toEqual([]);
  } finally {
    process.env = environment;
    rmSync(TMPDIR, { recursive: true });
  }
});

test('is stopped although it does not answer', async () => {
  const aws = await startLocalAws({ patience: 300 });
  process.kill(aws.pid, 'SIGSTOP');
  await aws.stop();
  expect([isRunning(aws.pid), existsSync(aws.directory)]).toEqual([false, false]);
});

test.each([
  ['is killed', 'SIGKILL', ''],
  ['is terminated', 'SIGTERM', ''],
  ['is interrupted', 'SIGINT', ''],
  ['fails', undefined, 'throw new Error("any")'],
  ['exits', undefined, 'process.exit()'],
])('does not outlive the process that started it when that %s, nor does the CLI', async (_, signal, end) => {
  const script = `
    const { startLocalAws } = require(${JSON.stringify(join(__dirname, 'server.ts'))});
    const { cdk } = require(${JSON.stringify(join(__dirname, 'cdk.ts'))});
    startLocalAws().then((aws) => {
      cdk(aws, ['deploy', '--all', '--app', 'sleep 60']);
      console.log(JSON.stringify({ pid: aws.pid, directory: aws.directory }));
      process.stdin.once('data', () => { ${end} });
    });`;
  const parent = spawn(process.execPath, ['--import', 'tsx', '-e', script], {
    cwd: join(__dirname, '../..'),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => parent.once('exit', resolve));
  try {
    const said = await new Promise<string>((resolve) => parent.stdout.once('data', (data) => resolve(String(data))));
    const { pid, directory } = JSON.parse(said);
    const clis = childrenOf(parent.pid!, 'aws-cdk/bin/cdk');
    expect(clis).toHaveLength(1);
    expect(await becomes(() => childrenOf(clis[0]).length > 0)).toBe(true);
    const all = [pid, ...clis, ...childrenOf(clis[0])];
    expect([all.map(isRunning), existsSync(directory)]).toEqual([[true, true, true], true]);
    if (signal) parent.kill(signal as NodeJS.Signals);
    else parent.stdin.write('end');
    await ended;
    expect(await becomes(() => !all.some(isRunning) && !existsSync(directory))).toBe(true);
  } finally {
    parent.kill('SIGKILL');
  }
});
