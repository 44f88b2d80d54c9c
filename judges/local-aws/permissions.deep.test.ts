import {
  DeleteBucketPolicyCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import { aws_s3 as s3, Duration } from 'aws-cdk-lib';
import { DeployedBucket } from './deployed-rules';
import { deployed, synthesize } from './inline-app';
import { look, remove, Sight, write } from './objects';
import { request, textOf } from './raw-requests';
import { LocalAws, startLocalAws } from './server';
import { ReplicatedBucketPair } from 'cdk-s3-replication';

let aws: LocalAws;
let source: DeployedBucket;
let replica: DeployedBucket;
let unlocked: DeployedBucket;
let role: string;
let policies: Record<string, any>;
let written = 0;

beforeAll(async () => {
  aws = await startLocalAws();
  const buckets = await deployed(
    aws,
    synthesize(({ us, europe }) => {
      new ReplicatedBucketPair(us, 'Pair', {
        destinationStack: europe,
        encryption: s3.BucketEncryption.KMS,
        objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)),
      });
      new s3.Bucket(europe, 'Unlocked', { versioned: true });
    }),
  );
  source = buckets.get('Us/Pair/Source')!;
  replica = buckets.get('Europe/Us/Pair/Destination')!;
  unlocked = buckets.get('Europe/Unlocked')!;
  role = source.configuration!.Role!.split('/').pop()!;
  policies = await readPolicies();
}, 120_000);
afterAll(async () => aws?.stop());

async function iam(Action: string, parameters: Record<string, string> = {}): Promise<string> {
  const body = new URLSearchParams({ Action, Version: '2010-05-08', RoleName: role, ...parameters }).toString();
  const answer = await request(aws, 'iam', { body });
  if (answer.status !== 200) throw new Error(`${Action}: ${answer.body}`);
  return answer.body;
}

async function readPolicies(): Promise<Record<string, any>> {
  const names = [...(await iam('ListRolePolicies')).matchAll(/<member>([^<]*)</g)].map(([, name]) => name);
  const read = names.map(async (PolicyName) => {
    const document = textOf(await iam('GetRolePolicy', { PolicyName }), 'PolicyDocument')!;
    return [PolicyName, JSON.parse(decodeURIComponent(document))];
  });
  return Object.fromEntries(await Promise.all(read));
}

async function writePolicies(changed: Record<string, any>): Promise<void> {
  for (const [PolicyName, document] of Object.entries(changed)) {
    await iam('PutRolePolicy', { PolicyName, PolicyDocument: JSON.stringify(document) });
  }
}

const trust = (Service: string) =>
  iam('UpdateAssumeRolePolicy', {
    PolicyDocument: JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
    }),
  });

const put = (destination: object, more: object = {}) => {
  const { Role, Rules: [rule] = [] } = source.configuration!;
  const Rules = [{ ...rule, ...more, Destination: { ...rule.Destination!, ...destination } }];
  return source.s3.send(
    new PutBucketReplicationCommand({ Bucket: source.name, ReplicationConfiguration: { Role, Rules } }),
  );
};

const setVersioning = (Status: 'Enabled' | 'Suspended') =>
  replica.s3.send(new PutBucketVersioningCommand({ Bucket: replica.name, VersioningConfiguration: { Status } }));

/** Undoes what any test here does, so that one that fails does not make the others fail. */
async function asDeployed(): Promise<void> {
  await setVersioning('Enabled');
  await replica.s3.send(new DeleteBucketPolicyCommand({ Bucket: replica.name }));
  await trust('s3.amazonaws.com');
  await writePolicies(policies);
  await put({});
}
afterEach(asDeployed);

/** Whether an object arrives. */
async function outcome(destination = replica): Promise<Sight['status'][]> {
  const key = `object-${++written}`;
  await write(source, key, { k: 'v' });
  const [atSource, atReplica] = [await look(source, key), await look(destination, key)];
  return [atSource.status, atReplica.status];
}
const ARRIVED = ['COMPLETED', 'REPLICA'];
const LOST = ['FAILED', 'absent'];

/** Statements with a change made by their text, in all policies of the role. */
const rewritten = (change: (text: string) => string) =>
  Object.fromEntries(Object.entries(policies).map(([name, it]) => [name, JSON.parse(change(JSON.stringify(it)))]));

test('with everything that the library wrote, objects arrive', async () => {
  expect(Object.values(policies).flatMap(({ Statement }) => Statement)).toHaveLength(5);
  expect(await outcome()).toEqual(ARRIVED);
});

test.each([
  ['s3:GetReplicationConfiguration', LOST],
  ['s3:ListBucket', LOST],
  ['s3:GetObjectVersionForReplication', LOST],
  ['s3:GetObjectVersionAcl', LOST],
  ['s3:GetObjectRetention', LOST],
  ['s3:GetObjectLegalHold', LOST],
  ['s3:ReplicateObject', LOST],
  ['kms:Encrypt', LOST],
  ['kms:Decrypt', LOST],
  ['kms:GenerateDataKey', LOST],
  ['s3:ReplicateTags', ARRIVED], // part of s3:ReplicateObject
  ['s3:ReplicateDelete', ARRIVED], // for delete markers only
])('without %s an object is %j', async (action, expected) => {
  const changed = rewritten((text) => text.split(`"${action}"`).join('"s3:Nothing"'));
  expect(changed).not.toEqual(policies);
  await writePolicies(changed);
  expect(await outcome()).toEqual(expected);
  await asDeployed();
  expect(await outcome()).toEqual(ARRIVED);
});

test('without kms:Decrypt with the key of the replicas an object is lost', async () => {
  const changed: Record<string, any> = structuredClone(policies);
  const ofReplicas = Object.values(changed)
    .flatMap(({ Statement }) => Statement)
    .filter(({ Sid }) => Sid === 'EncryptReplicas');
  expect(ofReplicas).toHaveLength(1);
  ofReplicas[0].Action = ofReplicas[0].Action.filter((it: string) => it !== 'kms:Decrypt');
  await writePolicies(changed);
  expect(await outcome()).toEqual(LOST);
});

test.each([
  ['another bucket', (text: string) => text.split(source.name).join('elsewhere')],
  ['another destination', (text: string) => text.split(replica.name).join('elsewhere')],
  ['other objects', (text: string) => text.split('/*"').join('/other/*"')],
  ['keys by way of another region', (text: string) => text.split('s3.eu-west-1.').join('s3.eu-west-2.')],
  ['keys by way of another service', (text: string) => text.split('"s3.us-east-1.').join('"sqs.us-east-1.')],
])('with permissions for %s an object is lost', async (_, change) => {
  expect(rewritten(change)).not.toEqual(policies);
  await writePolicies(rewritten(change));
  expect(await outcome()).toEqual(LOST);
});

test('without s3:GetObjectVersionTagging an object arrives without its tags', async () => {
  const tagsOf = async () => {
    expect(await outcome()).toEqual(ARRIVED);
    return (await look(replica, `object-${written}`)).tags;
  };
  expect(await tagsOf()).toEqual({ k: 'v' });
  await writePolicies(rewritten((text) => text.replace('"s3:GetObjectVersionTagging"', '"s3:Nothing"')));
  expect(await tagsOf()).toEqual({});
});

test('without s3:ReplicateDelete a delete marker does not arrive', async () => {
  await put({}, { DeleteMarkerReplication: { Status: 'Enabled' } });
  const afterDeletion = async () => {
    expect(await outcome()).toEqual(ARRIVED);
    await remove(source, `object-${written}`);
    return (await look(replica, `object-${written}`)).status;
  };
  expect(await afterDeletion()).toBe('deleted');
  await writePolicies(rewritten((text) => text.replace('"s3:ReplicateDelete"', '"s3:Nothing"')));
  expect(await afterDeletion()).toBe('REPLICA');
});

test('a role that S3 may not assume loses objects', async () => {
  await trust('batchoperations.s3.amazonaws.com');
  expect(await outcome()).toEqual(LOST);
  await asDeployed();
  expect(await outcome()).toEqual(ARRIVED);
});

test('a bucket policy of the destination that denies replication loses objects', async () => {
  const deny = { Effect: 'Deny', Principal: '*', Action: 's3:Replicate*', Resource: `arn:aws:s3:::${replica.name}/*` };
  const at = { Bucket: replica.name };
  await replica.s3.send(new PutBucketPolicyCommand({ ...at, Policy: JSON.stringify({ Statement: [deny] }) }));
  expect(await outcome()).toEqual(LOST);
  await asDeployed();
  expect(await outcome()).toEqual(ARRIVED);
});

test('a destination of another account than the rule expects loses objects', async () => {
  await put({ Account: '222222222222' });
  expect(await outcome()).toEqual(LOST);
  await asDeployed();
  expect(await outcome()).toEqual(ARRIVED);
});

test('a rule that does not select KMS objects skips them', async () => {
  await put({ EncryptionConfiguration: undefined }, { SourceSelectionCriteria: undefined });
  expect(await outcome()).toEqual(['none', 'absent']);
  await asDeployed();
  expect(await outcome()).toEqual(ARRIVED);
});

test('a destination without Object Lock loses objects of a source with it', async () => {
  await put({ Bucket: `arn:aws:s3:::${unlocked.name}` });
  await writePolicies(rewritten((text) => text.split(replica.name).join(unlocked.name)));
  expect(await outcome(unlocked)).toEqual(LOST);
  await unlocked.s3.send(
    new PutObjectLockConfigurationCommand({
      Bucket: unlocked.name,
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' },
    }),
  );
  expect(await outcome(unlocked)).toEqual(ARRIVED);
});

test('a destination whose versioning was suspended loses objects', async () => {
  await setVersioning('Suspended');
  expect(await outcome()).toEqual(LOST);
  await asDeployed();
  expect(await outcome()).toEqual(ARRIVED);
});
