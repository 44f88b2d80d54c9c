// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3 } from 'aws-cdk-lib';
import { logTarget, logsAreReplicated } from './access-logs';
import { acls } from './ownership';
import { BucketEnd, nameOf } from '../app/bucket';
import { shown } from '../app/environment';
import { bucketsLoggingTo, finalProperties } from '../app/rendered';
import { DestinationAnchor } from '../flows/destination';
import { SourceAnchor } from '../flows/source';
import { waitsFor } from '../flows/waits';
import { Finding, aboutRule, error, warning } from '../messages/finding';
import { AddedRule } from '../rules/added-rule';

/** What S3 accepts and the user would regret. */
export function trapFindings(anchor: SourceAnchor): Finding[] {
  const { bucket, rules } = anchor;
  if (rules.length === 0) {
    return [
      warning(
        'noRules',
        'There is no rule, so nothing is replicated. Add rules with addRule(), or acknowledge this, for example while you take replication down',
      ),
    ];
  }
  const source = finalProperties(bucket);
  return [
    ...chained(bucket),
    ...acls(source),
    ...rules.flatMap((rule) =>
      aboutRule(rule, [
        ...disabled(rule),
        ...oddPrefix(rule),
        ...(rule.destination.cfn
          ? destinationTraps(anchor, rule, source, { ...rule.destination, cfn: rule.destination.cfn })
          : []),
      ]),
    ),
  ];
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/disable-replication.html */
function disabled({ id, options }: AddedRule): Finding[] {
  return options.enabled !== false
    ? []
    : [
        warning(
          'disabledRulesDoNotCatchUp',
          `Disabled: ${shown(id)}. Objects written while a rule is disabled are not replicated when it is enabled again; S3 Batch Replication can copy them. ` +
            'Remove `enabled: false`, or acknowledge this',
        ),
      ];
}

function oddPrefix({ filter }: AddedRule): Finding[] {
  return !/^\/|\*$/.test(filter._prefix)
    ? []
    : [
        warning(
          'literalPrefix',
          `The prefix '${filter._prefix}' is compared literally: keys rarely begin with a slash, and \`*\` matches nothing but itself. ` +
            'Leave the slash or the asterisk out, or acknowledge this if your keys are like that',
        ),
      ];
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html */
function chained(bucket: s3.CfnBucket): Finding[] {
  const from = [...(DestinationAnchor.find(bucket)?.sources ?? [])].map((it) => `'${it.node.path}'`);
  return from.length === 0
    ? []
    : [
        warning(
          'replicasAreNotReplicated',
          `This source receives replicas of ${from.join(', ')}, and S3 does not replicate replicas again. Add a rule from there to each destination, or acknowledge this if ` +
            'only objects written here are to be replicated',
        ),
      ];
}

function destinationTraps(
  anchor: SourceAnchor,
  rule: AddedRule,
  source: Record<string, any>,
  end: BucketEnd & { cfn: s3.CfnBucket },
): Finding[] {
  const name = nameOf(end);
  const destination = finalProperties(end.cfn);
  const loggers = bucketsLoggingTo(end.cfn);
  return [
    ...expiration(source, destination, name),
    ...blockedSseC(source, destination, name),
    ...(loggers.includes(end.cfn)
      ? [
          error({
            saw: `destination ${name} writes its server access logs to itself`,
            because: 'every log that arrives causes another one',
            instead: 'write the access logs of the destination to a bucket of their own',
          }),
        ]
      : []),
    ...(bucketsLoggingTo(anchor.bucket).includes(end.cfn) && logsAreReplicated(destination, rule)
      ? [
          error({
            saw: `destination ${name} writes its server access logs to the source`,
            because: 'every log that arrives is replicated, which causes another one',
            instead:
              'write the access logs of the destination to a bucket of their own, or under a prefix that no rule replicates',
          }),
        ]
      : []),
    ...(waitsFor(end.cfn, anchor.bucket, 'template')
      ? [
          error({
            saw: `destination ${name} refers to the source by its server access logs, directly or over other buckets`,
            because: 'each bucket would have to exist before the other, so CloudFormation can create neither',
            instead: 'write the access logs to a bucket of their own',
          }),
        ]
      : []),
    ...(loggers.length > 0 ? logTarget(end.cfn, name) : []),
  ];
}

/**
 * Expirations are not replicated, and a replica is as old as its source object.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html
 */
function expiration(source: Record<string, any>, destination: Record<string, any>, name: string): Finding[] {
  const rules: any[] = Array.isArray(source.LifecycleConfiguration?.Rules) ? source.LifecycleConfiguration.Rules : [];
  const expires = rules.some(
    (rule) => rule?.Status !== 'Disabled' && Object.keys(rule ?? {}).some((key) => /Expiration/.test(key)),
  );
  return !expires || destination.LifecycleConfiguration !== undefined
    ? []
    : [
        warning(
          'expirationIsNotReplicated',
          `The source expires objects and ${name} has no lifecycle rules: S3 does not replicate what lifecycle rules do, so replicas stay for ever. ` +
            'Give the destination lifecycle rules of its own, or acknowledge this if it is meant to keep everything',
        ),
      ];
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html */
function blockedSseC(source: Record<string, any>, destination: Record<string, any>, name: string): Finding[] {
  const types = (bucket: Record<string, any>): unknown => {
    const rules = bucket.BucketEncryption?.ServerSideEncryptionConfiguration;
    return Array.isArray(rules)
      ? rules.map((rule) => rule?.BlockedEncryptionTypes?.EncryptionType).find((it) => it !== undefined)
      : undefined;
  };
  const has = (value: unknown, type: string) => (Array.isArray(value) ? value : [value]).includes(type);
  return !has(types(source), 'NONE') || has(types(destination), 'NONE')
    ? []
    : [
        warning(
          'destinationBlocksSseC',
          `The source allows SSE-C and ${name} blocks it (new buckets do so by default): objects encrypted with SSE-C fail to replicate. ` +
            'Allow SSE-C at the destination too, or block it at the source, or acknowledge this if no such object is written',
        ),
      ];
}
