import { App, Aws, Stack } from 'aws-cdk-lib';
import { inPolicy, widest } from '../../src/permissions/prefixes';

const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });

test.each([
  [['', 'a'], ['']],
  [
    ['b', 'a'],
    ['a', 'b'],
  ],
  [
    ['a/b', 'a/', 'c'],
    ['a/', 'c'],
  ],
  [['a', 'a'], ['a']],
])('widest of %j is %j', (prefixes, expected) => {
  expect(widest(prefixes)).toEqual(expected);
});

test('prefix in a policy', () => {
  expect(inPolicy('a*?$b')).toBe('a${*}${?}${$}b');
  expect(stack.resolve(inPolicy(`*${Aws.URL_SUFFIX}?`))).toEqual({
    'Fn::Join': ['', ['${*}', { Ref: 'AWS::URLSuffix' }, '${?}']],
  });
});
