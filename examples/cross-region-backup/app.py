import os

from aws_cdk import Acknowledgment, App, Duration, Environment, Stack, Validations, aws_s3 as s3
from cdk_s3_replication import ReplicatedBucketOptions, ReplicatedBucketPair


def access_logs_of(stack: Stack) -> s3.Bucket:
    """S3 delivers access logs only to a bucket of the same region."""
    logs = s3.Bucket(
        stack,
        "AccessLogs",
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        versioned=True,
    )
    Validations.of(logs).acknowledge(
        Acknowledgment(
            id="NIST.800.53.R5-S3DefaultEncryptionKMS",
            reason="S3 does not deliver access logs to a bucket whose default encryption is SSE-KMS",
        ),
        Acknowledgment(
            id="NIST.800.53.R5-S3BucketReplicationEnabled",
            reason="each region keeps the access logs of its own copy of the records",
        ),
    )
    return logs


app = App()

account = os.environ.get("CDK_DEFAULT_ACCOUNT", "111111111111")  # synthesizes without an AWS account, too
region = os.environ.get("CDK_DEFAULT_REGION", "us-east-1")

records = Stack(app, "Records", env=Environment(account=account, region=region))
backup = Stack(app, "RecordsBackup", env=Environment(account=account, region="us-west-2"))

ReplicatedBucketPair(
    records,
    "Ledger",
    destination_stack=backup,
    encryption=s3.BucketEncryption.KMS,
    object_lock_enabled=True,
    # see README.md before compliance()
    object_lock_default_retention=s3.ObjectLockRetention.governance(Duration.days(365)),
    storage_class=s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
    source_options=ReplicatedBucketOptions(server_access_logs_bucket=access_logs_of(records)),
    destination_options=ReplicatedBucketOptions(server_access_logs_bucket=access_logs_of(backup)),
)

app.synth()
