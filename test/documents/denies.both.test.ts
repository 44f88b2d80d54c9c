import { DenyQuestion, findDenies } from '../../src/documents/denies';
import { ACTIONS, neededAtDestination, neededAtSource } from '../../src/permissions/actions';

const WRITING = neededAtDestination({ deleteMarkers: true, ownerOverride: false });
const READING = neededAtSource(false);
const ARN = { 'Fn::GetAtt': ['Bucket', 'Arn'] };
const OBJECTS = { 'Fn::Join': ['', [ARN, '/*']] };
const ROLE = { 'Fn::GetAtt': ['Role', 'Arn'] };
const DENY = { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [ARN, OBJECTS] };

function ask(statement: unknown, question: Partial<DenyQuestion> = {}) {
  return findDenies({
    document: { Statement: [statement] },
    actions: WRITING,
    resource: ARN,
    ...question,
  });
}

/** 'certain', 'possible' or 'nothing'; both kinds when a statement does both. */
function verdict(statement: unknown, question?: Partial<DenyQuestion>) {
  return (
    ask(statement, question)
      .map((finding) => (finding.certain ? 'certain' : 'possible'))
      .join(' and ') || 'nothing'
  );
}

const certain = 'certain';
const possible = 'possible';
const nothing = 'nothing';
/** What carries an encryption header. */
const WRITES = ['s3:ReplicateObject', 's3:ReplicateTags'];

describe('statements', () => {
  test('a Deny of everything is certain and says so', () => {
    expect(ask(DENY)).toEqual([
      {
        certain: true,
        statement: 'statement 1',
        actions: WRITING,
        reason: 'it has no condition',
      },
    ]);
  });

  test('the Sid names the statement, else its place', () => {
    const document = {
      Statement: [{ ...DENY, Effect: 'Allow' }, DENY, { ...DENY, Sid: 'Locked' }, { ...DENY, Sid: '' }],
    };
    expect(
      findDenies({ document, actions: ['s3:ReplicateObject'], resource: ARN }).map((finding) => finding.statement),
    ).toEqual(['statement 2', 'Locked', 'statement 4']);
  });

  test('one statement needs no list', () => {
    expect(findDenies({ document: { Statement: DENY }, actions: ['s3:ReplicateObject'], resource: ARN })).toHaveLength(
      1,
    );
  });

  test('Allow is no Deny', () => expect(verdict({ ...DENY, Effect: 'Allow' })).toBe(nothing));

  test.each([
    ['a statement', { Statement: [{ 'Fn::If': ['Prod', DENY, { Ref: 'AWS::NoValue' }] }] }],
    ['the list', { Statement: { 'Fn::If': ['Prod', [{ ...DENY, Effect: 'Allow' }, DENY], []] } }],
    ['the document', { 'Fn::If': ['Prod', { Statement: [] }, { Statement: [DENY] }] }],
  ])('under Fn::If %s is only possible', (_, document) => {
    expect(findDenies({ document, actions: ['s3:ReplicateObject'], resource: ARN })).toMatchObject([
      { certain: false, reason: 'a condition of the template decides whether it is there' },
    ]);
  });

  const odd: unknown[] = [
    undefined,
    null,
    0,
    true,
    'text',
    [],
    [null],
    {},
    { Ref: 'X' },
    { 'Fn::If': 'x' },
    { 'Fn::Join': null },
    { 'Fn::Join': [null, ['a', null]] },
    { 'Fn::Sub': null },
    { 'Fn::Sub': ['${A}', 'x'] },
    { 'Fn::Sub': [null] },
    { 'Fn::GetAtt': 'A.Arn' },
    { 'Fn::GetAtt': null },
    { StringEquals: null },
    { StringEquals: { a: null } },
    { Null: { 'aws:SourceIp': [] } },
    { NumericLessThan: { 's3:TlsVersion': {} } },
    { AWS: null },
    { AWS: [null, {}] },
    '${',
    '${}',
  ];
  test('nothing makes it throw', () => {
    for (const value of odd) {
      findDenies({ document: value, actions: ['s3:ReplicateObject'], resource: ARN });
      findDenies({ document: { Statement: value }, actions: ['s3:ReplicateObject'], resource: ARN });
      for (const part of [
        'Effect',
        'Sid',
        'Principal',
        'NotPrincipal',
        'Action',
        'NotAction',
        'Resource',
        'NotResource',
        'Condition',
      ]) {
        ask({ ...DENY, [part]: value });
        ask({ ...DENY, [part]: [value, value] }, { resource: value, role: value, viaService: value });
      }
    }
  });
});

describe('actions', () => {
  test.each([
    ['s3:ReplicateObject', ['s3:ReplicateObject']],
    ['S3:replicateOBJECT', ['s3:ReplicateObject']],
    ['s3:Replicate*', WRITING],
    ['s3:Replicate??????', ['s3:ReplicateObject', 's3:ReplicateDelete']],
    ['*', WRITING],
    [['s3:PutObject', 's3:*Tags'], ['s3:ReplicateTags']],
    // replication is authorized as s3:ReplicateObject, so the usual Deny of unencrypted uploads does not hit it
    ['s3:PutObject', []],
    ['s3:Put*', []],
    ['kms:*', []],
    [undefined, []],
  ])('Action %j', (Action, hit) => expect(ask({ ...DENY, Action }).flatMap((finding) => finding.actions)).toEqual(hit));

  test.each([
    ['s3:PutObject', WRITING],
    [
      ['s3:Get*', 's3:ReplicateObject'],
      ['s3:ReplicateDelete', 's3:ReplicateTags'],
    ],
    ['s3:*', []],
  ])('NotAction %j', (NotAction, hit) => {
    expect(ask({ ...DENY, Action: undefined, NotAction }).flatMap((finding) => finding.actions)).toEqual(hit);
  });

  test('an action that is an intrinsic is possible', () => {
    expect(ask({ ...DENY, Action: { Ref: 'Action' } })).toMatchObject([
      { certain: false, reason: 'its actions cannot be read' },
    ]);
  });
});

describe('principals', () => {
  const root = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root']] };
  const named = (text: string) => ({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111111111111:role/', text]],
  });
  test.each([
    ['everybody', '*', certain],
    ['everybody of AWS', { AWS: '*' }, certain],
    ['a list with everybody', { AWS: ['arn:aws:iam::111111111111:user/me', '*'] }, certain],
    ['the root of an account', { AWS: 'arn:aws:iam::111111111111:root' }, possible],
    ['an account', { AWS: '111111111111' }, possible],
    ['our own root', { AWS: root }, possible],
    ['an intrinsic', { AWS: { Ref: 'Somebody' } }, possible],
    ['an intrinsic for the whole', { 'Fn::If': ['Prod', '*', { AWS: '1' }] }, possible],
    ['an unknown role', { AWS: { 'Fn::GetAtt': ['Other', 'Arn'] } }, possible],
    ['a literal user', { AWS: 'arn:aws:iam::111111111111:user/me' }, nothing],
    ['a literal role', { AWS: 'arn:aws:iam::111111111111:role/app' }, nothing],
    ['a literal role of this partition', { AWS: named('app') }, nothing],
    ['a session', { AWS: 'arn:aws:sts::111111111111:assumed-role/app/session' }, nothing],
    ['a service', { Service: 'cloudtrail.amazonaws.com' }, nothing],
    ['a federated identity', { Federated: 'accounts.google.com' }, nothing],
    ['an origin access identity', { CanonicalUser: { 'Fn::GetAtt': ['Oai', 'S3CanonicalUserId'] } }, nothing],
    ['nobody', undefined, nothing],
  ])('%s', (_, Principal, expected) => expect(verdict({ ...DENY, Principal })).toBe(expected));

  test.each([
    ['our role', { AWS: ROLE }, ROLE, certain],
    ['another role of the stack', { AWS: { 'Fn::GetAtt': ['Other', 'Arn'] } }, ROLE, nothing],
    ['a parameter', { AWS: { Ref: 'Role' } }, ROLE, possible],
    ['a literal role', { AWS: 'arn:aws:iam::111111111111:role/app' }, ROLE, nothing],
    ['our role by name', { AWS: named('data') }, 'arn:aws:iam::111111111111:role/data', possible],
    ['another role by name', { AWS: named('app') }, 'arn:aws:iam::111111111111:role/data', nothing],
    [
      'another literal role',
      { AWS: 'arn:aws:iam::111111111111:role/app' },
      'arn:aws:iam::111111111111:role/data',
      nothing,
    ],
  ])('with the role given: %s', (_, Principal, role, expected) =>
    expect(verdict({ ...DENY, Principal }, { role })).toBe(expected),
  );

  test('NotPrincipal is possible', () => {
    expect(
      ask({ ...DENY, Principal: undefined, NotPrincipal: { AWS: 'arn:aws:iam::111111111111:role/app' } }),
    ).toMatchObject([{ certain: false, reason: expect.stringContaining('NotPrincipal') }]);
  });
});

describe('resources', () => {
  const own = (suffix: string) => ({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::', { Ref: 'Bucket' }, suffix]],
  });
  test.each<[string, unknown, string[], string]>([
    ['all objects', OBJECTS, [''], certain],
    ['everything', '*', [''], certain],
    ['every bucket', 'arn:aws:s3:::*', [''], certain],
    ['every ARN', 'arn:*', ['a/'], certain],
    ['by name', own('/*'), [''], certain],
    ['by name, Fn::Sub', { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${Bucket}/*' }, [''], certain],
    ['by attribute, Fn::Sub', { 'Fn::Sub': '${Bucket.Arn}/*' }, [''], certain],
    ['Fn::Sub with variables', { 'Fn::Sub': ['${Name}/*', { Name: ARN }] }, [''], certain],
    ['bucket and objects in one', own('*'), [''], certain],
    ['the bucket only', ARN, [''], nothing],
    ['the same prefix', own('/a/*'), ['a/'], certain],
    ['a wider prefix', own('/a/*'), ['a/b/'], certain],
    ['a narrower prefix', own('/a/b/*'), ['a/'], possible],
    ['a part of the bucket', own('/secret/*'), [''], possible],
    ['another prefix', own('/b/*'), ['a/'], nothing],
    ['one of two rules', own('/b/*'), ['a/', 'b/'], certain],
    ['a suffix', own('/*.tmp'), ['a/'], possible],
    ['one object', own('/a/x'), ['a/'], possible],
    ['a wildcard in between', own('/*/x/*'), ['a/'], possible],
    ['a question mark', own('/a?/*'), ['ab/'], certain],
    ['objects of one character', own('/a/?'), ['a/'], possible],
    ['an escape in Fn::Sub', { 'Fn::Sub': '${Bucket.Arn}/${!*}/*' }, ['*/'], certain],
    ['a wildcard that is a character of the prefix', own('/${*}/*'), ['*/'], certain],
    ['a prefix that only looks like a wildcard', own('/b/*'), ['*/'], nothing],
    ['a variable of IAM', own('/${aws:username}/*'), ['a/'], possible],
    ['a parameter', { Ref: 'Anything' }, [''], possible],
    ['an import', { 'Fn::Join': ['', [{ 'Fn::ImportValue': 'x' }, '/*']] }, [''], possible],
    ['a literal name that may be ours', 'arn:aws:s3:::my-bucket/*', [''], possible],
    ['a list of which one fits', [ARN, own('/a/*')], ['a/'], certain],
    ['nothing at all', undefined, [''], nothing],
  ])('%s', (_, Resource, prefixes, expected) => expect(verdict({ ...DENY, Resource }, { prefixes })).toBe(expected));

  test.each([
    ["in another partition's words", 'arn:aws-cn:s3:::my-bucket/*', certain],
    ['literal', 'arn:aws:s3:::my-bucket/*', certain],
    ['by attribute', OBJECTS, certain],
    ['by reference', own('/*'), certain],
    ['of another bucket', 'arn:aws:s3:::my-bucket-2/*', nothing],
    ['of many buckets', 'arn:aws:s3:::my-*', certain],
  ])('a bucket whose name is known: %s', (_, Resource, expected) => {
    expect(verdict({ ...DENY, Resource }, { known: [[{ Ref: 'Bucket' }, 'my-bucket']] })).toBe(expected);
  });

  test('a literal ARN', () =>
    expect(verdict({ ...DENY, Resource: 'arn:aws:s3:::x/*' }, { resource: 'arn:aws:s3:::x' })).toBe(certain));

  test.each([
    ['everything', '*', nothing],
    ['all objects', OBJECTS, nothing],
    ['something else', own('/b/*'), certain],
    ['a part', own('/a/b/*'), possible],
    ['a parameter', { Ref: 'Anything' }, possible],
  ])('NotResource %s', (_, NotResource, expected) => {
    expect(verdict({ ...DENY, Resource: undefined, NotResource }, { prefixes: ['a/'] })).toBe(expected);
  });

  test('actions on the bucket and on its objects are told apart', () => {
    expect(ask({ ...DENY, Resource: [ARN, own('/secret/*')] }, { actions: READING })).toEqual([
      {
        certain: true,
        statement: 'statement 1',
        reason: 'it has no condition',
        actions: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
      },
      {
        certain: false,
        statement: 'statement 1',
        reason: expect.stringMatching(/^its resource .*secret.* covers a part of what the rules replicate$/),
        actions: ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'],
      },
    ]);
    expect(verdict({ ...DENY, Resource: OBJECTS }, { actions: ['s3:ListBucket'] })).toBe(nothing);
  });

  test('a resource that cannot be compared is shown', () => {
    expect(ask({ ...DENY, Resource: { Ref: 'Anything' } })).toMatchObject([
      { reason: 'its resource {"Ref":"Anything"} cannot be compared with the bucket' },
    ]);
  });

  test('a long resource is abbreviated', () => {
    expect(ask({ ...DENY, Resource: own(`/${'x'.repeat(300)}/*`) })[0].reason.length).toBeLessThan(200);
  });
});

describe('conditions', () => {
  const under = (operator: string, key: string, value: unknown) => ({
    ...DENY,
    Condition: { [operator]: { [key]: value } },
  });

  test.each<[string, string, unknown, string]>([
    // S3 uses TLS
    ['Bool', 'aws:SecureTransport', 'false', nothing],
    ['Bool', 'AWS:securetransport', false, nothing],
    ['BoolIfExists', 'aws:SecureTransport', 'false', nothing],
    ['Bool', 'aws:SecureTransport', 'true', certain],
    ['Bool', 'aws:SecureTransport', { Ref: 'Tls' }, possible],
    ['StringNotEquals', 'aws:SecureTransport', 'true', nothing],
    ['Null', 'aws:SecureTransport', 'true', nothing],
    ['NumericLessThan', 's3:TlsVersion', '1.2', nothing],
    ['NumericLessThan', 's3:TlsVersion', 1.2, nothing],
    ['NumericLessThan', 's3:TlsVersion', ['1.3'], possible],
    ['NumericLessThan', 's3:TlsVersion', { Ref: 'Version' }, possible],
    ['NumericGreaterThan', 's3:TlsVersion', '1.1', possible],
    // the network: S3 comes from none of the customer's
    ['StringNotEquals', 'aws:SourceVpce', 'vpce-1', certain],
    ['StringNotEquals', 'aws:sourceVpce', { Ref: 'Endpoint' }, certain],
    ['StringNotEqualsIgnoreCase', 'aws:SourceVpc', ['vpc-1', 'vpc-2'], certain],
    ['StringNotLike', 'aws:SourceVpc', 'vpc-*', certain],
    ['StringNotEqualsIfExists', 'aws:SourceVpc', 'vpc-1', certain],
    ['StringNotEquals', 'aws:VpceOrgID', 'o-1', certain],
    ['NotIpAddress', 'aws:SourceIp', ['10.0.0.0/8'], certain],
    ['NotIpAddress', 'aws:VpcSourceIp', '10.0.0.0/8', certain],
    ['notipaddressifexists', 'aws:SourceIp', '10.0.0.0/8', certain],
    ['StringEquals', 'aws:SourceVpce', 'vpce-1', nothing],
    ['IpAddress', 'aws:SourceIp', '0.0.0.0/0', nothing],
    ['IpAddressIfExists', 'aws:SourceIp', '10.0.0.0/8', certain],
    ['StringEqualsIfExists', 'aws:SourceVpce', 'vpce-1', certain],
    ['Null', 'aws:SourceVpce', 'true', certain],
    ['Null', 'aws:SourceVpce', true, certain],
    ['Null', 'aws:SourceVpce', ['true'], certain],
    ['Null', 'aws:SourceVpce', 'false', nothing],
    ['Null', 'aws:SourceVpce', { Ref: 'X' }, possible],
    ['ForAllValues:StringNotEquals', 'aws:SourceVpce', 'vpce-1', possible],
    ['ForAnyValue:StringEquals', 'aws:SourceVpce', 'vpce-1', possible],
    // who calls: the session s3-replication of a role
    ['StringNotLike', 'aws:userid', ['AIDAEXAMPLE', '111111111111'], certain],
    ['StringNotEquals', 'aws:userId', 'AROAEXAMPLE:session', certain],
    ['StringNotLike', 'aws:userid', ['AROAEXAMPLE:*', '111111111111'], possible],
    ['StringNotLike', 'aws:userid', { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Other', 'RoleId'] }, ':*']] }, possible],
    ['StringNotLike', 'aws:userid', '*:s3-replication', nothing],
    ['StringNotEquals', 'aws:userid', '*:s3-replication', certain],
    ['StringLike', 'aws:userid', 'AIDA*', nothing],
    ['StringLike', 'aws:userid', 'AROA*', certain],
    ['Bool', 'aws:PrincipalIsAWSService', 'false', certain],
    ['BoolIfExists', 'aws:PrincipalIsAWSService', 'false', certain],
    ['Bool', 'aws:PrincipalIsAWSService', 'true', nothing],
    ['Bool', 'aws:ViaAWSService', 'false', possible],
    ['ForAnyValue:StringNotEquals', 'aws:CalledVia', 's3.amazonaws.com', possible],
    ['ArnNotEquals', 'aws:PrincipalArn', 'arn:aws:iam::111111111111:role/admin', possible],
    ['ArnEquals', 'aws:PrincipalArn', 'arn:aws:iam::111111111111:role/admin', possible],
    ['StringNotEquals', 'aws:PrincipalAccount', '111111111111', possible],
    ['StringNotEquals', 'aws:PrincipalOrgID', 'o-1', possible],
    ['Null', 'aws:PrincipalOrgID', 'true', possible],
    // what nobody knows
    ['NumericGreaterThan', 's3:object-lock-remaining-retention-days', '10', possible],
    ['DateLessThan', 'aws:CurrentTime', '2030-01-01T00:00:00Z', possible],
    ['BinaryEquals', 'aws:SecureTransport', 'dHJ1ZQ==', possible],
    ['NumericEquals', 'aws:SecureTransport', '1', possible],
    ['Fn::If', 'aws:SourceVpce', 'vpce-1', possible],
  ])('%s %s %j', (operator, key, value, expected) => expect(verdict(under(operator, key, value))).toBe(expected));

  test.each<[string, unknown, DenyQuestion['replicaEncryption'], string]>([
    ['StringNotEquals', 'aws:kms', 'AES256', certain],
    ['StringNotEquals', ['aws:kms', 'aws:kms:dsse'], 'AES256', certain],
    ['StringNotEqualsIfExists', 'aws:kms', 'AES256', certain],
    ['StringNotLike', 'aws:kms*', 'AES256', certain],
    ['StringNotLike', 'aws:kms*', 'aws:kms:dsse', nothing],
    ['StringNotEquals', 'aws:kms', 'aws:kms', nothing],
    ['StringNotEquals', ['AES256', 'aws:kms'], 'AES256', nothing],
    ['StringNotEquals', 'aws:kms', undefined, possible],
    ['Null', 'true', undefined, possible],
    ['StringNotEquals', { Ref: 'Algorithm' }, 'AES256', possible],
    ['StringEquals', 'AES256', 'AES256', certain],
    ['StringEquals', 'aws:kms', 'AES256', nothing],
    ['StringEquals', 'aes256', 'AES256', nothing],
    ['StringEqualsIgnoreCase', 'aes256', 'AES256', certain],
    // whether S3 names the encryption is on no page
    ['Null', 'true', 'AES256', possible],
    ['Null', 'false', 'AES256', possible],
    ['Null', 'true', 'aws:kms', possible],
  ])('encryption: %s %j, the replica asks for %s', (operator, value, replicaEncryption, expected) => {
    const question = { replicaEncryption, actions: WRITES };
    expect(verdict(under(operator, 's3:x-amz-server-side-encryption', value), question)).toBe(expected);
  });

  test.each<[string, string, unknown, DenyQuestion['replicaEncryption'], string]>([
    ['StringNotEquals', 'aws-kms-key-id', 'arn:aws:kms:eu-west-1:111111111111:key/1', 'AES256', certain],
    ['StringNotEquals', 'aws-kms-key-id', 'arn:aws:kms:eu-west-1:111111111111:key/1', 'aws:kms', possible],
    ['Null', 'aws-kms-key-id', 'true', 'AES256', certain],
    ['Null', 'aws-kms-key-id', 'true', 'aws:kms', nothing],
    ['Null', 'aws-kms-key-id', 'false', 'aws:kms', certain],
    ['Null', 'aws-kms-key-id', 'true', undefined, possible],
    ['Null', 'customer-algorithm', 'false', 'AES256', nothing],
  ])('keys: %s %s %j, the replica asks for %s', (operator, key, value, replicaEncryption, expected) => {
    const question = { replicaEncryption, actions: WRITES };
    expect(verdict(under(operator, `s3:x-amz-server-side-encryption-${key}`, value), question)).toBe(expected);
  });

  test.each([
    ['s3:ReplicateDelete', 'StringNotEquals', 'aws:kms', certain],
    ['s3:ReplicateDelete', 'Null', 'true', certain],
    ['s3:ReplicateDelete', 'StringEquals', 'aws:kms', nothing],
    ['s3:GetObjectVersionForReplication', 'StringNotEquals', 'aws:kms', certain],
    ['s3:ListBucket', 'Null', 'false', nothing],
  ])('%s asks for no encryption: %s %j', (action, operator, value, expected) => {
    const question = { replicaEncryption: 'aws:kms' as const, actions: [action] };
    expect(verdict(under(operator, 's3:x-amz-server-side-encryption', value), question)).toBe(expected);
  });

  test.each<[string, unknown, unknown, string]>([
    ['ArnNotEquals', ROLE, ROLE, nothing],
    ['StringNotLike', ['arn:aws:iam::111111111111:role/admin', ROLE], ROLE, nothing],
    ['ArnNotEquals', { 'Fn::GetAtt': ['Other', 'Arn'] }, ROLE, possible],
    ['ArnNotLike', 'arn:aws:iam::*:role/admin', ROLE, possible],
    ['ArnNotLike', 'arn:aws:iam::*:role/data-*', 'arn:aws:iam::111111111111:role/data-to-backup', nothing],
    ['ArnNotLike', 'arn:aws:iam::*:role/admin', 'arn:aws:iam::111111111111:role/data-to-backup', certain],
    ['ArnEquals', 'arn:aws:iam::*:role/admin', 'arn:aws:iam::111111111111:role/data-to-backup', nothing],
  ])('an exemption of the role: %s %j for %j', (operator, value, role, expected) => {
    expect(verdict(under(operator, 'aws:PrincipalArn', value), { role })).toBe(expected);
  });

  test.each<[string, unknown, string]>([
    ['all hold', { StringNotEquals: { 'aws:SourceVpce': 'vpce-1', 'aws:SourceVpc': 'vpc-1' } }, certain],
    ['none given', {}, certain],
    [
      'one may hold',
      { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' }, ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/x' } },
      possible,
    ],
    [
      'one never holds',
      { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' }, Bool: { 'aws:SecureTransport': 'false' } },
      nothing,
    ],
    [
      'the documented Deny by address',
      { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' }, Bool: { 'aws:ViaAWSService': 'false' } },
      possible,
    ],
    ['an intrinsic', { 'Fn::If': ['Prod', {}, {}] }, possible],
    ['one that cannot be read', { StringEquals: { Ref: 'X' }, Bool: { 'aws:SecureTransport': 'false' } }, nothing],
  ])('together: %s', (_, Condition, expected) => expect(verdict({ ...DENY, Condition })).toBe(expected));

  test.each([
    [
      under('StringNotEquals', 'aws:SourceVpce', 'vpce-1'),
      'its condition on aws:SourceVpce (StringNotEquals) holds for every request of S3, which comes from no VPC endpoint',
    ],
    [
      under('ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/admin'),
      'its condition on aws:PrincipalArn (ArnNotLike) holds unless it exempts replication',
    ],
    [
      under('Bool', 'aws:ViaAWSService', 'false'),
      'its condition on aws:ViaAWSService (Bool) may hold for requests of S3',
    ],
    [
      under('Bool', 'aws:PrincipalIsAWSService', 'false'),
      'its condition on aws:PrincipalIsAWSService (Bool) holds for every request of S3, which carries false',
    ],
    // only what makes it uncertain, when it is uncertain
    [
      {
        ...DENY,
        Condition: {
          NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' },
          Bool: { 'aws:ViaAWSService': 'false', 'aws:x': '' },
        },
      },
      'its condition on aws:ViaAWSService (Bool) may hold for requests of S3, and its condition on aws:x (Bool) may hold for requests of S3',
    ],
  ])('the reason of %j', (statement, reason) => expect(ask(statement)[0].reason).toBe(reason));
});

describe('key policies', () => {
  const host = 's3.eu-west-1.amazonaws.com';
  const key = (statement: object, viaService?: unknown) =>
    verdict(
      { ...DENY, Action: 'kms:*', Resource: '*', ...statement },
      { actions: ACTIONS.replicaKey, resource: undefined, viaService },
    );
  const via = (operator: string, value: unknown) => ({ Condition: { [operator]: { 'kms:ViaService': value } } });

  test.each([
    ['everything', {}, certain],
    ['no resource', { Resource: undefined }, certain],
    ['an ARN', { Resource: 'arn:aws:kms:eu-west-1:111111111111:key/1' }, possible],
    ['NotResource', { Resource: undefined, NotResource: '*' }, possible],
    ['administration', { Action: ['kms:ScheduleKeyDeletion', 'kms:CreateGrant'] }, nothing],
    ['other accounts', { Condition: { StringNotEquals: { 'kms:CallerAccount': '111111111111' } } }, possible],
    ['grants', { Condition: { Bool: { 'kms:GrantIsForAWSResource': 'false' } } }, possible],
    ['the network', { Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } } }, certain],
  ])('%s', (_, statement, expected) => expect(key(statement)).toBe(expected));

  test.each<[string, unknown, unknown, string]>([
    ['StringNotEquals', host, host, nothing],
    ['StringNotEquals', ['ec2.eu-west-1.amazonaws.com', host], host, nothing],
    ['StringNotEquals', 's3.us-east-1.amazonaws.com', host, certain],
    ['StringNotEquals', host, undefined, possible],
    ['StringNotLike', 's3.*.amazonaws.com', host, nothing],
    ['StringNotEquals', { 'Fn::Join': ['', ['s3.', { Ref: 'AWS::Region' }, '.amazonaws.com']] }, host, possible],
    [
      'StringNotEquals',
      { 'Fn::Sub': 's3.${AWS::Region}.amazonaws.com' },
      { 'Fn::Join': ['.', ['s3', { Ref: 'AWS::Region' }, 'amazonaws.com']] },
      nothing,
    ],
    ['StringEquals', 'ec2.eu-west-1.amazonaws.com', host, nothing],
  ])('kms:ViaService %s %j of %j', (operator, value, viaService, expected) =>
    expect(key(via(operator, value), viaService)).toBe(expected),
  );
});
