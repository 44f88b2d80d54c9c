import { Stack } from 'aws-cdk-lib';
import { Breakable, findingsOf, goodApp } from './broken';
import { AccessOptions } from './judge';
import { quietApp } from '../../test/app';
import { bucket, ENV, KMS } from '../../test/builders';
import { readStacks, StackOfApp } from '../assembly/stacks';
import { BucketReplication, ReplicationFilter } from 'cdk-s3-replication';

const stacks = goodApp();
const findings = (breakIt: (app: Breakable) => void, options?: AccessOptions) => findingsOf(stacks, breakIt, options);

describe('nothing needs it', () => {
  test.each<[string, (app: Breakable) => void, string]>([
    [
      'a statement',
      (app) => app.statements().push({ Sid: 'More', Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }),
      'More: nothing needs the statement',
    ],
    [
      'a statement twice',
      (app) => app.statements().push({ ...app.statement('ReadSourceObjects'), Sid: 'Again' }),
      'Again: nothing needs the statement',
    ],
    [
      'an action',
      (app) => app.statement('ReadSourceObjects').Action.push('s3:GetObject'),
      'nothing needs s3:GetObject',
    ],
    [
      'a resource',
      (app) => app.statement('WriteReplicas').Resource.push('arn:aws:s3:::other/*'),
      'nothing needs arn:aws:s3:::other/*',
    ],
    [
      'a resource within another',
      (app) => {
        const { Resource } = app.statement('WriteReplicas');
        Resource.push({ 'Fn::Join': ['', [Resource[0], 'app/*']] });
      },
      'logs/*app/*',
    ],
    [
      'an encryption context',
      (app) =>
        app
          .statement('DecryptSourceObjects')
          .Condition.StringLike['kms:EncryptionContext:aws:s3:arn'].push('arn:aws:s3:::other'),
      'nothing needs arn:aws:s3:::other as kms:EncryptionContext:aws:s3:arn',
    ],
    [
      'a service that is trusted',
      (app) =>
        app.properties('AWS::IAM::Role').AssumeRolePolicyDocument.Statement.push({
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: 'batchoperations.s3.amazonaws.com' },
        }),
      'statement 2: nothing needs the statement',
    ],
    [
      'the opt-in of a source without keys',
      (app) => delete app.properties('AWS::S3::Bucket', 'Data/Pair/Source').BucketEncryption,
      'DecryptSourceObjects: nothing needs the statement',
    ],
  ])('%s', async (_, breakIt, finding) => {
    expect(await findings(breakIt)).toContainEqual(expect.stringContaining(finding));
  });

  test('what the user writes is not asked about', async () => {
    const breakIt = (app: Breakable) =>
      app.statements().push({ Sid: 'Users', Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' });
    expect(await findings(breakIt, { least: 'none', isOurs: ({ Sid }) => Sid !== 'Users' })).toEqual([]);
    expect(await findings(breakIt, { least: 'none', necessary: false })).toEqual([]);
  });
});

describe('more than S3 needs', () => {
  const context = 'kms:EncryptionContext:aws:s3:arn';
  const cases: Array<[string, (app: Breakable) => void, string | RegExp]> = [
    [
      'every resource',
      (app) => (app.statement('WriteReplicas').Resource = '*'),
      's3:ReplicateObject on arn:aws:s3:::bucket-of-111111111111/', // the condition keeps it from other accounts
    ],
    ['every action of S3', (app) => app.statement('WriteReplicas').Action.push('s3:*'), 's3:DeleteObjectVersion on'],
    [
      'every action but some',
      (app) => {
        app.statement('WriteReplicas').NotAction = ['s3:DeleteObject'];
        delete app.statement('WriteReplicas').Action;
      },
      's3:DeleteObjectVersion on',
    ],
    [
      'another action',
      (app) => app.statement('ReadReplicationConfiguration').Action.push('s3:PutBucketVersioning'),
      's3:PutBucketVersioning on',
    ],
    [
      'the whole bucket',
      (app) => (app.statement('ReadSourceObjects').Resource[0]['Fn::Join'][1][1] = '/*'),
      /GetObjectVersionForReplication on \S+\/outside\/x$/,
    ],
    [
      'writing to the source',
      (app) => app.statement('WriteReplicas').Resource.push(...app.statement('ReadSourceObjects').Resource),
      /s3:ReplicateObject on arn:aws:s3:::data-/,
    ],
    [
      'keys from every service',
      (app) => delete app.statement('EncryptReplicas').Condition.StringEquals,
      /^not .* via ec2\.eu-west-1\.amazonaws\.com/,
    ],
    [
      'keys for every bucket',
      (app) => delete app.statement('EncryptReplicas').Condition.StringLike,
      /^not .*kms:Encrypt .* for nothing/,
    ],
    [
      'keys for other objects',
      (app) => app.statement('EncryptReplicas').Condition.StringLike[context].push('*/logs/*'),
      /^not .*kms:Encrypt .* for arn:aws:s3:::\S+-other\/logs/,
    ],
    [
      'keys of others',
      (app) => (app.statement('EncryptReplicas').Resource = ['*']),
      'kms:Encrypt on arn:aws:kms:eu-west-1:999999999999:key/other',
    ],
    [
      'keys in other regions',
      (app) => (app.statement('DecryptSourceObjects').Condition.StringEquals = { 'kms:CallerAccount': ENV.account }),
      'via s3.us-east-9.amazonaws.com',
    ],
    [
      'administration of keys',
      (app) => app.statement('EncryptReplicas').Action.push('kms:CreateGrant'),
      'kms:CreateGrant on',
    ],
    [
      'becoming another role',
      (app) => app.statements().push({ Effect: 'Allow', Action: ['iam:PassRole', 'sts:AssumeRole'], Resource: '*' }),
      'iam:PassRole on',
    ],
    [
      'an open bucket',
      (app) =>
        app
          .properties('AWS::S3::BucketPolicy', 'Source/Policy')
          .PolicyDocument.Statement.push({ Effect: 'Allow', Principal: '*', Action: 's3:PutObject', Resource: '*' }),
      's3:PutObject on',
    ],
  ];

  test.each(cases)('%s', async (_, breakIt, finding) => {
    const found = await findings(breakIt, { necessary: false, least: 'sample' });
    expect(found).toContainEqual(expect.stringMatching(finding));
    expect(found.every((it) => it.startsWith('not needed, but allowed: '))).toBe(true);
  });

  test('all questions find no more than a sample, about what the policies name', async () => {
    const [, breakIt] = cases.find(([what]) => what === 'every resource')!;
    const [all, sample] = (['all', 'sample'] as const).map((least) => findings(breakIt, { necessary: false, least }));
    expect(await all).toEqual(await sample);
    expect((await all).length).toBeGreaterThan(3);
  });
});

test('keys share a statement although there is room for each', async () => {
  const app = quietApp();
  const stack = new Stack(app, 'Data', { env: ENV });
  const source = BucketReplication.of(bucket(stack, 'Source'));
  const rules = ['One', 'Two'].map((id) => ({ destination: bucket(stack, id, { encryption: KMS }) }));
  const formerKey = bucket(stack, 'Former', { encryption: KMS }).encryptionKey!;
  rules.forEach((rule) => source.addRule({ ...rule, sourceKeys: [formerKey] }));
  const two = readStacks(app.synth());
  const options: AccessOptions = { necessary: false, sourceKeys: sourceKeysOf(two) };
  const context = 'kms:EncryptionContext:aws:s3:arn';

  expect(await findingsOf(two, () => {}, options)).toEqual([]);
  const shared = await findingsOf(
    two,
    (it) => {
      const [one, other] = [it.statement('EncryptReplicas1'), it.statement('EncryptReplicas2')];
      one.Resource.push(...other.Resource);
      one.Condition.StringLike[context].push(...other.Condition.StringLike[context]);
      it.statements().splice(it.statements().indexOf(other), 1);
    },
    options,
  );
  expect(shared).toContainEqual(expect.stringMatching(/kms:Encrypt on \S+ via \S+ for arn:aws:s3:::data-two/));
});

describe('with several rules', () => {
  const app = quietApp();
  const stack = new Stack(app, 'Data', { env: ENV });
  const source = BucketReplication.of(bucket(stack, 'Source'));
  const [one, two] = ['One', 'Two'].map((id) => bucket(stack, id, { encryption: KMS }));
  const sourceKeys = [bucket(stack, 'Former', { encryption: KMS }).encryptionKey!];
  source.addRule({ destination: one, filter: ReplicationFilter.prefix('a/'), sourceKeys });
  source.addRule({ destination: one, filter: ReplicationFilter.prefix('b/'), sourceKeys });
  source.addRule({ destination: two, filter: ReplicationFilter.prefix('c/') });
  const three = readStacks(app.synth());
  const options: AccessOptions = { necessary: false, least: 'sample', sourceKeys: sourceKeysOf(three) };
  const objects = (bucketName: string, prefix: string) => ({ 'Fn::Sub': `arn:aws:s3:::\${${bucketName}}/${prefix}*` });
  const idOf = (path: string) =>
    new Breakable(three).deployed().resources.find((it) => it.stack.paths[it.logicalId] === path)!.logicalId;
  const allow = (Action: string[], Resource: unknown) => ({ Effect: 'Allow', Action, Resource });

  test('they are good', async () => expect(await findingsOf(three, () => {}, options)).toEqual([]));

  test.each([
    ['a/', 'One'],
    ['b/', 'One'],
    ['a/', 'Source'],
    ['b/', 'Source'],
    ['c/', 'Source'],
  ])('more actions on objects of %s in %s', async (prefix, name) => {
    const more = allow(['s3:PutObject', 's3:DeleteObjectVersion'], objects(idOf(`Data/${name}`), prefix));
    const found = await findingsOf(three, (it) => it.statements().push(more), options);
    expect(found).toHaveLength(2);
  });

  test('replicas of what another rule has for another bucket', async () => {
    const more = allow(['s3:ReplicateObject'], objects(idOf('Data/One'), 'c/'));
    const found = await findingsOf(three, (it) => it.statements().push(more), options);
    expect(found).toEqual([expect.stringMatching(/s3:ReplicateObject on arn:aws:s3:::data-one\S+\/c\/x/)]);
  });

  test.each(['a/', 'b/'])('objects of %s in any bucket', async (prefix) => {
    const more = allow(['s3:ReplicateObject'], `arn:aws:s3:::*/${prefix}*`);
    const found = await findingsOf(three, (it) => it.statements().push(more), options);
    expect(found).toContainEqual(expect.stringContaining('s3:ReplicateObject on arn:aws:s3:::bucket-of-'));
  });

  test.each(['a/', 'b/'])('a key from other services, for objects of %s', async (prefix) => {
    const context = objects(idOf('Data/One'), prefix);
    const Condition = { StringLike: { 'kms:EncryptionContext:aws:s3:arn': context } };
    const found = await findingsOf(
      three,
      (it) => {
        const [key] = it.statement('EncryptReplicas').Resource;
        it.statements().push({ ...allow(['kms:Decrypt'], key), Condition });
      },
      options,
    );
    expect(found).toContainEqual(expect.stringMatching(/kms:Decrypt on \S+ via ec2\.us-east-1\.amazonaws\.com/));
  });

  test('the key of the source for a rule that does not opt in', async () => {
    const more = objects(idOf('Data/Source'), 'c/');
    const found = await findingsOf(
      three,
      (it) => it.statement('DecryptSourceObjects').Condition.StringLike['kms:EncryptionContext:aws:s3:arn'].push(more),
      options,
    );
    expect(found).toHaveLength(2);
    expect(found).toContainEqual(
      expect.stringMatching(/kms:Decrypt on \S+ via \S+ for arn:aws:s3:::data-source\S+\/c\/x/),
    );
  });
});

test('a key may be used for all objects, beside a rule for some of them that does not opt in', async () => {
  const app = quietApp();
  const stack = new Stack(app, 'Data', { env: ENV });
  const source = BucketReplication.of(bucket(stack, 'Source'));
  source.addRule({ destination: bucket(stack, 'One'), filter: ReplicationFilter.prefix('p/') });
  const { encryptionKey } = bucket(stack, 'Former', { encryption: KMS });
  source.addRule({ destination: bucket(stack, 'Two', { encryption: KMS }), sourceKeys: [encryptionKey!] });
  const mixed = readStacks(app.synth());
  expect(await findingsOf(mixed, () => {}, { necessary: false, sourceKeys: sourceKeysOf(mixed) })).toEqual([]);
});

/** The key of the bucket that is called Former. */
function sourceKeysOf(templates: StackOfApp[]): Record<string, string[]> {
  const app = new Breakable(templates).deployed();
  const at = (type: string, path: string) => app.ofType(type).find((it) => it.stack.paths[it.logicalId] === path)!.arn!;
  return { [at('AWS::S3::Bucket', 'Data/Source')]: [at('AWS::KMS::Key', 'Data/Former/Key')] };
}
