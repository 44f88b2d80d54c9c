import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** A file of its own size; the whole takes too long to be a test: `npm run test:mutation`. */
const FILE = 'src/documents/size.ts';

function mutate(...more: string[]) {
  const options = ['--mutate', FILE, ...more];
  const { stdout, stderr, status } = spawnSync(
    'npx',
    ['tsx', '--tsconfig', 'scripts/tsconfig.json', 'scripts/mutation.ts', ...options],
    { cwd: join(__dirname, '../..'), encoding: 'utf8' },
  );
  const [, noticed, all] = /documents: (\d+) of (\d+) noticed/.exec(stdout) ?? [];
  return { status, noticed: Number(noticed), all: Number(all), text: stdout + stderr };
}

test('breaks of a small file are noticed', () => {
  const { status, noticed, all, text } = mutate();
  expect([status, text]).toEqual([0, expect.any(String)]);
  expect(all).toBeGreaterThan(5);
  expect(noticed).toBeGreaterThanOrEqual(all - 1);
});

test('and are not, by tests about something else', () => {
  const { status, noticed, text } = mutate('--tests', 'messages/*');
  expect([status, noticed]).toEqual([1, 0]);
  expect(text).toContain('less than 85 % in documents');
});
