/** Limits of IAM for all inline policies of a role together, in characters without white space. */
export const ROLE_POLICY_LIMIT = 10240;

/** Of a key, in characters, in all regions but a few with longer names; ARNs of buckets have at most 76. */
const LONGEST_ARN = 80;

/**
 * How many characters a resolved policy has at most, once CloudFormation has filled in what is not known yet.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export function policySize(document: unknown, partition = 'aws-us-gov'): number {
  const known: { [pseudo: string]: string } = {
    'AWS::Partition': partition,
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::AccountId': '111111111111',
    'AWS::Region': 'ap-southeast-1',
  };
  const filled = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.map(filled);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const entries = Object.entries(value);
    const [key, inner] = entries[0] ?? [];
    if (entries.length === 1 && key === 'Fn::Join' && Array.isArray(inner)) {
      return (filled(inner[1]) as unknown[]).map(String).join(String(inner[0]));
    }
    if (entries.length === 1 && (key === 'Ref' || key?.startsWith('Fn::'))) {
      return known[String(inner)] ?? 'x'.repeat(LONGEST_ARN);
    }
    return Object.fromEntries(entries.map(([name, it]) => [name, filled(it)]));
  };
  return JSON.stringify(filled(document) ?? '').length;
}
