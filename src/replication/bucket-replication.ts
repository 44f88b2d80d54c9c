// SPDX-License-Identifier: Apache-2.0
import { Annotations, aws_iam as iam, aws_s3 as s3, Lazy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkDestination } from './destination-input';
import { checkExecutionRole } from './execution-role';
import { checkKeys } from './key-input';
import { checkOwnerOverride } from './plan';
import { checkedSource } from './source-input';
import { BucketEnd, bucketEnd, definedBucket, nameOf } from '../app/bucket';
import { givenName } from '../app/bucket-name';
import { deployAfter } from '../app/deploy-order';
import { defaultKeyOf } from '../app/encryption';
import { compare } from '../app/environment';
import { canRefer, keyPointer } from '../app/key';
import { isOwnerEnforced } from '../app/ownership';
import { bucketAttribute } from '../app/references';
import { definedResource } from '../app/resource';
import { sameStage } from '../app/stacks';
import { enableVersioning } from '../buckets/versioning';
import { validateReplication } from '../checks/validate';
import { DestinationAnchor } from '../flows/destination';
import { claimRoleName } from '../flows/role-claims';
import { SourceAnchor } from '../flows/source';
import { nestedCircle } from '../flows/waits';
import { receiveReplicas } from '../grants/receive-replicas';
import { ReplicaGrants } from '../grants/replica-grants';
import { mistake } from '../messages/mistake';
import { RoleOfAccount } from '../permissions/destination-statements';
import { replicationRole } from '../permissions/role';
import { checkRoleInput } from '../permissions/role-input';
import { RoleName, checkKnownRole, crossAccountRoleName, nameOfGivenRole } from '../permissions/role-name';
import { ruleId } from '../rules/added-rule';
import { ReplicationFilter } from '../rules/replication-filter';
import { ReplicationRule } from '../rules/replication-rule';
import { checkAgainst, checkOptions } from '../rules/rule-input';
import { RuleKeys, ruleKeys } from '../rules/rule-keys';

/** Properties of a BucketReplication. */
export interface BucketReplicationProps {
  /**
   * The source bucket: an L2 or L1 bucket of this app, or a construct whose default child is one.
   * Versioning is switched on. An imported bucket is an error: CloudFormation cannot change a bucket of another stack.
   * A change to another source moves the replication there, with a new role, and leaves the former bucket without it.
   */
  readonly source: s3.IBucketRef;

  /**
   * The first rules; more can come with `addRule()`.
   *
   * @default - no rules
   */
  readonly rules?: ReplicationRule[];

  /**
   * A role of the source's account that S3 assumes, instead of the one that is created. It must trust
   * `s3.amazonaws.com`; the permissions are added to it. Adding it later removes the role that was created; when the
   * source bucket is retained, that role stays in the account.
   *
   * @default - a role is created
   */
  readonly role?: iam.IRole;

  /**
   * Name of the role that is created: 1 to 64 letters, digits and `+=,.@_-`. The policies of a destination in another
   * account name the role, so give it a name from the start when one may come. Changing it later replaces the role. A
   * role with a name is deleted with its stack even when the source bucket is retained: deploy once without rules
   * before you delete the stack.
   *
   * @default - CloudFormation makes a name, and the role is retained when the source bucket is and a rule is enabled;
   * with a destination in another account `s3-replication-<stack>-<hash>`
   */
  readonly roleName?: string;

  /**
   * Path of the role that is created, for example `/replication/`. Changing it later replaces the role.
   *
   * @default /
   */
  readonly rolePath?: string;

  /**
   * Permissions boundary of the role that is created. It must allow what replication does.
   *
   * @default - none, or the one that the app sets for all roles
   */
  readonly permissionsBoundary?: iam.IManagedPolicy;
}

/**
 * The replication of one source bucket: its replication configuration, its role and its rules.
 *
 * S3 knows one replication configuration and one role for a bucket, so there is one BucketReplication for a source
 * bucket. `BucketReplication.of(bucket)` finds it or creates it; the other constructs of this library use that, so they
 * compose on one source. The role and its policy are children of the source bucket, wherever this construct is.
 *
 * Objects that exist already are not replicated. For a source without a given name CloudFormation attaches the
 * permissions shortly after the configuration; objects written between the two fail to replicate for good. For a busy
 * bucket, deploy the rules with `enabled: false` once and then without it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
 */
export class BucketReplication extends Construct {
  /**
   * The BucketReplication of a source bucket; it is created when there is none.
   *
   * @param bucket a bucket of this app; an imported one is an error
   */
  public static of(bucket: s3.IBucketRef): BucketReplication {
    const cfn = definedBucket(bucket);
    const found = cfn && SourceAnchor.find(cfn);
    return found
      ? (found.handle as BucketReplication)
      : new BucketReplication(cfn ?? bucket, 'BucketReplication', { source: bucket });
  }

  /** @internal */
  public static _isReplicated(bucket: s3.IBucketRef): boolean {
    const cfn = definedBucket(bucket);
    return cfn !== undefined && SourceAnchor.find(cfn) !== undefined;
  }

  /** The source bucket. */
  public readonly source: s3.IBucketRef;

  /** The role that S3 assumes to replicate. */
  public readonly role: iam.IRole;

  private readonly end: BucketEnd;
  private readonly roleProps: BucketReplicationProps;
  private readonly anchor: SourceAnchor;

  /**
   * @throws when the source is not defined in this app, has a replication configuration or a BucketReplication already,
   * or has its versioning suspended; and for rules as `addRule()` does
   */
  constructor(scope: Construct, id: string, props: BucketReplicationProps) {
    super(scope, id);
    const end = bucketEnd(props.source);
    const cfn = checkedSource(this, end);
    checkRoleInput(this, end, props);
    claimRoleName(this, end, props.roleName);
    this.end = end;
    if (props.role && definedResource(props.role, 'AWS::IAM::Role')) {
      deployAfter(this, 'source', end.stack, {
        what: `role '${props.role.node.path}'`,
        stack: Stack.of(props.role),
        reason: `${nameOf(end)} is replicated with the role '${props.role.node.path}'`,
        remedy: 'define the role in the stack of the source, or in one that depends on nothing of it',
      });
    }
    enableVersioning(this, cfn, 'source');

    const name = givenName(cfn);
    this.source = props.source;
    this.roleProps = props;
    this.anchor = new SourceAnchor(cfn, name);
    this.anchor.handle = this;
    this.role = replicationRole(this.anchor, cfn, name !== undefined, props, {
      statements: () => this.anchor.permissions(),
      inUse: () => this.anchor.rules.some(({ options }) => options.enabled !== false),
      name: () => (this.anchor.crossesAccounts ? crossAccountRoleName(end) : undefined),
    });
    this.anchor.role = this.role;
    cfn.replicationConfiguration = Lazy.any({ produce: () => this.anchor.configuration() });
    this.anchor.node.addValidation({ validate: () => validateReplication(this.anchor) });
    props.rules?.forEach((rule) => this.addRule(rule));
  }

  /**
   * Adds a rule, at any time before the Stage of the source is synthesized.
   *
   * Versioning is switched on at the destination when it is defined in this app. The stack of the source deploys after
   * the stack of the destination. When the destination is in another account, its bucket policy and the policy of the
   * key for replicas let the replication role in, by the name that the role then has; for an imported bucket or key a
   * warning shows the statements that its owner must add.
   *
   * @param rule what is replicated, how, and where to
   * @throws when S3 would refuse the rule, when it could not be deployed, or when the Stage is synthesized already
   */
  public addRule(rule: ReplicationRule): void {
    this._addRule(this, rule);
  }

  /**
   * @param at the construct whose props the rule comes from, for messages
   * @param letIn whether the role has to be let in where the destination is in another account; not, where all roles of
   * its name's prefix are, whichever account they are in
   * @internal
   */
  public _addRule(at: Construct, rule: ReplicationRule, letIn = true): void {
    const { anchor, end: source } = this;
    const destination = bucketEnd(rule.destination);
    const marked = destination.cfn && DestinationAnchor.find(destination.cfn);
    if (anchor.synthesized || marked?.synthesized) {
      throw mistake(at, {
        saw: `a rule to ${nameOf(destination)} after synthesis`,
        because:
          'the Stage of one of the buckets is synthesized already (adding a Stage to a CDK pipeline does that), so the rule would be missing in the template',
        instead: 'add rules before',
      });
    }
    checkOptions(at, rule);
    checkDestination(at, source, destination, letIn);
    checkKeys(at, source, destination, rule);
    const filter = rule.filter ?? ReplicationFilter.all();
    const foreign = compare(source.account, destination.account) === 'different';
    const grantee = foreign && letIn ? this._grantee(at) : undefined;
    const grants = ReplicaGrants.fromBucket(rule.destination);
    const covering = grantee && grants._covering(grantee);
    checkOwnerOverride(at, rule, foreign, covering);
    const added = {
      at,
      options: rule,
      destination,
      destinationArn:
        anchor.rules.find((other) => other.destination.cfn && other.destination.cfn === destination.cfn)
          ?.destinationArn ?? bucketAttribute(source.stack, destination, 'arn'),
      filter,
      id: rule.ruleId ?? ruleId(destination, filter),
      ownerOverride:
        rule.ownerOverride ?? (foreign && !isOwnerEnforced(destination) && (covering?.ownerOverride ?? true)),
    };
    checkAgainst(at, added, anchor.rules);
    const keys = ruleKeys(anchor.bucket, added);
    if (foreign) {
      checkExecutionRole(at, source, destination, keys);
    }
    const waiting = nestedCircle(anchor.bucket, added, keys);
    if (waiting) {
      throw mistake(at, {
        saw: `a rule from ${nameOf(source)} to ${nameOf(destination)} that closes a circle around the nested stack '${waiting.node.path}'`,
        because: 'CloudFormation deploys a nested stack as a whole, so it would wait for a bucket that waits for it',
        instead: 'put replicas, and keys for them, into a stack of their own',
      });
    }
    if (destination.cfn) {
      this.prepare(at, destination, destination.cfn);
    }
    this.deployAfterKeys(at, destination, keys);
    if (grantee) {
      const key = rule.destinationKey ? keyPointer(rule.destinationKey) : defaultKeyOf(destination);
      grants._letIn(grantee, keys.replicaKey && key, added.ownerOverride);
    }
    anchor.knownAs ??= grantee ?? (letIn ? undefined : this.roleName(at));
    anchor.rules.push(added);
  }

  /**
   * How policies of another account name the replication role.
   * @internal
   */
  public _grantee(at: Construct): RoleOfAccount {
    const name = this.roleName(at);
    checkKnownRole(at, name);
    return { account: this.end.account, ...name };
  }

  private roleName(at: Construct): RoleName {
    const { role, roleName, rolePath = '/' } = this.roleProps;
    return role
      ? nameOfGivenRole(at, role)
      : this.end.stack.resolve({ roleName: roleName ?? crossAccountRoleName(this.end), rolePath });
  }

  /**
   * Whether a policy that names roles by this prefix means the replication role.
   * @internal
   */
  public _roleStartsWith(prefix: string): boolean {
    const { roleName, rolePath = '/' } = this.roleProps;
    return rolePath === '/' && roleName !== undefined && roleName.startsWith(prefix);
  }

  /** What a destination of this app needs for this source: to receive replicas, and to be deployed first. */
  private prepare(at: Construct, destination: BucketEnd, cfn: s3.CfnBucket): void {
    const { stack } = this.end;
    receiveReplicas(at, cfn).sources.add(this.anchor.bucket);
    if (sameStage(stack, destination.stack)) {
      deployAfter(at, 'source', stack, {
        what: `destination ${nameOf(destination)}`,
        stack: destination.stack,
        reason: `replication from ${nameOf(this.end)} to ${nameOf(destination)}: replicas belong into a stack that depends on nothing of the source's stack`,
        remedy: 'put replicas into a stack of their own, and what uses both buckets into a third one',
      });
    } else {
      Annotations.of(this.anchor).addWarningV2(
        'cdk-s3-replication:deployOrderAcrossStages',
        `The destination ${nameOf(destination)} is in another Stage, so CDK does not order the deployments: S3 refuses the replication configuration ` +
          `until the destination exists. Deploy the Stage of the destination first, or put the stacks of both buckets into one Stage`,
      );
    }
  }

  private deployAfterKeys(at: Construct, destination: BucketEnd, { sourceKeys, replicaKey }: RuleKeys): void {
    const uses = [
      ...sourceKeys.map((key) => ({ key, owner: this.end.account })),
      ...(replicaKey ? [{ key: replicaKey, owner: destination.account }] : []),
    ];
    for (const { key, owner } of uses) {
      if ('cfn' in key && canRefer(this.end.stack, key, owner)) {
        deployAfter(at, 'source', this.end.stack, {
          what: `key '${key.cfn.node.path}'`,
          stack: Stack.of(key.cfn),
          reason: `the replication role of ${nameOf(this.end)} uses the key '${key.cfn.node.path}'`,
          remedy: 'put keys into a stack that depends on nothing of the stack of the source',
        });
      }
    }
  }
}
