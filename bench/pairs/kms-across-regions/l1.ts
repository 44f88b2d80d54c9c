import {
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  Aws,
  CfnDeletionPolicy,
  ReferenceStrength,
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
  const keyIn = (at: Construct) =>
    new kms.CfnKey(at, 'Key', {
      description: `Encrypts objects of the replicated bucket pair ${at.node.path}`,
      enableKeyRotation: true,
      keyPolicy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${stack.account}:root` },
            Action: 'kms:*',
            Resource: '*',
          },
        ],
      },
    });
  const bucketIn = (at: Construct, name: string, key: kms.CfnKey, more?: s3.CfnBucketProps) => {
    const bucket = new s3.CfnBucket(at, name, {
      versioningConfiguration: { status: 'Enabled' },
      bucketEncryption: {
        serverSideEncryptionConfiguration: [
          {
            bucketKeyEnabled: true,
            serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: key.attrArn },
          },
        ],
      },
      publicAccessBlockConfiguration: {
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      ownershipControls: { rules: [{ objectOwnership: 'BucketOwnerEnforced' }] },
      ...more,
    });
    const tls = new s3.CfnBucketPolicy(at, `${name}Tls`, {
      bucket: bucket.ref,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 's3:*',
            Resource: [bucket.attrArn, `${bucket.attrArn}/*`],
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    });
    tls.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
    tls.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
    return bucket;
  };
  const role = new iam.CfnRole(it, 'Role', {
    assumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    description: 'Assumed by Amazon S3 to replicate the objects of one source bucket',
  });
  const destinationKey = keyIn(replica);
  const destination = bucketIn(replica, 'Destination', destinationKey);
  const destinationArn = Stack.consumeReference(destination.attrArn, ReferenceStrength.WEAK);
  const destinationKeyArn = Stack.consumeReference(destinationKey.attrArn, ReferenceStrength.WEAK);
  const sourceKey = keyIn(it);
  const source = bucketIn(it, 'Source', sourceKey, {
    replicationConfiguration: {
      role: role.attrArn,
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
            encryptionConfiguration: { replicaKmsKeyId: destinationKeyArn },
            metrics: { status: 'Enabled' },
          },
        },
      ],
    },
  });
  const policy = new iam.CfnPolicy(it, 'Policy', {
    policyName: `${id}-replication`,
    roles: [role.ref],
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'ReadReplicationConfiguration',
          Effect: 'Allow',
          Action: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
          Resource: source.attrArn,
        },
        {
          Sid: 'ReadSourceObjects',
          Effect: 'Allow',
          Action: [
            's3:GetObjectVersionForReplication',
            's3:GetObjectVersionAcl',
            's3:GetObjectVersionTagging',
            's3:GetObjectVersionAnnotationForReplication',
          ],
          Resource: `${source.attrArn}/*`,
        },
        {
          Sid: 'WriteReplicas',
          Effect: 'Allow',
          Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
          Resource: `${destinationArn}/*`,
          Condition: { StringEqualsIfExists: { 's3:ResourceAccount': stack.account } },
        },
        {
          Sid: 'DecryptSourceObjects',
          Effect: 'Allow',
          Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          Resource: sourceKey.attrArn,
          Condition: {
            StringEquals: { 'kms:ViaService': `s3.${stack.region}.${Aws.URL_SUFFIX}` },
            StringLike: { 'kms:EncryptionContext:aws:s3:arn': [source.attrArn, `${source.attrArn}/*`] },
          },
        },
        {
          Sid: 'EncryptReplicas',
          Effect: 'Allow',
          Action: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
          Resource: destinationKeyArn,
          Condition: {
            StringEquals: { 'kms:ViaService': `s3.${region}.${Aws.URL_SUFFIX}` },
            StringLike: { 'kms:EncryptionContext:aws:s3:arn': [destinationArn, `${destinationArn}/*`] },
          },
        },
      ],
    },
  });
  for (const { cfnOptions } of [source, sourceKey, destination, destinationKey, role, policy]) {
    cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
    cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  }
}
