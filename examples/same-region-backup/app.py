import os

from aws_cdk import Acknowledgment, App, Duration, Environment, Stack, Validations, aws_s3 as s3
from cdk_s3_replication import ReplicatedBucketOptions, ReplicatedBucketPair

app = App()

stack = Stack(
    app,
    "SameRegionBackup",
    env=Environment(
        account=os.environ.get("CDK_DEFAULT_ACCOUNT", "111111111111"),  # synthesizes without an AWS account, too
        region=os.environ.get("CDK_DEFAULT_REGION", "us-east-1"),
    ),
)

access_logs = s3.Bucket(
    stack,
    "AccessLogs",
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
    versioned=True,
    lifecycle_rules=[
        s3.LifecycleRule(expiration=Duration.days(90), noncurrent_version_expiration=Duration.days(1)),
    ],
)

# deletions are not replicated, so the backup keeps what is deleted from the source by mistake
ReplicatedBucketPair(
    stack,
    "Uploads",
    storage_class=s3.StorageClass.INFREQUENT_ACCESS,
    source_options=ReplicatedBucketOptions(
        server_access_logs_bucket=access_logs, server_access_logs_prefix="uploads/"
    ),
    destination_options=ReplicatedBucketOptions(
        server_access_logs_bucket=access_logs, server_access_logs_prefix="backup/"
    ),
)

Validations.of(stack).acknowledge(
    Acknowledgment(
        id="NIST.800.53.R5-S3DefaultEncryptionKMS",
        reason="uploads hold nothing that needs a key of its own: SSE-S3 is enough and costs no KMS requests",
    )
)
Validations.of(access_logs).acknowledge(
    Acknowledgment(
        id="NIST.800.53.R5-S3BucketReplicationEnabled",
        reason="access logs are kept for 90 days to look things up, and are not worth a second copy",
    )
)

app.synth()
