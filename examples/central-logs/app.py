import os

from aws_cdk import (
    Acknowledgment,
    App,
    Duration,
    Environment,
    Stack,
    Validations,
    aws_cloudtrail as cloudtrail,
    aws_s3 as s3,
)
from cdk_s3_replication import LogAggregationSRR, LogProducer
from trail_table import TrailTable

app = App()

# synthesizes without an AWS account, too
env = Environment(
    account=os.environ.get("CDK_DEFAULT_ACCOUNT", "111111111111"),
    region=os.environ.get("CDK_DEFAULT_REGION", "us-east-1"),
)
stack = Stack(app, "CentralLogs", env=env)

logs = LogAggregationSRR(
    stack,
    "Logs",
    transitions=[
        s3.Transition(storage_class=s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, transition_after=Duration.days(90)),
    ],
    retention=Duration.days(400),
    noncurrent_version_retention=Duration.days(30),
)
kept = Duration.days(30)

# for a load balancer of yours with this name: see README.md
logs.add_producer("Alb", LogProducer.alb(load_balancer_names=["shop"]), source_retention=kept)

trail_name = "central-logs"
trail_logs = logs.add_producer("Trail", LogProducer.cloud_trail(trail_name=trail_name), source_retention=kept)
TrailTable(stack, "TrailTable", logs=logs.destination)

# of any bucket of this account and region
access_logs = logs.add_producer("Access", LogProducer.server_access_logs(partitioned=True), source_retention=kept)
uploads = s3.Bucket(
    stack,
    "Uploads",
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
    versioned=True,
    server_access_logs_bucket=access_logs,
    target_object_key_format=s3.TargetObjectKeyFormat.partitioned_prefix(s3.PartitionDateSource.EVENT_TIME),
)

# in a stack of its own, it comes after the policy of its bucket; the L2 would add to that policy
audit = Stack(app, "CentralLogsTrail", env=env)
trail = cloudtrail.CfnTrail(
    audit,
    "Trail",
    trail_name=trail_name,
    s3_bucket_name=trail_logs.bucket_name,
    is_logging=True,
    is_multi_region_trail=True,
    include_global_service_events=True,
    enable_log_file_validation=True,
)

Validations.of(stack).acknowledge(
    *(
        Acknowledgment(
            id=rule,
            reason="access logs of buckets with logs would be logs about logs; Uploads has them",
        )
        for rule in ("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled")
    ),
    Acknowledgment(
        id="NIST.800.53.R5-S3DefaultEncryptionKMS",
        reason="SSE-S3, which is all that load balancers and S3 deliver their logs to; Uploads has it as well",
    ),
)
Validations.of(uploads).acknowledge(
    Acknowledgment(
        id="NIST.800.53.R5-S3BucketReplicationEnabled",
        reason="this example replicates logs; see the others for backups",
    )
)
Validations.of(trail).acknowledge(
    Acknowledgment(
        id="NIST.800.53.R5-CloudTrailEncryptionEnabled",
        reason="SSE-S3, as the other logs have it",
    ),
    Acknowledgment(
        id="NIST.800.53.R5-CloudTrailCloudWatchLogsEnabled",
        reason="whoever wants to know asks Athena; alarms are another concern",
    ),
)

app.synth()
