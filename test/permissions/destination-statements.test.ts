import { Aws } from 'aws-cdk-lib';
import { bucketStatement, Grantee, keyStatement } from '../../src/permissions/destination-statements';
import { contradiction, covers, Granted } from '../../src/permissions/granted';

const P = Aws.PARTITION;
const [OURS, THEIRS, THIRD] = ['111111111111', '222222222222', '333333333333'];
const ROLE = { account: OURS, roleName: 'data', rolePath: '/' };
const ACCOUNTS = { accounts: [OURS, THEIRS], roleNamePrefix: 'da', rolePath: '/team/' };
const ORGANIZATION = { organizationId: 'o-a1b2c3d4e5', roleNamePrefix: 'da', rolePath: '/' };
const BUCKET = `arn:${P}:s3:::the-replica`;
const root = (account: string) => `arn:${P}:iam::${account}:root`;

/** Who is meant, and what the statements say about it. */
const grantees: Array<[string, Grantee, unknown, Record<string, any>, RegExp]> = [
  [
    'a role',
    ROLE,
    { AWS: root(OURS) },
    { ArnEquals: { 'aws:PrincipalArn': `arn:${P}:iam::${OURS}:role/data` } },
    /^ReplicasFrom111111111111[0-9a-f]{8}$/,
  ],
  [
    'roles of accounts',
    ACCOUNTS,
    { AWS: [root(OURS), root(THEIRS)] },
    {
      ArnLike: { 'aws:PrincipalArn': `arn:${P}:iam::*:role/team/da*` },
      ArnNotLike: { 'aws:PrincipalArn': `arn:${P}:iam::*:role/team/*/*` },
    },
    /^ReplicasFromAccounts[0-9a-f]{8}$/,
  ],
  [
    'roles of an organization',
    ORGANIZATION,
    '*',
    {
      StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' },
      ArnLike: { 'aws:PrincipalArn': `arn:${P}:iam::*:role/da*` },
      ArnNotLike: { 'aws:PrincipalArn': `arn:${P}:iam::*:role/*/*` },
    },
    /^ReplicasFromOrganization[0-9a-f]{8}$/,
  ],
];

describe.each(grantees)('statements for %s', (_, grantee, Principal, Condition, sid) => {
  const usual = {
    ...{ grantee, destinationArn: BUCKET, keyPrefixes: [''] },
    ...{ deleteMarkers: false, ownerOverride: false, enforceSSL: false },
  };

  test('of the bucket', () => {
    expect(bucketStatement(usual)).toEqual({
      Sid: expect.stringMatching(sid),
      Effect: 'Allow',
      Principal,
      Action: ['s3:ReplicateObject', 's3:ReplicateTags'],
      Resource: [`${BUCKET}/*`],
      Condition,
    });
    expect(bucketStatement({ ...usual, deleteMarkers: true }).Action).toContain('s3:ReplicateDelete');
    expect(bucketStatement({ ...usual, ownerOverride: true }).Action).toEqual([
      ...bucketStatement(usual).Action,
      's3:ObjectOwnerOverrideToBucketOwner',
    ]);
    expect(bucketStatement({ ...usual, enforceSSL: true }).Condition).toEqual({
      ...Condition,
      Bool: { 'aws:SecureTransport': 'true' },
    });
  });

  test('of the key', () => {
    const statement = {
      Sid: expect.stringMatching(sid),
      Effect: 'Allow',
      Principal,
      Action: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
      Resource: ['*'],
      Condition: {
        ...Condition,
        StringEquals: { ...Condition.StringEquals, 'kms:ViaService': `s3.eu-west-1.${Aws.URL_SUFFIX}` },
      },
    };
    expect(keyStatement(usual, 'eu-west-1', 'Stack/Replica')).toEqual(statement);
    expect(keyStatement(usual, 'eu-west-1', 'Stack/Replica', 'the-replica')).toEqual({
      ...statement,
      Condition: {
        ...statement.Condition,
        StringLike: { 'kms:EncryptionContext:aws:s3:arn': [BUCKET, `${BUCKET}/*`] },
      },
    });
  });

  test('have ids of their own where they differ, and no others', () => {
    const ids = [
      bucketStatement(usual),
      bucketStatement({ ...usual, ownerOverride: true }),
      bucketStatement({ ...usual, enforceSSL: true }),
      bucketStatement({ ...usual, deleteMarkers: true }),
      bucketStatement({ ...usual, keyPrefixes: ['a/'] }),
      bucketStatement({ ...usual, enforceSSL: true, ownerOverride: true }),
      keyStatement(usual, 'eu-west-1', 'Stack/Replica'),
      keyStatement(usual, 'eu-west-2', 'Stack/Replica'),
      keyStatement(usual, 'eu-west-1', 'Stack/Replica', 'the-replica'),
      keyStatement(usual, 'eu-west-1', 'Stack/Other', 'the-other'),
    ].map(({ Sid }) => Sid);
    expect(new Set(ids).size).toBe(ids.length);
    expect(keyStatement(usual, 'eu-west-1', 'Stack/Other').Sid).toBe(ids[6]);
    expect(bucketStatement({ ...usual, destinationArn: 'another' }).Sid).toBe(ids[0]);
  });
});

const granted = (grantee: Grantee, more: Partial<Granted> = {}): Granted => ({
  ...{
    grantee,
    keys: [],
    keyPrefixes: [''],
    deleteMarkers: false,
    saysOwner: false,
    ownerOverride: false,
    enforceSSL: false,
    explicit: true,
  },
  ...more,
});

test.each<[string, Grantee, Partial<typeof ROLE>, boolean]>([
  ['the role', ROLE, {}, true],
  ['another name', ROLE, { roleName: 'data2' }, false],
  ['another path', ROLE, { rolePath: '/team/' }, false],
  ['another account', ROLE, { account: THEIRS }, false],
  ['one of the accounts', ACCOUNTS, { rolePath: '/team/', account: THEIRS }, true],
  ['a third account', ACCOUNTS, { rolePath: '/team/', account: THIRD }, false],
  ['an account, and another path', ACCOUNTS, {}, false],
  ['the organization', ORGANIZATION, { account: THIRD }, true],
  ['the organization, and a longer path', ORGANIZATION, { rolePath: '/team/' }, false],
  ['the organization, and another prefix', ORGANIZATION, { roleName: 'adata' }, false],
  ['the organization, and the prefix alone', ORGANIZATION, { roleName: 'da' }, true],
  ['the organization, and a shorter name', ORGANIZATION, { roleName: 'd' }, false],
])('whether a grant lets a role in: %s', (_, grantee, role, expected) => {
  expect(covers(granted(grantee), { ...ROLE, ...role }, [''])).toBe(expected);
});

describe('grants that contradict each other', () => {
  const differ = 'two grants for the same roles that differ';
  const late = "replicasFrom() for the role 'data', which a rule of this app has let in already";
  const byRule = (more: Partial<Granted> = {}) => granted(ROLE, { explicit: false, ...more });
  const STRICT = { enforceSSL: true };
  const OWNER = { ownerOverride: true };

  test.each<[string, Granted[], Granted, string | undefined]>([
    ['none is there', [], granted(ROLE, STRICT), undefined],
    ['the same again', [granted(ROLE)], granted(ROLE), undefined],
    ['TLS in the second', [granted(ROLE)], granted(ROLE, STRICT), differ],
    ['TLS in the first', [granted(ROLE, STRICT)], granted(ROLE), differ],
    ['the owner in the second', [granted(ROLE)], granted(ROLE, OWNER), differ],
    ['the owner in the first', [granted(ROLE, OWNER)], granted(ROLE), differ],
    ['another grantee', [granted(ROLE)], granted(ORGANIZATION, STRICT), undefined],
    ['a good one before it', [granted(ORGANIZATION), granted(ROLE)], granted(ROLE, STRICT), differ],
    ['a rule, and nothing more is asked for', [byRule()], granted(ROLE), undefined],
    ['a rule, and TLS', [byRule()], granted(ROLE, STRICT), late],
    ['a rule, and TLS for all of the organization', [byRule()], granted(ORGANIZATION, STRICT), late],
    [
      'a rule of another role, and TLS',
      [byRule({ grantee: { ...ROLE, roleName: 'x' } })],
      granted(ROLE, STRICT),
      undefined,
    ],
    ['a rule that changes the owner', [byRule(OWNER)], granted(ROLE), late],
    ['a rule that changes the owner, as the grant allows', [byRule(OWNER)], granted(ROLE, OWNER), undefined],
    ['a rule that does not change the owner', [byRule()], granted(ROLE, OWNER), undefined],
  ])('%s', (_, others, added, expected) => {
    expect(contradiction(others, added)?.saw).toBe(expected);
  });

  test('say why, and what to do', () => {
    expect(contradiction([granted(ROLE)], granted(ROLE, STRICT))).toEqual({
      saw: differ,
      because: 'permissions add up, so the weaker of the two would hold',
      instead: 'call replicasFrom() once, with what both ask for',
    });
    expect(contradiction([byRule()], granted(ROLE, STRICT))).toEqual({
      saw: late,
      because: 'permissions add up, so the limits of this grant would not hold',
      instead: 'call replicasFrom() before the rule is added: the rule then adds nothing to it',
    });
  });
});
