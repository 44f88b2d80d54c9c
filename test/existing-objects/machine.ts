import { batchMachine } from '../../src/existing-objects/batch-machine';

const RUN = {
  reportBucket: 'reports',
  reportBucketArn: 'arn:aws:s3:::reports',
  topicArn: 'arn:aws:sns:us-east-1:111111111111:told',
};
export const REPAIR = {
  ...RUN,
  name: 'Repair',
  maxJobsPerDay: 1,
  filter: { ObjectReplicationStatuses: ['FAILED'] },
  words: { all: 'REPAIRED', some: 'STILL_FAILING', none: 'NOTHING_TO_REPAIR' },
  metrics: { done: 'RepairedObjects', failed: 'UnrepairedObjects' },
};
export const EXISTING = {
  ...RUN,
  name: 'Existing',
  filter: { ObjectReplicationStatuses: ['NONE'], KeyNameConstraint: { MatchAnyPrefix: ["it's/"] } },
  words: { all: 'REPLICATED', some: 'SOME_FAILED', none: 'NOTHING_TO_REPLICATE' },
  metrics: { done: 'ReplicatedExistingObjects', failed: 'FailedExistingObjects' },
};
export const LABEL = 'Replication of source: Repair';
export const machine = (runs: Parameters<typeof batchMachine>[0]['runs'] = [REPAIR, EXISTING], rules = 2): any =>
  batchMachine({
    partition: 'aws',
    account: '111111111111',
    source: 'source',
    sourceArn: 'arn:aws:s3:::source',
    jobRoleArn: 'arn:aws:iam::111111111111:role/jobs',
    runs,
    rules: Array.from({ length: rules }, (_, i) => ({ ruleId: `rule-${i}`, destination: 'destination' })),
  });
