import { aws_sns as sns, Stack } from 'aws-cdk-lib';
import { judgeBatchJobs } from './batch-jobs';
import { judgeCanaries } from './canaries';
import { bucket } from '../../test/builders';
import { DeployedApp } from '../assembly/deployed';
import { changed, synthesized } from '../rehearsal/apps';
import { ExistingObjectReplication, ReplicatedBucketPair, ReplicationRepair } from 'cdk-s3-replication';

const both = (stack: Stack) => {
  const { replication } = new ReplicatedBucketPair(stack, 'Pair');
  const topic = new sns.Topic(stack, 'Topic');
  new ExistingObjectReplication(stack, 'Existing', { replication, reportBucket: bucket(stack, 'Mine') });
  new ReplicationRepair(stack, 'Repair', { replication, topic });
};
const SHAPES: Record<string, (stack: Stack) => unknown> = {
  'both, with two report buckets and a topic': both,
  'existing objects only': (stack) =>
    new ExistingObjectReplication(stack, 'Existing', {
      replication: new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: 'eu-west-1' }).replication,
    }),
};

test.each(Object.entries(SHAPES))('the roles may do what jobs take, and nothing else: %s', async (_, define) => {
  const app = new DeployedApp(synthesized(define));
  expect(await judgeBatchJobs(app)).toEqual([]);
  expect(await judgeCanaries(app)).toEqual([]); // the scheduler
});

describe('is noticed', () => {
  const judged = (change: (statements: any[]) => any[]) =>
    judgeBatchJobs(
      new DeployedApp(
        changed(synthesized(both), (resources) => {
          for (const { Type, Properties } of Object.values<any>(resources)) {
            if (Type === 'AWS::IAM::Policy') {
              Properties.PolicyDocument.Statement = change(Properties.PolicyDocument.Statement);
            }
          }
        }),
      ),
    );
  test.each([
    ['CreateJob', 'denied: s3:CreateJob'],
    ['ListJobs', 'denied: s3:ListJobs'],
    ['DescribeJob', 'denied: s3:DescribeJob'],
    ['PassRole', 'denied: iam:PassRole'],
    ['ReadReport', 'denied: s3:GetObject'],
    ['Failures', 'denied: cloudwatch:GetMetricData'],
    ['Result', 'denied: cloudwatch:PutMetricData'],
    ['Tell', 'denied: sns:Publish'],
    ['Replicate', 'denied: s3:InitiateReplication'],
    ['Manifest', 'denied: s3:PutInventoryConfiguration'],
    ['Report', 'denied: s3:PutObject'],
  ])('without %s', async (sid, finding) =>
    expect((await judged((all) => all.filter(({ Sid }) => Sid !== sid))).join()).toContain(finding),
  );

  test.each([
    ['jobs of every operation', 'CreateJob', { Condition: {} }, 'allowed: s3:CreateJob'],
    ['a role for every service', 'PassRole', { Condition: {} }, 'allowed: iam:PassRole'],
    ['every role', 'PassRole', { Resource: '*' }, 'allowed: iam:PassRole'],
    ['every report', 'Report', { Resource: '*' }, 'allowed: s3:PutObject'],
    ['objects of every bucket', 'Replicate', { Resource: '*' }, 'allowed: s3:InitiateReplication'],
    ['every topic', 'Tell', { Resource: '*' }, 'allowed: sns:Publish'],
  ])('%s', async (_, sid, over, finding) =>
    expect((await judged((all) => all.map((it) => (it.Sid === sid ? { ...it, ...over } : it)))).join()).toContain(
      finding,
    ),
  );
});
