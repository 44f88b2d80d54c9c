import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the name of the folder begins with. */
const PREFIX = 'cdk-s3-replication-tests-';
const DAY = 24 * 60 * 60 * 1000;

/**
 * Makes one folder for a run, before its workers start. Everything that calls itself temporary goes there: what tests
 * write, what an `App` without `outdir` is synthesized to, and what the processes write that tests start.
 */
export default function make(): void {
  for (const name of readdirSync(tmpdir()).filter((it) => it.startsWith(PREFIX))) {
    const old = join(tmpdir(), name); // of a run that was killed
    const made = statSync(old, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    if (Date.now() - made > DAY) rmSync(old, { recursive: true, force: true });
  }
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), PREFIX));
}
