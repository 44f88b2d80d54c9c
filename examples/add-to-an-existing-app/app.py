import os

from aws_cdk import Acknowledgment, App, Environment, Stack, Validations, aws_s3 as s3
from cdk_s3_replication import BucketReplication, ReplicatedBucketPair, ReplicationFilter, ReplicationRule
from content_platform import ContentPlatform

app = App()

env = Environment(
    account=os.environ.get("CDK_DEFAULT_ACCOUNT", "111111111111"),  # synthesizes without an AWS account, too
    region=os.environ.get("CDK_DEFAULT_REGION", "us-east-1"),
)
platform = ContentPlatform(app, "ContentPlatform", env=env)

# everything below is new

ReplicatedBucketPair(
    platform,
    "DocumentsBackup",
    source=platform.documents,
    destination_region="us-west-2",
    storage_class=s3.StorageClass.INFREQUENT_ACCESS,
)

analytics = Stack(app, "Analytics", env=env)
clicks = s3.Bucket(analytics, "Clicks", block_public_access=s3.BlockPublicAccess.BLOCK_ALL, enforce_ssl=True)

BucketReplication(
    platform,
    "ClickstreamToAnalytics",
    source=platform.clickstream,
    rules=[ReplicationRule(destination=clicks, filter=ReplicationFilter.prefix("events/"))],
)

Validations.of(app).acknowledge(
    *(
        Acknowledgment(
            id=rule,
            reason="CloudTrail data events of this account record who reads and writes the objects",
        )
        for rule in ("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled")
    ),
    Acknowledgment(
        id="NIST.800.53.R5-S3DefaultEncryptionKMS",
        reason="the platform decided for SSE-S3 long ago; another choice would touch every reader",
    ),
)

app.synth()
