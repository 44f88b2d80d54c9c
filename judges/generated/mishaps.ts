import { Aspects, aws_iam as iam, aws_s3 as s3, Tags } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { importedKeyArn } from './build-bucket';
import { Mishap } from './plan';

/** What somebody does to a bucket when replication is set up. */
export function applyMishap(bucket: IConstruct, cfn: s3.CfnBucket, what: Mishap['what']): void {
  const deny = (conditions: Record<string, unknown>) => {
    const resources = [cfn.attrArn, `${cfn.attrArn}/*`];
    if (bucket instanceof s3.Bucket) {
      const principals = [new iam.AnyPrincipal()];
      bucket.addToResourcePolicy(
        new iam.PolicyStatement({ effect: iam.Effect.DENY, principals, actions: ['s3:*'], resources, conditions }),
      );
      return;
    }
    const found = cfn.node.tryFindChild('Policy') as s3.CfnBucketPolicy | undefined;
    const policy =
      found ??
      new s3.CfnBucketPolicy(cfn, 'Policy', {
        bucket: cfn.ref,
        policyDocument: { Version: '2012-10-17', Statement: [] },
      });
    policy.policyDocument.Statement.push({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: resources,
      Condition: conditions,
    });
  };
  const happen: Record<Mishap['what'], () => void> = {
    'tags overridden': () => cfn.addPropertyOverride('Tags', [{ Key: 'by', Value: 'override' }]),
    'versioning suspended by an override': () => cfn.addPropertyOverride('VersioningConfiguration.Status', 'Suspended'),
    'versioning suspended by an aspect': () =>
      Aspects.of(cfn).add({ visit: (it) => it === cfn && (cfn.versioningConfiguration = { status: 'Suspended' }) }),
    'rules emptied by an override': () => cfn.addPropertyOverride('ReplicationConfiguration.Rules', []),
    'configuration deleted by an override': () => cfn.addPropertyDeletionOverride('ReplicationConfiguration'),
    'renamed by an override': () => cfn.addPropertyOverride('BucketName', `data-renamed-${cfn.node.addr}`),
    'everything denied': () => deny({}),
    'denied outside a VPC endpoint': () => deny({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1234567890abcdef0' } }),
    'TLS demanded': () => deny({ Bool: { 'aws:SecureTransport': 'false' } }),
    'encryption changed by an override': () =>
      cfn.addPropertyOverride('BucketEncryption.ServerSideEncryptionConfiguration', [
        {
          ServerSideEncryptionByDefault: {
            SSEAlgorithm: 'aws:kms',
            KMSMasterKeyID: importedKeyArn('late', 'us-east-1'),
          },
        },
      ]),
    'a tag on the whole app': () => Tags.of(cfn.node.root).add('owner', 'somebody'),
  };
  happen[what]();
}
