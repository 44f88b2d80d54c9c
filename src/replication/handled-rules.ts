// SPDX-License-Identifier: Apache-2.0
import { CfnResource, Lazy, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HandlerFunction, WRITES_RULES } from './handler-function';
import { BucketEnd, nameOf } from '../app/bucket';
import { deployAfter } from '../app/deploy-order';
import { hashOf } from '../app/hash';
import { fallBack } from '../app/keep-like';
import { bucketAttribute, waitFor } from '../app/references';
import { deployedStack } from '../app/stacks';
import { SourceAnchor } from '../flows/source';
import { HANDLER } from '../permissions/actions';
import { inApiForm } from '../rules/render';

const HOME = Symbol.for('cdk-s3-replication.handledFrom');

/** Says where a custom resource writes the rules of a bucket, of which CloudFormation cannot write any then. */
export function handleFrom(bucket: CfnResource & { [HOME]?: Construct }, home: Construct): void {
  bucket[HOME] = home;
}

export function handledFrom(bucket: (CfnResource & { [HOME]?: Construct }) | undefined): Construct | undefined {
  return bucket?.[HOME];
}

/**
 * Lets a custom resource write the rules of a source. It owns the rules whose ids begin with its prefix, and merges
 * them into what is there.
 *
 * @param source with the stack that the bucket is in
 */
export function writeWithHandler(anchor: SourceAnchor, source: BucketEnd, enableVersioning = false): void {
  const { home, end } = anchor;
  const { stack, cfn, ref } = end;
  const handler = HandlerFunction.of(stack, WRITES_RULES);
  // the bucket of another name is another resource, with a policy of its own: the former can be cleaned until the end
  const { bucketName } = ref.bucketRef;
  const suffix = cfn || Token.isUnresolved(bucketName) ? '' : `-${hashOf(bucketName, 8)}`;
  const leg = new Construct(home, `Rules${suffix}`);
  const prefix = rulePrefix(anchor);
  const apart = !Token.isUnresolved(source.region) && source.region !== stack.region;
  const resource = new CfnResource(leg, 'Resource', {
    type: 'Custom::S3ReplicationRules',
    properties: {
      ServiceToken: handler.functionArn,
      Bucket: bucketAttribute(stack, source, 'name'),
      Owner: stack.account,
      Region: apart ? source.region : undefined,
      Role: Lazy.string({ produce: () => anchor.role.roleArn }),
      RuleIdPrefix: prefix,
      Rules: stack.toJsonString(Lazy.any({ produce: () => anchor.renderedRules().map(inApiForm) })),
      EnableVersioning: enableVersioning ? 'true' : undefined,
    },
  });
  anchor.writeWith(resource, prefix);
  const policy = handler.allow(leg, [
    {
      Effect: 'Allow',
      Action: [...HANDLER.rules, ...(enableVersioning ? HANDLER.versioning : [])],
      Resource: bucketAttribute(stack, source, 'arn'),
      Condition: { StringEquals: { 's3:ResourceAccount': stack.account } },
    },
    {
      Effect: 'Allow',
      Action: HANDLER.passRole,
      Resource: Lazy.string({ produce: () => anchor.role.roleArn }),
      Condition: { StringEquals: { 'iam:PassedToService': 's3.amazonaws.com' } },
    },
  ]);
  waitFor(resource, policy);
  if (cfn) {
    deployAfter(home, 'bucket', stack, {
      what: `bucket ${nameOf(source)}`,
      stack: cfn.stack,
      reason: `the rules of ${nameOf(source)} are written from here`,
      remedy: 'put the bucket into a stack that does not depend on this one',
    });
  }
  const near = cfn && deployedStack(cfn.stack) === deployedStack(stack) ? cfn : undefined;
  for (const made of near ? [resource, policy] : []) {
    fallBack(made.cfnOptions, 'condition', () => near!.cfnOptions.condition);
  }
}

/**
 * What the ids of the rules begin with. Of one length, so that no prefix begins another; as it is in deployed stacks,
 * so it must never change.
 */
function rulePrefix({ home, end: { stack } }: SourceAnchor): string {
  const where = [stack.account, stack.region].filter((it) => !Token.isUnresolved(it));
  return `${hashOf([deployedStack(stack).stackName, home.node.path, ...where], 8)}-`;
}
