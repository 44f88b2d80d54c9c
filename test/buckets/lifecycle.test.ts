import { aws_s3 as s3, Duration, Stack } from 'aws-cdk-lib';
import { warningsOf } from '../messages';
import { LogAggregationSRR, ReplicatedBucketPair } from 'cdk-s3-replication';

const { INFREQUENT_ACCESS, ONE_ZONE_INFREQUENT_ACCESS, GLACIER, DEEP_ARCHIVE } = s3.StorageClass;
const after = (storageClass: s3.StorageClass, days: number) => ({ storageClass, transitionAfter: Duration.days(days) });

describe('transitions that S3 may refuse', () => {
  test.each<[string, s3.Transition[], string | undefined]>([
    ['IA early', [after(INFREQUENT_ACCESS, 29)], 'to STANDARD_IA after 29 days'],
    ['One Zone-IA early', [after(ONE_ZONE_INFREQUENT_ACCESS, 7)], 'to ONEZONE_IA after 7 days'],
    ['IA in time', [after(INFREQUENT_ACCESS, 30)], undefined],
    ['Glacier at once', [after(GLACIER, 1)], undefined],
    ['on from IA early', [after(GLACIER, 59), after(INFREQUENT_ACCESS, 30)], 'to GLACIER after 59 days'],
    ['on from IA in time', [after(INFREQUENT_ACCESS, 30), after(GLACIER, 60), after(DEEP_ARCHIVE, 61)], undefined],
  ])('are warned of: %s', (_, transitions, early) => {
    const expected = early ? [expect.stringContaining(`move objects ${early}. `)] : [];
    const build = (stack: Stack) => new LogAggregationSRR(stack, 'Logs', { transitions });
    expect(warningsOf(build)).toEqual(expected);
    const noncurrent = [{ noncurrentVersionTransitions: transitions as s3.NoncurrentVersionTransition[] }];
    const pair = (stack: Stack) =>
      new ReplicatedBucketPair(stack, 'Pair', { destinationOptions: { lifecycleRules: noncurrent } });
    expect(warningsOf(pair)).toEqual(expected);
  });
});
