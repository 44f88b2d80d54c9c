from agreed import ACCOUNT, REGION, UPLOADS
from aws_cdk import Acknowledgment, App, Environment, Stack, Validations, aws_s3 as s3

app = App()

# stands for whatever owns the bucket: another team's app, Terraform, or a console of years ago
stack = Stack(app, "Uploads", env=Environment(account=ACCOUNT, region=REGION))
s3.Bucket(
    stack,
    "Uploads",
    bucket_name=UPLOADS,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
    versioned=True,
)

Validations.of(app).acknowledge(
    *(
        Acknowledgment(id=rule, reason="CloudTrail has data events of this bucket")
        for rule in ("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled")
    ),
    Acknowledgment(id="NIST.800.53.R5-S3BucketReplicationEnabled", reason="the other app replicates it"),
    Acknowledgment(id="NIST.800.53.R5-S3DefaultEncryptionKMS", reason="the bucket is older than that rule"),
)

app.synth()
