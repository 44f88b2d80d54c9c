from aws_cdk import Stack, Validations


def acknowledge_notifications(stack: Stack) -> None:
    """Tells cdk-nag why what aws-cdk-lib makes for event notifications is as it is."""
    reasons = {
        "aws-cdk-lib has one function for the notifications of all buckets of a stack, and makes its role": [
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
            "NIST.800.53.R5-IAMNoInlinePolicy",
        ],
        "who reads or writes orders is in the trail of the account": [
            "AwsSolutions-S1",
            "NIST.800.53.R5-S3BucketLoggingEnabled",
        ],
    }
    for reason, rules in reasons.items():
        for rule in rules:
            # as acknowledge() records it, which refuses ARNs with `::` in older versions of aws-cdk-lib
            stack.node.add_metadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, {f"annotation::{rule}": reason})
