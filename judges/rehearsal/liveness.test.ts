import { arnOf, bucket, bucketPolicy, key, policy, replicationOf, role, rule, statement } from './plain-resources';
import { plainStack } from './plain-stack';
import { rehearse, rehearseUpdate } from './rehearse';
import type { Resource } from '../assembly/stacks';

const [HERE, THERE] = ['arn:aws:s3:::here', 'arn:aws:s3:::there'];
const of = (prefix: string, more: any = {}) =>
  rule(THERE, { Priority: prefix.charCodeAt(0), Filter: { Prefix: prefix }, ...more });
const allowing = (...permissions: Array<[string[], string[]]>) => ({
  Statement: permissions.map(([Action, Resource]) => ({ Effect: 'Allow', Action, Resource })),
});
const READ = ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'];
const objects = (prefixes: string[], actions = READ) =>
  allowing(
    [['s3:GetReplicationConfiguration', 's3:ListBucket'], [HERE]],
    [actions, prefixes.map((prefix) => `${HERE}/${prefix}*`)],
    [['s3:ReplicateObject'], [`${THERE}/*`]],
  );

/** A source that does not wait for the policy of its role. */
function app(rules: any[], document: any, more: Record<string, Resource> = {}, properties: any = {}) {
  const source = { BucketName: 'here', ...replicationOf(rules), ...properties };
  return [
    plainStack('App', {
      ...more,
      There: bucket({ BucketName: 'there', ...properties, BucketEncryption: undefined }),
      Source: bucket(source, { DependsOn: ['There'] }),
      Role: role(),
      Policy: policy({ PolicyDocument: document, Roles: [{ Ref: 'Role' }] }),
    }),
  ];
}

test('what may not be read is told by its prefix', () => {
  expect(rehearse(app([of('a/'), of('b/')], objects(['c/']))).dead).toEqual([
    "App/Source: no permission to read 'a/'",
    "App/Source: no permission to read 'b/'",
  ]);
});

test('rules that are no list are refused, and not looked into', () => {
  const { refusals, dead } = rehearse(app({} as any[], objects([])));
  expect(refusals).toEqual([expect.stringMatching(/^create App\/Source: The XML you provided was not well-formed/)]);
  expect(dead).toEqual([]);
});

test('what may not be written is told by its prefix and destination', () => {
  expect(rehearse(app([of('a/')], allowing([['s3:Get*', 's3:List*'], ['*']]))).dead).toEqual([
    "App/Source: no permission to write 'a/' to App/There",
  ]);
});

describe('what could not work before does not hide', () => {
  const windows = (before: ReturnType<typeof app>, after: ReturnType<typeof app>) => {
    const { state, dead } = rehearse(before);
    expect(dead).toEqual(["App/Source: no permission to read 'a/'"]);
    return rehearseUpdate(state, after).windows;
  };
  const until = "; from 'update App/Source' until 'update App/Policy'";

  test('another prefix', () => {
    expect(windows(app([of('a/')], objects(['c/'])), app([of('a/'), of('b/')], objects(['b/'])))).toEqual([
      `App/Source: no permission to read 'b/'${until}`,
    ]);
  });

  test('another action', () => {
    const some = READ.slice(0, 2);
    const locked = app(
      [of('a/')],
      objects(['a/'], [...some, 's3:GetObjectRetention', 's3:GetObjectLegalHold']),
      {},
      { ObjectLockEnabled: true },
    );
    expect(windows(app([of('a/')], objects(['a/'], some)), locked)).toEqual([
      `App/Source: no permission to read 'a/'${until}`,
    ]);
  });
});

describe('the policy of a key must admit all that the role needs it for:', () => {
  const ALL = ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'];
  const dead = (onSource: string[], onReplicas: string[]) => {
    const admitting = (Action: string[]) =>
      key(statement({ Action, Resource: '*', Principal: { AWS: '111111111111' } }));
    const replicas = {
      SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
      Destination: { Bucket: THERE, EncryptionConfiguration: { ReplicaKmsKeyID: arnOf('Replicas') } },
    };
    const ServerSideEncryptionByDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arnOf('Key') };
    return rehearse(
      app(
        [of('a/', replicas)],
        allowing([['*'], ['*']]),
        { Key: admitting(onSource), Replicas: admitting(onReplicas) },
        { BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault }] } },
      ),
    ).dead;
  };
  const refused = (label: string) => [`App/Source: the policy of ${label} does not admit its role`];

  test('to decrypt for the source, and everything for the replicas', () => {
    expect(dead(['kms:Decrypt'], ALL)).toEqual([]);
    expect(dead(['kms:Encrypt'], ALL)).toEqual(refused('App/Key'));
  });

  test.each(ALL)('for the replicas without %s', (action) => {
    const others = ALL.filter((it) => it !== action);
    expect(dead(['kms:Decrypt'], others)).toEqual(refused('App/Replicas'));
  });
});

test.each([
  ['deletes', 's3:ReplicateDelete', { DeleteMarkerReplication: { Status: 'Enabled' } }, {}],
  ['owners', 's3:ObjectOwnerOverrideToBucketOwner', {}, { AccessControlTranslation: { Owner: 'Destination' } }],
])('the policy of a destination in another account must admit %s', (_, action, more, destination) => {
  const owner = '222222222222';
  const stacks = (...actions: string[]) => {
    const admitted = statement({ Action: actions, Resource: '*', Principal: { AWS: '111111111111' } });
    const there = { Bucket: bucket({ BucketName: 'there' }), Policy: bucketPolicy(admitted) };
    const rules = [of('a/', { ...more, Destination: { Bucket: THERE, Account: owner, ...destination } })];
    const Source = bucket({ BucketName: 'here', ...replicationOf(rules) });
    const All = role({ Policies: [{ PolicyName: 'All', PolicyDocument: allowing([['*'], ['*']]) }] });
    return [
      plainStack('There', there, { account: owner }),
      plainStack('App', { Role: All, Source }, { after: ['There'] }),
    ];
  };
  expect(rehearse(stacks('s3:ReplicateObject', action)).dead).toEqual([]);
  expect(rehearse(stacks('s3:ReplicateObject')).dead).toEqual([
    'App/Source: the policy of There/Bucket does not admit its role',
  ]);
});
