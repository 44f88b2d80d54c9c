import { Duration, Stack, StackProps } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, CfnBucket, CfnBucketPolicy } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** The stack as it was before: nothing in this file knows of replication. */
export class ContentPlatform extends Stack {
  public readonly documents: Bucket;
  public readonly clickstream: CfnBucket;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);

    this.documents = new Bucket(this, 'Documents', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(7) }],
    });

    this.clickstream = new CfnBucket(this, 'Clickstream', {
      bucketName: `clickstream-${this.account}-${this.region}`,
      publicAccessBlockConfiguration: BlockPublicAccess.BLOCK_ALL,
    });
    new CfnBucketPolicy(this, 'ClickstreamPolicy', {
      bucket: this.clickstream.ref,
      policyDocument: new PolicyDocument({
        statements: [
          new PolicyStatement({
            effect: Effect.DENY,
            principals: [new AnyPrincipal()],
            actions: ['s3:*'],
            resources: [this.clickstream.attrArn, `${this.clickstream.attrArn}/*`],
            conditions: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ],
      }),
    });
  }
}
