// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, aws_s3 as s3, CfnResource, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Anchor, findAnchor } from './anchor';
import { arnByName } from '../app/bucket-name';
import { defaultEncryption } from '../app/encryption';
import { partitionOf } from '../app/environment';
import { KeyPointer, regionOfKey } from '../app/key';
import { isLocked } from '../app/object-lock';
import { attributeFor } from '../app/references';
import { definedResource } from '../app/resource';
import { ROLE_POLICY_LIMIT, rolePolicySize } from '../documents/size';
import { POLICY_ID } from '../permissions/role';
import { RoleName } from '../permissions/role-name';
import { KeyAccess, Statement, statements } from '../permissions/role-statements';
import { AddedRule } from '../rules/added-rule';
import { priorities, renderRule } from '../rules/render';
import { ruleKeys } from '../rules/rule-keys';

const SOURCE_ID = 'S3Replication';

/** The replication of one source bucket: its role keeps its logical id whichever line of user code came first. */
export class SourceAnchor extends Anchor {
  public static find(bucket: s3.CfnBucket): SourceAnchor | undefined {
    return findAnchor<SourceAnchor>(bucket, SOURCE_ID);
  }

  public readonly rules: AddedRule[] = [];
  public role!: iam.IRole;
  /** The sources with the same role, this one among them. */
  public companions: SourceAnchor[] = [this];
  /** How policies of another account name the role. */
  public knownAs?: RoleName;
  /** The BucketReplication that users see; not typed as such, because it is made of this. */
  public handle!: Construct;
  private readonly keyArns = new Map<unknown, string>();

  private readonly arn: string;

  /**
   * @param givenName the bucket's name when it is known without the bucket resource, which the role's policy may then
   * name without waiting for it
   */
  constructor(
    public readonly bucket: s3.CfnBucket,
    public readonly givenName: string | undefined,
    validate: () => string[],
  ) {
    super(bucket, SOURCE_ID, validate);
    this.arn = givenName === undefined ? bucket.attrArn : arnByName(givenName);
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
  public permissions(encryptionOf = defaultEncryption): Statement[] {
    const stack = Stack.of(this.bucket);
    const access = {
      sourceArn: this.arn,
      objectLock: isLocked(this.bucket) !== false,
      rules: [...this.rules]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map((rule) => {
          const keys = ruleKeys(this.bucket, rule, encryptionOf);
          return {
            prefix: knownText(stack, rule.filter._prefix),
            destinationArn: rule.destinationArn,
            destinationAccount: rule.destination.account,
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
      precise.length <= 5 || rolePolicySize(stack.resolve(precise), partitionOf(stack.region)) <= ROLE_POLICY_LIMIT;
    return fits ? precise : statements({ ...access, mergeKeys: true });
  }

  /** The key's own region where it is known: that of an imported bucket may be an assumption. */
  private keyAccess(key: KeyPointer, bucketRegion: string): KeyAccess {
    return { arn: this.keyArn(key), region: regionOfKey(key) ?? bucketRegion };
  }

  /** Makes one token for each key: core resolves only those weak references that it saw while preparing the app. */
  public keyArn(key: KeyPointer): string {
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

/** A lazy text is known by the time the template is made, and can then be escaped like any other. */
function knownText(stack: Stack, text: string): string {
  const resolved = stack.resolve(text);
  return typeof resolved === 'string' ? resolved : text;
}
