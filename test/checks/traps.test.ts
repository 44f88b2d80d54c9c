import { oneWayModifications } from '../../src/checks/traps';
import { ReplicationFacts, RuleFacts } from '../../src/flows/facts';

test.each<[string, string[], boolean]>([
  ['nobody', [], true],
  ['another bucket', ['Stack/Other'], true],
  ['the destination', ['Stack/Other', 'Stack/There'], false],
])('replica modification sync is one-way when the source receives replicas of %s', (_, receivesFrom, oneWay) => {
  const rule = { replicaModifications: true, destination: { name: "'There'", path: 'Stack/There' } } as RuleFacts;
  const replication = { source: { receivesFrom } } as unknown as ReplicationFacts;
  expect(oneWayModifications(rule, replication) !== false).toBe(oneWay);
});
