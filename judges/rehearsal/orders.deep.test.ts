import { Stack } from 'aws-cdk-lib';
import { Outcome, perform, Plan, wander } from './adversary';
import { byName, changed, synthesized } from './apps';
import { deployment } from './deploy';
import { Model } from './model';
import { emptyModel } from './rehearse';
import { deletion } from './remove';
import { ACCOUNT, beside, bucket, inEurope, KMS } from '../../test/builders';
import { DeployedApp } from '../assembly/deployed';
import { StackOfApp } from '../assembly/stacks';
import { BucketReplication, ReplicatedBucketPair, ReplicationFilter } from 'cdk-s3-replication';

const ORDERS = 500;

/** Numbers between 0 and 1, the same ones for a seed. */
function numbers(seed: number): () => number {
  let state = seed;
  const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
  // the first ones of small seeds are all small
  for (let skipped = 0; skipped < 3; skipped++) next();
  return next;
}

const apps: Record<string, (stack: Stack) => unknown> = {
  pairs: (stack) => {
    new ReplicatedBucketPair(stack, 'Here', { encryption: KMS });
    new ReplicatedBucketPair(stack, 'There', { destinationRegion: 'eu-west-1', encryption: KMS });
    new ReplicatedBucketPair(stack, 'Named', { sourceOptions: { bucketName: 'the-source' } });
  },
  'many rules': (stack) => {
    const [far, near] = [inEurope(stack), beside(stack, 'Near')];
    for (const id of ['One', 'Two']) {
      const replication = BucketReplication.of(bucket(stack, id));
      replication.addRule({ destination: bucket(far, id), filter: ReplicationFilter.prefix('a/') });
      replication.addRule({ destination: bucket(near, id) });
    }
  },
  'literal names without a dependency': (stack) => {
    bucket(beside(stack, 'There'), 'Destination', { versioned: true, bucketName: 'there' });
    byName(stack, 'here', 'there');
    byName(stack, 'again', 'here');
  },
};

const free = (stacks: StackOfApp[]) => stacks.map((stack) => ({ ...stack, after: [] }));
const without = (stacks: StackOfApp[]) =>
  changed(stacks, (resources) => {
    for (const it of Object.values(resources)) {
      delete it.DependsOn;
      if (it.Type === 'AWS::IAM::Role') delete it.DeletionPolicy;
    }
  });

const names = Object.keys(apps);
const variants = { 'as it is': (it: StackOfApp[]) => it, 'stacks in any order': free, 'without dependencies': without };

/** What is refused or silently wrong, without when it showed. */
function findings(outcome: Outcome): { refusals: Set<string>; problems: Set<string> } {
  const lines = outcome.windows.flatMap((window) => {
    const [, source, whats] = /^(\S+): (.*); from /.exec(window)!;
    return whats.split(', ').map((what) => `${source}: ${what}`);
  });
  const dead = outcome.dead.map((it) => it.replace(' (retained)', ''));
  return { refusals: new Set(outcome.refusals), problems: new Set([...lines, ...dead]) };
}

function atRandom(start: Model, plans: () => Plan[]): { refusals: Set<string>; problems: Set<string> } {
  const refusals = new Set<string>();
  const problems = new Set<string>();
  for (let seed = 1; seed <= ORDERS; seed++) {
    const found = wander(start, plans(), numbers(seed));
    found.refusals.forEach((it) => refusals.add(it));
    found.problems.forEach((it) => problems.add(it));
  }
  return { refusals, problems };
}

describe.each(Object.entries(variants))('%s', (_, vary) => {
  test.each(names)('orders by chance find in %s what the worst one finds, and nothing else', (name) => {
    const stacks = vary(synthesized(apps[name]));
    const app = new DeployedApp(stacks);
    const start = emptyModel({});
    start.accounts = new Set([ACCOUNT]);
    const there = () => stacks.map((stack) => deployment(start, app, stack));
    const deployed = perform(start, there());
    // what is not there yet is called by its ARN
    const called = (lines: Set<string>) => {
      const labels = [...deployed.state.buckets.values(), ...deployed.state.keys.values()];
      return new Set([...lines].map((it) => labels.reduce((text, { arn, label }) => text.split(arn).join(label), it)));
    };
    const [worst, random] = [findings(deployed), atRandom(start, there)];
    expect(random.refusals).toEqual(worst.refusals);
    expect(called(random.problems)).toEqual(called(worst.problems));

    const stacksBack = [...deployed.state.stacks.values()].reverse();
    const back = () => stacksBack.map((it) => deletion(deployed.state, it));
    const destroyed = perform(deployed.state, back());
    const { refusals, problems } = atRandom(deployed.state, back);
    expect(refusals).toEqual(findings(destroyed).refusals);
    for (const it of findings(destroyed).problems) expect(problems).toContain(it);
  });
});
