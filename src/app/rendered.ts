// SPDX-License-Identifier: Apache-2.0
import { CfnResource, Stack, Stage } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { asList, asRecord, isIntrinsic } from '../documents/intrinsics';

/**
 * The document of the managed policy that bounds a role, when the role's own stack defines it; what the boundary of
 * another stack or of the account allows is not known.
 */
export function boundaryDocumentOf(role: iam.CfnRole): unknown {
  // as rendered, because CDK applies boundaries with an aspect that overrides the property
  const { Ref } = asRecord(finalProperties(role).PermissionsBoundary) ?? {};
  const [policy] = referredTo(Stack.of(role), { Ref });
  return policy?.cfnResourceType === 'AWS::IAM::ManagedPolicy' ? finalProperties(policy).PolicyDocument : undefined;
}

/** A policy that is attached to a bucket, with its document as it will be in the template. */
export interface BucketPolicy {
  readonly policy: s3.CfnBucketPolicy;
  readonly document: unknown;
}

interface Rendered {
  readonly logicalId: string;
  readonly properties: Record<string, any>;
}

function render(resource: CfnResource): Rendered {
  const stack = Stack.of(resource);
  const template = stack.resolve(resource._toCloudFormation());
  const [[logicalId, rendered]] = Object.entries<any>(template?.Resources ?? { [stack.getLogicalId(resource)]: {} });
  // without the keys that have no value
  return { logicalId, properties: JSON.parse(JSON.stringify(rendered.Properties ?? {})) };
}

/**
 * The properties of a resource as its template will have them, after property overrides, later assignments and aspects.
 * Asked for while CDK validates, when nothing changes any more: rendered once, however many checks ask.
 */
export function finalProperties(resource: CfnResource): Record<string, any> {
  return indexOf(Stack.of(resource)).rendered(resource).properties;
}

/** As the templates call the resource. */
export function finalLogicalId(resource: CfnResource): string {
  return indexOf(Stack.of(resource)).rendered(resource).logicalId;
}

/** What is read of a resource once while CDK validates, however many checks ask. */
export function readOnce<R extends CfnResource, T>(resource: R, read: (resource: R) => T): T {
  const { facts } = indexOf(Stack.of(resource));
  const ofReader = facts.get(read) ?? new Map();
  facts.set(read, ofReader);
  if (!ofReader.has(resource)) {
    ofReader.set(resource, read(resource));
  }
  return ofReader.get(resource);
}

/** The policies which the bucket's own stack attaches to it, whoever made them; other stacks are not looked at. */
export function bucketPoliciesOf(bucket: s3.CfnBucket): BucketPolicy[] {
  const index = indexOf(Stack.of(bucket));
  return namesOf(bucket, index).flatMap((name) => index.policies.get(name) ?? []);
}

/** The buckets of the bucket's own stack that write their server access logs to it. */
export function bucketsLoggingTo(bucket: s3.CfnBucket): s3.CfnBucket[] {
  const index = indexOf(Stack.of(bucket));
  return namesOf(bucket, index).flatMap((name) => index.loggers.get(name) ?? []);
}

/** The documents of the policies of a stack that are inline in a role, by the names that the stack has for it. */
export function rolePoliciesIn(stack: Stack, names: readonly unknown[]): unknown[] {
  const { rolePolicies } = indexOf(stack);
  return [...new Set(names.map((name) => JSON.stringify(name)))].flatMap((name) => rolePolicies.get(name) ?? []);
}

/** The resources of a stack that a part of its template refers to. */
export function referredTo(stack: Stack, part: unknown): CfnResource[] {
  const names = JSON.stringify(part).matchAll(/\{"(?:Ref|Fn::GetAtt)":\[?"([^":]+)"/g); // pseudo parameters have colons
  return [...names].flatMap(([, name]) => indexOf(stack).resources().get(name) ?? []);
}

/**
 * What can be looked up in one stack. Buckets go by their name as a property has it: `{ Ref }`, a literal, another
 * intrinsic.
 */
interface StackIndex {
  readonly policies: Map<string, BucketPolicy[]>;
  readonly loggers: Map<string, s3.CfnBucket[]>;
  /** Documents by the name of the role. */
  readonly rolePolicies: Map<string, unknown[]>;
  /** By logical id; made when the first one is looked up, which is rare. */
  readonly resources: () => Map<string, CfnResource>;
  /** Rendered once for each resource: a key or a boundary may serve thousands of buckets. */
  readonly rendered: (resource: CfnResource) => Rendered;
  readonly facts: Map<unknown, Map<CfnResource, any>>;
}

const INDEX = Symbol('cdk-s3-replication.index');

/** Before anything is checked or read: when aspects have run, and the Stage of the construct is about to be validated. */
export function whenFinal(construct: IConstruct, run: () => void): void {
  (Stage.of(construct) ?? construct).node.addValidation({
    validate: () => {
      run();
      return [];
    },
  });
}

/** One index for each stack, so that thousands of buckets are looked up in linear time. */
const indexOf = (stack: Stack): StackIndex => oncePerSynthesis(stack, INDEX, () => buildIndex(stack));

/**
 * What is made of the tree when it is final, which it is while CDK validates (after aspects and lazy values). Tests and
 * CDK Pipelines synthesize again after changes: the Stage, which is validated before what it holds, forgets what was
 * made in the synthesis before.
 */
export function oncePerSynthesis<T>(at: IConstruct, id: symbol, make: () => T): T {
  const { [id]: known } = at as unknown as { [id: symbol]: { current?: T } | undefined };
  const cache = known ?? {};
  if (!known) {
    Object.defineProperty(at, id, { value: cache });
    whenFinal(at, () => (cache.current = undefined));
  }
  return (cache.current ??= make());
}

function buildIndex(stack: Stack): StackIndex {
  const known = new Map<CfnResource, Rendered>();
  const rendered = (resource: CfnResource) => {
    const result = known.get(resource) ?? render(resource);
    known.set(resource, result);
    return result;
  };
  const all = resourcesIn(stack);
  let byId: Map<string, CfnResource> | undefined;
  const resources = () => (byId ??= new Map(all.map((resource) => [stack.resolve(resource.logicalId), resource])));
  const index: StackIndex = {
    policies: new Map(),
    loggers: new Map(),
    rolePolicies: new Map(),
    resources,
    rendered,
    facts: new Map(),
  };
  for (const resource of all) {
    if (isA<s3.CfnBucketPolicy>(resource, 'AWS::S3::BucketPolicy')) {
      const { Bucket, PolicyDocument } = rendered(resource).properties;
      append(index.policies, Bucket, { policy: resource, document: PolicyDocument });
    } else if (/^AWS::IAM::(Role)?Policy$/.test(resource.cfnResourceType)) {
      const { Roles, RoleName, PolicyDocument } = rendered(resource).properties;
      asList(Roles ?? RoleName).forEach((name) => append(index.rolePolicies, name, PolicyDocument));
    } else if (isA<s3.CfnBucket>(resource, 'AWS::S3::Bucket')) {
      const logging = asRecord(rendered(resource).properties.LoggingConfiguration);
      if (logging && !isIntrinsic(logging)) {
        // without a destination the bucket logs to itself:
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-loggingconfiguration.html
        append(index.loggers, logging.DestinationBucketName ?? { Ref: rendered(resource).logicalId }, resource);
      }
    }
  }
  return index;
}

/** What the template of a stack is made of: nested stacks and Stages have templates of their own. */
export function constructsIn(scope: IConstruct): IConstruct[] {
  return scope.node.children
    .filter((child) => !Stack.isStack(child) && !Stage.isStage(child))
    .flatMap((child) => [child, ...constructsIn(child)]);
}

export function resourcesIn(stack: Stack): CfnResource[] {
  return constructsIn(stack).filter((it): it is CfnResource => CfnResource.isCfnResource(it));
}

/** By type and not by class: the resource may come from a generic `CfnResource` or another copy of aws-cdk-lib. */
function isA<T extends CfnResource>(resource: CfnResource, type: string): resource is T {
  return resource.cfnResourceType === type;
}

function namesOf(bucket: s3.CfnBucket, index: StackIndex): string[] {
  const { logicalId, properties } = index.rendered(bucket);
  return [{ Ref: logicalId }, properties.BucketName]
    .filter((name) => name !== undefined)
    .map((name) => JSON.stringify(name));
}

function append<T>(map: Map<string, T[]>, name: unknown, item: T): void {
  const key = JSON.stringify(name);
  const items = map.get(key) ?? [];
  items.push(item);
  map.set(key, items);
}
