import { aws_s3 as s3, CfnOutput } from 'aws-cdk-lib';
import { ENCRYPTED, inStack, silenced, surplus } from '../templates';
import { ReplicatedBucketPair } from 'cdk-s3-replication';

silenced();

describe('partitions', () => {
  const partitions: Array<[string, string, string, string]> = [
    ['China', 'cn-north-1', 'cn-northwest-1', 'arn:aws-cn:'],
    ['GovCloud', 'us-gov-west-1', 'us-gov-east-1', 'arn:aws-us-gov:'],
  ];
  test.each(partitions)('%s: no ARN and no host name of another partition', (_, region, destinationRegion, arn) => {
    const templates = inStack(
      (stack) => {
        new ReplicatedBucketPair(stack, 'Pair', { destinationRegion, ...ENCRYPTED });
        new ReplicatedBucketPair(stack, 'Near', { ...ENCRYPTED, sourceOptions: { bucketName: 'data-of-mine' } });
      },
      { env: { region } },
    );
    const text = JSON.stringify(templates);
    expect(text).not.toMatch(/arn:aws:/);
    expect(text.match(/arn:aws[\w-]*:/g)!.filter((it) => it !== arn)).toEqual([]);
    expect(text).not.toMatch(/s3\.[\w-]+\.amazonaws\.com/); // kms:ViaService
    expect(surplus(templates)).toEqual([]);
  });

  test('the judge: an ARN of another partition', () => {
    const text = JSON.stringify(
      inStack((stack) => new CfnOutput(stack, 'Arn', { value: new s3.Bucket(stack, 'B') && 'arn:aws:s3:::mine' }), {
        env: { region: 'cn-north-1' },
      }),
    );
    expect(text).toMatch(/arn:aws:/);
  });

  test.each([
    ['us-east-1', 'cn-north-1'],
    ['us-gov-west-1', 'us-east-1'],
  ])('from %s to %s is refused', (region, destinationRegion) => {
    expect(() =>
      inStack((stack) => new ReplicatedBucketPair(stack, 'Pair', { destinationRegion }), { env: { region } }),
    ).toThrow(/\[App\/Pair\].*partition/);
  });
});
