// SPDX-License-Identifier: Apache-2.0
import { Aws, Token } from 'aws-cdk-lib';
import { LogProducerSpec } from './spec';
import { hashOf } from '../app/hash';
import { inPolicy } from '../permissions/prefixes';
import { Statement } from '../permissions/role-statements';

/** The bucket that logs are delivered to. Everything may be a token. */
export interface LogTarget {
  readonly bucketArn: string;
  readonly account: string;
  readonly region: string;
  /** ARNs of the logged buckets of the app, for server access logs, in the order of the specification. */
  readonly loggedBucketArns: readonly string[];
}

/** A statement of a resource policy for a service. */
export interface DeliveryStatement extends Statement {
  readonly Principal: { readonly Service: string };
}

type Condition = Record<string, Record<string, string | string[]>>;

/** What a service needs of the policy of the bucket, as AWS documents it. */
export function deliveryStatements(spec: LogProducerSpec, target: LogTarget): DeliveryStatement[] {
  const source = sourceCondition(spec, target);
  const { prefix, folders, bucketActions } = spec;
  return [
    ...(bucketActions.length === 0
      ? []
      : [statement(spec, 'Check', bucketActions, [target.bucketArn], source, [bucketActions])]),
    statement(
      spec,
      'Write',
      ['s3:PutObject'],
      expand(folders, spec, target).map((folder) => `${target.bucketArn}/${inPolicy(prefix)}${folder}*`),
      spec.ownerAcl ? both(source, { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } }) : source,
      [prefix, folders],
    ),
  ];
}

/** What a service needs of the policy of a customer managed key, as AWS documents it. */
export function keyUseStatements(spec: LogProducerSpec, target: LogTarget): DeliveryStatement[] {
  return (spec.keyUses ?? []).map(({ actions, trailContext }) => {
    const context = trailContext && expand(trailContext, spec, target);
    return statement(
      spec,
      'Encrypt',
      actions,
      ['*'],
      both(
        sourceCondition(spec, target),
        context ? { StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': oneOf(context) } } : {},
      ),
      // the key may serve several buckets, in stacks of other accounts and regions
      [actions, trailContext, ...[target.account, target.region].map((place) => !Token.isUnresolved(place) && place)],
    );
  });
}

/** The texts for each account and region. */
export function expand(
  texts: readonly string[],
  { accounts, regions }: LogProducerSpec,
  { account, region }: Pick<LogTarget, 'account' | 'region'>,
): string[] {
  const made = texts.flatMap((text) =>
    (accounts ?? [account]).flatMap((from) =>
      (regions ?? [region]).map((place) =>
        text
          .replace(/{partition}/g, Aws.PARTITION)
          .replace(/{account}/g, from)
          .replace(/{region}/g, place),
      ),
    ),
  );
  return [...new Set(made)];
}

/**
 * So that a service does not write for somebody else who names the bucket.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
function sourceCondition(spec: LogProducerSpec, target: LogTarget): Condition {
  const { account, arns } = spec.source;
  const known = [...expand(arns?.patterns ?? [], spec, target), ...target.loggedBucketArns];
  return both(
    account ? { StringEquals: { 'aws:SourceAccount': oneOf([...(spec.accounts ?? [target.account])]) } } : {},
    arns ? { [arns.operator]: { 'aws:SourceArn': oneOf(known) } } : {},
  );
}

/**
 * The id is made of what the user asked for and not of what tokens stand for, so that it does not change. Producers
 * that need the same share one statement.
 */
function statement(
  spec: LogProducerSpec,
  what: string,
  actions: readonly string[],
  resources: string[],
  condition: Condition,
  about: readonly unknown[],
): DeliveryStatement {
  const { service, accounts, regions, ownerAcl, source } = spec;
  const { buckets = [], ...who } = source;
  const hash = hashOf(
    [service, accounts, regions, ownerAcl, who, buckets.map(({ node }) => node.path), ...about].map(
      (part) => part ?? null,
    ),
    8,
  );
  return {
    Sid: `LogDelivery${what}${hash}`,
    Effect: 'Allow',
    Principal: { Service: service },
    Action: [...actions],
    Resource: resources,
    ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
  };
}

function both(a: Condition, b: Condition): Condition {
  const operators = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(operators.map((operator) => [operator, { ...a[operator], ...b[operator] }]));
}

const oneOf = (values: string[]): string | string[] => (values.length === 1 ? values[0] : values);
