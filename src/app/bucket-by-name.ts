// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, CfnResource, Stack, Stage, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { BucketEnd } from './bucket';
import { givenName } from './bucket-name';
import { knownText, partitionOf } from './environment';
import { oncePerSynthesis } from './rendered';
import { filledIn } from '../documents/intrinsics';

const NAMES = Symbol('cdk-s3-replication.names');

/**
 * The bucket of the whole app that has the name of an imported one: names are unique in a partition. Walks the tree, at
 * any time.
 */
export function bucketNamedLike(end: BucketEnd, names = bucketsByName(end.ref.node.root)): s3.CfnBucket | undefined {
  const name = literal(end.stack, end.ref.bucketRef.bucketName);
  const partitions = ({ stack }: s3.CfnBucket) => [end.region, stack.region].map(partitionOf);
  const apart = ([one, other]: Array<string | undefined>) => one !== undefined && other !== undefined && one !== other;
  return names.get(name)?.find((bucket) => !apart(partitions(bucket)));
}

/** The same while CDK validates, when nothing changes any more: one walk, however many buckets are imported. */
export function finalBucketNamedLike(end: BucketEnd): s3.CfnBucket | undefined {
  const { root } = end.ref.node;
  return bucketNamedLike(
    end,
    oncePerSynthesis(Stage.of(end.ref) ?? root, NAMES, () => bucketsByName(root)),
  );
}

function bucketsByName(root: IConstruct): Map<string | undefined, s3.CfnBucket[]> {
  const found = new Map<string | undefined, s3.CfnBucket[]>();
  for (const it of root.node.findAll()) {
    if (CfnResource.isCfnResource(it) && it.cfnResourceType === 'AWS::S3::Bucket') {
      const bucket = it as s3.CfnBucket;
      const name = literal(bucket.stack, givenName(bucket));
      if (name !== undefined) {
        found.set(name, [...(found.get(name) ?? []), bucket]);
      }
    }
  }
  return found;
}

/** A name with the account and region of its stack filled in, as far as that makes it text. */
function literal(stack: Stack, name: string | undefined): string | undefined {
  if (name === undefined || !Token.isUnresolved(name)) {
    return name;
  }
  const pseudo = { 'AWS::AccountId': knownText(stack.account), 'AWS::Region': knownText(stack.region) };
  const filled = filledIn(stack.resolve(name), pseudo, (it) => it);
  return typeof filled === 'string' ? filled : undefined;
}
