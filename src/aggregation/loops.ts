// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3 } from 'aws-cdk-lib';
import { LogFlow } from './collisions';
import { BucketEnd, nameOf } from '../app/bucket';
import { literalName } from '../app/bucket-name';
import { bucketsLoggingTo, finalProperties } from '../app/rendered';
import { describe } from '../messages/mistake';

/**
 * Where a destination causes logs by receiving them and its sources do not notice: there are none in this app, or they
 * are in another stack and named there as text.
 */
export function loopErrors({ cfn, ...end }: BucketEnd, flows: readonly LogFlow[]): string[] {
  if (!cfn) {
    return [];
  }
  const name = nameOf({ ...end, cfn });
  return [
    ...(flows.length === 0 && bucketsLoggingTo(cfn).includes(cfn)
      ? [
          describe({
            saw: `destination ${name} writes its server access logs to itself`,
            because: 'every log that arrives causes another one',
            instead: 'write the access logs of the destination to a bucket of their own',
          }),
        ]
      : []),
    ...flows
      .filter((flow) => isLoggedTo(cfn, flow))
      .map(({ source }) =>
        describe({
          saw: `destination ${name} writes its server access logs to the source ${nameOf(source)}`,
          because: 'every log that arrives is replicated, which causes another one',
          instead:
            'write the access logs of the destination to a bucket of their own, or under a prefix that is not replicated',
        }),
      ),
  ];
}

function isLoggedTo(destination: s3.CfnBucket, { source, filter }: LogFlow): boolean {
  const { DestinationBucketName, LogFilePrefix = '' } = finalProperties(destination).LoggingConfiguration ?? {};
  const replicated = filter?._prefix ?? '';
  return (
    source.stack !== destination.stack &&
    DestinationBucketName !== undefined &&
    DestinationBucketName === literalName(source.cfn!) &&
    (String(LogFilePrefix).startsWith(replicated) || replicated.startsWith(LogFilePrefix))
  );
}
