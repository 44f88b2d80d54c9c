import { aws_kms as kms, aws_s3 as s3, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { LogProducer } from '../../src/producers/log-producer';
import { bucket, l1 } from '../builders';
import { logs, OTHER, OWN } from './builders';

describe('what cannot be changed is handed over', () => {
  const handedOver = (stack: Stack) =>
    Annotations.fromStack(stack)
      .findWarning('*', Match.anyValue())
      .map(({ entry }) => String(entry.data));
  const imported = (stack: Stack, more: Partial<s3.BucketAttributes> = {}) =>
    s3.Bucket.fromBucketAttributes(stack, 'Imported', { bucketName: 'their-logs', account: OTHER, ...more });

  test('for an imported bucket and its key', () => {
    const stack = logs();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:us-east-1:${OTHER}:key/1234`);
    LogProducer.nlb().allowDeliveryTo(imported(stack, { encryptionKey }));
    expect(handedOver(stack)).toEqual([
      expect.stringMatching(
        /The policy of the bucket 'Stack\/Imported' .*"Action":\["s3:PutObject"\],"Resource":\[.*:s3:::their-logs\/AWSLogs\/222222222222\/\*.*logBucketTakesNoPolicy/,
      ),
      expect.stringMatching(
        /The policy of the key 'arn:aws:kms:us-east-1:222222222222:key\/1234' .*"kms:GenerateDataKey\*".*logKeyTakesNoPolicy/,
      ),
    ]);
  });

  test('for a key whose policy another app has', () => {
    const stack = logs();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:us-east-1:${OWN}:key/1234`);
    LogProducer.config().allowDeliveryTo(bucket(stack, 'Logs', { encryptionKey }));
    expect(handedOver(stack)).toEqual([expect.stringContaining('"kms:Decrypt","kms:GenerateDataKey"')]);
  });

  test('for a bucket whose encryption an intrinsic decides', () => {
    const stack = logs();
    const target = bucket(stack, 'Logs');
    l1(target).bucketEncryption = Lazy.any({ produce: () => ({ 'Fn::If': ['Yes', {}, {}] }) }) as any;
    LogProducer.nlb().allowDeliveryTo(target);
    expect(handedOver(stack)).toEqual([expect.stringContaining('The policy of the key of the default encryption')]);
    // which does not concern what is encrypted with SSE-S3 only
    const other = logs();
    const another = bucket(other, 'Logs');
    l1(another).bucketEncryption = l1(target).bucketEncryption;
    LogProducer.alb().allowDeliveryTo(another);
    expect(handedOver(other)).toEqual([]);
  });

  test('and can be acknowledged', () => {
    const stack = logs();
    const target = imported(stack);
    LogProducer.nlb().allowDeliveryTo(target);
    const { Annotations: CoreAnnotations } = jest.requireActual<typeof import('aws-cdk-lib')>('aws-cdk-lib');
    CoreAnnotations.of(target).acknowledgeWarning('cdk-s3-replication:logBucketTakesNoPolicy');
    expect(handedOver(stack)).toEqual([]);
  });
});
