import { App, aws_kms as kms, aws_s3 as s3, Aws, CfnParameter, Stack, Stage } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { quietApp } from '../app';
import { beside, bucket, ENV, flow, inEurope, key, KMS, l1 } from '../builders';
import { errorsOf, messageOf } from '../messages';
import {
  BucketReplication,
  LogAggregationSRR,
  LogProducer,
  LogSource,
  ReplicaGrantee,
  ReplicaGrants,
} from 'cdk-s3-replication';

const home = (app: App = quietApp()) => new Stack(app, 'Stack', { env: ENV });
const appOf = (stack: Stack) => stack.node.root as App;
const ROLE = ReplicaGrantee.role({ account: '222222222222', roleName: 'replication' });

/** Wraps a bucket by composition: it hands on its reference, and is no parent with a default child. */
class Composed extends Construct {
  public readonly inner: s3.Bucket;
  public get bucketRef() {
    return this.inner.bucketRef;
  }
  public get env() {
    return this.inner.env;
  }
  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.inner = new s3.Bucket(this, 'Inner');
  }
}

describe('a bucket of the app is itself, however it comes in', () => {
  const ways: Array<[string, (of: s3.Bucket, stack: Stack) => s3.IBucketRef]> = [
    ['imported by its name', (of, stack) => s3.Bucket.fromBucketName(stack, 'Import', of.bucketName)],
    ['imported by its ARN', (of, stack) => s3.Bucket.fromBucketArn(stack, 'Import', of.bucketArn)],
    [
      'imported by an ARN of its name',
      (of, stack) => s3.Bucket.fromBucketArn(stack, 'Import', `arn:aws:s3:::${of.bucketName}`),
    ],
    ['imported by the name of its L1', (of, stack) => s3.Bucket.fromBucketName(stack, 'Import', l1(of).ref)],
    [
      'imported with a region and account of its own',
      ({ bucketName }, stack) =>
        s3.Bucket.fromBucketAttributes(stack, 'Import', { bucketName, region: 'eu-west-3', account: '999999999999' }),
    ],
    [
      'in a construct that hands on its reference',
      ({ bucketRef, env }, stack) => Object.assign(new Construct(stack, 'Wrapper'), { bucketRef, env }),
    ],
  ];

  describe.each(ways)('%s', (_, handOn) => {
    test.each<[string, (stack: Stack) => Stack]>([
      ['the same stack', (stack) => stack],
      ['another region', inEurope],
    ])('as a destination of %s', (__, place) => {
      const [plain, other] = [home(), home()];
      flow(
        plain,
        { destination: bucket(place(plain), 'D', { encryption: KMS }) },
        bucket(plain, 'S', { encryption: KMS }),
      );
      const own = bucket(place(other), 'D', { encryption: KMS });
      flow(other, { destination: handOn(own, other) }, bucket(other, 'S', { encryption: KMS }));
      const templates = [plain, other].map((stack) =>
        appOf(stack)
          .synth()
          .stacks.map(({ template }) => template),
      );
      expect(templates[1]).toEqual(templates[0]);
    });

    test('as a source', () => {
      const stack = home();
      const own = bucket(stack, 'S');
      const replication = BucketReplication.of(handOn(own, stack));
      expect(BucketReplication.of(own)).toBe(replication);
    });

    test('as the target of a grant', () => {
      const stack = home();
      const own = bucket(stack, 'D');
      ReplicaGrants.fromBucket(handOn(own, stack)).replicasFrom(ROLE);
      expect(own.policy?.document.statementCount).toBe(1);
    });

    test('as a bucket for logs', () => {
      const stack = home();
      const own = bucket(stack, 'D');
      LogProducer.alb().allowDeliveryTo(handOn(own, stack));
      expect(own.policy?.document.isEmpty).toBe(false);
    });

    test('as an archive', () => {
      const stack = home();
      const own = bucket(stack, 'D');
      new LogAggregationSRR(stack, 'Logs', { destination: handOn(own, stack) as s3.IBucket });
      expect(l1(own).versioningConfiguration).toEqual({ status: 'Enabled' });
    });
  });

  test('composed by a class', () => {
    const stack = home();
    const composed = new Composed(stack, 'D');
    flow(stack, { destination: composed });
    expect(l1(composed.inner).versioningConfiguration).toEqual({ status: 'Enabled' });
  });

  test('a key that is imported by its ARN', () => {
    const template = (handOn: (own: kms.Key) => kms.IKey) => {
      const stack = home();
      const given = handOn(key(stack));
      flow(stack, { destinationKey: given, sourceKeys: [given] });
      return appOf(stack).synth().stacks[0].template;
    };
    const imported = template((own) => kms.Key.fromKeyArn(own.stack, 'Import', own.keyArn));
    expect(imported).toEqual(template((own) => own));
  });
});

describe('a bucket of the app that comes in by its literal name', () => {
  const NAME = 'acme-replica';
  const named = (stack: Stack, bucketName = NAME) => bucket(stack, 'Own', { bucketName });
  const imported = (stack: Stack, bucketName = NAME) => s3.Bucket.fromBucketName(stack, 'Import', bucketName);
  const found =
    /imported bucket 'acme-[\w-]*' imports '(Europe|Stack|Backup\/Stack)\/Own' of this app: .*; give that construct/;

  test.each<[string, (stack: Stack) => void]>([
    ['another stack', (stack) => void (named(inEurope(stack)), flow(stack, { destination: imported(stack) }))],
    ['its own stack, defined later', (stack) => void (flow(stack, { destination: imported(stack) }), named(stack))],
    [
      'another Stage',
      (stack) => {
        named(new Stack(new Stage(appOf(stack), 'Backup'), 'Stack', { env: ENV }));
        flow(stack, { destination: imported(stack) });
      },
    ],
    [
      'a stack that makes the name of its account',
      (stack) => {
        named(inEurope(stack), `acme-${Aws.ACCOUNT_ID}-${Aws.REGION}`);
        flow(stack, { destination: imported(stack, `acme-${ENV.account}-eu-west-1`) });
      },
    ],
    [
      'a stack without a region',
      (stack) => void (named(beside(stack, 'Europe', {})), flow(stack, { destination: imported(stack) })),
    ],
    ['a grant', (stack) => void (named(stack), ReplicaGrants.fromBucket(imported(stack)).replicasFrom(ROLE))],
    ['a producer', (stack) => void (named(stack), LogProducer.alb().allowDeliveryTo(imported(stack)))],
    [
      'an archive',
      (stack) => {
        named(stack);
        new LogAggregationSRR(stack, 'Logs', { destination: imported(stack) }).addSource(bucket(stack, 'S'), {
          uniqueKeys: true,
        });
      },
    ],
  ])('%s: refused', (_, build) => {
    const stack = home();
    build(stack);
    expect(errorsOf(appOf(stack))).toMatch(found);
  });

  test('a source', () => {
    const stack = home();
    named(stack);
    const source =
      /source imported bucket 'acme-replica', which imports 'Stack\/Own' of this app: .*; give that construct/;
    expect(messageOf(() => BucketReplication.of(imported(stack)))).toMatch(source);
    const logs = new LogAggregationSRR(stack, 'Logs');
    expect(messageOf(() => logs.addSource(stack.node.findChild('Import') as s3.Bucket))).toMatch(source);
  });

  test.each<[string, (stack: Stack) => void]>([
    ['a bucket of another partition', (stack) => named(beside(stack, 'China', { ...ENV, region: 'cn-north-1' }))],
    ['a bucket of another name', (stack) => named(stack, 'acme-replica-2')],
    ['a name that nobody knows', (stack) => named(stack, new CfnParameter(stack, 'Name').valueAsString)],
  ])('not %s', (_, build) => {
    const stack = home();
    build(stack);
    flow(stack, { destination: imported(stack) });
    expect(() => appOf(stack).synth()).not.toThrow();
  });

  test('is looked for again when the app is synthesized again', () => {
    const stack = home();
    flow(stack, { destination: imported(stack) });
    appOf(stack).synth();
    named(stack);
    expect(messageOf(() => appOf(stack).synth({ force: true }))).toMatch(found);
  });

  test('may be the archive of a LogSource of any account: its own app lets roles in by their name', () => {
    const build = (archive: (stack: Stack) => void) => {
      const stack = home();
      archive(stack);
      const baseline = beside(stack, 'Baseline', {});
      const destination = s3.Bucket.fromBucketAttributes(baseline, 'Import', {
        bucketName: NAME,
        account: ENV.account,
      });
      new LogSource(baseline, 'Logs', { destination, producers: [LogProducer.alb()], roleNamePrefix: 'logs-' });
      return appOf(stack);
    };
    const lettingIn = (stack: Stack) =>
      new LogAggregationSRR(stack, 'Logs', {
        destination: named(stack),
        organizationId: 'o-a1b2c3d4e5',
        roleNamePrefix: 'logs-',
      });
    expect(() => build(lettingIn).synth()).not.toThrow();
    expect(errorsOf(build(named))).toMatch(found);
  });
});
