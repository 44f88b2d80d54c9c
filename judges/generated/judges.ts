import { judgeAccess } from './access-judge';
import { Built } from './build';
import { judgeIntent } from './intent';
import { outsideOf } from './outside';
import { AppPlan } from './plan';
import { judgeRehearsal } from './rehearsal-judge';
import { judgeRules } from './rules';
import { judgeOrder, judgeRepetition, judgeUntouched } from './variants';
import { HandOver } from '../access/handed-over';
import { DeployedApp } from '../assembly/deployed';
import { StackOfApp } from '../assembly/stacks';

/** What a judge looks at. */
export interface Subject {
  readonly plan: AppPlan;
  readonly built: Built;
  readonly stacks: StackOfApp[];
  readonly app: DeployedApp;
  /** What other accounts were asked for. */
  readonly handOver: readonly HandOver[];
  /** Of the app in its run, for judges that look at some only. */
  readonly number: number;
}

export interface Judge {
  readonly name: string;
  /** Findings; none is good. */
  readonly judge: (subject: Subject) => string[] | Promise<string[]>;
}

/**
 * All that a generated app is judged by.
 *
 * Every accepted app passes rules, intent, access (every call that S3 makes is allowed) and the rehearsal of its
 * deployment and of the way back. What takes longer is done with a sample: what is too much with a ninth of the apps,
 * what is needless with a thirtieth, the app without the library and with its calls in another order with an eighth, and
 * a second build with a 24th.
 */
export const JUDGES: readonly Judge[] = [
  { name: 'rules', judge: ({ plan, app }) => judgeRules(app, outsideOf(plan)) },
  { name: 'intent', judge: ({ plan, built, app }) => judgeIntent(plan, built, app) },
  { name: 'access', judge: (it) => judgeAccess(it, { least: oneOf(it, 9), necessary: oneOf(it, 30) }) },
  { name: 'rehearsal', judge: judgeRehearsal },
  { name: 'untouched', judge: (it) => (oneOf(it, 8) ? judgeUntouched(it.plan, it.stacks) : []) },
  { name: 'order of calls', judge: (it) => (oneOf(it, 8) ? judgeOrder(it.plan, it.stacks) : []) },
  { name: 'second build', judge: (it) => (oneOf(it, 24) ? judgeRepetition(it.plan, it.stacks) : []) },
];

const oneOf = ({ number }: Subject, times: number) => number % times === 0;
