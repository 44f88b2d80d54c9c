import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The template files of a synthesized app, those of Stages and of nested stacks too. */
export function templateFiles(directory: string): string[] {
  return (readdirSync(directory, { recursive: true }) as string[])
    .filter((file) => file.endsWith('.template.json'))
    .sort()
    .map((file) => join(directory, file));
}
