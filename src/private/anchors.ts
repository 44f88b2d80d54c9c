// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, aws_s3 as s3, CfnResource, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { arnByName, definedResource, propertyOverrides } from './bucket-end';
import { KeyPointer, regionOfKey } from './encryption';
import { compare, partitionOf } from './environment';
import { Granted } from './granted';
import { ruleKeys } from './keys';
import { KeyAccess, Statement, statements } from './permissions';
import { isIntrinsic } from './policy-lookup';
import { policySize, ROLE_POLICY_LIMIT } from './policy-size';
import { attributeFor } from './references';
import { POLICY_ID } from './role';
import type { RoleName } from './role-name';
import { AddedRule, priorities, renderRule } from './rules';

const SOURCE_ID = 'S3Replication';
const DESTINATION_ID = 'S3Replicas';
/** Tells an anchor, also one of another copy of this library, from a construct that users put into an L1 bucket. */
const ANCHOR = Symbol.for('cdk-s3-replication.anchor');

function findAnchor(bucket: s3.CfnBucket, id: string): IConstruct | undefined {
  const child = bucket.node.tryFindChild(id);
  return child && ANCHOR in child ? child : undefined;
}

/**
 * The replication of one source bucket: a child of the bucket resource with a fixed id, so that it is found again and
 * its role keeps its logical id whichever line of user code came first.
 */
export class SourceAnchor extends Construct {
  public static find(bucket: s3.CfnBucket): SourceAnchor | undefined {
    return findAnchor(bucket, SOURCE_ID) as SourceAnchor | undefined;
  }

  public readonly rules: AddedRule[] = [];
  public role!: iam.IRole;
  /** How policies of another account name the role. */
  public knownAs?: RoleName;
  /** The BucketReplication that users see; not typed as such, because it is made of this. */
  public handle!: Construct;
  /** Rules that come later would not be in the template. */
  public synthesized = false;
  private readonly keyArns = new Map<unknown, string>();

  private readonly arn: string;

  /**
   * @param givenName the bucket's name when it is known without the bucket resource, which the role's policy may then
   * name without waiting for it
   */
  constructor(
    public readonly bucket: s3.CfnBucket,
    public readonly givenName: string | undefined,
  ) {
    super(bucket, SOURCE_ID);
    Object.defineProperty(this, ANCHOR, { value: true });
    this.arn = givenName === undefined ? bucket.attrArn : arnByName(givenName);
  }

  /** Whether a rule goes to another account, whose policies name the role. */
  public get crossesAccounts(): boolean {
    const { account } = Stack.of(this.bucket);
    return this.rules.some(({ destination }) => compare(destination.account, account) === 'different');
  }

  /** The policy with the permissions, where they are not part of the role. */
  public get policy(): CfnResource | undefined {
    const policy = this.node.tryFindChild(POLICY_ID);
    return policy && definedResource(policy, 'AWS::IAM::Policy');
  }

  /** The bucket's replication configuration; total, because an error inside a Lazy would hide its own message. */
  public configuration(): s3.CfnBucket.ReplicationConfigurationProperty | undefined {
    if (this.rules.length === 0) {
      return undefined;
    }
    const numbers = priorities(this.rules);
    const ordered = [...this.rules].sort((a, b) => numbers.get(a)! - numbers.get(b)!);
    return {
      role: this.role.roleArn,
      rules: ordered.map((rule) => {
        const { replicaKey } = ruleKeys(this.bucket, rule);
        return renderRule(rule, numbers.get(rule)!, replicaKey && this.keyArn(replicaKey));
      }),
    };
  }

  /** The statements of the role's policy, sorted so that they do not depend on the order in which rules were added. */
  public permissions(): Statement[] {
    const stack = Stack.of(this.bucket);
    const access = {
      sourceArn: this.arn,
      objectLock: isLocked(this.bucket) !== false,
      rules: [...this.rules]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map((rule) => {
          const keys = ruleKeys(this.bucket, rule);
          return {
            prefix: knownText(stack, rule.filter._prefix),
            destinationArn: rule.destinationArn,
            sourceKeys: keys.replicatesKmsObjects
              ? keys.sourceKeys.map((key) => this.keyAccess(key, stack.region))
              : [],
            replicaKey: keys.replicaKey && this.keyAccess(keys.replicaKey, rule.destination.region),
            ownerOverride: rule.ownerOverride,
          };
        }),
    };
    const precise = statements(access);
    const fits =
      precise.length <= 5 || policySize(stack.resolve(precise), partitionOf(stack.region)) <= ROLE_POLICY_LIMIT;
    return fits ? precise : statements({ ...access, mergeKeys: true });
  }

  /** The key's own region where it is known: that of an imported bucket may be an assumption. */
  private keyAccess(key: KeyPointer, bucketRegion: string): KeyAccess {
    return { arn: this.keyArn(key), region: regionOfKey(key) ?? bucketRegion };
  }

  /** One token a key: core resolves a weak reference for the token object it has seen while preparing the app. */
  private keyArn(key: KeyPointer): string {
    if ('arn' in key) {
      return key.arn;
    }
    let arn = this.keyArns.get(key.cfn);
    if (arn === undefined) {
      arn = attributeFor(Stack.of(this.bucket), key.cfn, key.cfn.attrArn);
      this.keyArns.set(key.cfn, arn);
    }
    return arn;
  }
}

/** Marks a bucket of the app as a destination, and knows of which sources. */
export class DestinationAnchor extends Construct {
  public static find(bucket: s3.CfnBucket): DestinationAnchor | undefined {
    return findAnchor(bucket, DESTINATION_ID) as DestinationAnchor | undefined;
  }

  /** @param validate the errors of the destination, asked for once when its Stage is synthesized */
  public static of(bucket: s3.CfnBucket, validate: () => string[]): DestinationAnchor {
    return DestinationAnchor.find(bucket) ?? new DestinationAnchor(bucket, validate);
  }

  public readonly sources = new Set<s3.CfnBucket>();
  /** The roles of other accounts that were let in. */
  public readonly grants: Granted[] = [];
  /** What the owners of sources in other apps were told. */
  public readonly told = new Set<string>();
  public synthesized = false;

  private constructor(bucket: s3.CfnBucket, validate: () => string[]) {
    super(bucket, DESTINATION_ID);
    Object.defineProperty(this, ANCHOR, { value: true });
    this.node.addValidation({
      validate: () => {
        this.synthesized = true;
        return validate();
      },
    });
  }
}

/** Whether replication, followed over any number of buckets, leads from one bucket to the other. */
export function leadsTo(from: s3.CfnBucket, to: s3.CfnBucket, seen = new Set<s3.CfnBucket>()): boolean {
  if (from === to) {
    return true;
  }
  seen.add(from);
  return (SourceAnchor.find(from)?.rules ?? []).some(
    ({ destination: { cfn } }) => cfn !== undefined && !seen.has(cfn) && leadsTo(cfn, to, seen),
  );
}

/** A lazy text is known by the time the template is made, and can then be escaped like any other. */
function knownText(stack: Stack, text: string): string {
  const resolved = stack.resolve(text);
  return typeof resolved === 'string' ? resolved : text;
}

/** Object Lock of a bucket; undefined when an intrinsic decides. */
export function isLocked(bucket: s3.CfnBucket): boolean | undefined {
  const stack = Stack.of(bucket);
  const overrides = propertyOverrides(bucket);
  const final = (name: string, property: unknown) => stack.resolve(name in overrides ? overrides[name] : property);
  const enabled = final('ObjectLockEnabled', bucket.objectLockEnabled);
  const configuration = final('ObjectLockConfiguration', bucket.objectLockConfiguration);
  if (enabled === true || enabled === 'true' || (configuration !== undefined && !isIntrinsic(configuration))) {
    return true;
  }
  return isIntrinsic(enabled) || isIntrinsic(configuration) ? undefined : false;
}
