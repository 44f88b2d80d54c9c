import { Document } from './policies';

/** What exists outside of the app. */
export interface Outside {
  /** ARNs of keys whose policies let IAM decide. */
  readonly keys?: readonly string[];
  /** ARNs of roles that trust S3. */
  readonly roles?: readonly string[];
  /** ARNs of keys, each by the ARN of an alias of it. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Policies of buckets and keys by ARN. */
  readonly policies?: Readonly<Record<string, Document>>;
  /** Names of buckets. */
  readonly buckets?: readonly string[];
}

/** Policies of keys and trust policies of roles that are not of the app, by ARN. */
export function policiesOutside({ keys = [], roles = [], policies = {} }: Outside): Record<string, Document> {
  const trust: Document = {
    Statement: [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  return {
    ...Object.fromEntries([...keys.map((arn) => [arn, iamDecides(arn)]), ...roles.map((arn) => [arn, trust])]),
    ...policies,
  };
}

/** The policy of a key that leaves everything to the policies of its account's roles. */
export function iamDecides(key: string): Document {
  const [, partition, , , account] = key.split(':');
  const Principal = { AWS: `arn:${partition}:iam::${account}:root` };
  return { Statement: [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }] };
}
