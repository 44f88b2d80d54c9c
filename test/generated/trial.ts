import { JUDGES } from './judges';
import { AppPlan } from './plan';
import { reasonsToRefuse } from './refusals';
import { synthesize } from './synthesize';
import { DeployedApp, LostReference } from '../assembly/deployed';

/** What became of a plan. */
export interface Trial {
  readonly outcome: 'accepted' | 'refused' | 'refused by core';
  /** What our error says. */
  readonly message?: string;
  /** What must not be, whatever the plan: a bug of the library or of the judges. */
  readonly faults: string[];
}

/** Builds and synthesizes a plan's app and judges the result, or the error. */
export async function tryPlan(plan: AppPlan, number = 0): Promise<Trial> {
  const reasons = [...new Set(reasonsToRefuse(plan).map(({ because }) => because))];
  const made = synthesize(plan);
  if ('error' in made) {
    const faults = errorFaults(made.error);
    if (faults.length > 0 && 'error' in synthesize(plan, false)) return { outcome: 'refused by core', faults: [] };
    const overStrict = reasons.length === 0 ? ['refused without a reason'] : [];
    const message = made.error.message;
    return { outcome: 'refused', message, faults: [...overStrict, ...faults].map((it) => `${it}: ${message}`) };
  }
  if (reasons.length > 0) {
    return { outcome: 'accepted', faults: [`accepted although ${reasons.join(', and ')}`] };
  }
  try {
    const subject = { plan, built: made.built, stacks: made.stacks, app: new DeployedApp(made.stacks), number };
    const faults: string[] = [];
    for (const { name, judge } of JUDGES) faults.push(...(await judge(subject)).map((fault) => `${name}: ${fault}`));
    return { outcome: 'accepted', faults };
  } catch (error) {
    if (error instanceof LostReference) return { outcome: 'accepted', faults: [error.message] };
    throw error;
  }
}

/** `[the construct] what was seen: why not; what to do instead`, once or for each finding of a validation. */
export function errorFaults({ message, name, stack }: Error): string[] {
  const findings = message
    .replace(/^Validation failed with the following errors:\n/, '')
    .split(/\n {2}(?=\[)|^ {2}(?=\[)/);
  const said = findings.filter((it) => it.trim() !== '');
  const good = said.every((it) => /^\[[\w/.-]+\] [^]+: [^]+; [^]+/.test(it));
  const odd = /Resolution error|\bundefined\b|\[object |\$\{Token/.test(message);
  return good && !odd ? [] : [`not an error of ours (${name}, ${/\((.*\/src\/[^)]*)\)/.exec(stack ?? '')?.[1]})`];
}
