// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { DestinationAnchor } from './anchors';
import { asRecord, bucketsLoggingTo, finalProperties } from './policy-lookup';

/**
 * Whether a destination refers to the source by where buckets write their server access logs to, also over buckets that
 * replicate or log to each other: as the source refers to its destination, CloudFormation could create neither.
 */
export function logsLeadTo(source: s3.CfnBucket, destination: s3.CfnBucket): boolean {
  const waiting = new Set([source]);
  for (const bucket of waiting) {
    const sources = [...(DestinationAnchor.find(bucket)?.sources ?? [])];
    const loggers = bucketsLoggingTo(bucket).filter(
      (logger) => asRecord(finalProperties(logger).LoggingConfiguration?.DestinationBucketName)?.Ref !== undefined,
    );
    [...sources.filter((it) => Stack.of(it) === Stack.of(bucket)), ...loggers].forEach((it) => waiting.add(it));
  }
  return waiting.has(destination);
}
