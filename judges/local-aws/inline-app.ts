import { App, Stack } from 'aws-cdk-lib';
import { callerOf } from './arrivals';
import { bootstrap, deploy } from './cdk';
import { DeployedBucket, deployedBuckets } from './deployed-rules';
import { ACCOUNT, LocalAws } from './server';
import { quietApp } from '../../test/app';
import { readStacks, StackOfApp } from '../assembly/stacks';

/** An app that was synthesized and is deployed, or about to be. */
export interface InlineApp {
  readonly directory: string;
  readonly stacks: StackOfApp[];
}

/** The stacks that most tests need: two regions of one account. */
export interface Stacks {
  readonly app: App;
  readonly us: Stack;
  readonly europe: Stack;
}

export function synthesize(define: (stacks: Stacks) => void): InlineApp {
  const app = quietApp();
  const us = new Stack(app, 'Us', { env: { account: ACCOUNT, region: 'us-east-1' } });
  const europe = new Stack(app, 'Europe', { env: { account: ACCOUNT, region: 'eu-west-1' } });
  define({ app, us, europe });
  const { directory } = app.synth();
  return { directory, stacks: readStacks(directory) };
}

/** Deploys all of an app, and returns its buckets by the path of their construct. */
export async function deployed(aws: LocalAws, app: InlineApp): Promise<Map<string, DeployedBucket>> {
  const account = callerOf(app.stacks);
  await bootstrap(aws, app.stacks, account);
  await deploy(aws, { app: app.directory, account });
  return deployedBuckets(aws, app.stacks);
}
