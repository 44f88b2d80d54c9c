import { App, Duration, Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { SnsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { acknowledgeNotifications } from './acknowledge-notifications';
import {
  ExistingObjectReplication,
  ReplicatedBucketPair,
  ReplicationCanary,
  ReplicationMonitoring,
  ReplicationRepair,
} from 'cdk-s3-replication';

export const app = new App();

const account = process.env.CDK_DEFAULT_ACCOUNT ?? '111111111111'; // synthesizes without an AWS account, too
const region = process.env.CDK_DEFAULT_REGION ?? 'us-east-1';
const orders = new Stack(app, 'Orders', { env: { account, region } });

const { replication } = new ReplicatedBucketPair(orders, 'Backup', {
  destinationRegion: 'us-west-2',
  encryption: BucketEncryption.KMS,
});

// whoever is on call; a queue here, so that the demo can read what was told
const key = new Key(orders, 'AlarmKey', { enableKeyRotation: true });
['cloudwatch', 'events'].forEach((it) => key.grantEncryptDecrypt(new ServicePrincipal(`${it}.amazonaws.com`)));
const alarmTopic = new Topic(orders, 'Alarms', { masterKey: key, enforceSSL: true });
const deadLetterQueue = { queue: new Queue(orders, 'Undelivered', { enforceSSL: true }), maxReceiveCount: 5 };
const onCall = new Queue(orders, 'OnCall', { enforceSSL: true, deadLetterQueue });
alarmTopic.addSubscription(new SqsSubscription(onCall, { rawMessageDelivery: true }));

replication.addFailureNotification(new SnsDestination(alarmTopic));
const canary = new ReplicationCanary(orders, 'Canary', { replication, alarmTopic, interval: Duration.minutes(5) });
const { failureAlarms } = new ReplicationMonitoring(orders, 'Monitoring', { replication, canary, alarmTopic });

// orders that were there before, on demand; and what fails, once a day and when the alarm goes off
new ExistingObjectReplication(orders, 'Existing', { replication, topic: alarmTopic });
new ReplicationRepair(orders, 'Repair', { replication, topic: alarmTopic, alarms: failureAlarms, maxJobsPerDay: 3 });

acknowledgeNotifications(orders);
