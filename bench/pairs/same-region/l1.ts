import { aws_iam as iam, aws_s3 as s3, CfnDeletionPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

export function pair(scope: Construct, id: string): void {
  const it = new Construct(scope, id);
  const props: s3.CfnBucketProps = {
    versioningConfiguration: { status: 'Enabled' },
    bucketEncryption: {
      serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    },
    publicAccessBlockConfiguration: {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    ownershipControls: { rules: [{ objectOwnership: 'BucketOwnerEnforced' }] },
  };
  const role = new iam.CfnRole(it, 'Role', {
    assumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    description: 'Assumed by Amazon S3 to replicate the objects of one source bucket',
  });
  const destination = new s3.CfnBucket(it, 'Destination', props);
  const source = new s3.CfnBucket(it, 'Source', {
    ...props,
    replicationConfiguration: {
      role: role.attrArn,
      rules: [
        {
          id: 'everything',
          priority: 1,
          status: 'Enabled',
          filter: { prefix: '' },
          deleteMarkerReplication: { status: 'Disabled' },
          destination: {
            bucket: destination.attrArn,
            account: Stack.of(it).account,
            metrics: { status: 'Enabled' },
          },
        },
      ],
    },
  });
  const policies = Object.entries({ SourceTls: source, DestinationTls: destination }).map(
    ([name, bucket]) =>
      new s3.CfnBucketPolicy(it, name, {
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
      }),
  );
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
          Resource: `${destination.attrArn}/*`,
          Condition: { StringEqualsIfExists: { 's3:ResourceAccount': Stack.of(it).account } },
        },
      ],
    },
  });
  for (const { cfnOptions } of [source, destination, role, policy, ...policies]) {
    cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
    cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  }
}
