import { DenyQuestion, findDenies } from '../../src/documents/denies';

const ARN = 'arn:aws:s3:::the-bucket';
const ROLE = 'arn:aws:iam::111111111111:role/data';
const [OURS, THEIRS] = ['111111111111', '222222222222'];
const DENY = { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: `${ARN}/*` };
/** What is known in a question about a bucket of another account. */
const KNOWN: Partial<DenyQuestion> = { role: ROLE, account: OURS, owner: THEIRS, replicaEncryption: 'aws:kms' };

/** `certain`, `possible` or nothing, and the reason. */
function found(statement: object, question: Partial<DenyQuestion> = {}, action = 's3:ReplicateObject'): string {
  const document = { Statement: [{ ...DENY, ...statement }] };
  const [finding, ...more] = findDenies({ document, actions: [action], resource: ARN, ...question });
  expect(more).toEqual([]);
  return finding ? `${finding.certain ? 'certain' : 'possible'}: ${finding.reason}` : 'nothing';
}
const asked = (operator: string, key: string, value: unknown, question?: Partial<DenyQuestion>, action?: string) =>
  found({ Condition: { [operator]: { [key]: value } } }, question, action);

describe('what is known of the requests of S3', () => {
  type Case = [key: string, value: string, other: string, why: string, question?: Partial<DenyQuestion>];
  const absent: Case[] = [
    ...['aws:SourceVpce', 'aws:SourceVpc', 'aws:VpceAccount', 'aws:VpceOrgID'].map((key): Case => [
      key,
      '',
      'x',
      'which comes from no VPC endpoint',
    ]),
    ...['aws:SourceIp', 'aws:VpcSourceIp'].map((key): Case => [key, '', 'x', 'which comes from no address of yours']),
    ['s3:x-amz-server-side-encryption-customer-algorithm', '', 'AES256', 'which brings no key of the customer', KNOWN],
    [
      's3:x-amz-server-side-encryption-aws-kms-key-id',
      '',
      'x',
      'which names no KMS key',
      { replicaEncryption: 'AES256' },
    ],
  ];
  const carried: Case[] = [
    ['aws:PrincipalType', 'AssumedRole', 'User', 'which carries AssumedRole'],
    ['aws:PrincipalArn', ROLE, `${ROLE}2`, 'which carries the replication role', KNOWN],
    ['aws:PrincipalAccount', OURS, THEIRS, 'which carries the account of the role', KNOWN],
    ['kms:CallerAccount', OURS, THEIRS, 'which carries the account of the role', KNOWN],
    ['aws:ResourceAccount', THEIRS, OURS, 'which carries the account of the bucket', KNOWN],
    ['s3:ResourceAccount', THEIRS, OURS, 'which carries the account of the bucket', KNOWN],
    [
      'kms:ViaService',
      's3.eu-west-1.amazonaws.com',
      'ec2.amazonaws.com',
      'which carries the host of S3',
      { viaService: 's3.eu-west-1.amazonaws.com' },
    ],
    ['s3:x-amz-server-side-encryption', 'aws:kms', 'AES256', 'which carries aws:kms', KNOWN],
    ['s3:x-amz-server-side-encryption', 'AES256', 'aws:kms', 'which carries AES256', { replicaEncryption: 'AES256' }],
    ['aws:userid', 'AROA*:s3-replication', 'AROA*:mine', 'which carries AROA<id of the role>:s3-replication'],
  ];

  test.each(carried)('%s is %s', (key, value, other, why, question = {}) => {
    const all = (condition: string) =>
      `certain: its condition on ${key} (${condition}) holds for every request of S3, ${why}`;
    expect(asked('StringLike', key, value, question)).toBe(all('StringLike'));
    expect(asked('StringLike', key, other, question)).toBe('nothing');
    expect(asked('StringNotLike', key, value, question)).toBe('nothing');
    expect(asked('StringNotLike', key, other, question)).toBe(all('StringNotLike'));
    // no page says whether S3 names the encryption when that is the default
    const named = key !== 's3:x-amz-server-side-encryption';
    const maybe = `possible: its condition on ${key} (Null) may hold for requests of S3`;
    expect(asked('Null', key, 'false', question)).toBe(named ? all('Null') : maybe);
    expect(asked('Null', key, 'true', question)).toBe(named ? 'nothing' : maybe);
  });

  test.each(absent)('%s is not there', (key, _, other, why, question = {}) => {
    const all = (condition: string) =>
      `certain: its condition on ${key} (${condition}) holds for every request of S3, ${why}`;
    expect(asked('StringNotEquals', key, other, question)).toBe(all('StringNotEquals'));
    expect(asked('StringEquals', key, other, question)).toBe('nothing');
    expect(asked('StringEqualsIfExists', key, other, question)).toBe(all('StringEqualsIfExists'));
    expect(asked('StringNotEqualsIfExists', key, other, question)).toBe(all('StringNotEqualsIfExists'));
    expect(asked('Null', key, 'true', question)).toBe(all('Null'));
    expect(asked('Null', key, 'false', question)).toBe('nothing');
  });

  test('a replica with KMS names a key, which is not known', () => {
    const key = 's3:x-amz-server-side-encryption-aws-kms-key-id';
    expect(asked('Null', key, 'true', KNOWN)).toBe('nothing');
    expect(asked('Null', key, 'false', KNOWN)).toBe(
      `certain: its condition on ${key} (Null) holds for every request of S3, which names a KMS key`,
    );
    expect(asked('StringNotEquals', key, 'x', KNOWN)).toBe(
      `possible: its condition on ${key} (StringNotEquals) holds unless it exempts replication`,
    );
    expect(asked('StringEquals', key, 'x', KNOWN)).toBe(
      `possible: its condition on ${key} (StringEquals) may hold for requests of S3`,
    );
  });

  test('encryption is asked for when an object is written only', () => {
    const key = 's3:x-amz-server-side-encryption';
    const why = 'which asks for an encryption when it writes an object only';
    const seen = (action: string) => asked('StringNotEquals', key, 'AES256', KNOWN, action);
    expect(asked('Null', `${key}-aws-kms-key-id`, 'true', KNOWN, 's3:GetObjectVersionAcl')).toContain(why);
    for (const action of ['s3:ReplicateObject', 's3:ReplicateTags']) {
      expect(seen(action)).toContain('which carries aws:kms');
    }
    for (const action of ['s3:ReplicateDelete', 's3:GetObjectVersionAcl', 's3:ReplicateObjectAnnotation']) {
      expect(seen(action)).toBe(
        `certain: its condition on ${key} (StringNotEquals) holds for every request of S3, ${why}`,
      );
    }
  });

  test.each([
    'aws:PrincipalArn',
    'aws:PrincipalAccount',
    'kms:CallerAccount',
    'aws:ResourceAccount',
    's3:ResourceAccount',
    'kms:ViaService',
    's3:x-amz-server-side-encryption',
    's3:x-amz-server-side-encryption-aws-kms-key-id',
    's3:x-amz-server-side-encryption-customer-algorithm',
    'aws:PrincipalTag/team',
    'aws:PrincipalOrgID',
    'x:s3:x-amz-server-side-encryption',
  ])('nothing is known of %s when nobody says it', (key) => {
    expect(asked('StringNotEquals', key, 'x')).toBe(
      `possible: its condition on ${key} (StringNotEquals) holds unless it exempts replication`,
    );
    expect(asked('StringEquals', key, 'x')).toBe(
      `possible: its condition on ${key} (StringEquals) may hold for requests of S3`,
    );
    expect(asked('Null', key, 'false')).toBe(`possible: its condition on ${key} (Null) may hold for requests of S3`);
  });
});

describe('operators', () => {
  const type = (operator: string, value: unknown) => asked(operator, 'aws:PrincipalType', value).split(':')[0];
  test.each<[string, unknown, string]>([
    ['StringEqualsIgnoreCase', 'assumedrole', 'certain'],
    ['StringNotEqualsIgnoreCase', 'assumedrole', 'nothing'],
    ['StringEquals', 'assumedrole', 'nothing'],
    ['StringEquals', 'Assumed*', 'nothing'],
    ['StringLike', 'Assumed*', 'certain'],
    ['StringLike', 'AssumedRol?', 'certain'],
    ['StringLikeIfExists', 'Assumed*', 'certain'],
    ['ArnEquals', 'Assumed*', 'certain'],
    ['ArnNotLike', 'Assumed*', 'nothing'],
    ['Bool', 'ASSUMEDROLE', 'certain'],
    ['StringEquals', ['User', 'AssumedRole'], 'certain'],
    ['StringNotEquals', ['User', 'AssumedRole'], 'nothing'],
    ['StringEquals', [], 'nothing'],
    ['NumericEquals', 'AssumedRole', 'possible'],
    ['DateEquals', 'AssumedRole', 'possible'],
    ['IpAddress', 'AssumedRole', 'possible'],
    ['ForAnyValue:StringEquals', 'AssumedRole', 'possible'],
    ['ForAllValues:StringEquals', 'User', 'possible'],
    ['NotAString', 'AssumedRole', 'possible'],
    ['Null', ['true', 'false'], 'certain'],
    ['Null', { Ref: 'Parameter' }, 'possible'],
    ['Null', 'FALSE', 'certain'],
    ['Null', '*', 'nothing'],
  ])('%s %j', (operator, value, expected) => expect(type(operator, value)).toBe(expected));

  test.each<[unknown, string]>([
    ['1.2', 'nothing'],
    ['1.1', 'nothing'],
    [1.2, 'nothing'],
    ['1.3', 'possible'],
    [['1.2', '1.3'], 'possible'],
    [{ Ref: 'Version' }, 'possible'],
  ])('TLS older than %j', (version, expected) => {
    expect(asked('NumericLessThan', 's3:TlsVersion', version).split(':')[0]).toBe(expected);
  });

  test('TLS otherwise', () => {
    expect(asked('NumericGreaterThan', 's3:TlsVersion', '1.1').split(':')[0]).toBe('possible');
    expect(asked('NumericLessThan', 'aws:MultiFactorAuthAge', '1').split(':')[0]).toBe('possible');
  });
});

describe('reasons', () => {
  const key = (statement: object) =>
    found({ Resource: '*', ...statement }, { resource: undefined }, 's3:ReplicateObject');
  const exempt = { Condition: { StringEquals: { 'aws:PrincipalTag/a': 'b' } } };
  const tag = 'its condition on aws:PrincipalTag/a (StringEquals) may hold for requests of S3';

  test.each<[string, object, string]>([
    ['nothing is asked for', {}, 'certain: it has no condition'],
    ['an empty condition', { Condition: {} }, 'certain: it has no condition'],
    ['a condition that cannot be read', { Condition: { Ref: 'Condition' } }, 'possible: its condition cannot be read'],
    ['a condition that is a text', { Condition: 'none' }, 'possible: its condition cannot be read'],
    [
      'keys that cannot be read',
      { Condition: { StringEquals: { Ref: 'Keys' } } },
      'possible: its condition cannot be read',
    ],
    ['actions that cannot be read', { Action: { Ref: 'Action' } }, 'possible: its actions cannot be read'],
    [
      'NotPrincipal',
      { Principal: undefined, NotPrincipal: { AWS: ROLE } },
      'possible: its NotPrincipal may not exempt the replication role, its session and its account',
    ],
    [
      'a principal that may be ours',
      { Principal: { AWS: OURS } },
      'possible: its principal may be the replication role or its account',
    ],
    [
      'several',
      { Principal: { AWS: OURS }, ...exempt },
      `possible: its principal may be the replication role or its account, and ${tag}`,
    ],
    [
      'two conditions that hold',
      { Condition: { Bool: { 'aws:SecureTransport': 'true' }, Null: { 'aws:SourceVpce': 'true' } } },
      'certain: its condition on aws:SecureTransport (Bool) holds for every request of S3, which carries true, and its condition on aws:SourceVpce (Null) holds for every request of S3, which comes from no VPC endpoint',
    ],
    [
      'a part of the objects',
      { Resource: `${ARN}/logs/*` },
      `possible: its resource ${ARN}/logs/* covers a part of what the rules replicate`,
    ],
    [
      'a resource that is not known',
      { Resource: { Ref: 'Resource' } },
      'possible: its resource {"Ref":"Resource"} cannot be compared with the bucket',
    ],
    [
      'a resource of two',
      { Resource: { 'Fn::Select': [0, [`${ARN}/`, '*']] } },
      `possible: its resource {"Fn::Select":[0,["${ARN}/","*"]]} cannot be compared with the bucket`,
    ],
    [
      'NotResource',
      { Resource: undefined, NotResource: [`${ARN}/logs/*`, `${ARN}/more/*`] },
      `possible: its NotResource ${ARN}/logs/*, ${ARN}/more/* covers a part of what the rules replicate`,
    ],
  ])('%s', (_, statement, expected) => expect(found(statement)).toBe(expected));

  test('a condition of the template', () => {
    const document = { Statement: [{ 'Fn::If': ['A', DENY, { Ref: 'AWS::NoValue' }] }] };
    expect(findDenies({ document, actions: ['s3:ReplicateObject'], resource: ARN })).toEqual([
      {
        ...{ certain: false, statement: 'statement 1', actions: ['s3:ReplicateObject'] },
        reason: 'a condition of the template decides whether it is there',
      },
    ]);
  });

  test('a long resource is cut after 117 characters, one of 120 is not', () => {
    const shown = (length: number) =>
      /its resource (.*?) (covers|cannot)/.exec(found({ Resource: `${ARN}/`.padEnd(length, 'x') + '*' }))![1];
    expect(shown(119)).toBe(`${ARN}/`.padEnd(119, 'x') + '*');
    expect(shown(120)).toBe(`${ARN}/`.padEnd(117, 'x') + '...');
  });

  test.each<[string, object, string]>([
    ['everything', {}, 'certain: it has no condition'],
    ['no resource', { Resource: undefined }, 'certain: it has no condition'],
    ['the key among others', { Resource: ['x', '*'] }, 'certain: it has no condition'],
    ['some resource', { Resource: 'x' }, 'possible: its resource x cannot be compared with the key'],
    [
      'all but something',
      { Resource: undefined, NotResource: '*' },
      'possible: its NotResource * cannot be compared with the key',
    ],
  ])('in the policy of a key: %s', (_, statement, expected) => expect(key(statement)).toBe(expected));
});

describe('principals', () => {
  test.each<[string, unknown, Partial<DenyQuestion>, string]>([
    ['everybody', '*', {}, 'certain'],
    ['everybody of AWS', { AWS: '*' }, {}, 'certain'],
    ['the role', { AWS: ROLE }, KNOWN, 'certain'],
    ['another role', { AWS: `${ROLE}2` }, KNOWN, 'nothing'],
    ['a role, where ours is not known', { AWS: ROLE }, {}, 'nothing'],
    ['the account', { AWS: OURS }, KNOWN, 'possible'],
    ['thirteen digits', { AWS: `${OURS}1` }, KNOWN, 'nothing'],
    ['digits at the end', { AWS: `a${OURS}` }, KNOWN, 'nothing'],
    ['the root of an account', { AWS: `arn:aws:iam::${OURS}:root` }, KNOWN, 'possible'],
    ['a user who is called root', { AWS: `arn:aws:iam::${OURS}:user/a:rooted` }, KNOWN, 'nothing'],
    ['a service', { Service: 's3.amazonaws.com' }, KNOWN, 'nothing'],
    ['a reference', { Ref: 'Principal' }, KNOWN, 'possible'],
    ['a reference, where the role is not known', { AWS: { Ref: 'Principal' } }, {}, 'possible'],
    [
      'an attribute, where the role is one, too',
      { AWS: { 'Fn::GetAtt': ['Other', 'Arn'] } },
      { role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      'nothing',
    ],
    [
      'the attribute itself',
      { AWS: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      { role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      'certain',
    ],
    ['an attribute, where the role has a name', { AWS: { 'Fn::GetAtt': ['Other', 'Arn'] } }, KNOWN, 'possible'],
    ['a name, where the role is an attribute', { AWS: ROLE }, { role: { 'Fn::GetAtt': ['Role', 'Arn'] } }, 'nothing'],
    ['a session of it', { AWS: `arn:aws:sts::${OURS}:assumed-role/data/s3-replication` }, {}, 'nothing'],
  ])('%s', (_, Principal, question, expected) => {
    expect(found({ Principal }, question).split(':')[0]).toBe(expected);
  });
});
