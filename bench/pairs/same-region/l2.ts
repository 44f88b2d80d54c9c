import { aws_iam as iam, aws_s3 as s3, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

export function pair(scope: Construct, id: string): void {
  const it = new Construct(scope, id);
  const props: s3.BucketProps = {
    versioned: true,
    encryption: s3.BucketEncryption.S3_MANAGED,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  };
  const destination = new s3.Bucket(it, 'Destination', props);
  const source = new s3.Bucket(it, 'Source', props);
  for (const { policy } of [destination, source]) {
    policy!.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  }
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
        resources: [destination.arnForObjects('*')],
        conditions: { StringEqualsIfExists: { 's3:ResourceAccount': Stack.of(it).account } },
      }),
    ],
  });
  role.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  policy.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  // `replicationRules` writes neither the account of the destination nor metrics without a threshold
  (source.node.defaultChild as s3.CfnBucket).replicationConfiguration = {
    role: role.roleArn,
    rules: [
      {
        id: 'everything',
        priority: 1,
        status: 'Enabled',
        filter: { prefix: '' },
        deleteMarkerReplication: { status: 'Disabled' },
        destination: {
          bucket: destination.bucketArn,
          account: Stack.of(it).account,
          metrics: { status: 'Enabled' },
        },
      },
    ],
  };
}
