// SPDX-License-Identifier: Apache-2.0
import { Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ReplicatedBucketOptions } from './replicated-bucket-options';
import { compare } from '../app/environment';
import { hashOf } from '../app/hash';
import { awaitsLookup } from '../app/lookup';
import { deployedStack } from '../app/stacks';
import { Mistake } from '../messages/mistake';

const MAX_BUCKET_NAME = 63;

/**
 * The name of a bucket that is made for another account. It says where it belongs, nobody else has it, and the policy
 * of its key can name it; it stays the same as long as stack and path do.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
function crossAccountBucketName(scope: IConstruct, stack: Stack): string {
  const { stackName, account, region } = deployedStack(stack);
  const hash = hashOf([stackName, scope.node.path, account, region], 12);
  const readable = `${stackName}-${scope.node.id}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '');
  // prefixes that S3 keeps for itself
  const safe = /^(sthree-|amzn-s3-demo-)/.test(readable) ? `r-${readable}` : readable;
  return `${safe.slice(0, MAX_BUCKET_NAME - 13).replace(/-+$/, '')}-${hash}`;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function prefixMistake(prop: string, options: ReplicatedBucketOptions, region: string): Mistake | undefined {
  const { bucketName, bucketNamePrefix: prefix } = options;
  if (prefix === undefined) {
    return bucketName === undefined || Token.isUnresolved(bucketName) || !bucketName.endsWith('-an')
      ? undefined
      : {
          saw: `${prop}.bucketName '${bucketName}'`,
          because: "S3 keeps names that end with '-an' for the namespaces of accounts",
          instead: 'use bucketNamePrefix, or a name with another end',
        };
  }
  if (bucketName !== undefined) {
    return {
      saw: `${prop}.bucketName together with bucketNamePrefix`,
      because: 'a bucket has the one name or the other',
      instead: 'leave out one of the two',
    };
  }
  if (['me-south-1', 'me-central-1'].includes(region)) {
    return {
      saw: `${prop}.bucketNamePrefix for a bucket in '${region}'`,
      because: 'S3 has no account regional namespace there',
      instead: 'use bucketName, or omit both',
    };
  }
  const room = MAX_BUCKET_NAME - `-123456789012-${Token.isUnresolved(region) ? 'us-east-1' : region}-an`.length;
  return !Token.isUnresolved(prefix) && prefix.length > room && !awaitsLookup(prefix)
    ? {
        saw: `${prop}.bucketNamePrefix '${prefix}' (${prefix.length} characters)`,
        because: `with account, region and '-an' a bucket name has at most ${MAX_BUCKET_NAME} characters, which leaves ${room}`,
        instead: 'shorten it',
      }
    : undefined;
}

/** The options for a bucket that is created; in another account it gets a name, unless it has one. */
export function namedForAccount(
  scope: IConstruct,
  source: Stack,
  destination: Stack | undefined,
  options: ReplicatedBucketOptions = {},
): ReplicatedBucketOptions {
  const { bucketName, bucketNamePrefix } = options;
  const foreign = destination !== undefined && compare(source.account, destination.account) === 'different';
  return foreign && bucketName === undefined && bucketNamePrefix === undefined
    ? { ...options, bucketName: crossAccountBucketName(scope, destination) }
    : options;
}
