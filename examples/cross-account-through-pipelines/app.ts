import { App, Stack } from 'aws-cdk-lib';
import { CodePipeline, CodePipelineSource, ShellStep } from 'aws-cdk-lib/pipelines';
import { acknowledgePipeline } from './acknowledge-pipeline';
import { Archive } from './archive';

export const app = new App();

// synthesizes without AWS accounts, too
const region = process.env.CDK_DEFAULT_REGION ?? 'us-east-1';
const tools = new Stack(app, 'ArchivePipeline', {
  env: { account: process.env.CDK_DEFAULT_ACCOUNT ?? '333333333333', region },
});

const pipeline = new CodePipeline(tools, 'Pipeline', {
  crossAccountKeys: true, // the other accounts read what the pipeline has built
  enableKeyRotation: true,
  synth: new ShellStep('Synth', {
    input: CodePipelineSource.connection(process.env.REPOSITORY ?? 'example/archive', 'main', {
      connectionArn:
        process.env.CONNECTION_ARN ??
        'arn:aws:codeconnections:us-east-1:333333333333:connection/00000000-0000-0000-0000-000000000000',
    }),
    commands: ['npm ci', 'npx cdk synth'],
  }),
});

pipeline.addStage(
  new Archive(app, 'Prod', {
    productionAccount: process.env.PRODUCTION_ACCOUNT ?? '111111111111',
    backupAccount: process.env.BACKUP_ACCOUNT ?? '222222222222',
    region,
  }),
);

pipeline.buildPipeline();
acknowledgePipeline(pipeline);
