import { readFileSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import { quietApp } from './app';
import { handlerCode } from '../scripts/handler-code';
import * as sources from '../src';

/** Other tests look at the sources; this is the file that users get, which `npm run compile` makes. */
const published = jest.requireActual<typeof sources>('../lib');

function templates({ ReplicatedBucketPair, CrossAccountReplication, LogAggregationSRR, LogProducer }: typeof sources) {
  const app = quietApp();
  const stack = new Stack(app, 'Storage', { env: { account: '111111111111', region: 'us-east-1' } });
  const destinationStack = new Stack(app, 'Offsite', { env: { account: '222222222222', region: 'eu-west-1' } });
  const { source } = new ReplicatedBucketPair(stack, 'Data', { destinationRegion: 'eu-west-1' });
  new CrossAccountReplication(stack, 'Copy', { source, destinationStack });
  new LogAggregationSRR(stack, 'Logs').addProducer('Alb', LogProducer.alb());
  return app.synth().stacks.map(({ template }) => template);
}

test('the published file exports what the sources do', () => {
  expect(Object.keys(published).sort()).toEqual(Object.keys(sources).sort());
});

test('the published file makes the templates of the sources', () => {
  expect(templates(published)).toEqual(templates(sources));
  expect(published.ReplicatedBucketPair).not.toBe(sources.ReplicatedBucketPair);
});

test('the published file refuses what the sources do', () => {
  for (const { ReplicatedBucketPair } of [sources, published]) {
    const stack = new Stack(quietApp(), 'Storage');
    expect(() => new ReplicatedBucketPair(stack, 'Data', { destinationRegion: 'eu-west-1' })).toThrow('[Storage/Data]');
  }
});

test('the published code of the function is that of the sources, and is not loaded with the library', () => {
  const file = require.resolve('../lib/handlers/put-configuration.js');
  expect(readFileSync(file, 'utf8')).toBe(handlerCode('put-configuration'));
  expect(readFileSync(require.resolve('../lib'), 'utf8')).not.toMatch(/@aws-sdk|handlers\//);
});
