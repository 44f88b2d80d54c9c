// SPDX-License-Identifier: Apache-2.0
import { DenyQuestion, findDenies } from '../documents/denies';
import {
  BucketFacts,
  CallerFacts,
  EncryptionFacts,
  KeyFacts,
  Place,
  PolicyFacts,
  ReplicationFacts,
  RuleFacts,
} from '../flows/facts';
import { Findings, error, warning } from '../messages/finding';
import { ACTIONS, neededAtDestination, neededAtSource } from '../permissions/actions';

const EXEMPT =
  'exempt the replication role with ArnNotEquals on aws:PrincipalArn (its ARN as text: give the role a roleName)';

type Question = Pick<DenyQuestion, 'actions' | 'prefixes' | 'replicaEncryption'>;

/**
 * Statements of policies in this app that stop replication: S3 reports them for each object, long after the deployment.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-troubleshoot.html
 */
export function sourceDenies({ source, role, rules }: ReplicationFacts): Findings {
  const actions = neededAtSource(source.objectLock === true);
  const prefixes = rules.map(({ prefix }) => prefix);
  return rules.length > 0 && inBucketPolicies(source, `the source ${source.name}`, role, { actions, prefixes });
}

export function destinationDenies(rule: RuleFacts, { source, role }: ReplicationFacts): Findings {
  const { destination, prefix } = rule;
  return inBucketPolicies(destination, `destination ${destination.name}`, role, {
    actions: neededAtDestination(rule),
    prefixes: [prefix],
    replicaEncryption: replicaEncryption(source.encryption?.kind, rule.replicatesKmsObjects),
  });
}

/**
 * Those that hit roles which were let in by ReplicaGrants: their sources are not in this app, so nobody else looks.
 */
export function grantDenies(bucket: BucketFacts): Findings {
  return bucket.grants
    .filter(({ explicit }) => explicit)
    .map(({ role = {}, keys, ...terms }) => [
      inBucketPolicies(bucket, `destination ${bucket.name}`, role, { actions: neededAtDestination(terms) }),
      keys.map((key) => inKeyPolicy(key, `the policy of key '${key.path}'`, role, ACTIONS.replicaKey)),
    ]);
}

/**
 * A replica is encrypted in the way its source object is; a bucket whose default is SSE-S3 may hold KMS objects too,
 * when keys are named.
 */
function replicaEncryption(
  kind: EncryptionFacts['kind'] | undefined,
  replicatesKmsObjects: boolean,
): DenyQuestion['replicaEncryption'] {
  if (kind === 'SSE-S3') {
    return replicatesKmsObjects ? undefined : 'AES256';
  }
  return kind === 'SSE-KMS' || kind === 'aws/s3' ? 'aws:kms' : kind === 'DSSE-KMS' ? 'aws:kms:dsse' : undefined;
}

function inBucketPolicies(bucket: BucketFacts, owner: string, caller: CallerFacts, question: Question): Findings {
  const { reference, bucketName } = bucket;
  const known: DenyQuestion['known'] = typeof bucketName === 'string' ? [[reference, bucketName]] : [];
  return bucket.policies.map((policy) =>
    deniesIn({ ...policy, name: `the policy '${policy.name}' of ${owner}` }, bucket, caller, {
      ...question,
      resource: bucket.arn,
      known,
    }),
  );
}

/** @param name of the policy, for the message */
export function inKeyPolicy(key: KeyFacts, name: string, caller: CallerFacts, actions: readonly string[]): Findings {
  const host = ['s3.', key.region ?? { Ref: 'AWS::Region' }, '.', key.domain];
  return deniesIn({ name, document: key.properties?.KeyPolicy, conditional: false }, key, caller, {
    actions,
    viaService: { 'Fn::Join': ['', host] },
  });
}

/**
 * Asks the one question about a policy, in the words of the policy's own template: what is known of the caller there.
 */
function deniesIn(
  { name, document, conditional }: PolicyFacts,
  { template, account, partition, domain }: Place,
  caller: CallerFacts,
  question: Omit<DenyQuestion, 'document'>,
): Findings {
  const { arn, reference } = caller;
  const near = reference?.template === template ? reference : undefined;
  const known: Array<readonly [unknown, string]> = [
    ...(question.known ?? []),
    ...(near && arn !== undefined ? [[near.arn, arn] as const] : []),
    ...(partition === undefined ? [] : [[{ Ref: 'AWS::Partition' }, partition] as const]),
    [{ Ref: 'AWS::URLSuffix' }, domain],
  ];
  const role = near ? near.arn : arn;
  return findDenies({ ...question, document, role, account: caller.account, owner: account, known }).map((deny) => {
    const what = `${deny.statement} in ${name} denies ${deny.actions.join(', ')}`;
    return deny.certain && !conditional
      ? error('policyDenies', {
          saw: what,
          because: `${deny.reason}, so replication would fail`,
          instead: `${EXEMPT}, or deny less`,
        })
      : warning(
          'policyMayDeny',
          `${what} if it applies to the replication role: ${deny.reason}. ${EXEMPT.replace('e', 'E')}, or acknowledge this`,
        );
  });
}
