import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  S3Client,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { liveConfiguration } from './deployed-rules';
import { s3Client } from './objects';
import { createStack, request, textOf } from './raw-requests';
import { MALFORMED, REFUSED_RULES } from './refused-rules';
import { configuration, deletes, filter, first, ROLE, rule, second, tag, to } from './replication-xml';
import { LocalAws, startLocalAws } from './server';

let aws: LocalAws;
let s3: S3Client;
const put = (body: string, bucket = 'data') =>
  request(aws, 's3', { method: 'PUT', path: `/${bucket}?replication`, body });
const versioning = (Bucket: string, Status: 'Enabled' | 'Suspended') =>
  s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));

beforeAll(async () => {
  aws = await startLocalAws();
  s3 = s3Client(aws);
  for (const Bucket of ['data', 'copy', 'other', 'bare', 'plain']) {
    await s3.send(new CreateBucketCommand({ Bucket }));
    if (Bucket !== 'bare' && Bucket !== 'plain') await versioning(Bucket, 'Enabled');
  }
}, 60_000);
afterAll(() => aws?.stop());

test.each([
  ['an empty filter', rule(filter(''))],
  ['a tag', rule(filter(tag('k')))],
  ['a prefix and a tag', rule(filter(`<And><Prefix>a</Prefix>${tag('k')}</And>`))],
  ['two tags', rule(filter(`<And>${tag('k')}${tag('l')}</And>`))],
  ['delete markers', rule(deletes)],
  [
    'a thousand rules',
    Array.from({ length: 1000 }, (_, i) => rule({ ID: '', Priority: `<Priority>${i}</Priority>` })).join(''),
  ],
  ['two destinations', rule() + second({ Destination: to('other') })],
  ['two rules for one destination', rule() + second()],
  ['the older schema', first('a') + first('b', { ID: '<ID>two</ID>' })],
])('takes %s', async (_, rules) => {
  expect(await put(configuration(rules))).toMatchObject({ status: 200 });
});

test.each(REFUSED_RULES)('refuses %s, and keeps what was there', async (_, rules, code, message) => {
  await put(configuration(rule({ ID: '<ID>before</ID>' })));
  const { status, body } = await put(configuration(rules));
  expect([status, textOf(body, 'Code')]).toEqual([400, code]);
  expect(textOf(body, 'Message')).toContain(message);
  expect((await liveConfiguration({ s3, name: 'data' }))!.Rules!.map(({ ID }) => ID)).toEqual(['before']);
});

test.each([
  ['a name', 'replication', 'Invalid Role specified in replication configuration'],
  ['a user', ROLE.replace(':role/', ':user/'), 'The relative id should start with role'],
  [
    'a role of another partition',
    ROLE.replace('arn:aws:', 'arn:aws-cn:'),
    'Invalid Role specified in replication configuration',
  ],
])('refuses %s as role', async (_, role, message) => {
  const { body } = await put(configuration(rule(), `<Role>${role}</Role>`));
  expect([textOf(body, 'Code'), textOf(body, 'Message')]).toEqual(['InvalidArgument', message]);
});

test('refuses a source without versioning, and to suspend it while it replicates', async () => {
  expect(textOf((await put(configuration(rule()), 'plain')).body, 'Message')).toBe(
    "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
  );
  await put(configuration(rule()));
  await expect(versioning('data', 'Suspended')).rejects.toThrow(
    'A replication configuration is present on this bucket',
  );
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket: 'data' }))).Status).toBe('Enabled');
});

describe('by CloudFormation', () => {
  const cfnRule = { Id: 'one', Status: 'Enabled', Priority: 1, Filter: { Prefix: '' } };
  const template = (name: string, rules: object[], more: object = {}) => ({
    Resources: {
      Source: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          BucketName: name,
          VersioningConfiguration: { Status: 'Enabled' },
          ReplicationConfiguration: { Role: ROLE, Rules: rules },
          ...more,
        },
      },
    },
  });
  const good = {
    ...cfnRule,
    DeleteMarkerReplication: { Status: 'Disabled' },
    Destination: { Bucket: 'arn:aws:s3:::copy' },
  };

  test('a configuration is applied', async () => {
    expect(await createStack(aws, 'Good', template('good', [good]))).toEqual({
      status: 'CREATE_COMPLETE',
      reasons: [],
    });
    expect((await liveConfiguration({ s3, name: 'good' }))!.Rules).toHaveLength(1);
  });

  test.each([
    ['NoDestination', [{ ...good, Destination: { Bucket: 'arn:aws:s3:::nowhere' } }], 'Destination bucket must exist.'],
    [
      'NoVersions',
      [{ ...good, Destination: { Bucket: 'arn:aws:s3:::bare' } }],
      'Destination bucket must have versioning enabled.',
    ],
    ['Priorities', [good, { ...good, Id: 'two' }], 'Found duplicate priority 1.'],
    [
      'Tags',
      [{ ...good, Filter: { TagFilter: { Key: 'k', Value: 'v' } }, DeleteMarkerReplication: { Status: 'Enabled' } }],
      'Delete marker replication is not supported',
    ],
    ['Incomplete', [{ ...good, Filter: { And: { TagFilters: [{ Key: 'k', Value: 'v' }] } } }], MALFORMED],
  ])('stack %s is rolled back, in the words of S3', async (name, rules, message) => {
    const bucket = name.toLowerCase();
    const { status, reasons } = await createStack(aws, name, template(bucket, rules));
    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(reasons).toContainEqual(expect.stringContaining(message));
    await expect(s3.send(new HeadBucketCommand({ Bucket: bucket }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('a source without versioning is rolled back', async () => {
    const { status, reasons } = await createStack(
      aws,
      'Bare',
      template('bare-source', [good], { VersioningConfiguration: undefined }),
    );
    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(reasons).toContainEqual(expect.stringContaining("Versioning must be 'Enabled' on the bucket"));
  });
});

test('PutBucketReplication of the SDK goes the same way', async () => {
  const Rules = [
    {
      Status: 'Enabled' as const,
      Priority: 1,
      Filter: {},
      Destination: { Bucket: 'arn:aws:s3:::nowhere' },
      DeleteMarkerReplication: { Status: 'Disabled' as const },
    },
  ];
  await expect(
    s3.send(new PutBucketReplicationCommand({ Bucket: 'data', ReplicationConfiguration: { Role: ROLE, Rules } })),
  ).rejects.toThrow('Destination bucket must exist.');
});
