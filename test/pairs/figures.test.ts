import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { quietApp } from '../app';
import { ENV, KMS } from '../builders';
import { LogAggregationSRR, LogProducer, ReplicatedBucketPair } from 'cdk-s3-replication';

const README = readFileSync(join(__dirname, '../../README.md'), 'utf8');
const LOGS = readFileSync(join(__dirname, '../../docs/log-aggregation.md'), 'utf8');
const RESOURCES = 500;

function templateOf(count: number, make: (stack: Stack, i: number) => void) {
  const app = quietApp();
  const stack = new Stack(app, 'Data', { env: ENV });
  for (let i = 0; i < count; i++) make(stack, i);
  return app.synth().getStackByName('Data').template;
}

/** How many of them a stack has room for, in whole tens: what is there once does not count. */
function room(make: (stack: Stack, i: number) => void): number {
  const [few, more] = [2, 4].map((count) => Object.keys(templateOf(count, make).Resources).length);
  return Math.floor(RESOURCES / ((more - few) / 2) / 10) * 10;
}

const pair = (stack: Stack, i: number) => new ReplicatedBucketPair(stack, `Pair${i}`);

test('the README says how many pairs and sources a stack has room for', () => {
  const [, pairs, withKms, sources] = /about (\d+) pairs \((\d+) with KMS\), or (\d+) sources of logs/
    .exec(README)!
    .map(Number);
  expect(room(pair)).toBe(pairs);
  expect(room((stack, i) => new ReplicatedBucketPair(stack, `Pair${i}`, { encryption: KMS }))).toBe(withKms);
  const archives = new Map<Stack, LogAggregationSRR>();
  const source = (stack: Stack, i: number) => {
    if (!archives.has(stack)) archives.set(stack, new LogAggregationSRR(stack, 'Logs'));
    archives.get(stack)!.addProducer(`Source${i}`, LogProducer.alb());
  };
  expect(room(source)).toBe(sources);
  expect(LOGS).toContain(`about ${sources} sources a stack`);
});

test('the README says how large the template of so many pairs is', () => {
  const [, pairs, kilobytes] = /; (\d+) pairs make about (\d+) KB/.exec(README)!.map(Number);
  const bytes = JSON.stringify(templateOf(pairs, pair), undefined, 1).length;
  expect(Math.abs(bytes / 1000 - kilobytes)).toBeLessThan(0.05 * kilobytes);
});
