import { App, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { AccessOptions, insideTheBucket, judgeAccess } from './judge';
import { quietApp } from '../../test/app';
import { bucket, KMS } from '../../test/builders';
import { DeployedApp } from '../assembly/deployed';
import { readStacks, StackOfApp } from '../assembly/stacks';
import { rehearse, rehearseDestroy, rehearseUpdate } from '../rehearsal/rehearse';
import {
  LogAggregationSRR,
  LogAggregationSRRProps,
  LogProducer,
  LogSource,
  ReplicationFilter,
} from 'cdk-s3-replication';

export const [ARCHIVE, MEMBER, OTHER, STRANGER] = ['111111111111', '222222222222', '333333333333', '444444444444'];
export const REGION = 'us-east-1';
export const BUCKET = 'arn:aws:s3:::the-log-archive';
export const ORGANIZATION = 'o-a1b2c3d4e5';
const FORMS: Record<string, LogAggregationSRRProps> = {
  accounts: { trustedAccounts: [MEMBER, OTHER], roleNamePrefix: 'logs-' },
  organization: { organizationId: ORGANIZATION, roleNamePrefix: 'logs-' },
};
export const forms = Object.keys(FORMS);

const stackOf = (app: App, id: string, account: string) => new Stack(app, id, { env: { account, region: REGION } });

/** Below it an account has its keys, as services make them. */
const ofAccount = (account: string) => ReplicationFilter.prefix(`AWSLogs/${account}/`);

/** An archive with KMS, of one app with sources in its account, in one that is trusted, and on request in one that is not. */
export function archive(form: string, strangers = false, keyPrefixes?: string[]): StackOfApp[] {
  const app = quietApp();
  const home = stackOf(app, 'Archive', ARCHIVE);
  const logs = new LogAggregationSRR(home, 'Logs', {
    ...FORMS[form],
    keyPrefixes,
    encryption: KMS,
    destinationOptions: { bucketName: 'the-log-archive' },
  });
  logs.addProducer('Alb', LogProducer.alb());
  logs.addSource(bucket(stackOf(app, 'Member', MEMBER), 'Audit', { encryption: KMS }), {
    uniqueKeys: true,
    filter: ofAccount(MEMBER),
  });
  if (strangers) {
    const theirs = bucket(stackOf(app, 'Stranger', STRANGER), 'Audit');
    logs.addSource(theirs, { uniqueKeys: true, filter: ofAccount(STRANGER) });
  }
  return readStacks(app.synth());
}

/** Another app, of which the archive knows nothing. */
function baseline(archived: StackOfApp[]): StackOfApp[] {
  const app = quietApp();
  const stack = stackOf(app, 'Baseline', OTHER);
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', replicaKeyOf(new DeployedApp(archived)));
  new LogSource(stack, 'Logs', {
    source: bucket(stack, 'Mine', { encryption: KMS }),
    destination: s3.Bucket.fromBucketAttributes(stack, 'Archive', {
      bucketName: 'the-log-archive',
      account: ARCHIVE,
      region: REGION,
      encryptionKey,
    }),
    roleNamePrefix: 'logs-',
    producers: [LogProducer.vpcFlowLogs()],
    filter: ofAccount(OTHER),
  });
  return readStacks(app.synth());
}

/** The key that is made with the archive; sources have keys of their own. */
export function replicaKeyOf(app: DeployedApp): string {
  return app.ofType('AWS::KMS::Key').find((it) => it.stack.id === 'Archive')!.arn!;
}

/** A grant is there for the one role that it names, or for those with the prefix that are of other accounts. */
const isOurs: AccessOptions['isOurs'] = (statement, policy, replication) => {
  if (insideTheBucket(statement, policy, replication)) return true;
  const [, , , , account, name] = replication.role.split(':');
  return /^ReplicasFrom(Accounts|Organization)/.test(`${statement.Sid}`)
    ? account !== ARCHIVE && name.startsWith('role/logs-')
    : /^ReplicasFrom/.test(`${statement.Sid}`) && JSON.stringify(statement.Condition).includes(`"${replication.role}"`);
};

/** The producer's bucket beside the archive, the member's, the stranger's, and that of the other app. */
const SOURCES = [
  { encrypted: false, foreign: false },
  { encrypted: true, foreign: true },
  { encrypted: false, foreign: true },
  { encrypted: true, foreign: true },
];

/** What S3 needs for these, and what says so: two objects each, and with KMS the bucket as a context, too. */
function expectedOf(sources: typeof SOURCES) {
  const sum = (count: (source: (typeof SOURCES)[number]) => number) => sources.reduce((all, it) => all + count(it), 0);
  const [assume, configuration, reads, writes, ofSourceKey, ofReplicaKey] = [1, 2, 4, 3, 2, 3];
  const [trust, ofRole, keys, inBucketPolicy, inKeyPolicy] = [1, 3, 2, 1, 1];
  return {
    allowed: sum(
      ({ encrypted }) =>
        assume + configuration + 2 * (reads + writes) + (encrypted ? 3 * (ofSourceKey + ofReplicaKey) : 0),
    ),
    statementsNecessary: sum(
      ({ encrypted, foreign }) =>
        trust + ofRole + (encrypted ? keys : 0) + (foreign ? inBucketPolicy + (encrypted ? inKeyPolicy : 0) : 0),
    ),
  };
}

/** Sources of all accounts have what they need and nothing else, and all is deployed from empty in one pass. */
export async function expectDeployable(form: string, least: AccessOptions['least']): Promise<void> {
  // with one of the usual key spaces, which all sources have: so nothing in the policies is idle
  const archived = archive(form, true, ['AWSLogs/{account}/']);
  const sources = baseline(archived);
  const app = new DeployedApp([...archived, ...sources]);
  const { findings, allowed, statementsNecessary } = await judgeAccess(app, {
    isOurs,
    organization: ORGANIZATION,
    least,
  });
  expect({ findings, allowed, statementsNecessary }).toEqual({ findings: [], ...expectedOf(SOURCES) });

  const roles = [MEMBER, STRANGER].map(
    (account) => `arn:aws:iam::${account}:role/cdk-hnb659fds-cfn-exec-role-${account}-${REGION}`,
  );
  const first = rehearse(archived, { outside: { roles } });
  expect(first.order[0]).toBe('Archive');
  const all = rehearseUpdate(first.state, sources);
  expect([...first.refusals, ...first.dead, ...all.refusals, ...all.dead]).toEqual([]);
  expect(rehearseDestroy(all.state).refusals).toEqual([]);
}
