import { aws_sns as sns, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { ExistingObjectReplication, ReplicatedBucketPair, ReplicationMonitoring, ReplicationRepair } from '../../src';
import { quietApp } from '../app';
import { ENV } from '../builders';
import { findingsAbout } from '../nag-packs';

beforeEach(() => void jest.spyOn(console, 'error').mockImplementation(() => {}));
afterEach(() => jest.restoreAllMocks());
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

test('no pack finds anything in what makes jobs', () => {
  const app = quietApp();
  const stack = new Stack(app, 'App', { env: ENV });
  const { replication } = new ReplicatedBucketPair(stack, 'Pair');
  const topic = new sns.Topic(stack, 'Topic', { enforceSSL: true });
  const { failureAlarms } = new ReplicationMonitoring(stack, 'Monitoring', { replication, alarmTopic: topic });
  new ExistingObjectReplication(stack, 'Existing', { replication, topic });
  new ReplicationRepair(stack, 'Repair', { replication, topic, alarms: failureAlarms });
  app.synth();
  expect(findingsAbout(app, /BatchReplication|Existing|Repair/)).toEqual([]);
});
