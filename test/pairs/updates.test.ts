import {
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  CfnOutput,
  Fn,
  PhysicalName,
  RemovalPolicy,
  Stack,
  StackProps,
} from 'aws-cdk-lib';
import { PINNED, silenced, Templates } from '../templates';
import { changes, harm, inStack, once, only, read, resourcesOf, synthesize, usKey, usKey2 } from '../updates';
import { BucketReplication, ReplicatedBucketPair, ReplicatedBucketPairProps } from 'cdk-s3-replication';

silenced();

describe('switching encryption off', () => {
  const pair = (where: ReplicatedBucketPairProps, props: ReplicatedBucketPairProps) =>
    inStack((stack) => new ReplicatedBucketPair(stack, 'Pair', { ...where, ...props }));
  const statements = (templates: Templates) => only('AWS::IAM::Policy', templates).Properties.PolicyDocument.Statement;

  describe.each<[string, ReplicatedBucketPairProps]>([
    ['over two regions', { destinationRegion: 'eu-west-1' }],
    ['within a region', {}],
  ])('%s', (_, where) => {
    const before = once(() => pair(where, { encryption: s3.BucketEncryption.KMS }));

    test('with keepEncryptionKeys keeps the keys, the opt-in and the permissions', () => {
      const after = pair(where, { encryption: s3.BucketEncryption.S3_MANAGED, keepEncryptionKeys: true });

      expect(harm(before(), after)).toEqual([]);
      expect(
        changes(before(), after)
          .map((line) => line.replace(/^(~ [\w:]+ )\w+/, '$1'))
          .sort(),
      ).toEqual(['~ AWS::S3::Bucket .BucketEncryption', '~ AWS::S3::Bucket .BucketEncryption']);
      expect(statements(after)).toEqual(statements(before()));
      expect(statements(after).map(({ Sid }: any) => Sid)).toEqual(
        expect.arrayContaining(['DecryptSourceObjects', 'EncryptReplicas']),
      );
    });

    test('without it, the keys leave the stack but not the account', () => {
      const after = pair(where, { encryption: s3.BucketEncryption.S3_MANAGED });

      const gone = harm(before(), after);
      expect(gone).not.toEqual([]);
      expect(gone.filter((line) => !line.startsWith('WILL_ORPHAN AWS::KMS::Key '))).toEqual([]);
      for (const key of resourcesOf(before()).filter(({ Type }) => Type === 'AWS::KMS::Key')) {
        expect(key).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
      }
    });
  });

  test.each<[string, (stack: Stack) => ReplicatedBucketPairProps]>([
    ['encryption: KMS', () => ({ encryption: s3.BucketEncryption.KMS })],
    [
      'a source that is brought and encrypted with KMS',
      (stack) => ({ source: new s3.Bucket(stack, 'Mine', { encryption: s3.BucketEncryption.KMS }) }),
    ],
    [
      "keys of one's own",
      (stack) => ({
        sourceOptions: { encryptionKey: usKey(stack) },
        destinationOptions: { encryptionKey: usKey2(stack) },
      }),
    ],
  ])('keepEncryptionKeys alone, before anything is switched off, changes no bucket: %s', (_, props) => {
    const [before, after] = [undefined, true].map((keepEncryptionKeys) =>
      inStack((stack) => {
        new ReplicatedBucketPair(stack, 'Pair', { ...props(stack), keepEncryptionKeys });
      }),
    );
    expect(changes(before, after).filter((line) => /AWS::S3::Bucket /.test(line))).toEqual([]);
  });

  test('of a source that is brought: the key of the replicas and the opt-in stay', () => {
    const app = (encryption: s3.BucketEncryption) =>
      inStack((stack) => {
        const key = new kms.Key(stack, 'MyKey');
        const source = new s3.Bucket(
          stack,
          'Mine',
          encryption === s3.BucketEncryption.KMS ? { encryption, encryptionKey: key } : { encryption },
        );
        new ReplicatedBucketPair(stack, 'Pair', { source, sourceKeys: [key], keepEncryptionKeys: true });
      });
    const [before, after] = [s3.BucketEncryption.KMS, s3.BucketEncryption.S3_MANAGED].map(app);
    expect(harm(before, after)).toEqual([]);
    expect(statements(after)).toEqual(statements(before));
  });

  test("a key of one's own keeps its opt-in and its permissions as long as it is named", () => {
    const own = (encryption: s3.BucketEncryption) =>
      inStack((stack) => {
        new ReplicatedBucketPair(stack, 'Pair', {
          encryption,
          sourceOptions: { encryptionKey: usKey(stack) },
          destinationOptions: { encryptionKey: usKey2(stack) },
        });
      });
    const [before, after] = [s3.BucketEncryption.KMS, s3.BucketEncryption.S3_MANAGED].map(own);
    expect(harm(before, after)).toEqual([]);
    expect(statements(after)).toEqual(statements(before));
  });
});

const everyKind: Array<[string, (stack: Stack) => void]> = [
  [
    'a pair within a region',
    (stack) => new ReplicatedBucketPair(stack, 'Pair', { encryption: s3.BucketEncryption.KMS }),
  ],
  ['a pair over two regions', (stack) => new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: 'eu-west-1' })],
  [
    'a pair over two regions with KMS',
    (stack) =>
      new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: 'eu-west-1', encryption: s3.BucketEncryption.KMS }),
  ],
  [
    'a pair with names',
    (stack) =>
      new ReplicatedBucketPair(stack, 'Pair', {
        destinationRegion: 'eu-west-1',
        sourceOptions: { bucketName: 'data-of-mine' },
        destinationOptions: { bucketName: 'replicas-of-mine' },
      }),
  ],
  [
    'a pair whose buckets are emptied',
    (stack) =>
      new ReplicatedBucketPair(stack, 'Pair', {
        removalPolicy: RemovalPolicy.DESTROY,
        autoDeleteObjects: true,
        destinationRegion: 'eu-west-1',
      }),
  ],
  [
    'an L2 bucket',
    (stack) =>
      BucketReplication.of(new s3.Bucket(stack, 'Source')).addRule({ destination: new s3.Bucket(stack, 'Replicas') }),
  ],
  [
    'an L2 bucket with a name',
    (stack) =>
      BucketReplication.of(new s3.Bucket(stack, 'Source', { bucketName: 'mine' })).addRule({
        destination: new s3.Bucket(stack, 'Replicas'),
      }),
  ],
  [
    'a bucket named after the account',
    (stack) => {
      BucketReplication.of(new s3.Bucket(stack, 'Source', { bucketName: `data-${stack.account}` })).addRule({
        destination: new s3.Bucket(stack, 'Replicas'),
      });
    },
  ],
  [
    'an L1 bucket',
    (stack) =>
      BucketReplication.of(new s3.CfnBucket(stack, 'Source')).addRule({
        destination: new s3.CfnBucket(stack, 'Replicas'),
      }),
  ],
  [
    "a role of one's own",
    (stack) => {
      const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
      const rules = [{ destination: new s3.Bucket(stack, 'Replicas') }];
      new BucketReplication(stack, 'Unnamed', { source: new s3.Bucket(stack, 'Source'), role, rules });
      new BucketReplication(stack, 'Named', {
        source: new s3.Bucket(stack, 'NamedSource', { bucketName: 'data-of-mine' }),
        role,
        rules,
      });
    },
  ],
  [
    'PhysicalName.GENERATE_IF_NEEDED',
    (stack) => {
      const [source, destination] = ['Source', 'Replicas'].map(
        (id) => new s3.Bucket(stack, id, { bucketName: PhysicalName.GENERATE_IF_NEEDED }),
      );
      new ReplicatedBucketPair(stack, 'Pair', { source, destination });
    },
  ],
  [
    'two regions and GENERATE_IF_NEEDED',
    (stack) => {
      const eu = new Stack(stack, 'Eu', {
        env: {
          ...(stack.environment === 'aws://unknown-account/us-east-1' ? {} : { account: stack.account }),
          region: 'eu-west-1',
        },
      });
      const [source, destination] = [stack, eu].map(
        (it) =>
          new s3.Bucket(it, 'Bucket', {
            bucketName: PhysicalName.GENERATE_IF_NEEDED,
            encryption: s3.BucketEncryption.KMS,
          }),
      );
      new ReplicatedBucketPair(stack, 'Pair', { source, destination });
    },
  ],
];

describe('pinning the account later (env { region } -> { account, region })', () => {
  // a name made of the account is the user's, and changes when it becomes known
  test.each(everyKind.filter(([name]) => name !== 'a bucket named after the account'))('%s', (_, define) => {
    const [open, pinned] = [inStack(define), inStack(define, PINNED)];
    expect(harm(open, pinned)).toEqual([]);
    expect(harm(pinned, open)).toEqual([]);
  });

  test.each(everyKind.filter(([name]) => !/account|two regions|emptied|names$/.test(name)))(
    'and the region, which was open too: %s',
    (_, define) => {
      const [open, pinned] = [synthesize((app) => define(new Stack(app, 'App'))), inStack(define, PINNED)];
      expect(harm(open, pinned)).toEqual([]);
      expect(harm(pinned, open)).toEqual([]);
    },
  );

  test('a bucket named after AWS::AccountId', () => {
    const define = (stack: Stack) =>
      BucketReplication.of(new s3.Bucket(stack, 'Source', { bucketName: Fn.sub('data-${AWS::AccountId}') })).addRule({
        destination: new s3.Bucket(stack, 'Replicas'),
      });
    expect(harm(inStack(define), inStack(define, PINNED))).toEqual([]);
  });
});

describe('somebody starts to read the name of a bucket', () => {
  const pairs: Record<string, ReplicatedBucketPairProps> = {
    'a pair': { encryption: s3.BucketEncryption.KMS },
    'a pair over two regions': { destinationRegion: 'eu-west-1' },
  };
  const pairApp = (props: ReplicatedBucketPairProps, account?: string, readIn?: string) =>
    synthesize((root) => {
      const stack = new Stack(root, 'App', { env: { account, region: 'us-east-1' }, crossRegionReferences: true });
      const { source, destination } = new ReplicatedBucketPair(stack, 'Pair', props);
      if (readIn === undefined) return;
      const reader = new Stack(root, 'Reader', { env: { account, region: readIn }, crossRegionReferences: true });
      [source, destination].forEach((bucket, index) => read(reader, bucket, index));
    });

  describe.each(Object.keys(pairs))('of %s', (pair) => {
    test.each([
      ['known', '111111111111'],
      ['unknown', undefined],
    ])('account %s', (_, account) => {
      const before = pairApp(pairs[pair], account);
      for (const region of ['us-east-1', 'ap-south-1']) {
        expect([region, harm(before, pairApp(pairs[pair], account, region))]).toEqual([region, []]);
      }
    });
  });

  /** Core names such a bucket when it is read from far, and so replaces it, with or without us; only what comes on top would be ours. */
  test.each<[string, StackProps]>([
    ['another region', { env: { ...PINNED, region: 'ap-south-1' } }],
    ['another account', { env: { account: '222222222222', region: 'us-east-1' } }],
  ])('of PhysicalName.GENERATE_IF_NEEDED buckets, from %s: no more happens than without replication', (_, props) => {
    const app = (replicate: boolean, reading: boolean) =>
      synthesize((root) => {
        const [sources, destinations] = ['us-east-1', 'eu-west-1'].map(
          (region) => new Stack(root, region, { env: { ...PINNED, region } }),
        );
        const [source, destination] = [sources, destinations].map(
          (stack) => new s3.Bucket(stack, 'Bucket', { bucketName: PhysicalName.GENERATE_IF_NEEDED, versioned: true }),
        );
        if (replicate) new ReplicatedBucketPair(sources, 'Pair', { source, destination });
        if (!reading) return;
        const reader = new Stack(root, 'Reader', props);
        [source, destination].forEach((bucket, index) => read(reader, bucket, index));
      });
    const [without, within] = [false, true].map((replicate) => harm(app(replicate, false), app(replicate, true)));
    expect(without).not.toEqual([]);
    expect(within).toEqual(without);
  });

  test('of PhysicalName.GENERATE_IF_NEEDED buckets, which replication itself does not name', () => {
    const templates = synthesize((root) => {
      const [sources, destinations] = ['us-east-1', 'eu-west-1'].map(
        (region) => new Stack(root, region, { env: { ...PINNED, region } }),
      );
      const [source, destination] = [sources, destinations].map(
        (stack) => new s3.Bucket(stack, 'Bucket', { bucketName: PhysicalName.GENERATE_IF_NEEDED }),
      );
      const pair = new ReplicatedBucketPair(sources, 'Pair', { source, destination });
      new CfnOutput(sources, 'Replica', { value: pair.destinationBucketName });
    });
    expect(resourcesOf(templates).filter(({ Properties }) => Properties?.BucketName !== undefined)).toEqual([]);
  });
});
