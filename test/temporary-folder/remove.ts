import { rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** Removes the folder of the run, at its end. */
export default function remove(): void {
  const folder = process.env.TMPDIR!;
  process.env.TMPDIR = dirname(folder); // a run that watches makes another one
  rmSync(folder, { recursive: true, maxRetries: 3 });
}
