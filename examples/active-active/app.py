import os

from aws_cdk import Acknowledgment, App, CfnOutput, Environment, Stack, Validations
from cdk_s3_replication import MultiRegionReplication

app = App()

stack = Stack(
    app,
    "Profiles",
    env=Environment(
        account=os.environ.get("CDK_DEFAULT_ACCOUNT", "111111111111"),  # synthesizes without an AWS account, too
        region=os.environ.get("CDK_DEFAULT_REGION", "us-east-1"),
    ),
)

profiles = MultiRegionReplication(
    stack,
    "Profiles",
    regions=[stack.region, "eu-west-1", "ap-southeast-2"],
    access_point=True,  # one name for all, routed by S3
)

CfnOutput(stack, "Bucket", value=profiles.access_point_arn)  # what the service gives as the name of its bucket

Validations.of(app).acknowledge(
    *(
        Acknowledgment(id=rule, reason="CloudTrail has data events of these buckets")
        for rule in ("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled")
    ),
    Acknowledgment(
        id="NIST.800.53.R5-S3DefaultEncryptionKMS",
        reason="SSE-S3 is enough for public profiles, and clients need no access to a key in each region",
    ),
)

app.synth()
