// SPDX-License-Identifier: Apache-2.0
import { CfnResource, ReferenceStrength, Stack, Token } from 'aws-cdk-lib';
import { BucketEnd } from './bucket';
import { arnByName, lateName, literalName } from './bucket-name';
import { deployedStack } from './stacks';

/**
 * An attribute of a resource, to be used by resources of `consumer`.
 *
 * Within one deployed stack this is the attribute itself. From another stack it is a weak reference
 * (`Fn::GetStackOutput`): no export, no custom resource, no physical name needed, and nobody else's references change.
 * The reference strength lives in the token and core resolves a token for one consuming stack only, so every use
 * by another stack needs a token of its own.
 *
 * @param attribute the bare attribute token, such as `bucket.attrArn`
 */
export function attributeFor(consumer: Stack, producer: CfnResource, attribute: string): string {
  return deployedStack(consumer) === deployedStack(Stack.of(producer))
    ? attribute
    : Stack.consumeReference(attribute, ReferenceStrength.WEAK);
}

/**
 * The name or ARN of a bucket, to be used by resources of `consumer`.
 *
 * From another stack a literal name is written as it is: a weak reference would not notice that it changes. It also
 * serves where there is nothing to refer to, for imported buckets and buckets of other Stages.
 */
export function bucketAttribute(consumer: Stack, { ref, cfn, stack }: BucketEnd, attribute: 'name' | 'arn'): string {
  const near = deployedStack(consumer) === deployedStack(stack);
  if (cfn && (near || literalName(cfn) === undefined)) {
    return attributeFor(consumer, cfn, attribute === 'name' ? cfn.ref : cfn.attrArn);
  }
  const { bucketName, bucketArn } = ref.bucketRef;
  const imported = Token.isUnresolved(bucketName) ? undefined : bucketName;
  const literal = cfn ? literalName(cfn) : imported;
  if (attribute === 'name') {
    return literal ?? bucketName;
  }
  return literal === undefined ? bucketArn : arnByName(cfn ? lateName(cfn, literal) : literal);
}

/**
 * Makes a resource wait for another one of its stack; `addResourceDependency` is the newer name, and the older one
 * prints a deprecation warning.
 */
export function waitFor(resource: CfnResource, target: CfnResource): void {
  const { addResourceDependency } = resource as CfnResource & { addResourceDependency?: CfnResource['addDependency'] };
  addResourceDependency ? addResourceDependency.call(resource, target) : resource.addDependency(target);
}
