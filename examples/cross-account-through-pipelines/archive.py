from aws_cdk import Acknowledgment, Environment, Stack, Stage, Validations, aws_kms as kms, aws_s3 as s3
from cdk_s3_replication import CrossAccountReplication
from constructs import Construct


class Archive(Stage):
    """Everything in both accounts: within a Stage the pipeline deploys the backup first by itself."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        production_account: str,
        backup_account: str,
        region: str,
    ) -> None:
        super().__init__(scope, construct_id)
        production = Stack(self, "Archive", env=Environment(account=production_account, region=region))
        backup = Stack(self, "ArchiveBackup", env=Environment(account=backup_account, region=region))

        invoices = s3.Bucket(
            production,
            "Invoices",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=kms.Key(production, "Key", enable_key_rotation=True),
        )
        CrossAccountReplication(production, "Offsite", source=invoices, destination_stack=backup)

        Validations.of(self).acknowledge(
            *(
                Acknowledgment(
                    id=rule,
                    reason="CloudTrail data events of each account record who reads and writes the objects",
                )
                for rule in ("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled")
            )
        )
