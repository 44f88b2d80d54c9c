// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Statement } from './role-statements';
import { given } from '../app/given';
import { hashOf } from '../app/hash';
import { fallBack, keepLike } from '../app/keep-like';
import { waitFor } from '../app/references';
import { definedResource, finalProperty } from '../app/resource';
import { deployedStack } from '../app/stacks';

/** Id of the policy that has the permissions where they are not part of the role. */
export const POLICY_ID = 'Policy';

/** Name of the inline policy in the replication role. */
export const POLICY_NAME = 'S3Replication';

export interface RoleOptions {
  readonly role?: iam.IRole;
  readonly roleName?: string;
  readonly rolePath?: string;
  readonly permissionsBoundary?: iam.IManagedPolicy;
}

/**
 * The replication role with the permissions that are asked for when the template is made.
 *
 * Where the name of the source is known without the bucket resource, the permissions are part of the role, so that they
 * are there before CloudFormation puts the replication configuration on the bucket: what S3 fails to replicate for lack
 * of permission is never tried again. Otherwise they would close a circle with the bucket and are a policy of their
 * own, which CloudFormation attaches after the bucket.
 *
 * @see
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-s3-bucket-replicationconfiguration.html
 */
export function replicationRole(
  scope: Construct,
  bucket: CfnResource,
  nameIsKnown: boolean,
  options: RoleOptions,
  late: LatePermissions,
): iam.IRole {
  const document = new LateDocument(late.statements);
  if (options.role) {
    const policy = attachedPolicy(scope, options.role, { policyName: policyNameFor(bucket), document });
    existLike(bucket, policy);
    if (nameIsKnown) {
      waitFor(bucket, policy);
    }
    return options.role;
  }
  const { roleName, rolePath: path, permissionsBoundary } = options;
  const role = new iam.Role(scope, 'Role', {
    assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'),
    description: 'Assumed by Amazon S3 to replicate the objects of one source bucket',
    ...given({ roleName, path, permissionsBoundary }),
  });
  const cfnRole = definedResource(role, 'AWS::IAM::Role') as iam.CfnRole | undefined;
  const made: CfnResource[] = cfnRole ? [cfnRole] : [];
  // a property injector may have given it a name
  if (cfnRole && nameAsMade(role, options).roleName === undefined) {
    cfnRole.roleName = Lazy.string({ produce: late.name });
  }
  if (nameIsKnown && cfnRole) {
    cfnRole.policies = [{ policyName: POLICY_NAME, policyDocument: document }];
  } else {
    // with iam.Role.customizeRoles() the role is made elsewhere, and takes its policy in its own way
    made.push(cfnRole ? ownPolicy(scope, cfnRole, document) : attachedPolicy(scope, role, { document }));
  }
  const isNamed = () =>
    cfnRole ? finalProperty(cfnRole, 'RoleName', cfnRole.roleName) !== undefined : options.roleName !== undefined;
  for (const resource of made) {
    existLike(bucket, resource);
    // A source bucket that outlives its stack goes on replicating, and everything it replicates would fail for ever if
    // its role were gone. A name would be in the way when the stack is created again. And when every rule is disabled,
    // that is the way out, which should leave nothing behind.
    keepLike(bucket, resource, () => late.inUse() && !isNamed());
  }
  return role;
}

/** The options with the name and the path that a property injector may have given the role. */
export function nameAsMade(role: iam.IRole, options: RoleOptions): RoleOptions {
  const cfn = options.role ? undefined : (definedResource(role, 'AWS::IAM::Role') as iam.CfnRole | undefined);
  const made = (value: string | undefined, asked: string | undefined) => {
    const text: unknown = Stack.of(role).resolve(value);
    return typeof text === 'string' ? text : asked;
  };
  const { roleName, rolePath } = options;
  return cfn ? { ...options, roleName: made(cfn.roleName, roleName), rolePath: made(cfn.path, rolePath) } : options;
}

/** As `iam.Policy` renders it, whose ways to take statements nobody needs here: making one takes twice the time. */
function ownPolicy(scope: Construct, role: iam.CfnRole, policyDocument: iam.PolicyDocument): CfnResource {
  const policy: iam.CfnPolicy = new iam.CfnPolicy(new Construct(scope, POLICY_ID), 'Resource', {
    policyName: Lazy.string({ produce: () => Stack.of(scope).resolve(policy.logicalId).slice(-128) }),
    policyDocument,
    roles: [role.ref],
  });
  return policy;
}

function attachedPolicy(scope: Construct, role: iam.IRole, props: iam.PolicyProps): CfnResource {
  const policy = new iam.Policy(scope, POLICY_ID, props);
  role.attachInlinePolicy(policy);
  return policy.node.defaultChild as iam.CfnPolicy;
}

/** What is known when the template is made: rules may be added until then. */
interface LatePermissions {
  readonly statements: () => Statement[];
  /** Whether S3 replicates with the role. */
  readonly inUse: () => boolean;
  /** The name that another account knows the role by; nothing within one account. */
  readonly name: () => string | undefined;
}

/** A policy document whose statements are asked for when it is rendered. */
export class LateDocument extends iam.PolicyDocument {
  constructor(private readonly late: () => Statement[]) {
    super();
  }

  /** Core counts the statements that are added to it; there is always one that is not. */
  public get isEmpty(): boolean {
    return false;
  }

  /** As they are: feature flags that merge or reorder statements do not change the template. */
  public resolve(): unknown {
    return { Version: '2012-10-17', Statement: this.late() };
  }
}

/**
 * A bucket with a condition of the template may not be there; its role, which it refers to and which refers to it, goes
 * along.
 */
function existLike(bucket: CfnResource, resource: CfnResource): void {
  fallBack(resource.cfnOptions, 'condition', () => bucket.cfnOptions.condition);
}

/** Of a policy in a role that others use too, also the same code deployed as another stack or to another region. */
function policyNameFor(bucket: CfnResource): string {
  const { stackName, region } = deployedStack(Stack.of(bucket));
  return `${POLICY_NAME}-${region}-${hashOf(`${stackName}/${bucket.node.path}`, 8)}`;
}
