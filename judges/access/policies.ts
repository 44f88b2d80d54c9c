import { DeployedApp, DeployedResource } from '../assembly/deployed';

/** A policy document with plain values. */
export interface Document {
  readonly Version?: string;
  readonly Statement: Statement[];
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: any;
  readonly NotPrincipal?: any;
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

export type PolicyKind = 'trust' | 'identity' | 'boundary' | 'bucket' | 'key';

/** A policy of the app, and where it is written. */
export interface Policy {
  readonly kind: PolicyKind;
  readonly name: string;
  readonly document: Document;
  readonly resource: DeployedResource;
}

/** What the app says about a role. */
export interface RolePolicies {
  readonly arn: string;
  /** Undefined when the role is not defined in the app. */
  readonly trust?: Policy;
  readonly identity: Policy[];
  readonly boundary?: Policy;
  /** ARNs of policies that the role has and that are not of this app. */
  readonly unseen: string[];
}

export const asList = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

export function rolePolicies(app: DeployedApp, arn: string): RolePolicies {
  const role = app.find(arn);
  const [account, name] = [arn.split(':')[4], arn.split('/').at(-1)!];
  const attached = (type: string) =>
    app
      .ofType(type)
      .filter((it) => it.stack.account === account && asList<string>(it.properties.Roles).includes(name))
      .map((it) => policy('identity', it, it.properties.PolicyDocument, it.properties.PolicyName));
  const managed = (policyArn: string, kind: PolicyKind) => {
    const found = app.ofType('AWS::IAM::ManagedPolicy').find((it) => it.physicalId === policyArn);
    return found && policy(kind, found, found.properties.PolicyDocument);
  };
  const ofRole = asList<string>(role?.properties.ManagedPolicyArns);
  const boundary: string | undefined = role?.properties.PermissionsBoundary;
  return {
    arn,
    trust: role && policy('trust', role, role.properties.AssumeRolePolicyDocument),
    identity: [
      ...asList<any>(role?.properties.Policies).map((it) =>
        policy('identity', role!, it.PolicyDocument, it.PolicyName),
      ),
      ...attached('AWS::IAM::Policy'),
      ...attached('AWS::IAM::ManagedPolicy'),
      ...ofRole.flatMap((it) => managed(it, 'identity') ?? []),
    ],
    boundary: boundary === undefined ? undefined : managed(boundary, 'boundary'),
    unseen: [...ofRole, ...asList(boundary)].filter((it) => !managed(it, 'identity')),
  };
}

/** The policy of a bucket or key of the app; of any other resource, and of an object, the one of its bucket. */
export function resourcePolicy(app: DeployedApp, arn: string): Policy | undefined {
  if (arn.split(':')[2] === 'kms') {
    const key = app.find(arn);
    return key?.properties.KeyPolicy && policy('key', key, key.properties.KeyPolicy);
  }
  const bucket = arn.split(':::')[1]?.split('/')[0];
  const found = app.ofType('AWS::S3::BucketPolicy').filter((it) => it.properties.Bucket === bucket);
  if (found.length > 1) throw new Error(`bucket ${bucket} has ${found.length} policies, and S3 keeps one`);
  return found[0] && policy('bucket', found[0], found[0].properties.PolicyDocument);
}

const seen = new WeakMap<object, Policy>();

/** The same object for the same policy, so that what is made from it is made once. */
function policy(kind: PolicyKind, resource: DeployedResource, document: any, name = resource.logicalId): Policy {
  const known = seen.get(document);
  if (known?.kind === kind) return known;
  const made = { kind, name, resource, document: { ...document, Statement: asList(document.Statement) } };
  seen.set(document, made);
  return made;
}
