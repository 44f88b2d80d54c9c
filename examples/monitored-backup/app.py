import os

from acknowledge_notifications import acknowledge_notifications
from aws_cdk import (
    App,
    Duration,
    Environment,
    Stack,
    aws_iam as iam,
    aws_kms as kms,
    aws_s3 as s3,
    aws_s3_notifications as s3n,
    aws_sns as sns,
    aws_sns_subscriptions as subscriptions,
    aws_sqs as sqs,
)
from cdk_s3_replication import (
    ExistingObjectReplication,
    ReplicatedBucketPair,
    ReplicationCanary,
    ReplicationMonitoring,
    ReplicationRepair,
)

app = App()

account = os.environ.get("CDK_DEFAULT_ACCOUNT", "111111111111")  # synthesizes without an AWS account, too
region = os.environ.get("CDK_DEFAULT_REGION", "us-east-1")
orders = Stack(app, "Orders", env=Environment(account=account, region=region))

replication = ReplicatedBucketPair(
    orders, "Backup", destination_region="us-west-2", encryption=s3.BucketEncryption.KMS
).replication

# whoever is on call; a queue here, so that the demo can read what was told
key = kms.Key(orders, "AlarmKey", enable_key_rotation=True)
for service in ("cloudwatch", "events"):
    key.grant_encrypt_decrypt(iam.ServicePrincipal(f"{service}.amazonaws.com"))
alarm_topic = sns.Topic(orders, "Alarms", master_key=key, enforce_ssl=True)
undelivered = sqs.DeadLetterQueue(queue=sqs.Queue(orders, "Undelivered", enforce_ssl=True), max_receive_count=5)
on_call = sqs.Queue(orders, "OnCall", enforce_ssl=True, dead_letter_queue=undelivered)
alarm_topic.add_subscription(subscriptions.SqsSubscription(on_call, raw_message_delivery=True))

replication.add_failure_notification(s3n.SnsDestination(alarm_topic))
canary = ReplicationCanary(
    orders, "Canary", replication=replication, alarm_topic=alarm_topic, interval=Duration.minutes(5)
)
monitoring = ReplicationMonitoring(
    orders, "Monitoring", replication=replication, canary=canary, alarm_topic=alarm_topic
)

# orders that were there before, on demand; and what fails, once a day and when the alarm goes off
ExistingObjectReplication(orders, "Existing", replication=replication, topic=alarm_topic)
ReplicationRepair(
    orders,
    "Repair",
    replication=replication,
    topic=alarm_topic,
    alarms=monitoring.failure_alarms,
    max_jobs_per_day=3,
)

acknowledge_notifications(orders)

app.synth()
