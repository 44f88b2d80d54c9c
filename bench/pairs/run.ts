import { createHash } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from './build';
import { settled } from './equivalence';
import { measured } from './measured';

/** What one process measured. Times are those of the processor (user and system) and of the clock, in milliseconds. */
export interface Run {
  readonly construct: number;
  readonly constructClock: number;
  readonly synth: number;
  readonly synthClock: number;
  readonly peakMemory: number;
  readonly bytes: number;
  readonly resources: number;
  readonly templates: number;
  /** Of the templates without what people may name as they like. */
  readonly meaning: string;
}

/** The validation of aws-cdk-lib takes 3 seconds and 20 ms a pair, whoever made the templates. */
const WITHOUT_OTHERS_WORK = { analyticsReporting: false, builtinCloudFormationValidation: false };

const [scenario, variant, size, only] = process.argv.slice(2);
const { pair } = createRequire(__filename)(`./${scenario}/${variant}`);
// aws-cdk-lib loads much of itself on first use, the library when it is loaded: neither is what a pair costs
rmSync(build(pair, 1, WITHOUT_OTHERS_WORK).synth().directory, { recursive: true });
const made = measured(() => build(pair, Number(size), WITHOUT_OTHERS_WORK));
if (only === 'construct') {
  console.log(JSON.stringify({ construct: made.cpu }));
  process.exit();
}
const synthesized = measured(() => made.result.synth());
const peakMemory = process.resourceUsage().maxRSS / 1024;
const { stacks, directory } = synthesized.result;
const templates = stacks.map(({ template }) => template);
const run: Run = {
  construct: made.cpu,
  constructClock: made.clock,
  synth: synthesized.cpu,
  synthClock: synthesized.clock,
  peakMemory,
  bytes: stacks.reduce((sum, stack) => sum + statSync(stack.templateFullPath).size, 0),
  resources: templates.reduce((sum, { Resources }) => sum + Object.keys(Resources).length, 0),
  templates: stacks.length,
  meaning: createHash('sha256').update(settled(stacks)).digest('hex'),
};
rmSync(directory, { recursive: true });
console.log(JSON.stringify(run));
