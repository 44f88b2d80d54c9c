import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { cpus, release, type } from 'node:os';
import { join } from 'node:path';
import { App, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { version } from 'aws-cdk-lib/package.json';
import recommended from 'aws-cdk-lib/recommended-feature-flags.json';
import { inTurn, median, slope } from './measure';
import { LogAggregationSRR, LogProducer, LogSourceOptions, ReplicationFilter } from 'cdk-s3-replication';

const SIZES = [10, 100, 1000, 2000];
const REPETITIONS = 3;
const GOAL = 1.05;
/** A source is 4 resources, of which CloudFormation takes 500 in a template. */
const SOURCES_OF_STACK = 100;
const REGION = 'us-east-1';

/** What one process measured, in seconds. */
interface Run {
  readonly construct: number;
  readonly synth: number;
  readonly templates: number;
  readonly policyBytes: number;
}

const WAYS = ['library', 'by hand'] as const;
type Way = (typeof WAYS)[number];

/** The kinds of sources, in turn: services that say whose logs they write, and applications below prefixes of the account. */
const KINDS: Array<(n: number, account: string) => LogSourceOptions> = [
  () => ({ producers: [LogProducer.alb()] }),
  () => ({ producers: [LogProducer.vpcFlowLogs()] }),
  (n) => ({ producers: [LogProducer.cloudTrail({ trailName: `trail-${n}` })] }),
  (n, account) => ({ producers: [LogProducer.serverAccessLogs({ prefix: `${account}/bucket-${n}/` })] }),
  (n, account) => ({ filter: ReplicationFilter.prefix(`${account}/app-${n}/`) }),
];

/** An archive, and stacks of its own account and of other accounts of the organization in turn. */
function build(size: number, way: Way): App {
  const quiet = { builtinCloudFormationValidation: false, treeMetadata: false, analyticsReporting: false };
  const app = new App({ ...quiet, context: recommended });
  const stackOf = (id: string, account: number) =>
    new Stack(app, id, { env: { account: String(account), region: REGION } });
  const home = stackOf('Archive', 111111111111);
  const destinationOptions = { bucketName: 'log-archive' };
  const logs = new LogAggregationSRR(home, 'Logs', {
    destinationOptions,
    organizationId: 'o-a1b2c3d4e5',
    roleNamePrefix: 'logs-',
  });
  let stack = home;
  for (let n = 0; n < size; n++) {
    const block = Math.floor(n / SOURCES_OF_STACK);
    if (n % SOURCES_OF_STACK === 0) stack = stackOf(`Sources${block}`, 111111111111 + (block % 2) * block);
    const { account } = stack;
    const options = KINDS[n % KINDS.length](n, account);
    if (way === 'library') {
      logs.addSource(new s3.Bucket(stack, `Source${n}`, { enforceSSL: true }), options);
    } else {
      const destination = s3.Bucket.fromBucketName(stack, `Archive${n}`, destinationOptions.bucketName);
      const replicationRules = [{ destination, prefixFilter: options.filter && `${account}/app-${n}/` }];
      const source = new s3.Bucket(stack, `Source${n}`, { enforceSSL: true, versioned: true, replicationRules });
      options.producers?.forEach((producer) => producer.allowDeliveryTo(source));
    }
  }
  return app;
}

/** In time of the processor, which other work on the machine changes less than time of the clock. */
function run(size: number, way: Way): Run {
  const seconds = (since?: NodeJS.CpuUsage) => {
    const { user, system } = process.cpuUsage(since);
    return (user + system) / 1e6;
  };
  const start = process.cpuUsage();
  const app = build(size, way);
  const construct = seconds(start);
  const assembly = app.synth();
  const all = seconds(start);
  const resources = Object.values<any>(assembly.getStackByName('Archive').template.Resources);
  const { PolicyDocument } = resources.find(({ Type }) => Type === 'AWS::S3::BucketPolicy').Properties;
  rmSync(assembly.directory, { recursive: true });
  return {
    construct,
    synth: all - construct,
    templates: assembly.stacks.length,
    policyBytes: Buffer.byteLength(JSON.stringify(PolicyDocument)),
  };
}

const total = ({ construct, synth }: Run) => construct + synth;

/** Each run is a process of its own. */
function measure(): Map<string, Run> {
  const cases = SIZES.flatMap((size) => WAYS.map((way) => ({ size, way })));
  const runs = inTurn(cases, REPETITIONS, ({ size, way }): Run => {
    const args = [...process.execArgv, __filename, String(size), way];
    const printed = execFileSync(process.execPath, args, { encoding: 'utf8' });
    console.error(`${size} ${way}: ${printed.trim()}`);
    return JSON.parse(printed);
  });
  return new Map(
    [...runs].map(([{ size, way }, all]) => {
      const of = (what: keyof Run) => median(all.map((it) => it[what]));
      return [
        `${size} ${way}`,
        { construct: of('construct'), synth: of('synth'), templates: of('templates'), policyBytes: of('policyBytes') },
      ];
    }),
  );
}

function report(runs: Map<string, Run>): string {
  const time = (size: number, way: Way = 'library') => total(runs.get(`${size} ${way}`)!);
  const rows = SIZES.map((size, index) => {
    const { construct, synth, templates, policyBytes } = runs.get(`${size} library`)!;
    const before = SIZES[index - 1];
    const step = before && slope([before, size].map((it) => [it, time(it)] as const)).toFixed(2);
    const cells = [
      ...[size, templates, construct.toFixed(2), synth.toFixed(2), ((1000 * time(size)) / size).toFixed(1), step ?? ''],
      ...[time(size, 'by hand').toFixed(2), (time(size) / time(size, 'by hand')).toFixed(2), policyBytes],
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const found = slope(SIZES.map((size) => [size, time(size)] as const));
  const last = slope(SIZES.slice(-2).map((size) => [size, time(size)] as const));
  return `# Benchmark: log aggregation

\`npm run bench\` makes an archive and many sources, and synthesizes them: load balancers, flow logs, trails, access logs and applications in turn, ${SOURCES_OF_STACK} in a
stack, every other stack in another account of the organization. Seconds of processor time (user and system) of one process for each run; medians of ${REPETITIONS} interleaved runs.
"By hand" has the same buckets and the same delivery policies, and \`replicationRules\` of \`s3.Bucket\`: no checks, and no permission in the other accounts.

| sources | templates | construct | synth | ms a source | slope from the size before | by hand | ratio | bytes of the destination's policy |
|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

Slope of log time over log n: **${found.toFixed(2)}** over all sizes, ${last.toFixed(2)} from ${SIZES.slice(-2).join(' to ')} (goal: at most ${GOAL}).

${cpus()[0].model.trim()}, ${cpus().length} processors, ${type()} ${release()}, Node.js ${process.version}, aws-cdk-lib ${version}. Without the validation of templates by aws-cdk-lib and without its
tree metadata.
`;
}

if (process.argv.length > 2) {
  console.log(JSON.stringify(run(Number(process.argv[2]), process.argv[3] as Way)));
} else {
  const text = report(measure());
  writeFileSync(join(__dirname, 'RESULTS-log-aggregation.md'), text);
  console.log(text);
}
