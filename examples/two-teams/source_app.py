import os

import agreed
from aws_cdk import Acknowledgment, Annotations, App, Environment, Stack, Validations, aws_s3 as s3
from cdk_s3_replication import CrossAccountReplication, ReplicationFilter

app = App()

shop = Stack(
    app,
    "Shop",
    env=Environment(account=agreed.SHOP_ACCOUNT, region=os.environ.get("CDK_DEFAULT_REGION", "us-east-1")),
)
events = s3.Bucket(shop, "Events", block_public_access=s3.BlockPublicAccess.BLOCK_ALL, enforce_ssl=True)

lake = s3.Bucket.from_bucket_attributes(
    shop, "Lake", bucket_name=agreed.BUCKET_NAME, account=agreed.LAKE_ACCOUNT, region=agreed.LAKE_REGION
)
CrossAccountReplication(
    shop,
    "ToLake",
    source=events,
    destination=lake,
    role_name=agreed.ROLE_NAME,
    filter=ReplicationFilter.prefix("orders/"),
    outputs=True,  # what the other team asks for: account, role name and path
)

Annotations.of(lake).acknowledge_warning(
    "cdk-s3-replication:bucketTakesNoPolicy",
    "the team of the data lake has ReplicaGrants for this role",
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
