import { policySize } from '../../src/documents/size';

test('size of a policy: joins are joined, what is not known yet counts as an ARN', () => {
  expect(policySize({ a: 'x' })).toBe('{"a":"x"}'.length);
  expect(policySize({ a: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::b']] } }, 'aws')).toBe(
    '{"a":"arn:aws:s3:::b"}'.length,
  );
  expect(policySize([{ 'Fn::GetAtt': ['Bucket', 'Arn'] }])).toBe(80 + 4);
  expect(policySize([{ 'Fn::GetStackOutput': { StackName: 's', OutputName: 'o' } }])).toBe(80 + 4);
});
