import { App, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import recommended from 'aws-cdk-lib/recommended-feature-flags.json';
import { judgeAccess } from '../../judges/access/judge';
import { DeployedApp } from '../../judges/assembly/deployed';
import { readStacks } from '../../judges/assembly/stacks';
import { judgeRules } from '../../judges/generated/rules';
import { rehearse } from '../../judges/rehearsal/rehearse';
import { bucket, ENV, key, KMS } from '../builders';
import { bootstrapped } from '../examples/deployment';
import { CrossAccountReplication, LogAggregationSRR, LogProducer, ReplicatedBucketPair } from 'cdk-s3-replication';

afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

/** Turned round: what is on goes off, and the other way about. */
const opposite = (value: unknown) => (typeof value === 'boolean' ? !value : value === 'weak' ? 'strong' : undefined);
const flags = Object.entries(recommended).filter(([flag]) => /core:|aws-(s3|kms|iam):|s3-notifications/.test(flag));

function everything(context: Record<string, unknown>) {
  const app = new App({ analyticsReporting: false, treeMetadata: false, context });
  const ours = new Stack(app, 'Production', { env: ENV });
  const theirs = new Stack(app, 'Backup', { env: { ...ENV, account: '222222222222' } });
  new ReplicatedBucketPair(ours, 'Pair', {
    destinationRegion: 'eu-west-1',
    encryption: KMS,
    sourceOptions: {
      serverAccessLogsBucket: bucket(ours, 'AccessLogs', { encryption: s3.BucketEncryption.S3_MANAGED }),
    },
  });
  const source = bucket(ours, 'Data', { encryptionKey: key(ours) });
  new CrossAccountReplication(ours, 'Offsite', { source, destinationStack: theirs });
  new LogAggregationSRR(ours, 'Logs').addProducer('Alb', LogProducer.alb());
  return readStacks(app.synth());
}

async function verdict(context: Record<string, unknown>) {
  const stacks = everything(context);
  const app = new DeployedApp(stacks);
  const { refusals, dead } = rehearse(stacks, { outside: bootstrapped(stacks) });
  const { findings, allowed } = await judgeAccess(app, { necessary: false, least: 'none' });
  expect(allowed).toBeGreaterThan(40);
  return [...judgeRules(app), ...refusals, ...dead, ...findings];
}

test('there are flags to turn', () => expect(flags.length).toBeGreaterThan(15));

test.each(flags)('everything works with %s turned round', async (flag, value) => {
  expect(await verdict({ ...recommended, [flag]: opposite(value) })).toEqual([]);
});

test.each(flags)('everything works with %s alone', async (flag, value) => {
  expect(await verdict({ [flag]: value })).toEqual([]);
});
