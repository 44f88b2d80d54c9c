import { App, Duration, Stack, Validations } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import {
  BlockPublicAccess,
  Bucket,
  PartitionDateSource,
  StorageClass,
  TargetObjectKeyFormat,
} from 'aws-cdk-lib/aws-s3';
import { TrailTable } from './trail-table';
import { LogAggregationSRR, LogProducer } from 'cdk-s3-replication';

export const app = new App();

// synthesizes without an AWS account, too
const env = {
  account: process.env.CDK_DEFAULT_ACCOUNT ?? '111111111111',
  region: process.env.CDK_DEFAULT_REGION ?? 'us-east-1',
};
const stack = new Stack(app, 'CentralLogs', { env });

const logs = new LogAggregationSRR(stack, 'Logs', {
  transitions: [{ storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(90) }],
  retention: Duration.days(400),
  noncurrentVersionRetention: Duration.days(30),
});
const kept = { sourceRetention: Duration.days(30) };

// for a load balancer of yours with this name: see README.md
logs.addProducer('Alb', LogProducer.alb({ loadBalancerNames: ['shop'] }), kept);

const trailName = 'central-logs';
const trailLogs = logs.addProducer('Trail', LogProducer.cloudTrail({ trailName }), kept);
new TrailTable(stack, 'TrailTable', { logs: logs.destination });

// of any bucket of this account and region
const accessLogs = logs.addProducer('Access', LogProducer.serverAccessLogs({ partitioned: true }), kept);
const uploads = new Bucket(stack, 'Uploads', {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  versioned: true,
  serverAccessLogsBucket: accessLogs,
  targetObjectKeyFormat: TargetObjectKeyFormat.partitionedPrefix(PartitionDateSource.EVENT_TIME),
});

// in a stack of its own, it comes after the policy of its bucket; the L2 would add to that policy
const audit = new Stack(app, 'CentralLogsTrail', { env });
const trail = new CfnTrail(audit, 'Trail', {
  trailName,
  s3BucketName: trailLogs.bucketName,
  isLogging: true,
  isMultiRegionTrail: true,
  includeGlobalServiceEvents: true,
  enableLogFileValidation: true,
});

Validations.of(stack).acknowledge(
  ...['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled'].map((id) => ({
    id,
    reason: 'access logs of buckets with logs would be logs about logs; Uploads has them',
  })),
  {
    id: 'NIST.800.53.R5-S3DefaultEncryptionKMS',
    reason: 'SSE-S3, which is all that load balancers and S3 deliver their logs to; Uploads has it as well',
  },
);
Validations.of(uploads).acknowledge({
  id: 'NIST.800.53.R5-S3BucketReplicationEnabled',
  reason: 'this example replicates logs; see the others for backups',
});
Validations.of(trail).acknowledge(
  {
    id: 'NIST.800.53.R5-CloudTrailEncryptionEnabled',
    reason: 'SSE-S3, as the other logs have it',
  },
  {
    id: 'NIST.800.53.R5-CloudTrailCloudWatchLogsEnabled',
    reason: 'whoever wants to know asks Athena; alarms are another concern',
  },
);
