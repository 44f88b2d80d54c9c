import { aws_s3 as s3, Duration, Stack } from 'aws-cdk-lib';
import { judgeCanaries } from './canaries';
import { beside, bucket, KMS } from '../../test/builders';
import { DeployedApp } from '../assembly/deployed';
import { changed, synthesized } from '../rehearsal/apps';
import {
  BucketReplication,
  CrossAccountReplication,
  ReplicatedBucketPair,
  ReplicationCanary,
  ReplicationFilter,
} from 'cdk-s3-replication';

const canary = (stack: Stack, replication: BucketReplication) =>
  new ReplicationCanary(stack, 'Canary', { replication });
const SHAPES: Record<string, (stack: Stack) => unknown> = {
  'one rule': (stack) => canary(stack, new ReplicatedBucketPair(stack, 'Pair').replication),
  'several filters, one of tags': (stack) => {
    const { replication } = new ReplicatedBucketPair(stack, 'Pair', { filter: ReplicationFilter.prefix('logs/*') });
    canary(stack, replication);
    const filter = ReplicationFilter.prefixAndTags('data/', { class: 'gold' });
    replication.addRule({ destination: bucket(stack, 'Gold'), filter });
  },
  'keys and default retention': (stack) =>
    canary(
      stack,
      new ReplicatedBucketPair(stack, 'Pair', {
        destinationRegion: 'eu-west-1',
        encryption: KMS,
        objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(30)),
      }).replication,
    ),
  'another account': (stack) => {
    const destinationStack = beside(stack, 'Theirs', { account: '222222222222', region: 'eu-west-1' });
    const source = bucket(stack, 'Source', { encryption: KMS });
    canary(stack, new CrossAccountReplication(stack, 'Offsite', { source, destinationStack }).replication);
  },
};

test.each(Object.entries(SHAPES))('the roles may do what the canary does, and nothing else: %s', async (_, define) =>
  expect(await judgeCanaries(new DeployedApp(synthesized(define)))).toEqual([]),
);

describe('is noticed', () => {
  const statements = (shape: string, change: (statements: any[]) => any[]) =>
    judgeCanaries(
      new DeployedApp(
        changed(synthesized(SHAPES[shape]), (resources) => {
          const [id] = Object.keys(resources).filter((it) => it.startsWith('CanaryPolicy'));
          const { PolicyDocument } = resources[id]?.Properties ?? { PolicyDocument: { Statement: [] } };
          PolicyDocument.Statement = change(PolicyDocument.Statement);
        }),
      ),
    );
  const without = (sid: string) => (all: any[]) => all.filter(({ Sid }) => Sid !== sid);
  const widened = (sid: string, over: object) => (all: any[]) =>
    all.map((it) => (it.Sid === sid ? { ...it, ...over } : it));

  test.each([
    ['one rule', 'Probe', 'denied: s3:PutObject'],
    ['several filters, one of tags', 'ProbeTags', 'denied: s3:PutObjectTagging'],
    ['keys and default retention', 'ProbeEncryption', 'denied: kms:GenerateDataKey'],
    ['one rule', 'Result', 'denied: cloudwatch:PutMetricData'],
  ])('%s without the statement %s', async (shape, sid, finding) =>
    expect((await statements(shape, without(sid))).join()).toContain(finding),
  );

  test.each<[string, (all: any[]) => any[], string]>([
    ['probes anywhere', widened('Probe', { Resource: '*' }), '/data with'],
    ['other actions', widened('Probe', { Action: 's3:*' }), 'allowed: s3:BypassGovernanceRetention'],
    [
      'any namespace',
      widened('Result', { Condition: {} }),
      'allowed: cloudwatch:PutMetricData on arn:aws:cloudwatch:us-east-1:111111111111:dataset/default with {"cloudwatch:namespace":"AWS/S3"}',
    ],
  ])('%s', async (_, change, finding) => expect((await statements('one rule', change)).join()).toContain(finding));

  test('a key for other services', async () => {
    const found = await statements('keys and default retention', widened('ProbeEncryption', { Condition: {} }));
    expect(found.join()).toContain('"kms:ViaService":"sqs.');
  });
});
