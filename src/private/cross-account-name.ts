import { Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { deployedStack } from './environment';
import { hashOf } from './hash';

const MAX_BUCKET_NAME = 63;

/**
 * The name of a bucket that is made for another account. It says where it belongs, nobody else has it, and the policy of
 * its key can name it; it stays the same as long as stack and path do.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export function crossAccountBucketName(scope: IConstruct, stack: Stack): string {
  const { stackName, account, region } = deployedStack(stack);
  const hash = hashOf([stackName, scope.node.path, account, region], 12);
  const readable = `${stackName}-${scope.node.id}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '');
  // prefixes that S3 keeps for itself
  const safe = /^(xn--|sthree-|amzn-s3-demo-)/.test(readable) ? `r-${readable}` : readable;
  return `${safe.slice(0, MAX_BUCKET_NAME - 13).replace(/-+$/, '')}-${hash}`;
}
