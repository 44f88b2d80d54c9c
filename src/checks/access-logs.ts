// SPDX-License-Identifier: Apache-2.0
import { isIntrinsic, same } from '../documents/intrinsics';
import { statementsIn } from '../documents/statements';
import { BucketFacts, ReplicationFacts, RuleFacts } from '../flows/facts';
import { Findings, error, warning } from '../messages/finding';

/** Logs that cause logs, and buckets that logs cannot be written to. */
export function accessLogs(rule: RuleFacts, { source }: ReplicationFacts): Findings {
  const { destination } = rule;
  const { name } = destination;
  return [
    logsToItself(destination),
    logsTo(destination, source) &&
      logsAreReplicated(rule) &&
      error('accessLogsToSource', {
        saw: `destination ${name} writes its server access logs to the source ${source.name}`,
        because: 'every log that arrives is replicated, which causes another one',
        instead: 'write those logs to a bucket of their own, or under a prefix that no rule replicates',
      }),
    rule.logsLeadBack &&
      error('accessLogsLeadBack', {
        saw: `the server access logs of destination ${name} lead to the source ${source.name}, directly or through other buckets`,
        because: 'each bucket would have to exist before the other, so CloudFormation can create neither',
        instead: 'write the access logs to a bucket of their own',
      }),
    destination.takesAccessLogs && logTarget(destination),
  ];
}

export function logsToItself(destination: BucketFacts): Findings {
  return (
    logsTo(destination, destination) &&
    error('accessLogsToThemselves', {
      saw: `destination ${destination.name} writes its server access logs to itself`,
      because: 'every log that arrives causes another one',
      instead: 'write the access logs of the destination to a bucket of their own',
    })
  );
}

/** By a reference, or by its name: from another template, too. */
export function logsTo(from: BucketFacts, to: BucketFacts): boolean {
  const logging = from.properties?.LoggingConfiguration;
  if (logging === undefined || isIntrinsic(logging)) {
    return false;
  }
  // without a destination the bucket logs to itself:
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-loggingconfiguration.html
  const { DestinationBucketName: target = from.reference } = logging;
  const near = from.template === to.template;
  const named = to.bucketName !== undefined && same(target, to.bucketName);
  return near ? named || same(target, to.reference) : named && typeof target === 'string';
}

/** Unless their prefix and that of the rule exclude each other. */
function logsAreReplicated({ destination, prefix }: RuleFacts): boolean {
  const logs = destination.properties?.LoggingConfiguration?.LogFilePrefix ?? '';
  return typeof logs !== 'string' || typeof prefix !== 'string' || logs.startsWith(prefix) || prefix.startsWith(logs);
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html */
function logTarget({ name, encryption, objectLock, policies }: BucketFacts): Findings {
  const unfit = [...(encryption?.usesKms ? ['KMS as default encryption'] : []), ...(objectLock ? ['Object Lock'] : [])];
  const negated = policies
    .flatMap(({ document }) => statementsIn(document))
    .filter(({ body }) => body.NotPrincipal !== undefined || body.NotAction !== undefined);
  return [
    unfit.length > 0 &&
      warning(
        'destinationCannotTakeAccessLogs',
        `Other buckets write their server access logs to ${name}. S3 delivers none into a bucket with ${unfit.join(' or ')}. ` +
          'Give the access logs a bucket of their own, or acknowledge this',
      ),
    negated.length > 0 &&
      warning(
        'negatedStatementOnLogBucket',
        `The policy of ${name}, a bucket for logs, has NotPrincipal or NotAction ` +
          `(${negated.map((statement) => statement.name).join(', ')}): ` +
          'AWS services that set up log delivery cannot add to it. Write it with Principal and Action, or acknowledge this',
      ),
  ];
}
