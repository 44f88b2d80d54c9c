// SPDX-License-Identifier: Apache-2.0
import { CfnResource, Reference, Stack, Tokenization } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** Follows default children, so that a construct which wraps a bucket counts too; never adds anything to find out. */
export function definedResource(construct: IConstruct, ...types: string[]): CfnResource | undefined {
  for (let current: IConstruct | undefined = construct; current; current = current.node.defaultChild) {
    if (CfnResource.isCfnResource(current)) {
      return types.includes(current.cfnResourceType) ? current : undefined;
    }
  }
  return undefined;
}

/** The resource that a token refers to, for who was handed no more than its name or ARN. */
export function resourceBehind(nameOrArn: string | undefined, ...types: string[]): CfnResource | undefined {
  const token = nameOrArn === undefined ? undefined : Tokenization.reverse(nameOrArn, { failConcat: false });
  return Reference.isReference(token) ? definedResource(token.target, ...types) : undefined;
}

/** What `addPropertyOverride()` and its kin have put over the properties of a resource. */
export function propertyOverrides(resource: CfnResource): { [property: string]: unknown } {
  const { rawOverrides } = resource as unknown as { rawOverrides?: { Properties?: { [property: string]: unknown } } };
  return rawOverrides?.Properties ?? {};
}

/** A property as the template will have it, while what stands in the app may still change. */
export function finalProperty(resource: CfnResource, name: string, value: unknown): unknown {
  const overrides = propertyOverrides(resource);
  return Stack.of(resource).resolve(name in overrides ? overrides[name] : value);
}
