import type { Resource } from '../assembly/stacks';

const VERSIONED = { VersioningConfiguration: { Status: 'Enabled' } };

export const bucket = (properties: any = {}, more: Partial<Resource> = {}): Resource => ({
  Type: 'AWS::S3::Bucket',
  Properties: { ...VERSIONED, ...properties },
  ...more,
});
export const statement = (more: any) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:*', ...more }],
});
export const TRUST = statement({ Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' });
export const role = (properties: any = {}): Resource => ({
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: TRUST, ...properties },
});
export const policy = (properties: any): Resource => ({
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyName: 'Policy', PolicyDocument: statement({ Resource: '*' }), ...properties },
});
export const inline = (PolicyName: string, size = 10) => ({
  PolicyName,
  PolicyDocument: statement({ Resource: 'a'.repeat(size) }),
});
export const rule = (destination: any, more: any = {}) => ({
  Status: 'Enabled',
  Priority: 1,
  Filter: {},
  DeleteMarkerReplication: { Status: 'Disabled' },
  Destination: { Bucket: destination },
  ...more,
});
export const replicationOf = (Rules: any[], Role: any = { 'Fn::GetAtt': ['Role', 'Arn'] }) => ({
  ReplicationConfiguration: { Role, Rules },
});
export const replication = (destination: any, from?: any) => replicationOf([rule(destination)], from);
export const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
export const named = (name: string) => ({ Principal: { AWS: `arn:aws:iam::111111111111:role/${name}` } });
export const bucketPolicy = (document: any): Resource => ({
  Type: 'AWS::S3::BucketPolicy',
  Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument: document },
});
export const key = (document: any): Resource => ({ Type: 'AWS::KMS::Key', Properties: { KeyPolicy: document } });
