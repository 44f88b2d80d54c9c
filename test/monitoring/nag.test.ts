import { aws_sns as sns, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { ReplicatedBucketPair, ReplicationCanary, ReplicationMonitoring } from '../../src';
import { quietApp } from '../app';
import { ENV } from '../builders';
import { findingsAbout } from '../nag-packs';

beforeEach(() => void jest.spyOn(console, 'error').mockImplementation(() => {}));
afterEach(() => jest.restoreAllMocks());
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

test('no pack finds anything in what is watched with', () => {
  const app = quietApp();
  const stack = new Stack(app, 'App', { env: ENV });
  const { replication } = new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: 'eu-west-1' });
  const alarmTopic = new sns.Topic(stack, 'Topic', { enforceSSL: true });
  const canary = new ReplicationCanary(stack, 'Canary', { replication, alarmTopic });
  new ReplicationMonitoring(stack, 'Monitoring', { replication, canary, alarmTopic });
  app.synth();
  expect(findingsAbout(app, /Canary|Monitoring|Scheduler/)).toEqual([]);
});
