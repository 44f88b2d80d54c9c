import agreed
from aws_cdk import Acknowledgment, App, Environment, RemovalPolicy, Stack, Validations, aws_s3 as s3
from cdk_s3_replication import ReplicaGrantee, ReplicaGrants

app = App()

lake = Stack(app, "DataLake", env=Environment(account=agreed.LAKE_ACCOUNT, region=agreed.LAKE_REGION))
events = s3.Bucket(
    lake,
    "Events",
    bucket_name=agreed.BUCKET_NAME,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
    object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,  # the lake owns what arrives
    # its name is free again when the first deployment fails
    removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
)

# nothing of the other account has to be there yet
ReplicaGrants.from_bucket(events).replicas_from(
    ReplicaGrantee.role(account=agreed.SHOP_ACCOUNT, role_name=agreed.ROLE_NAME)
)

Validations.of(app).acknowledge(
    *(
        Acknowledgment(
            id=rule,
            reason="CloudTrail data events of this account record who reads and writes the objects",
        )
        for rule in ("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled")
    ),
    Acknowledgment(
        id="NIST.800.53.R5-S3DefaultEncryptionKMS",
        reason="the teams do not want to share a key: SSE-S3 on both sides",
    ),
)

app.synth()
