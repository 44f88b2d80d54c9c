// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3 } from 'aws-cdk-lib';
import { defaultEncryption, usesKms } from '../app/encryption';
import { isLocked } from '../app/object-lock';
import { bucketPoliciesOf } from '../app/rendered';
import { statementsIn } from '../documents/statements';
import { Finding, warning } from '../messages/finding';
import { AddedRule } from '../rules/added-rule';

/** Unless their prefix and that of the rule exclude each other. */
export function logsAreReplicated(destination: Record<string, any>, { filter }: AddedRule): boolean {
  const prefix = destination.LoggingConfiguration?.LogFilePrefix ?? '';
  return typeof prefix !== 'string' || prefix.startsWith(filter._prefix) || filter._prefix.startsWith(prefix);
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html */
export function logTarget(bucket: s3.CfnBucket, name: string): Finding[] {
  const findings: Finding[] = [];
  const unfit = [
    ...(usesKms(defaultEncryption(bucket)) ? ['KMS as default encryption'] : []),
    ...(isLocked(bucket) ? ['Object Lock'] : []),
  ];
  if (unfit.length > 0) {
    findings.push(
      warning(
        'destinationCannotTakeAccessLogs',
        `Other buckets write their server access logs to ${name}, which S3 does not do into a bucket with ${unfit.join(' or ')}. Give the access logs a bucket of their own, or acknowledge this`,
      ),
    );
  }
  const negated = bucketPoliciesOf(bucket)
    .flatMap(({ document }) => statementsIn(document))
    .filter(({ body }) => body.NotPrincipal !== undefined || body.NotAction !== undefined);
  if (negated.length > 0) {
    findings.push(
      warning(
        'negatedStatementOnLogBucket',
        `The policy of ${name}, a bucket for logs, has NotPrincipal or NotAction (${negated.map((it) => it.name).join(', ')}), which AWS services that set up log delivery cannot add to. ` +
          'Write it with Principal and Action, or acknowledge this',
      ),
    );
  }
  return findings;
}
