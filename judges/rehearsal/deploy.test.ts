import { RemovalPolicy } from 'aws-cdk-lib';
import { synthesized } from './apps';
import { cases } from './deploy-cases';
import { rehearse, rehearseDestroy } from './rehearse';
import { leftByRollback, rehearseSecondAttempt } from './rollback';
import { bucket, inEurope, key, KMS } from '../../test/builders';
import { BucketReplication, LogAggregationSRR, LogProducer, ReplicatedBucketPair } from 'cdk-s3-replication';

const after = (source: string) =>
  new RegExp(
    `^${source}: no permission .*; from 'create ${source}' until 'create ${source}(/Resource)?/S3Replication/Policy'$`,
  );

describe.each(Object.entries(cases))(
  '%s',
  (_, { define, outside, order = ['App'], unnamed = [], named = [], dead = [] }) => {
    test('is deployed, destroyed, and deployed again', () => {
      const stacks = synthesized(define);
      const deployed = rehearse(stacks, { outside, objects: true });
      expect(deployed).toMatchObject({ order, refusals: [], dead: [] });
      expect(deployed.windows).toEqual(unnamed.map((source) => expect.stringMatching(after(source))));

      const destroyed = rehearseDestroy(deployed.state);
      expect(destroyed).toMatchObject({
        refusals: [],
        windows: [],
        dead: dead.map((source) => `${source} (retained): its role is not there`),
      });
      expect(destroyed.state.resources.size).toBe(0);
      expect(new Set(destroyed.order)).toEqual(new Set(order));

      const again = rehearse(stacks, { outside }, destroyed.state).refusals;
      expect(again).toEqual(named.map((it) => expect.stringMatching(`^create ${it}: .* you already own it\\.$`)));
    });
  },
);

test('buckets with a name that the library makes are not in the way of a second attempt', () => {
  const stacks = synthesized((stack) => {
    new ReplicatedBucketPair(stack, 'Pair', {
      destinationRegion: 'eu-west-1',
      sourceOptions: { bucketName: 'the-source' },
      destinationOptions: { bucketName: 'the-destination' },
    });
    new ReplicatedBucketPair(stack, 'Unnamed', { encryption: KMS });
  });
  expect(rehearseSecondAttempt(stacks)).toEqual([]);

  const retained = synthesized((stack) => {
    new ReplicatedBucketPair(stack, 'Pair', {
      removalPolicy: RemovalPolicy.RETAIN,
      sourceOptions: { bucketName: 'the-source' },
    });
  });
  expect(rehearseSecondAttempt(retained)).toEqual([
    'create App/Pair/Source: Your previous request to create the named bucket succeeded and you already own it.',
  ]);
});

describe('a first deployment that is rolled back', () => {
  test('leaves nothing of what the library makes', () => {
    const stacks = synthesized((stack) => {
      new ReplicatedBucketPair(stack, 'Named', {
        destinationRegion: 'eu-west-1',
        encryption: KMS,
        sourceOptions: { bucketName: 'the-source' },
        destinationOptions: { bucketName: 'the-destination' },
      });
      new ReplicatedBucketPair(stack, 'Unnamed', { encryption: KMS });
      new LogAggregationSRR(stack, 'Logs').addProducer('Alb', LogProducer.alb());
    });
    expect(leftByRollback(stacks)).toEqual([]);
  });

  test('leaves what the user retains, and not the role for it', () => {
    const stacks = synthesized((stack) => {
      BucketReplication.of(bucket(stack, 'Source', { encryptionKey: key(stack) })).addRule({
        destination: bucket(inEurope(stack), 'Destination', { encryption: KMS }),
      });
    });
    expect(leftByRollback(stacks)).toEqual(['App/Key', 'App/Source', 'Europe/Destination', 'Europe/Destination/Key']);
  });
});
