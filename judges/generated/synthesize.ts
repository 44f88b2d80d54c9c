import { rmSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { build, Built } from './build';
import { AppPlan } from './plan';
import { quietApp } from '../../test/app';
import { HandOver, handOvers } from '../access/handed-over';
import { readStacks, StackOfApp } from '../assembly/stacks';

/** The stacks of a plan's app, or why there are none. */
export type Synthesized =
  | { readonly built: Built; readonly stacks: StackOfApp[]; readonly handOver: readonly HandOver[] }
  | { readonly error: Error };

/** @param withReplication false for the same app without this library */
export function synthesize(plan: AppPlan, withReplication = true): Synthesized {
  let app: App | undefined;
  try {
    app = quietApp();
    const built = build(plan, app, withReplication);
    const assembly = app.synth();
    return { built, stacks: readStacks(assembly), handOver: handOvers(assembly) };
  } catch (error) {
    return { error: error as Error };
  } finally {
    if (app) rmSync(app.outdir, { recursive: true, force: true });
  }
}
