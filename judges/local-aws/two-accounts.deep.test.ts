import { GetBucketEncryptionCommand } from '@aws-sdk/client-s3';
import { aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { DeployedBucket } from './deployed-rules';
import { deployed, InlineApp } from './inline-app';
import { look, write } from './objects';
import { ACCOUNT, LocalAws, startLocalAws } from './server';
import { quietApp } from '../../test/app';
import { bucket, key, KMS } from '../../test/builders';
import { Grant, grant } from '../../test/grant';
import { readStacks } from '../assembly/stacks';
import { BucketReplication, ReplicasFromOptions, ReplicatedBucketPair } from 'cdk-s3-replication';

const THEIRS = '222222222222';
let aws: LocalAws;
beforeAll(async () => void (aws = await startLocalAws()), 60_000);
afterAll(async () => aws?.stop());

function synthesize(define: (here: () => Stack, there: () => Stack) => void, name: string): InlineApp {
  const app = quietApp();
  const stacks = new Map<string, Stack>();
  const stack = (id: string, account: string, region: string) => () => {
    const found = stacks.get(id) ?? new Stack(app, id, { env: { account, region } });
    return stacks.set(id, found).get(id)!;
  };
  define(stack(`${name}Here`, ACCOUNT, 'us-east-1'), stack(`${name}There`, THEIRS, 'eu-west-1'));
  const { directory } = app.synth();
  return { directory, stacks: readStacks(directory) };
}

/** What becomes of an object: at the source and at the destination. */
async function fateOf(source: DeployedBucket, copy: DeployedBucket, name = 'a.txt'): Promise<[string, string]> {
  await write(source, name);
  return [(await look(source, name)).status, (await look(copy, name)).status];
}
const ARRIVED = ['COMPLETED', 'REPLICA'];
const LOST = ['FAILED', 'absent'];

test('one app for two accounts replicates from the first deployment on', async () => {
  const acls = { objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_PREFERRED };
  const settings: Record<string, [s3.BucketProps, s3.BucketProps]> = {
    Plain: [{}, {}],
    Named: [{ bucketName: 'the-data' }, { bucketName: 'the-backup' }],
    Kms: [{ encryption: KMS }, { encryption: KMS }],
    NamedKms: [
      { encryption: KMS, bucketName: 'the-secrets' },
      { encryption: KMS, bucketName: 'the-secrets-backup', bucketKeyEnabled: true },
    ],
    Acls: [{}, acls],
  };
  const app = synthesize((here, there) => {
    there();
    for (const [id, [source, destination]] of Object.entries(settings)) {
      BucketReplication.of(bucket(here(), id, source)).addRule({ destination: bucket(there(), id, destination) });
    }
    new ReplicatedBucketPair(here(), 'Pair', { destinationStack: there(), encryption: KMS });
  }, 'One');
  const buckets = await deployed(aws, app);
  const fates: Record<string, unknown> = {};
  for (const id of Object.keys(settings)) {
    fates[id] = await fateOf(buckets.get(`OneHere/${id}`)!, buckets.get(`OneThere/${id}`)!);
  }
  const paths = [...buckets.keys()].filter((path) => path.includes('Pair')).sort();
  fates.Pair = await fateOf(buckets.get(paths[0])!, buckets.get(paths[1])!);
  expect(fates).toEqual(Object.fromEntries([...Object.keys(settings), 'Pair'].map((id) => [id, ARRIVED])));
}, 120_000);

/** The organization of the account of the sources: the server makes one when it is asked. */
async function organizationId(): Promise<string> {
  const credential = `${ACCOUNT}/20260101/us-east-1/organizations/aws4_request`;
  const answer = await fetch(aws.endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': 'AWSOrganizationsV20161128.DescribeOrganization',
      Authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=none`,
    },
    body: '{}',
  });
  return ((await answer.json()) as { Organization: { Id: string } }).Organization.Id;
}

/** One source and its destination, in apps of their own. */
interface Halves {
  /** Whom the destination lets in, if anybody. */
  readonly from?: Grant;
  readonly destination?: s3.BucketProps;
  readonly role: { readonly roleName: string; readonly rolePath?: string };
  readonly encrypted?: boolean;
  /** The key of the object that is written. */
  readonly object?: string;
  readonly ownerOverride?: boolean;
  readonly fate: string[];
}

function halvesIn(organization: string): Record<string, Halves> {
  const one = (roleName: string, more: ReplicasFromOptions = {}) => ({
    role: { roleName },
    from: { account: ACCOUNT, roleName, ...more },
  });
  const all = { organizationId: organization, roleNamePrefix: 'to-archive-' };
  const acls = { destination: { objectOwnership: s3.ObjectOwnership.OBJECT_WRITER }, ownerOverride: true };
  return {
    'right-role': { ...one('data-to-backup'), fate: ARRIVED },
    'wrong-role': { ...one('somebody-else'), role: { roleName: 'wrong-role' }, fate: LOST },
    nobody: { role: { roleName: 'nobody' }, fate: LOST },
    'in-prefix': { from: all, role: { roleName: 'to-archive-1' }, object: `AWSLogs/${ACCOUNT}/a.txt`, fate: ARRIVED },
    'keys-of-another': { from: all, role: { roleName: 'to-archive-6' }, object: `AWSLogs/${THEIRS}/a.txt`, fate: LOST },
    'keys-of-nobody': { from: all, role: { roleName: 'to-archive-7' }, fate: LOST },
    'out-of-prefix': { from: all, role: { roleName: 'archive-1' }, fate: LOST },
    'path-like-prefix': { from: all, role: { roleName: 'data', rolePath: '/to-archive-2/' }, fate: LOST },
    'longer-path': { from: all, role: { roleName: 'to-archive-3', rolePath: '/to-archive-4/' }, fate: LOST },
    'other-organization': {
      from: { ...all, organizationId: 'o-zzzzzzzzzz' },
      role: { roleName: 'to-archive-5' },
      fate: LOST,
    },
    override: { ...acls, ...one('override'), fate: ARRIVED },
    'no-override': { ...acls, ...one('no-override', { ownerOverride: false }), fate: LOST },
    'right-key': { ...one('right-key'), encrypted: true, fate: ARRIVED },
    'wrong-key': { ...one('wrong-key'), encrypted: true, fate: LOST },
  };
}

async function keyOf({ s3: client, name }: DeployedBucket): Promise<string> {
  const { ServerSideEncryptionConfiguration: found } = await client.send(
    new GetBucketEncryptionCommand({ Bucket: name }),
  );
  return found!.Rules![0].ApplyServerSideEncryptionByDefault!.KMSMasterKeyID!;
}

test('two apps replicate, when the destination lets the right role in', async () => {
  const apps = Object.entries(halvesIn(await organizationId()));
  const theirs = synthesize((_, there) => {
    for (const [id, { from, destination = {}, encrypted }] of apps) {
      const encryption = encrypted ? { encryption: KMS } : {};
      const names = { bucketName: `two-apps-${id}`, versioned: true };
      const replica = bucket(there(), id, { ...names, ...encryption, ...destination });
      // the policy of another key is of no use
      const encryptionKey = id === 'wrong-key' ? key(there(), 'Other') : undefined;
      if (from) grant(replica, { ...from, encryptionKey });
    }
  }, 'Two');
  const copies = await deployed(aws, theirs);
  const keys = new Map<string, string>();
  for (const [id, { encrypted }] of apps) if (encrypted) keys.set(id, await keyOf(copies.get(`TwoThere/${id}`)!));

  const ours = synthesize((here) => {
    for (const [id, { role, encrypted, ownerOverride }] of apps) {
      const attributes = {
        bucketName: `two-apps-${id}`,
        account: THEIRS,
        region: 'eu-west-1',
        encryptionKey: encrypted ? kms.Key.fromKeyArn(here(), `${id}-key`, keys.get(id)!) : undefined,
      };
      new BucketReplication(here(), `${id}-replication`, {
        source: bucket(here(), id, encrypted ? { encryption: KMS } : {}),
        ...role,
        rules: [{ destination: s3.Bucket.fromBucketAttributes(here(), `${id}-theirs`, attributes), ownerOverride }],
      });
    }
  }, 'Two');
  const sources = await deployed(aws, ours);
  const fates: Record<string, string[]> = {};
  for (const [id, { object }] of apps) {
    fates[id] = await fateOf(sources.get(`TwoHere/${id}`)!, copies.get(`TwoThere/${id}`)!, object);
  }
  expect(fates).toEqual(Object.fromEntries(apps.map(([id, { fate }]) => [id, fate])));
}, 120_000);

test('a bucket in the namespace of its account takes replicas under the name that both sides expect', async () => {
  const app = synthesize((here, there) => {
    const destination = bucket(there(), 'Copy', {
      bucketNamePrefix: 'namespaced',
      bucketNamespace: s3.BucketNamespace.ACCOUNT_REGIONAL,
      encryption: KMS,
    });
    BucketReplication.of(bucket(here(), 'Data', { encryption: KMS })).addRule({ destination });
  }, 'Regional');
  const buckets = await deployed(aws, app);
  const copy = buckets.get('RegionalThere/Copy')!;
  expect(copy.name).toBe(`namespaced-${THEIRS}-eu-west-1-an`);
  expect(await fateOf(buckets.get('RegionalHere/Data')!, copy)).toEqual(ARRIVED);
}, 120_000);
