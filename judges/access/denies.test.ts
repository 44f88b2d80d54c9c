import { App, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { judgeAccess } from './judge';
import { Statement } from './policies';
import { quietApp } from '../../test/app';
import { ACCOUNT, ENV } from '../../test/builders';
import { DeployedApp } from '../assembly/deployed';
import { readStacks } from '../assembly/stacks';
import { BucketReplication, ReplicationFilter } from 'cdk-s3-replication';

type Where = 'source' | 'destination' | 'source key' | 'destination key';

const ROLE = `arn:aws:iam::${ACCOUNT}:role/replication`;
const ARN = { source: 'arn:aws:s3:::documents', destination: 'arn:aws:s3:::documents-backup' };

/** Every name is written out, so that a statement can be given as it will be deployed. */
function appWith(where?: Where, statement?: Statement): App {
  const app = quietApp();
  const stack = new Stack(app, 'Data', { env: ENV });
  const key = (id: string) => new kms.Key(stack, id);
  const of = (bucketName: string, encryptionKey: kms.Key) =>
    new s3.Bucket(stack, bucketName, {
      bucketName,
      encryption: s3.BucketEncryption.KMS,
      encryptionKey,
      enforceSSL: true,
    });
  const keys = { source: key('SourceKey'), destination: key('DestinationKey') };
  const buckets = { source: of('documents', keys.source), destination: of('documents-backup', keys.destination) };
  new BucketReplication(stack, 'Replication', {
    source: buckets.source,
    roleName: 'replication',
    rules: [
      { destination: buckets.destination, filter: ReplicationFilter.prefix('logs/'), deleteMarkerReplication: true },
    ],
  });
  if (where) {
    const end = where.startsWith('source') ? 'source' : 'destination';
    (where.endsWith('key') ? keys : buckets)[end].addToResourcePolicy(iam.PolicyStatement.fromJson(statement));
  }
  return app;
}

/** What the library says at synthesis. */
function said(where: Where, statement: Statement): 'error' | 'warning' | 'nothing' {
  try {
    const { messages } = appWith(where, statement).synth().getStackByName('Data');
    return messages.some(({ entry }) => `${entry.data}`.includes('denies')) ? 'warning' : 'nothing';
  } catch (error) {
    if (!`${error}`.includes('denies')) throw error;
    return 'error';
  }
}

const stacks = readStacks(appWith().synth());

/** Whether every call of S3 is still allowed when the statement is in the deployed policy. */
async function replicates(where: Where, statement: Statement): Promise<boolean> {
  const app = new DeployedApp(stacks);
  const end = where.startsWith('source') ? 'source' : 'destination';
  const policy = where.endsWith('key')
    ? app.ofType('AWS::KMS::Key').find((it) => it.logicalId.toLowerCase().startsWith(end))!.properties.KeyPolicy
    : app.ofType('AWS::S3::BucketPolicy').find((it) => it.properties.Bucket === ARN[end].split(':::')[1])!.properties
        .PolicyDocument;
  policy.Statement = [...policy.Statement, statement];
  const { findings } = await judgeAccess(app, { necessary: false, least: 'none' });
  return findings.length === 0;
}

const DENY = { Effect: 'Deny', Principal: '*' } as const;
const deny = (Action: string | string[], Resource: string | string[], more: Partial<Statement> = {}): Statement => ({
  ...DENY,
  Action,
  Resource,
  ...more,
});
const on = (Condition: Statement['Condition']) => ({ Condition });
const SRC = [ARN.source, `${ARN.source}/*`];
const DST = [ARN.destination, `${ARN.destination}/*`];
const HEADER = 's3:x-amz-server-side-encryption';
const ANYTHING = (statement: Partial<Statement>) => deny('s3:*', DST, statement);

test.each<[string, Where, Statement]>([
  ['everything at the destination', 'destination', ANYTHING({})],
  ['everything at the source', 'source', deny('s3:*', SRC)],
  ['writing of replicas', 'destination', deny('s3:Replicate*', DST)],
  ['writing of replicas by the start of its name', 'destination', deny('s3:ReplicateO*', DST)],
  ['writing of tags of replicas', 'destination', deny('s3:ReplicateTags', DST)],
  ['delete markers', 'destination', deny('s3:ReplicateDelete', DST)],
  ['all but reading', 'destination', { ...DENY, NotAction: ['s3:Get*', 's3:List*'], Resource: DST }],
  ['reading of the configuration', 'source', deny('s3:GetReplicationConfiguration', ARN.source)],
  ['listing', 'source', deny('s3:ListBucket', ARN.source)],
  ['reading of versions', 'source', deny('s3:GetObjectVersion*', SRC)],
  ['objects within the prefix', 'source', deny('s3:Get*', `${ARN.source}/logs/*`)],
  ['some objects within the prefix', 'source', deny('s3:Get*', `${ARN.source}/logs/x/*`)],
  ['all but another prefix', 'destination', { ...DENY, Action: 's3:*', NotResource: [`${ARN.destination}/data/*`] }],
  ['the role by its ARN', 'destination', ANYTHING({ Principal: { AWS: ROLE } })],
  ['the account', 'destination', ANYTHING({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } })],
  [
    'all but another role, by a condition',
    'destination',
    ANYTHING(on({ ArnNotEquals: { 'aws:PrincipalArn': `${ROLE}-2` } })),
  ],
  [
    'the role, by a condition',
    'destination',
    ANYTHING(on({ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/repl*` } })),
  ],
  ['with TLS', 'destination', ANYTHING(on({ Bool: { 'aws:SecureTransport': 'true' } }))],
  ['this account', 'destination', ANYTHING(on({ StringEquals: { 'aws:PrincipalAccount': ACCOUNT } }))],
  [
    'calls from elsewhere than an endpoint',
    'destination',
    ANYTHING(on({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } })),
  ],
  ['calls from elsewhere than a VPC', 'source', deny('s3:*', SRC, on({ StringNotLike: { 'aws:SourceVpc': 'vpc-*' } }))],
  ['calls from other addresses', 'source', deny('s3:*', SRC, on({ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }))],
  ['calls without a VPC', 'source', deny('s3:*', SRC, on({ Null: { 'aws:SourceVpc': 'true' } }))],
  ['calls by others than services', 'destination', ANYTHING(on({ Bool: { 'aws:PrincipalIsAWSService': 'false' } }))],
  ['sessions of other roles', 'destination', ANYTHING(on({ StringNotLike: { 'aws:userid': 'AROAADMIN:*' } }))],
  [
    'objects that are encrypted with KMS',
    'destination',
    deny('s3:ReplicateObject', DST, on({ StringEquals: { [HEADER]: 'aws:kms' } })),
  ],
  [
    'two conditions that hold',
    'destination',
    ANYTHING(on({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1', 'aws:SourceVpc': 'vpc-1' } })),
  ],
  [
    'what has no key, as delete markers have none',
    'destination',
    ANYTHING(on({ Null: { [`${HEADER}-aws-kms-key-id`]: 'true' } })),
  ],
  ['every use of the key', 'destination key', deny('kms:*', '*')],
  ['data keys', 'destination key', deny('kms:GenerateDataKey*', '*')],
  ['decryption', 'source key', deny('kms:Decrypt', '*')],
  [
    'the key from elsewhere than another region',
    'source key',
    deny('kms:*', '*', on({ StringNotEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } })),
  ],
])('a Deny of %s stops replication, and the library says so', async (_, where, statement) => {
  expect(await replicates(where, statement)).toBe(false);
  expect(said(where, statement)).not.toBe('nothing');
});

test.each<[string, Where, Statement]>([
  ['other ways to write', 'destination', deny(['s3:PutObject', 's3:DeleteObject*'], DST)],
  ['all but replicas', 'destination', { ...DENY, NotAction: ['s3:Replicate*'], Resource: DST }],
  ['reading of objects without their version', 'source', deny('s3:GetObject', SRC)],
  ['objects beyond the prefix', 'source', deny('s3:Get*', `${ARN.source}/secret/*`)],
  [
    'all but the prefix',
    'destination',
    { ...DENY, Action: 's3:*', NotResource: [ARN.destination, `${ARN.destination}/logs/*`] },
  ],
  ['another role', 'destination', ANYTHING({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/admin` } })],
  ['a service', 'destination', ANYTHING({ Principal: { Service: 'logging.s3.amazonaws.com' } })],
  ['all but the role, by a condition', 'destination', ANYTHING(on({ ArnNotEquals: { 'aws:PrincipalArn': ROLE } }))],
  ['without TLS', 'destination', ANYTHING(on({ Bool: { 'aws:SecureTransport': 'false' } }))],
  ['other accounts', 'destination', ANYTHING(on({ StringNotEquals: { 'aws:PrincipalAccount': ACCOUNT } }))],
  ['buckets of other accounts', 'destination', ANYTHING(on({ StringNotEquals: { 's3:ResourceAccount': ACCOUNT } }))],
  ['calls from an endpoint', 'destination', ANYTHING(on({ StringEquals: { 'aws:SourceVpce': 'vpce-1' } }))],
  ['calls from some addresses', 'source', deny('s3:*', SRC, on({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }))],
  [
    'objects that are not encrypted with KMS',
    'destination',
    deny('s3:ReplicateObject', DST, on({ StringNotEquals: { [HEADER]: 'aws:kms' } })),
  ],
  [
    'two conditions of which one does not hold',
    'destination',
    ANYTHING(on({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1', 'aws:PrincipalAccount': ACCOUNT } })),
  ],
  ['data keys without plain text', 'destination key', deny('kms:GenerateDataKeyWithoutPlaintext', '*')],
  ['encryption, which the source does not need', 'source key', deny('kms:Encrypt', '*')],
  [
    'the key from elsewhere than S3',
    'source key',
    deny('kms:*', '*', on({ StringNotEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } })),
  ],
  [
    'the key for callers of other accounts',
    'source key',
    deny('kms:*', '*', on({ StringNotEquals: { 'kms:CallerAccount': ACCOUNT } })),
  ],
])('a Deny of %s stops nothing, and the library refuses nothing', async (_, where, statement) => {
  expect(await replicates(where, statement)).toBe(true);
  expect(said(where, statement)).not.toBe('error');
});
