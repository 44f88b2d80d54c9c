import { Stack } from 'aws-cdk-lib';
import { BucketReplication, LogAggregationSRR, ReplicatedBucketPair, ReplicationFilter } from '../../src';
import { testApp } from '../app';
import { bucket, ENV, l1 } from '../builders';

const home = () => new Stack(testApp(), 'Stack', { env: ENV });

test('rules are told with all that was left open, and later ones too', () => {
  const stack = home();
  const [source, one, other] = ['Source', 'One', 'Other'].map((id) => bucket(stack, id));
  const replication = new BucketReplication(stack, 'Replication', { source });
  expect(replication.rules).toEqual([]);
  const filter = ReplicationFilter.prefix('logs/');
  replication.addRule({ destination: one });
  replication.addRule({ destination: other, filter, ruleId: 'slow', enabled: false, metrics: false });
  replication.addRule({ destination: other, ruleId: 'fast', replicationTimeControl: true });
  const on = { enabled: true, metrics: true, replicationTimeControl: false };
  expect(replication.rules).toEqual([
    {
      ...on,
      ruleId: expect.stringMatching(/^One-[0-9a-f]{8}$/),
      destination: one,
      filter: ReplicationFilter.all(),
    },
    { ...on, ruleId: 'slow', destination: other, filter, enabled: false, metrics: false },
    { ...on, ruleId: 'fast', destination: other, filter: ReplicationFilter.all(), replicationTimeControl: true },
  ]);
  expect(replication.rules[1].destination).toBe(other);
});

test('what the template says of metrics and ids is what the rules tell', () => {
  const stack = home();
  const { source, replication } = new ReplicatedBucketPair(stack, 'Pair');
  for (const metrics of [undefined, true, false]) {
    for (const replicationTimeControl of [undefined, true, false].slice(metrics === false ? 2 : 0)) {
      const filter = ReplicationFilter.prefix(`${metrics} ${replicationTimeControl}/`);
      const enabled = metrics;
      replication.addRule({
        destination: bucket(stack, filter._prefix),
        filter,
        metrics,
        replicationTimeControl,
        enabled,
      });
    }
  }
  const { rules } = stack.resolve(l1(source).replicationConfiguration);
  const byId = (id: string) => rules.find((rule: any) => rule.id === id);
  expect(replication.rules).toHaveLength(rules.length);
  for (const { ruleId, enabled, metrics, replicationTimeControl } of replication.rules) {
    const { destination, status } = byId(ruleId);
    expect([
      status === 'Enabled',
      destination.metrics !== undefined,
      destination.replicationTime !== undefined,
    ]).toEqual([enabled, metrics, replicationTimeControl]);
  }
});

test('reading them changes nothing', () => {
  const stack = home();
  const source = bucket(stack, 'Source');
  new LogAggregationSRR(stack, 'Logs').addSource(source);
  const { rules } = BucketReplication.of(source);
  rules.pop();
  expect(BucketReplication.of(source).rules).toHaveLength(1);
});
