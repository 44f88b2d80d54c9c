from datetime import datetime, timezone

from aws_cdk import (
    App,
    CfnOutput,
    Duration,
    Environment,
    Size,
    Stack,
    aws_s3 as s3,
    aws_s3_notifications as s3n,
    aws_scheduler as scheduler,
    aws_sns as sns,
)
from cdk_s3_replication import (
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
)

app = App()

# two regions, with KMS
orders = Stack(app, "Orders", env=Environment(account="111111111111", region="us-east-1"))
pair = ReplicatedBucketPair(
    orders,
    "Data",
    destination_region="eu-west-1",
    encryption=s3.BucketEncryption.KMS,
    filter=ReplicationFilter.prefix_and_tags(
        "orders/", {"team": "payments", "stage": "production", "class": "confidential"}
    ),
    storage_class=s3.StorageClass.INFREQUENT_ACCESS,
)
archive = s3.Bucket(orders, "Archive", encryption=s3.BucketEncryption.KMS)
pair.replication.add_rule(destination=archive, filter=ReplicationFilter.prefix("invoices/"))
CfnOutput(orders, "Replica", value=pair.destination_bucket_name)

# watched
alarm_topic = sns.Topic(orders, "Alarms")
canary = ReplicationCanary(
    orders, "Canary", replication=pair.replication, interval=Duration.minutes(30), alarm_topic=alarm_topic
)
ReplicationMonitoring(
    orders, "Monitoring", replication=pair.replication, canary=canary, alarm_topic=alarm_topic
)
pair.replication.add_failure_notification(
    s3n.SnsDestination(alarm_topic), s3.NotificationKeyFilter(prefix="urgent/")
)

# what was there before, and what failed
ExistingObjectReplication(
    orders,
    "Existing",
    replication=pair.replication,
    created_before=datetime(2026, 1, 1, tzinfo=timezone.utc),
    key_prefixes=["orders/"],
    statuses=[ExistingObjectStatus.NONE, ExistingObjectStatus.FAILED],
    larger_than=Size.kibibytes(1),
    topic=alarm_topic,
)
ReplicationRepair(
    orders,
    "Repair",
    replication=pair.replication,
    schedule=scheduler.ScheduleExpression.expression("cron(17 3 * * ? *)"),
    max_jobs_per_day=2,
    topic=alarm_topic,
)

# two accounts, with KMS
production = Stack(app, "Production", env=Environment(account="111111111111", region="us-east-1"))
backup = Stack(app, "Backup", env=Environment(account="222222222222", region="eu-west-1"))
records = s3.Bucket(production, "Records", encryption=s3.BucketEncryption.KMS)
CrossAccountReplication(production, "Offsite", source=records, destination_stack=backup, outputs=True)

# two apps: what each side says
shared = Stack(app, "Shared", env=Environment(account="222222222222", region="us-east-1"))
inbox = s3.Bucket(shared, "Inbox")
ReplicaGrants.from_bucket(inbox).replicas_from(
    ReplicaGrantee.role(account="111111111111", role_name="reports-to-inbox")
)
reports = s3.Bucket(production, "Reports")
BucketReplication(production, "ReportsToInbox", source=reports, role_name="reports-to-inbox").add_rule(
    destination=s3.Bucket.from_bucket_attributes(
        production, "Inbox", bucket_name="inbox", account="222222222222", region="us-east-1"
    )
)

# logs of several services, and of another account
logs = Stack(app, "Logs", env=Environment(account="111111111111", region="us-east-1"))
collected = LogAggregationSRR(
    logs,
    "Collected",
    retention=Duration.days(365),
    transitions=[
        s3.Transition(
            storage_class=s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, transition_after=Duration.days(90)
        )
    ],
    trusted_accounts=["222222222222", "333333333333"],
    role_name_prefix="logs-",
)
balancers = LogProducer.alb(prefix="balancers", load_balancer_names=["shop", "admin"])
collected.add_producer("Balancers", balancers, source_retention=Duration.days(7))
network = s3.Bucket(logs, "Network")
collected.add_source(network, producers=[LogProducer.vpc_flow_logs(), LogProducer.config(prefix="network")])
branch = Stack(app, "Branch", env=Environment(account="222222222222", region="us-east-1"))
LogSource(
    branch,
    "Trail",
    destination=s3.Bucket.from_bucket_attributes(
        branch, "Collected", bucket_name="collected", account="111111111111", region="us-east-1"
    ),
    role_name_prefix="logs-",
    producers=[LogProducer.cloud_trail(trail_name="management")],
)

# both ways, and many regions
everywhere = Stack(app, "Global", env=Environment(account="111111111111", region="us-east-1"))
BidirectionalReplication(everywhere, "Sessions", second_region="eu-west-1")
MultiRegionReplication(everywhere, "Media", regions=["us-east-1", "eu-west-1", "eu-west-2"])

app.synth()
