import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { BucketEnd, definedBucket, definedKey, importedKey } from './bucket-end';
import { defaultEncryption } from './encryption';

/** Adds a statement to the policy of a resource, and says whether it could. */
export type PolicyTaker = (statement: iam.PolicyStatement) => boolean;

/** How to add to the policy of a bucket or a key: an L2, one that wraps it or is made of it, or an L1. */
export function policyTaker(target: s3.IBucketRef | kms.IKeyRef): PolicyTaker | undefined {
  const cfn = definedBucket(target) ?? definedKey(target);
  const candidates = [target, ...wrapped(target), ...(cfn ? [cfn.node.scope] : [])];
  const l2 = candidates.find(
    (it): it is s3.IBucket => it !== undefined && 'addToResourcePolicy' in it && (!cfn || it.node.defaultChild === cfn),
  );
  const owner = l2 ?? (cfn && fromL1(cfn));
  return owner && ((statement) => owner.addToResourcePolicy(statement).statementAdded);
}

function wrapped(construct: IConstruct): IConstruct[] {
  const inner = construct.node.defaultChild;
  return inner ? [inner, ...wrapped(inner)] : [];
}

function fromL1(cfn: s3.CfnBucket | kms.CfnKey | kms.CfnReplicaKey): s3.IBucket | kms.IKey | undefined {
  try {
    if (s3.CfnBucket.isCfnBucket(cfn)) {
      return s3.Bucket.fromCfnBucket(cfn); // reads the policy of its key, too
    }
    return kms.CfnKey.isCfnKey(cfn) ? kms.Key.fromCfnKey(cfn) : undefined;
  } catch {
    return undefined; // a policy with tokens in it cannot be added to
  }
}

/** The key that replicas are encrypted with when the rule names no other one. */
export function defaultKeyOf(end: BucketEnd): kms.IKeyRef | undefined {
  if (!end.cfn) {
    return importedKey(end);
  }
  const encryption = defaultEncryption(end.cfn);
  if (!('key' in encryption)) {
    return undefined;
  }
  const { key } = encryption;
  return 'cfn' in key && kms.CfnKey.isCfnKey(key.cfn) ? key.cfn : importedKey(end);
}

/**
 * Whether the account of the bucket owns every object in it; so it is with new buckets that do not say otherwise.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
 */
export function isOwnerEnforced({ cfn }: BucketEnd): boolean {
  const [rule] = (cfn && Stack.of(cfn).resolve(cfn.ownershipControls)?.rules) ?? [];
  return rule === undefined || rule.objectOwnership === 'BucketOwnerEnforced';
}
