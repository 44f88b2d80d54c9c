import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { testApp } from '../app';
import {
  deployOrder,
  ENCRYPTED,
  EU,
  expectReplication,
  resources,
  silenced,
  surplus,
  templatesOf,
  US,
} from '../templates';
import { BucketReplication, ReplicatedBucketPair, ReplicationFilter } from 'cdk-s3-replication';

silenced();

describe('several on one source', () => {
  test('two pairs and a rule from another stack: one configuration and one role', () => {
    const app = testApp();
    const stack = new Stack(app, 'App', { env: US });
    const first = new ReplicatedBucketPair(stack, 'First', { ...EU, ...ENCRYPTED });
    const second = new ReplicatedBucketPair(stack, 'Second', { source: first.source, destinationRegion: 'us-west-2' });
    const elsewhere = new Stack(app, 'Elsewhere', { env: { region: 'ap-south-1' } });
    BucketReplication.of(first.source).addRule({
      destination: new s3.Bucket(elsewhere, 'Bucket', ENCRYPTED),
      filter: ReplicationFilter.prefix('reports/'),
    });
    expect(second.replication).toBe(first.replication);
    expect(second.source).toBe(first.source);

    const templates = templatesOf(app);
    const { Properties } = expectReplication(templates, 3);
    expect(Properties.ReplicationConfiguration.Rules.map(({ Priority }: any) => Priority)).toEqual([1, 2, 3]);
    expect(resources(templates, 'AWS::IAM::Policy')).toHaveLength(1);
    expect(surplus(templates)).toEqual([]);
    expect(deployOrder(app.synth()).slice(-1)).toEqual(['App']);
  });

  test('pairs of two stacks with one source', () => {
    const app = testApp();
    const [owner, other] = ['Owner', 'Other'].map((id) => new Stack(app, id, { env: US }));
    const source = new s3.Bucket(owner, 'Source');
    new ReplicatedBucketPair(owner, 'Pair', { source, ...EU });
    new ReplicatedBucketPair(other, 'Pair', { source }); // its replica is in Other
    const templates = templatesOf(app);
    expectReplication(templates, 2);
    expect(surplus(templates)).toEqual([]);
    expect(deployOrder(app.synth()).slice(-1)).toEqual(['Owner']);
  });
});
