from agreed import ACCOUNT, REGION, UPLOADS
from aws_cdk import Acknowledgment, App, Environment, Stack, Validations, aws_s3 as s3
from cdk_s3_replication import ReplicatedBucketPair

app = App()

stack = Stack(app, "UploadsBackup", env=Environment(account=ACCOUNT, region=REGION))

ReplicatedBucketPair(
    stack,
    "Backup",
    source=s3.Bucket.from_bucket_name(stack, "Uploads", UPLOADS),  # of somebody else: its other rules stay as they are
    destination_region="eu-west-1",
    storage_class=s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
)

Validations.of(app).acknowledge(
    Acknowledgment(
        id="cdk-s3-replication:importedSourceIsShared", reason="its owner declares no replication"
    ),
    Acknowledgment(id="cdk-s3-replication:sourceEncryptionUnknown", reason="its owner encrypts with SSE-S3"),
    *(
        Acknowledgment(id=rule, reason="nobody but S3 writes to the backup, and CloudTrail has its data events")
        for rule in ("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled")
    ),
    Acknowledgment(
        id="NIST.800.53.R5-S3DefaultEncryptionKMS", reason="replicas are encrypted as the uploads are"
    ),
)

app.synth()
