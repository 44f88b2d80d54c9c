import { mayAllow, trustsS3 } from '../../src/documents/allows';

const ROLE = { 'Fn::GetAtt': ['Role', 'Arn'] };
const ROLE_ARN = 'arn:aws:iam::111111111111:role/data';
const ROOT = { AWS: 'arn:aws:iam::111111111111:root' };
const allow = (Principal: unknown, more: object = {}) => ({ Effect: 'Allow', Action: 'kms:*', Principal, ...more });
const DECRYPT = 'kms:Decrypt';

describe('whether a key policy may allow something to a role of its own account', () => {
  type Case = [string, unknown, boolean, role?: unknown];
  test.each<Case>([
    ['the root of the account', allow(ROOT), true],
    ['everybody', allow('*'), true],
    ['everybody of AWS', allow({ AWS: '*' }), true],
    ['the number of the account', allow({ AWS: '111111111111' }), true],
    ['a statement without a principal', allow(undefined), true],
    ['the role', allow({ AWS: ROLE }), true, ROLE],
    ['the role, among others', allow({ AWS: ['arn:aws:iam::111111111111:user/a', ROLE] }), true, ROLE],
    ['the role by its ARN', allow({ AWS: ROLE_ARN }), true, ROLE_ARN],
    ['another role', allow({ AWS: `${ROLE_ARN}2` }), false, ROLE_ARN],
    ['a role, where ours is not known', allow({ AWS: ROLE }), false],
    ['another attribute', allow({ AWS: { 'Fn::GetAtt': ['Other', 'Arn'] } }), false, ROLE],
    ['a service', allow({ Service: 's3.amazonaws.com' }), false, ROLE],
    ['a reference', allow({ AWS: { Ref: 'Admins' } }), true],
    ['an import', allow({ AWS: { 'Fn::ImportValue': 'Admins' } }), true],
    ['an If', allow({ AWS: { 'Fn::If': ['A', 'b', 'c'] } }), true],
    [
      'a user of the account, with pseudo parameters',
      allow({
        AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':user/a']] },
      }),
      false,
    ],
    [
      'the root with pseudo parameters',
      allow({
        AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root']] },
      }),
      true,
    ],
    ['a host', allow({ Service: { 'Fn::Join': ['', ['s3.', { Ref: 'AWS::URLSuffix' }]] } }), false],
    ['another action', allow(ROOT, { Action: 'kms:Encrypt' }), false],
    ['an action that is not known', allow(ROOT, { Action: { Ref: 'Action' } }), true],
    ['a Deny', allow(ROOT, { Effect: 'Deny' }), false],
    ['some of the statements', [allow(ROOT, { Action: 'kms:Encrypt' }), allow(ROOT)], true],
    ['none of the statements', [allow(ROOT, { Action: 'kms:Encrypt' }), allow({ Service: 'x' })], false],
    ['a policy without statements', [], true],
  ])('%s', (_, Statement, expected, ...[role]) => {
    expect(mayAllow({ Statement }, DECRYPT, role, undefined)).toBe(expected);
  });

  test('a policy that cannot be read gets the benefit of the doubt', () => {
    for (const document of [undefined, { Ref: 'Policy' }, 'text']) {
      expect(mayAllow(document, DECRYPT, ROLE, undefined)).toBe(true);
    }
  });
});

test.each<[string, unknown, boolean]>([
  ['its root', allow(ROOT), true],
  ['its role', allow({ AWS: ROLE_ARN }), true],
  ['everybody', allow('*'), true],
  ['everybody of AWS', allow({ AWS: '*' }), true],
  ['the account of the key', allow({ AWS: 'arn:aws:iam::222222222222:root' }), false],
  ['a reference', allow({ AWS: { Ref: 'Admins' } }), false],
  ['its root, another action', allow(ROOT, { Action: 'kms:Encrypt' }), false],
  ['its root, denied', allow(ROOT, { Effect: 'Deny' }), false],
])('whether a key policy may allow something to another account: %s', (_, Statement, expected) => {
  expect(mayAllow({ Statement }, DECRYPT, ROLE_ARN, '111111111111')).toBe(expected);
});

describe('whether a role trusts S3', () => {
  const S3 = { Service: 's3.amazonaws.com' };
  const assume = (Principal: unknown, more: object = {}) => ({
    ...{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal },
    ...more,
  });
  test.each<[string, unknown, boolean]>([
    ['S3', assume(S3), true],
    ['S3 among others', assume({ Service: ['ec2.amazonaws.com', 's3.amazonaws.com'] }), true],
    ['others', assume({ Service: ['ec2.amazonaws.com', 'batchoperations.s3.amazonaws.com'] }), false],
    ['a service that is not known', assume({ Service: { Ref: 'Service' } }), true],
    ['services of which one is not known', assume({ Service: ['ec2.amazonaws.com', { Ref: 'Service' }] }), true],
    ['an account', assume(ROOT), false],
    ['everybody', assume('*'), true],
    ['a text', assume('s3.amazonaws.com'), false],
    ['a principal that is not known', assume({ Ref: 'Principal' }), true],
    ['all but somebody', assume(undefined, { NotPrincipal: ROOT }), true],
    ['nobody', assume(undefined), false],
    ['a Deny of S3', assume(S3, { Effect: 'Deny' }), false],
    ['a Deny of everybody', assume('*', { Effect: 'Deny' }), false],
    ['a Deny of all but somebody', assume(undefined, { NotPrincipal: ROOT, Effect: 'Deny' }), false],
    ['a statement that is not known', { Ref: 'Statement' }, true],
    ['S3 in the second statement', [assume(ROOT), assume(S3)], true],
    ['nobody in any statement', [assume(ROOT), assume(ROOT)], false],
    ['no statement', [], false],
  ])('%s', (_, Statement, expected) => expect(trustsS3({ Statement })).toBe(expected));
});
