import { missingFromBoundary } from '../../src/documents/allows';

const NEEDED = ['s3:ReplicateObject', 's3:ReplicateDelete', 'kms:Encrypt'];
const allow = (statement: object) => ({ Effect: 'Allow', Resource: '*', ...statement });
const deny = (statement: object) => ({ Effect: 'Deny', Resource: '*', ...statement });
const everything = allow({ Action: '*' });

describe('missingFromBoundary', () => {
  test.each<[string, unknown, string[]]>([
    ['everything allowed', [everything], []],
    ['one statement without a list', everything, []],
    ['one service', [allow({ Action: ['s3:*'] })], ['kms:Encrypt']],
    ['two statements', [allow({ Action: 's3:replicate*' }), allow({ Action: 'kms:Encrypt' })], []],
    ['a question mark', [allow({ Action: 's3:ReplicateO?ject' })], ['s3:ReplicateDelete', 'kms:Encrypt']],
    ['other actions', [allow({ Action: 's3:PutObject' })], NEEDED],
    ['NotAction', [allow({ NotAction: ['kms:*', 'iam:*'] })], ['kms:Encrypt']],
    [
      'a condition or a resource of an Allow',
      [allow({ Action: '*', Resource: 'arn:aws:s3:::x/*', Condition: { Bool: { 'aws:x': 'true' } } })],
      [],
    ],
    ['an action that is an intrinsic', [allow({ Action: { Ref: 'Action' } })], []],
    ['a statement that is an intrinsic', [{ Ref: 'Statement' }], []],
    ['a statement that may be there', [{ 'Fn::If': ['Prod', everything, { Ref: 'AWS::NoValue' }] }], []],
    ['no statement after all', [{ Ref: 'AWS::NoValue' }], NEEDED],
    ['a Deny', [everything, deny({ Action: 's3:ReplicateDelete' })], ['s3:ReplicateDelete']],
    ['a Deny with NotAction', [everything, deny({ NotAction: 's3:*' })], ['kms:Encrypt']],
    ['a Deny with an empty condition', [everything, deny({ Action: 'kms:*', Condition: {} })], ['kms:Encrypt']],
    [
      'a Deny under a condition',
      [everything, deny({ Action: '*', Condition: { StringNotEquals: { 'aws:RequestedRegion': 'eu-west-1' } } })],
      [],
    ],
    ['a Deny of some resources', [everything, deny({ Action: '*', Resource: 'arn:aws:s3:::x/*' })], []],
    ['a Deny that lists everything', [everything, deny({ Action: 'kms:*', Resource: ['*'] })], ['kms:Encrypt']],
    ['a Deny of an intrinsic action', [everything, deny({ Action: { Ref: 'Action' } })], []],
    [
      'a Deny under a condition, and no Allow',
      [deny({ Action: '*', Condition: { StringNotEquals: { 'aws:RequestedRegion': 'eu-west-1' } } })],
      NEEDED,
    ],
    [
      'a Deny that may be there',
      [everything, { 'Fn::If': ['Prod', deny({ Action: '*' }), { Ref: 'AWS::NoValue' }] }],
      [],
    ],
  ])('%s', (_, Statement, missing) => expect(missingFromBoundary({ Statement }, NEEDED)).toEqual(missing));

  test.each([[undefined], [null], ['text'], [{}], [{ Ref: 'X' }], [{ Statement: [] }]])(
    '%j takes away nothing that we know',
    (document) => {
      expect(missingFromBoundary(document, NEEDED)).toEqual([]);
    },
  );
});
