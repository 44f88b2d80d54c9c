import { pinned, PolicyDocument } from './policies';
import { DeployedResource } from '../assembly/deployed';
import { StackOfApp } from '../assembly/stacks';

export interface Bucket {
  readonly arn: string;
  /** The construct path, or the bucket's name when the app does not define it. */
  readonly label: string;
  /** Unknown for some buckets outside of the app. */
  readonly account?: string;
  readonly region?: string;
  readonly versioning?: string;
  readonly objectLock: boolean;
  /** The key of its default encryption, if that is one of its own. */
  readonly key?: string;
  readonly replication?: { Role: string; Rules: any[] };
  readonly policy?: PolicyDocument;
  readonly holdsObjects: boolean;
}

export interface Role {
  readonly arn: string;
  /** Unknown for a role outside of the app. */
  readonly id?: string;
  readonly label: string;
  readonly name: string;
  /** Unknown for a role outside of the app, which then is as it should be. */
  readonly trust?: PolicyDocument;
  /** Inline policies by name. */
  readonly inline: Readonly<Record<string, PolicyDocument>>;
  /** ARNs of the managed policies that are attached. */
  readonly managed: readonly string[];
}

export interface Key {
  readonly arn: string;
  readonly label: string;
  /** Unknown for a key outside of the app. */
  readonly policy?: PolicyDocument;
}

/** A resource that a stack has. */
export interface StackResource extends DeployedResource {
  /** What to call it. */
  readonly label: string;
  /** Ids of the parts of the stack that are made before it and deleted after it. */
  readonly needs: ReadonlySet<string>;
}

/** A stack as it was deployed. */
export interface DeployedStack {
  readonly stack: StackOfApp;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly exports: Readonly<Record<string, unknown>>;
  /** Names of exports that its resources were made with. */
  readonly imports: ReadonlySet<string>;
}

export type Refuse = (words: string) => void;

/** The state of S3, IAM, KMS, SSM and CloudFormation: immutable values in maps, so that a copy is cheap. */
export class Model {
  /** By ARN, like roles and keys. */
  public buckets = new Map<string, Bucket>();
  public roles = new Map<string, Role>();
  public keys = new Map<string, Key>();
  /** Managed policies by ARN. */
  public policies = new Map<string, PolicyDocument>();
  /** SSM parameters by account, region and name. */
  public parameters = new Map<string, unknown>();
  public stacks = new Map<string, DeployedStack>();
  /** By the id of the stack, a bar, and the logical id. */
  public resources = new Map<string, StackResource>();
  public accounts = new Set<string>();
  /** How many roles were ever made. */
  public roleIds = 0;
  /** Whether each new bucket gets an object at once. */
  public objects = false;

  public copy(): Model {
    const copy = new Model();
    copy.buckets = new Map(this.buckets);
    copy.roles = new Map(this.roles);
    copy.keys = new Map(this.keys);
    copy.policies = new Map(this.policies);
    copy.parameters = new Map(this.parameters);
    copy.stacks = new Map(this.stacks);
    copy.resources = new Map(this.resources);
    copy.accounts = this.accounts;
    copy.roleIds = this.roleIds;
    copy.objects = this.objects;
    return copy;
  }

  public role(account: string, name: string): Role | undefined {
    // the usual case, without a path
    const usual = this.roles.get(`arn:aws:iam::${account}:role/${name}`);
    if (usual) return usual;
    for (const role of this.roles.values()) {
      if (role.name === name && role.arn.split(':')[4] === account) return role;
    }
    return undefined;
  }

  /** A policy as S3 and KMS keep it. */
  public pinned(document: PolicyDocument): PolicyDocument {
    return pinned(document, (arn) => this.roles.get(arn)?.id);
  }

  /** Every document that applies to a role. */
  public documents(role: Role): PolicyDocument[] {
    const managed = role.managed.flatMap((arn) => this.policies.get(arn) ?? []);
    return [...Object.values(role.inline), ...managed];
  }

  /** The first of the identities that does not exist, as far as accounts of the app go. */
  public missingIdentity(arns: string[]): string | undefined {
    return arns.find((arn) => this.accounts.has(arn.split(':')[4]) && !this.roles.has(arn));
  }

  /** Whether the resource with this ARN is still there although no stack has it any more. */
  public isLeftBehind(arn: string): boolean {
    if (!this.buckets.has(arn) && !this.roles.has(arn) && !this.keys.has(arn)) return false;
    for (const resource of this.resources.values()) {
      if (resource.arn === arn) return false;
    }
    return true;
  }

  /**
   * CloudFormation makes up another name for each resource that it creates, while here they are always the same: what
   * was left behind under such a name gets another one, wherever the state mentions it.
   */
  public setAside(name: string): void {
    const other = `${name}.former`;
    const rename = <T>(value: T): T =>
      typeof value === 'string'
        ? (value.split(name).join(other) as T)
        : Array.isArray(value)
          ? (value.map(rename) as T)
          : typeof value === 'object' && value !== null
            ? (Object.fromEntries(Object.entries(value).map(([key, it]) => [key, rename(it)])) as T)
            : value;
    const renameAll = <V>(map: Map<string, V>) => new Map([...map].map(([key, value]) => [rename(key), rename(value)]));
    this.buckets = renameAll(this.buckets);
    this.roles = renameAll(this.roles);
    this.keys = renameAll(this.keys);
    this.policies = renameAll(this.policies);
  }
}
