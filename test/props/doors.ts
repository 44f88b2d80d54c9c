import { App, aws_cloudwatch as cloudwatch, aws_iam as iam, aws_s3 as s3, aws_scheduler as scheduler, aws_sns as sns, Duration, Size, Stack } from 'aws-cdk-lib'; // prettier-ignore
import {
  BidirectionalReplication,
  BucketReplication,
  CrossAccountReplication,
  ExistingObjectReplication,
  ExistingObjectStatus,
  LogAggregationSRR,
  LogProducer,
  LogSource,
  MultiRegionReplication,
  ReplicaGrantee,
  ReplicaGrants,
  ReplicatedBucketPair,
  ReplicationCanary,
  ReplicationFilter,
  ReplicationMonitoring,
  ReplicationRepair,
} from '../../src';
import { bucket } from '../builders';
import { BUCKET, keyOf, MADE, OURS, Place, PRODUCED, ROLE, Row, Rows, RULE, THEIRS, THIRD } from './rows';

/** How a struct is given to the library, and what each of its props does there. */
export interface Door {
  readonly build: (place: Place, props: any) => void;
  readonly rows: Rows;
  /** Account of the bucket that the props are about, and of the destination; ours when not given. */
  readonly owner?: string;
  readonly destinationOwner?: string;
}

const row = (set: Row['set'], sees: Row['sees'], more: Partial<Row> = {}): Row => ({ set, sees, ...more });
const without = (rows: Rows, ...props: string[]) =>
  Object.fromEntries(Object.entries(rows).filter(([prop]) => !props.includes(prop)));
const within = (prop: string, rows: Rows): Rows =>
  Object.fromEntries(
    Object.entries(rows).map(([name, { set, base, ...rest }]): [string, Row] => {
      const wrap = (it: Row['set']) => (place: Place) => ({ [prop]: typeof it === 'function' ? it(place) : it });
      return [name, { ...rest, set: wrap(set), ...(base ? { base: wrap(base) } : {}) }];
    }),
  );
/** Props of a bucket that is made are seen as those of its own struct; here only that they get there. */
const made = (prop: string) => row({ [prop]: { bucketName: 'aws-waf-logs-own' } }, '"BucketName":"aws-waf-logs-own"');

const replica = ({ home }: Place) => bucket(home, 'Replica');
const inEurope = ({ home }: Place) =>
  bucket(new Stack(home.node.root as App, 'Europe', { env: { account: OURS, region: 'eu-west-1' } }), 'Replica');
const archive = ({ home }: Place, account = THEIRS) =>
  s3.Bucket.fromBucketAttributes(home, 'Archive', { bucketName: 'the-archive', account, region: 'us-east-1' });

const watchedPair = (home: Stack) =>
  (home.node.tryFindChild('Pair') as ReplicatedBucketPair | undefined) ??
  new ReplicatedBucketPair(home, 'Pair', { destinationRegion: 'eu-west-1' });
const TOPIC = 'arn:aws:sns:us-east-1:111111111111:told';
const topic = (home: Stack) => sns.Topic.fromTopicArn(home, 'Topic', TOPIC);
/** As it stands in the text of a definition. */
const inText = (json: string) => json.replace(/"/g, '\\"');
const ALARM = 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:own';
/** What all constructs that make jobs take. */
const JOBS: Rows = {
  replication: row(
    ({ home }) => ({ replication: new ReplicatedBucketPair(home, 'Other').replication }),
    /MetricData.*"Value":\{"Ref":"OtherSource|Replication of .*OtherSource/,
  ),
  topic: row(({ home }) => ({ topic: topic(home) }), TOPIC),
  reportBucket: row(({ home }) => ({ reportBucket: bucket(home, 'Own') }), /"Fn::GetAtt":\["Own/),
};
function silent(place: Place) {
  const aggregation = logs(place, { metrics: true });
  aggregation.addSource(bucket(place.home, 'Silent'), { uniqueKeys: true });
  return aggregation;
}
function pair(place: Place, props: object) {
  new ReplicatedBucketPair(place.home, 'Pair', props);
}
function offsite(place: Place, props: any) {
  const { home, abroad } = place;
  const destinationStack = props.destination ? undefined : abroad;
  new CrossAccountReplication(home, 'Offsite', { source: bucket(home, 'Data'), destinationStack, ...props });
}
const logs = ({ home }: Place, props: object) => new LogAggregationSRR(home, 'Logs', props);
function logSource(place: Place, props: any) {
  const producers = props.source ? undefined : [LogProducer.alb()];
  new LogSource(place.home, 'Source', { destination: archive(place), roleNamePrefix: 'logs-', producers, ...props });
}
const produced = (place: Place, props: object) => void logs(place, {}).addProducer('Source', LogProducer.nlb(), props);
const delivering =
  <T>(producer: (options: T) => LogProducer, base: object = {}) =>
  ({ home }: Place, props: object): s3.Bucket => {
    const target = bucket(home, 'Logs', { bucketName: 'aws-waf-logs-of-mine' });
    producer({ ...base, ...props } as T).allowDeliveryTo(target);
    return target;
  };

const KEPT = row({ encryption: s3.BucketEncryption.S3_MANAGED, keepEncryptionKeys: true }, '"AWS::KMS::Key"', {
  base: { encryption: s3.BucketEncryption.S3_MANAGED },
});
const EMPTIED = row({ autoDeleteObjects: true }, 'Custom::S3AutoDeleteObjects', { base: { removalPolicy: 'destroy' } });

function twoWay({ home }: Place, props: object) {
  new BidirectionalReplication(home, 'Active', props);
}
function mesh({ home }: Place, props: object) {
  const regions = 'buckets' in props ? {} : { regions: ['us-east-1', 'eu-west-1'] };
  new MultiRegionReplication(home, 'Global', { ...regions, ...props });
}
/** Of a rule that goes with one in the other direction: what is on by itself is seen when it is switched off. */
const ONE_WAY: Rows = {
  ...RULE,
  deleteMarkerReplication: row({ deleteMarkerReplication: false }, '"DeleteMarkerReplication":{"Status":"Disabled"}', {
    alone: true,
  }),
  replicaModifications: row({ replicaModifications: false }, /"Priority":\d+,"Status"/, {
    alone: true,
  }),
};
/** As the custom resource has it: text, in the names of the S3 API. */
const inJson = ({ sourceKeys, ...rows }: Rows): Rows => {
  const quoted = (text: string, quote: string) => text.replace(/"/g, quote);
  const all = Object.entries(rows).map(([prop, it]): [string, Row] => {
    const sees = typeof it.sees === 'string' ? quoted(it.sees, '\\"') : new RegExp(quoted(it.sees.source, '\\\\"'));
    return [prop, { ...it, sees }];
  });
  return {
    ...Object.fromEntries(all),
    sourceKeys,
    ruleId: { ...rows.ruleId, sees: /[0-9a-f]{8}-mine\\"/ },
    replicaModifications: {
      ...rows.replicaModifications,
      sees: '\\"DeleteMarkerReplication\\":{\\"Status\\":\\"Enabled\\"},\\"Destination',
    },
    enabled: { ...rows.enabled, sees: '\\"Status\\":\\"Disabled\\",\\"Filter' },
  };
};
/** The log group of the handler is deleted, too, but comes last. */
const REMOVED: Rows = {
  removalPolicy: { ...MADE.removalPolicy, sees: /"DeletionPolicy":"Delete"\}.*"Custom::S3ReplicationRules"/ },
};
/** What every rule of a construct cannot have alike. */
const refused = (what: string, ...props: string[]): Rows =>
  Object.fromEntries(
    props.map((prop) => [prop, { ...RULE[prop], base: undefined, sees: `${prop} for ${what}`, alone: true }]),
  );

const LOG_RULE: Rows = { ...RULE, metrics: row({ metrics: true }, '"Metrics":{"Status":"Enabled"}', { alone: true }) };
const ACCOUNTS = row({ accounts: [THEIRS] }, `AWSLogs/${THEIRS}/`);
const PREFIX = row({ prefix: 'own/prefix' }, '/own/prefix/');
const ownKey = row(({ home }) => ({ encryptionKey: keyOf(home, OURS, 5) }), ':key/5');
const TRAIL: Rows = {
  accounts: ACCOUNTS,
  prefix: PREFIX,
  trailName: row({ trailName: 'own-trail' }, ':trail/own-trail"'),
  homeRegion: row({ homeRegion: 'eu-west-2' }, ':cloudtrail:eu-west-2:'),
  encryptionKey: ownKey,
};
const REGIONS = row({ regions: ['eu-west-2'] }, ':logs:eu-west-2:');
const HIVE = row({ hiveCompatible: true }, 'AWSLogs/aws-account-id=', { alone: true });
/** In the statement for the accounts, and in that for the organization. */
const inBoth = (text: string) =>
  new RegExp(`${text}[^]*"Sid":"ReplicasFromAccounts[^]*${text}[^]*"Sid":"ReplicasFromOrg`);
const ORGANIZATION = { organizationId: 'o-a1b2c3d4e5', roleNamePrefix: 'logs-' };

export const DOORS: Record<string, Door> = {
  BucketReplicationProps: {
    build: ({ home }, props) => new BucketReplication(home, 'Replication', { source: bucket(home, 'Data'), ...props }),
    rows: {
      source: row(({ home }) => ({ source: bucket(home, 'Other', { bucketName: 'own-source' }) }), ':s3:::own-source"'),
      rules: row((place) => ({ rules: [{ destination: replica(place), ruleId: 'own-rule' }] }), '"Id":"own-rule"'),
      role: row(
        (place) => ({ role: iam.Role.fromRoleArn(place.home, 'Role', `arn:aws:iam::${OURS}:role/own`) }),
        '"Roles":["own"]',
        { alone: true },
      ),
      enableVersioning: row(
        ({ home }) => ({ source: s3.Bucket.fromBucketName(home, 'Shared', 'shared'), enableVersioning: true }),
        '"EnableVersioning":"true"',
        { alone: true },
      ),
      ...ROLE,
    },
  },
  'BucketReplicationProps.rules': {
    build: (place, props) =>
      new BucketReplication(place.home, 'Replication', {
        source: bucket(place.home, 'Data'),
        rules: [{ destination: props.destination ?? replica(place), ...props }],
      }),
    rows: { ...RULE, destination: row((place) => ({ destination: archive(place, OURS) }), ':s3:::the-archive"') },
  },
  ReplicationRule: {
    build: (place, props) =>
      BucketReplication.of(bucket(place.home, 'Data')).addRule({ destination: replica(place), ...props }),
    rows: { ...RULE, destination: row((place) => ({ destination: archive(place, OURS) }), ':s3:::the-archive"') },
  },
  ReplicationMetricOptions: {
    build: (place, options) => {
      const destination = replica(place);
      const rules = ['one', 'other'].map((ruleId) => ({
        destination,
        ruleId,
        filter: ReplicationFilter.prefix(`${ruleId}/`),
      }));
      new BucketReplication(place.home, 'Replication', { source: bucket(place.home, 'Data'), rules })
        .metricReplicationLatency(destination, options)
        .createAlarm(place.home, 'Alarm', { threshold: 900, evaluationPeriods: 5 });
    },
    rows: { ruleId: row({ ruleId: 'other' }, '"Name":"RuleId","Value":"other"') },
  },
  ReplicationCanaryProps: {
    build: ({ home }, props) => {
      const { replication } = new ReplicatedBucketPair(home, 'Pair');
      new ReplicationCanary(home, 'Canary', { replication, ...props });
    },
    rows: {
      replication: row(
        ({ home }) => ({ replication: new ReplicatedBucketPair(home, 'Other').replication }),
        /"Value":\{"Ref":"OtherSource/,
      ),
      interval: row({ interval: Duration.minutes(30) }, '/30 * * * ? *)"'),
      timeout: row({ timeout: Duration.minutes(7) }, '$lag > 420'),
      keyPrefix: row({ keyPrefix: 'own/' }, '"Prefix":"own/"'),
      alarmTopic: row(({ home }) => ({ alarmTopic: topic(home) }), `"AlarmActions":["${TOPIC}"]`),
    },
  },
  ExistingObjectReplicationProps: {
    build: ({ home }, props) => {
      const { replication } = watchedPair(home);
      new ExistingObjectReplication(home, 'Existing', { replication, ...props });
    },
    rows: {
      ...JOBS,
      startOnDeployment: row({ startOnDeployment: true }, 'startExecution'),
      statuses: row(
        { statuses: [ExistingObjectStatus.COMPLETED] },
        inText('"ObjectReplicationStatuses":["COMPLETED"]'),
      ),
      createdBefore: row(
        { createdBefore: new Date('2026-10-01') },
        inText('"CreatedBefore":"2026-10-01T00:00:00.000Z"'),
      ),
      createdAfter: row({ createdAfter: new Date('2026-09-01') }, inText('"CreatedAfter":"2026-09-01T00:00:00.000Z"')),
      keyPrefixes: row({ keyPrefixes: ['own/'] }, inText('"MatchAnyPrefix":["own/"]')),
      keySuffixes: row({ keySuffixes: ['.own'] }, inText('"MatchAnySuffix":[".own"]')),
      largerThan: row({ largerThan: Size.kibibytes(7) }, inText('"ObjectSizeGreaterThanBytes":7168')),
      smallerThan: row({ smallerThan: Size.kibibytes(70) }, inText('"ObjectSizeLessThanBytes":71680')),
      storageClasses: row(
        { storageClasses: [s3.StorageClass.INFREQUENT_ACCESS] },
        inText('"MatchAnyStorageClass":["STANDARD_IA"]'),
      ),
    },
  },
  ReplicationRepairProps: {
    build: ({ home }, props) => {
      const { replication } = watchedPair(home);
      new ReplicationRepair(home, 'Repair', { replication, ...props });
    },
    rows: {
      ...JOBS,
      schedule: row(
        { schedule: scheduler.ScheduleExpression.expression('cron(7 7 * * ? *)') },
        '"ScheduleExpression":"cron(7 7 * * ? *)"',
      ),
      alarms: row(({ home }) => ({ alarms: [cloudwatch.Alarm.fromAlarmArn(home, 'Alarm', ALARM)] }), ALARM),
      maxJobsPerDay: row({ maxJobsPerDay: 7 }, inText('"most":7')),
    },
  },
  ReplicationMonitoringProps: {
    build: (place, props) => {
      const { replication } = watchedPair(place.home);
      const watched = props.aggregation ? {} : { replication };
      new ReplicationMonitoring(place.home, 'Monitoring', { ...watched, ...props });
    },
    rows: {
      replication: row(
        ({ home }) => ({ replication: new ReplicatedBucketPair(home, 'Other').replication }),
        /"Value":\{"Ref":"OtherSource/,
      ),
      aggregation: row((place) => ({ aggregation: logs(place, {}) }), 'GROUP BY SourceBucket', { alone: true }),
      canary: row(
        ({ home }) => ({
          canary: new ReplicationCanary(home, 'Canary', {
            replication: watchedPair(home).replication,
          }),
        }),
        'Seconds of a probe',
        { alone: true },
      ),
      alarmTopic: row(({ home }) => ({ alarmTopic: topic(home) }), `"AlarmActions":["${TOPIC}"]`),
      failureThreshold: row({ failureThreshold: 7 }, '"Threshold":7,'),
      latencyThreshold: row({ latencyThreshold: Duration.minutes(7) }, '"Threshold":420,'),
      latencyAlarms: row({ latencyAlarms: true }, '"EvaluationPeriods":5,', { base: { latencyAlarms: false } }),
      silentAfter: row(
        (place) => ({ aggregation: silent(place), silentAfter: Duration.hours(7) }),
        '"EvaluationPeriods":7,',
        { alone: true },
      ),
      dashboard: row({ dashboard: true }, 'AWS::CloudWatch::Dashboard', { base: { dashboard: false } }),
      dashboardName: row({ dashboardName: 'own' }, '"DashboardName":"own"'),
    },
  },
  ReplicatedBucketPairProps: {
    build: pair,
    rows: {
      ...RULE,
      ...MADE,
      source: row(
        ({ home }) => ({ source: bucket(home, 'Mine', { bucketName: 'own-source' }) }),
        '"BucketName":"own-source"',
        {
          alone: true,
        },
      ),
      destination: row((place) => ({ destination: archive(place, OURS) }), ':s3:::the-archive"', { alone: true }),
      destinationRegion: row({ destinationRegion: 'eu-west-1' }, 'Home-us-east-1-replica-eu-west-1', { alone: true }),
      destinationStack: row(({ abroad }) => ({ destinationStack: abroad }), '"BucketName":"abroad-pair-', {
        alone: true,
      }),
      keepEncryptionKeys: KEPT,
      autoDeleteObjects: EMPTIED,
      sourceOptions: made('sourceOptions'),
      destinationOptions: { ...made('destinationOptions'), alone: true },
    },
  },
  'ReplicatedBucketPairProps.sourceOptions': { build: pair, rows: within('sourceOptions', BUCKET) },
  'ReplicatedBucketPairProps.destinationOptions': { build: pair, rows: within('destinationOptions', BUCKET) },
  BidirectionalReplicationProps: {
    build: twoWay,
    rows: {
      ...ONE_WAY,
      ...refused('both directions', 'destinationKey', 'sourceKeys'),
      ruleId: { ...RULE.ruleId, alone: true },
      ...MADE,
      ...REMOVED,
      first: row(
        ({ home }) => ({ first: bucket(home, 'Mine', { bucketName: 'own-first' }) }),
        '"BucketName":"own-first"',
        {
          alone: true,
        },
      ),
      second: row(
        ({ home }) => ({ second: bucket(home, 'Other', { bucketName: 'own-second' }) }),
        '"BucketName":"own-second"',
        { alone: true },
      ),
      secondRegion: row({ secondRegion: 'eu-west-1' }, 'Home-us-east-1-replica-eu-west-1', { alone: true }),
      secondStack: row(({ abroad }) => ({ secondStack: abroad }), '"BucketName":"abroad-active-', { alone: true }),
      firstToSecond: row({ firstToSecond: { ruleId: 'own-forth' } }, '"Id":"own-forth"'),
      secondToFirst: row({ secondToFirst: { ruleId: 'own-back' } }, /\w{8}-own-back\\/),
      keepEncryptionKeys: KEPT,
      autoDeleteObjects: EMPTIED,
      firstOptions: made('firstOptions'),
      secondOptions: { ...made('secondOptions'), alone: true },
    },
  },
  'BidirectionalReplicationProps.firstToSecond': { build: twoWay, rows: within('firstToSecond', ONE_WAY) },
  'BidirectionalReplicationProps.secondToFirst': {
    build: twoWay,
    rows: within('secondToFirst', inJson(ONE_WAY)),
  },
  'BidirectionalReplicationProps.firstOptions': { build: twoWay, rows: within('firstOptions', BUCKET) },
  'BidirectionalReplicationProps.secondOptions': { build: twoWay, rows: within('secondOptions', BUCKET) },
  MultiRegionReplicationProps: {
    build: mesh,
    rows: {
      ...ONE_WAY,
      ...refused('the rules of all buckets', 'ruleId', 'priority', 'destinationKey', 'sourceKeys'),
      ...MADE,
      ...REMOVED,
      regions: row({ regions: ['us-east-1', 'eu-west-2'] }, 'Home-us-east-1-replica-eu-west-2', { alone: true }),
      buckets: row(
        (place) => ({ buckets: [bucket(place.home, 'Mine', { bucketName: 'own-hub' }), inEurope(place)] }),
        '"BucketName":"own-hub"',
        { alone: true },
      ),
      accessPoint: row({ accessPoint: true }, 'AWS::S3::MultiRegionAccessPoint'),
      passiveRegions: row({ passiveRegions: ['eu-west-1'] }, 'Custom::S3AccessPointRoutes', {
        base: { accessPoint: true },
      }),
      bucketOptions: row({ bucketOptions: { bucketNamePrefix: 'own' } }, '"BucketNamePrefix":"own"'),
      keepEncryptionKeys: KEPT,
      autoDeleteObjects: EMPTIED,
    },
  },
  'MultiRegionReplicationProps.bucketOptions': {
    build: mesh,
    rows: within('bucketOptions', {
      ...BUCKET,
      ...Object.fromEntries(
        ['bucketName', 'encryptionKey', 'serverAccessLogsBucket'].map((prop) => [
          prop,
          { ...BUCKET[prop], sees: `bucketOptions.${prop} for buckets in several regions`, alone: true },
        ]),
      ),
      serverAccessLogsPrefix: { ...BUCKET.serverAccessLogsPrefix, sees: 'access logs to itself', alone: true },
    }),
  },
  CrossAccountReplicationProps: {
    build: offsite,
    destinationOwner: THEIRS,
    rows: {
      ...RULE,
      ...ROLE,
      ...MADE,
      source: row(
        ({ home }) => ({ source: bucket(home, 'Mine', { bucketName: 'own-source' }) }),
        '"BucketName":"own-source"',
        {
          alone: true,
        },
      ),
      destination: row((place) => ({ destination: archive(place) }), ':s3:::the-archive"', { alone: true }),
      destinationStack: row(({ far }) => ({ destinationStack: far }), '"BucketName":"far-offsite-', {
        alone: true,
      }),
      destinationOptions: made('destinationOptions'),
      outputs: row({ outputs: true }, '"OffsiteReplicationRoleName'),
    },
  },
  'CrossAccountReplicationProps.destinationOptions': {
    build: offsite,
    owner: THEIRS,
    destinationOwner: THEIRS,
    rows: within('destinationOptions', BUCKET),
  },
  ReplicaGranteeRole: {
    build: ({ home }, props) => {
      const grantee = ReplicaGrantee.role({ account: THEIRS, roleName: 'theirs', ...props });
      ReplicaGrants.fromBucket(bucket(home, 'Replica')).replicasFrom(grantee);
    },
    rows: {
      account: row({ account: THIRD }, `:iam::${THIRD}:root`),
      roleName: row({ roleName: 'own-role' }, /:role\/(own\/)?own-role"/),
      rolePath: row({ rolePath: '/own/' }, ':role/own/'),
    },
  },
  ReplicaGranteeRoles: {
    build: ({ home }, props) => {
      const grants = ReplicaGrants.fromBucket(bucket(home, 'Replica'));
      const roles = { roleNamePrefix: 'theirs-', ...props };
      grants.replicasFrom(ReplicaGrantee.rolesOfAccounts([THEIRS], roles));
      grants.replicasFrom(ReplicaGrantee.rolesOfOrganization('o-a1b2c3d4e5', roles));
    },
    rows: {
      roleNamePrefix: row({ roleNamePrefix: 'own-' }, inBoth(':role(/own)?/own-\\*"')),
      rolePath: row({ rolePath: '/own/' }, inBoth(':role/own/(own|theirs)-\\*"')),
    },
  },
  ReplicasFromOptions: {
    build: ({ home }, props) =>
      ReplicaGrants.fromBucket(bucket(home, 'Replica')).replicasFrom(
        ReplicaGrantee.role({ account: THEIRS, roleName: 'theirs' }),
        props,
      ),
    rows: {
      keyPrefixes: row({ keyPrefixes: ['own/'] }, '/own/*"'),
      deleteMarkers: row({ deleteMarkers: true }, '"s3:ReplicateDelete"'),
      ownerOverride: row({ ownerOverride: true }, '"s3:ObjectOwnerOverrideToBucketOwner"', {
        base: { ownerOverride: false },
      }),
      encryptionKey: ownKey,
      enforceSSL: row({ enforceSSL: true }, '"aws:SecureTransport":"true"'),
      outputs: row({ outputs: true }, '"Outputs":'),
    },
  },
  LogAggregationSRRProps: {
    build: (place, props) => logs(place, props).addSource(bucket(place.home, 'Data'), { uniqueKeys: true }),
    rows: {
      ...MADE,
      destination: row((place) => ({ destination: archive(place, OURS) }), ':s3:::the-archive"', { alone: true }),
      destinationOptions: made('destinationOptions'),
      retention: row({ retention: Duration.days(301) }, '"ExpirationInDays":301'),
      noncurrentVersionRetention: row({ noncurrentVersionRetention: Duration.days(32) }, '"NoncurrentDays":32'),
      transitions: row(
        { transitions: [{ storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(33) }] },
        '"TransitionInDays":33',
      ),
      storageClass: RULE.storageClass,
      metrics: LOG_RULE.metrics,
      trustedAccounts: row({ trustedAccounts: [THIRD], roleNamePrefix: 'logs-' }, `:iam::${THIRD}:root`),
      organizationId: row(ORGANIZATION, '"aws:PrincipalOrgID":"o-a1b2c3d4e5"', { alone: true }),
      roleNamePrefix: row({ ...ORGANIZATION, roleNamePrefix: 'own-' }, '/own-*"', { base: ORGANIZATION }),
      keyPrefixes: row({ ...ORGANIZATION, keyPrefixes: ['own/{account}/'] }, '/own/${aws:PrincipalAccount}/*"', {
        base: ORGANIZATION,
      }),
      deleteMarkers: row(
        { ...ORGANIZATION, deleteMarkers: true },
        /"s3:ReplicateDelete"[^}]{0,80}"Condition":\{"(Bool|ArnLike|StringEquals)"/,
        {
          base: ORGANIZATION,
        },
      ),
    },
  },
  'LogAggregationSRRProps.destinationOptions': {
    build: (place, props) => void logs(place, props),
    rows: within('destinationOptions', BUCKET),
  },
  LogSourceOptions: {
    build: (place, props) => {
      const aggregation = logs(place, {});
      aggregation.addSource(bucket(place.home, 'Other'), { uniqueKeys: props.uniqueKeys ?? true });
      aggregation.addSource(bucket(place.home, 'Data'), { uniqueKeys: true, ...props });
    },
    rows: { ...LOG_RULE, ...PRODUCED },
  },
  ProducedLogSourceOptions: {
    build: (place, props: any) => {
      const aggregation = logs(place, {});
      aggregation.addSource(bucket(place.home, 'Other'), { uniqueKeys: props.uniqueKeys ?? true });
      aggregation.addProducer('Source', LogProducer.alb(), props);
    },
    rows: {
      ...LOG_RULE,
      ...PRODUCED,
      sourceOptions: made('sourceOptions'),
      sourceRetention: row({ sourceRetention: Duration.days(34) }, '"ExpirationInDays":34'),
    },
  },
  'ProducedLogSourceOptions.sourceOptions': {
    build: (place, props) => produced(place, { destinationKey: keyOf(place.home, OURS, 2), ...props }),
    rows: within('sourceOptions', BUCKET),
  },
  LogSourceProps: {
    build: logSource,
    destinationOwner: THEIRS,
    rows: {
      ...LOG_RULE,
      ...PRODUCED,
      source: row(
        ({ home }) => ({ source: bucket(home, 'Mine', { bucketName: 'own-source' }) }),
        '"BucketName":"own-source"',
        {
          alone: true,
        },
      ),
      destination: row(
        ({ home }) => ({
          destination: s3.Bucket.fromBucketAttributes(home, 'Own', {
            ...{ bucketName: 'own-archive', account: THEIRS, region: 'us-east-1' },
          }),
        }),
        ':s3:::own-archive"',
      ),
      roleNamePrefix: row({ roleNamePrefix: 'own-' }, '"RoleName":"own-'),
      roleName: row({ roleName: 'own-role', roleNamePrefix: undefined }, '"RoleName":"own-role"', { alone: true }),
      keyPrefixes: row({ keyPrefixes: ['own/{account}/'] }, 'below own/{account}/ only', { alone: true }),
      sourceOptions: made('sourceOptions'),
      sourceRetention: row({ sourceRetention: Duration.days(34) }, '"ExpirationInDays":34'),
    },
  },
  'LogSourceProps.sourceOptions': {
    build: (place, props) =>
      logSource(place, { producers: [LogProducer.nlb()], destinationKey: keyOf(place.home, THEIRS, 2), ...props }),
    rows: within('sourceOptions', BUCKET),
  },
  LogProducerOptions: { build: delivering(LogProducer.nlb), rows: { accounts: ACCOUNTS, prefix: PREFIX } },
  ServerAccessLogOptions: {
    build: (place, props) => {
      const serverAccessLogsBucket = delivering(LogProducer.serverAccessLogs)(place, props);
      bucket(place.home, 'LogsInTheSimpleForm', { serverAccessLogsBucket });
    },
    rows: {
      loggedBuckets: row(({ home }) => ({ loggedBuckets: [bucket(home, 'Logged')] }), '["Logged'),
      loggedBucketNames: row({ loggedBucketNames: ['own-logged'] }, ':s3:::own-logged"'),
      prefix: row({ prefix: 'own/' }, '/own/*"'),
      partitioned: row({ partitioned: true }, "partitioned access logs into 'Home/Logs', and 'Home/LogsInThe", {
        alone: true,
      }),
    },
  },
  AlbLogOptions: {
    build: delivering(LogProducer.alb),
    rows: {
      accounts: ACCOUNTS,
      prefix: PREFIX,
      loadBalancerNames: row({ loadBalancerNames: ['own-balancer'] }, ':loadbalancer/app/own-balancer/*"'),
      sourceCondition: row({ sourceCondition: true }, ':loadbalancer/*"', { alone: true }),
    },
  },
  TrailLogOptions: { build: delivering(LogProducer.cloudTrail, { trailName: 'all' }), rows: TRAIL },
  OrganizationTrailLogOptions: {
    build: delivering(LogProducer.organizationTrail, {
      ...{ organizationId: 'o-a1b2c3d4e5', managementAccount: THIRD, trailName: 'all' },
    }),
    rows: {
      ...without(TRAIL, 'accounts'),
      organizationId: row({ organizationId: 'o-0000000000' }, 'AWSLogs/o-0000000000/'),
      managementAccount: row({ managementAccount: THEIRS }, `:${THEIRS}:trail/`),
    },
  },
  FlowLogOptions: {
    build: delivering(LogProducer.vpcFlowLogs),
    rows: { accounts: ACCOUNTS, prefix: PREFIX, regions: REGIONS, hiveCompatible: HIVE },
  },
  ConfigLogOptions: {
    build: delivering(LogProducer.config),
    rows: { accounts: ACCOUNTS, prefix: PREFIX, encryptionKey: ownKey },
  },
  WafLogOptions: { build: delivering(LogProducer.waf), rows: { regions: REGIONS, prefix: PREFIX } },
  CloudFrontLogOptions: {
    build: delivering(LogProducer.cloudFront),
    rows: {
      accounts: row({ accounts: [THEIRS] }, `"aws:SourceAccount":"${THEIRS}"`),
      prefix: row({ prefix: 'own/prefix' }, '/own/prefix/*"', { alone: true }),
      hiveCompatible: HIVE,
    },
  },
};
