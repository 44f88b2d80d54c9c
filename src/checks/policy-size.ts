// SPDX-License-Identifier: Apache-2.0
import {
  BUCKET_POLICY_LIMIT,
  KEY_POLICY_LIMIT,
  ROLE_POLICY_LIMIT,
  policySize,
  rolePolicySize,
} from '../documents/size';
import { BucketFacts, PolicyFacts, ReplicationFacts } from '../flows/facts';
import { Findings, error } from '../messages/finding';

/** That a bucket has two policies in the end: the one that statements were added to, and one of the user. */
export function severalPolicies({ name, policies }: BucketFacts): Findings {
  return policies.length > 1
    ? error('severalBucketPolicies', {
        saw: `${policies.length} bucket policies for ${name}: ${policies.map((policy) => `'${policy.name}'`).join(', ')}`,
        because: 'S3 allows one policy for a bucket, so one of them would overwrite the other',
        instead:
          'define your policy before the rule or grant, which then adds to it, or add its statements with Bucket.addToResourcePolicy()',
      })
    : undefined;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export function rolePolicy({ source, role, rules }: ReplicationFacts): Findings {
  const size = rolePolicySize(role.statements, source.partition);
  const together = role.inline.reduce<number>((sum, document) => sum + policySize(document, source.partition), 0);
  if (size > ROLE_POLICY_LIMIT) {
    return error('rolePolicyTooLong', {
      saw: `permissions of about ${size} characters for ${rules.length} rules of the source ${source.name}`,
      because: `the inline policies of a role have at most ${ROLE_POLICY_LIMIT} characters, and S3 takes one role for a bucket`,
      instead:
        'use fewer rules (about 33 to 50 fit) with shorter prefixes, or one KMS key for several destinations of a region',
    });
  }
  return together <= ROLE_POLICY_LIMIT
    ? undefined
    : error('rolePolicyTooLong', {
        saw: `${role.inline.length} inline policies of about ${together} characters together for the role '${role.path}'`,
        because: `the inline policies of a role have at most ${ROLE_POLICY_LIMIT} characters together`,
        instead:
          'omit role, so that each source gets one of its own, and attach other permissions as an iam.ManagedPolicy',
      });
}

/** What is wrong with the policies of a destination in the end, when many sources were granted. */
export function grantedPolicies(bucket: BucketFacts): Findings {
  const { policies, grants } = bucket;
  const keys = new Set(grants.flatMap((grant) => grant.keys));
  const instead =
    'let roles in by the start of their names: ReplicaGrantee.rolesOfOrganization(), or organizationId of a LogAggregationSRR';
  const what = ({ name }: PolicyFacts) => `the policy '${name}' of ${bucket.name}`;
  return (
    grants.length > 0 && [
      severalPolicies(bucket),
      policies.map((policy) => tooLong(what(policy), policy.document, BUCKET_POLICY_LIMIT, bucket.partition, instead)),
      [...keys].map(({ path, properties, partition }) =>
        tooLong(`the policy of key '${path}'`, properties?.KeyPolicy, KEY_POLICY_LIMIT, partition, instead),
      ),
    ]
  );
}

export function tooLong(
  what: string,
  document: unknown,
  limit: number,
  partition: string | undefined,
  instead: string,
): Findings {
  const size = policySize(document, partition);
  return (
    size > limit &&
    error('policyTooLong', {
      saw: `${what} has about ${size} characters`,
      because: `AWS takes at most ${limit}`,
      instead,
    })
  );
}
