import { aws_iam as iam, aws_s3 as s3, CfnParameter, Lazy, NestedStack, Stack, Token } from 'aws-cdk-lib';
import { bucketEnd } from '../../src/app/bucket';
import {
  checkKnownRole,
  crossAccountRoleName,
  granteeOf,
  hasKnownPlace,
  MAX_ROLE_NAME_PREFIX,
  prefixedRoleName,
  replicationRoleName,
} from '../../src/permissions/role-name';
import { quietApp } from '../app';
import { ENV } from '../builders';
import { expectMessage, messageOf } from '../messages';

const stackIn = (env: object = ENV, id = 'Production') => new Stack(quietApp(), id, { env });
const endIn = (stack: Stack, id = 'Data') => bucketEnd(new s3.CfnBucket(stack, id));
const s3Role = (stack: Stack, props: Partial<iam.RoleProps> = {}) =>
  new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'), ...props });

describe('the name that is made', () => {
  test('for another account stays as it is: a deployed role would be replaced', () => {
    expect(crossAccountRoleName(endIn(stackIn()))).toBe('s3-replication-Production-e92175c58a12');
  });

  test('for another account has at most 64 characters, and that of the stack that is deployed', () => {
    const long = stackIn(ENV, 'P'.repeat(100));
    expect(crossAccountRoleName(endIn(long))).toMatch(/^s3-replication-P{36}-[0-9a-f]{12}$/);
    const nested = new NestedStack(stackIn(), 'Nested');
    expect(crossAccountRoleName(endIn(nested))).toMatch(/^s3-replication-Production-[0-9a-f]{12}$/);
  });

  test('differs by bucket, stack, account and region', () => {
    const names = [
      endIn(stackIn()),
      endIn(stackIn(), 'Other'),
      endIn(stackIn(ENV, 'Staging')),
      endIn(stackIn({ ...ENV, account: '222222222222' })),
      endIn(stackIn({ ...ENV, region: 'eu-west-1' })),
    ].map((end) => [crossAccountRoleName(end), prefixedRoleName(end, 'logs-')]);
    for (const index of [0, 1]) expect(new Set(names.map((both) => both[index])).size).toBe(5);
  });

  test('with a prefix says the region as it is deployed, where that is open', () => {
    expect(prefixedRoleName(endIn(stackIn()), 'logs-')).toMatch(/^logs-[0-9a-f]{12}$/);
    for (const open of [{}, { account: ENV.account }, { region: ENV.region }]) {
      const stack = stackIn(open);
      const name = stack.resolve(prefixedRoleName(endIn(stack), 'logs-'));
      const text = typeof name === 'string' ? name : name['Fn::Join'][1].map((it: any) => it.Ref ?? it).join('');
      expect(text).toMatch(/^logs-[0-9a-f]{12}-(AWS::Region|us-east-1)$/);
    }
    expect(MAX_ROLE_NAME_PREFIX + '-123456789012-ap-southeast-1'.length - 1).toBeLessThanOrEqual(64);
  });

  test('with a prefix is one template for all places, where account or region are open', () => {
    const names = [{}, {}].map((env) => prefixedRoleName(endIn(stackIn(env)), 'logs-').slice(0, 17));
    expect(names[0]).toBe(names[1]);
  });

  test.each([
    [ENV, true],
    [{ account: ENV.account }, false],
    [{ region: ENV.region }, false],
    [{}, false],
  ])('%j is a known place: %s', (env, known) => expect(hasKnownPlace(stackIn(env))).toBe(known));
});

describe('the name of the role of a source', () => {
  test.each<[string, object, object]>([
    ['is given', { roleName: 'mine' }, { roleName: 'mine', rolePath: '/' }],
    ['has a path', { roleName: 'mine', rolePath: '/own/' }, { roleName: 'mine', rolePath: '/own/' }],
    ['is made', {}, { roleName: expect.stringMatching(/^s3-replication-/), rolePath: '/' }],
    ['is made, with a path', { rolePath: '/own/' }, { roleName: expect.anything(), rolePath: '/own/' }],
    ['is a lazy text', { roleName: Lazy.string({ produce: () => 'late' }) }, { roleName: 'late', rolePath: '/' }],
  ])('%s', (_, options, expected) => {
    const stack = stackIn();
    expect(replicationRoleName(stack, endIn(stack), options)).toEqual(expected);
    expect(granteeOf(stack, endIn(stack, 'Other'), options)).toEqual({ account: ENV.account, ...expected });
  });

  test.each<[string, (stack: Stack) => iam.IRole, object]>([
    ['of the app', (stack) => s3Role(stack, { roleName: 'mine' }), { roleName: 'mine', rolePath: '/' }],
    [
      'with a path',
      (stack) => s3Role(stack, { roleName: 'mine', path: '/own/' }),
      { roleName: 'mine', rolePath: '/own/' },
    ],
    [
      'imported',
      (stack) => iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/mine'),
      { roleName: 'mine', rolePath: '/' },
    ],
    [
      'imported with a path',
      (stack) => iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/a/b/mine'),
      { roleName: 'mine', rolePath: '/a/b/' },
    ],
    [
      'imported by its name',
      (stack) => iam.Role.fromRoleName(stack, 'Role', 'mine'),
      { roleName: 'mine', rolePath: '/' },
    ],
  ])('is that of a given role: %s', (_, role, expected) => {
    const stack = stackIn();
    expect(replicationRoleName(stack, endIn(stack), { role: role(stack) })).toEqual(expected);
  });

  test.each<[string, (stack: Stack) => iam.IRole, string]>([
    ['has none', (stack) => s3Role(stack), "role 'Production/Role' with a name unknown at synthesis"],
    [
      'has one that is a token',
      (stack) => s3Role(stack, { roleName: new CfnParameter(stack, 'Name').valueAsString }),
      "role 'Production/Role' with a name unknown at synthesis",
    ],
    [
      'has a path that is a token',
      (stack) => s3Role(stack, { roleName: 'mine', path: new CfnParameter(stack, 'Path').valueAsString }),
      "role 'Production/Role' with a name",
    ],
    [
      'is imported by a token',
      (stack) => iam.Role.fromRoleArn(stack, 'Role', Token.asString({ Ref: 'Role' })),
      "role 'Production/Role' with a name unknown at synthesis",
    ],
  ])('is not known when a given role %s', (_, role, says) => {
    const stack = stackIn();
    expectMessage(
      messageOf(() => replicationRoleName(stack, endIn(stack), { role: role(stack) })),
      `[Production] … ${says} … for a destination in another account: the policies of the other account name the role, also before it exists; give the role a roleName, or omit role to have one created`,
    );
  });
});

describe('a role that policies of another account can name', () => {
  const check =
    (roleName: any, rolePath: any = '/') =>
    () =>
      checkKnownRole(stackIn(), { roleName, rolePath });

  test.each([['data'], ['data+=,.@_-']])('%s', (name) => expect(check(name)).not.toThrow());

  test.each<[string, unknown, unknown]>([
    ['a star', 'da*', '/'],
    ['a question mark', 'da?', '/'],
    ['a variable', 'da$', '/'],
    ['a star in the path', 'data', '/*/'],
    ['an intrinsic', { Ref: 'Name' }, '/'],
    ['an intrinsic as path', 'data', { Ref: 'Path' }],
  ])('not with %s', (_, name, path) => {
    expectMessage(
      messageOf(check(name, path)),
      `[Production] a replication role named ${JSON.stringify(name)} with path ${JSON.stringify(path)} for a destination in another account`,
      'policies of the other account name the role as text, in which *, ? and $ have a meaning; give roleName and rolePath as plain text without these characters',
    );
  });

  test('not with a token', () => {
    const token = Token.asString({ Ref: 'Name' });
    for (const run of [check(token), check('data', token)]) {
      expect(messageOf(run)).toContain('give roleName and rolePath as plain text');
    }
  });
});
