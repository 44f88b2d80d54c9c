// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, aws_s3 as s3, CfnResource, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { Anchor, findAnchor } from './anchor';
import { BucketEnd } from '../app/bucket';
import { arnByName } from '../app/bucket-name';
import { defaultEncryption } from '../app/encryption';
import { partitionOf } from '../app/environment';
import { KeyPointer, regionOfKey } from '../app/key';
import { isLocked } from '../app/object-lock';
import { attributeFor, bucketAttribute } from '../app/references';
import { definedResource } from '../app/resource';
import { ROLE_POLICY_LIMIT, rolePolicySize } from '../documents/size';
import { POLICY_ID } from '../permissions/role';
import { RoleName } from '../permissions/role-name';
import { KeyAccess, Statement, statements } from '../permissions/role-statements';
import { AddedRule } from '../rules/added-rule';
import { priorities, renderRule } from '../rules/render';
import { ruleKeys } from '../rules/rule-keys';

const SOURCE_ID = 'S3Replication';

const CARRIED = Symbol.for('cdk-s3-replication.carried');

/** The replication of one source bucket: its role keeps its logical id whichever line of user code came first. */
export class SourceAnchor extends Anchor {
  public static find(bucket: IConstruct): SourceAnchor | undefined {
    return findAnchor<SourceAnchor>(bucket, SOURCE_ID);
  }

  /** The replication whose configuration a resource writes. */
  public static writtenBy(resource: CfnResource & { [CARRIED]?: SourceAnchor }): SourceAnchor | undefined {
    const anchor = resource[CARRIED] ?? SourceAnchor.find(resource);
    return anchor?.writer === resource ? anchor : undefined;
  }

  public readonly rules: AddedRule[] = [];
  /** What is told of, and to whom in this app. */
  public readonly notifications: Array<{ tells: 'failure' | 'threshold'; target?: CfnResource }> = [];
  public role!: iam.IRole;
  /** The sources with the same role, this one among them. */
  public companions: SourceAnchor[] = [this];
  /** How policies of another account name the role. */
  public knownAs?: RoleName;
  /** The BucketReplication that users see; not typed as such, because it is made of this. */
  public handle!: Construct;
  /** The source, with the stack that its role and its rules are in. */
  public readonly end: BucketEnd;
  /** What the role and its policy are below, and a custom resource for the rules. */
  public readonly home: Construct;
  /** Begins the id of each rule. */
  public rulePrefix = '';
  /** Where metrics of its rules are used, and the region that they are published in. */
  public readonly metrics = new Map<IConstruct, string>();
  /** What writes probes into the source. */
  public canary?: IConstruct;
  /** What replicates again what failed. */
  public repair?: IConstruct;
  /** What makes jobs of S3 Batch Replication for it; not typed as such, because it is above this. */
  public batch?: IConstruct;
  private readonly watchers: Array<(rule: AddedRule) => void> = [];
  private custom?: CfnResource;
  private readonly keyArns = new Map<unknown, string>();
  private readonly arn: string;

  /**
   * @param givenName the bucket's name when it is known without the bucket resource, which the role's policy may then
   * name without waiting for it
   * @param home where a custom resource writes the rules of a bucket of the app; that of an imported one is here
   */
  constructor(
    source: BucketEnd,
    public readonly givenName: string | undefined,
    validate: () => string[],
    home?: Construct,
  ) {
    super(source.cfn ?? source.ref, SOURCE_ID, validate);
    this.home = home ?? this;
    this.end = { ...source, stack: Stack.of(this.home) };
    const near = home ? undefined : source.cfn;
    this.arn =
      givenName === undefined
        ? (near?.attrArn ?? bucketAttribute(this.end.stack, source, 'arn'))
        : arnByName(givenName);
  }

  /** Throws when somebody who watches refuses it, and has not added it then. */
  public add(rule: AddedRule): void {
    this.rules.push(rule);
    try {
      this.watchers.forEach((seen) => seen(rule));
    } catch (error) {
      this.rules.pop();
      throw error;
    }
  }

  /** @param seen called with each rule, now and when one is added */
  public watch(seen: (rule: AddedRule) => void): void {
    this.rules.forEach(seen);
    this.watchers.push(seen);
  }

  /** The resource that writes the configuration: the bucket, or a custom resource. */
  public get writer(): CfnResource {
    return this.custom ?? this.end.cfn!;
  }

  public get isHandled(): boolean {
    return this.custom !== undefined;
  }

  /** Lets a custom resource write the rules, whose ids then begin with a prefix. */
  public writeWith(resource: CfnResource, rulePrefix: string): void {
    Object.defineProperty(resource, CARRIED, { value: this });
    this.custom = resource;
    this.rulePrefix = rulePrefix;
  }

  /** What is deployed for the replication, with the bucket or apart from it. */
  public get root(): IConstruct {
    return this.custom ? this.home : this.end.cfn!;
  }

  /** The policy with the permissions, where they are not part of the role. */
  public get policy(): CfnResource | undefined {
    const policy = this.home.node.tryFindChild(POLICY_ID);
    return policy && definedResource(policy, 'AWS::IAM::Policy');
  }

  /** The bucket's replication configuration. */
  public configuration(): s3.CfnBucket.ReplicationConfigurationProperty | undefined {
    return this.rules.length === 0 ? undefined : { role: this.role.roleArn, rules: this.renderedRules() };
  }

  /** By their priority; total, because an error inside a Lazy would hide its own message. */
  public renderedRules(): s3.CfnBucket.ReplicationRuleProperty[] {
    const numbers = priorities(this.rules);
    const ordered = [...this.rules].sort((a, b) => numbers.get(a)! - numbers.get(b)!);
    return ordered.map((rule) => {
      const { replicaKey } = ruleKeys(this.end, rule);
      // which numbers the rules of others have is known when it is deployed
      const priority = this.isHandled ? rule.options.priority : numbers.get(rule);
      return renderRule(rule, priority, replicaKey && this.keyArn(replicaKey));
    });
  }

  /** The statements of the role's policy, sorted so that they do not depend on the order in which rules were added. */
  public permissions(encryptionOf = defaultEncryption): Statement[] {
    const { stack, cfn } = this.end;
    const access = {
      sourceArn: this.arn,
      objectLock: !cfn || isLocked(cfn) !== false,
      rules: [...this.rules]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map((rule) => {
          const keys = ruleKeys(this.end, rule, encryptionOf);
          return {
            prefix: knownText(stack, rule.filter._prefix),
            destinationArn: rule.destinationArn,
            destinationAccount: rule.destination.account,
            sourceKeys: keys.replicatesKmsObjects
              ? keys.sourceKeys.map((key) => this.keyAccess(key, this.end.region))
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
      arn = attributeFor(this.end.stack, key.cfn, key.cfn.attrArn);
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
