import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import make from './make';
import remove from './remove';
import { quietApp } from '../app';

const OURS = /^cdk-s3-replication-tests-\w+$/;

test('an app, and a process that is started, write into the folder of the run', () => {
  const tmp = "console.log(require('node:os').tmpdir())";
  const folder = execFileSync(process.execPath, ['-e', tmp], { encoding: 'utf8' }).trim();
  expect([dirname(quietApp().outdir), tmpdir()]).toEqual([folder, folder]);
  expect(folder.split('/').at(-1)).toMatch(OURS);
});

test('the folder is removed with all that is in it, and so is one of a run that was killed long ago', () => {
  const before = tmpdir();
  const place = mkdtempSync(join(before, 'place-'));
  for (const name of ['cdk-s3-replication-tests-old', 'cdk-s3-replication-tests-new', 'somebody-else']) {
    mkdirSync(join(place, name));
    if (!name.endsWith('new')) utimesSync(join(place, name), 0, 0);
  }
  const environment = process.env;
  process.env = { ...environment, TMPDIR: place };
  jest.spyOn(jest.requireActual('node:os'), 'tmpdir').mockImplementation(() => process.env.TMPDIR);
  try {
    make();
    const made = tmpdir();
    mkdirSync(join(made, 'cdk.out'));
    expect(readdirSync(place).filter((name) => made.endsWith(name))).toEqual([expect.stringMatching(OURS)]);
    expect(existsSync(join(place, 'cdk-s3-replication-tests-old'))).toBe(false);
    remove();
    expect(tmpdir()).toBe(place);
    expect(readdirSync(place).sort()).toEqual(['cdk-s3-replication-tests-new', 'somebody-else']);
  } finally {
    process.env = environment;
    jest.restoreAllMocks();
  }
});
