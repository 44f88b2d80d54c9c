import { App, aws_s3 as s3, Stack, Stage } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { CodePipeline, CodePipelineSource, ShellStep } from 'aws-cdk-lib/pipelines';
import { readDeployedStacks } from './deployment';
import { tooEarlyInPipeline } from './pipeline-order';
import { readStacks } from '../../judges/assembly/stacks';
import { quietApp } from '../app';
import { BucketReplication } from 'cdk-s3-replication';

const [TOOLS, OURS, THEIRS] = ['333333333333', '111111111111', '222222222222'].map((account) => ({
  env: { account, region: 'us-east-1' },
}));

/** A pipeline that deploys Stages one after the other. */
function pipelineOf(define: (app: App) => Stage[]): CloudAssembly {
  const app = quietApp();
  const pipeline = new CodePipeline(new Stack(app, 'Tools', TOOLS), 'Pipeline', {
    crossAccountKeys: true,
    synth: new ShellStep('Synth', {
      input: CodePipelineSource.connection('owner/repository', 'main', {
        connectionArn: 'arn:aws:codeconnections:us-east-1:333333333333:connection/0',
      }),
      commands: ['npx cdk synth'],
    }),
  });
  define(app).forEach((stage) => pipeline.addStage(stage));
  return app.synth();
}

/** With Data waiting for Backup, whatever the app says. */
function tooEarly(assembly: CloudAssembly): string[] {
  const stacks = readDeployedStacks(assembly);
  const [backup] = stacks.filter(({ id }) => id.endsWith('/Backup'));
  const waiting = stacks.map((it) => (it.id.endsWith('/Data') ? { ...it, after: [backup.id] } : it));
  return tooEarlyInPipeline(readStacks(assembly), waiting);
}

function replicate(ours: Stack, theirs: Stack, { bucketName, encryption }: s3.BucketProps = {}): void {
  const destination = new s3.Bucket(theirs, 'Replica', { bucketName, encryption });
  BucketReplication.of(new s3.Bucket(ours, 'Source', { encryption })).addRule({ destination });
}

/** A Stage for each of the two stacks. */
const twoStages = (settings?: s3.BucketProps) => (app: App) => {
  const [there, here] = [new Stage(app, 'There'), new Stage(app, 'Here')];
  replicate(new Stack(here, 'Data', OURS), new Stack(there, 'Backup', THEIRS), settings);
  return [there, here];
};

test('in one Stage the pipeline waits for the destination', () => {
  const assembly = pipelineOf((app) => {
    const stage = new Stage(app, 'Prod');
    replicate(new Stack(stage, 'Data', OURS), new Stack(stage, 'Backup', THEIRS));
    return [stage];
  });
  expect(tooEarly(assembly)).toEqual([]);
  expect(readDeployedStacks(assembly).map(({ id, after }) => [id, after])).toEqual([
    ['Prod/Backup', []],
    ['Prod/Data', ['Prod/Backup']],
  ]);
});

test('stacks of a Stage that do not depend on each other are deployed at the same time, which is told', () => {
  const assembly = pipelineOf((app) => {
    const stage = new Stage(app, 'Prod');
    new s3.Bucket(new Stack(stage, 'Data', OURS), 'Bucket');
    new s3.Bucket(new Stack(stage, 'Backup', THEIRS), 'Bucket');
    return [stage];
  });
  expect(tooEarly(assembly)).toEqual(['the pipeline does not wait for Prod/Backup before it begins with Prod/Data']);
});

describe('in two Stages', () => {
  const warnings = (assembly: CloudAssembly) =>
    assembly.stacksRecursively.flatMap(({ messages }) => messages.map(({ entry }) => `${entry.data}`));

  test('a destination with a given name is deployed first when its Stage is added first, and a warning says so', () => {
    const assembly = pipelineOf(twoStages({ bucketName: 'the-backup' }));
    expect(tooEarly(assembly)).toEqual([]);
    expect(warnings(assembly)).toEqual([expect.stringContaining('cdk-s3-replication:deployOrderAcrossStages')]);
  });

  test('it is too late when its Stage is added last, which is told', () => {
    const assembly = pipelineOf((app) => twoStages({ bucketName: 'the-backup' })(app).reverse());
    expect(tooEarly(assembly)).toEqual(['the pipeline does not wait for There/Backup before it begins with Here/Data']);
  });

  test('a destination without a name is refused', () => {
    expect(() => pipelineOf(twoStages())).toThrow(/in another Stage and has no literal name/);
  });

  test('a key of the destination is refused, given name or not', () => {
    const settings = { bucketName: 'the-backup', encryption: s3.BucketEncryption.KMS };
    expect(() => pipelineOf(twoStages(settings))).toThrow(/key .* is in another Stage/);
  });
});

test('what a pipeline does not deploy is not taken for deployed', () => {
  const assembly = pipelineOf((app) => {
    const stage = new Stage(app, 'Prod');
    replicate(new Stack(stage, 'Data', OURS), new Stack(stage, 'Backup', THEIRS));
    return [stage];
  });
  const elsewhere = readDeployedStacks(assembly).map((it) => ({ ...it, account: TOOLS.env.account }));
  expect(() => tooEarlyInPipeline(readStacks(assembly), elsewhere)).toThrow('the pipeline does not deploy Prod/');
});
