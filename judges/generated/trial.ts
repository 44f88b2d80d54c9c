import { JUDGES } from './judges';
import { AppPlan } from './plan';
import { WORDS } from './refusal-words';
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

/** With what a plan is tried. */
const MEANS = { judges: JUDGES, synthesize };

/** Builds and synthesizes a plan's app and judges the result, or the error. */
export async function tryPlan(plan: AppPlan, number = 0, means: Partial<typeof MEANS> = {}): Promise<Trial> {
  const { judges, synthesize: make } = { ...MEANS, ...means };
  const reasons = [...new Set(reasonsToRefuse(plan).map(({ because }) => because))];
  const made = make(plan);
  if ('error' in made) {
    const { message } = made.error;
    const faults = errorFaults(made.error);
    if (faults.length > 0) {
      const without = make(plan, false);
      if ('error' in without && without.error.message === message) return { outcome: 'refused by core', faults: [] };
    }
    faults.push(...refusalFaults(message, reasons));
    return { outcome: 'refused', message, faults: faults.map((it) => `${it}: ${message}`) };
  }
  if (reasons.length > 0) {
    return { outcome: 'accepted', faults: [`accepted although ${reasons.join(', and ')}`] };
  }
  try {
    const subject = { ...made, plan, app: new DeployedApp(made.stacks), number };
    const faults: string[] = [];
    for (const { name, judge } of judges) faults.push(...(await judge(subject)).map((fault) => `${name}: ${fault}`));
    return { outcome: 'accepted', faults };
  } catch (error) {
    if (error instanceof LostReference) return { outcome: 'accepted', faults: [error.message] };
    throw error;
  }
}

/** Of several reasons the library may name any; the only one it must name. */
function refusalFaults(message: string, reasons: readonly string[]): string[] {
  if (reasons.length === 0) return ['refused without a reason'];
  const [because] = reasons;
  return reasons.length > 1 || WORDS[because]?.test(message) ? [] : [`refused, but not because ${because}`];
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
