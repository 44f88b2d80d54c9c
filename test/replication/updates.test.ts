import {
  App,
  aws_s3 as s3,
  CfnOutput,
  CfnParameter,
  NestedStack,
  PhysicalName,
  RemovalPolicy,
  Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { PINNED, silenced, Templates, US } from '../templates';
import { changes, harm, inStack, read, resourcesOf, synthesize } from '../updates';
import { BucketReplication, BucketReplicationProps, ReplicatedBucketPair, ReplicationFilter } from 'cdk-s3-replication';

silenced();

describe('adding replication to a deployed bucket', () => {
  type Define = (stack: Stack) => s3.IBucketRef;
  const sources: Array<[string, Define, string]> = [
    ['L2', (stack) => new s3.Bucket(stack, 'Source'), 'Source71E471F1'],
    ['L2 with a name', (stack) => new s3.Bucket(stack, 'Source', { bucketName: 'data-of-mine' }), 'Source71E471F1'],
    [
      'L2 with KMS',
      (stack) => new s3.Bucket(stack, 'Source', { encryption: s3.BucketEncryption.KMS, enforceSSL: true }),
      'Source71E471F1',
    ],
    ['L1', (stack) => new s3.CfnBucket(stack, 'Source'), 'Source'],
    [
      'L1 with a name from a parameter',
      (stack) => new s3.CfnBucket(stack, 'Source', { bucketName: new CfnParameter(stack, 'Name').valueAsString }),
      'Source',
    ],
    [
      'PhysicalName.GENERATE_IF_NEEDED',
      (stack) => new s3.Bucket(stack, 'Source', { bucketName: PhysicalName.GENERATE_IF_NEEDED }),
      'Source71E471F1',
    ],
  ];

  test.each(sources)('%s: to another bucket of the stack', (kind, source, id) => {
    const app = (replicate: boolean) =>
      inStack((stack) => {
        const from = source(stack);
        const to = new s3.Bucket(stack, 'Replicas', { encryption: s3.BucketEncryption.KMS });
        if (replicate) new BucketReplication(stack, 'Replication', { source: from, rules: [{ destination: to }] });
      });
    const added = changes(app(false), app(true));

    expect(added.filter((line) => !line.startsWith('+'))).toEqual([
      '~ AWS::S3::Bucket Replicas81EE3CB4.VersioningConfiguration',
      `~ AWS::S3::Bucket ${id}.ReplicationConfiguration`,
      `~ AWS::S3::Bucket ${id}.VersioningConfiguration`,
    ]);
    const named = /name from|with a name/.test(kind);
    expect(added.filter((line) => line.startsWith('+')).map((line) => line.split(' ')[1])).toEqual([
      ...(named ? [] : ['AWS::IAM::Policy']),
      'AWS::IAM::Role',
    ]);
  });

  test.each(sources)('%s: a pair with a replica in another region', (_, source, id) => {
    const app = (replicate: boolean) =>
      inStack((stack) => {
        const from = source(stack);
        if (replicate && from instanceof s3.Bucket) {
          new ReplicatedBucketPair(stack, 'Pair', { source: from, destinationRegion: 'eu-west-1' });
        }
        if (replicate && !(from instanceof s3.Bucket)) {
          const eu = new Stack(stack, 'Eu', { env: { region: 'eu-west-1' } });
          BucketReplication.of(from).addRule({ destination: new s3.Bucket(eu, 'Replicas') });
        }
      });

    expect(changes(app(false), app(true)).filter((line) => !line.startsWith('+'))).toEqual([
      `~ AWS::S3::Bucket ${id}.ReplicationConfiguration`,
      `~ AWS::S3::Bucket ${id}.VersioningConfiguration`,
    ]);
  });

  test('a bucket that has versioning keeps it as it is', () => {
    const app = (replicate: boolean) =>
      inStack((stack) => {
        const source = new s3.Bucket(stack, 'Source', { versioned: true });
        if (replicate) new ReplicatedBucketPair(stack, 'Pair', { source });
      });
    expect(changes(app(false), app(true)).filter((line) => line.startsWith('~'))).toEqual([
      '~ AWS::S3::Bucket Source71E471F1.ReplicationConfiguration',
    ]);
  });

  test('taking it away again harms no bucket and no key', () => {
    const app = (replicate: boolean) =>
      inStack((stack) => {
        const source = new s3.Bucket(stack, 'Source', { versioned: true, encryption: s3.BucketEncryption.KMS });
        const destination = new s3.Bucket(stack, 'Replicas', { versioned: true, encryption: s3.BucketEncryption.KMS });
        if (replicate) new ReplicatedBucketPair(stack, 'Pair', { source, destination });
      });
    expect(harm(app(true), app(false)).filter((line) => !line.includes('AWS::IAM::'))).toEqual([]);
  });
});

describe("other consumers of the user's buckets keep byte-equal templates", () => {
  // each reads the source and the destination, before or after replication is added
  const consumers: Record<string, (app: App, buckets: s3.Bucket[]) => void> = {
    'a stack of the same region': (app, buckets) => outputs(new Stack(app, 'Reader', { env: US }), buckets),
    'a stack of another region': (app, buckets) =>
      outputs(new Stack(app, 'Reader', { env: { region: 'us-west-2' }, crossRegionReferences: true }), buckets),
    'a nested stack': (app, buckets) =>
      outputs(new NestedStack(new Stack(app, 'Reader', { env: US }), 'Nested'), buckets),
  };
  const outputs = (stack: Stack, buckets: s3.Bucket[]) =>
    buckets.forEach((bucket, index) => read(stack, bucket, index));
  const app = (flags: 'recommended' | 'none', consumer: string, replicate: boolean, readFirst: boolean) =>
    synthesize((root) => {
      const source = new s3.Bucket(new Stack(root, 'Sources', { env: US, crossRegionReferences: true }), 'Source', {
        versioned: true,
      });
      const destination = new s3.Bucket(
        new Stack(root, 'Destinations', { env: US, crossRegionReferences: true }),
        'Destination',
        { versioned: true },
      );
      if (readFirst) consumers[consumer](root, [source, destination]);
      if (replicate) new ReplicatedBucketPair(Stack.of(source), 'Pair', { source, destination });
      if (!readFirst) consumers[consumer](root, [source, destination]);
    }, flags);

  test.each(
    Object.keys(consumers).flatMap((consumer) =>
      (['recommended', 'none'] as const).flatMap((flags) =>
        [true, false].map((first) => [consumer, flags, first] as const),
      ),
    ),
  )('%s, %s feature flags, reading first: %s', (consumer, flags, readFirst) => {
    const [before, after] = [false, true].map((replicate) => app(flags, consumer, replicate, readFirst));
    expect(JSON.stringify(after.Reader)).toBe(JSON.stringify(before.Reader));
    // nor is anything that they were made of taken away from the stacks which they read
    expect(changes(before, after).filter((line) => !line.startsWith('+'))).toEqual([
      '~ AWS::S3::Bucket Source71E471F1.ReplicationConfiguration',
    ]);
  });

  test('somebody who reads the destination in the stack of the source', () => {
    const own = (replicate: boolean) =>
      synthesize((root) => {
        const source = new s3.Bucket(new Stack(root, 'Sources', { env: US }), 'Source');
        const destination = new s3.Bucket(new Stack(root, 'Destinations', { env: US }), 'Destination');
        outputs(Stack.of(source), [destination]);
        if (replicate) new ReplicatedBucketPair(Stack.of(source), 'Pair', { source, destination });
      }, 'none');
    const [before, after] = [false, true].map(own);
    expect(JSON.stringify(after.Sources.Outputs)).toBe(JSON.stringify(before.Sources.Outputs));
  });
});

describe('lines of user code change places', () => {
  /** Same resources and properties, except for the numbers that decide between rules. */
  const withoutPriorities = (templates: Templates): Templates =>
    JSON.parse(JSON.stringify(templates), (key, value) => {
      if (key === 'ReplicationConfiguration') {
        return {
          ...value,
          Rules: value.Rules.map(({ Priority, ...rule }: any) => rule).sort((a: any, b: any) => (a.Id < b.Id ? -1 : 1)),
        };
      }
      return value;
    });

  test('wherever BucketReplication is made and whatever it is called, the templates are the same', () => {
    const ways: Array<(stack: Stack, props: BucketReplicationProps) => void> = [
      (stack, props) => new BucketReplication(stack, 'Replication', props),
      (stack, props) => new BucketReplication(new Construct(stack, 'Deep'), 'Other', props),
      (stack, props) => new BucketReplication(new Stack(stack, 'Elsewhere', { env: US }), 'Replication', props),
      (_, { source, rules }) => rules!.forEach((rule) => BucketReplication.of(source).addRule(rule)),
      (_, { source, rules }) =>
        rules!.forEach((rule) =>
          BucketReplication.of((source as s3.Bucket).node.defaultChild as s3.CfnBucket).addRule(rule),
        ),
      (stack, { source, rules }) => {
        new BucketReplication(stack, 'Replication', { source });
        rules!.forEach((rule) => BucketReplication.of(source).addRule(rule));
      },
    ];
    const [first, ...others] = ways.map((way) =>
      inStack((stack) => {
        const [source, one, two] = ['Source', 'One', 'Two'].map((id) => new s3.Bucket(stack, id));
        way(stack, { source, rules: [{ destination: one }, { destination: two }] });
      }),
    );
    for (const other of others) expect(JSON.stringify(other.App)).toBe(JSON.stringify(first.App));
  });

  test('BucketReplication.of() before a new BucketReplication: refused, not overwritten', () => {
    expect(() =>
      inStack((stack) => {
        const source = new s3.Bucket(stack, 'Source');
        BucketReplication.of(source).addRule({ destination: new s3.Bucket(stack, 'One') });
        new BucketReplication(stack, 'Replication', { source });
      }),
    ).toThrow(/App\/Replication.*second BucketReplication.*BucketReplication\.of\(bucket\)/);
  });

  const places: Record<string, (stack: Stack, first: boolean) => void> = {
    'two pairs on one source': (stack, first) => {
      const source = new s3.Bucket(stack, 'Source', { encryption: s3.BucketEncryption.KMS });
      const lines = [
        () => new ReplicatedBucketPair(stack, 'Far', { source, destinationRegion: 'eu-west-1' }),
        () => new ReplicatedBucketPair(stack, 'Near', { source }),
      ];
      (first ? lines : lines.reverse()).forEach((line) => line());
    },
    rules: (stack, first) => {
      const [source, one, two] = ['Source', 'One', 'Two'].map((id) => new s3.Bucket(stack, id));
      const rules = [
        { destination: one },
        { destination: two, filter: ReplicationFilter.prefix('a/') },
        { destination: one, filter: ReplicationFilter.tags({ a: 'b' }) },
      ];
      (first ? rules : rules.reverse()).forEach((rule) => BucketReplication.of(source).addRule(rule));
    },
    'buckets and pairs': (stack, first) => {
      const lines = [
        () => new ReplicatedBucketPair(stack, 'A', { destinationRegion: 'eu-west-1' }),
        () => new ReplicatedBucketPair(stack, 'B', { destinationRegion: 'eu-west-1' }),
      ];
      (first ? lines : lines.reverse()).forEach((line) => line());
    },
    'a pair and somebody who makes tokens before': (stack, first) => {
      const others = () =>
        new s3.Bucket(stack, 'Unrelated', {
          encryption: s3.BucketEncryption.KMS,
          bucketName: new CfnParameter(stack, 'UnrelatedName').valueAsString,
        });
      const prefix = new CfnParameter(stack, 'Prefix');
      if (!first) others();
      new ReplicatedBucketPair(stack, 'Pair', {
        destinationRegion: 'eu-west-1',
        encryption: s3.BucketEncryption.KMS,
        filter: ReplicationFilter.prefix(prefix.valueAsString),
      });
      if (first) others();
    },
    'the source and its reader': (stack, first) => {
      const [source, destination] = ['Source', 'Destination'].map(
        (id) => new s3.Bucket(stack, id, { bucketName: PhysicalName.GENERATE_IF_NEEDED }),
      );
      const readSource = () => read(new Stack(stack, 'Reader', { env: { ...PINNED, region: 'eu-west-1' } }), source);
      if (first) readSource();
      new ReplicatedBucketPair(stack, 'Pair', { source, destination });
      if (!first) readSource();
    },
  };
  test.each(Object.keys(places))('%s', (name) => {
    const [before, after] = [true, false].map((first) =>
      inStack((stack) => places[name](stack, first), name.includes('reader') ? PINNED : US),
    );
    expect(harm(before, after)).toEqual([]);
    expect(changes(withoutPriorities(before), withoutPriorities(after))).toEqual([]);
  });

  test('unrelated constructs that are added before change nothing of ours', () => {
    const app = (unrelated: boolean) =>
      inStack((stack) => {
        if (unrelated) {
          new s3.Bucket(stack, 'Unrelated', {
            encryption: s3.BucketEncryption.KMS,
            autoDeleteObjects: true,
            removalPolicy: RemovalPolicy.DESTROY,
          });
        }
        const pair = new ReplicatedBucketPair(stack, 'Pair', {
          destinationRegion: 'eu-west-1',
          encryption: s3.BucketEncryption.KMS,
        });
        new CfnOutput(stack, 'Replica', { value: pair.destinationBucketName });
      });
    expect(changes(app(false), app(true)).filter((line) => !line.startsWith('+'))).toEqual([]);
  });
});

describe('rules that come and go', () => {
  const app = (...prefixes: string[]) =>
    inStack((stack) => {
      const [source, destination] = ['Source', 'Destination'].map((id) => new s3.Bucket(stack, id));
      prefixes.forEach((prefix) =>
        BucketReplication.of(source).addRule({ destination, filter: ReplicationFilter.prefix(prefix) }),
      );
    });
  const rules = (templates: Templates): any[] =>
    resourcesOf(templates).find(({ Properties }) => Properties?.ReplicationConfiguration).Properties
      .ReplicationConfiguration.Rules;
  const ids = (templates: Templates) =>
    Object.fromEntries(rules(templates).map(({ Id, Filter }) => [Filter.Prefix, Id]));

  test('leave the ids of the others alone', () => {
    const all = ids(app('a/', 'b/', 'c/'));
    expect(new Set(Object.values(all)).size).toBe(3);
    for (const some of [['a/'], ['b/'], ['c/', 'a/'], ['c/', 'b/', 'a/', 'd/']]) {
      expect({ ...all, ...ids(app(...some)) }).toMatchObject(all);
    }
  });

  test('may renumber the others', () => {
    const numbers = (...prefixes: string[]) =>
      rules(app(...prefixes)).map(({ Filter, Priority }) => [Filter.Prefix, Priority]);
    expect(numbers('a/', 'b/')).toEqual([
      ['a/', 1],
      ['b/', 2],
    ]);
    expect(numbers('b/')).toEqual([['b/', 1]]);
  });

  test('pairs that come and go leave the replica of the others alone', () => {
    const pairs = (...names: string[]) =>
      inStack((stack) =>
        names.forEach((name) => new ReplicatedBucketPair(stack, name, { destinationRegion: 'eu-west-1' })),
      );
    expect(harm(pairs('A', 'B'), pairs('B', 'A', 'C'))).toEqual([]);
    expect(harm(pairs('A', 'B'), pairs('B')).filter((line) => !/ A(Source|Destination)/.test(line))).toEqual([]);
  });
});
