import os

from aws_cdk import Acknowledgment, App, Environment, Stack, Validations, aws_s3 as s3
from cdk_s3_replication import CrossAccountReplication, ReplicationFilter

app = App()

# synthesizes without AWS accounts, too
production_account = os.environ.get("CDK_DEFAULT_ACCOUNT", "111111111111")
test_account = os.environ.get("TEST_ACCOUNT", "222222222222")
region = os.environ.get("CDK_DEFAULT_REGION", "us-east-1")

production = Stack(app, "ShopProduction", env=Environment(account=production_account, region=region))
test = Stack(app, "ShopTest", env=Environment(account=test_account, region=region))

orders = s3.Bucket(production, "Orders", block_public_access=s3.BlockPublicAccess.BLOCK_ALL, enforce_ssl=True)
mirror = s3.Bucket(test, "Orders", block_public_access=s3.BlockPublicAccess.BLOCK_ALL, enforce_ssl=True)

to_test = CrossAccountReplication(
    production,
    "MirrorToTest",
    source=orders,
    destination=mirror,
    filter=ReplicationFilter.prefix("price-lists/"),
    delete_marker_replication=True,
)
to_test.replication.add_rule(
    destination=mirror,
    filter=ReplicationFilter.prefix_and_tags("orders/", {"personal": "no", "size": "small"}),
)

Validations.of(app).acknowledge(
    *(
        Acknowledgment(
            id=rule,
            reason="CloudTrail data events of each account record who reads and writes the objects",
        )
        for rule in ("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled")
    ),
    Acknowledgment(
        id="NIST.800.53.R5-S3DefaultEncryptionKMS",
        reason="testers read the mirror, so a key of production must not be needed for it: SSE-S3 on both sides",
    ),
)

app.synth()
