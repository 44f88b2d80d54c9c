import os

from aws_cdk import Acknowledgment, App, CfnOutput, Duration, Environment, Stack, Validations, aws_s3 as s3
from cdk_s3_replication import BidirectionalReplication, ReplicatedBucketOptions

app = App()

stack = Stack(
    app,
    "Newsroom",
    env=Environment(
        account=os.environ.get("CDK_DEFAULT_ACCOUNT", "111111111111"),  # synthesizes without an AWS account, too
        region=os.environ.get("CDK_DEFAULT_REGION", "us-east-1"),
    ),
)

# lifecycle rules are not replicated: each end has its own
options = ReplicatedBucketOptions(
    lifecycle_rules=[s3.LifecycleRule(noncurrent_version_expiration=Duration.days(30))]
)

drafts = BidirectionalReplication(
    stack,
    "Drafts",
    second_region="eu-west-1",
    encryption=s3.BucketEncryption.KMS,
    replication_time_control=True,  # S3 aims at 15 minutes, and reports what takes longer
    first_options=options,
    second_options=options,
)
CfnOutput(stack, "InEurope", value=drafts.second_bucket_name)

Validations.of(app).acknowledge(
    *(
        Acknowledgment(id=rule, reason="CloudTrail has data events of these buckets")
        for rule in ("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled")
    )
)

app.synth()
