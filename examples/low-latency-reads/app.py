import os

from aws_cdk import Acknowledgment, App, CfnOutput, Environment, Stack, Validations, aws_s3 as s3
from cdk_s3_replication import ReplicatedBucketPair

app = App()

stack = Stack(
    app,
    "Catalogue",
    env=Environment(
        account=os.environ.get("CDK_DEFAULT_ACCOUNT", "111111111111"),  # synthesizes without an AWS account, too
        region=os.environ.get("CDK_DEFAULT_REGION", "us-east-1"),
    ),
)

images = s3.Bucket(stack, "Images", block_public_access=s3.BlockPublicAccess.BLOCK_ALL, enforce_ssl=True)

for region in ("eu-west-1", "ap-southeast-2"):
    nearby = ReplicatedBucketPair(
        stack,
        f"Images-{region}",
        source=images,
        destination_region=region,
        replication_time_control=True,  # S3 aims at 15 minutes, and reports what takes longer
        delete_marker_replication=True,  # what is taken out of the catalogue disappears everywhere
    )
    CfnOutput(stack, f"Bucket-{region}", value=nearby.destination_bucket_name)

Validations.of(stack).acknowledge(
    *(
        Acknowledgment(id=rule, reason="catalogue images are public knowledge: nobody asks who read them")
        for rule in ("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled")
    ),
    Acknowledgment(
        id="NIST.800.53.R5-S3DefaultEncryptionKMS",
        reason="SSE-S3 is enough for public knowledge, and readers need no access to a key in each region",
    ),
)

app.synth()
