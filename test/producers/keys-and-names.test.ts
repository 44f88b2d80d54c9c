import { App, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Lazy, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { BucketReplication, LogAggregationSRR, LogProducer, ReplicaGrantee, ReplicaGrants } from '../../src';
import { quietApp } from '../app';
import { bucket, ENV, key, KMS, l1 } from '../builders';
import { messageOf } from '../messages';
import { flat, onlyIn, propertiesIn, statementsOf } from '../synthesized';

const TRAIL = { trailName: 'all' };
const [OURS, THEIRS] = [ENV.account, '222222222222'];
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

const stackIn = () => new Stack(quietApp(), 'Stack', { env: ENV });
const appOf = (stack: Stack) => stack.node.root as App;
const policyOf = (stack: Stack, ofKey: kms.Key) =>
  propertiesIn(stack, 'AWS::KMS::Key')[stack.getLogicalId(ofKey.node.defaultChild as kms.CfnKey)].KeyPolicy;
const idsIn = (document: any): string[] => document.Statement.map(({ Sid }: any) => Sid).filter(Boolean);

describe('a statement is written once, however often it is asked for', () => {
  const policy = { Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*', Principal: { AWS: OURS } }] };
  const keys: Record<string, (stack: Stack) => kms.IKeyRef> = {
    'an L2': (stack) => key(stack),
    'an L1': (stack) => new kms.CfnKey(stack, 'Key', { keyPolicy: policy }),
    'an L1 with a lazy policy': (stack) =>
      new kms.CfnKey(stack, 'Key', { keyPolicy: Lazy.any({ produce: () => policy }) }),
  };
  const buckets: Record<string, (stack: Stack, id: string) => s3.IBucketRef> = {
    'an L2': bucket,
    'an L1': (stack, id) => new s3.CfnBucket(stack, id),
    'an L1 with a lazy encryption': (stack, id) => {
      const serverSideEncryptionByDefault = { sseAlgorithm: 'AES256' };
      const serverSideEncryptionConfiguration = [{ serverSideEncryptionByDefault }];
      return new s3.CfnBucket(stack, id, {
        bucketEncryption: Lazy.any({ produce: () => ({ serverSideEncryptionConfiguration }) }),
      });
    },
  };
  const twice = (document: any) => {
    const ids = idsIn(document);
    expect(ids.length).toBeGreaterThan(0);
    return ids.filter((id, index) => ids.indexOf(id) !== index);
  };

  describe.each(Object.keys(keys))('in the policy of %s key', (make) => {
    test.each<[string, (stack: Stack, encryptionKey: kms.IKeyRef) => void]>([
      [
        'one producer, twice',
        (stack, encryptionKey) => {
          const logs = bucket(stack, 'Logs');
          for (const _ of [1, 2]) LogProducer.cloudTrail({ ...TRAIL, encryptionKey }).allowDeliveryTo(logs);
        },
      ],
      [
        'one producer into two buckets',
        (stack, encryptionKey) => {
          for (const id of ['A', 'B']) {
            LogProducer.cloudTrail({ ...TRAIL, encryptionKey }).allowDeliveryTo(bucket(stack, id));
          }
        },
      ],
      [
        'one role, into two buckets without a name',
        (stack, encryptionKey) => {
          for (const id of ['A', 'B']) {
            const grantee = ReplicaGrantee.role({ account: THEIRS, roleName: 'logs' });
            ReplicaGrants.fromBucket(bucket(stack, id)).replicasFrom(grantee, { encryptionKey });
          }
        },
      ],
    ])('%s', (_, define) => {
      const stack = stackIn();
      define(stack, keys[make](stack));
      expect(twice(onlyIn(stack, 'AWS::KMS::Key').KeyPolicy)).toEqual([]);
    });
  });

  test('of a bucket that keeps its policy in its own way, too', () => {
    const asked: unknown[] = [];
    class OwnBucket extends s3.Bucket {
      public addToResourcePolicy(statement: iam.PolicyStatement): iam.AddToResourcePolicyResult {
        asked.push(statement.sid);
        return super.addToResourcePolicy(statement);
      }
    }
    const logs = new OwnBucket(stackIn(), 'Logs');
    for (const _ of [1, 2]) LogProducer.nlb().allowDeliveryTo(logs);
    expect(asked).toEqual([expect.stringContaining('Check'), expect.stringContaining('Write')]);
  });

  describe.each(Object.keys(buckets))('in the policy of %s bucket', (make) => {
    test.each<[string, (made: s3.IBucketRef) => void]>([
      ['one producer', (made) => [1, 2].forEach(() => LogProducer.alb().allowDeliveryTo(made))],
      [
        'two producers that need the same',
        (made) => [LogProducer.nlb(), LogProducer.vpcFlowLogs()].forEach((it) => it.allowDeliveryTo(made)),
      ],
    ])('%s', (_, define) => {
      const stack = stackIn();
      define(buckets[make](stack, 'Logs'));
      expect(twice(onlyIn(stack, 'AWS::S3::BucketPolicy').PolicyDocument)).toEqual([]);
    });
  });
});

describe('the key that a service encrypts with by itself', () => {
  const [prefixes, says] = [
    ['a/', 'b/'],
    'with an encryptionKey that its replication does not know: S3 would not replicate what is encrypted with that key',
  ];
  type Known = Array<'known' | 'unknown'>;
  /** One rule for each, some of which know the key of a trail that is let in afterwards. */
  const replicated = (known: Known) => {
    const stack = stackIn();
    const encryptionKey = key(stack, 'TrailKey');
    const logs = bucket(stack, 'Logs');
    known.forEach((it, index) =>
      BucketReplication.of(logs).addRule({
        destination: bucket(stack, `Archive${prefixes[index][0]}`, { encryption: KMS }),
        sourceKeys: it === 'known' ? [encryptionKey] : undefined,
      }),
    );
    LogProducer.cloudTrail({ ...TRAIL, encryptionKey }).allowDeliveryTo(logs);
    return appOf(stack);
  };

  test.each<[Known]>([[['unknown', 'known']], [['known', 'unknown']], [['unknown', 'unknown']], [['unknown']]])(
    'has to be known to every rule: %j',
    (known) => expect(messageOf(() => replicated(known).synth())).toContain(says),
  );
  test.each<[Known]>([[['known', 'known']], [['known']], [[]]])('is fine where it is: %j', (known) =>
    expect(() => replicated(known).synth()).not.toThrow(),
  );

  test('is known when it is that of the default encryption', () => {
    const stack = stackIn();
    const logs = bucket(stack, 'Logs', { encryption: KMS });
    BucketReplication.of(logs).addRule({ destination: bucket(stack, 'Archive', { encryption: KMS }) });
    LogProducer.cloudTrail({ ...TRAIL, encryptionKey: logs.encryptionKey }).allowDeliveryTo(logs);
    expect(() => appOf(stack).synth()).not.toThrow();
  });

  test('lets the service in, and not that of the default encryption', () => {
    const stack = stackIn();
    const [ofTrail, ofBucket] = ['TrailKey', 'BucketKey'].map((id) => key(stack, id));
    const logs = bucket(stack, 'Logs', { encryption: KMS, encryptionKey: ofBucket });
    LogProducer.cloudTrail({ ...TRAIL, encryptionKey: ofTrail }).allowDeliveryTo(logs);
    expect(idsIn(policyOf(stack, ofTrail))).toHaveLength(2);
    expect(idsIn(policyOf(stack, ofBucket))).toEqual([]);
  });

  test.each<[string, (encryptionKey: kms.Key) => LogProducer]>([
    ['a trail', (encryptionKey) => LogProducer.cloudTrail({ ...TRAIL, encryptionKey })],
    [
      'an organization trail',
      (encryptionKey) =>
        LogProducer.organizationTrail({
          ...{ ...TRAIL, organizationId: 'o-a1b2c3d4e5', managementAccount: THEIRS, encryptionKey },
        }),
    ],
    ['AWS Config', (encryptionKey) => LogProducer.config({ encryptionKey })],
  ])('is the key of %s', (_, producer) => {
    const stack = stackIn();
    const encryptionKey = key(stack);
    const archive = new LogAggregationSRR(stack, 'Logs', { encryption: KMS });
    archive.addProducer('Source', producer(encryptionKey));
    expect(idsIn(policyOf(stack, encryptionKey)).length).toBeGreaterThan(0);
    const decrypting = statementsOf(onlyIn(stack, 'AWS::IAM::Policy').PolicyDocument, 'DecryptSourceObjects');
    const id = stack.getLogicalId(encryptionKey.node.defaultChild as kms.CfnKey);
    expect(decrypting.map(({ Resource }) => Resource.map(flat))).toEqual([[`<${id}.Arn>`]]);
  });
});

describe('the accounts of CloudFront distributions', () => {
  const policy = (accounts: string[] | undefined, options = {}) => {
    const stack = stackIn();
    const producer = LogProducer.cloudFront({ accounts, ...options });
    producer.allowDeliveryTo(bucket(stack, 'Logs', { encryption: KMS, encryptionKey: key(stack) }));
    const ofBucket = onlyIn(stack, 'AWS::S3::BucketPolicy').PolicyDocument.Statement;
    const ofKey = statementsOf(onlyIn(stack, 'AWS::KMS::Key').KeyPolicy, 'LogDelivery');
    expect([ofBucket.length, ofKey.length]).toEqual([1, 1]);
    return { write: ofBucket[0], encrypt: ofKey[0] };
  };
  const arns = (...accounts: string[]) =>
    accounts.map((it) => `arn:<Partition>:logs:us-east-1:${it}:delivery-source:*`);
  const list = (value: any) => [value].flat().map(flat);

  test('may deliver, into folders of their own, and nobody else', () => {
    const { write, encrypt } = policy([THEIRS, '333333333333']);
    expect(list(write.Resource).map((it) => it.split('>/')[1])).toEqual([
      `AWSLogs/${THEIRS}/CloudFront/*`,
      'AWSLogs/333333333333/CloudFront/*',
    ]);
    for (const { Condition } of [write, encrypt]) {
      expect(Condition.StringEquals['aws:SourceAccount']).toEqual([THEIRS, '333333333333']);
      expect(list(Condition.ArnLike['aws:SourceArn'])).toEqual(arns(THEIRS, '333333333333'));
    }
  });

  test('are that of the bucket when none is given', () => {
    const { write } = policy(undefined);
    expect(write.Condition.StringEquals['aws:SourceAccount']).toBe(OURS);
    expect(list(write.Condition.ArnLike['aws:SourceArn'])).toEqual(arns(OURS));
  });

  test('share what is below a prefix', () => {
    const { write } = policy([THEIRS, '333333333333'], { prefix: 'cdn' });
    expect(list(write.Resource).map((it) => it.split('>/')[1])).toEqual(['cdn/*']);
  });
});

describe('a bucket for a service that demands how its name begins', () => {
  const made = (sourceOptions: object) => {
    const stack = stackIn();
    new LogAggregationSRR(stack, 'Logs', { destinationOptions: { bucketName: 'the-archive' } }).addProducer(
      'Waf',
      LogProducer.waf(),
      { sourceOptions },
    );
    return Object.values(propertiesIn(stack, 'AWS::S3::Bucket')).find(({ BucketName }) => BucketName !== 'the-archive');
  };
  test.each<[string, object, object]>([
    ['the name that is given', { bucketName: 'aws-waf-logs-mine' }, { BucketName: 'aws-waf-logs-mine' }],
    [
      'the prefix that is given',
      { bucketNamePrefix: 'aws-waf-logs-mine' },
      { BucketNamePrefix: 'aws-waf-logs-mine', BucketNamespace: 'account-regional' },
    ],
  ])('has %s, and no other', (_, options, expected) => {
    const { BucketName, BucketNamePrefix, BucketNamespace } = made(options);
    expect({ BucketName, BucketNamePrefix, BucketNamespace }).toEqual(expected);
  });
  test.each([{ bucketName: 'my-waf-logs' }, { bucketNamePrefix: 'my-waf-logs' }])('is refused as %j', (options) => {
    expect(messageOf(() => made(options))).toContain("takes buckets only whose name starts with 'aws-waf-logs-'");
  });
});

test('the L1 below a bucket is the same bucket', () => {
  const stack = stackIn();
  const logs = bucket(stack, 'Logs');
  for (const handle of [logs, l1(logs)]) LogProducer.alb().allowDeliveryTo(handle);
  expect(idsIn(onlyIn(stack, 'AWS::S3::BucketPolicy').PolicyDocument)).toHaveLength(1);
});
