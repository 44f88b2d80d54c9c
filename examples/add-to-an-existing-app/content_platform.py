from aws_cdk import Duration, Environment, Stack, aws_iam as iam, aws_s3 as s3
from constructs import Construct


class ContentPlatform(Stack):
    """The stack as it was before: nothing in this file knows of replication."""

    def __init__(self, scope: Construct, construct_id: str, *, env: Environment) -> None:
        super().__init__(scope, construct_id, env=env)

        self.documents = s3.Bucket(
            self,
            "Documents",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            lifecycle_rules=[s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(7))],
        )

        self.clickstream = s3.CfnBucket(
            self,
            "Clickstream",
            bucket_name=f"clickstream-{self.account}-{self.region}",
            public_access_block_configuration=s3.CfnBucket.PublicAccessBlockConfigurationProperty(
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            ),
        )
        s3.CfnBucketPolicy(
            self,
            "ClickstreamPolicy",
            bucket=self.clickstream.ref,
            policy_document=iam.PolicyDocument(
                statements=[
                    iam.PolicyStatement(
                        effect=iam.Effect.DENY,
                        principals=[iam.AnyPrincipal()],
                        actions=["s3:*"],
                        resources=[self.clickstream.attr_arn, f"{self.clickstream.attr_arn}/*"],
                        conditions={"Bool": {"aws:SecureTransport": "false"}},
                    )
                ]
            ),
        )
