import { Aspects, aws_s3 as s3, IAspect, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { testApp } from '../app';
import {
  deployOrder,
  ENCRYPTED,
  EU,
  expectReplication,
  inStack,
  resources,
  silenced,
  surplus,
  templatesOf,
  US,
} from '../templates';
import { BucketReplication, ReplicatedBucketPair } from 'cdk-s3-replication';

silenced();

describe('aspects', () => {
  const aspect = (visit: IAspect['visit']): IAspect => ({ visit });

  test.each(['recommended', 'none'] as const)('that add aspects (%s feature flags)', (flags) => {
    const templates = inStack(
      (stack) => {
        new ReplicatedBucketPair(stack, 'Pair', EU);
        const inner = aspect((node) => {
          if (node instanceof s3.CfnBucket) {
            node.addPropertyOverride('AccelerateConfiguration.AccelerationStatus', 'Suspended');
          }
        });
        Aspects.of(stack).add(
          aspect((node) => {
            if (node instanceof s3.Bucket) Aspects.of(node).add(inner);
          }),
        );
      },
      undefined,
      testApp(flags),
    );
    expectReplication(templates);
    if (flags === 'none') return; // without the flag for stabilization core ignores aspects that come from aspects
    for (const { Properties } of resources(templates, 'AWS::S3::Bucket')) {
      expect(Properties.AccelerateConfiguration).toBeDefined();
    }
  });

  test.each(['recommended', 'none'] as const)(
    'that add rules, also to a bucket of another stack (%s feature flags)',
    (flags) => {
      const app = testApp(flags);
      const [sources, destinations, others] = ['Sources', 'Destinations', 'Others'].map(
        (id) => new Stack(app, id, { env: id === 'Others' ? { region: 'eu-west-1' } : US }),
      );
      const source = new s3.Bucket(sources, 'Source', ENCRYPTED);
      const [destination, other] = [destinations, others].map(
        (stack) => new s3.Bucket(stack, 'Destination', ENCRYPTED),
      );
      Aspects.of(app).add(
        aspect((node: IConstruct) => {
          if (node === source) BucketReplication.of(source).addRule({ destination });
          if (node === other) BucketReplication.of(source).addRule({ destination: other });
        }),
      );
      const templates = templatesOf(app);
      expectReplication(templates, 2);
      expect(surplus(templates)).toEqual([]);
      expect(deployOrder(app.synth()).slice(-1)).toEqual(['Sources']);
    },
  );

  test('that add a whole pair', () => {
    const templates = inStack((stack) => {
      const source = new s3.Bucket(stack, 'Source');
      Aspects.of(stack).add(
        aspect((node) => {
          if (node === source) new ReplicatedBucketPair(stack, 'Pair', { source, ...EU });
        }),
      );
    });
    expectReplication(templates);
    expect(Object.keys(templates)).toHaveLength(2);
  });
});
