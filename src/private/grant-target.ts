import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, Lazy, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { BucketEnd, definedBucket, definedKey, importedKey } from './bucket-end';
import { defaultEncryption } from './encryption';
import { asList, asRecord, isIntrinsic } from './policy-lookup';

/** Adds a statement to the policy of a resource, and says whether it could. */
export type PolicyTaker = (statement: iam.PolicyStatement) => boolean;

/** How to add to the policy of a bucket or a key: an L2, one that wraps it or is made of it, or an L1. */
export function policyTaker(target: s3.IBucketRef | kms.IKeyRef): PolicyTaker | undefined {
  const cfn = definedBucket(target) ?? definedKey(target);
  const candidates = [target, ...wrapped(target), ...(cfn ? [cfn.node.scope] : [])];
  const l2 = candidates.find(
    (it): it is s3.IBucket => it !== undefined && 'addToResourcePolicy' in it && (!cfn || it.node.defaultChild === cfn),
  );
  return l2 ? (statement) => l2.addToResourcePolicy(statement).statementAdded : cfn && fromL1(cfn);
}

function wrapped(construct: IConstruct): IConstruct[] {
  const inner = construct.node.defaultChild;
  return inner ? [inner, ...wrapped(inner)] : [];
}

/** What can be added to through the L2s that core makes of L1s, or in their place where core cannot read a policy. */
function fromL1(cfn: s3.CfnBucket | kms.CfnKey | kms.CfnReplicaKey): PolicyTaker {
  try {
    const l2 = s3.CfnBucket.isCfnBucket(cfn) ? s3.Bucket.fromCfnBucket(cfn) : kms.Key.fromCfnKey(cfn as kms.CfnKey);
    return (statement) => l2.addToResourcePolicy(statement).statementAdded;
  } catch {
    return s3.CfnBucket.isCfnBucket(cfn) ? ownPolicyOf(cfn) : inKeyPolicy(cfn);
  }
}

/** Core reads the policy of a bucket's key, too, and fails when there are tokens in it. */
function ownPolicyOf(cfn: s3.CfnBucket): PolicyTaker {
  const id = 'S3ReplicasPolicy';
  const policy =
    (cfn.node.tryFindChild(id) as s3.CfnBucketPolicy | undefined) ??
    new s3.CfnBucketPolicy(cfn, id, { bucket: cfn.ref, policyDocument: new iam.PolicyDocument() });
  return (statement) => {
    (policy.policyDocument as iam.PolicyDocument).addStatements(statement);
    return true;
  };
}

function inKeyPolicy(cfn: kms.CfnKey | kms.CfnReplicaKey): PolicyTaker {
  const stack = Stack.of(cfn);
  return (statement) => {
    const given = cfn.keyPolicy;
    const readable = asRecord(stack.resolve(given));
    if (!readable || isIntrinsic(readable)) {
      return false;
    }
    cfn.keyPolicy = Lazy.any({
      produce: () => {
        const { Statement, ...document } = stack.resolve(given);
        return { ...document, Statement: [...asList(Statement), statement.toStatementJson()] };
      },
    });
    return true;
  };
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
