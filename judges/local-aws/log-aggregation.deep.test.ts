import { App, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { DeployedBucket } from './deployed-rules';
import { deployed } from './inline-app';
import { look, write } from './objects';
import { ACCOUNT, LocalAws, REGION, startLocalAws } from './server';
import { quietApp } from '../../test/app';
import { bucket } from '../../test/builders';
import { readStacks } from '../assembly/stacks';
import { BucketReplication, LogAggregationSRR, LogProducer, LogSource } from 'cdk-s3-replication';

/*
 * Whether services may deliver into the sources is for the access matrix alone to say: AUTH mode of the server knows
 * callers with access keys (users, roles, the root of an account), and no caller can be a service.
 */
const [ARCHIVE, TRUSTED, LET_IN, MEMBER, STRANGER] = [
  ACCOUNT,
  '222222222222',
  '333333333333',
  '444444444444',
  '555555555555',
];
let aws: LocalAws;
let archive: DeployedBucket;
const sources = new Map<string, DeployedBucket>();

/** Three sources of the account of the archive, and one each of an account that is trusted and of one whose role is let in. */
function defineArchive(app: App, organizationId: string): void {
  const stack = (id: string, account: string) => new Stack(app, id, { env: { account, region: REGION } });
  const home = stack('Archive', ARCHIVE);
  const logs = new LogAggregationSRR(home, 'Logs', {
    destinationOptions: { bucketName: 'the-log-archive' },
    trustedAccounts: [TRUSTED],
    organizationId,
    roleNamePrefix: 'logs-',
  });
  logs.addProducer('Alb', LogProducer.alb());
  logs.addProducer('Waf', LogProducer.waf());
  logs.addSource(bucket(home, 'App'), { uniqueKeys: true });
  logs.addSource(bucket(stack('Trusted', TRUSTED), 'Audit'), { uniqueKeys: true });
  const own = bucket(stack('LetIn', LET_IN), 'Audit');
  BucketReplication.of(own); // with a role of another name; the account is no member of the organization
  logs.addSource(own, { uniqueKeys: true });
}

/** The baseline of another account, which the archive knows nothing of. */
function defineBaseline(app: App, account: string): void {
  const stack = new Stack(app, `Baseline${account}`, { env: { account, region: REGION } });
  const destination = s3.Bucket.fromBucketAttributes(stack, 'Archive', {
    bucketName: 'the-log-archive',
    account: ARCHIVE,
    region: REGION,
  });
  const producers = [LogProducer.vpcFlowLogs()];
  new LogSource(stack, 'Right', { destination, roleNamePrefix: 'logs-', producers });
  new LogSource(stack, 'Wrong', { destination, roleNamePrefix: 'admin-logs-', producers });
}

async function deploy(define: (app: App) => void): Promise<void> {
  const app = quietApp();
  define(app);
  const { directory } = app.synth();
  for (const [path, it] of await deployed(aws, { directory, stacks: readStacks(directory) })) sources.set(path, it);
}

beforeAll(async () => {
  aws = await startLocalAws();
  const organization = await organizationOf(MEMBER);
  await deploy((app) => defineArchive(app, organization));
  archive = sources.get('Archive/Logs/Destination')!;
  for (const account of [MEMBER, STRANGER]) {
    await deploy((app) => defineBaseline(app, account));
  }
}, 240_000);
afterAll(async () => aws?.stop());

/** The server makes an organization for each account that asks, and knows no members. */
async function organizationOf(account: string): Promise<string> {
  const answer = await fetch(aws.endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': 'AWSOrganizationsV20161128.DescribeOrganization',
      Authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/${REGION}/organizations/aws4_request, SignedHeaders=host, Signature=none`,
    },
    body: '{}',
  });
  return ((await answer.json()) as { Organization: { Id: string } }).Organization.Id;
}

const ARRIVED = ['COMPLETED', 'REPLICA'];
const LOST = ['FAILED', 'absent'];

test.each([
  ['Archive/Logs/Alb', `AWSLogs/${ARCHIVE}/elasticloadbalancing/${REGION}/2026/11/23/a.log.gz`, ARRIVED],
  ['Archive/Logs/Waf', `AWSLogs/${ARCHIVE}/WAFLogs/${REGION}/acl/2026/11/23/a.log.gz`, ARRIVED],
  ['Archive/App', 'app/2026-11-23.log', ARRIVED],
  ['Trusted/Audit', 'trusted/2026-11-23.log', ARRIVED],
  ['LetIn/Audit', 'let-in/2026-11-23.log', ARRIVED],
  [`Baseline${MEMBER}/Right/Logs`, `AWSLogs/${MEMBER}/vpcflowlogs/${REGION}/a.log.gz`, ARRIVED],
  [`Baseline${MEMBER}/Wrong/Logs`, `AWSLogs/${MEMBER}/vpcflowlogs/${REGION}/b.log.gz`, LOST],
  [`Baseline${STRANGER}/Right/Logs`, `AWSLogs/${STRANGER}/vpcflowlogs/${REGION}/a.log.gz`, LOST],
])('of %s, %s', async (path, key, fate) => {
  const source = sources.get(path)!;
  await write(source, key);
  expect([(await look(source, key)).status, (await look(archive, key)).status]).toEqual(fate);
});
