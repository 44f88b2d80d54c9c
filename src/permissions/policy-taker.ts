// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, CfnResource, Intrinsic, IResolvable, Lazy } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { definedBucket } from '../app/bucket';
import { KeyPointer } from '../app/key';
import { resourcesIn } from '../app/rendered';
import { resourceBehind } from '../app/resource';
import { asList, asRecord, same } from '../documents/intrinsics';

/** Adds a statement to the policy of a resource, and says whether it could. */
type PolicyTaker = (statement: iam.PolicyStatement) => boolean;

/** How to add to the policy of a bucket or a key: an L2, one that wraps it or is made of it, or an L1. */
export function policyTaker(target: s3.IBucketRef | KeyPointer): PolicyTaker | undefined {
  if ('arn' in target) {
    return undefined;
  }
  const start = 'cfn' in target ? target.cfn : target;
  const cfn = 'cfn' in target ? target.cfn : definedBucket(target);
  const candidates = [start, ...wrapped(start), ...(cfn ? [cfn.node.scope] : [])];
  const l2 = candidates.find(
    (candidate): candidate is s3.IBucket =>
      candidate !== undefined && 'addToResourcePolicy' in candidate && (!cfn || candidate.node.defaultChild === cfn),
  );
  const policy = cfn && s3.CfnBucket.isCfnBucket(cfn) && !l2?.policy && policyInStackOf(cfn);
  if (policy) {
    return intoPolicy(policy);
  }
  return l2 ? (statement) => l2.addToResourcePolicy(statement).statementAdded : cfn && fromL1(cfn);
}

/** The policy that something else than the L2 gives a bucket: the user, an included template, a mixin. S3 allows one. */
function policyInStackOf(cfn: s3.CfnBucket): s3.CfnBucketPolicy | undefined {
  const { stack } = cfn;
  const isOfBucket = ({ bucket }: s3.CfnBucketPolicy) =>
    resourceBehind(bucket, 'AWS::S3::Bucket') === cfn ||
    (cfn.bucketName !== undefined && same(...(stack.resolve([bucket, cfn.bucketName]) as [unknown, unknown])));
  return resourcesIn(stack).find(
    (it): it is s3.CfnBucketPolicy =>
      it.cfnResourceType === 'AWS::S3::BucketPolicy' && isOfBucket(it as s3.CfnBucketPolicy),
  );
}

function intoPolicy(policy: s3.CfnBucketPolicy): PolicyTaker {
  return (statement) => {
    const given: unknown = policy.policyDocument;
    if (given instanceof iam.PolicyDocument) {
      given.addStatements(statement);
      return true;
    }
    const document = isThere(policy, statement) ? given : withStatement(given, statement);
    policy.policyDocument = document ?? given;
    return document !== undefined;
  };
}

function wrapped(construct: IConstruct): IConstruct[] {
  const inner = construct.node.defaultChild;
  return inner ? [inner, ...wrapped(inner)] : [];
}

/** What can be added to through the L2s that core makes of L1s, or in their place where core cannot read a policy. */
function fromL1(cfn: s3.CfnBucket | kms.CfnKey | kms.CfnReplicaKey): PolicyTaker {
  if (s3.CfnBucket.isCfnBucket(cfn)) {
    return tried(() => s3.Bucket.fromCfnBucket(cfn)) ?? ownPolicyOf(cfn);
  }
  const take = tried(() => kms.Key.fromCfnKey(cfn as kms.CfnKey)) ?? inKeyPolicy(cfn);
  return (statement) => isThere(cfn, statement) || take(statement);
}

const ADDED = Symbol.for('cdk-s3-replication.keyStatements');

/** Nobody else removes doubles from the policy of an L1; and to read it would settle what is lazy in it too early. */
function isThere(cfn: CfnResource & { [ADDED]?: Set<string> }, statement: iam.PolicyStatement): boolean {
  const added = (cfn[ADDED] ??= new Set());
  const text = JSON.stringify(statement.toStatementJson());
  const there = added.has(text);
  added.add(text);
  return there;
}

function tried(make: () => s3.IBucket | kms.IKey): PolicyTaker | undefined {
  try {
    const l2 = make();
    return (statement) => l2.addToResourcePolicy(statement).statementAdded;
  } catch {
    return undefined;
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
  return (statement) => {
    const document = withStatement(cfn.keyPolicy, statement);
    cfn.keyPolicy = document ?? cfn.keyPolicy;
    return document !== undefined;
  };
}

/** Behind what the policy turns out to be; undefined where an intrinsic decides on it. */
function withStatement(given: unknown, statement: iam.PolicyStatement): IResolvable | undefined {
  return given instanceof Intrinsic
    ? undefined
    : Lazy.uncachedAny({
        produce: ({ resolve }) => {
          const { Statement, ...document } = asRecord(resolve(given)) ?? {};
          return { ...document, Statement: [...asList(Statement), statement.toStatementJson()] };
        },
      });
}
