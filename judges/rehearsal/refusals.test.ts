import {
  arnOf,
  bucket,
  bucketPolicy,
  inline,
  key,
  named,
  policy,
  replication,
  role,
  statement,
} from './plain-resources';
import { plainStack } from './plain-stack';
import { rehearse, RehearsalOptions } from './rehearse';
import type { Resource } from '../assembly/stacks';

const refusalsOf = (resources: Record<string, Resource>, options?: RehearsalOptions) =>
  rehearse([plainStack('App', resources)], options).refusals;

describe('a first deployment', () => {
  test.each<[string, string, Record<string, Resource>, Record<string, Resource>]>([
    [
      'a name twice in a stack',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { One: bucket({ BucketName: 'one' }), Two: bucket({ BucketName: 'one' }) },
      { One: bucket({ BucketName: 'one' }), Two: bucket({ BucketName: 'two' }) },
    ],
    [
      'the policy of a bucket that names a role which may come later',
      'Invalid principal in policy',
      {
        Bucket: bucket(),
        Role: role({ RoleName: 'it' }),
        Policy: bucketPolicy(statement({ Resource: '*', ...named('it') })),
      },
      {
        Bucket: bucket(),
        Role: role({ RoleName: 'it' }),
        Policy: bucketPolicy(statement({ Resource: '*', Principal: { AWS: arnOf('Role') } })),
      },
    ],
    [
      'a policy of a bucket that is too long',
      'Policy exceeds the maximum allowed document size.',
      { Bucket: bucket(), Policy: bucketPolicy(statement({ Principal: '*', Resource: 'a'.repeat(20480) })) },
      { Bucket: bucket(), Policy: bucketPolicy(statement({ Principal: '*', Resource: 'a'.repeat(20000) })) },
    ],
    [
      'the policy of a bucket that may come later',
      'The specified bucket does not exist',
      {
        Policy: { ...bucketPolicy(statement({ Principal: '*', Resource: '*' })), Properties: { Bucket: 'it' } },
        Bucket: bucket({ BucketName: 'it' }),
      },
      { Policy: bucketPolicy(statement({ Principal: '*', Resource: '*' })), Bucket: bucket({ BucketName: 'it' }) },
    ],
    [
      'the policy of a key that names a role which may come later',
      'Policy contains a statement with one or more invalid principals.',
      { Key: key(statement({ Resource: '*', ...named('it') })), Role: role({ RoleName: 'it' }) },
      {
        Key: { ...key(statement({ Resource: '*', ...named('it') })), DependsOn: 'Role' },
        Role: role({ RoleName: 'it' }),
      },
    ],
    [
      'a trust policy that names a role which does not exist',
      'Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:role/it"',
      { Role: role({ AssumeRolePolicyDocument: statement({ Action: 'sts:AssumeRole', ...named('it') }) }) },
      { Role: role({ AssumeRolePolicyDocument: statement({ Action: 'sts:AssumeRole', Principal: { AWS: '1' } }) }) },
    ],
    [
      'a policy of a role that may come later',
      'The role with name it cannot be found.',
      { Policy: policy({ Roles: ['it'] }), Role: role({ RoleName: 'it' }) },
      { Policy: policy({ Roles: [{ Ref: 'Role' }] }), Role: role({ RoleName: 'it' }) },
    ],
    [
      'a managed policy of a role that does not exist',
      'The role with name it cannot be found.',
      { Policy: { ...policy({ Roles: ['it'] }), Type: 'AWS::IAM::ManagedPolicy' } },
      { Policy: { ...policy({ Roles: [{ Ref: 'Role' }] }), Type: 'AWS::IAM::ManagedPolicy' }, Role: role() },
    ],
    [
      'a managed policy that is too long',
      'Cannot exceed quota for PolicySize: 6144',
      { Policy: { ...inlineAs('AWS::IAM::ManagedPolicy', 6144) } },
      { Policy: { ...inlineAs('AWS::IAM::ManagedPolicy', 6000) } },
    ],
    [
      'a managed policy that does not exist',
      'Policy arn:aws:iam::111111111111:policy/none does not exist or is not attachable.',
      { Role: role({ ManagedPolicyArns: ['arn:aws:iam::111111111111:policy/none'] }) },
      { Role: role({ ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] }) },
    ],
    [
      'a name of a role twice',
      'Role with name it already exists.',
      { One: role({ RoleName: 'it' }), Two: role({ RoleName: 'it' }) },
      { One: role({ RoleName: 'it' }), Two: role({ RoleName: 'its' }) },
    ],
    [
      'inline policies that are too long together',
      'Maximum policy size of 10240 bytes exceeded for role it',
      { Role: role({ RoleName: 'it', Policies: [inline('One', 5100), inline('Two', 5100)] }) },
      { Role: role({ RoleName: 'it', Policies: [inline('One', 5000), inline('Two', 5000)] }) },
    ],
    [
      'resources that wait for each other',
      'Circular dependency between resources: [One, Two]',
      { One: bucket({ Tags: arnOf('Two') }), Two: bucket({}, { DependsOn: ['One'] }), Three: bucket() },
      { One: bucket({ Tags: arnOf('Two') }), Two: bucket({}, { DependsOn: ['Three'] }), Three: bucket() },
    ],
    [
      'a replication to a bucket that may come later',
      'Destination bucket must exist.',
      { Role: role(), One: bucket(replication('arn:aws:s3:::it')), Two: bucket({ BucketName: 'it' }) },
      {
        Role: role(),
        One: bucket(replication('arn:aws:s3:::it'), { DependsOn: 'Two' }),
        Two: bucket({ BucketName: 'it' }),
      },
    ],
  ])('is refused for %s', (_, words, wrong, right) => {
    expect(refusalsOf(wrong)).toEqual([expect.stringMatching(new RegExp(`: ${escape(words)}$`))]);
    expect(refusalsOf(right)).toEqual([]);
  });

  test('is refused a name that another account has', () => {
    const other = { outside: { buckets: [{ name: 'one', account: '999999999999' }] } };
    expect(refusalsOf({ One: bucket({ BucketName: 'one' }) }, other)).toEqual([
      expect.stringMatching(/The requested bucket name is not available\./),
    ]);
  });

  test('can replicate to a bucket, with a role, from outside of the app', () => {
    const it = { Bucket: bucket(replication('arn:aws:s3:::it', 'arn:aws:iam::111111111111:role/it')) };
    const roles = ['arn:aws:iam::111111111111:role/it'];
    expect(refusalsOf(it, { outside: { roles, buckets: ['it'] } })).toEqual([]);
    expect(refusalsOf(it, { outside: { roles, buckets: [{ name: 'it', versioning: 'Suspended' }] } })).toEqual([
      'create App/Bucket: Destination bucket must have versioning enabled.',
    ]);
  });
});

function inlineAs(Type: string, size: number): Resource {
  return { Type, Properties: { PolicyDocument: statement({ Resource: 'a'.repeat(size) }) } };
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
