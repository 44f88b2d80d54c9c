from typing import cast

from aws_cdk import Acknowledgment, CfnOutput, Stack, Validations, aws_iam as iam, aws_s3 as s3
from constructs import Construct


class RestoreRole(Construct):
    """A role of the backup account that reads every version of the replicas, and cannot write or delete any."""

    def __init__(self, scope: Construct, construct_id: str, *, replicas: s3.IBucket, readers: str) -> None:
        """
        :param replicas: The replica bucket, encrypted with a key of its own.
        :param readers: The account whose users may read it, as far as their own account lets them assume the role.
        """
        super().__init__(scope, construct_id)
        key = replicas.encryption_key
        assert key is not None
        self.role = iam.Role(self, "Role", assumed_by=iam.AccountPrincipal(readers))
        policy = iam.ManagedPolicy(
            self,
            "Read",
            roles=[self.role],
            statements=[
                iam.PolicyStatement(
                    sid="FindVersions",
                    actions=["s3:ListBucket", "s3:ListBucketVersions"],
                    resources=[replicas.bucket_arn],
                ),
                iam.PolicyStatement(
                    sid="ReadVersions",
                    actions=["s3:GetObject", "s3:GetObjectVersion"],
                    resources=[replicas.arn_for_objects("*")],
                ),
                iam.PolicyStatement(
                    sid="Decrypt",
                    actions=["kms:Decrypt"],
                    resources=[key.key_arn],
                    conditions={
                        "StringEquals": {"kms:ViaService": f"s3.{Stack.of(self).region}.amazonaws.com"},
                        "StringLike": {
                            # that of the bucket for objects with an S3 Bucket Key
                            "kms:EncryptionContext:aws:s3:arn": [
                                replicas.bucket_arn,
                                replicas.arn_for_objects("*"),
                            ],
                        },
                    },
                ),
            ],
        )
        CfnOutput(self, "RoleArn", value=self.role.role_arn)
        CfnOutput(self, "Bucket", value=replicas.bucket_name)
        bucket_id = Stack.of(self).get_logical_id(cast(s3.CfnBucket, replicas.node.default_child))
        Validations.of(policy).acknowledge(
            Acknowledgment(
                id=f"AwsSolutions-IAM5[Resource::<{bucket_id}.Arn>/*]",
                reason="any of the replicas may be lost at the source, so all of them can be read",
            )
        )
