import { Breakable, findingsOf, goodApp } from './broken';
import { AccessOptions, judgeAccess } from './judge';
import { ENV } from '../../test/builders';

const stacks = goodApp();

const findings = (breakIt: (app: Breakable) => void, options?: AccessOptions) => findingsOf(stacks, breakIt, options);

const BUCKET_POLICY = 'AWS::S3::BucketPolicy';
const everything = (Action: string, more = {}) => ({ Effect: 'Deny', Principal: '*', Action, Resource: '*', ...more });
/** Findings of calls that S3 needs, each with its action only. */
const deniedIn = (found: string[]) => [...new Set(found.flatMap((it) => /^denied: (\S+)/.exec(it)?.[1] ?? []))];

test('the app that is broken below is good', async () => {
  expect(await judgeAccess(new Breakable(stacks).deployed())).toEqual({
    allowed: 36,
    statementsNecessary: 6,
    partsNecessary: 15,
    actionsDenied: expect.any(Number),
    exceptions: {
      Annotations: 1,
      EncryptOrGenerateDataKey: 2,
      ReplicateTags: 1,
      SourceGenerateDataKey: 1,
    },
    findings: [],
  });
});

describe('that nothing replicates', () => {
  const nothing = (app: Breakable) =>
    delete app.properties('AWS::S3::Bucket', 'Data/Pair/Source').ReplicationConfiguration;

  test('is a finding', async () => expect(await findings(nothing)).toEqual(['nothing replicates']));

  test('can be expected', async () => {
    expect(await findings(nothing, { replicates: false })).toEqual([]);
    expect(await findings(() => {}, { replicates: false, least: 'none' })).toEqual([
      expect.stringMatching(/^arn:aws:s3:::data-\S+ replicates, and nothing should$/),
    ]);
  });
});

describe('what S3 needs is missing', () => {
  const all = new Breakable(stacks).statements();

  test.each(all.map(({ Sid }) => [Sid]))('statement %s', async (Sid) => {
    const found = await findings((app) =>
      app.statements().splice(
        app.statements().findIndex((it) => it.Sid === Sid),
        1,
      ),
    );
    expect(deniedIn(found).sort()).toEqual([...all.find((it) => it.Sid === Sid)!.Action].sort());
  });

  test.each(all.flatMap(({ Sid, Action }) => Action.map((action: string) => [action, Sid])))(
    '%s in %s',
    async (action, Sid) => {
      const found = await findings((app) => {
        const statement = app.statement(Sid);
        statement.Action = statement.Action.filter((it: string) => it !== action);
      });
      expect(deniedIn(found)).toEqual([action]);
    },
  );

  const source = (app: Breakable) => app.properties('AWS::S3::Bucket', 'Data/Pair/Source');
  const rule = (app: Breakable) => source(app).ReplicationConfiguration.Rules[0];
  const READS = ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'];
  const LOCK = ['s3:GetObjectRetention', 's3:GetObjectLegalHold'];
  const WRITES = ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'];
  const ENCRYPT = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'];
  const trust = (app: Breakable) => app.properties('AWS::IAM::Role').AssumeRolePolicyDocument.Statement[0];
  const boundary =
    (...NotAction: string[]) =>
    (app: Breakable) => {
      const PolicyDocument = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', NotAction, Resource: '*' }] };
      app.add('Data', 'Boundary', { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument } });
      app.properties('AWS::IAM::Role').PermissionsBoundary = { Ref: 'Boundary' };
    };

  test.each<[string, (app: Breakable) => void, string[]]>([
    [
      'another service is trusted',
      (app) => (trust(app).Principal.Service = 'lambda.amazonaws.com'),
      ['sts:AssumeRole'],
    ],
    [
      'the trust asks for a key that S3 may not send',
      (app) => (trust(app).Condition = { StringEquals: { 'aws:SourceAccount': ENV.account } }),
      ['sts:AssumeRole'],
    ],
    ['the rule has another prefix', (app) => (rule(app).Filter.Prefix = 'data/'), [...READS, 's3:GetObjectRetention']],
    [
      'objects are written beyond the prefix',
      (app) => (app.statement('WriteReplicas').Resource[0]['Fn::Join'][1][1] = '/logs/app/*'),
      WRITES,
    ],
    [
      'only whole folders are read',
      (app) => (app.statement('ReadSourceObjects').Resource[0]['Fn::Join'][1][1] = '/logs/x/*'),
      [...READS, ...LOCK],
    ],
    [
      'a Deny of the destination bucket',
      (app) =>
        app.properties(BUCKET_POLICY, 'Destination/Policy').PolicyDocument.Statement.push(everything('s3:Replicate*')),
      WRITES,
    ],
    [
      'a Deny of the source bucket',
      (app) =>
        app.properties(BUCKET_POLICY, 'Source/Policy').PolicyDocument.Statement.push(everything('s3:GetObject*')),
      [...READS, ...LOCK, 's3:GetObjectVersionAnnotationForReplication'],
    ],
    [
      'a Deny of the destination key',
      (app) =>
        app
          .properties('AWS::KMS::Key', 'ReplicaStack-eu-west-1/Pair/Key')
          .KeyPolicy.Statement.push(everything('kms:GenerateDataKey')),
      ['kms:GenerateDataKey'],
    ],
    [
      'the key policy leaves nothing to IAM',
      (app) =>
        (app.properties('AWS::KMS::Key', 'ReplicaStack-eu-west-1/Pair/Key').KeyPolicy.Statement[0].Principal.AWS =
          'arn:aws:iam::111111111111:role/Admin'),
      ENCRYPT,
    ],
    ['a permissions boundary', boundary('s3:ReplicateObject', 'kms:*'), ['s3:ReplicateObject', ...ENCRYPT]],
    [
      'the key is used from another region',
      (app) =>
        (app.statement('EncryptReplicas').Condition.StringEquals['kms:ViaService'] = 's3.us-east-1.amazonaws.com'),
      ENCRYPT,
    ],
    [
      'replicas have the key of the source',
      (app) =>
        (rule(app).Destination.EncryptionConfiguration.ReplicaKmsKeyID =
          app.statement('DecryptSourceObjects').Resource[0]),
      ENCRYPT,
    ],
    [
      'an encryption context that S3 does not have',
      (app) => (app.statement('EncryptReplicas').Condition.StringLike = { 'kms:EncryptionContext:arn:aws:arn': '*' }),
      ENCRYPT,
    ],
    [
      'the encryption context of objects without a bucket key only',
      (app) => app.statement('EncryptReplicas').Condition.StringLike['kms:EncryptionContext:aws:s3:arn'].shift(),
      ENCRYPT,
    ],
    [
      'the owner is to be changed',
      (app) => (rule(app).Destination.AccessControlTranslation = { Owner: 'Destination' }),
      ['s3:ObjectOwnerOverrideToBucketOwner'],
    ],
  ])('%s', async (_, breakIt, denied) => {
    expect(deniedIn(await findings(breakIt))).toEqual(expect.arrayContaining(denied));
    expect(deniedIn(await findings(() => {}))).toEqual([]);
  });

  test('the rule does not opt in to objects that are encrypted with KMS', async () => {
    const found = await findings((app) => delete rule(app).SourceSelectionCriteria);
    expect(found).toContainEqual(expect.stringMatching(/^rule \S+ skips objects that are encrypted with KMS$/));
  });

  test('a policy that the app does not have', async () => {
    const arn = 'arn:aws:iam::aws:policy/AmazonS3FullAccess';
    expect(await findings((app) => (app.properties('AWS::IAM::Role').ManagedPolicyArns = [arn]))).toEqual([
      `policy ${arn} of the role is not in the app`,
    ]);
  });

  test('a key of objects that the judge is told about', async () => {
    const arn = 'arn:aws:kms:us-east-1:111111111111:key/former';
    const [{ arn: bucket }] = new Breakable(stacks).deployed().ofType('AWS::S3::Bucket').slice(-1);
    const found = await findings(() => {}, { least: 'none', sourceKeys: { [bucket!]: [arn] } });
    expect(deniedIn(found)).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
    expect(found[0]).toContain(`on ${arn} by`);
  });
});
