import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTurn, machine, median, slope } from './measure';
import { type Deployed, settled } from './pairs/equivalence';
import type { Run } from './pairs/run';
import { UserFolder } from './user-folder';

/** What is compared: folders of `pairs/`, with one file for each variant. */
const SCENARIOS = {
  'same-region': 'Same region, SSE-S3',
  'kms-across-regions': 'Two regions, KMS',
};
const VARIANTS = { ours: 'ReplicatedBucketPair', l2: 'L2 by hand', l1: 'L1 by hand' };
type Scenario = keyof typeof SCENARIOS;
type Variant = keyof typeof VARIANTS;

const option = (name: string) =>
  process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(`--${name}=`.length) ?? undefined;
const SIZES = (option('sizes') ?? '1,10,100,1000').split(',').map(Number);
const REPETITIONS = Number(option('repetitions') ?? 3);
const AWS_CDK_LIB = process.argv.includes('--floor') ? 'aws-cdk-lib' : 'aws-cdk-lib-newest';
/** Above it nobody writes L1 resources by hand, and a run takes long. */
const LARGEST_L1 = 100;
/** Of the app that the CDK CLI synthesizes. */
const PAIRS_OF_USER = 10;
/** For the slope: constructed only, and with the library only, because nobody writes as many by hand. */
const LARGEST = option('sizes') === undefined ? 10_000 : undefined;

interface Case {
  readonly scenario: Scenario;
  readonly variant: Variant;
  readonly size: number;
}

const folder = new UserFolder(join(__dirname, 'pairs'), AWS_CDK_LIB);
try {
  const text = report();
  if (option('sizes') === undefined && option('repetitions') === undefined) {
    writeFileSync(join(__dirname, 'RESULTS.md'), text);
  }
  console.log(text);
} finally {
  folder.remove();
}

function report(): string {
  checkTheCheck();
  const names = { scenarios: Object.keys(SCENARIOS) as Scenario[], variants: Object.keys(VARIANTS) as Variant[] };
  const variantsOf = (size: number) => names.variants.filter((variant) => variant !== 'l1' || size <= LARGEST_L1);
  const cases: Case[] = SIZES.flatMap((size) =>
    names.scenarios.flatMap((scenario) => variantsOf(size).map((variant) => ({ scenario, variant, size }))),
  );
  const runs = inTurn(cases, REPETITIONS, measure);
  const of = (scenario: Scenario, variant: Variant, size: number) =>
    runs.get(cases.find((it) => it.scenario === scenario && it.variant === variant && it.size === size)!)!;
  const middle = (all: readonly Run[], what: Exclude<keyof Run, 'meaning'>) => median(all.map((run) => run[what]));
  for (const size of SIZES) {
    names.scenarios.forEach((scenario) =>
      checkEqual(
        `${scenario}, ${size} pairs`,
        variantsOf(size).flatMap((variant) => of(scenario, variant, size)),
      ),
    );
  }
  const largest =
    LARGEST && folder.run<{ construct: number }>('run.js', 'same-region', 'ours', LARGEST, 'construct').construct;

  const tables = names.scenarios.map((scenario) => {
    const rows = SIZES.flatMap((size) =>
      variantsOf(size).map((variant) => {
        const run = of(scenario, variant, size);
        const l2 = of(scenario, 'l2', size);
        const ratio = (what: 'construct' | 'synth') => (middle(run, what) / middle(l2, what)).toFixed(2);
        const cells = [
          ...[size, VARIANTS[variant], middle(run, 'construct').toFixed(0), ratio('construct')],
          ...[middle(run, 'synth').toFixed(0), ratio('synth'), middle(run, 'constructClock').toFixed(0)],
          ...[middle(run, 'synthClock').toFixed(0), middle(run, 'peakMemory').toFixed(0)],
          ...[run[0].resources, run[0].templates, run[0].bytes],
        ];
        return `| ${cells.join(' | ')} |`;
      }),
    );
    const lines = names.variants.map((variant) => `${VARIANTS[variant]} ${linesOf(scenario, variant)}`);
    return `## ${SCENARIOS[scenario]}

Lines of code of the user, without imports, comments and empty lines: ${lines.join(', ')}.

| pairs | variant | construct | × L2 | synth | × L2 | construct (clock) | synth (clock) | peak memory, MiB | resources | templates | bytes |
|---|---|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
  });

  const load = inTurn(
    ['own', 'others'] as const,
    Math.max(REPETITIONS, 7),
    (() => {
      let files: string[] = folder.run<{ files: string[] }>('load-own.js').files;
      return (what: 'own' | 'others') =>
        what === 'own'
          ? folder.run<{ cpu: number }>('load-own.js').cpu
          : folder.run<{ cpu: number }>('load-others.js', JSON.stringify(files)).cpu;
    })(),
  );
  const [own, others] = (['own', 'others'] as const).map((what) => median(load.get(what)!));
  const whole = inTurn(
    names.scenarios.flatMap((scenario) => (['ours', 'l2'] as const).map((variant) => ({ scenario, variant }))),
    REPETITIONS,
    ({ scenario, variant }) => folder.cdkSynth('app.js', scenario, variant, PAIRS_OF_USER),
  );
  const wholeOf = (scenario: Scenario, variant: Variant) =>
    median([...whole].find(([it]) => it.scenario === scenario && it.variant === variant)![1]);
  const last = SIZES[SIZES.length - 1];
  const points = [...SIZES, ...(LARGEST ? [LARGEST] : [])]
    .slice(-2)
    .map((size) => [size, size === LARGEST ? largest! : middle(of('same-region', 'ours', size), 'construct')] as const);
  const goals = names.scenarios.flatMap((scenario) => {
    const title = SCENARIOS[scenario];
    const ratio = (what: 'construct' | 'synth') =>
      middle(of(scenario, 'ours', last), what) / middle(of(scenario, 'l2', last), what);
    const [ours, l2] = (['ours', 'l2'] as const).map((variant) => wholeOf(scenario, variant));
    return [
      goal(`${title}: construct ${last} pairs, of the time of L2`, ratio('construct'), 1),
      goal(`${title}: synthesize ${last} pairs without validation, of the time of L2`, ratio('synth'), 1.2),
      goal(
        `${title}: the whole \`cdk synth\` of ${PAIRS_OF_USER} pairs (${ours.toFixed(0)} ms), of that of L2 (${l2.toFixed(0)} ms)`,
        ours / l2,
        1.03,
      ),
      goal(`${title}: lines of the user, of those of L2`, linesOf(scenario, 'ours') / linesOf(scenario, 'l2'), 1 / 8),
    ];
  });
  goals.push(
    goal(`slope of log construct time over log n, ${points.map(([n]) => n).join(' to ')} pairs`, slope(points), 1.05),
  );
  goals.push(
    goal(
      `\`require()\` of the package (${own.toFixed(0)} ms), of that of the files which it loads (${others.toFixed(0)} ms)`,
      own / others,
      1.1,
    ),
  );
  return `# Benchmark: pairs

The same pairs of buckets, written with this library, with \`s3.Bucket\` and \`iam.Role\`, and with L1 resources. Every run is a process of its own; medians of ${REPETITIONS}, in turn. Times are
milliseconds of the processor (user and system) unless they say clock. Loading comes before: each process makes and synthesizes an app with one pair first.

\`cdk synth\` is the process that users start, in milliseconds of the clock: the CDK CLI, which runs the app with the validation of templates and the analytics of aws-cdk-lib. All else is
without these two.

The templates of all variants are compared in every run and mean the same: they differ in names (logical ids, rule ids, policy names, descriptions), in lists of one item, and in the order of
statements.

| goal | measured | at most | |
|---|---|---|---|
${goals.join('\n')}

${tables.join('\n')}
${new Date().toISOString().slice(0, 10)}: ${machine()}, ${folder.versions}.
`;
}

function goal(what: string, value: number, most: number): string {
  return `| ${what} | ${value.toFixed(3)} | ${most} | ${value <= most ? 'met' : '**missed**'} |`;
}

function measure({ scenario, variant, size }: Case): Run {
  const run = folder.run<Run>('run.js', scenario, variant, size);
  console.error(
    `${scenario} ${variant} ${size}: construct ${run.construct.toFixed(0)}, synth ${run.synth.toFixed(0)} ms`,
  );
  return run;
}

/** @throws when variants do not deploy the same, so that their times say nothing */
function checkEqual(what: string, runs: readonly Pick<Run, 'meaning' | 'resources'>[]): void {
  if (
    new Set(runs.map(({ meaning }) => meaning)).size > 1 ||
    new Set(runs.map(({ resources }) => resources)).size > 1
  ) {
    throw new Error(`${what}: the variants do not deploy the same, compare what \`settled()\` makes of them`);
  }
}

/** A check that cannot fail is none: templates that deploy something else must be told apart, others must not. */
function checkTheCheck(): void {
  const bucket = (id: string, status: string, description: string): Deployed => ({
    stackName: 'S',
    template: {
      Resources: {
        [`Pair0${id}`]: {
          Type: 'AWS::S3::Bucket',
          Properties: { VersioningConfiguration: { Status: status }, Description: description },
        },
      },
    },
  });
  const meaning = (deployed: Deployed) => ({ meaning: settled([deployed]), resources: 1 });
  const one = meaning(bucket('Source', 'Enabled', 'a'));
  checkEqual('the same with other names', [one, meaning(bucket('SourceOfOther', 'Enabled', 'b'))]);
  for (const other of [bucket('Source', 'Suspended', 'a'), bucket('Destination', 'Enabled', 'a')]) {
    try {
      checkEqual('', [one, meaning(other)]);
    } catch {
      continue;
    }
    throw new Error('templates that deploy something else were taken for equal');
  }
}

function linesOf(scenario: Scenario, variant: Variant): number {
  const code = readFileSync(join(__dirname, 'pairs', scenario, `${variant}.ts`), 'utf8');
  const body = code.slice(code.indexOf('{', code.indexOf('export function pair')) + 1, code.lastIndexOf('}'));
  return body.split('\n').filter((line) => line.trim() !== '' && !/^\s*\/\//.test(line)).length;
}
