import { policySize, rolePolicySize } from '../../src/documents/size';

test('size of a policy: joins are joined, what is not known yet counts as an ARN', () => {
  expect(policySize({ a: 'x' })).toBe('{"a":"x"}'.length);
  expect(policySize({ a: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::b']] } }, 'aws')).toBe(
    '{"a":"arn:aws:s3:::b"}'.length,
  );
  expect(policySize([{ 'Fn::GetAtt': ['Bucket', 'Arn'] }])).toBe(80 + 4);
  expect(policySize([{ 'Fn::GetStackOutput': { StackName: 's', OutputName: 'o' } }])).toBe(80 + 4);
});

test('size of the policy of a role: its statements are measured in the document that they are in', () => {
  const statements = [{ Sid: 'One', Resource: { Ref: 'AWS::Partition' } }];
  expect(rolePolicySize(statements, 'aws')).toBe(
    '{"Version":"2012-10-17","Statement":[{"Sid":"One","Resource":"aws"}]}'.length,
  );
});
