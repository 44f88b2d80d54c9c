import agreed
from aws_cdk import Acknowledgment, App, Aws, BootstraplessSynthesizer, Duration, Stack, Validations, aws_s3 as s3
from cdk_s3_replication import LogProducer, LogSource, ReplicationFilter

app = App()

# no account, and nothing of `cdk bootstrap` in the template: the same for every account, as a StackSet wants it
stack = Stack(app, "LogBaseline", synthesizer=BootstraplessSynthesizer())

LogSource(
    stack,
    "Logs",
    destination=s3.Bucket.from_bucket_attributes(
        stack,
        "Archive",
        bucket_name=agreed.BUCKET_NAME,
        account=agreed.ARCHIVE_ACCOUNT,
        region=agreed.ARCHIVE_REGION,
    ),
    role_name_prefix=agreed.ROLE_NAME_PREFIX,
    key_prefixes=agreed.KEY_PREFIXES,
    filter=ReplicationFilter.prefix(f"AWSLogs/{Aws.ACCOUNT_ID}/"),
    producers=[LogProducer.alb(), LogProducer.vpc_flow_logs()],
    source_retention=Duration.days(30),
)

Validations.of(app).acknowledge(
    *(
        Acknowledgment(id=rule, reason="access logs of a bucket with logs would be logs about logs")
        for rule in ("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled")
    ),
    Acknowledgment(
        id="NIST.800.53.R5-S3DefaultEncryptionKMS",
        reason="load balancers deliver to SSE-S3 only",
    ),
)

app.synth()
