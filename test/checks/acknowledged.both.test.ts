import { Annotations, Aspects, aws_s3 as s3, Duration, Stack, Stage, Validations } from 'aws-cdk-lib';
import { BucketReplication, ReplicatedBucketPair, ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { between, bucket, ENV, flow, inEurope } from '../builders';
import { messagesIn, warningsOf } from '../messages';

describe('acknowledged elsewhere', () => {
  const id = 'cdk-s3-replication:disabledRulesDoNotCatchUp';
  const off = between({}, {}, { enabled: false });

  test('at the source bucket', () =>
    expect(
      warningsOf((stack) => {
        off(stack);
        Annotations.of(stack.node.findChild('Source')).acknowledgeWarning(id);
      }),
    ).toEqual([]));

  test.each(['', 'annotation::'])('as the README says, with the id as it is printed: %s…', (form) =>
    expect(
      warningsOf((stack) => {
        off(stack);
        Validations.of(stack.node.findChild('Source')).acknowledge({ id: `${form}${id}`, reason: 'on purpose' });
      }),
    ).toEqual([]),
  );

  test('before the rule is there', () =>
    expect(
      warningsOf((stack) => {
        Annotations.of(stack).acknowledgeWarning(id);
        off(stack);
      }),
    ).toEqual([]));

  test('at a pair', () =>
    expect(
      warningsOf((stack) => {
        const made = new ReplicatedBucketPair(stack, 'Pair', { enabled: false });
        Annotations.of(made).acknowledgeWarning(id);
      }),
    ).toEqual([]));

  test('at the BucketReplication', () =>
    expect(
      warningsOf((stack) => {
        const replication = new BucketReplication(stack, 'Replication', {
          source: bucket(stack, 'Source'),
          rules: [{ destination: bucket(stack, 'Destination'), enabled: false }],
        });
        Annotations.of(replication).acknowledgeWarning(id);
      }),
    ).toEqual([]));

  test('at a pair of buckets of the user', () =>
    expect(
      warningsOf((stack) => {
        const made = new ReplicatedBucketPair(stack, 'Pair', {
          source: bucket(stack, 'Source'),
          destination: bucket(stack, 'Destination'),
          enabled: false,
        });
        Annotations.of(made).acknowledgeWarning(id);
      }),
    ).toEqual([]));

  test('at one of two pairs counts for that one', () =>
    expect(
      warningsOf((stack) => {
        const source = bucket(stack, 'Source');
        const [one] = ['One', 'Two'].map((name) => new ReplicatedBucketPair(stack, name, { source, enabled: false }));
        Annotations.of(one).acknowledgeWarning(id);
      }),
    ).toEqual([expect.stringContaining("The rule 'Two-")]));

  test('at the Stage', () => {
    // not at the app: core looks for acknowledgements below it only
    const app = quietApp();
    const stage = new Stage(app, 'Stage', { env: ENV });
    off(new Stack(stage, 'Stack'));
    Annotations.of(stage).acknowledgeWarning(id);
    expect(messagesIn(app)).toEqual([]);
  });

  test('at another stack does not count', () =>
    expect(
      warningsOf((stack) => {
        off(stack);
        Annotations.of(inEurope(stack)).acknowledgeWarning(id);
      }),
    ).toHaveLength(1));
});

test('what concerns two rules is said once', () => {
  expect(
    warningsOf((stack) => {
      const destination = bucket(stack, 'Destination');
      flow(
        stack,
        { destination, filter: ReplicationFilter.prefix('a/') },
        bucket(stack, 'Source', { lifecycleRules: [{ expiration: Duration.days(1) }] }),
      ).addRule({ destination, filter: ReplicationFilter.prefix('b/') });
    }),
  ).toHaveLength(1);
});

test('a second synthesis does not say it twice', () => {
  const app = quietApp();
  between({}, {}, { enabled: false })(new Stack(app, 'Stack', { env: ENV }));
  app.synth();
  expect(app.synth({ force: true }).stacks[0].messages).toHaveLength(1);
});

test('what an aspect changes counts', () => {
  expect(
    warningsOf((stack) => {
      between()(stack);
      Aspects.of(stack).add({
        visit: (node) => {
          if (s3.CfnBucket.isCfnResource(node) && node.node.path === 'Stack/Source/Resource') {
            (node as s3.CfnBucket).addPropertyOverride('OwnershipControls', {
              Rules: [{ ObjectOwnership: 'ObjectWriter' }],
            });
          }
        },
      });
    }),
  ).toEqual([expect.stringContaining('sourceUsesAcls')]);
});
