import agreed
from aws_cdk import Acknowledgment, App, Duration, Environment, Stack, Validations
from cdk_s3_replication import LogAggregationSRR, ReplicatedBucketOptions

app = App()

stack = Stack(app, "LogArchive", env=Environment(account=agreed.ARCHIVE_ACCOUNT, region=agreed.ARCHIVE_REGION))

# the policy has one statement, for accounts that there are and for those to come
LogAggregationSRR(
    stack,
    "Archive",
    destination_options=ReplicatedBucketOptions(bucket_name=agreed.BUCKET_NAME),
    organization_id=agreed.ORGANIZATION_ID,
    role_name_prefix=agreed.ROLE_NAME_PREFIX,
    key_prefixes=agreed.KEY_PREFIXES,
    retention=Duration.days(400),
    noncurrent_version_retention=Duration.days(30),
)

Validations.of(app).acknowledge(
    *(
        Acknowledgment(id=rule, reason="CloudTrail data events of this account record who reads the archive")
        for rule in ("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled")
    ),
    Acknowledgment(
        id="NIST.800.53.R5-S3DefaultEncryptionKMS",
        reason="load balancers deliver to SSE-S3 only, and their replicas stay as they are",
    ),
)

app.synth()
