import { aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Made, ORGANIZATION, Place, scene, Scene } from './scene';
import { Policy, resourcePolicy } from '../../access/policies';
import { isAllowed } from '../../access/simulate';
import { DeployedApp } from '../../assembly/deployed';
import { locate } from '../intent';
import { ACCOUNT, STRANGER } from '../plan';
import { BucketReplication, LogAggregationSRR, LogProducer, LogSource, ReplicationFilter } from 'cdk-s3-replication';

/** A log that a service writes into a bucket, as AWS documents it. */
interface Log {
  readonly bucket: s3.IBucket;
  readonly service: string;
  readonly key: string;
  readonly sourceArn: string;
  readonly account: string;
  /** The key that the service encrypts with by itself. */
  readonly encryptionKey?: kms.IKey;
}

/** Findings about logs that cannot be delivered. */
async function undelivered(app: DeployedApp, logs: readonly Log[]): Promise<string[]> {
  const asked = logs.flatMap(({ bucket, service, key, sourceArn, account, encryptionKey }) => {
    const there = locate(app, bucket)!;
    const owner = there.stack.account;
    const principal = `${service}.amazonaws.com`;
    const source = { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': account, 'aws:PrincipalIsAWSService': 'true' };
    const call = (action: string, resource: string, policy: Policy | undefined, more: Record<string, string>) => ({
      what: `${action} on ${resource} by ${principal} for ${sourceArn}`,
      answer: isAllowed(
        { principal, action, resource, owner, context: { ...source, 'aws:SecureTransport': 'true', ...more } },
        { identity: [], resource: policy?.document ?? { Statement: [] } },
      ),
    });
    const acl: Record<string, string> =
      service === 'logdelivery.elasticloadbalancing' ? {} : { 's3:x-amz-acl': 'bucket-owner-full-control' };
    const trail = { 'kms:EncryptionContext:aws:cloudtrail:arn': sourceArn };
    const keyArn = encryptionKey && locate(app, encryptionKey)!.arn!;
    return [
      call('s3:PutObject', `${there.arn}/${key}`, resourcePolicy(app, there.arn!), acl),
      ...(keyArn ? [call('kms:GenerateDataKey', keyArn, resourcePolicy(app, keyArn), trail)] : []),
    ];
  });
  const answers = await Promise.all(asked.map(({ answer }) => answer));
  return asked.filter((_, i) => !answers[i]).map(({ what }) => `cannot be delivered: ${what}`);
}

const made = (rules: number, logs: readonly Log[], more: Partial<Made> = {}): Made => ({
  rules,
  judge: (app) => undelivered(app, logs),
  ...more,
});

const archiveOf = (at: Place) => new LogAggregationSRR(at.stack('Archive'), 'Logs');
const cdn = (account: string, prefix: string) =>
  `${prefix || `AWSLogs/${account}/CloudFront`}/E1.2026-11-23-20.RT4KCN4SGK9.gz`;

/** Services that write logs, and what replicates them. */
export const LOGS: readonly Scene[] = [
  scene(
    'CloudFront of several accounts',
    { accounts: ['own', 'other', 'both'], prefix: ['', 'cdn'], by: ['archive', 'bucket', 'both ways'] },
    (at, { accounts, prefix, by }) => {
      const from = { own: undefined, other: [STRANGER], both: [ACCOUNT, STRANGER] }[accounts];
      const producer = LogProducer.cloudFront({ accounts: from, prefix: prefix || undefined });
      const archive = archiveOf(at);
      const stack = Stack.of(archive);
      const bucket = by === 'archive' ? archive.addProducer('Cdn', producer) : new s3.Bucket(stack, 'Own');
      if (by !== 'archive') producer.allowDeliveryTo(bucket as s3.IBucket);
      if (by === 'both ways') producer.allowDeliveryTo(bucket as s3.IBucket);
      if (by !== 'archive') archive.addSource(bucket as s3.IBucket, { producers: [producer] });
      const logs = (from ?? [ACCOUNT]).map((account) => ({
        ...{ bucket: bucket as s3.IBucket, service: 'delivery.logs', account, key: cdn(account, prefix) },
        sourceArn: `arn:aws:logs:us-east-1:${account}:delivery-source:cdn`,
      }));
      return made(1, logs);
    },
  ),
  scene(
    'a trail of another region, with a key of its own',
    {
      home: ['unsaid', 'eu-west-1'],
      key: ['none', 'own', 'of the bucket'],
      bucketKey: [false, true],
      by: ['every rule', 'one rule of two'],
      first: ['rules', 'logs'],
      kind: ['account', 'organization'],
    },
    (at, { home, key, bucketKey, by, first, kind }) => {
      const archive = archiveOf(at);
      const stack = Stack.of(archive);
      const ofBucket = bucketKey ? new kms.Key(stack, 'BucketKey') : undefined;
      const encryptionKey = { none: undefined, own: new kms.Key(stack, 'TrailKey'), 'of the bucket': ofBucket }[key];
      const homeRegion = home === 'unsaid' ? undefined : home;
      const name = { trailName: 'all', homeRegion, encryptionKey };
      const producer =
        kind === 'account'
          ? LogProducer.cloudTrail(name)
          : LogProducer.organizationTrail({ ...name, organizationId: ORGANIZATION, managementAccount: ACCOUNT });
      const replicaKey = new kms.Key(stack, 'ReplicaKey');
      const source = new s3.Bucket(stack, 'Trail', { encryptionKey: ofBucket });
      const destination = new s3.Bucket(stack, 'Replica');
      const replicate = () =>
        ['AWSLogs/', 'Others/'].forEach((prefix) =>
          BucketReplication.of(source).addRule({
            destination,
            filter: ReplicationFilter.prefix(prefix),
            destinationKey: replicaKey,
            // the user names it for each rule, or forgets one
            sourceKeys: encryptionKey && (by === 'every rule' || prefix === 'Others/') ? [encryptionKey] : undefined,
          }),
        );
      if (first === 'rules') replicate();
      producer.allowDeliveryTo(source);
      if (first === 'logs') replicate();
      const region = homeRegion ?? 'us-east-1';
      const sourceArn = `arn:aws:cloudtrail:${region}:${ACCOUNT}:trail/all`;
      const folder = kind === 'account' ? ACCOUNT : `${ORGANIZATION}/${STRANGER}`;
      const log = {
        ...{ bucket: source as s3.IBucket, service: 'cloudtrail', sourceArn, account: ACCOUNT, encryptionKey },
        key: `AWSLogs/${folder}/CloudTrail/us-east-1/2026/11/23/a.json.gz`,
      };
      return made(2, [log], { sourceKeys: encryptionKey ? [[source, [encryptionKey]]] : [], mayDoMore: true });
    },
    ({ key, by }) =>
      key === 'own' && by === 'one rule of two'
        ? /with an encryptionKey that its replication does not know/
        : undefined,
  ),
  scene(
    'web ACLs and flow logs of other regions',
    { regions: ['unsaid', 'other', 'both'], kind: ['waf', 'flow logs'], prefix: ['', 'x'], filter: ['none', 'of all'] },
    (at, { regions, kind, prefix, filter }) => {
      const from = { unsaid: undefined, other: ['eu-west-1'], both: ['us-east-1', 'eu-west-1'] }[regions];
      const options = { regions: from, prefix: prefix || undefined };
      const producer = kind === 'waf' ? LogProducer.waf(options) : LogProducer.vpcFlowLogs(options);
      const archive = archiveOf(at);
      const bucketName = kind === 'waf' ? `aws-waf-logs-${at.name('acl')}` : undefined;
      const source = new s3.Bucket(Stack.of(archive), 'Own', { bucketName });
      const start = prefix ? `${prefix}/AWSLogs/` : 'AWSLogs/';
      archive.addSource(source, {
        producers: [producer],
        filter: filter === 'of all' ? ReplicationFilter.prefix(start) : undefined,
      });
      const logs = (from ?? ['us-east-1']).map((region) => ({
        ...{ bucket: source as s3.IBucket, service: 'delivery.logs', account: ACCOUNT },
        sourceArn: `arn:aws:logs:${region}:${ACCOUNT}:some-delivery`,
        key: `${start}${ACCOUNT}/${kind === 'waf' ? 'WAFLogs' : 'vpcflowlogs'}/${region}/a.log.gz`,
      }));
      return made(1, logs);
    },
  ),
  scene(
    'access logs that lead back',
    { filter: ['all', 'the logs', 'a part of them', 'others'], into: ['source', 'source by name', 'another bucket'] },
    (at, { filter, into }) => {
      const stack = at.stack('Ours');
      const prefix = { all: '', 'the logs': 'logs/', 'a part of them': 'logs/2026/', others: 'data/' }[filter];
      const source = new s3.Bucket(stack, 'Source', { bucketName: at.name('source') });
      const byName = { destinationBucketName: at.name('source'), logFilePrefix: 'logs/' };
      const destination =
        into === 'source by name'
          ? new s3.CfnBucket(stack, 'Replica', { loggingConfiguration: byName })
          : new s3.Bucket(stack, 'Replica', {
              serverAccessLogsBucket: into === 'source' ? source : new s3.Bucket(stack, 'Logs'),
              serverAccessLogsPrefix: 'logs/',
            });
      BucketReplication.of(source).addRule({ destination, filter: ReplicationFilter.prefix(prefix) });
      return { rules: 1 };
    },
    ({ filter, into }) =>
      into === 'source' || (into === 'source by name' && filter !== 'others') ? /access logs/ : undefined,
  ),
  scene(
    'an archive for accounts, with sources of two apps',
    { form: ['accounts', 'organization'], encrypted: [false, true], own: [false, true] },
    (at, { form, encrypted, own }) => {
      const stack = at.stack('Archive');
      const roleNamePrefix = at.name('logs-');
      const archive = new LogAggregationSRR(stack, 'Logs', {
        ...(form === 'accounts' ? { trustedAccounts: [STRANGER] } : { organizationId: ORGANIZATION }),
        roleNamePrefix,
        encryption: encrypted ? s3.BucketEncryption.KMS : undefined,
        destinationOptions: { bucketName: at.name('archive') },
      });
      if (own) archive.addProducer('Alb', LogProducer.alb());
      const baseline = new Stack(at.anotherApp(), `${at.id}Baseline`, {
        env: { account: STRANGER, region: 'us-east-1' },
      });
      const source = new s3.Bucket(baseline, 'Own');
      const destination = s3.Bucket.fromBucketAttributes(baseline, 'Archive', {
        bucketName: at.name('archive'),
        account: ACCOUNT,
        region: 'us-east-1',
      });
      const producer = LogProducer.alb();
      // no role may write under keys of another account
      const filter = ReplicationFilter.prefix(`AWSLogs/${STRANGER}/`);
      new LogSource(baseline, 'Logs', { source, destination, roleNamePrefix, filter, producers: [producer] });
      const log = {
        ...{ bucket: source as s3.IBucket, service: 'logdelivery.elasticloadbalancing', account: STRANGER },
        sourceArn: `arn:aws:elasticloadbalancing:us-east-1:${STRANGER}:loadbalancer/app/web/1`,
        key: `AWSLogs/${STRANGER}/elasticloadbalancing/us-east-1/a.log.gz`,
      };
      return made(own ? 2 : 1, [log]);
    },
  ),
];
