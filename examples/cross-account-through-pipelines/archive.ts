import { Stack, Stage, Validations } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { CrossAccountReplication } from 'cdk-s3-replication';

export interface ArchiveProps {
  readonly productionAccount: string;
  readonly backupAccount: string;
  readonly region: string;
}

/** Everything in both accounts: within a Stage the pipeline deploys the backup first by itself. */
export class Archive extends Stage {
  constructor(scope: Construct, id: string, { productionAccount, backupAccount, region }: ArchiveProps) {
    super(scope, id);
    const production = new Stack(this, 'Archive', { env: { account: productionAccount, region } });
    const backup = new Stack(this, 'ArchiveBackup', { env: { account: backupAccount, region } });

    const invoices = new Bucket(production, 'Invoices', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      encryption: BucketEncryption.KMS,
      encryptionKey: new Key(production, 'Key', { enableKeyRotation: true }),
    });
    new CrossAccountReplication(production, 'Offsite', { source: invoices, destinationStack: backup });

    Validations.of(this).acknowledge(
      ...['AwsSolutions-S1', 'NIST.800.53.R5-S3BucketLoggingEnabled'].map((it) => ({
        id: it,
        reason: 'CloudTrail data events of each account record who reads and writes the objects',
      })),
    );
  }
}
