import os

from aws_cdk import Acknowledgment, App, Duration, Environment, Stack, Validations, aws_kms as kms, aws_s3 as s3
from cdk_s3_replication import CrossAccountReplication, ReplicatedBucketOptions
from restore_role import RestoreRole


def access_logs_of(stack: Stack) -> s3.Bucket:
    """S3 delivers access logs only to a bucket of the same region and account."""
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
            reason="each account keeps the access logs of its own copy of the documents",
        ),
    )
    return logs


app = App()

# synthesizes without AWS accounts, too
account = os.environ.get("CDK_DEFAULT_ACCOUNT", "111111111111")
backup_account = os.environ.get("BACKUP_ACCOUNT", "222222222222")
region = os.environ.get("CDK_DEFAULT_REGION", "us-east-1")

contracts = Stack(app, "Contracts", env=Environment(account=account, region=region))
backup = Stack(app, "ContractsBackup", env=Environment(account=backup_account, region="eu-west-1"))

retention = s3.ObjectLockRetention.governance(Duration.days(90))  # see README.md before compliance()
documents = s3.Bucket(
    contracts,
    "Documents",
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
    encryption=s3.BucketEncryption.KMS,
    encryption_key=kms.Key(contracts, "Key", enable_key_rotation=True),
    object_lock_default_retention=retention,
    server_access_logs_bucket=access_logs_of(contracts),
)

# deletions are not replicated, and the other account lets nobody of this one delete
offsite = CrossAccountReplication(
    contracts,
    "Offsite",
    source=documents,
    destination_stack=backup,
    object_lock_default_retention=retention,
    storage_class=s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
    destination_options=ReplicatedBucketOptions(server_access_logs_bucket=access_logs_of(backup)),
)

RestoreRole(backup, "Restore", replicas=offsite.destination, readers=account)

app.synth()
