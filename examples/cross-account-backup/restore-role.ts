import { CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import { AccountPrincipal, ManagedPolicy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface RestoreRoleProps {
  /** The replica bucket, encrypted with a key of its own. */
  readonly replicas: IBucket;
  /** The account whose users may read it, as far as their own account lets them assume the role. */
  readonly readers: string;
}

/** A role of the backup account that reads every version of the replicas, and cannot write or delete any. */
export class RestoreRole extends Construct {
  public readonly role: Role;

  constructor(scope: Construct, id: string, { replicas, readers }: RestoreRoleProps) {
    super(scope, id);
    this.role = new Role(this, 'Role', { assumedBy: new AccountPrincipal(readers) });
    const policy = new ManagedPolicy(this, 'Read', {
      roles: [this.role],
      statements: [
        new PolicyStatement({
          sid: 'FindVersions',
          actions: ['s3:ListBucket', 's3:ListBucketVersions'],
          resources: [replicas.bucketArn],
        }),
        new PolicyStatement({
          sid: 'ReadVersions',
          actions: ['s3:GetObject', 's3:GetObjectVersion'],
          resources: [replicas.arnForObjects('*')],
        }),
        new PolicyStatement({
          sid: 'Decrypt',
          actions: ['kms:Decrypt'],
          resources: [replicas.encryptionKey!.keyArn],
          conditions: {
            StringEquals: { 'kms:ViaService': `s3.${Stack.of(this).region}.amazonaws.com` },
            StringLike: {
              // that of the bucket for objects with an S3 Bucket Key
              'kms:EncryptionContext:aws:s3:arn': [replicas.bucketArn, replicas.arnForObjects('*')],
            },
          },
        }),
      ],
    });
    new CfnOutput(this, 'RoleArn', { value: this.role.roleArn });
    new CfnOutput(this, 'Bucket', { value: replicas.bucketName });
    const bucketId = Stack.of(this).getLogicalId(replicas.node.defaultChild as CfnBucket);
    Validations.of(policy).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${bucketId}.Arn>/*]`,
      reason: 'any of the replicas may be lost at the source, so all of them can be read',
    });
  }
}
