import {
  App,
  aws_s3 as s3,
  aws_s3_notifications as s3n,
  aws_scheduler as scheduler,
  aws_sns as sns,
  CfnOutput,
  Duration,
  Size,
  Stack,
} from 'aws-cdk-lib';
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
} from 'cdk-s3-replication';

const app = new App();

// two regions, with KMS
const orders = new Stack(app, 'Orders', { env: { account: '111111111111', region: 'us-east-1' } });
const pair = new ReplicatedBucketPair(orders, 'Data', {
  destinationRegion: 'eu-west-1',
  encryption: s3.BucketEncryption.KMS,
  filter: ReplicationFilter.prefixAndTags('orders/', { team: 'payments', stage: 'production', class: 'confidential' }),
  storageClass: s3.StorageClass.INFREQUENT_ACCESS,
});
const archive = new s3.Bucket(orders, 'Archive', { encryption: s3.BucketEncryption.KMS });
pair.replication.addRule({ destination: archive, filter: ReplicationFilter.prefix('invoices/') });
new CfnOutput(orders, 'Replica', { value: pair.destinationBucketName });

// watched
const alarmTopic = new sns.Topic(orders, 'Alarms');
const canary = new ReplicationCanary(orders, 'Canary', {
  replication: pair.replication,
  interval: Duration.minutes(30),
  alarmTopic,
});
new ReplicationMonitoring(orders, 'Monitoring', { replication: pair.replication, canary, alarmTopic });
pair.replication.addFailureNotification(new s3n.SnsDestination(alarmTopic), { prefix: 'urgent/' });

// what was there before, and what failed
new ExistingObjectReplication(orders, 'Existing', {
  replication: pair.replication,
  createdBefore: new Date(Date.UTC(2026, 0, 1)),
  keyPrefixes: ['orders/'],
  statuses: [ExistingObjectStatus.NONE, ExistingObjectStatus.FAILED],
  largerThan: Size.kibibytes(1),
  topic: alarmTopic,
});
new ReplicationRepair(orders, 'Repair', {
  replication: pair.replication,
  schedule: scheduler.ScheduleExpression.expression('cron(17 3 * * ? *)'),
  maxJobsPerDay: 2,
  topic: alarmTopic,
});

// two accounts, with KMS
const production = new Stack(app, 'Production', { env: { account: '111111111111', region: 'us-east-1' } });
const backup = new Stack(app, 'Backup', { env: { account: '222222222222', region: 'eu-west-1' } });
const records = new s3.Bucket(production, 'Records', { encryption: s3.BucketEncryption.KMS });
new CrossAccountReplication(production, 'Offsite', { source: records, destinationStack: backup, outputs: true });

// two apps: what each side says
const shared = new Stack(app, 'Shared', { env: { account: '222222222222', region: 'us-east-1' } });
const inbox = new s3.Bucket(shared, 'Inbox');
ReplicaGrants.fromBucket(inbox).replicasFrom(
  ReplicaGrantee.role({ account: '111111111111', roleName: 'reports-to-inbox' }),
);
const reports = new s3.Bucket(production, 'Reports');
new BucketReplication(production, 'ReportsToInbox', { source: reports, roleName: 'reports-to-inbox' }).addRule({
  destination: s3.Bucket.fromBucketAttributes(production, 'Inbox', {
    bucketName: 'inbox',
    account: '222222222222',
    region: 'us-east-1',
  }),
});

// logs of several services, and of another account
const logs = new Stack(app, 'Logs', { env: { account: '111111111111', region: 'us-east-1' } });
const collected = new LogAggregationSRR(logs, 'Collected', {
  retention: Duration.days(365),
  transitions: [{ storageClass: s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(90) }],
  trustedAccounts: ['222222222222', '333333333333'],
  roleNamePrefix: 'logs-',
});
const balancers = LogProducer.alb({ prefix: 'balancers', loadBalancerNames: ['shop', 'admin'] });
collected.addProducer('Balancers', balancers, { sourceRetention: Duration.days(7) });
const network = new s3.Bucket(logs, 'Network');
collected.addSource(network, { producers: [LogProducer.vpcFlowLogs(), LogProducer.config({ prefix: 'network' })] });
const branch = new Stack(app, 'Branch', { env: { account: '222222222222', region: 'us-east-1' } });
new LogSource(branch, 'Trail', {
  destination: s3.Bucket.fromBucketAttributes(branch, 'Collected', {
    bucketName: 'collected',
    account: '111111111111',
    region: 'us-east-1',
  }),
  roleNamePrefix: 'logs-',
  producers: [LogProducer.cloudTrail({ trailName: 'management' })],
});

// both ways, and many regions
const global = new Stack(app, 'Global', { env: { account: '111111111111', region: 'us-east-1' } });
new BidirectionalReplication(global, 'Sessions', { secondRegion: 'eu-west-1' });
new MultiRegionReplication(global, 'Media', { regions: ['us-east-1', 'eu-west-1', 'eu-west-2'] });

app.synth();
