import { readdirSync } from 'fs';
import {
  App,
  Aspects,
  Aws,
  aws_codecommit as codecommit,
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  CfnCondition,
  CfnOutput,
  CfnParameter,
  DefaultStackSynthesizer,
  Duration,
  Fn,
  IStackSynthesizer,
  Lazy,
  LegacyStackSynthesizer,
  NestedStack,
  pipelines,
  RemovalPolicy,
  Stack,
  Stage,
  Token,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct, IConstruct } from 'constructs';
import { quietApp } from './app';
import { ACCOUNT, beside, bucket, ENV, inEurope, key, KMS, l1 } from './builders';
import { expectMessage, messageOf } from './messages';
import {
  BucketReplication,
  ReplicatedBucketPair,
  ReplicatedBucketPairProps,
  ReplicationFilter,
  ReplicationRule,
  ReplicationRuleOptions,
} from '../src';

const KEY_ARN = `arn:aws:kms:us-east-1:${ACCOUNT}:key/12345678-90ab-cdef-1234-567890abcdef`;
const importedKey = (scope: Construct, arn: string) => kms.Key.fromKeyArn(scope, 'ImportedKey', arn);

/** One rule between two buckets, `Source` and `Destination`, in one stack unless they are given. */
function flow(stack: Stack, rule: Partial<ReplicationRule> = {}, source: s3.IBucketRef = bucket(stack, 'Source')) {
  const replication = new BucketReplication(stack, 'Replication', { source });
  replication.addRule({ ...rule, destination: rule.destination ?? bucket(stack, 'Destination') });
  return replication;
}

/** The newest aws-cdk-lib warns of the older name. */
const dependOn = (stack: Stack & { addStackDependency?: Stack['addDependency'] }, other: Stack) =>
  stack.addStackDependency ? stack.addStackDependency(other) : stack.addDependency(other);

const pair = (stack: Stack, props?: ReplicatedBucketPairProps) => new ReplicatedBucketPair(stack, 'Pair', props);

/** What is built, and what the message says: `[the construct] the value seen … the reason … the remedy`. */
type Case = [mistake: string, build: (stack: Stack) => void, ...says: Array<string | RegExp>];

function refuses(cases: Case[]) {
  test.each(cases)('%s', (_, build, ...says) => {
    const stack = new Stack(quietApp(), 'Stack', { env: ENV });
    const message = messageOf(() => build(stack));
    expectMessage(message, ...says);
  });
}

function refusesAtSynthesis(cases: Case[]) {
  test.each(cases)('%s', (_, build, ...says) => {
    const app = quietApp();
    build(new Stack(app, 'Stack', { env: ENV }));
    const message = messageOf(() => app.synth());
    expect(message).toMatch(/^Validation failed with the following errors:/);
    expectMessage(message, ...says);
    expect(readdirSync(app.outdir).filter((file) => file.endsWith('.template.json'))).toEqual([]);
  });
}

describe('options of a rule', () => {
  const option = (options: ReplicationRuleOptions) => (stack: Stack) => flow(stack, options);
  const tags = ReplicationFilter.tags({ team: 'a', class: 'b' });

  refuses([
    ...[-1, 1.5, 2147483648, NaN].map((priority): Case => [
      `priority ${priority}`,
      option({ priority }),
      `[Stack/Replication] … priority ${priority}: … whole numbers from 0 to 2147483647 … leave priority off`,
    ]),
    [
      'an empty ruleId',
      option({ ruleId: '' }),
      "[Stack/Replication] … ruleId '' (0 characters) … 1 to 255 ASCII characters … leave ruleId off",
    ],
    [
      'a ruleId of 256 characters',
      option({ ruleId: 'x'.repeat(256) }),
      '[Stack/Replication] … (256 characters) … 1 to 255 ASCII characters … shorten it',
    ],
    [
      'a ruleId with an umlaut',
      option({ ruleId: 'Büro' }),
      "[Stack/Replication] … ruleId 'Büro' … ASCII … leave ruleId off",
    ],
    [
      'a ruleId of two lines',
      option({ ruleId: 'a\nb' }),
      `[Stack/Replication] … ruleId 'a\nb' … ASCII … leave ruleId off`,
    ],
    [
      'tags with delete markers',
      option({ filter: tags, deleteMarkerReplication: true }),
      "[Stack/Replication] … tags 'class', 'team' … S3 does not support delete marker replication … filter by prefix only",
    ],
    [
      'a tag that is a token with delete markers',
      (stack) =>
        flow(stack, {
          filter: ReplicationFilter.tags({ [new CfnParameter(stack, 'Tag').valueAsString]: 'a' }),
          deleteMarkerReplication: true,
        }),
      '[Stack/Replication] … filter on the tags … S3 does not support delete marker replication … filter by prefix only',
    ],
    [
      'prefix and tags with delete markers',
      option({ filter: ReplicationFilter.prefixAndTags('a/', { team: 'a' }), deleteMarkerReplication: true }),
      "[Stack/Replication] … tags 'team' … S3 does not support delete marker replication … leave deleteMarkerReplication off",
    ],
    ...['OUTPOSTS', 'EXPRESS_ONEZONE', 'standard'].map((value): Case => [
      `storage class ${value}`,
      option({ storageClass: new s3.StorageClass(value) }),
      `[Stack/Replication] … storageClass ${value}: … CloudFormation does not accept it … DEEP_ARCHIVE, GLACIER, GLACIER_IR, INTELLIGENT_TIERING, ONEZONE_IA`,
    ]),
    [
      'RTC without metrics',
      option({ replicationTimeControl: true, metrics: false }),
      '[Stack/Replication] … replicationTimeControl with metrics: false … only together with metrics … leave out replicationTimeControl',
    ],
    [
      'in the rules of the props',
      (stack) =>
        new BucketReplication(stack, 'Replication', {
          source: bucket(stack, 'Source'),
          rules: [{ destination: bucket(stack, 'Destination') }, { destination: bucket(stack, 'Other'), priority: -1 }],
        }),
      '[Stack/Replication] … priority -1 … whole numbers … leave priority off',
    ],
    [
      'in the props of a pair',
      (stack) => pair(stack, { priority: -1 }),
      '[Stack/Pair] … priority -1 … whole numbers … leave priority off',
    ],
  ]);

  test('a pair on a bucket of the user names the pair', () => {
    const stack = new Stack(quietApp(), 'Stack', { env: ENV });
    const source = bucket(stack, 'Source');
    new BucketReplication(stack, 'Elsewhere', { source });
    expect(messageOf(() => pair(stack, { source, priority: -1 }))).toContain('Stack/Pair');
  });
});

describe('two rules', () => {
  const two = (first: ReplicationRuleOptions, second: ReplicationRuleOptions) => (stack: Stack) => {
    flow(stack, first).addRule({ destination: bucket(stack, 'Other'), ...second });
  };
  const generatedId = (replication: BucketReplication) =>
    l1(replication.source as s3.Bucket).replicationConfiguration &&
    Stack.of(replication).resolve(l1(replication.source as s3.Bucket).replicationConfiguration).rules[0].id;

  refuses([
    [
      'the same ruleId',
      two({ ruleId: 'copy' }, { ruleId: 'copy' }),
      "[Stack/Replication] … ruleId 'copy' twice … an ID of its own … leave ruleId off",
    ],
    [
      'the same priority',
      two({ priority: 7, ruleId: 'first' }, { priority: 7 }),
      "[Stack/Replication] … priority 7 twice (also of rule 'first') … a priority of its own … leave priority off",
    ],
    [
      'the same token as ruleId',
      (stack) => {
        const ruleId = new CfnParameter(stack, 'Id').valueAsString;
        two({ ruleId }, { ruleId })(stack);
      },
      '[Stack/Replication]',
      /^\[Stack\/Replication\] ruleId .* twice/,
      'an ID of its own … leave ruleId off',
    ],
    [
      'the same destination and filter',
      (stack) => {
        const destination = bucket(stack, 'Destination');
        flow(stack, { destination, filter: ReplicationFilter.prefixAndTags('a/', { x: '1', y: '2' }) }).addRule({
          destination: l1(destination),
          filter: ReplicationFilter.prefixAndTags('a/', { y: '2', x: '1' }),
          priority: 9,
          ruleId: 'other',
        });
      },
      "[Stack/Replication] … a second rule to 'Stack/Destination' with the same filter … higher priority … different filters",
    ],
    [
      'the same imported destination and filter',
      (stack) => {
        flow(stack, { destination: s3.Bucket.fromBucketName(stack, 'One', 'backup') }).addRule({
          destination: s3.Bucket.fromBucketArn(stack, 'Two', `arn:${Aws.PARTITION}:s3:::backup`),
        });
      },
      "[Stack/Replication] … imported bucket 'backup' … higher priority … keep one of the two",
    ],
    [
      'two pairs of the same two buckets',
      (stack) => {
        const buckets = { source: bucket(stack, 'Source'), destination: bucket(stack, 'Destination') };
        pair(stack, buckets);
        new ReplicatedBucketPair(stack, 'Again', buckets);
      },
      "[Stack/Again] … a second rule to 'Stack/Destination' … higher priority … keep one of the two",
    ],
  ]);

  test('a generated ID that was given to another rule before', () => {
    const source = (stack: Stack) => bucket(stack, 'Source');
    const before = new Stack(quietApp(), 'Stack', { env: ENV });
    const id = generatedId(flow(before, {}, source(before)));

    const after = new Stack(quietApp(), 'Stack', { env: ENV });
    const replication = flow(
      after,
      { filter: ReplicationFilter.prefix('a/'), ruleId: id, destination: bucket(after, 'Other') },
      source(after),
    );
    const message = messageOf(() => replication.addRule({ destination: bucket(after, 'Destination') }));
    expectMessage(message, `[Stack/Replication] ruleId '${id}' twice … an ID of its own … use different ruleIds`);
  });

  test('more than 1,000', () => {
    const stack = new Stack(quietApp(), 'Stack', { env: ENV });
    const destination = s3.Bucket.fromBucketName(stack, 'Destination', 'backup');
    const replication = new BucketReplication(stack, 'Replication', { source: bucket(stack, 'Source') });
    for (let i = 1; i <= 1000; i++) {
      replication.addRule({ destination, filter: ReplicationFilter.prefix(`${i}/`) });
    }
    expectMessage(
      messageOf(() => replication.addRule({ destination })),
      '[Stack/Replication] rule number 1001: … at most 1000 rules … the whole bucket',
    );
  });
});

describe('filters', () => {
  // a filter has no place in the construct tree
  const at = 'ReplicationFilter';
  const tags = (count: number) => Object.fromEntries([...Array(count).keys()].map((i) => [`key${i}`, 'value']));
  refuses([
    [
      'a prefix of 1,025 bytes',
      () => ReplicationFilter.prefix('x'.repeat(1025)),
      `[${at}] … 1025 bytes … at most 1,024 bytes … shorter prefix`,
    ],
    [
      'a prefix of 1,024 characters and more bytes',
      () => ReplicationFilter.prefixAndTags(`${'x'.repeat(1023)}é`, { a: 'b' }),
      `[${at}] … 1025 bytes … 1,024 bytes … shorter prefix`,
    ],
    [
      'a prefix with a control character',
      () => ReplicationFilter.prefix('a\u0001/'),
      `[${at}] … the prefix "a\\u0001/" … control character … XML … shorter prefix`,
    ],
    [
      'a tag with a control character',
      () => ReplicationFilter.prefixAndTags('a\t/', { a: '\u001b' }),
      `[${at}] … the tag "a=\\u001b" … control character … other tags`,
    ],
    ['no tags', () => ReplicationFilter.tags({}), `[${at}] … no tag … at least one tag … ReplicationFilter.all()`],
    [
      'a prefix and no tags',
      () => ReplicationFilter.prefixAndTags('a/', {}),
      `[${at}] … no tag … at least one tag … .prefix()`,
    ],
    ['11 tags', () => ReplicationFilter.tags(tags(11)), `[${at}] … 11 tags … at most 10 tags … several rules`],
    [
      'a tag without a key',
      () => ReplicationFilter.tags({ '': 'x' }),
      `[${at}] … the tag '' … 1 to 128 characters … exactly as it is`,
    ],
    [
      'a key of 129 characters',
      () => ReplicationFilter.tags({ ['k'.repeat(129)]: 'x' }),
      `[${at}] … kkk … 1 to 128 characters … exactly as it is`,
    ],
    [
      'a value of 257 characters',
      () => ReplicationFilter.tags({ team: 'v'.repeat(257) }),
      `[${at}] … the tag 'team' with a value of 257 characters … at most 256 … exactly as it is`,
    ],
  ]);

  test('the limits themselves are fine', () => {
    ReplicationFilter.prefixAndTags('é'.repeat(512), { ...tags(9), ['k'.repeat(128)]: 'v'.repeat(256) });
    ReplicationFilter.tags({ empty: '' });
    ReplicationFilter.prefix('');
  });
});

describe('the source', () => {
  const ruleOfL2 = (stack: Stack) => ({
    versioned: true,
    replicationRules: [{ destination: bucket(stack, 'Elsewhere', { versioned: true }) }],
  });
  const ruleOfL1 = {
    role: 'arn:aws:iam::111111111111:role/mine',
    rules: [{ status: 'Enabled', destination: { bucket: 'arn:aws:s3:::elsewhere' } }],
  };
  const taken = 'has a replication configuration of its own … never overwrites … addRule(), with the same id as ruleId';

  refuses([
    [
      'imported',
      (stack) => flow(stack, {}, s3.Bucket.fromBucketName(stack, 'Imported', 'theirs')),
      "[Stack/Replication] … source imported bucket 'theirs' is not defined in this app … sets the replication configuration with the bucket itself … cdk import",
    ],
    [
      'imported, by of()',
      (stack) => BucketReplication.of(s3.Bucket.fromBucketName(stack, 'Imported', 'theirs')),
      "[Stack/Imported/BucketReplication] … imported bucket 'theirs' … CloudFormation … cdk import",
    ],
    [
      'imported, of a pair',
      (stack) => pair(stack, { source: s3.Bucket.fromBucketName(stack, 'Imported', 'theirs') }),
      "[Stack/Imported/BucketReplication] … imported bucket 'theirs' … CloudFormation … cdk import",
    ],
    [
      'with a BucketReplication',
      (stack) => {
        const source = bucket(stack, 'Source');
        flow(stack, {}, source);
        new BucketReplication(stack, 'Second', { source: l1(source) });
      },
      "[Stack/Second] … a second BucketReplication for source 'Stack/Source' … one replication configuration and one role … BucketReplication.of(bucket).addRule()",
    ],
    [
      'with a BucketReplication that of() made',
      (stack) => {
        const source = bucket(stack, 'Source');
        BucketReplication.of(source);
        new BucketReplication(stack, 'Second', { source });
      },
      "[Stack/Second] … a second BucketReplication for source 'Stack/Source' … one replication configuration and one role … BucketReplication.of(bucket)",
    ],
    [
      'with replicationRules',
      (stack) => flow(stack, {}, bucket(stack, 'Source', ruleOfL2(stack))),
      `[Stack/Replication] … ${taken}`,
    ],
    [
      'of a pair, with replicationRules',
      (stack) => pair(stack, { source: bucket(stack, 'Source', ruleOfL2(stack)) }),
      `[Stack/Source/Resource/BucketReplication] … ${taken}`,
    ],
    [
      'an L1 bucket with a configuration',
      (stack) => flow(stack, {}, new s3.CfnBucket(stack, 'Source', { replicationConfiguration: ruleOfL1 })),
      `[Stack/Replication] … ${taken}`,
    ],
    [
      'an L1 bucket with a lazy configuration',
      (stack) =>
        flow(
          stack,
          {},
          new s3.CfnBucket(stack, 'Source', { replicationConfiguration: Lazy.any({ produce: () => ruleOfL1 }) }),
        ),
      `[Stack/Replication] … ${taken}`,
    ],
    ...['ReplicationConfiguration', 'ReplicationConfiguration.Rules.0.Status'].map((path): Case => [
      `with an override of ${path}`,
      (stack) => {
        const source = bucket(stack, 'Source');
        l1(source).addPropertyOverride(path, 'anything');
        flow(stack, {}, source);
      },
      `[Stack/Replication] … ${taken}`,
    ]),
    [
      'with suspended versioning',
      (stack) =>
        flow(stack, {}, new s3.CfnBucket(stack, 'Source', { versioningConfiguration: { status: 'Suspended' } })),
      "[Stack/Replication] … source 'Stack/Source' with versioning 'Suspended' … versioning enabled only … set its status to 'Enabled'",
    ],
    [
      'with versioning that is suspended lazily',
      (stack) =>
        flow(
          stack,
          {},
          new s3.CfnBucket(stack, 'Source', {
            versioningConfiguration: Lazy.any({ produce: () => ({ status: 'Suspended' }) }),
          }),
        ),
      "[Stack/Replication] … versioning 'Suspended' … versioning enabled only … remove versioningConfiguration",
    ],
  ]);
});

test.each(['Replication', 'Replicas', 'BucketReplication'])('an L1 bucket may be the scope, with the id %s', (id) => {
  const stack = new Stack(quietApp(), 'Stack', { env: ENV });
  const source = new s3.CfnBucket(stack, 'Source');
  const replication = new BucketReplication(source, id, {
    source,
    rules: [{ destination: bucket(stack, 'Destination') }],
  });
  expect(BucketReplication.of(source)).toBe(replication);
  const destination = new s3.CfnBucket(stack, 'Other');
  BucketReplication.of(bucket(stack, 'Another')).addRule({ destination });
  new BucketReplication(destination, id, { source: destination, rules: [{ destination: bucket(stack, 'Third') }] });
});

describe('the destination', () => {
  const to =
    (destination: (stack: Stack) => s3.IBucketRef, source?: (stack: Stack) => s3.IBucketRef) => (stack: Stack) => {
      flow(stack, { destination: destination(stack) }, source?.(stack));
    };
  const toItself = (source: s3.BucketProps, destination: (source: s3.Bucket) => s3.IBucketRef) => (stack: Stack) => {
    const itself = bucket(stack, 'Source', source);
    flow(stack, { destination: destination(itself) }, itself);
  };
  const itself = 'is the source bucket itself … S3 replicates to another bucket only … name another bucket';
  const byArn = (arn: string) => to((stack) => s3.Bucket.fromBucketArn(stack, 'Imported', arn));
  const otherAccount = { ...ENV, account: '222222222222' };

  describe('is the source', () =>
    refuses([
      ['the same construct', toItself({}, (it) => it), `[Stack/Replication] … ${itself}`],
      ['its L1 construct', toItself({}, l1), `[Stack/Replication] … ${itself}`],
      [
        'its L2 view of an L1 bucket',
        (stack) => {
          const cfn = new s3.CfnBucket(stack, 'Source');
          flow(stack, { destination: s3.Bucket.fromCfnBucket(cfn) }, cfn);
        },
        `[Stack/Replication] … ${itself}`,
      ],
      [
        'imported by its name',
        toItself({ bucketName: 'data' }, (it) => s3.Bucket.fromBucketName(it.stack, 'Imported', 'data')),
        `[Stack/Replication] … ${itself}`,
      ],
      [
        'imported by its ARN',
        toItself({ bucketName: 'data' }, (it) => s3.Bucket.fromBucketArn(it.stack, 'Imported', 'arn:aws:s3:::data')),
        `[Stack/Replication] … ${itself}`,
      ],
      [
        'imported by its name token',
        toItself({}, (it) => s3.Bucket.fromBucketName(it.stack, 'Imported', it.bucketName)),
        `[Stack/Replication] … ${itself}`,
      ],
      [
        'imported by its ARN token',
        toItself({}, (it) => s3.Bucket.fromBucketArn(it.stack, 'Imported', it.bucketArn)),
        `[Stack/Replication] … ${itself}`,
      ],
      [
        'imported by the parameter that names both',
        (stack) => {
          const { valueAsString: bucketName } = new CfnParameter(stack, 'Name');
          toItself({ bucketName }, (it) => s3.Bucket.fromBucketName(it.stack, 'Imported', bucketName))(stack);
        },
        `[Stack/Replication] … ${itself}`,
      ],
      [
        'of a pair',
        (stack) => {
          const both = bucket(stack, 'Source');
          pair(stack, { source: both, destination: both });
        },
        `[Stack/Pair] … ${itself}`,
      ],
    ]));

  describe('has the name of the source', () => {
    const clash = "'data' … unique … another name";
    refuses([
      [
        'in another region',
        (stack) =>
          flow(
            stack,
            { destination: bucket(inEurope(stack), 'Destination', { bucketName: 'data' }) },
            bucket(stack, 'Source', { bucketName: 'data' }),
          ),
        `[Stack/Replication] … ${clash}`,
      ],
      [
        'in the options of a pair',
        (stack) => pair(stack, { sourceOptions: { bucketName: 'data' }, destinationOptions: { bucketName: 'data' } }),
        `[Stack/Pair] … ${clash}`,
      ],
    ]);
  });

  describe('is no general purpose bucket', () => {
    const no = (what: string) =>
      `[Stack/Replication] … is ${what}: … general purpose buckets … import the bucket by its name or bucket ARN`;
    refuses([
      [
        'a directory bucket',
        to((stack) => s3.Bucket.fromBucketName(stack, 'Imported', 'data--use1-az4--x-s3')),
        no('a directory bucket'),
      ],
      [
        'a directory bucket by ARN',
        byArn(`arn:aws:s3express:us-east-1:${ACCOUNT}:bucket/data--use1-az4--x-s3`),
        no('a directory bucket'),
      ],
      ['a table bucket', byArn(`arn:aws:s3tables:us-east-1:${ACCOUNT}:bucket/data`), no('a table bucket')],
      ['an access point', byArn(`arn:aws:s3:us-east-1:${ACCOUNT}:accesspoint/point`), no('an access point')],
      [
        'an access point alias',
        to((stack) => s3.Bucket.fromBucketName(stack, 'Imported', 'point-abc123-s3alias')),
        no('an access point'),
      ],
      [
        'a Multi-Region Access Point',
        byArn(`arn:aws:s3::${ACCOUNT}:accesspoint/mfzwi23gnjvgw.mrap`),
        no('an access point'),
      ],
      [
        'a bucket on Outposts',
        byArn(`arn:aws:s3-outposts:us-east-1:${ACCOUNT}:outpost/op-1/bucket/data`),
        no('not a bucket'),
      ],
      [
        'an object',
        byArn('arn:aws:s3:::data/key'),
        "[Stack/Replication] … named by 'arn:aws:s3:::data/key', which is not the ARN of a bucket … general purpose … by its name",
      ],
    ]);
  });

  describe('is out of reach', () => {
    const imported = (attributes: s3.BucketAttributes) =>
      to((stack) => s3.Bucket.fromBucketAttributes(stack, 'Imported', { bucketName: 'theirs', ...attributes }));
    const unclear =
      'unknown at synthesis … whether they are one account … set env.account on both stacks, or on neither';
    const agnostic = (build: (stack: Stack) => void) => (stack: Stack) => build(beside(stack, 'Agnostic', {}));
    const partition = 'S3 does not replicate across partitions';

    refuses([
      [
        'another account, from a region that is not known',
        (stack) => {
          const anywhere = beside(stack, 'Anywhere', { account: '222222222222' });
          flow(anywhere, {
            destination: s3.Bucket.fromBucketAttributes(stack, 'Theirs', { bucketName: 'theirs', account: ACCOUNT }),
          });
        },
        '[Anywhere/Replication] … source in a region unknown at synthesis … the name of the role is made of its region … set env.account and env.region',
      ],
      [
        'another account, with a role whose name is not known',
        (stack) => {
          const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
          const theirs = bucket(beside(stack, 'Other', otherAccount), 'Destination');
          new BucketReplication(stack, 'Replication', {
            source: bucket(stack, 'Source'),
            role,
            rules: [{ destination: theirs }],
          });
        },
        "[Stack/Replication] … role 'Stack/Role' with a name unknown at synthesis for a destination in another account … give the role a roleName",
      ],
      [
        'the same account, with owner override',
        (stack) => flow(stack, { ownerOverride: true }),
        '[Stack/Replication] … ownerOverride with a destination in the account of the source … leave ownerOverride off',
      ],
      [
        'an unknown account',
        to((stack) => bucket(beside(stack, 'Other', { region: 'us-east-1' }), 'Destination')),
        `[Stack/Replication] … ${unclear}`,
      ],
      [
        'a known account, from an unknown one',
        agnostic(to((stack) => bucket(beside(stack, 'Other'), 'Destination'))),
        `[Agnostic/Replication] … ${unclear}`,
      ],
      [
        'another partition',
        to((stack) => bucket(beside(stack, 'China', { ...ENV, region: 'cn-north-1' }), 'Destination')),
        `[Stack/Replication] … 'cn-north-1' (partition aws-cn), source in 'us-east-1' (partition aws) … ${partition} … the same partition`,
      ],
      [
        'another partition, imported',
        imported({ region: 'us-gov-west-1' }),
        `[Stack/Replication] … partition aws-us-gov … ${partition} … the same partition`,
      ],
      [
        'another partition, by ARN',
        byArn('arn:aws-cn:s3:::theirs'),
        `[Stack/Replication] … (partition aws-cn) … ${partition} … the same partition`,
      ],
      [
        'an unknown region',
        to((stack) => bucket(beside(stack, 'Other', { account: ACCOUNT }), 'Destination')),
        "[Stack/Replication] … region of destination 'Other/Destination' unknown at synthesis, of the source 'us-east-1' … whether they are one region … set env.region on both stacks",
      ],
      [
        'a known region, from an unknown one',
        (stack) => {
          const anywhere = beside(stack, 'Anywhere', { account: ACCOUNT });
          flow(anywhere, { destination: bucket(stack, 'Destination') });
        },
        '[Anywhere/Replication] … of the source unknown at synthesis … whether they are one region … set env.region on both stacks',
      ],
      [
        'a nested stack of another stack',
        to((stack) => bucket(new NestedStack(inEurope(stack), 'Nested'), 'Destination')),
        "[Stack/Replication] … in the nested stack 'Europe/Nested' of another stack … exports or, across regions, custom resources … not nested",
      ],
      [
        'another Stage, without a name',
        to((stack) =>
          bucket(new Stack(new Stage(stack.node.root as App, 'Backup'), 'Other', { env: ENV }), 'Destination'),
        ),
        "[Stack/Replication] … destination 'Backup/Other/Destination' is in another Stage and has no literal name … refuses references … put the stacks of both buckets into one Stage",
      ],
      [
        'another Stage, with a name that is a token',
        to((stack) =>
          bucket(new Stack(new Stage(stack.node.root as App, 'Backup'), 'Other', { env: ENV }), 'Destination', {
            bucketName: `backup-${Aws.ACCOUNT_ID}`,
          }),
        ),
        '[Stack/Replication] … no literal name … refuses references … give the destination a bucketName',
      ],
    ]);

    test('another Stage, with the key of that Stage and an unknown region', () => {
      // kms:ViaService would name the region of the wrong stack
      const app = quietApp();
      const stack = new Stack(app, 'Stack', { env: ENV });
      const destination = bucket(
        new Stack(new Stage(app, 'Backup'), 'Other', { env: { account: ACCOUNT } }),
        'Destination',
        { bucketName: 'backup' },
      );
      const message = messageOf(() => {
        flow(
          stack,
          { destination, destinationKey: importedKey(stack, KEY_ARN.replace('us-east-1', 'eu-west-1')) },
          bucket(stack, 'Source', { encryption: KMS }),
        );
        app.synth();
      });
      expectMessage(message, "[Stack/Replication] … 'Backup/Other/Destination' … env.region");
    });
  });

  describe('has suspended versioning', () =>
    refuses([
      [
        'an L1 bucket',
        to((stack) => new s3.CfnBucket(stack, 'Destination', { versioningConfiguration: { status: 'Suspended' } })),
        "[Stack/Replication] … destination 'Stack/Destination' with versioning 'Suspended' … versioning enabled only … remove versioningConfiguration",
      ],
    ]));

  test('a mistake about one destination leaves the bucket as it was', () => {
    const stack = new Stack(quietApp(), 'Stack', { env: ENV });
    const destination = bucket(stack, 'Destination');
    expect(() => flow(stack, { destination, priority: -1 })).toThrow();
    expect(l1(destination).versioningConfiguration).toBeUndefined();
  });
});

describe('conditions of the template', () => {
  const prod = (stack: Stack) =>
    new CfnCondition(stack, 'Prod', { expression: Fn.conditionEquals(Aws.REGION, 'eu-west-1') });

  test('the role and its policy are there when the source is', () => {
    const stack = new Stack(quietApp(), 'Stack', { env: ENV });
    const source = bucket(stack, 'Source');
    l1(source).cfnOptions.condition = prod(stack);
    flow(stack, { destination: s3.Bucket.fromBucketName(stack, 'Imported', 'backup') }, source);
    const template = Template.fromStack(stack);
    template.hasResource('AWS::IAM::Policy', { Condition: 'Prod' });
    template.hasResource('AWS::IAM::Role', { Condition: 'Prod' });
  });

  test('a source under a narrower condition', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const [source, destination] = [bucket(stack, 'Source'), bucket(stack, 'Destination')];
    flow(stack, { destination }, source);
    const wide = prod(stack);
    l1(destination).cfnOptions.condition = wide;
    l1(source).cfnOptions.condition = new CfnCondition(stack, 'Narrow', {
      expression: Fn.conditionAnd(wide, Fn.conditionEquals(Aws.ACCOUNT_ID, ACCOUNT)),
    });
    app.synth();
  });

  refusesAtSynthesis([
    [
      'a destination that is not always there',
      (stack) => {
        const destination = bucket(stack, 'Destination');
        flow(stack, { destination });
        l1(destination).cfnOptions.condition = prod(stack);
      },
      "[Stack/Source/Resource/S3Replication] destination 'Stack/Destination' exists only under the condition 'Stack/Prod' … not created … the same condition, or none",
    ],
  ]);
});

describe('the order of deployment', () => {
  const ownStack = 'put replicas into a stack of their own';

  refuses([
    [
      'two regional stacks that hold the replicas of each other',
      (stack) => {
        const europe = inEurope(stack);
        flow(stack, { destination: bucket(europe, 'Destination') });
        flow(europe, { destination: bucket(stack, 'Destination') });
      },
      `[Europe/Replication] … destination 'Stack/Destination' in the stack 'Stack', which depends on the source's stack 'Europe' … must be deployed before the source … ${ownStack}`,
    ],
    [
      'a stack of replicas that the user made depend on the source',
      (stack) => {
        const europe = inEurope(stack);
        dependOn(europe, stack);
        flow(stack, { destination: bucket(europe, 'Destination') });
      },
      `[Stack/Replication] … in the stack 'Europe', which depends on … must be deployed before the source … ${ownStack}`,
    ],
    [
      'a destinationStack that depends on the source',
      (stack) => {
        const europe = inEurope(stack);
        dependOn(europe, stack);
        pair(stack, { destinationStack: europe });
      },
      `[Stack/Pair] … in the stack 'Europe', which depends on … must be deployed before the source … ${ownStack}`,
    ],
    [
      'a nested stack that waits for a bucket which waits for it',
      (stack) => {
        const nested = new NestedStack(stack, 'Nested');
        const outside = bucket(stack, 'Outside');
        BucketReplication.of(bucket(nested, 'Inside')).addRule({ destination: outside });
        BucketReplication.of(outside).addRule({ destination: bucket(nested, 'Other') });
      },
      "[Stack/Outside/Resource/BucketReplication] … a rule from 'Stack/Outside' to 'Stack/Nested/Other' that closes a circle around the nested stack 'Stack/Nested' … deploys a nested stack as a whole … into a stack of their own",
    ],
    [
      'a nested stack that waits for a bucket which waits for a key in it',
      (stack) => {
        const nested = new NestedStack(stack, 'Nested');
        const outside = bucket(stack, 'Outside');
        BucketReplication.of(outside).addRule({ destination: bucket(stack, 'Other'), destinationKey: key(nested) });
        BucketReplication.of(bucket(nested, 'Inside')).addRule({ destination: outside });
      },
      "[Stack/Nested/Inside/Resource/BucketReplication] … a rule from 'Stack/Nested/Inside' to 'Stack/Outside' that closes a circle around the nested stack 'Stack/Nested' … keys for them",
    ],
    [
      'a role in a stack that depends on the source',
      (stack) => {
        const later = beside(stack, 'Later');
        dependOn(later, stack);
        const role = new iam.Role(later, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
        new BucketReplication(stack, 'Replication', { source: bucket(stack, 'Source'), role });
      },
      "[Stack/Replication] … role 'Later/Role' in the stack 'Later', which depends on the source's stack 'Stack' … must be deployed before the source … define the role in the stack of the source",
    ],
    [
      'access logs of the replica in a stack that depends on it',
      (stack) => {
        const europe = inEurope(stack);
        const later = beside(stack, 'Later', { ...ENV, region: 'eu-west-1' });
        dependOn(later, europe);
        pair(stack, {
          destinationStack: europe,
          destinationOptions: { serverAccessLogsBucket: bucket(later, 'Logs') },
        });
      },
      "[Europe/Stack/Pair] … serverAccessLogsBucket 'Later/Logs/Resource' in the stack 'Later', which depends on the bucket's stack 'Europe' … must be deployed before the bucket … in the stack of the bucket that uses it",
    ],
    [
      'two buckets that replicate to each other',
      (stack) => {
        const [a, b] = [bucket(stack, 'A'), bucket(stack, 'B')];
        BucketReplication.of(a).addRule({ destination: b });
        BucketReplication.of(b).addRule({ destination: a });
      },
      "[Stack/B/Resource/BucketReplication] … destination 'Stack/A' replicates, directly or through other buckets, to the source 'Stack/B' … can create neither … in one direction",
    ],
    [
      'three buckets in a circle',
      (stack) => {
        const [a, b, c] = [bucket(stack, 'A'), bucket(stack, 'B'), bucket(stack, 'C')];
        BucketReplication.of(a).addRule({ destination: b });
        BucketReplication.of(b).addRule({ destination: c });
        BucketReplication.of(c).addRule({ destination: a });
      },
      "[Stack/C/Resource/BucketReplication] … destination 'Stack/A' replicates, directly or through other buckets … can create neither … in one direction",
    ],
    [
      'a pair in each direction',
      (stack) => {
        const [a, b] = [bucket(stack, 'A'), bucket(stack, 'B')];
        pair(stack, { source: a, destination: b });
        new ReplicatedBucketPair(stack, 'Back', { source: b, destination: a });
      },
      "[Stack/Back] … destination 'Stack/A' replicates … can create neither … two-way replication",
    ],
  ]);

  test('a dependency that closes the circle afterwards', () => {
    const stack = new Stack(quietApp(), 'Stack', { env: ENV });
    const europe = inEurope(stack);
    flow(stack, { destination: bucket(europe, 'Destination') });
    const message = messageOf(() => dependOn(europe, stack)); // core's message carries our reason
    expect(message).toContain("replication from 'Stack/Source' to 'Europe/Destination'");
    expect(message).toContain('replicas belong into a stack that depends on nothing of the source');
  });

  test('an output in the stack of the replicas that refers to the source', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const europe = beside(stack, 'Replicas');
    const source = bucket(stack, 'Source');
    flow(stack, { destination: bucket(europe, 'Destination') }, source);
    new CfnOutput(europe, 'SourceName', { value: source.bucketName });
    const message = messageOf(() => app.synth());
    expect(message).toContain("replication from 'Stack/Source' to 'Replicas/Destination'");
    expect(message).toContain('replicas belong into a stack that depends on nothing of the source');
  });

  describe('after synthesis', () => {
    const late = 'after synthesis: … synthesized already … add rules before';

    test('of the app', () => {
      const app = quietApp();
      const stack = new Stack(app, 'Stack', { env: ENV });
      const replication = flow(stack);
      app.synth();
      expectMessage(
        messageOf(() => replication.addRule({ destination: bucket(stack, 'Other') })),
        `[Stack/Replication] a rule to 'Stack/Other' ${late}`,
      );
    });

    test('of the Stage', () => {
      const stage = new Stage(quietApp(), 'Stage', { env: ENV });
      const stack = new Stack(stage, 'Stack');
      const replication = flow(stack);
      stage.synth();
      expectMessage(
        messageOf(() => replication.addRule({ destination: s3.Bucket.fromBucketName(stack, 'Other', 'other') })),
        `[Stage/Stack/Replication] a rule to imported bucket 'other' ${late}`,
      );
    });

    test('of a Stage that is in a pipeline', () => {
      const app = quietApp();
      const repository = codecommit.Repository.fromRepositoryName(
        new Stack(app, 'Pipeline', { env: ENV }),
        'Code',
        'code',
      );
      const synth = new pipelines.ShellStep('Synth', {
        input: pipelines.CodePipelineSource.codeCommit(repository, 'main'),
        commands: ['npx cdk synth'],
      });
      const pipeline = new pipelines.CodePipeline(repository.stack, 'Pipeline', { synth });
      const stack = new Stack(new Stage(app, 'Prod', { env: ENV }), 'Stack');
      const replication = flow(stack);
      const destination = bucket(stack, 'Other');
      pipeline.addStage(Stage.of(stack)!);
      expectMessage(
        messageOf(() => replication.addRule({ destination })),
        `[Prod/Stack/Replication] a rule to 'Prod/Stack/Other' ${late}`,
      );
      app.synth(); // what was refused left no trace
    });

    test('of the destination’s Stage', () => {
      const app = quietApp();
      const stage = new Stage(app, 'Backup', { env: ENV });
      const destination = bucket(new Stack(stage, 'Stack'), 'Destination', { bucketName: 'backup' });
      const stack = new Stack(app, 'Stack', { env: ENV });
      flow(stack, { destination });
      stage.synth();
      const other = new BucketReplication(stack, 'Other', { source: bucket(stack, 'OtherSource') });
      expectMessage(
        messageOf(() => other.addRule({ destination })),
        `[Stack/Other] a rule to 'Backup/Stack/Destination' ${late}`,
      );
    });

    test('a first rule for a bucket of a synthesized Stage is not lost either', () => {
      const app = quietApp();
      const stage = new Stage(app, 'Stage', { env: ENV });
      const stack = new Stack(stage, 'Stack');
      const [source, destination] = [bucket(stack, 'Source'), bucket(stack, 'Destination')];
      stage.synth();
      expect(
        messageOf(() => {
          BucketReplication.of(source).addRule({ destination });
          app.synth();
        }),
      ).toMatch(/after (the first )?synth/);
    });
  });
});

describe('keys', () => {
  const kmsSource = (stack: Stack) => bucket(stack, 'Source', { encryption: KMS });
  const destinationKey = (make: (stack: Stack) => kms.IKeyRef) => (stack: Stack) =>
    flow(stack, { destinationKey: make(stack) });
  const sourceKey = (make: (stack: Stack) => kms.IKeyRef) => (stack: Stack) =>
    flow(stack, { sourceKeys: [make(stack)], destinationKey: key(stack, 'Fine') });
  const ofTheDestination = (make: (stack: Stack) => kms.IKey) => (stack: Stack) =>
    flow(
      stack,
      { destination: bucket(stack, 'Destination', { encryption: KMS, encryptionKey: make(stack) }) },
      kmsSource(stack),
    );
  const bad = 'symmetric KMS keys … give the customer managed key itself';
  const signing = { keySpec: kms.KeySpec.RSA_2048, keyUsage: kms.KeyUsage.SIGN_VERIFY };
  const region = "keys of the bucket's own region only, also where a key is a multi-Region key";

  describe('cannot be used', () =>
    refuses([
      [
        'an alias',
        destinationKey((stack) => new kms.Alias(stack, 'Alias', { aliasName: 'alias/data', targetKey: key(stack) })),
        `[Stack/Replication] … destinationKey: 'Stack/Alias' is an alias … ${bad}`,
      ],
      [
        'an imported alias',
        destinationKey((stack) => kms.Alias.fromAliasName(stack, 'Alias', 'alias/data')),
        `[Stack/Replication] destinationKey: 'Stack/Alias' … alias/data … ${bad}`,
      ],
      [
        'an L1 alias',
        destinationKey((stack) => new kms.CfnAlias(stack, 'Alias', { aliasName: 'alias/a', targetKeyId: 'k' }) as any),
        `[Stack/Replication] … 'Stack/Alias' is an alias … ${bad}`,
      ],
      [
        'an alias by its ARN',
        destinationKey((stack) => importedKey(stack, `arn:aws:kms:us-east-1:${ACCOUNT}:alias/aws/s3`)),
        `[Stack/Replication] … 'Stack/ImportedKey' is the alias 'arn:aws:kms:us-east-1:${ACCOUNT}:alias/aws/s3' … ${bad}`,
      ],
      [
        'an alias by an ARN with tokens',
        destinationKey((stack) => importedKey(stack, `arn:${Aws.PARTITION}:kms:us-east-1:${ACCOUNT}:alias/data`)),
        `[Stack/Replication] … is an alias … ${bad}`,
      ],
      [
        'an alias as source key',
        sourceKey((stack) => kms.Alias.fromAliasName(stack, 'Alias', 'alias/data')),
        `[Stack/Replication] sourceKeys: 'Stack/Alias' … alias/data … ${bad}`,
      ],
      [
        'a key in another Stage',
        destinationKey((stack) => key(new Stack(new Stage(stack.node.root as App, 'Stage'), 'Other', { env: ENV }))),
        "[Stack/Replication] … destinationKey: 'Stage/Other/Key' in another Stage … cannot refer to it … Key.fromKeyArn()",
      ],
      [
        'a key in a nested stack of another stack',
        destinationKey((stack) => key(new NestedStack(beside(stack, 'Other'), 'Nested'))),
        "[Stack/Replication] … 'Other/Nested/Key' in a nested stack of another stack … cannot refer to it … not nested",
      ],
      [
        'a key in another account',
        sourceKey((stack) => key(beside(stack, 'Other', { account: '222222222222', region: 'us-east-1' }))),
        "[Stack/Replication] … sourceKeys: 'Other/Key' in another account … cannot refer to it … same Stage and account",
      ],
      [
        'a key in a stack whose account is not known',
        sourceKey((stack) => key(beside(stack, 'Other', { region: 'us-east-1' }))),
        "[Stack/Replication] … sourceKeys: 'Other/Key' in a stack with env.account … cannot refer to it … env where the stack of the source has it",
      ],
      [
        'a key whose region is not known, for a bucket whose region is',
        (stack) => {
          const anywhere = beside(stack, 'Anywhere', { account: ACCOUNT });
          const attributes = { bucketName: 'theirs', account: ACCOUNT, region: 'eu-west-1' };
          const destination = s3.Bucket.fromBucketAttributes(stack, 'Theirs', attributes);
          flow(anywhere, { destination, destinationKey: key(anywhere) });
        },
        "[Anywhere/Replication] … destinationKey: 'Anywhere/Key' in region unknown at synthesis, imported bucket 'theirs' in 'eu-west-1' … cannot be told at synthesis … set env.region on the stack of the key",
      ],
      [
        'a key of the account of the source, for a destination in another account',
        (stack) => {
          const theirs = bucket(beside(stack, 'Other', { ...ENV, account: '222222222222' }), 'Destination');
          flow(stack, { destination: theirs, destinationKey: key(stack) });
        },
        "[Stack/Replication] … destinationKey: 'Stack/Key' in another account … cannot refer to it",
      ],
      [
        'a key in a stack that waits for the stack of the source',
        sourceKey((stack) => {
          const later = beside(stack, 'Later');
          dependOn(later, stack);
          return key(later);
        }),
        "[Stack/Replication] … key 'Later/Key/Resource' in the stack 'Later', which depends on the source's stack 'Stack' … must be deployed before … put keys into a stack",
      ],
    ]));

  describe('cannot be used, as it turns out', () => {
    const at = 'Stack/Source/Resource/S3Replication';
    const unfit = 'symmetric KMS keys that are enabled … use a customer managed key like that';
    const ofSource = "the key 'Stack/Key/Resource' of 'Stack/Source' ";
    const ofDestination = "the key 'Stack/Key/Resource' of 'Stack/Destination' ";
    const disabled = (stack: Stack) => key(stack, 'Key', { enabled: false });
    refusesAtSynthesis([
      [
        'an asymmetric key',
        destinationKey((stack) => key(stack, 'Key', signing)),
        `[${at}] … ${ofDestination}is not a symmetric encryption key (RSA_2048) … ${unfit}`,
      ],
      [
        'an HMAC key',
        destinationKey(
          (stack) => new kms.CfnKey(stack, 'Key', { keyUsage: 'GENERATE_VERIFY_MAC', keySpec: 'HMAC_256' }),
        ),
        `[${at}] … (HMAC_256) … ${unfit}`,
      ],
      [
        'a key for another use',
        destinationKey((stack) => new kms.CfnKey(stack, 'Key', { keyUsage: 'GENERATE_VERIFY_MAC' })),
        `[${at}] … (GENERATE_VERIFY_MAC) … ${unfit}`,
      ],
      ['a disabled key', destinationKey(disabled), `[${at}] … ${ofDestination}is disabled … ${unfit}`],
      [
        'an asymmetric source key',
        sourceKey((stack) => key(stack, 'Key', signing)),
        `[${at}] … ${ofSource}is not a symmetric … ${unfit}`,
      ],
      ['a disabled source key', sourceKey(disabled), `[${at}] … ${ofSource}is disabled … ${unfit}`],
      [
        'a source with a disabled key',
        (stack) =>
          flow(
            stack,
            { destinationKey: key(stack, 'Fine') },
            bucket(stack, 'Source', { encryptionKey: disabled(stack) }),
          ),
        `[${at}] … ${ofSource}is disabled … ${unfit}`,
      ],
      [
        'a destination with a disabled key',
        ofTheDestination(disabled),
        `[${at}] … ${ofDestination}is disabled … ${unfit}`,
      ],
      [
        'a key that is disabled later',
        (stack) => {
          const later = key(stack);
          flow(stack, { destinationKey: later, sourceKeys: [key(stack, 'Fine')] });
          (later.node.defaultChild as kms.CfnKey).addPropertyOverride('Enabled', false);
        },
        `[${at}] … ${ofDestination}is disabled … ${unfit}`,
      ],
      [
        'an imported destination with an alias',
        (stack) =>
          flow(
            stack,
            {
              destination: s3.Bucket.fromBucketAttributes(stack, 'Imported', {
                bucketName: 'theirs',
                encryptionKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/data'),
              }),
            },
            kmsSource(stack),
          ),
        `[${at}] … imported bucket 'theirs' … alias … ${unfit}`,
      ],
    ]);
  });

  describe('are in the wrong region', () => {
    const intoEurope = (make: (stack: Stack, europe: Stack) => kms.IKeyRef) => (stack: Stack) => {
      const europe = inEurope(stack);
      flow(stack, { destination: bucket(europe, 'Destination'), destinationKey: make(stack, europe) });
    };
    const wrong = `[Stack/Replication] destinationKey: … in region 'us-east-1', 'Europe/Destination' in 'eu-west-1' … ${region} … a key of region 'eu-west-1'`;
    refuses([
      ['a key of the source’s stack', intoEurope((stack) => key(stack)), wrong],
      ['an ARN', intoEurope((stack) => importedKey(stack, KEY_ARN)), wrong],
      [
        'the primary of a multi-Region key',
        intoEurope((stack) => new kms.CfnKey(stack, 'Primary', { multiRegion: true })),
        wrong,
      ],
      [
        'the primary of a multi-Region key, by ARN',
        intoEurope((stack) => importedKey(stack, KEY_ARN.replace(/key.*/, 'key/mrk-1234567890abcdef1234567890abcdef'))),
        wrong,
      ],
      [
        'a source key',
        (stack) => flow(stack, { sourceKeys: [key(inEurope(stack))], destinationKey: key(stack, 'Fine') }),
        `[Stack/Replication] … sourceKeys: 'Europe/Key' in region 'eu-west-1', 'Stack/Source' in 'us-east-1' … ${region} … give a key of region 'us-east-1'`,
      ],
      [
        'or the imported bucket is not where it seems',
        (stack) =>
          flow(stack, {
            destination: s3.Bucket.fromBucketName(stack, 'Imported', 'backup'),
            destinationKey: importedKey(stack, KEY_ARN.replace('us-east-1', 'eu-west-1')),
          }),
        `[Stack/Replication] … imported bucket 'backup' in 'us-east-1' … ${region} … Bucket.fromBucketAttributes()`,
      ],
    ]);
    refusesAtSynthesis([
      [
        'the key of the destination bucket',
        (stack) => {
          flow(
            stack,
            {
              destination: bucket(inEurope(stack), 'Destination', {
                encryption: KMS,
                encryptionKey: importedKey(stack, KEY_ARN),
              }),
            },
            kmsSource(stack),
          );
        },
        `[Stack/Source/Resource/S3Replication] … 'Europe/Destination' in 'eu-west-1' with a key of region 'us-east-1' … ${region} … give a key of region 'eu-west-1'`,
      ],
      [
        'the key of the source bucket',
        (stack) => {
          const encryptionKey = importedKey(stack, KEY_ARN.replace('us-east-1', 'eu-west-1'));
          flow(
            stack,
            { destinationKey: key(stack, 'Fine') },
            bucket(stack, 'Source', { encryption: KMS, encryptionKey }),
          );
        },
        `[Stack/Source/Resource/S3Replication] … 'Stack/Source' in 'us-east-1' with a key of region 'eu-west-1' … ${region} … give a key of region 'us-east-1'`,
      ],
      [
        'the key of an L1 destination',
        (stack) =>
          flow(
            stack,
            {
              destination: new s3.CfnBucket(stack, 'Destination', {
                bucketEncryption: {
                  serverSideEncryptionConfiguration: [
                    {
                      serverSideEncryptionByDefault: {
                        sseAlgorithm: 'aws:kms',
                        kmsMasterKeyId: KEY_ARN.replace('us-east-1', 'eu-west-1'),
                      },
                    },
                  ],
                },
              }),
            },
            kmsSource(stack),
          ),
        `[Stack/Source/Resource/S3Replication] … 'Stack/Destination' in 'us-east-1' with a key of region 'eu-west-1' … ${region} … give a key of region 'us-east-1'`,
      ],
    ]);
  });

  describe('are missing for replicas of objects that are encrypted with KMS', () => {
    const missing = (
      what: string,
      saw: string,
      destination: (stack: Stack) => s3.IBucketRef,
      source: (stack: Stack) => s3.Bucket = kmsSource,
    ): Case => [
      what,
      (stack) => flow(stack, { destination: destination(stack) }, source(stack)),
      `[Stack/Source/Resource/S3Replication] … ${saw} … the ARN of a customer managed key … set destinationKey on the rule`,
    ];
    const none = "the source is encrypted with SSE-KMS, and destination 'Stack/Destination' has no KMS key";
    const defaultKey = (kmsMasterKeyId?: string): s3.CfnBucketProps => ({
      bucketEncryption: {
        serverSideEncryptionConfiguration: [
          { serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId } },
        ],
      },
    });
    refusesAtSynthesis([
      missing('a destination without encryption', none, (stack) => bucket(stack, 'Destination')),
      missing('a destination with SSE-S3', none, (stack) =>
        bucket(stack, 'Destination', { encryption: s3.BucketEncryption.S3_MANAGED }),
      ),
      missing('a destination with aws/s3', 'with the AWS managed key aws/s3, which cannot be named', (stack) =>
        bucket(stack, 'Destination', { encryption: s3.BucketEncryption.KMS_MANAGED }),
      ),
      missing(
        'a destination with the alias of aws/s3',
        'with the AWS managed key aws/s3',
        (stack) => new s3.CfnBucket(stack, 'Destination', defaultKey('alias/aws/s3')),
      ),
      missing(
        'an L1 destination with an alias',
        "with the alias 'alias/data', which may point to another key",
        (stack) => new s3.CfnBucket(stack, 'Destination', defaultKey('alias/data')),
      ),
      missing('an imported destination', "no key is known for imported bucket 'theirs'", (stack) =>
        s3.Bucket.fromBucketName(stack, 'Imported', 'theirs'),
      ),
      missing(
        'a DSSE source',
        'DSSE-KMS',
        (stack) => bucket(stack, 'Destination'),
        (stack) => bucket(stack, 'Source', { encryption: s3.BucketEncryption.DSSE, encryptionKey: key(stack) }),
      ),
      missing(
        'a source with aws/s3',
        'aws/s3',
        (stack) => bucket(stack, 'Destination'),
        (stack) => bucket(stack, 'Source', { encryption: s3.BucketEncryption.KMS_MANAGED }),
      ),
      [
        'a disabled rule',
        (stack) => flow(stack, { enabled: false }, kmsSource(stack)),
        `[Stack/Source/Resource/S3Replication] … ${none} … the ARN of a customer managed key … set destinationKey on the rule`,
      ],
      [
        'a source of a pair with an alias',
        (stack) =>
          pair(stack, {
            source: s3.Bucket.fromCfnBucket(new s3.CfnBucket(stack, 'Source', defaultKey('alias/data'))),
            destinationKey: key(stack),
          }),
        "[Stack/Source/S3Replication] … the source is encrypted with the alias 'alias/data' … permission for the key itself … name the key in sourceKeys of every rule",
      ],
      [
        'a source with an alias and an empty list of sourceKeys',
        (stack) =>
          flow(
            stack,
            { destinationKey: key(stack), sourceKeys: [] },
            new s3.CfnBucket(stack, 'Source', defaultKey('alias/data')),
          ),
        "[Stack/Source/S3Replication] … the source is encrypted with the alias 'alias/data' … permission for the key itself … name the key in sourceKeys of every rule",
      ],
      [
        'sourceKeys',
        (stack) => flow(stack, { sourceKeys: [key(stack)] }),
        '[Stack/Source/Resource/S3Replication] … the source is encrypted with KMS (sourceKeys) … the ARN of a customer managed key … set destinationKey on the rule',
      ],
      [
        'a destination whose key is in a nested stack',
        (stack) => {
          const europe = inEurope(stack);
          const destination = new s3.CfnBucket(
            europe,
            'Destination',
            defaultKey(key(new NestedStack(europe, 'Nested')).keyArn),
          );
          flow(stack, { destination }, kmsSource(stack));
        },
        "[Stack/Source/Resource/S3Replication] … the key of destination 'Europe/Destination' is in a nested stack … the ARN of a customer managed key … set destinationKey on the rule",
      ],
      [
        'a source with an alias',
        (stack) =>
          flow(stack, { destinationKey: key(stack) }, new s3.CfnBucket(stack, 'Source', defaultKey('alias/data'))),
        "[Stack/Source/S3Replication] … the source is encrypted with the alias 'alias/data' … permission for the key itself … name the key in sourceKeys of every rule",
      ],
      [
        'an L2 source with an alias',
        (stack) => {
          flow(
            stack,
            { destinationKey: key(stack) },
            bucket(stack, 'Source', {
              encryption: KMS,
              encryptionKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/data'),
            }),
          );
        },
        '[Stack/Source/Resource/S3Replication] … alias … permission for the key itself … name the key in sourceKeys of every rule',
      ],
      [
        'encryption switched on by an override at the source',
        (stack) => {
          l1(flow(stack).source as s3.Bucket).addPropertyOverride(
            'BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm',
            'aws:kms',
          );
        },
        '[Stack/Source/Resource/S3Replication] … a property override of BucketEncryption on the source … permissions for the key in the override would be missing … set the property bucketEncryption',
      ],
      [
        'another key by an override at the destination',
        (stack) => {
          const destination = bucket(stack, 'Destination', { encryption: KMS });
          flow(stack, { destination }, kmsSource(stack));
          l1(destination).addPropertyOverride(
            'BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID',
            KEY_ARN,
          );
        },
        "[Stack/Source/Resource/S3Replication] … override of BucketEncryption on destination 'Stack/Destination' … read from the property itself … name destinationKey on the rule",
      ],
      [
        'a disabled key of an L1 destination',
        (stack) => {
          flow(
            stack,
            {
              destination: new s3.CfnBucket(
                stack,
                'Destination',
                defaultKey(key(stack, 'Key', { enabled: false }).keyArn),
              ),
            },
            kmsSource(stack),
          );
        },
        "[Stack/Source/Resource/S3Replication] the key 'Stack/Key/Resource' of 'Stack/Destination' is disabled … KMS keys that are enabled … a customer managed key",
      ],
      [
        'encryption assigned to the source later',
        (stack) => {
          const replication = flow(stack);
          l1(replication.source as s3.Bucket).bucketEncryption = defaultKey(key(stack).keyArn).bucketEncryption;
        },
        `[Stack/Source/Resource/S3Replication] … ${none} … the ARN of a customer managed key … set destinationKey on the rule`,
      ],
    ]);

    const newAlias = (scope: Construct) =>
      new kms.Alias(scope, 'Alias', { aliasName: 'alias/data', targetKey: key(scope, 'Target') });
    test.each([
      ['an alias of the app', (stack: Stack) => newAlias(stack)],
      [
        'an imported alias in an unknown environment',
        (stack: Stack) => kms.Alias.fromAliasName(stack, 'Alias', 'alias/data'),
      ],
    ])('%s as the key of the source', (_, alias) => {
      const app = quietApp();
      const stack = new Stack(app, 'Stack');
      flow(
        stack,
        { destinationKey: key(stack) },
        bucket(stack, 'Source', { encryption: KMS, encryptionKey: alias(stack) }),
      );
      expectMessage(
        messageOf(() => app.synth()),
        '[Stack/Source/Resource/S3Replication] … the alias … permission for the key itself … name the key in sourceKeys',
      );
    });

    test.each([
      ['an alias of the app', (stack: Stack) => newAlias(stack)],
      [
        'an imported alias in an unknown environment',
        (stack: Stack) => kms.Alias.fromAliasName(stack, 'Alias', 'alias/data'),
      ],
    ])('%s as the key of the destination', (_, alias) => {
      const app = quietApp();
      const stack = new Stack(app, 'Stack');
      const message = messageOf(() => {
        flow(
          stack,
          { destination: bucket(stack, 'Destination', { encryption: KMS, encryptionKey: alias(stack) }) },
          kmsSource(stack),
        );
        app.synth();
      });
      expect(message).toMatch(/\[Stack\/(Replication|Source\/Resource\/S3Replication)\]/);
      expect(message).toMatch(/alias/);
    });
  });
});

describe('the role', () => {
  const withRole =
    (props: {
      role?: (stack: Stack) => iam.IRole;
      roleName?: string;
      rolePath?: string;
      permissionsBoundary?: iam.IManagedPolicy;
    }) =>
    (stack: Stack) =>
      new BucketReplication(stack, 'Replication', {
        source: bucket(stack, 'Source'),
        ...props,
        role: props.role?.(stack),
      });
  const own = (stack: Stack) =>
    new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
  const longest = `/${'a'.repeat(510)}/`;

  refuses([
    [
      'role with roleName',
      withRole({ role: own, roleName: 'mine' }),
      '[Stack/Replication] … role together with roleName … the role that is created … leave out either role or roleName',
    ],
    [
      'role with rolePath',
      withRole({ role: own, rolePath: '/mine/' }),
      '[Stack/Replication] … role together with rolePath … the role that is created … leave out either role or rolePath',
    ],
    [
      'role with permissionsBoundary',
      (stack) =>
        withRole({ role: own, permissionsBoundary: iam.ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess') })(
          stack,
        ),
      '[Stack/Replication] … role together with permissionsBoundary … the role that is created … leave out either',
    ],
    [
      'of another account',
      withRole({ role: (stack) => iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::222222222222:role/theirs') }),
      "[Stack/Replication] … role 'Stack/Role' of account '222222222222', source bucket in account '111111111111' … the account that owns the source bucket … give a role of that account",
    ],
    [
      'of another partition',
      withRole({ role: (stack) => iam.Role.fromRoleArn(stack, 'Role', `arn:aws-cn:iam::${ACCOUNT}:role/ours`) }),
      `[Stack/Replication] … role 'arn:aws-cn:iam::${ACCOUNT}:role/ours', source bucket in 'us-east-1' (partition aws) … role of another partition … give a role of partition aws`,
    ],
    ...(
      [
        ['another region', (stack) => own(inEurope(stack))],
        ['another Stage', (stack) => own(new Stack(new Stage(stack.node.root as App, 'Roles'), 'Other', { env: ENV }))],
        ['an unknown region', (stack) => own(beside(stack, 'Anywhere', { account: ACCOUNT }))],
        ['an unknown account', (stack) => own(beside(stack, 'Anywhere', { region: 'us-east-1' }))],
      ] as Array<[string, (stack: Stack) => iam.IRole]>
    ).map(([where, role]): Case => [
      `of ${where}`,
      withRole({ role }),
      '[Stack/Replication] role … of a stack in another region or Stage … cannot refer to it … import it with Role.fromRoleName()',
    ]),
    ...['', 'a b', 'x'.repeat(65), 'a/b', 'Büro'].map((roleName): Case => [
      `the name '${roleName}'`,
      withRole({ roleName }),
      `[Stack/Replication] … roleName '${roleName}' (${roleName.length} characters) … 1 to 64 letters … leave roleName off`,
    ]),
    ...['', 'a', '/a', 'a/', '/ä/', '/a b/', `/${'a'.repeat(511)}/`, `${longest}bbb/`].map((rolePath): Case => [
      `the path '${rolePath.slice(0, 10)}' (${rolePath.length} characters)`,
      withRole({ rolePath }),
      `[Stack/Replication] … rolePath '${rolePath}' … at most 512 characters … like '/replication/'`,
    ]),
  ]);

  test('the limits themselves are fine', () => {
    const stack = new Stack(quietApp(), 'Stack', { env: ENV });
    withRole({ roleName: 'x'.repeat(64), rolePath: longest })(stack);
    new BucketReplication(stack, 'Other', { source: bucket(stack, 'OtherSource'), rolePath: '/' });
  });

  test('a role that S3 cannot assume', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const message = messageOf(() => {
      withRole({
        role: () => new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }),
      })(stack);
      BucketReplication.of(stack.node.findChild('Source') as s3.Bucket).addRule({
        destination: bucket(stack, 'Destination'),
      });
      app.synth();
    });
    expectMessage(
      message,
      "[Stack/Source/Resource/S3Replication] the role 'Stack/Role/Resource' does not trust the service s3.amazonaws.com … AssumeRoleNotPermitted … new iam.ServicePrincipal('s3.amazonaws.com')",
    );
  });

  test('a role of another stack of the region is fine', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const replication = withRole({ role: () => own(beside(stack, 'Roles')) })(stack);
    replication.addRule({ destination: bucket(stack, 'Destination') });
    app.synth();
  });

  describe('is too small', () => {
    const prefixes = (replication: BucketReplication, stack: Stack, count: number) => {
      const destination = bucket(stack, 'Destination');
      for (let i = 0; i < count; i++) {
        replication.addRule({ destination, filter: ReplicationFilter.prefix(`${i}-${'x'.repeat(300)}/`) });
      }
    };
    refusesAtSynthesis([
      [
        'for many long prefixes',
        (stack) =>
          prefixes(new BucketReplication(stack, 'Replication', { source: bucket(stack, 'Source') }), stack, 30),
        /permissions of about 2\d{4} characters for 30 rules: .* at most 10240 characters.*; let fewer rules do/,
      ],
      [
        'when it is the user’s',
        (stack) =>
          prefixes(
            new BucketReplication(stack, 'Replication', { source: bucket(stack, 'Source'), role: own(stack) }),
            stack,
            30,
          ),
        /permissions of about 2\d{4} characters for 30 rules: .* at most 10240 characters.*; let fewer rules do/,
      ],
      [
        'for a configuration of more than 2 MB',
        (stack) => {
          const destination = bucket(stack, 'Destination');
          const replication = flow(stack, { destination });
          const tags = Object.fromEntries(
            [...Array(10).keys()].map((n) => [`${n}${'漢'.repeat(127)}`, '漢'.repeat(256)]),
          ); // 3 bytes each
          for (let i = 0; i < 190; i++) {
            replication.addRule({ destination, filter: ReplicationFilter.prefixAndTags(`${i}`, tags) });
          }
        },
        /configuration of about \d{7} bytes: .* at most 2097152 bytes; use fewer rules/,
      ],
    ]);

    test('25 destinations with keys of their own fit in', () => {
      const app = quietApp();
      const stack = new Stack(app, 'Stack', { env: ENV });
      const europe = inEurope(stack);
      const replication = new BucketReplication(stack, 'Replication', {
        source: bucket(stack, 'Source', { encryption: KMS }),
      });
      for (let i = 0; i < 25; i++) {
        replication.addRule({ destination: bucket(europe, `Destination${i}`, { encryption: KMS }) });
      }
      const { Properties } = Object.values<any>(Template.fromStack(stack).findResources('AWS::IAM::Policy'))[0];
      const filled = JSON.parse(JSON.stringify(Properties.PolicyDocument), (_, value) => {
        return value?.['Fn::GetStackOutput'] || value?.['Fn::GetAtt']
          ? 'x'.repeat(76)
          : value?.Ref
            ? 'amazonaws.com'
            : value?.['Fn::Join']
              ? value['Fn::Join'][1].join(value['Fn::Join'][0])
              : value;
      });
      const size = JSON.stringify(filled).length;
      expect(size).toBeGreaterThan(5000);
      expect(size).toBeLessThan(10240);
    });
  });
});

describe('a pair', () => {
  const given = (props: (stack: Stack) => ReplicatedBucketPairProps) => (stack: Stack) => pair(stack, props(stack));
  const plain = (props: ReplicatedBucketPairProps) => given(() => props);
  const at = 'Stack/Pair';
  const created = 'these describe the destination bucket that is created when none is given';
  const brought = (stack: Stack) => ({ source: bucket(stack, 'Source'), destination: bucket(stack, 'Destination') });
  const locked = { objectLockEnabled: true, removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true };
  const lockFails = 'autoDeleteObjects with Object Lock … cannot be deleted … leave out autoDeleteObjects';

  describe('contradicts itself', () =>
    refuses([
      [
        'destination and destinationRegion',
        given((stack) => ({ destination: bucket(stack, 'Destination'), destinationRegion: 'eu-west-1' })),
        `[${at}] … destination together with destinationRegion … ${created} … leave out either destination or destinationRegion`,
      ],
      [
        'destination and destinationStack',
        given((stack) => ({ destination: bucket(stack, 'Destination'), destinationStack: stack })),
        `[${at}] … destinationStack … ${created} … leave out either`,
      ],
      [
        'destination and destinationOptions',
        given((stack) => ({ destination: bucket(stack, 'Destination'), destinationOptions: { bucketName: 'x' } })),
        `[${at}] … destination together with destinationOptions … ${created} … leave out either`,
      ],
      [
        'destinationRegion and destinationStack',
        given((stack) => ({ destinationRegion: 'eu-west-1', destinationStack: inEurope(stack) })),
        `[${at}] … destinationRegion together with destinationStack … either a stack is made for the region, or the stack is given … leave out either`,
      ],
      [
        'source and sourceOptions',
        given((stack) => ({ source: bucket(stack, 'Source'), sourceOptions: {} })),
        `[${at}] … source together with sourceOptions … the source bucket that is created when none is given … leave out either source or sourceOptions`,
      ],
      ...(
        [
          { encryption: KMS },
          { keepEncryptionKeys: true },
          { removalPolicy: RemovalPolicy.RETAIN },
          { autoDeleteObjects: true },
          { objectLockEnabled: true },
          { objectLockDefaultRetention: s3.ObjectLockRetention.compliance(Duration.days(1)) },
        ] as ReplicatedBucketPairProps[]
      ).map((prop): Case => [
        `both buckets and ${Object.keys(prop)}`,
        given((stack) => ({ ...brought(stack), ...prop })),
        `[${at}] … source and destination together with ${Object.keys(prop)} … these describe buckets that are created, and none is … leave out either`,
      ]),
      [
        'autoDeleteObjects without DESTROY',
        plain({ autoDeleteObjects: true }),
        `[${at}] … autoDeleteObjects with removalPolicy retain (the default) … must not be emptied … RemovalPolicy.DESTROY`,
      ],
      [
        'autoDeleteObjects with RETAIN_ON_UPDATE_OR_DELETE',
        plain({ autoDeleteObjects: true, removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE }),
        `[${at}] … removalPolicy retain-on-update-or-delete … must not be emptied … leave out autoDeleteObjects`,
      ],
      [
        'snapshots',
        plain({ removalPolicy: RemovalPolicy.SNAPSHOT }),
        `[${at}] … removalPolicy snapshot … no snapshots of buckets … use RETAIN`,
      ],
      ['autoDeleteObjects with Object Lock', plain(locked), `[${at}] … ${lockFails}`],
      [
        'autoDeleteObjects with a default retention',
        plain({
          ...locked,
          objectLockEnabled: undefined,
          objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)),
        }),
        `[${at}] … ${lockFails}`,
      ],
      [
        'autoDeleteObjects for the replica of a source with Object Lock',
        given((stack) => ({
          ...locked,
          objectLockEnabled: undefined,
          source: bucket(stack, 'Source', { objectLockEnabled: true }),
        })),
        `[${at}] … ${lockFails}`,
      ],
      [
        'a retention without Object Lock',
        plain({
          objectLockEnabled: false,
          objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)),
        }),
        `[${at}] … objectLockDefaultRetention with objectLockEnabled: false … with Object Lock only … leave out one of the two`,
      ],
      [
        'encryption UNENCRYPTED',
        plain({ encryption: s3.BucketEncryption.UNENCRYPTED }),
        `[${at}] … encryption UNENCRYPTED … S3 encrypts every object … S3_MANAGED`,
      ],
      [
        'encryption KMS_MANAGED',
        plain({ encryption: s3.BucketEncryption.KMS_MANAGED }),
        `[${at}] … encryption KMS_MANAGED … AWS managed key aws/s3 … BucketEncryption.KMS`,
      ],
      [
        'encryption DSSE_MANAGED',
        plain({ encryption: s3.BucketEncryption.DSSE_MANAGED }),
        `[${at}] … encryption DSSE_MANAGED … AWS managed key aws/s3 … BucketEncryption.KMS`,
      ],
      [
        'encryption DSSE',
        plain({ encryption: s3.BucketEncryption.DSSE }),
        `[${at}] … encryption DSSE … dual-layer … bring two buckets with BucketEncryption.DSSE`,
      ],
    ]));

  describe('cannot make its buckets', () =>
    refuses([
      [
        'a destinationRegion without a region of the source',
        (stack) => pair(beside(stack, 'Agnostic', {}), { destinationRegion: 'eu-west-1' }),
        "[Agnostic/Pair] destinationRegion 'eu-west-1' with a source stack 'Agnostic' of unknown region … needs both regions … env.region",
      ],
      [
        'a destinationRegion without a region of the given source',
        (stack) =>
          pair(stack, { source: bucket(beside(stack, 'Agnostic', {}), 'Source'), destinationRegion: 'eu-west-1' }),
        `[${at}] … a source stack 'Agnostic' of unknown region … needs both regions … env.region`,
      ],
      ...['eu-west', 'EU-WEST-1', 'eu_west_1', 'Ireland', 'us-east-1a', '', 'eu-west-1 '].map(
        (destinationRegion): Case => [
          `the region '${destinationRegion}'`,
          plain({ destinationRegion }),
          `[${at}] … destinationRegion '${destinationRegion}' … known at synthesis … such as 'eu-west-1'`,
        ],
      ),
      [
        'a region that is a token',
        plain({ destinationRegion: Aws.REGION }),
        `[${at}] … destinationRegion unknown at synthesis … known at synthesis … such as 'eu-west-1'`,
      ],
      [
        'the region of the source',
        plain({ destinationRegion: 'us-east-1' }),
        `[${at}] … destinationRegion 'us-east-1', which is the region of the source … same region … leave destinationRegion off`,
      ],
      [
        'a region of another partition',
        plain({ destinationRegion: 'us-gov-west-1' }),
        `[${at}] … partition aws-us-gov … S3 does not replicate across partitions … the same partition`,
      ],
      ...['sourceOptions', 'destinationOptions'].map((options): Case => [
        `an alias as ${options}.encryptionKey`,
        given((stack) => ({ [options]: { encryptionKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/data') } })),
        `[${at}] ${options}.encryptionKey: 'Stack/Alias' … alias/data … symmetric KMS keys … give the customer managed key itself`,
      ]),
      [
        'a key of the source’s region for the replica',
        given((stack) => ({ destinationRegion: 'eu-west-1', destinationOptions: { encryptionKey: key(stack) } })),
        `[${at}] … destinationOptions.encryptionKey: 'Stack/Key' in region 'us-east-1' for a bucket in 'eu-west-1' … own region only … leave encryptionKey off`,
      ],
      [
        'a key of the wrong region for the destinationStack',
        given((stack) => ({
          destinationStack: inEurope(stack),
          destinationOptions: { encryptionKey: importedKey(stack, KEY_ARN) },
        })),
        `[${at}] … destinationOptions.encryptionKey: 'Stack/ImportedKey' in region 'us-east-1' for a bucket in 'eu-west-1' … own region only … region 'eu-west-1'`,
      ],
      [
        'a key of another region for the source',
        given((stack) => ({ sourceOptions: { encryptionKey: key(inEurope(stack)) } })),
        `[${at}] … sourceOptions.encryptionKey: 'Europe/Key' in region 'eu-west-1' … own region only … region 'us-east-1'`,
      ],
      [
        'access logs of the replica in another region',
        given((stack) => ({
          destinationRegion: 'eu-west-1',
          destinationOptions: { serverAccessLogsBucket: bucket(stack, 'Logs') },
        })),
        `[${at}] destinationOptions.serverAccessLogsBucket: 'Stack/Logs' in region 'us-east-1' … same region … region 'eu-west-1'`,
      ],
      [
        'access logs of the source in another region',
        given((stack) => ({ sourceOptions: { serverAccessLogsBucket: bucket(inEurope(stack), 'Logs') } })),
        `[${at}] sourceOptions.serverAccessLogsBucket: 'Europe/Logs' in region 'eu-west-1' … same region … region 'us-east-1'`,
      ],
      [
        'a destinationStack of unknown region',
        given((stack) => ({ destinationStack: beside(stack, 'Other', { account: ACCOUNT }) })),
        '[Stack/Pair] … unknown at synthesis … whether they are one region … set env.region on both stacks',
      ],
      ...(
        [
          new LegacyStackSynthesizer(),
          new DefaultStackSynthesizer({ deployRoleArn: 'arn:aws:iam::111111111111:role/own' }),
        ] as IStackSynthesizer[]
      ).map((synthesizer): Case => [
        `a destinationRegion with a ${synthesizer.constructor.name} of its own`,
        (stack) =>
          pair(new Stack(stack.node.root as App, 'Special', { env: ENV, synthesizer }), {
            destinationRegion: 'eu-west-1',
          }),
        `[Special/Pair] … stack 'Special' with a synthesizer of its own (${synthesizer.constructor.name} with options) … cannot be derived from it … give it as destinationStack`,
      ]),
      [
        'a destinationStack in another Stage',
        given((stack) => ({
          destinationStack: new Stack(new Stage(stack.node.root as App, 'Backup'), 'Other', { env: ENV }),
        })),
        '[Stack/Pair] … is in another Stage and has no literal name … refuses references … into one Stage',
      ],
      [
        'a destinationStack that is nested in another stack',
        given((stack) => ({ destinationStack: new NestedStack(inEurope(stack), 'Nested') })),
        "[Stack/Pair] … in the nested stack 'Europe/Nested' … custom resources … not nested",
      ],
    ]));
});

test('the name of a destination in another Stage can be used', () => {
  const app = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const destination = bucket(new Stack(new Stage(app, 'Backup', { env: ENV }), 'Other'), 'Destination', {
    bucketName: 'backup',
  });
  const { destinationBucketName, destinationBucketArn } = pair(stack, { destination });
  new CfnOutput(stack, 'Name', { value: destinationBucketName });
  new CfnOutput(stack, 'Arn', { value: destinationBucketArn });
  const { Name, Arn } = Template.fromStack(stack).toJSON().Outputs;
  expect(Name.Value).toBe('backup');
  expect(JSON.stringify(Arn.Value)).toMatch(/:s3:::backup"/);
});

test('access logs of the replica to a bucket imported by its name', () => {
  const stack = new Stack(quietApp(), 'Stack', { env: ENV });
  pair(stack, {
    destinationRegion: 'eu-west-1',
    destinationOptions: { serverAccessLogsBucket: s3.Bucket.fromBucketName(stack, 'Logs', 'logs-in-europe') },
  });
});

describe('changed later', () => {
  type Change = [how: string, change: (bucket: s3.CfnBucket) => void];
  const aspect = (change: (bucket: s3.CfnBucket) => void) => (on: s3.CfnBucket) =>
    Aspects.of(on).add({ visit: (node: IConstruct) => void (node === on && change(on)) });
  const suspend = (it: s3.CfnBucket) => void (it.versioningConfiguration = { status: 'Suspended' });
  const suspensions: Array<[...Change, string]> = [
    ['assigned', suspend, "is 'Suspended'"],
    [
      'assigned lazily',
      (it) => void (it.versioningConfiguration = Lazy.any({ produce: () => ({ status: 'Suspended' }) })),
      "is 'Suspended'",
    ],
    ['removed', (it) => void (it.versioningConfiguration = undefined), 'is not set'],
    ['overridden', (it) => it.addPropertyOverride('VersioningConfiguration.Status', 'Suspended'), "is 'Suspended'"],
    ['deleted by an override', (it) => it.addPropertyDeletionOverride('VersioningConfiguration'), 'is not set'],
    [
      'its status deleted by an override',
      (it) => it.addPropertyDeletionOverride('VersioningConfiguration.Status'),
      'is not set',
    ],
    [
      'overridden by the raw path',
      (it) => it.addOverride('Properties.VersioningConfiguration', { Status: 'Suspended' }),
      "is 'Suspended'",
    ],
    ['set by an aspect', aspect(suspend), "is 'Suspended'"],
  ];
  const own = {
    role: `arn:aws:iam::${ACCOUNT}:role/mine`,
    rules: [{ id: 'mine', status: 'Enabled', prefix: '', destination: { bucket: 'arn:aws:s3:::elsewhere' } }],
  };
  const replacements: Change[] = [
    ['assigned', (it) => void (it.replicationConfiguration = own)],
    ['removed', (it) => void (it.replicationConfiguration = undefined)],
    [
      'overridden',
      (it) =>
        it.addPropertyOverride('ReplicationConfiguration', {
          Role: own.role,
          Rules: [{ Id: 'mine', Status: 'Enabled', Destination: { Bucket: 'arn:aws:s3:::elsewhere' } }],
        }),
    ],
    ['deleted by an override', (it) => it.addPropertyDeletionOverride('ReplicationConfiguration')],
    ['another role', (it) => it.addPropertyOverride('ReplicationConfiguration.Role', own.role)],
    [
      'a rule’s destination',
      (it) => it.addPropertyOverride('ReplicationConfiguration.Rules.0.Destination.Bucket', 'arn:aws:s3:::elsewhere'),
    ],
    ['a rule’s ID', (it) => it.addPropertyOverride('ReplicationConfiguration.Rules.0.Id', 'mine')],
    [
      'one more rule',
      (it) =>
        it.addPropertyOverride('ReplicationConfiguration.Rules.1', {
          Status: 'Enabled',
          Destination: { Bucket: 'arn:aws:s3:::elsewhere' },
        }),
    ],
    ['set by an aspect', aspect((it) => void (it.replicationConfiguration = own))],
  ];
  const changeSource = (change: Change[1]) => (stack: Stack) => change(l1(flow(stack).source as s3.Bucket));
  const changeDestination = (change: Change[1]) => (stack: Stack) => {
    const destination = bucket(stack, 'Destination');
    flow(stack, { destination });
    change(l1(destination));
  };
  const versioning = 'S3 replicates between buckets with versioning enabled only … remove what changes it';

  describe('versioning of the source', () =>
    refusesAtSynthesis(
      suspensions.map(([how, change, saw]): Case => [
        how,
        changeSource(change),
        `[Stack/Source/Resource/S3Replication] versioning of the source 'Stack/Source/Resource' ${saw} … ${versioning}`,
      ]),
    ));

  describe('versioning of the destination', () =>
    refusesAtSynthesis(
      suspensions.map(([how, change, saw]): Case => [
        how,
        changeDestination(change),
        `[Stack/Destination/Resource/S3Replicas] versioning of the destination 'Stack/Destination/Resource' ${saw} … ${versioning}`,
      ]),
    ));

  describe('versioning of a destination in another stack', () =>
    refusesAtSynthesis([
      [
        'overridden',
        (stack) =>
          l1(pair(stack, { destinationRegion: 'eu-west-1' }).destination).addPropertyOverride(
            'VersioningConfiguration.Status',
            'Suspended',
          ),
        `[Stack/ReplicaStack-eu-west-1/Pair/Destination/Resource/S3Replicas] … is 'Suspended' … ${versioning}`,
      ],
    ]));

  describe('versioning before', () =>
    refusesAtSynthesis([
      [
        'overridden',
        (stack) => {
          const source = bucket(stack, 'Source');
          suspensions[3][1](l1(source));
          flow(stack, {}, source);
        },
        `[Stack/Source/Resource/S3Replication] … 'Suspended' … ${versioning}`,
      ],
    ]));

  describe('the replication configuration', () => {
    refusesAtSynthesis(
      replacements.map(([how, change]): Case => [
        how,
        changeSource(change),
        '[Stack/Source/Resource/S3Replication] … of 1 rules are missing … something replaced it later … BucketReplication.of(bucket).addRule()',
      ]),
    );

    const permissions = 'lacks the permissions … addRule()';
    const changeRule = (path: string, value: unknown) => (stack: Stack) =>
      l1(flow(stack, { filter: ReplicationFilter.prefix('reports/') }).source as s3.Bucket).addPropertyOverride(
        `ReplicationConfiguration.Rules.0.${path}`,
        value,
      );
    refusesAtSynthesis([
      [
        'a filter without permissions',
        changeRule('Filter', { Prefix: 'other/' }),
        `[Stack/Source/Resource/S3Replication] … other/ … ${permissions}`,
      ],
      [
        'a key without permissions',
        changeRule('Destination.EncryptionConfiguration.ReplicaKmsKeyID', KEY_ARN),
        `[Stack/Source/Resource/S3Replication] … ${KEY_ARN} … ${permissions}`,
      ],
    ]);

    test.each<Change>([
      ['the status of a rule', (it) => it.addPropertyOverride('ReplicationConfiguration.Rules.0.Status', 'Disabled')],
      [
        'a storage class',
        (it) => it.addPropertyOverride('ReplicationConfiguration.Rules.0.Destination.StorageClass', 'GLACIER'),
      ],
      ['something else', (it) => it.addPropertyOverride('AccelerateConfiguration.AccelerationStatus', 'Enabled')],
    ])('may have details changed: %s', (_, change) => {
      const app = quietApp();
      changeSource(change)(new Stack(app, 'Stack', { env: ENV }));
      app.synth();
    });
  });

  describe('the name of the source', () => {
    const rename = (change: Change[1]) => (stack: Stack) =>
      change(l1(flow(stack, {}, bucket(stack, 'Source', { bucketName: 'data' })).source as s3.Bucket));
    const renamed =
      'the permissions of the replication role name the bucket as it was called then … in the props of the bucket';
    refusesAtSynthesis([
      [
        'assigned',
        rename((it) => void (it.bucketName = 'other')),
        `[Stack/Source/Resource/S3Replication] … changed to "other" … ${renamed}`,
      ],
      [
        'overridden',
        rename((it) => it.addPropertyOverride('BucketName', 'other')),
        `[Stack/Source/Resource/S3Replication] … changed to "other" … ${renamed}`,
      ],
      [
        'deleted by an override',
        rename((it) => it.addPropertyDeletionOverride('BucketName')),
        `[Stack/Source/Resource/S3Replication] the name of the source bucket was removed … ${renamed}`,
      ],
    ]);
  });
});

describe('Object Lock', () => {
  const lock = { objectLockEnabled: true };
  const to =
    (
      destination: (stack: Stack) => s3.IBucketRef,
      source: (stack: Stack) => s3.IBucketRef = (stack) => bucket(stack, 'Source', lock),
    ) =>
    (stack: Stack) =>
      flow(stack, { destination: destination(stack) }, source(stack));
  const unlocked = (stack: Stack) => bucket(stack, 'Destination');
  const fails = 'fails every object … set objectLockEnabled: true on the destination';
  const unlike = `the source has Object Lock and destination 'Stack/Destination' has not … ${fails}`;
  refusesAtSynthesis([
    ['of the source only', to(unlocked), `[Stack/Source/Resource/S3Replication] … ${unlike}`],
    [
      'by a default retention',
      to(unlocked, (stack) =>
        bucket(stack, 'Source', { objectLockDefaultRetention: s3.ObjectLockRetention.compliance(Duration.days(1)) }),
      ),
      `[Stack/Source/Resource/S3Replication] … ${unlike}`,
    ],
    [
      'of an L1 bucket',
      to(unlocked, (stack) => new s3.CfnBucket(stack, 'Source', lock)),
      `[Stack/Source/S3Replication] … ${unlike}`,
    ],
    [
      'assigned later',
      (stack) => void (l1(flow(stack).source as s3.Bucket).objectLockEnabled = true),
      `[Stack/Source/Resource/S3Replication] … ${unlike}`,
    ],
    [
      'by an override',
      (stack) => l1(flow(stack).source as s3.Bucket).addPropertyOverride('ObjectLockEnabled', true),
      `[Stack/Source/Resource/S3Replication] … ${unlike}`,
    ],
    [
      'switched off in the props of a pair',
      (stack) => pair(stack, { source: bucket(stack, 'Source', lock), objectLockEnabled: false }),
      `[Stack/Source/Resource/S3Replication] … destination 'Stack/Pair/Destination' has not … ${fails}`,
    ],
  ]);

  test('an override at the destination counts', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const destination = unlocked(stack);
    to(() => destination)(stack);
    l1(destination).addPropertyOverride('ObjectLockEnabled', true);
    app.synth();
  });
});

describe('policies that deny', () => {
  const deny = (to: { addToResourcePolicy: s3.Bucket['addToResourcePolicy'] }, statement: iam.PolicyStatementProps) =>
    to.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Guard',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        ...statement,
      }),
    );
  const everything = (it: s3.Bucket) => ({ actions: ['s3:*'], resources: [it.bucketArn, it.arnForObjects('*')] });
  const vpce = { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } };
  const atSource = (statement: (it: s3.Bucket) => iam.PolicyStatementProps) => (stack: Stack) => {
    const source = bucket(stack, 'Source');
    flow(stack, {}, source);
    deny(source, statement(source));
  };
  const atDestination =
    (statement: (it: s3.Bucket) => iam.PolicyStatementProps, of = (stack: Stack) => bucket(stack, 'Destination')) =>
    (stack: Stack) => {
      const destination = of(stack);
      flow(stack, { destination });
      deny(destination, statement(destination));
    };
  const atKey = (which: 'source' | 'destination', statement: iam.PolicyStatementProps) => (stack: Stack) => {
    const keys = { source: key(stack, 'SourceKey'), destination: key(stack, 'DestinationKey') };
    flow(
      stack,
      { destination: bucket(stack, 'Destination', { encryptionKey: keys.destination }) },
      bucket(stack, 'Source', { encryptionKey: keys.source }),
    );
    deny(keys[which], { actions: ['kms:*'], resources: ['*'], ...statement });
  };
  const at = 'Stack/Source/Resource/S3Replication';
  const ofSource = "Guard in the policy 'Stack/Source/Policy/Resource' of the source denies s3:";
  const ofDestination =
    "Guard in the policy 'Stack/Destination/Policy/Resource' of destination 'Stack/Destination' denies s3:ReplicateObject";
  const instead = 'exempt the … role … ArnNotEquals on aws:PrincipalArn';

  refusesAtSynthesis([
    [
      'all but a VPC endpoint, at the source',
      atSource((it) => ({ ...everything(it), conditions: vpce })),
      `[${at}] … ${ofSource} … which comes from no VPC endpoint … ${instead}`,
    ],
    [
      'all but a VPC endpoint, at the destination',
      atDestination((it) => ({ ...everything(it), conditions: vpce })),
      `[${at}] … ${ofDestination} … which comes from no VPC endpoint … ${instead}`,
    ],
    [
      'all but a VPC',
      atSource((it) => ({ ...everything(it), conditions: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } } })),
      `[${at}] … ${ofSource} … VPC … ${instead}`,
    ],
    [
      'all but some addresses',
      atDestination((it) => ({ ...everything(it), conditions: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })),
      `[${at}] … ${ofDestination} … no address of yours … ${instead}`,
    ],
    [
      'all but some users',
      atSource((it) => ({
        ...everything(it),
        conditions: { StringNotLike: { 'aws:userid': ['AIDAEXAMPLE', '111111111111'] } },
      })),
      `[${at}] … ${ofSource} … aws:userid … ${instead}`,
    ],
    [
      'reading the configuration',
      atSource((it) => ({ actions: ['s3:GetReplicationConfiguration'], resources: [it.bucketArn] })),
      `[${at}] … ${ofSource}GetReplicationConfiguration … no condition … ${instead}`,
    ],
    [
      'writing replicas',
      atDestination((it) => ({ actions: ['s3:Replicate*'], resources: [it.arnForObjects('*')] })),
      `[${at}] … ${ofDestination} … no condition … ${instead}`,
    ],
    [
      'writing what is not encrypted with KMS',
      atDestination((it) => ({
        ...everything(it),
        conditions: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
      })),
      `[${at}] … ${ofDestination} … which carries AES256 … ${instead}`,
    ],
    [
      'delete markers, which a rule replicates',
      (stack) => {
        const destination = bucket(stack, 'Destination');
        flow(stack, { destination, deleteMarkerReplication: true });
        deny(destination, { actions: ['s3:ReplicateDelete'], resources: [destination.arnForObjects('*')] });
      },
      `[${at}] … of destination 'Stack/Destination' denies s3:ReplicateDelete … no condition … ${instead}`,
    ],
    [
      'a prefix that is a token',
      (stack) => {
        const prefix = new CfnParameter(stack, 'Prefix').valueAsString;
        const destination = bucket(stack, 'Destination');
        flow(stack, { destination, filter: ReplicationFilter.prefix(prefix) });
        deny(destination, { actions: ['s3:Replicate*'], resources: [destination.arnForObjects(`${prefix}*`)] });
      },
      `[${at}] … ${ofDestination} … no condition … ${instead}`,
    ],
    [
      'in another region',
      atDestination(
        (it) => ({ ...everything(it), conditions: vpce }),
        (stack) => bucket(inEurope(stack), 'Destination'),
      ),
      `[${at}] … Guard in the policy 'Europe/Destination/Policy/Resource' of destination 'Europe/Destination' denies … VPC endpoint … ${instead}`,
    ],
    [
      'in a policy of its own',
      (stack) => {
        const source = bucket(stack, 'Source', { bucketName: 'data' });
        flow(stack, {}, source);
        new s3.CfnBucketPolicy(stack, 'Own', {
          bucket: 'data',
          policyDocument: {
            Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::data' }],
          },
        });
      },
      `[${at}] … statement 1 in the policy 'Stack/Own' of the source denies s3:ListBucket … no condition … ${instead}`,
    ],
    [
      'all but a VPC endpoint, at the source key',
      atKey('source', { conditions: vpce }),
      `[${at}] … Guard in the policy of the source key 'Stack/SourceKey/Resource' denies kms:Decrypt, kms:GenerateDataKey … VPC endpoint … ${instead}`,
    ],
    [
      'all but a VPC endpoint, at the destination key',
      atKey('destination', { conditions: vpce }),
      `[${at}] … Guard in the policy of the destination key 'Stack/DestinationKey/Resource' denies kms:Encrypt, kms:GenerateDataKey, kms:Decrypt … VPC endpoint … ${instead}`,
    ],
    [
      'other services than EBS, at a key',
      atKey('source', { conditions: { StringNotEquals: { 'kms:ViaService': 'ec2.us-east-1.amazonaws.com' } } }),
      `[${at}] … the source key … which carries the host of S3 … ${instead}`,
    ],
  ]);
});

test('a Deny of delete markers does not matter when no rule replicates them', () => {
  const app = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const destination = bucket(stack, 'Destination');
  flow(stack, { destination });
  destination.addToResourcePolicy(
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: ['s3:ReplicateDelete'],
      resources: [destination.arnForObjects('*')],
    }),
  );
  app.synth(); // S3 uses the permission for delete markers only
});

describe('access logs', () =>
  refusesAtSynthesis([
    [
      'of the destination to itself',
      (stack) => flow(stack, { destination: bucket(stack, 'Destination', { serverAccessLogsPrefix: 'logs/' }) }),
      "[Stack/Source/Resource/S3Replication] … destination 'Stack/Destination' writes its server access logs to itself … every log that arrives causes another one … a bucket of their own",
    ],
    [
      'of an L1 destination to itself',
      (stack) =>
        flow(stack, {
          destination: new s3.CfnBucket(stack, 'Destination', { loggingConfiguration: { logFilePrefix: 'logs/' } }),
        }),
      "[Stack/Source/Resource/S3Replication] … destination 'Stack/Destination' writes its server access logs to itself … every log that arrives causes another one … a bucket of their own",
    ],
    [
      'of the destination to the source',
      (stack) => {
        const source = bucket(stack, 'Source');
        flow(stack, { destination: bucket(stack, 'Destination', { serverAccessLogsBucket: source }) }, source);
      },
      "[Stack/Source/Resource/S3Replication] … 'Stack/Destination' … causes another one … a bucket of their own",
    ],
    [
      'of the destination to the source, where no rule replicates them',
      (stack) => {
        const source = bucket(stack, 'Source');
        const destination = bucket(stack, 'Destination', {
          serverAccessLogsBucket: source,
          serverAccessLogsPrefix: 'a/',
        });
        flow(stack, { destination, filter: ReplicationFilter.prefix('b/') }, source);
      },
      "[Stack/Source/Resource/S3Replication] … destination 'Stack/Destination' refers to the source by its server access logs … can create neither … a bucket of their own",
    ],
    [
      'that lead back to the source over another bucket',
      (stack) => {
        const source = bucket(stack, 'Source');
        const between = bucket(stack, 'Between');
        flow(stack, { destination: between }, source);
        const destination = bucket(stack, 'Destination', { serverAccessLogsBucket: source });
        BucketReplication.of(between).addRule({ destination });
      },
      "[Stack/Between/Resource/S3Replication] … destination 'Stack/Destination' refers to the source by its server access logs, directly or over other buckets … can create neither",
    ],
  ]));

test('a mistake of one destination is reported once, however many sources it has', () => {
  const app = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const destination = bucket(stack, 'Destination');
  ['One', 'Two', 'Three'].forEach((id) => BucketReplication.of(bucket(stack, id)).addRule({ destination }));
  l1(destination).addPropertyOverride('VersioningConfiguration.Status', 'Suspended');
  expect(messageOf(() => app.synth()).match(/'Suspended'/g)).toHaveLength(1);
});

test('every mistake is reported in one go', () => {
  const app = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const destination = bucket(stack, 'Destination');
  flow(stack, { destination }, bucket(stack, 'Source', { objectLockEnabled: true, encryption: KMS }));
  l1(destination).addPropertyOverride('VersioningConfiguration.Status', 'Suspended');
  const message = messageOf(() => app.synth());
  expect(message).toContain('Object Lock');
  expect(message).toContain('has no KMS key');
  expect(message).toContain("'Suspended'");
});

describe('tokens are not misjudged', () => {
  const parameter = (stack: Stack, type = 'String') => new CfnParameter(stack, 'Parameter', { type });
  const text = (stack: Stack) => parameter(stack).valueAsString;
  const prod = (stack: Stack, yes: any, no: any = { Ref: 'AWS::NoValue' }): any =>
    Fn.conditionIf(
      new CfnCondition(stack, `Prod${stack.node.children.length}`, { expression: Fn.conditionEquals(Aws.REGION, 'x') })
        .logicalId,
      yes,
      no,
    );
  const encryption = (kmsMasterKeyId: string) => ({
    serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId } }],
  });
  const agnostic = (stack: Stack) => beside(stack, 'Agnostic', {});
  const opaque = (stack: Stack, arn = KEY_ARN) => stack.formatArn({ service: 'kms', resource: arn.split(':')[5] });

  const cases: Array<[string, (stack: Stack) => void]> = [
    ['a prefix', (stack) => flow(stack, { filter: ReplicationFilter.prefix(text(stack)) })],
    [
      'a lazy prefix',
      (stack) => flow(stack, { filter: ReplicationFilter.prefix(Lazy.string({ produce: () => 'a/' })) }),
    ],
    ['a part of a prefix', (stack) => flow(stack, { filter: ReplicationFilter.prefix(`AWSLogs/${Aws.ACCOUNT_ID}/`) })],
    ['a tag', (stack) => flow(stack, { filter: ReplicationFilter.tags({ [text(stack)]: Aws.REGION }) })],
    ['a ruleId', (stack) => flow(stack, { ruleId: text(stack) })],
    [
      'a priority',
      (stack) =>
        flow(stack, { priority: parameter(stack, 'Number').valueAsNumber }).addRule({
          destination: bucket(stack, 'Other'),
        }),
    ],
    ['a storage class', (stack) => flow(stack, { storageClass: new s3.StorageClass(text(stack)) })],
    ['the name of the source', (stack) => flow(stack, {}, bucket(stack, 'Source', { bucketName: text(stack) }))],
    [
      'the name of the source, of its account',
      (stack) => flow(stack, {}, bucket(stack, 'Source', { bucketName: `data-${Aws.ACCOUNT_ID}` })),
    ],
    [
      'a lazy name of the source',
      (stack) => flow(stack, {}, bucket(stack, 'Source', { bucketName: Lazy.string({ produce: () => 'data' }) })),
    ],
    [
      'the name of the destination',
      (stack) => flow(stack, { destination: bucket(stack, 'Destination', { bucketName: text(stack) }) }),
    ],
    [
      'the name of an imported destination',
      (stack) => flow(stack, { destination: s3.Bucket.fromBucketName(stack, 'Imported', text(stack)) }),
    ],
    [
      'the ARN of an imported destination',
      (stack) => flow(stack, { destination: s3.Bucket.fromBucketArn(stack, 'Imported', Fn.importValue('backup-arn')) }),
    ],
    [
      'two imported destinations',
      (stack) => {
        flow(stack, { destination: s3.Bucket.fromBucketName(stack, 'One', Fn.importValue('one')) }).addRule({
          destination: s3.Bucket.fromBucketName(stack, 'Two', Fn.importValue('two')),
        });
      },
    ],
    [
      'both environments',
      (stack) => flow(agnostic(stack), { destination: bucket(beside(stack, 'Other', {}), 'Destination') }),
    ],
    [
      'environments as pseudo parameters',
      (stack) =>
        flow(beside(stack, 'Pseudo', { account: Aws.ACCOUNT_ID, region: Aws.REGION }), {
          destination: bucket(agnostic(stack), 'Destination'),
        }),
    ],
    [
      'the account',
      (stack) =>
        pair(beside(stack, 'Regional', { region: 'us-east-1' }), { destinationRegion: 'eu-west-1', encryption: KMS }),
    ],
    [
      'the ARN of a key',
      (stack) =>
        flow(stack, {
          destinationKey: importedKey(stack, text(stack)),
          sourceKeys: [kms.Key.fromKeyArn(stack, 'Imported', Fn.importValue('key'))],
        }),
    ],
    [
      'a part of the ARN of a key',
      (stack) =>
        flow(
          stack,
          { destinationKey: importedKey(stack, opaque(stack)) },
          bucket(stack, 'Source', { encryptionKey: kms.Key.fromKeyArn(stack, 'SourceKey', opaque(stack)) }),
        ),
    ],
    [
      'a part of the ARN of a key, without an environment',
      (given) => {
        const stack = agnostic(given);
        const [one, two] = ['One', 'Two'].map((id) => kms.Key.fromKeyArn(stack, id, opaque(stack)));
        flow(
          stack,
          { destination: bucket(stack, 'Destination', { encryptionKey: one }) },
          bucket(stack, 'Source', { encryptionKey: two }),
        );
      },
    ],
    [
      'a key that is looked up',
      (stack) => {
        const found = kms.Key.fromLookup(stack, 'Found', { aliasName: 'alias/data' });
        flow(
          stack,
          { destination: bucket(stack, 'Destination', { encryptionKey: found }) },
          bucket(stack, 'Source', { encryptionKey: found }),
        );
      },
    ],
    [
      'the key of an imported destination',
      (stack) =>
        flow(
          stack,
          {
            destination: s3.Bucket.fromBucketAttributes(stack, 'Imported', {
              bucketName: 'theirs',
              region: 'eu-west-1',
              encryptionKey: importedKey(stack, Fn.importValue('key')),
            }),
          },
          bucket(stack, 'Source', { encryption: KMS }),
        ),
    ],
    [
      'encryption as Fn::If',
      (stack) =>
        flow(
          stack,
          { destination: new s3.CfnBucket(stack, 'Destination', { bucketEncryption: prod(stack, {}) }) },
          new s3.CfnBucket(stack, 'Source', {
            bucketEncryption: prod(stack, { ServerSideEncryptionConfiguration: [] }),
          }),
        ),
    ],
    [
      'encryption settings as Fn::If',
      (stack) =>
        flow(
          stack,
          { destinationKey: key(stack) },
          new s3.CfnBucket(stack, 'Source', {
            bucketEncryption: {
              serverSideEncryptionConfiguration: [
                {
                  serverSideEncryptionByDefault: {
                    sseAlgorithm: prod(stack, 'aws:kms', 'AES256'),
                    kmsMasterKeyId: prod(stack, KEY_ARN),
                  },
                },
              ],
            },
          }),
        ),
    ],
    [
      'the status of versioning',
      (stack) =>
        flow(
          stack,
          {
            destination: new s3.CfnBucket(stack, 'Destination', {
              versioningConfiguration: { status: prod(stack, 'Enabled', 'Suspended') },
            }),
          },
          new s3.CfnBucket(stack, 'Source', {
            versioningConfiguration: { status: Token.asString(prod(stack, 'Enabled', 'Suspended')) },
          }),
        ),
    ],
    [
      'versioning as Fn::If',
      (stack) =>
        flow(
          stack,
          {
            destination: new s3.CfnBucket(stack, 'Destination', {
              versioningConfiguration: prod(stack, { Status: 'Enabled' }),
            }),
          },
          new s3.CfnBucket(stack, 'Source', { versioningConfiguration: prod(stack, { Status: 'Enabled' }) }),
        ),
    ],
    [
      'lazy versioning that says nothing',
      (stack) =>
        flow(
          stack,
          {},
          new s3.CfnBucket(stack, 'Source', { versioningConfiguration: Lazy.any({ produce: () => undefined }) }),
        ),
    ],
    [
      'lazy versioning',
      (stack) =>
        flow(
          stack,
          {},
          new s3.CfnBucket(stack, 'Source', {
            versioningConfiguration: Lazy.any({ produce: () => ({ status: 'Enabled' }) }),
          }),
        ),
    ],
    [
      'Object Lock as Fn::If',
      (stack) =>
        flow(
          stack,
          {},
          new s3.CfnBucket(stack, 'Source', {
            objectLockEnabled: prod(stack, true, false),
            objectLockConfiguration: prod(stack, { ObjectLockEnabled: 'Enabled' }),
          }),
        ),
    ],
    [
      'Object Lock of the destination as Fn::If',
      (stack) =>
        flow(
          stack,
          { destination: new s3.CfnBucket(stack, 'Destination', { objectLockEnabled: prod(stack, true, false) }) },
          bucket(stack, 'Source', { objectLockEnabled: true }),
        ),
    ],
    [
      'other properties as Fn::If',
      (stack) => {
        const some = () => ({
          lifecycleConfiguration: prod(stack, { Rules: [] }),
          loggingConfiguration: prod(stack, {}),
          ownershipControls: prod(stack, {}),
          tags: undefined,
          accelerateConfiguration: prod(stack, {}),
        });
        flow(
          stack,
          { destination: new s3.CfnBucket(stack, 'Destination', some()) },
          new s3.CfnBucket(stack, 'Source', some()),
        );
      },
    ],
    [
      'a policy as Fn::If',
      (stack) => {
        const source = bucket(stack, 'Source');
        flow(stack, {}, source);
        new s3.CfnBucketPolicy(stack, 'Policy', {
          bucket: source.bucketName,
          policyDocument: prod(stack, { Statement: [] }, { Statement: [] }),
        });
      },
    ],
    [
      'the name and the path of the role',
      (stack) => {
        new BucketReplication(stack, 'Replication', {
          source: bucket(stack, 'Source'),
          roleName: text(stack),
          rolePath: `/${Aws.REGION}/`,
          rules: [{ destination: bucket(stack, 'Destination') }],
        });
      },
    ],
    [
      'the ARN of a role',
      (stack) => {
        new BucketReplication(stack, 'Replication', {
          source: bucket(stack, 'Source'),
          role: iam.Role.fromRoleArn(stack, 'Role', Fn.importValue('role')),
          rules: [{ destination: bucket(stack, 'Destination') }],
        });
      },
    ],
    [
      'names in the options of a pair',
      (stack) =>
        pair(stack, {
          sourceOptions: { bucketName: text(stack) },
          destinationOptions: { bucketName: `replica-${Aws.ACCOUNT_ID}` },
        }),
    ],
  ];

  test.each(cases)('%s', (_, build) => {
    const app = quietApp();
    build(new Stack(app, 'Stack', { env: ENV }));
    app.synth();
  });

  /** Every logical id that a template refers to. */
  const dangling = (stack: Stack) => {
    const template = Template.fromStack(stack).toJSON();
    const used: string[] = [];
    JSON.stringify(template, (name, value) => {
      used.push(
        ...(name === 'Ref' && !String(value).startsWith('AWS::') ? [value] : name === 'Fn::GetAtt' ? [value[0]] : []),
      );
      return value;
    });
    return used.filter((id) => !template.Resources[id] && !template.Parameters?.[id]);
  };

  test.each([
    ['in the same stack', (stack: Stack) => stack],
    ['in another region', (stack: Stack) => inEurope(stack)],
  ])('lazy encryption of a destination %s is found or refused, never half', (_, of) => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const place = of(stack);
    const itsKey = key(place, 'ItsKey');
    flow(
      stack,
      {
        destination: new s3.CfnBucket(place, 'Destination', {
          bucketEncryption: Lazy.any({ produce: () => encryption(itsKey.keyArn) }),
        }),
      },
      bucket(stack, 'Source', { encryption: KMS }),
    );
    let message: string | undefined;
    try {
      app.synth();
    } catch (error) {
      message = (error as Error).message;
    }
    if (message !== undefined) {
      expectMessage(message, '[Stack/Source/Resource/S3Replication] … destinationKey');
    } else {
      expect(dangling(stack)).toEqual([]);
    }
  });

  test('lazy encryption of the source is found, or warned of', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const itsKey = key(stack, 'ItsKey');
    flow(
      stack,
      { destinationKey: key(stack) },
      new s3.CfnBucket(stack, 'Source', { bucketEncryption: Lazy.any({ produce: () => encryption(itsKey.keyArn) }) }),
    );
    const { template, messages } = app.synth().getStackArtifact(stack.artifactId);
    const found = JSON.stringify(template.Resources).includes(
      `"DecryptSourceObjects","Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":[${JSON.stringify(stack.resolve(itsKey.keyArn))}]`,
    );
    expect(
      found || messages.some(({ entry }) => String(entry.data).includes('cdk-s3-replication:sourceEncryptionUnknown')),
    ).toBe(true);
  });

  test('an alias at the destination does not matter when the rule names a key, or when nothing needs one', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const destination = bucket(stack, 'Destination', {
      encryption: KMS,
      encryptionKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/data'),
    });
    flow(stack, { destination, destinationKey: key(stack) }, bucket(stack, 'Source', { encryption: KMS }));
    BucketReplication.of(bucket(stack, 'Plain')).addRule({ destination });
    app.synth();
  });
});
