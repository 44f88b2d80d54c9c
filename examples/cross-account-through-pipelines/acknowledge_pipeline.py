from typing import cast

from aws_cdk import CfnElement, Stack, Validations, pipelines
from constructs import IConstruct


def acknowledge_pipeline(built: pipelines.CodePipeline) -> None:
    """Tells cdk-nag why the roles that CDK Pipelines makes for itself are as they are; it needs a pipeline that is built."""
    stack = Stack.of(built.pipeline)
    account, region = stack.account, stack.region

    def logical_id(it: IConstruct) -> str:
        return stack.get_logical_id(cast(CfnElement, it.node.default_child))

    wide = [
        "Action::s3:Abort*",
        "Action::s3:DeleteObject*",
        "Action::s3:GetBucket*",
        "Action::s3:GetObject*",
        "Action::s3:List*",
        "Action::kms:GenerateDataKey*",
        "Action::kms:ReEncrypt*",
        f"Resource::<{logical_id(built.pipeline.artifact_bucket)}.Arn>/*",
    ]
    for project in (built.synth_project, built.self_mutation_project):
        wide += [
            f"Resource::arn:aws:logs:{region}:{account}:log-group:/aws/codebuild/<{logical_id(project)}>:*",
            f"Resource::arn:aws:codebuild:{region}:{account}:report-group/<{logical_id(project)}>-*",
        ]
    wide += [f"Resource::arn:*:iam::{account}:role/*", "Resource::*"]
    reasons = {
        "CDK Pipelines makes these roles for itself, and narrows them by tags and conditions where it can": [
            *(f"AwsSolutions-IAM5[{it}]" for it in wide),
            "NIST.800.53.R5-IAMNoInlinePolicy",
        ],
        "the next run of the pipeline makes what is in its bucket again": [
            "AwsSolutions-S1",
            *(f"NIST.800.53.R5-S3Bucket{it}Enabled" for it in ("Logging", "Replication", "Versioning")),
        ],
    }
    for reason, rules in reasons.items():
        for rule in rules:
            # as acknowledge() records it, which refuses ARNs with `::` in older versions of aws-cdk-lib
            stack.node.add_metadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, {f"annotation::{rule}": reason})
