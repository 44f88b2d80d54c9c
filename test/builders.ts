import { App, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  BucketReplication,
  ReplicatedBucketPair,
  ReplicatedBucketPairProps,
  ReplicationRule,
} from 'cdk-s3-replication';

export const ACCOUNT = '111111111111';
export const ENV = { account: ACCOUNT, region: 'us-east-1' };
export const KMS = s3.BucketEncryption.KMS;
export const KEY_ARN = `arn:aws:kms:us-east-1:${ACCOUNT}:key/12345678-90ab-cdef-1234-567890abcdef`;

export const l1 = (bucket: s3.IBucket) => bucket.node.defaultChild as s3.CfnBucket;
export const bucket = (scope: Construct, id: string, props?: s3.BucketProps) => new s3.Bucket(scope, id, props);
export const key = (scope: Construct, id = 'Key', props?: kms.KeyProps) => new kms.Key(scope, id, props);
export const beside = (stack: Stack, id: string, env: { account?: string; region?: string } = ENV) =>
  new Stack(stack.node.root as App, id, { env });
export const inEurope = (stack: Stack, id = 'Europe') => beside(stack, id, { ...ENV, region: 'eu-west-1' });
export const importedKey = (scope: Construct, arn: string) => kms.Key.fromKeyArn(scope, 'ImportedKey', arn);

/** One rule between two buckets, `Source` and `Destination`, in one stack unless they are given. */
export function flow(
  stack: Stack,
  rule: Partial<ReplicationRule> = {},
  source: s3.IBucketRef = bucket(stack, 'Source'),
) {
  const replication = new BucketReplication(stack, 'Replication', { source });
  replication.addRule({ ...rule, destination: rule.destination ?? bucket(stack, 'Destination') });
  return replication;
}

/** The newest aws-cdk-lib warns of the older name. */
export const dependOn = (stack: Stack & { addStackDependency?: Stack['addDependency'] }, other: Stack) =>
  stack.addStackDependency ? stack.addStackDependency(other) : stack.addDependency(other);

export const pair = (stack: Stack, props?: ReplicatedBucketPairProps) => new ReplicatedBucketPair(stack, 'Pair', props);

/** One rule between buckets of these properties. */
export const between =
  (source?: s3.BucketProps, destination?: s3.BucketProps, rule?: Partial<ReplicationRule>) => (stack: Stack) =>
    void flow(
      stack,
      { ...rule, destination: bucket(stack, 'Destination', destination) },
      bucket(stack, 'Source', source),
    );

export const kmsSource = (stack: Stack) => bucket(stack, 'Source', { encryption: KMS });
export const destinationKey = (make: (stack: Stack) => kms.IKeyRef) => (stack: Stack) =>
  flow(stack, { destinationKey: make(stack) });
export const sourceKey = (make: (stack: Stack) => kms.IKeyRef) => (stack: Stack) =>
  flow(stack, { sourceKeys: [make(stack)], destinationKey: key(stack, 'Fine') });

/** One rule between buckets, one of which denies something in its policy. */
export function denying(
  which: 'Source' | 'Destination',
  { resource, conditions }: { resource?: string; conditions?: object },
  rule?: Partial<ReplicationRule>,
) {
  return (stack: Stack) => {
    between({}, {}, rule)(stack);
    const it = stack.node.findChild(which) as s3.Bucket;
    it.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Guard',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:*'],
        conditions,
        resources: resource ? [resource.replace('arn', it.bucketArn)] : [it.bucketArn, it.arnForObjects('*')],
      }),
    );
  };
}
