import { aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Document, resourcePolicy } from './policies';
import { Call, isAllowed } from './simulate';
import { quietApp } from '../../test/app';
import { Grant, grant } from '../../test/grant';
import { DeployedApp } from '../assembly/deployed';
import { readStacks } from '../assembly/stacks';

const [SOURCE, THEIRS, STRANGER] = ['111111111111', '222222222222', '333333333333'];
const ORGANIZATION = 'o-a1b2c3d4e5';
const BUCKET = 'arn:aws:s3:::the-backup';
const ONE = { account: SOURCE, roleName: 'backup-data' };
const ALL = { organizationId: ORGANIZATION, roleNamePrefix: 'backup-' };
const ROLE = `arn:aws:iam::${SOURCE}:role/backup-data`;

const WRITE = ['s3:ReplicateObject', 's3:ReplicateTags'];
const ENCRYPT = ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'];
/** So that only the policies of the destination decide. */
const EVERYTHING: Document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

interface Destination {
  readonly bucketPolicy: Document;
  readonly keyPolicy: Document;
  readonly key: string;
}

function destination(options: Grant, props: s3.BucketProps = {}): Destination {
  const app = quietApp();
  const stack = new Stack(app, 'Backup', { env: { account: THEIRS, region: 'eu-west-1' } });
  const encryptionKey = new kms.Key(stack, 'Key');
  const bucket = new s3.Bucket(stack, 'Replica', {
    bucketName: 'the-backup',
    enforceSSL: true,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryptionKey,
    ...props,
  });
  grant(bucket, options);
  const deployed = new DeployedApp(readStacks(app.synth()));
  const key = deployed.ofType('AWS::KMS::Key')[0].arn!;
  return {
    bucketPolicy: resourcePolicy(deployed, BUCKET)!.document,
    keyPolicy: resourcePolicy(deployed, key)!.document,
    key,
  };
}

/** A session of a role, as S3 makes one to replicate. */
const as = (role: string, organization = ORGANIZATION): Call['context'] => ({
  'aws:PrincipalArn': role,
  'aws:PrincipalAccount': role.split(':')[4],
  ...(organization && { 'aws:PrincipalOrgID': organization }),
  'aws:PrincipalType': 'AssumedRole',
  'aws:SecureTransport': 'true',
  'aws:userid': 'AROAEXAMPLE:s3-replication',
});

function writes(there: Destination, role: string, action: string, more: Call['context'] = {}, organization?: string) {
  const call: Call = {
    principal: role,
    action,
    resource: `${BUCKET}/${role.split(':')[4]}/b.txt`,
    owner: THEIRS,
    context: { ...as(role, organization), 's3:ResourceAccount': THEIRS, ...more },
  };
  return isAllowed(call, { identity: [EVERYTHING], resource: there.bucketPolicy });
}

function encrypts(there: Destination, role: string, action: string, more: Call['context'] = {}, organization?: string) {
  const context = {
    ...as(role, organization),
    'kms:CallerAccount': role.split(':')[4],
    'kms:ViaService': 's3.eu-west-1.amazonaws.com',
    'kms:EncryptionContext:aws:s3:arn': `${BUCKET}/${role.split(':')[4]}/b.txt`,
    ...more,
  };
  const call: Call = { principal: role, action, resource: there.key, owner: THEIRS, context };
  return isAllowed(call, { identity: [EVERYTHING], resource: there.keyPolicy });
}

const allOf = async (answers: Array<Promise<boolean>>) => (await Promise.all(answers)).every((it) => it);
const anyOf = async (answers: Array<Promise<boolean>>) => (await Promise.all(answers)).some((it) => it);
const one = destination(ONE);
const organization = destination(ALL);

test.each([
  ['one role', one, ROLE],
  ['an organization', organization, ROLE],
  ['an organization, another account', organization, `arn:aws:iam::${STRANGER}:role/backup-logs`],
  ['a path', destination({ ...ONE, rolePath: '/a/b/' }), `arn:aws:iam::${SOURCE}:role/a/b/backup-data`],
  ['an organization with a path', destination({ ...ALL, rolePath: '/a/' }), `arn:aws:iam::${SOURCE}:role/a/backup-x`],
])('%s may write replicas and encrypt them', async (_, there, role) => {
  expect(await allOf(WRITE.map((action) => writes(there, role, action)))).toBe(true);
  expect(await allOf(ENCRYPT.map((action) => encrypts(there, role, action)))).toBe(true);
  const bucketKey = { 'kms:EncryptionContext:aws:s3:arn': BUCKET };
  expect(await allOf(ENCRYPT.map((action) => encrypts(there, role, action, bucketKey)))).toBe(true);
});

test.each<[string, Destination, string, string]>([
  ['another role of the account', one, `arn:aws:iam::${SOURCE}:role/backup-data-2`, ORGANIZATION],
  ['the same name in another account', one, `arn:aws:iam::${STRANGER}:role/backup-data`, ORGANIZATION],
  ['the same name with a path', one, `arn:aws:iam::${SOURCE}:role/path/backup-data`, ORGANIZATION],
  ['the name in another case', one, `arn:aws:iam::${SOURCE}:role/Backup-Data`, ORGANIZATION],
  ['a user of the same name', one, `arn:aws:iam::${SOURCE}:user/backup-data`, ORGANIZATION],
  ['a session of that name', one, `arn:aws:iam::${SOURCE}:role/other`, ORGANIZATION],
  ['a role outside of the prefix', organization, `arn:aws:iam::${SOURCE}:role/admin-backup-`, ORGANIZATION],
  [
    'a role with a path that begins like the prefix',
    organization,
    `arn:aws:iam::${SOURCE}:role/backup-x/anything`,
    ORGANIZATION,
  ],
  ['a role of another organization', organization, ROLE, 'o-zzzzzzzzzz'],
  ['a role of an account without organization', organization, ROLE, ''],
  ['a user with the prefix', organization, `arn:aws:iam::${SOURCE}:user/backup-data`, ORGANIZATION],
  [
    'a longer path than that of the organization',
    destination({ ...ALL, rolePath: '/a/' }),
    `arn:aws:iam::${SOURCE}:role/a/backup-x/b`,
    ORGANIZATION,
  ],
])('%s may not', async (_, there, role, of) => {
  const session = { 'aws:userid': 'AROAEXAMPLE:backup-data' };
  expect(await anyOf(WRITE.map((action) => writes(there, role, action, session, of)))).toBe(false);
  expect(await anyOf(ENCRYPT.map((action) => encrypts(there, role, action, session, of)))).toBe(false);
});

test.each([
  ['s3:PutObject'],
  ['s3:ReplicateDelete'],
  ['s3:DeleteObjectVersion'],
  ['s3:GetObject'],
  ['s3:ObjectOwnerOverrideToBucketOwner'],
  ['s3:PutObjectRetention'],
])('the role may not do %s', async (action) => {
  expect(await writes(one, ROLE, action)).toBe(false);
});

test.each([undefined, s3.ObjectOwnership.OBJECT_WRITER])(
  'owner override is allowed with Object Ownership %s',
  async (objectOwnership) => {
    const there = destination(ONE, { objectOwnership });
    expect(await writes(there, ROLE, 's3:ObjectOwnerOverrideToBucketOwner')).toBe(true);
  },
);

test('delete markers are allowed where the owner wants them', async () => {
  const there = destination({ ...ONE, deleteMarkers: true });
  expect(await writes(there, ROLE, 's3:ReplicateDelete')).toBe(true);
});

test.each<[string, Call['context']]>([
  ['for another bucket', { 'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::the-backup-2/a' }],
  ['through S3 of another region', { 'kms:ViaService': 's3.us-east-1.amazonaws.com' }],
  ['through another service', { 'kms:ViaService': 'ec2.eu-west-1.amazonaws.com' }],
])('the key may not be used %s', async (_, more) => {
  expect(await anyOf(ENCRYPT.map((action) => encrypts(one, ROLE, action, more)))).toBe(false);
});

test.each(['kms:ReEncryptTo', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:CreateGrant', 'kms:DescribeKey'])(
  'the role may not do %s',
  async (action) => expect(await encrypts(one, ROLE, action)).toBe(false),
);

test('without TLS nothing is accepted from a bucket that enforces it', async () => {
  expect(await writes(one, ROLE, 's3:ReplicateObject', { 'aws:SecureTransport': 'false' })).toBe(false);
});

test('every condition of both policies is necessary', async () => {
  const without = (document: Document, operator: string): Document => ({
    ...document,
    Statement: document.Statement.map((it: any) => {
      const { [operator]: _, ...rest } = it.Condition ?? {};
      return /^ReplicasFrom/.test(`${it.Sid}`) ? { ...it, Condition: rest } : it;
    }),
  });
  const wide = (there: Destination, operator: string): Destination => ({
    ...there,
    bucketPolicy: without(there.bucketPolicy, operator),
    keyPolicy: without(there.keyPolicy, operator),
  });
  const other = `arn:aws:iam::${SOURCE}:role/other`;
  const nested = `arn:aws:iam::${SOURCE}:role/backup-x/y`;
  const elsewhere = { 'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::another/a' };
  expect(await writes(wide(one, 'ArnEquals'), other, WRITE[0])).toBe(true);
  expect(await encrypts(wide(one, 'ArnEquals'), other, ENCRYPT[0])).toBe(true);
  expect(await encrypts(wide(one, 'StringLike'), ROLE, ENCRYPT[0], elsewhere)).toBe(true);
  expect(
    await encrypts(wide(one, 'StringEquals'), ROLE, ENCRYPT[0], { 'kms:ViaService': 'ec2.eu-west-1.amazonaws.com' }),
  ).toBe(true);
  expect(await writes(wide(organization, 'ArnNotLike'), nested, WRITE[0])).toBe(true);
  expect(await writes(wide(organization, 'ArnLike'), other, WRITE[0])).toBe(true);
  expect(await writes(wide(organization, 'StringEquals'), ROLE, WRITE[0], {}, 'o-zzzzzzzzzz')).toBe(true);
  const none = '';
  expect(await writes(wide(organization, 'StringEquals'), ROLE, WRITE[0], {}, none)).toBe(true);
  const tls = destination({ ...ONE, enforceSSL: true }, { enforceSSL: false });
  const insecure = { 'aws:SecureTransport': 'false' };
  expect(await writes(tls, ROLE, WRITE[0], insecure)).toBe(false);
  expect(await writes(wide(tls, 'Bool'), ROLE, WRITE[0], insecure)).toBe(true);
});
