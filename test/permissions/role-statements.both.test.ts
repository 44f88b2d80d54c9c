import { RuleAccess, SourceAccess, Statement, statements } from '../../src/permissions/role-statements';

const SOURCE_KEY = { arn: 'KEY-S', region: 'us-east-1' };
const rule = (over: Partial<RuleAccess> = {}): RuleAccess => ({
  prefix: '',
  destinationArn: 'arn:aws:s3:::dst',
  destinationAccount: '222222222222',
  sourceKeys: [],
  ...over,
});
const access = (rules: RuleAccess[], over: Partial<SourceAccess> = {}): SourceAccess => ({
  sourceArn: 'arn:aws:s3:::src',
  objectLock: false,
  rules,
  ...over,
});
const bySid = (list: Statement[]) => Object.fromEntries(list.map((statement) => [statement.Sid, statement]));

test('no rule: nothing about objects', () => {
  expect(statements(access([])).map(({ Sid }) => Sid)).toEqual(['ReadReplicationConfiguration']);
});

test('SSE-S3: exactly the statements that AWS documents, and annotations', () => {
  expect(statements(access([rule()]))).toEqual([
    {
      Sid: 'ReadReplicationConfiguration',
      Effect: 'Allow',
      Action: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
      Resource: ['arn:aws:s3:::src'],
    },
    {
      Sid: 'ReadSourceObjects',
      Effect: 'Allow',
      Action: [
        's3:GetObjectVersionForReplication',
        's3:GetObjectVersionAcl',
        's3:GetObjectVersionTagging',
        's3:GetObjectVersionAnnotationForReplication',
      ],
      Resource: ['arn:aws:s3:::src/*'],
    },
    {
      Sid: 'WriteReplicas',
      Effect: 'Allow',
      Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
      Resource: ['arn:aws:s3:::dst/*'],
      Condition: { StringEqualsIfExists: { 's3:ResourceAccount': '222222222222' } },
    },
  ]);
});

test('replicas go to buckets of the accounts that rules name, and owners are changed there only', () => {
  const rules = ['333333333333', '222222222222', '333333333333'].map((destinationAccount) =>
    rule({ destinationAccount, ownerOverride: destinationAccount.startsWith('3') }),
  );
  const { WriteReplicas, OwnReplicas } = bySid(statements(access(rules)));
  const whose = (accounts: string | string[]) => ({ StringEqualsIfExists: { 's3:ResourceAccount': accounts } });
  expect(WriteReplicas.Condition).toEqual(whose(['222222222222', '333333333333']));
  expect(OwnReplicas.Condition).toEqual(whose('333333333333'));
});

test('Object Lock adds the two reads, on the source only', () => {
  const withLock = bySid(statements(access([rule()], { objectLock: true })));
  expect(withLock.ReadSourceObjects.Action).toEqual(
    expect.arrayContaining(['s3:GetObjectRetention', 's3:GetObjectLegalHold']),
  );
  expect(withLock.WriteReplicas.Action).toEqual(['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags']);
});

test('object ARNs are narrowed to the prefixes of the rules, per destination', () => {
  const list = bySid(
    statements(
      access([
        rule({ prefix: 'logs/' }),
        rule({ prefix: 'logs/app/' }),
        rule({ prefix: 'data/', destinationArn: 'arn:aws:s3:::other' }),
      ]),
    ),
  );
  expect(list.ReadReplicationConfiguration.Resource).toEqual(['arn:aws:s3:::src']);
  expect(list.ReadSourceObjects.Resource).toEqual(['arn:aws:s3:::src/data/*', 'arn:aws:s3:::src/logs/*']);
  expect(list.WriteReplicas.Resource).toEqual(['arn:aws:s3:::dst/logs/*', 'arn:aws:s3:::other/data/*']);
});

test('wildcards and variables of the policy language in a prefix stay literal', () => {
  const list = bySid(statements(access([rule({ prefix: 'a*b?c${d' })])));
  expect(list.ReadSourceObjects.Resource).toEqual(['arn:aws:s3:::src/a${*}b${?}c${$}{d*']);
});

test('KMS: only through S3 of the region of the key, only for the bucket and the objects of the rules', () => {
  const list = bySid(
    statements(
      access([rule({ prefix: 'logs/', sourceKeys: [SOURCE_KEY], replicaKey: { arn: 'KEY-D', region: 'eu-west-1' } })]),
    ),
  );
  expect(list.DecryptSourceObjects).toEqual({
    Sid: 'DecryptSourceObjects',
    Effect: 'Allow',
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Resource: ['KEY-S'],
    Condition: {
      StringEquals: { 'kms:ViaService': expect.stringMatching(/^s3\.us-east-1\./) },
      StringLike: { 'kms:EncryptionContext:aws:s3:arn': ['arn:aws:s3:::src', 'arn:aws:s3:::src/logs/*'] },
    },
  });
  expect(list.EncryptReplicas).toEqual({
    Sid: 'EncryptReplicas',
    Effect: 'Allow',
    Action: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: ['KEY-D'],
    Condition: {
      StringEquals: { 'kms:ViaService': expect.stringMatching(/^s3\.eu-west-1\./) },
      StringLike: { 'kms:EncryptionContext:aws:s3:arn': ['arn:aws:s3:::dst', 'arn:aws:s3:::dst/logs/*'] },
    },
  });
});

test('a key has a statement of its own, unless keys of a region are merged', () => {
  const rules = ['1', '2', '3'].map((n) =>
    rule({
      destinationArn: `arn:aws:s3:::dst${n}`,
      sourceKeys: [SOURCE_KEY],
      replicaKey: { arn: `KEY-${n}`, region: n === '3' ? 'eu-central-1' : 'eu-west-1' },
    }),
  );
  const precise = statements(access(rules)).filter(({ Sid }) => Sid.startsWith('EncryptReplicas'));
  expect(precise.map(({ Sid, Resource }) => [Sid, Resource])).toEqual([
    ['EncryptReplicas1', ['KEY-1']],
    ['EncryptReplicas2', ['KEY-2']],
    ['EncryptReplicas3', ['KEY-3']],
  ]);
  const merged = statements(access(rules, { mergeKeys: true })).filter(({ Sid }) => Sid.startsWith('EncryptReplicas'));
  expect(merged.map(({ Resource }) => Resource)).toEqual([['KEY-1', 'KEY-2'], ['KEY-3']]);
  expect(merged[0].Condition!.StringLike['kms:EncryptionContext:aws:s3:arn']).toHaveLength(4);
});

test('one key for several destinations of a region is one statement with all of their contexts', () => {
  const list = bySid(
    statements(
      access([
        rule({ replicaKey: { arn: 'KEY', region: 'eu-west-1' }, destinationArn: 'arn:aws:s3:::a' }),
        rule({ replicaKey: { arn: 'KEY', region: 'eu-west-1' }, destinationArn: 'arn:aws:s3:::b' }),
      ]),
    ),
  );
  expect(list.EncryptReplicas.Condition!.StringLike['kms:EncryptionContext:aws:s3:arn']).toEqual([
    'arn:aws:s3:::a',
    'arn:aws:s3:::a/*',
    'arn:aws:s3:::b',
    'arn:aws:s3:::b/*',
  ]);
});

test('rules that change the owner may do so, below their own prefixes only', () => {
  const list = statements(
    access([
      rule({ prefix: 'logs/' }),
      rule({ prefix: 'logs/owned/', ownerOverride: true }),
      rule({ destinationArn: 'arn:aws:s3:::other', ownerOverride: true }),
    ]),
  );
  expect(bySid(list).OwnReplicas).toEqual({
    Sid: 'OwnReplicas',
    Effect: 'Allow',
    Action: ['s3:ObjectOwnerOverrideToBucketOwner'],
    Resource: ['arn:aws:s3:::dst/logs/owned/*', 'arn:aws:s3:::other/*'],
    Condition: { StringEqualsIfExists: { 's3:ResourceAccount': '222222222222' } },
  });
  expect(list.map(({ Sid }) => Sid)).toEqual([
    'ReadReplicationConfiguration',
    'ReadSourceObjects',
    'WriteReplicas',
    'OwnReplicas',
  ]);
});
