import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { ARCHIVE, BUCKET, MEMBER, ORGANIZATION, OTHER, REGION, replicaKeyOf } from './log-archive';
import { Document, resourcePolicy } from './policies';
import { Call, isAllowed } from './simulate';
import { quietApp } from '../../test/app';
import { bucket, KMS } from '../../test/builders';
import { DeployedApp } from '../assembly/deployed';
import { readStacks } from '../assembly/stacks';
import { LogAggregationSRR, LogAggregationSRRProps, LogProducer, LogSource } from 'cdk-s3-replication';

/*
 * An insider may do everything in a member account of the organization, also make a role of any name. He must not touch
 * a key of another account: a newer version or a delete marker would hide a log, and lifecycle rules remove it then.
 */
const FORMS: Record<string, LogAggregationSRRProps> = {
  organization: { organizationId: ORGANIZATION },
  accounts: { trustedAccounts: [MEMBER, OTHER] },
};
const EVERYTHING: Document = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const [WRITES, DELETE] = [['s3:ReplicateObject', 's3:ReplicateTags'], 's3:ReplicateDelete'];
const ENCRYPTS = ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'];

interface Archive {
  readonly app: DeployedApp;
  readonly bucketPolicy: Document;
  readonly keyPolicy: Document;
  readonly key: string;
}

function archive(props: LogAggregationSRRProps, add: (logs: LogAggregationSRR, member: Stack) => void = () => {}) {
  const app = quietApp();
  const home = new Stack(app, 'Archive', { env: { account: ARCHIVE, region: REGION } });
  const destinationOptions = { bucketName: 'the-log-archive' };
  const logs = new LogAggregationSRR(home, 'Logs', { encryption: KMS, destinationOptions, ...props });
  add(logs, new Stack(app, 'Member', { env: { account: MEMBER, region: REGION } }));
  const deployed = new DeployedApp(readStacks(app.synth()));
  const key = replicaKeyOf(deployed);
  const [bucketPolicy, keyPolicy] = [BUCKET, key].map((arn) => resourcePolicy(deployed, arn)!.document);
  return { app: deployed, bucketPolicy, keyPolicy, key };
}

/** What a role may do with an object, and with the key for it, when its own account allows it everything. */
async function allowed(there: Archive, role: string, name: string, encryptionContext = `${BUCKET}/${name}`) {
  const account = role.split(':')[4];
  const context = {
    'aws:PrincipalArn': role,
    'aws:PrincipalAccount': account,
    'aws:PrincipalOrgID': ORGANIZATION,
    'aws:PrincipalType': 'AssumedRole',
    'aws:SecureTransport': 'true',
  };
  const ofKey = {
    'kms:CallerAccount': account,
    'kms:ViaService': `s3.${REGION}.amazonaws.com`,
    'kms:EncryptionContext:aws:s3:arn': encryptionContext,
  };
  const call = (action: string): Call =>
    action.startsWith('kms:')
      ? { principal: role, action, resource: there.key, owner: ARCHIVE, context: { ...context, ...ofKey } }
      : {
          ...{ principal: role, action, resource: `${BUCKET}/${name}`, owner: ARCHIVE },
          context: { ...context, 's3:ResourceAccount': ARCHIVE },
        };
  const actions = [...WRITES, DELETE, ...ENCRYPTS];
  const answers = await Promise.all(
    actions.map((action) =>
      isAllowed(call(action), {
        identity: [EVERYTHING],
        resource: action.startsWith('kms:') ? there.keyPolicy : there.bucketPolicy,
      }),
    ),
  );
  return actions.filter((_, index) => answers[index]);
}

const roleOf = (account: string, name = 's3-log-replication-1234') => `arn:aws:iam::${account}:role/${name}`;
/** Keys that services write for an account. */
const keysOf = (account: string) => [
  `AWSLogs/${account}/CloudTrail/${REGION}/2026/a.json.gz`,
  `AWSLogs/${account}/ELBAccessLogTestFile`,
  `AWSLogs/aws-account-id=${account}/aws-service=vpcflowlogs/a.parquet`,
  `${account}/${REGION}/a-bucket/2026/a`,
];
/** And those that no account has alone. */
const SHARED = [
  'AWSLogs/',
  `AWSLogs/${ORGANIZATION}/${MEMBER}/CloudTrail/a.json.gz`,
  `x/AWSLogs/${MEMBER}/a`,
  `AWSLogs/x/${OTHER}/a`,
  '2026-11-26-00-00-00-ABC',
  `AWSLogs/${OTHER}`,
];

describe.each(Object.entries(FORMS))('with trust in %s', (_, form) => {
  const there = archive(form);

  test.each(keysOf(MEMBER))('the own account may write %s, and delete nothing', async (key) => {
    expect(await allowed(there, roleOf(MEMBER), key)).toEqual([...WRITES, ...ENCRYPTS]);
  });

  test.each([...keysOf(MEMBER), ...SHARED])('an insider of another account may do nothing with %s', async (key) => {
    expect(await allowed(there, roleOf(OTHER), key)).toEqual([]);
  });

  test('with a bucket key the encryption context is the bucket, and then the key policy cannot tell', async () => {
    const [key] = keysOf(MEMBER);
    expect(await allowed(there, roleOf(OTHER), key, BUCKET)).toEqual(ENCRYPTS);
  });

  test('delete markers only where the owner wants them, and of the own account', async () => {
    const with_ = archive({ ...form, deleteMarkers: true });
    const [key] = keysOf(MEMBER);
    expect(await allowed(with_, roleOf(MEMBER), key)).toEqual([...WRITES, DELETE, ...ENCRYPTS]);
    expect(await allowed(with_, roleOf(OTHER), key)).toEqual([]);
  });

  test('other key spaces take the place of the usual ones', async () => {
    const with_ = archive({ ...form, keyPrefixes: ['alb/AWSLogs/{account}/', 'a*b/{account}-'] });
    for (const [key, account] of [
      [`alb/AWSLogs/${MEMBER}/a`, MEMBER],
      [`a*b/${MEMBER}-a`, MEMBER],
    ]) {
      expect(await allowed(with_, roleOf(account), key)).toEqual([...WRITES, ...ENCRYPTS]);
      expect(await allowed(with_, roleOf(OTHER), key)).toEqual([]);
    }
    for (const key of [...keysOf(MEMBER), `aXb/${MEMBER}-a`, `x/alb/AWSLogs/${MEMBER}/a`]) {
      expect(await allowed(with_, roleOf(MEMBER), key)).toEqual([]);
    }
  });

  test('the statement that there once was is noticed', async () => {
    const everyKey = ({ Statement }: Document): Document => ({
      Statement: Statement.map((it) =>
        /^ReplicasFrom/.test(`${it.Sid}`)
          ? { ...it, Resource: [`${BUCKET}/*`], Action: [...WRITES, DELETE], Condition: it.Condition }
          : it,
      ),
    });
    const once = { ...there, bucketPolicy: everyKey(there.bucketPolicy) };
    for (const key of [...keysOf(MEMBER), ...SHARED]) {
      expect(await allowed(once, roleOf(OTHER), key)).toEqual([...WRITES, DELETE]);
    }
  });
});

/** Each shape of producer, with a key that it writes; and whether the keys are those of the own account. */
const PRODUCERS: Array<[string, LogProducer, string, own: boolean]> = [
  ['a load balancer', LogProducer.alb(), `AWSLogs/${MEMBER}/elasticloadbalancing/${REGION}/a`, true],
  ['the test file of one', LogProducer.alb(), `AWSLogs/${MEMBER}/ELBAccessLogTestFile`, true],
  ['a load balancer with a prefix', LogProducer.alb({ prefix: 'lb' }), `lb/AWSLogs/${MEMBER}/a`, false],
  ['flow logs', LogProducer.vpcFlowLogs(), `AWSLogs/${MEMBER}/vpcflowlogs/${REGION}/a`, true],
  [
    'flow logs for Hive',
    LogProducer.vpcFlowLogs({ hiveCompatible: true }),
    `AWSLogs/aws-account-id=${MEMBER}/aws-service=vpcflowlogs/aws-region=${REGION}/a`,
    true,
  ],
  ['flow logs of two', LogProducer.vpcFlowLogs({ accounts: [MEMBER, OTHER] }), `AWSLogs/${OTHER}/vpcflowlogs/a`, false],
  ['a trail', LogProducer.cloudTrail({ trailName: 'trail' }), `AWSLogs/${MEMBER}/CloudTrail-Digest/a`, true],
  [
    'a trail of the organization',
    LogProducer.organizationTrail({
      trailName: 'all',
      organizationId: ORGANIZATION,
      managementAccount: MEMBER,
    }),
    `AWSLogs/${ORGANIZATION}/${OTHER}/CloudTrail/a`,
    false,
  ],
  ['Config', LogProducer.config(), `AWSLogs/${MEMBER}/Config/ConfigWritabilityCheckFile`, true],
  ['WAF', LogProducer.waf(), `AWSLogs/${MEMBER}/WAFLogs/a`, true],
  ['CloudFront', LogProducer.cloudFront(), `AWSLogs/${MEMBER}/CloudFront/a`, true],
  ['CloudFront with a prefix', LogProducer.cloudFront({ prefix: 'cf' }), 'cf/E123/a', false],
  [
    'partitioned access logs',
    LogProducer.serverAccessLogs({ partitioned: true }),
    `${MEMBER}/${REGION}/a-bucket/a`,
    true,
  ],
  ['access logs', LogProducer.serverAccessLogs({ prefix: 'access/' }), 'access/2026-11-26-00-00-00-ABC', false],
];

describe.each(PRODUCERS)('%s', (_, producer, key, own) => {
  const there = archive(FORMS.organization, (logs, member) => {
    const source = bucket(member, 'Source', { bucketName: producer._spec.bucketName.start && 'aws-waf-logs-source' });
    logs.addSource(source, { producers: [producer], uniqueKeys: true });
  });
  const [{ properties }] = there.app
    .ofType('AWS::S3::Bucket')
    .filter((it) => it.properties.ReplicationConfiguration && it.stack.account === MEMBER);
  const role: string = properties.ReplicationConfiguration.Role;

  test('arrives, with a statement for its own role where the keys are not those of its account', async () => {
    expect(await allowed(there, role, key)).toEqual(own ? [...WRITES, ...ENCRYPTS] : expect.arrayContaining(WRITES));
    const statements = there.bucketPolicy.Statement.filter(({ Sid }) => /^ReplicasFrom/.test(`${Sid}`));
    expect(statements).toHaveLength(own ? 1 : 2);
  });

  test('is out of reach of an insider, who takes the name of its role too', async () => {
    for (const name of [undefined, role.split('/')[1]]) {
      expect(await allowed(there, roleOf(OTHER, name), key.replaceAll(OTHER, MEMBER))).toEqual([]);
    }
  });

  test('is all that its role may write', async () => {
    for (const other of [...keysOf('444444444444'), `z/${key}`]) expect(await allowed(there, role, other)).toEqual([]);
  });
});

test('a source of another app has such a role', async () => {
  const app = quietApp();
  const stack = new Stack(app, 'Baseline', { env: { account: MEMBER, region: REGION } });
  const destination = s3.Bucket.fromBucketAttributes(stack, 'Archive', {
    bucketName: 'the-log-archive',
    account: ARCHIVE,
    region: REGION,
  });
  new LogSource(stack, 'Logs', { destination, producers: [LogProducer.alb()] });
  const [{ arn }] = new DeployedApp(readStacks(app.synth())).ofType('AWS::IAM::Role');
  const there = archive(FORMS.organization);
  expect(await allowed(there, arn!, keysOf(MEMBER)[0])).toEqual([...WRITES, ...ENCRYPTS]);
  expect(await allowed(there, arn!, keysOf(OTHER)[0])).toEqual([]);
});
