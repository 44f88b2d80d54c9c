import { spawnSync } from 'node:child_process';

export interface Where {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a tool and returns what it printed. Its name and arguments are never seen by a shell.
 *
 * Throws with the end of what it said when it fails or is not there.
 */
export function run([command, ...args]: string[], { cwd, env }: Where): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20', ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (error) throw new Error(`${command} cannot be run: is it installed? (${error.message})`);
  if (status === 0) return stdout;
  const said = `${stdout}\n${stderr}`.trim().slice(-8000);
  throw new Error(`${[command, ...args].join(' ').slice(0, 200)} failed (${status}):\n${said}`);
}
