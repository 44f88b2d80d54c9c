import {
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  Aws,
  ReferenceStrength,
  RemovalPolicy,
  Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';

export function pair(scope: Construct, id: string): void {
  const stack = Stack.of(scope);
  const region = 'eu-west-1';
  const found = scope.node.tryFindChild('Replicas') as Stack | undefined;
  const replicas = found ?? new Stack(scope, 'Replicas', { env: { account: stack.account, region } });
  if (!found) stack.addDependency(replicas);
  const it = new Construct(scope, id);
  const replica = new Construct(replicas, id);
  const bucketIn = (at: Construct, name: string) => {
    const encryptionKey = new kms.Key(at, 'Key', {
      description: `Encrypts objects of the replicated bucket pair ${at.node.path}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const bucket = new s3.Bucket(at, name, {
      versioned: true,
      encryption: s3.BucketEncryption.KMS,
      encryptionKey,
      bucketKeyEnabled: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    bucket.policy!.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return { bucket, cfn: bucket.node.defaultChild as s3.CfnBucket, key: encryptionKey };
  };
  const destination = bucketIn(replica, 'Destination');
  const { bucket: source, cfn, key: sourceKey } = bucketIn(it, 'Source');
  const destinationArn = Stack.consumeReference(destination.cfn.attrArn, ReferenceStrength.WEAK);
  const cfnKey = destination.key.node.defaultChild as kms.CfnKey;
  const destinationKey = Stack.consumeReference(cfnKey.attrArn, ReferenceStrength.WEAK);
  const role = new iam.Role(it, 'Role', {
    assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'),
    description: 'Assumed by Amazon S3 to replicate the objects of one source bucket',
  });
  const policy = new iam.Policy(it, 'Policy', {
    roles: [role],
    statements: [
      new iam.PolicyStatement({
        sid: 'ReadReplicationConfiguration',
        actions: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
        resources: [source.bucketArn],
      }),
      new iam.PolicyStatement({
        sid: 'ReadSourceObjects',
        actions: [
          's3:GetObjectVersionForReplication',
          's3:GetObjectVersionAcl',
          's3:GetObjectVersionTagging',
          's3:GetObjectVersionAnnotationForReplication',
        ],
        resources: [source.arnForObjects('*')],
      }),
      new iam.PolicyStatement({
        sid: 'WriteReplicas',
        actions: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
        resources: [`${destinationArn}/*`],
        conditions: { StringEqualsIfExists: { 's3:ResourceAccount': stack.account } },
      }),
      new iam.PolicyStatement({
        sid: 'DecryptSourceObjects',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [sourceKey.keyArn],
        conditions: {
          StringEquals: { 'kms:ViaService': `s3.${stack.region}.${Aws.URL_SUFFIX}` },
          StringLike: { 'kms:EncryptionContext:aws:s3:arn': [source.bucketArn, source.arnForObjects('*')] },
        },
      }),
      new iam.PolicyStatement({
        sid: 'EncryptReplicas',
        actions: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
        resources: [destinationKey],
        conditions: {
          StringEquals: { 'kms:ViaService': `s3.${region}.${Aws.URL_SUFFIX}` },
          StringLike: { 'kms:EncryptionContext:aws:s3:arn': [destinationArn, `${destinationArn}/*`] },
        },
      }),
    ],
  });
  role.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  policy.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  // `replicationRules` writes neither the account of the destination nor metrics without a threshold
  cfn.replicationConfiguration = {
    role: role.roleArn,
    rules: [
      {
        id: 'everything',
        priority: 1,
        status: 'Enabled',
        filter: { prefix: '' },
        deleteMarkerReplication: { status: 'Disabled' },
        sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } },
        destination: {
          bucket: destinationArn,
          account: stack.account,
          encryptionConfiguration: { replicaKmsKeyId: destinationKey },
          metrics: { status: 'Enabled' },
        },
      },
    ],
  };
}
