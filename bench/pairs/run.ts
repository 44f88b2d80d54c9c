import { createHash } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { App, Stack } from 'aws-cdk-lib';
import context from 'aws-cdk-lib/recommended-feature-flags.json';
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

/** With at most 6 resources of a pair in a template, of which CloudFormation takes 500. */
const PAIRS_OF_STACK = 80;

function build(pair: (scope: Stack, id: string) => void, size: number): App {
  // the validation of aws-cdk-lib takes 3 seconds and 20 ms a pair, whoever made the templates
  const withoutOthersWork = { analyticsReporting: false, builtinCloudFormationValidation: false };
  const app = new App({ ...withoutOthersWork, context });
  let stack!: Stack;
  for (let n = 0; n < size; n++) {
    if (n % PAIRS_OF_STACK === 0) {
      stack = new Stack(app, `Storage${n / PAIRS_OF_STACK}`, { env: { account: '111111111111', region: 'us-east-1' } });
    }
    pair(stack, `Pair${n}`);
  }
  return app;
}

const [scenario, variant, size, only] = process.argv.slice(2);
const { pair } = createRequire(__filename)(`./${scenario}/${variant}`);
// aws-cdk-lib loads much of itself on first use, the library when it is loaded: neither is what a pair costs
rmSync(build(pair, 1).synth().directory, { recursive: true });
const made = measured(() => build(pair, Number(size)));
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
