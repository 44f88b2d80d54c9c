import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { testApp } from '../app';
import { circles, deployOrder, EMPTIED, EU, inStack, REPLICA_STACK, silenced, US } from '../templates';
import { ReplicatedBucketPair } from 'cdk-s3-replication';

silenced();

describe('autoDeleteObjects', () => {
  const deletedBefore = (template: any, id: string): string[] =>
    Object.keys(template.Resources).filter((other) => [template.Resources[other].DependsOn].flat().includes(id));

  test('within a stack the source goes before the destination is emptied', () => {
    const { App: template } = inStack((stack) => new ReplicatedBucketPair(stack, 'Pair', EMPTIED));
    const [emptying] = Object.keys(template.Resources).filter((id) => /^PairDestinationAutoDeleteObjects/.test(id));
    const [source] = Object.keys(template.Resources).filter(
      (id) => template.Resources[id].Properties?.ReplicationConfiguration,
    );
    expect(deletedBefore(template, emptying)).toContain(source);
    expect(circles(template)).toEqual([]);
  });

  test('without it nothing has to go before (the judge)', () => {
    const { App: template } = inStack((stack) => {
      const [source, destination] = ['A', 'B'].map((id) => new s3.Bucket(stack, id, EMPTIED));
      new ReplicatedBucketPair(stack, 'Pair', { source, destination });
    });
    const [emptying] = Object.keys(template.Resources).filter((id) => /^BAutoDeleteObjects/.test(id));
    expect(
      Object.keys(template.Resources).filter(
        (id) =>
          deletedBefore(template, emptying).includes(id) && template.Resources[id].Properties?.ReplicationConfiguration,
      ),
    ).toEqual([]);
  });

  test.each<[string, (stack: Stack) => void]>([
    ['two pairs', (stack) => ['One', 'Two'].forEach((id) => new ReplicatedBucketPair(stack, id, EMPTIED))],
    [
      'a bucket of the user that is emptied too',
      (stack) => {
        new s3.Bucket(stack, 'Mine', EMPTIED);
        new ReplicatedBucketPair(stack, 'Pair', EMPTIED);
      },
    ],
    [
      'a pair over two regions before one within',
      (stack) => {
        new ReplicatedBucketPair(stack, 'Far', { ...EU, ...EMPTIED });
        new ReplicatedBucketPair(stack, 'Near', EMPTIED);
      },
    ],
    [
      'a source that is brought',
      (stack) => new ReplicatedBucketPair(stack, 'Pair', { source: new s3.Bucket(stack, 'Mine', EMPTIED), ...EMPTIED }),
    ],
    [
      'a destination that is the source of another pair',
      (stack) => {
        const { destination } = new ReplicatedBucketPair(stack, 'One', EMPTIED);
        new ReplicatedBucketPair(stack, 'Two', { source: destination, ...EMPTIED });
      },
    ],
    [
      'names',
      (stack) =>
        new ReplicatedBucketPair(stack, 'Pair', {
          ...EMPTIED,
          sourceOptions: { bucketName: 'mine' },
          destinationOptions: { bucketName: 'replicas' },
        }),
    ],
  ])('closes no circle: %s', (_, define) => {
    expect(Object.values(inStack(define)).flatMap(circles)).toEqual([]);
  });

  test('over two stacks the order of the stacks does it: cdk destroy goes backwards', () => {
    const app = testApp();
    new ReplicatedBucketPair(new Stack(app, 'App', { env: US }), 'Pair', { ...EU, ...EMPTIED });
    expect(deployOrder(app.synth())).toEqual([REPLICA_STACK, 'App']);
  });
});
