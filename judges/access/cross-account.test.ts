import { AccessOptions, judgeAccess } from './judge';
import { DeployedApp } from '../assembly/deployed';
import { Resource, StackOfApp } from '../assembly/stacks';

/*
 * Written by hand: the source and its role in one account, the destination and its key in another one, as AWS shows it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-walkthrough-2.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
const [OURS, THEIRS] = ['111111111111', '222222222222'];
const ROLE = `arn:aws:iam::${OURS}:role/replication`;
const SOURCE = 'arn:aws:s3:::documents';
const DESTINATION = 'arn:aws:s3:::documents-archive';
const [SOURCE_KEY, REPLICA_KEY] = [{ 'Fn::GetAtt': ['SourceKey', 'Arn'] }, 'REPLICA KEY'];
const WRITE = ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags', 's3:ObjectOwnerOverrideToBucketOwner'];
const ENCRYPT = ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'];

const rootOf = (account: string) => ({ AWS: `arn:aws:iam::${account}:root` });
const iamDecides = (account: string) => ({
  Effect: 'Allow',
  Principal: rootOf(account),
  Action: 'kms:*',
  Resource: '*',
});
const useOf = (region: string, bucket: string) => ({
  StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` },
  StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket, `${bucket}/*`] },
});
const allow = (Sid: string, Action: string[], on: unknown, more = {}) => ({
  Sid,
  Effect: 'Allow',
  Action,
  Resource: on,
  ...more,
});
const asRole = { Principal: rootOf(OURS), Condition: { ArnEquals: { 'aws:PrincipalArn': ROLE } } };

function templates() {
  const identity = [
    allow('Configuration', ['s3:GetReplicationConfiguration', 's3:ListBucket'], SOURCE),
    allow(
      'Read',
      ['ForReplication', 'Acl', 'Tagging', 'AnnotationForReplication'].map((it) => `s3:GetObjectVersion${it}`),
      `${SOURCE}/*`,
    ),
    allow('Write', [...WRITE], `${DESTINATION}/*`, {
      Condition: { StringEqualsIfExists: { 's3:ResourceAccount': THEIRS } },
    }),
    allow('Decrypt', ['kms:Decrypt', 'kms:GenerateDataKey'], SOURCE_KEY, { Condition: useOf('us-east-1', SOURCE) }),
    allow('Encrypt', [...ENCRYPT], REPLICA_KEY, { Condition: useOf('eu-west-1', DESTINATION) }),
  ];
  const bucketPolicy = [allow('OursWrite', [...WRITE], `${DESTINATION}/*`, asRole)];
  const { Principal, Condition } = asRole;
  const keyPolicy = [
    iamDecides(THEIRS),
    allow('OursEncrypt', [...ENCRYPT], '*', {
      Principal,
      Condition: { ...Condition, ...useOf('eu-west-1', DESTINATION) },
    }),
  ];
  const encryptedWith = (KMSMasterKeyID: unknown) => ({
    ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID } }],
  });
  const rule = {
    Id: 'archive',
    Status: 'Enabled',
    Filter: { Prefix: '' },
    Priority: 1,
    DeleteMarkerReplication: { Status: 'Enabled' },
    SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
    Destination: {
      Bucket: DESTINATION,
      Account: THEIRS,
      AccessControlTranslation: { Owner: 'Destination' },
      EncryptionConfiguration: { ReplicaKmsKeyID: REPLICA_KEY },
    },
  };
  const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 's3.amazonaws.com' } };
  return { identity, bucketPolicy, keyPolicy, rule, encryptedWith, trust };
}

type Templates = ReturnType<typeof templates>;

function deployed(change: (parts: Templates) => void): DeployedApp {
  const parts = templates();
  change(parts);
  const stack = (name: string, account: string, region: string, Resources: Record<string, Resource>): StackOfApp => ({
    ...{ id: name, name, account, region, after: [], templateFile: '', paths: {}, nested: {} },
    template: { Resources },
  });
  const document = (Statement: unknown[]) => ({ Version: '2012-10-17', Statement });
  const theirs = stack('Archive', THEIRS, 'eu-west-1', {
    Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: document(parts.keyPolicy) } },
    Bucket: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'documents-archive',
        BucketEncryption: parts.encryptedWith({ 'Fn::GetAtt': ['Key', 'Arn'] }),
      },
    },
    Policy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument: document(parts.bucketPolicy) },
    },
  });
  const replicaKey = new DeployedApp([theirs]).ofType('AWS::KMS::Key')[0].arn!;
  const ours = stack('Documents', OURS, 'us-east-1', {
    SourceKey: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: document([iamDecides(OURS)]) } },
    Source: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'documents',
        BucketEncryption: parts.encryptedWith(SOURCE_KEY),
        ReplicationConfiguration: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Rules: [parts.rule] },
      },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'replication',
        AssumeRolePolicyDocument: document([parts.trust]),
        Policies: [{ PolicyName: 'replication', PolicyDocument: document(parts.identity) }],
      },
    },
  });
  const named = JSON.parse(JSON.stringify(ours).replaceAll(REPLICA_KEY, replicaKey));
  return new DeployedApp(parts.bucketPolicy.length > 0 ? [theirs, named] : [withoutPolicy(theirs), named]);
}

function withoutPolicy(stack: StackOfApp): StackOfApp {
  const { Policy: _, ...Resources } = stack.template.Resources;
  return { ...stack, template: { Resources } };
}

/** The statement that lets IAM decide about a key is the user's. */
const OPTIONS: AccessOptions = { organization: 'o-ours', isOurs: ({ Action }) => Action !== 'kms:*' };

async function findings(change: (parts: Templates) => void, options: AccessOptions = { ...OPTIONS, least: 'none' }) {
  return (await judgeAccess(deployed(change), options)).findings;
}
const deniedIn = (found: string[]) => [...new Set(found.flatMap((it) => /^denied: (\S+)/.exec(it)?.[1] ?? []))].sort();

test('all that S3 does is allowed, by both accounts, and each statement of either is necessary', async () => {
  expect(
    await judgeAccess(
      deployed(() => {}),
      OPTIONS,
    ),
  ).toEqual({
    allowed: 34,
    statementsNecessary: 8,
    partsNecessary: 20,
    actionsDenied: expect.any(Number),
    exceptions: { Annotations: 1, ReplicateTags: 2, SourceGenerateDataKey: 1, EncryptOrGenerateDataKey: 4 },
    findings: [],
  });
});

test.each<[string, (parts: Templates) => void, string[]]>([
  ['the destination has no policy', ({ bucketPolicy }) => bucketPolicy.splice(0), WRITE],
  [
    'the policy of the destination lacks an action',
    ({ bucketPolicy }) => bucketPolicy[0].Action.pop(),
    WRITE.slice(-1),
  ],
  [
    'the policy of the destination names another role',
    ({ bucketPolicy }) => Object.assign(bucketPolicy[0], { Principal: { AWS: `${ROLE}-2` }, Condition: {} }),
    WRITE,
  ],
  ['the role may not write', ({ identity }) => identity.splice(2, 1), WRITE],
  ['the role may not override the owner', ({ identity }) => identity[2].Action.pop(), WRITE.slice(-1)],
  ['the key has its default policy', ({ keyPolicy }) => keyPolicy.splice(1), ENCRYPT],
  [
    'the policy of the key is the sample of AWS, without Decrypt',
    ({ keyPolicy }) => (keyPolicy[1].Action as string[]).pop(),
    ['kms:Decrypt'],
  ],
  ['the role may not use the key', ({ identity }) => identity.splice(4), ENCRYPT],
  [
    'the key is for another organization',
    ({ keyPolicy }) =>
      Object.assign(keyPolicy[1], { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-other' } } }),
    ENCRYPT,
  ],
])('%s', async (_, change, denied) => {
  expect(deniedIn(await findings(change))).toEqual([...denied].sort());
});

test.each<[string, (parts: Templates) => void]>([
  [
    'the role itself as principal',
    ({ bucketPolicy }) => Object.assign(bucketPolicy[0], { Principal: { AWS: ROLE }, Condition: {} }),
  ],
  [
    'the organization as principal',
    ({ bucketPolicy }) =>
      Object.assign(bucketPolicy[0], {
        Principal: '*',
        Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-ours' } },
      }),
  ],
])('%s is enough for the destination', async (_, change) => expect(await findings(change)).toEqual([]));

test('a statement that the destination does not need', async () => {
  const change = ({ bucketPolicy }: Templates) =>
    bucketPolicy.push(allow('OursMore', ['s3:GetBucketVersioning', 's3:PutBucketVersioning'], DESTINATION, asRole));
  expect(await findings(change)).toEqual([
    'bucket policy Policy, OursMore: nothing needs the statement',
    'bucket policy Policy, OursMore: nothing needs s3:GetBucketVersioning',
    'bucket policy Policy, OursMore: nothing needs s3:PutBucketVersioning',
  ]);
});

test('more than S3 needs is allowed only when both accounts allow it', async () => {
  const more = (statement: { Action: unknown }) => (statement.Action as string[]).push('s3:DeleteObject');
  const options: AccessOptions = { ...OPTIONS, necessary: false };
  expect(await findings(({ bucketPolicy }) => more(bucketPolicy[0]), options)).toEqual([]);
  expect(await findings(({ identity }) => more(identity[2]), options)).toEqual([]);
  const both = await findings(({ identity, bucketPolicy }) => [identity[2], bucketPolicy[0]].forEach(more), options);
  expect(both).toEqual([
    expect.stringContaining('not needed, but allowed: s3:DeleteObject on arn:aws:s3:::documents-archive/'),
  ]);
});
