// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, Intrinsic, Lazy } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { definedBucket } from '../app/bucket';
import { KeyPointer } from '../app/key';
import { asList, asRecord } from '../documents/intrinsics';

/** Adds a statement to the policy of a resource, and says whether it could. */
export type PolicyTaker = (statement: iam.PolicyStatement) => boolean;

/** How to add to the policy of a bucket or a key: an L2, one that wraps it or is made of it, or an L1. */
export function policyTaker(target: s3.IBucketRef | KeyPointer): PolicyTaker | undefined {
  if ('arn' in target) {
    return undefined;
  }
  const start = 'cfn' in target ? target.cfn : target;
  const cfn = 'cfn' in target ? target.cfn : definedBucket(target);
  const candidates = [start, ...wrapped(start), ...(cfn ? [cfn.node.scope] : [])];
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
  if (s3.CfnBucket.isCfnBucket(cfn)) {
    return tried(() => s3.Bucket.fromCfnBucket(cfn)) ?? ownPolicyOf(cfn);
  }
  const take = tried(() => kms.Key.fromCfnKey(cfn as kms.CfnKey)) ?? inKeyPolicy(cfn);
  return (statement) => isThere(cfn, statement) || take(statement);
}

const ADDED = Symbol.for('cdk-s3-replication.keyStatements');

/** Nobody else removes doubles from the policy of an L1; and to read it would settle what is lazy in it too early. */
function isThere(cfn: (kms.CfnKey | kms.CfnReplicaKey) & { [ADDED]?: Set<string> }, it: iam.PolicyStatement): boolean {
  const added = (cfn[ADDED] ??= new Set());
  const text = JSON.stringify(it.toStatementJson());
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

/** Behind what the policy turns out to be; not, where an intrinsic decides on it. */
function inKeyPolicy(cfn: kms.CfnKey | kms.CfnReplicaKey): PolicyTaker {
  return (statement) => {
    const given = cfn.keyPolicy;
    if (given instanceof Intrinsic) {
      return false;
    }
    cfn.keyPolicy = Lazy.uncachedAny({
      produce: ({ resolve }) => {
        const { Statement, ...document } = asRecord(resolve(given)) ?? {};
        return { ...document, Statement: [...asList(Statement), statement.toStatementJson()] };
      },
    });
    return true;
  };
}
