import { aws_s3 as s3, Duration, Stack } from 'aws-cdk-lib';
import { quietApp } from '../app';
import { bucket, ENV, flow, l1, pair } from '../builders';
import { refusesAtSynthesis } from '../messages';

describe('Object Lock', () => {
  const lock = { objectLockEnabled: true };
  const to =
    (
      destination: (stack: Stack) => s3.IBucketRef,
      source: (stack: Stack) => s3.IBucketRef = (stack) => bucket(stack, 'Source', lock),
    ) =>
    (stack: Stack) =>
      flow(stack, { destination: destination(stack) }, source(stack));
  const unlocked = (stack: Stack) => bucket(stack, 'Destination');
  const fails = 'fails every object … set objectLockEnabled: true on the destination';
  const unlike = `the source 'Stack/Source' has Object Lock and destination 'Stack/Destination' has not … ${fails}`;
  refusesAtSynthesis([
    ['of the source only', to(unlocked), `[Stack/Source/Resource/S3Replication] … ${unlike}`],
    [
      'by a default retention',
      to(unlocked, (stack) =>
        bucket(stack, 'Source', { objectLockDefaultRetention: s3.ObjectLockRetention.compliance(Duration.days(1)) }),
      ),
      `[Stack/Source/Resource/S3Replication] … ${unlike}`,
    ],
    [
      'of an L1 bucket',
      to(unlocked, (stack) => new s3.CfnBucket(stack, 'Source', lock)),
      `[Stack/Source/S3Replication] … ${unlike}`,
    ],
    [
      'assigned later',
      (stack) => void (l1(flow(stack).source as s3.Bucket).objectLockEnabled = true),
      `[Stack/Source/Resource/S3Replication] … ${unlike}`,
    ],
    [
      'by an override',
      (stack) => l1(flow(stack).source as s3.Bucket).addPropertyOverride('ObjectLockEnabled', true),
      `[Stack/Source/Resource/S3Replication] … ${unlike}`,
    ],
    [
      'switched off in the props of a pair',
      (stack) => pair(stack, { source: bucket(stack, 'Source', lock), objectLockEnabled: false }),
      `[Stack/Source/Resource/S3Replication] … destination 'Stack/Pair/Destination' has not … ${fails}`,
    ],
  ]);

  test('an override at the destination counts', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const destination = unlocked(stack);
    to(() => destination)(stack);
    l1(destination).addPropertyOverride('ObjectLockEnabled', true);
    app.synth();
  });
});
